"""One compiled step of a method on a model, callable from outside."""

import ctypes
from dataclasses import dataclass

import numpy as np

from tests.twin.engine.machine_code import aligned, loaded
from twin.engine.graph.vector_field import VectorField
from twin.engine.lanes.elementary import elementary_functions
from twin.engine.lanes.emit_elimination import MOST_UNROLLED
from twin.engine.lanes.emit_model import ModelEmitter
from twin.engine.lanes.emit_step import emit_step
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.llvm_writer import Lanes
from twin.engine.lanes.machine import LoadedCode
from twin.engine.lanes.rosenbrock import Tableau


@dataclass(frozen=True, slots=True, eq=False)
class OneStep:
    """The functions of a model and the step."""

    code: LoadedCode
    layout: Layout
    lanes: Lanes
    given: tuple[float, ...]

    @classmethod
    def of(
        cls,
        field: VectorField,
        tableau: Tableau,
        lanes: Lanes,
        most_unrolled: int = MOST_UNROLLED,
    ) -> "OneStep":
        """Compiled for this processor; see `ModelEmitter`."""
        model = ModelEmitter(field, lanes, most_unrolled).code()
        layout = Layout(
            len(field.states),
            len(field.held),
            len(field.filled),
            model.n_hoisted,
            model.n_factors,
            tableau.n_stages,
        )
        vector = lanes.vector
        bytes_of = f"<{lanes.width} x i8>"
        once = f"""
define void @once(ptr %space, ptr %times, ptr %sound) {{
  %held = getelementptr {vector}, ptr %space, i64 {layout.held}
  %hoisted = getelementptr {vector}, ptr %space, i64 {layout.hoisted}
  call void @hoist(ptr %held, ptr %hoisted)
  %t = load {vector}, ptr %times
  %second = getelementptr {vector}, ptr %times, i64 1
  %h = load {vector}, ptr %second
  %mask = call {lanes.mask} @step(ptr %space, {vector} %t, {vector} %h)
  %bytes = zext {lanes.mask} %mask to {bytes_of}
  store {bytes_of} %bytes, ptr %sound, align 1
  ret void
}}
"""
        text = emit_step(lanes, tableau, layout, model)
        code = loaded(elementary_functions(lanes), model.text, text, once)
        return cls(code, layout, lanes, tuple(field.given.values()))

    def __call__(
        self, states: np.ndarray, t: np.ndarray, h: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """New states, errors and whether the matrix was sound, of [state, lane]."""
        layout = self.layout
        space = aligned(layout.control + 4, self.lanes)
        space[: len(self.given)] = np.array(self.given)[:, None]
        space[layout.state : layout.state + layout.n_states] = states
        times, sound = aligned(2, self.lanes), np.zeros(self.lanes.width, np.int8)
        times[:] = t, h
        run = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)(self.code.address("once"))
        run(space.ctypes.data, times.ctypes.data, sound.ctypes.data)
        n = layout.n_states
        return (
            space[layout.point : layout.point + n].copy(),
            space[layout.rest : layout.rest + n].copy(),
            sound,
        )
