"""The others, tuned: libroadrunner's CVODE and diffsol's sparse BDF on our problem.

Each gets what its users can give it: an absolute tolerance for each state (diffsol has
only one, so its states are divided by their largest), looser and tighter, and one for
all; the model compiled beforehand,
all that depends on the patient only computed beforehand.  One core, one draw after
another; timed is the integration with its outputs.
"""

import importlib
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.benchmarks.diffsl import Inputs, text_of
from tests.benchmarks.plain_numbers import Floats, worths
from tests.benchmarks.twin_problem import Problem
from twin.engine.reference import ReferenceEngine, _follow, _selection

# Absolute tolerance of each state: this part of the relative one, times the state's
# largest.  None: one for all states, as the referee has it.
Part = float | None
PARTS: tuple[Part, ...] = (None, 1.0, 0.1)
_ONE_FOR_ALL = 1e-4


class Roadrunner:
    """libroadrunner, with one absolute tolerance or with one for each state."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.engine = ReferenceEngine()
        self.selections = [
            "time",
            *(_selection(problem.spec, o) for o in problem.outputs),
        ]
        self.values(1e-3, part=None, n_draws=1)

    @property
    def name(self) -> str:
        """Name and version."""
        return self.engine.name

    def values(
        self, tolerance: float, *, part: Part, n_draws: int
    ) -> tuple[Floats, float]:
        """float64[draw, time, output] and seconds."""
        problem, seconds, found = self.problem, 0.0, []
        for draw in range(n_draws):
            row = problem.ensemble.row(draw)
            runner = self.engine._ready(problem.spec, row, tolerance)
            if part is not None:
                self._tune(runner, part * tolerance)
            runner.timeCourseSelections = self.selections
            begun = time.perf_counter()
            found.append(_follow(runner, problem.plan, len(problem.outputs)))
            seconds += time.perf_counter() - begun
        return np.stack(found), seconds

    def _tune(self, runner: Any, absolute: float) -> None:
        scales = self.problem.typical_scales
        for name, scale in zip(self.problem.field.states, scales, strict=True):
            species = name.removeprefix("amount(").removesuffix(")")
            least = 1e-2 * self.problem.nothing
            runner.integrator.setIndividualTolerance(
                species, max(absolute * float(scale), least)
            )


class Diffsol:
    """diffsol by pydiffsol: sparse BDF on code that LLVM made."""

    def __init__(self, problem: Problem, parts: Sequence[Part] = PARTS) -> None:
        self.problem = problem
        self.diffsol: Any = importlib.import_module("pydiffsol")
        self.inputs = Inputs(problem.field, problem.columns)
        doses = _doses(problem)
        self.added = np.array([doses.get(s, 0.0) for s in problem.field.states])
        self.odes = {}
        for divided in {part is not None for part in parts}:
            scales = problem.typical_scales if divided else np.ones(problem.n_states)
            text = text_of(
                self.inputs,
                scales=scales.tolist(),
                doses=doses,
                period=_period(problem),
            )
            ode = self.diffsol.Ode(text, matrix_type=self.diffsol.faer_sparse)
            ode.ode_solver = self.diffsol.bdf
            self.odes[divided] = (ode, scales)
        for part in parts:
            self.values(1e-3, part=part, n_draws=1)

    @property
    def name(self) -> str:
        """Name and version."""
        found = self.diffsol
        return f"pydiffsol {found.version()} (diffsol {found.diffsol_version()})"

    def values(
        self, tolerance: float, *, part: Part, n_draws: int
    ) -> tuple[Floats, float]:
        """As of `Roadrunner`."""
        problem, seconds, found = self.problem, 0.0, []
        ode, scales = self.odes[part is not None]
        ode.rtol, ode.atol = (
            tolerance,
            tolerance * (_ONE_FOR_ALL if part is None else part),
        )
        times = np.ascontiguousarray(problem.plan.times_h)
        parameters = np.ascontiguousarray(self.inputs.values.T)
        for draw in range(n_draws):
            begun = time.perf_counter()
            solution = ode.solve_dense(parameters[draw], times)
            found.append(np.array(solution.ys))
            seconds += time.perf_counter() - begun
        states = np.stack(found)[:, : problem.n_states] * scales[:, np.newaxis]
        return self._outputs(states, n_draws), seconds

    def _outputs(self, states: Floats, n_draws: int) -> Floats:
        """All outputs, just after the doses: diffsol gives states just before them."""
        problem = self.problem
        for place, moment in enumerate(problem.plan.times_h):
            if moment > 0 and any(b.time_h == moment for b in problem.plan.breaks):
                states[:, :, place] += self.added
        extra = problem.outputs[problem.n_states :]
        nodes = [problem.field.names.value(name) for name in extra]
        held = [
            h if np.ndim(h) == 0 else np.asarray(h)[:n_draws, np.newaxis]
            for h in self.inputs.held
        ]
        made = worths(problem.field.graph, nodes, held, list(np.moveaxis(states, 1, 0)))
        shape = (n_draws, 1, states.shape[2])
        rest = [
            np.broadcast_to(m, (n_draws, states.shape[2])).reshape(shape) for m in made
        ]
        return np.moveaxis(np.concatenate([states, *rest], axis=1), 1, 2)


def _doses(problem: Problem) -> dict[str, float]:
    """State -> what every break adds to it."""
    breaks = problem.plan.breaks
    if not breaks:
        return {}
    assert all(dict(b.amounts) == dict(breaks[0].amounts) for b in breaks)
    return {f"amount({name})": amount for name, amount in breaks[0].amounts.items()}


def _period(problem: Problem) -> float:
    breaks = problem.plan.breaks
    return breaks[1].time_h - breaks[0].time_h if len(breaks) > 1 else 0.0
