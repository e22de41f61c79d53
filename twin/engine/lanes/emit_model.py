"""The functions of one model: what is hoisted, its start, its rates, its matrix.

    hoist   held -> hoisted
    start   held -> state (and the computed end of held)
    rate    adds f(t, y) to what is already there
    slope   ∂f/∂t, where a rate names the time
    factor  eliminates W = w I - J, and does as `rate`, with which it shares most of its
            terms; whether no pivot came out too small
    solve   W x = b, in place
    truths  which triggers of events are true, as bits

All are straight-line code on lane vectors; arrays are `[place][lane]`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from twin.engine.graph.differentiation import jacobian
from twin.engine.graph.hoisting import hoisted
from twin.engine.graph.nodes import Node, Op
from twin.engine.graph.sparse_lu import Elimination, elimination
from twin.engine.graph.vector_field import VectorField
from twin.engine.lanes.emit_elimination import MOST_UNROLLED, Lines, Loops, operations
from twin.engine.lanes.emit_expressions import Emitter
from twin.engine.lanes.llvm_writer import Lanes, Writer

# A pivot this much smaller than w has lost its digits: the step is too long.
_SMALLEST_PIVOT = {"double": 1e-7, "float": 1e-3}


@dataclass(frozen=True, slots=True, eq=False)
class ModelCode:
    """The text of the functions, and the sizes of what they read and write."""

    text: str
    n_hoisted: int
    n_factors: int
    uses_time: bool


class ModelEmitter:
    """Writes the functions of one model for one kind of lanes.

    most_unrolled  multiply-adds of an elimination above which it is written as loops
    """

    def __init__(
        self, field: VectorField, lanes: Lanes, most_unrolled: int = MOST_UNROLLED
    ) -> None:
        self.field, self.lanes = field, lanes
        self.slopes, self.entries = _derivatives(field)
        self.plan: Elimination = elimination(len(field.states), self.entries)
        large = operations(self.plan) > most_unrolled
        self.elimination: Lines | Loops = (Loops if large else Lines)(self.plan)
        self.places = hoisted(
            field.graph,
            [*field.rates, *self.slopes, *self.entries.values(), *field.triggers],
        )

    @property
    def uses_time(self) -> bool:
        """Whether the rates name the time."""
        return any(slope != self.field.graph.zero for slope in self.slopes)

    def code(self) -> ModelCode:
        """All functions."""
        parts = [
            self._hoist(),
            self._start(),
            self._rate(),
            self._factor(),
            self._solve(),
        ]
        if self.elimination.tables:
            parts.append(self.elimination.tables)
        if self.uses_time:
            parts.append(self._slope())
        if self.field.triggers:
            parts.append(self._truths())
        return ModelCode(
            "\n".join(parts),
            len(self.places),
            len(self.plan.entries),
            self.uses_time,
        )

    # ------------------------------------------------------------ functions

    def _hoist(self) -> str:
        w = Writer(self.lanes)
        emit = self._emitter(w, {})
        nodes = list(self.places)
        emit.expect(nodes)
        for node, place in self.places.items():
            w.store(emit.emit(node), "%hoisted", place)
        w.do("ret void")
        return w.text(
            "define internal void @hoist(ptr noalias %held, ptr noalias %hoisted) "
            "noinline"
        )

    def _start(self) -> str:
        """Writes y(0), and behind it the held quantities that are computed."""
        w = Writer(self.lanes)
        emit = self._emitter(w, {})
        results = [*self.field.start, *self.field.filled]
        emit.expect(results)
        for place, node in enumerate(results):
            w.store(emit.emit(node), "%out", place)
        w.do("ret void")
        return w.text(
            "define internal void @start(ptr noalias %held, ptr noalias %out) noinline"
        )

    def _rate(self) -> str:
        w = Writer(self.lanes)
        emit = self._emitter(w, self.places)
        emit.expect(self.field.rates)
        self._add_rates(w, emit)
        w.do("ret void")
        return w.text(_header("void", "rate", "ptr noalias %out", self.lanes))

    def _add_rates(self, w: Writer, emit: Emitter) -> None:
        for place, node in enumerate(self.field.rates):
            value = emit.emit(node)
            w.store(w.add(value, w.load("%out", place)), "%out", place)

    def _slope(self) -> str:
        w = Writer(self.lanes)
        emit = self._emitter(w, self.places)
        emit.expect(self.slopes)
        for place, node in enumerate(self.slopes):
            w.store(emit.emit(node), "%out", place)
        w.do("ret void")
        return w.text(_header("void", "slope", "ptr noalias %out", self.lanes))

    def _factor(self) -> str:
        """Eliminates W = w I - J, and adds the rates."""
        w, lanes = Writer(self.lanes), self.lanes
        emit = self._emitter(w, self.places)
        emit.expect([*self.field.rates, *self.entries.values()])
        self._add_rates(w, emit)

        def entry(i: int, j: int) -> str | None:
            node = self.entries.get((i, j))
            return None if node is None else emit.emit(node)

        smallest = self.elimination.factor(w, entry)
        limit = w.multiply("%w", w.real(_SMALLEST_PIVOT[lanes.real]))
        w.do(f"ret {lanes.mask} {w.compare('ogt', smallest, limit)}")
        extra = f"{lanes.vector} %w, ptr noalias %factors, ptr noalias %out"
        return w.text(_header(lanes.mask, "factor", extra, lanes))

    def _solve(self) -> str:
        w = Writer(self.lanes)
        self.elimination.solve(w)
        w.do("ret void")
        return w.text(
            "define internal void @solve(ptr noalias %factors, ptr noalias %b) noinline"
        )

    def _truths(self) -> str:
        w = Writer(self.lanes)
        emit = self._emitter(w, self.places)
        emit.expect(self.field.triggers)
        kind = f"<{self.lanes.width} x i64>"
        bits = "zeroinitializer"
        for number, trigger in enumerate(self.field.triggers):
            bit = ", ".join([f"i64 {1 << number}"] * self.lanes.width)
            one = w.select(emit.emit(trigger), f"<{bit}>", "zeroinitializer", kind)
            bits = w.let(f"or {kind} {bits}, {one}")
        w.do(f"ret {kind} {bits}")
        return w.text(
            f"define internal {kind} @truths(ptr noalias %held, ptr noalias %hoisted, "
            f"ptr noalias %y, {self.lanes.vector} %t) noinline"
        )

    def _emitter(self, w: Writer, places: dict[Node, int]) -> Emitter:
        reads: dict[Node, Callable[[], str]] = {
            node: partial(w.load, "%hoisted", place) for node, place in places.items()
        }
        return Emitter(w, self.field.graph, leaf_reader(w), reads)


def entries_of(field: VectorField) -> dict[tuple[int, int], Node]:
    """df_i/dy_j by place (i, j), where it is not always zero."""
    return _derivatives(field)[1]


def _derivatives(
    field: VectorField,
) -> tuple[list[Node], dict[tuple[int, int], Node]]:
    """∂f/∂t, one node a state, and ∂f/∂y by place."""
    rows = jacobian(field.graph, field.rates)
    slopes = [row.pop(field.graph.time, field.graph.zero) for row in rows]
    place = {field.graph.state(i): i for i in range(len(field.states))}
    entries = {
        (i, place[x]): node for i, row in enumerate(rows) for x, node in row.items()
    }
    return slopes, entries


def leaf_reader(w: Writer) -> Callable[[Op, int], str]:
    """Held quantities and states from their arrays, the time from its argument."""

    def leaf(op: Op, place: int) -> str:
        if op is Op.TIME:
            return "%t"
        return w.load("%held" if op is Op.HELD else "%y", place)

    return leaf


def _header(result: str, name: str, extra: str, lanes: Lanes) -> str:
    return (
        f"define internal {result} @{name}(ptr noalias %held, ptr noalias %hoisted, "
        f"ptr noalias %y, {lanes.vector} %t, {extra}) noinline"
    )
