"""One function of machine code for some nodes of a graph, and how to call it."""

import atexit
import ctypes
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import numpy.typing as npt

from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Node, Op
from twin.engine.lanes.elementary import elementary_functions
from twin.engine.lanes.emit_expressions import Emitter
from twin.engine.lanes.llvm_writer import Lanes, Writer
from twin.engine.lanes.machine import LoadedCode, object_code, this_processor
from twin.engine.object_cache import ObjectCache

KINDS: dict[str, type[np.floating]] = {"double": np.float64, "float": np.float32}
DOUBLES = this_processor().lanes("double")
FLOATS = this_processor().lanes("float")

Numbers = npt.NDArray[np.floating]


@cache
def kept_here() -> ObjectCache:
    """Compiled objects of this run of the tests, and of no other."""
    folder = mkdtemp(prefix="objects")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return ObjectCache(Path(folder))


def lanes_like(lanes: Lanes, width: int) -> Lanes:
    """The same numbers, another width."""
    return replace(lanes, width=width)


def aligned(n_vectors: int, lanes: Lanes) -> Numbers:
    """Zeros [place, lane], where a vector instruction may read and write them."""
    kind = np.dtype(KINDS[lanes.real])
    raw = np.zeros(n_vectors * lanes.bytes + 128, np.uint8)
    skip = -raw.ctypes.data % 128
    inside = raw[skip : skip + n_vectors * lanes.bytes]
    return inside.view(kind).reshape(n_vectors, lanes.width)


def loaded(*functions: str) -> LoadedCode:
    """Functions in LLVM's language, in this process."""
    return LoadedCode(object_code("\n".join(functions), this_processor()))


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """Nodes of a graph as one function of its leaves.

    Leaves are read by place: states first, then held quantities, then the time.
    """

    code: LoadedCode
    lanes: Lanes
    n_states: int
    n_leaves: int
    n_results: int

    @classmethod
    def of(
        cls, graph: Graph, nodes: Sequence[Node], n_states: int, n_held: int, at: Lanes
    ) -> "Compiled":
        """The code of `nodes`, on such lanes."""
        w = Writer(at)

        def leaf(op: Op, place: int) -> str:
            first = {Op.STATE: 0, Op.HELD: n_states, Op.TIME: n_states + n_held}[op]
            return w.load("%leaves", first + place)

        emit = Emitter(w, graph, leaf)
        emit.expect(nodes)
        for place, node in enumerate(nodes):
            w.store(emit.emit(node), "%results", place)
        w.do("ret void")
        text = w.text("define void @formula(ptr noalias %leaves, ptr noalias %results)")
        code = loaded(elementary_functions(at), text)
        return cls(code, at, n_states, n_states + n_held + 1, len(nodes))

    def __call__(self, leaves: npt.ArrayLike) -> Numbers:
        """Results [result, point] of leaves [leaf, point]."""
        points = np.asarray(leaves)
        n_points, width = points.shape[1], self.lanes.width
        found = np.empty((self.n_results, n_points), KINDS[self.lanes.real])
        into, out = (aligned(n, self.lanes) for n in (self.n_leaves, self.n_results))
        run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(
            self.code.address("formula")
        )
        for first in range(0, n_points, width):
            some = points[:, first : first + width]
            into[:, : some.shape[1]] = some
            run(into.ctypes.data, out.ctypes.data)
            found[:, first : first + width] = out[:, : some.shape[1]]
        return found
