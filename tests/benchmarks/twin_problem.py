"""The problem everybody is timed on: the warfarin twin, one dose a day for 60 days.

Says what is asked, what is right (the same equations at a tolerance of 1e-11), and how
far from it an answer is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from tests.benchmarks.plain_numbers import Floats
from tests.people import library, person
from twin.engine.compiled import CompiledEngine
from twin.engine.graph.vector_field import VectorField, vector_field
from twin.engine.lanes.kernel import Method
from twin.engine.modes import Mode
from twin.engine.schedule import Schedule, schedule
from twin.sbml.equation_reader import equations_of
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import Regimen, daily

DAYS = 60
DOSE_MG = 5.0
PERIOD_H = 24.0
VARIED = (
    "S__Vm_A",
    "S__Vm_B",
    "S__CL_linear",
    "R__CL_linear",
    "VK__intake",
    "VK__reserve",
    "KiS",
    "F__half_life_II",
    "F__half_life_VII",
    "F__half_life_X",
    "S__ka",
    "R__ka",
    "S__fu",
    "R__fu",
    "F__m",
    "S__Kp_muscle",
)
SPREAD = 0.2
# Absolute tolerances are this part of `nothing` at least.
_FLOOR = 1e-2


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Draws of one model under one schedule, and the right answer.

    exact   float64[draw, time, output]; states first, in the order of `field`
    scales  float64[draw, 1, state]: the largest each state has been at any time, hours
            after a dose too; infinite where it has never been anything
    nothing a state that never holds as much as this is nothing: its error is noise
    """

    spec: ModelSpec
    field: VectorField
    ensemble: Ensemble
    plan: Schedule
    outputs: tuple[str, ...]
    exact: Floats
    scales: Floats
    nothing: float

    @property
    def n_states(self) -> int:
        """How many of the outputs are states."""
        return len(self.field.states)

    @property
    def columns(self) -> Mapping[str, Floats]:
        """The ensemble by name."""
        names, values = self.ensemble.names, self.ensemble.values
        return {name: values[:, place] for place, name in enumerate(names)}

    @property
    def typical_scales(self) -> Floats:
        """float64[state]: what a tolerance for each state is made of."""
        whole = np.where(np.isfinite(self.scales), self.scales, 0.0).max(axis=(0, 1))
        return np.asarray(np.where(whole > 0, whole, 1.0), np.float64)

    def first(self, n_draws: int) -> "Problem":
        """The same, of fewer draws."""
        few = Ensemble.of({n: c[:n_draws] for n, c in self.columns.items()})
        return Problem(
            self.spec,
            self.field,
            few,
            self.plan,
            self.outputs,
            self.exact[:n_draws],
            self.scales[:n_draws],
            self.nothing,
        )

    def error(self, values: Floats) -> float:
        """Largest |dy| over draws, times and states, in parts of the state's largest.

        values  float64[draw, time, output], of the first draws
        """
        n, k = len(values), self.n_states
        off = np.abs(values[:, :, :k] - self.exact[:n, :, :k]) / self.scales[:n]
        return float(np.max(off))

    def last_output_error(self, values: Floats) -> float:
        """Largest relative error of the last output; NaN where all are states."""
        if len(self.outputs) == self.n_states:
            return float("nan")
        exact = self.exact[: len(values), :, -1]
        return float(np.max(np.abs(values[:, :, -1] / exact - 1.0)))


def ensemble(n_draws: int, *, seed: int = 1) -> Ensemble:
    """The typical person, `VARIED` log-normally."""
    base = dict(person("typical").parameters)
    drawn = np.random.default_rng(seed)
    columns: dict[str, float | Floats] = dict(base)
    for name in VARIED:
        middle = base.get(name) or library().spec.constants[name]
        columns[name] = middle * np.exp(SPREAD * drawn.standard_normal(n_draws))
    return Ensemble.of(columns)


def regimen(days: int = DAYS) -> Regimen:
    """One tablet a day."""
    return daily(DOSE_MG, days=days, substance=library().substance)


def morning_times(days: int = DAYS) -> Floats:
    """The end of each day, and the beginning: just after the dose."""
    return np.asarray(np.arange(days + 1) * PERIOD_H, np.float64)


@cache
def twin_problem(n_draws: int) -> Problem:
    """The warfarin twin."""
    spec = library().spec
    return problem(
        spec,
        ensemble(n_draws),
        schedule(spec, regimen(), morning_times()),
        schedule(spec, regimen(), np.arange(0.0, DAYS * PERIOD_H + 1.0, 2.0)),
        ("INR",),
        nothing=1e-12,
    )


def problem(
    spec: ModelSpec,
    draws: Ensemble,
    plan: Schedule,
    often: Schedule,
    extra: tuple[str, ...],
    *,
    nothing: float,
) -> Problem:
    """A problem, solved.

    often  the same schedule with more output times: what a state's largest is taken of
    extra  outputs behind the states
    """
    field = vector_field(equations_of(spec.text))
    tolerance = 1e-11
    exactly = Mode(
        "exact", Method("Rodas5P"), tolerance, floor=nothing * _FLOOR / tolerance
    )
    engine = CompiledEngine(exactly)
    outputs = (*field.states, *extra)
    exact = solved(engine, spec, draws, plan, outputs)
    fine = solved(engine, spec, draws, often, field.states)
    largest = np.maximum(
        np.abs(fine).max(axis=1), np.abs(exact[:, :, : len(field.states)]).max(axis=1)
    )[:, np.newaxis]
    scales = np.where(largest < nothing, np.inf, largest)
    return Problem(spec, field, draws, plan, outputs, exact, scales, nothing)


def solved(
    engine: CompiledEngine,
    spec: ModelSpec,
    draws: Ensemble,
    plan: Schedule,
    outputs: tuple[str, ...],
    tolerance: float | None = None,
) -> Floats:
    """float64[draw, time, output]."""
    found = engine.courses(
        spec, draws, [plan] * draws.n_draws, outputs, tolerance=tolerance
    )
    return np.concatenate([courses.values for courses in found])
