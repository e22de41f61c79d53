"""The referee: libroadrunner's CVODE, one compiled instance a process and model.

Slow, well known, and in nobody's way: the fast engine is held against it.  An
instance is reset between draws, never pickled and never made twice (compiled
models exhaust memory: sys-bio/roadrunner 1222, 1225).
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from twin.engine.courses import Courses
from twin.engine.schedule import Schedule
from twin.errors import DrawFailed, ModelError, NumericsError
from twin.sbml.model_spec import ModelSpec
from twin.sbml.values import Starts, starts, with_values
from twin.vocabulary.ensemble import Ensemble, Floats

_TOLERANCE = 1e-6  # relative, unless the caller says otherwise

# Largest number of internal steps between two outputs; a healthy day takes some 50.
_LARGEST_STEPS = 100_000

# Absolute tolerance of a state: this part of the relative one, in the model's units.
_ABSOLUTE_PER_RELATIVE = 1e-4

# Doses repeated before time 0: how often at most, and when a period counts as the
# one before (pools of a steady state are larger than the last, in the model's units).
_MOST_PERIODS = 400
_AT_REST = 1e-6
_LEAST_AMOUNT = 1e-9

# Central differences: relative to a pool, and in the model's units where it is empty.
_RELATIVE_STEP = 1e-5
_SMALLEST_STEP = 1e-9


class ReferenceEngine:
    """libroadrunner behind `twin.engine.simulate`."""

    def __init__(self) -> None:
        self._runners: dict[str, Any] = {}
        self._process = os.getpid()

    @property
    def name(self) -> str:
        """Name and version, for provenance."""
        return f"libroadrunner {_roadrunner().__version__} CVODE"

    def __reduce__(self) -> tuple[type["ReferenceEngine"], tuple[()]]:
        """Pickled as an empty engine: compiled models do not travel."""
        return (ReferenceEngine, ())

    def courses(
        self,
        spec: ModelSpec,
        ensemble: Ensemble,
        plans: Sequence[Schedule],
        outputs: tuple[str, ...],
        *,
        tolerance: float | None = None,
    ) -> Iterator[Courses]:
        """One draw after another; see `twin.engine.simulate.Engine`."""
        within = _TOLERANCE if tolerance is None else tolerance
        for draw, plan in enumerate(plans):
            shape = (1, len(plan.times_h), len(outputs))
            try:
                values = self._integrate(
                    spec, ensemble.row(draw), plan, outputs, within
                )
            except _Stopped as stopped:
                failure = str(DrawFailed(draw, stopped.time_h, stopped.reason))
                yield Courses(draw, np.full(shape, np.nan), ((draw, failure),))
            else:
                yield Courses(draw, values.reshape(shape))

    def _integrate(
        self,
        spec: ModelSpec,
        parameters: dict[str, float],
        plan: Schedule,
        outputs: tuple[str, ...],
        tolerance: float,
    ) -> Floats:
        """float64[time, output] of one draw."""
        runner = self._ready(spec, parameters, tolerance)
        runner.timeCourseSelections = [
            "time",
            *(_selection(spec, output) for output in outputs),
        ]
        return _follow(runner, plan, len(outputs))

    def jacobian(
        self,
        spec: ModelSpec,
        parameters: dict[str, float],
        plan: Schedule,
        *,
        tolerance: float,
    ) -> Floats:
        """float64[state, state]: d(dA_i/dt)/dA_j of the amounts where `plan` ends.

        In the order of `spec.states`, 1/h.  Central differences of the model's own
        rates of change, whose rounding error is some 1e-9 of the largest.

        Raises: NumericsError where a state is no species, DrawFailed where CVODE
        gives up.
        """
        runner = self._ready(spec, parameters, tolerance)
        order = list(runner.model.getFloatingSpeciesIds())
        if sorted(order) != sorted(spec.states):
            raise NumericsError(
                f"model {spec.identifier} integrates quantities that are no species; "
                "their Jacobian is not served"
            )
        runner.timeCourseSelections = ["time"]
        try:
            _follow(runner, plan, 0)
        except _Stopped as stopped:
            raise DrawFailed(0, stopped.time_h, stopped.reason) from stopped
        place = [order.index(state) for state in spec.states]
        return _slopes(runner)[np.ix_(place, place)]

    def _ready(
        self, spec: ModelSpec, parameters: dict[str, float], tolerance: float
    ) -> Any:
        """The model's instance at time 0 with these parameters."""
        begins = _starts(spec)
        volumes = begins.compartments.intersection(parameters)
        if begins.computed.difference(spec.states) or (volumes and begins.read_volumes):
            return self._anew(spec, parameters, tolerance)
        runner = self._runner(spec)
        _set_tolerances(runner, tolerance)
        runner.resetAll()
        for name in parameters.keys() - volumes:
            runner[name] = parameters[name]
        runner.reset()  # initial assignments follow from the parameters just set
        # roadrunner keeps amounts, made in the volumes of the file: what begins with a
        # concentration gets it back in those of the patient.
        started = _concentrations(runner.model)
        for name in volumes:
            runner[name] = parameters[name]
        for species in begins.concentrations.intersection(started):
            if started[species] != 0:
                runner[f"[{species}]"] = started[species]
        return runner

    def _anew(
        self, spec: ModelSpec, parameters: dict[str, float], tolerance: float
    ) -> Any:
        """A fresh instance of the model with its values in the text.

        A reset gives initially assigned parameters the values of the file, and makes
        initial assignments in its volumes, whatever was set.
        """
        runner = _loaded(spec.identifier, with_values(spec.text, parameters))
        _set_tolerances(runner, tolerance)
        return runner

    def _runner(self, spec: ModelSpec) -> Any:
        if self._process != os.getpid():
            self._runners, self._process = {}, os.getpid()
        if spec.sha256 not in self._runners:
            self._runners[spec.sha256] = _loaded(spec.identifier, spec.text)
        return self._runners[spec.sha256]


def _loaded(name: str, text: str) -> Any:
    try:
        return _roadrunner().RoadRunner(text)
    except RuntimeError as error:
        said = " ".join(str(error).split())
        raise ModelError(f"libroadrunner cannot load model {name}: {said}") from error


def _set_tolerances(runner: Any, tolerance: float) -> None:
    runner.integrator.setValue("relative_tolerance", tolerance)
    runner.integrator.setValue("absolute_tolerance", tolerance * _ABSOLUTE_PER_RELATIVE)


@cache
def _starts(spec: ModelSpec) -> Starts:
    return starts(spec.text)


def _concentrations(model: Any) -> dict[str, float]:
    """Of every species now."""
    floating = model.getFloatingSpeciesIds(), model.getFloatingSpeciesConcentrations()
    held = model.getBoundarySpeciesIds(), model.getBoundarySpeciesConcentrations()
    return dict([*zip(*floating, strict=True), *zip(*held, strict=True)])


class _Stopped(Exception):
    """The integrator gave up at a time, for a reason."""

    def __init__(self, time_h: float, reason: str) -> None:
        super().__init__(reason)
        self.time_h, self.reason = time_h, reason


def _follow(
    runner: Any, plan: Schedule, n_outputs: int, *, begin: float = 0.0
) -> Floats:
    """Walk from break to break on the model's own clock; CVODE restarts at each.

    float64[time, output]; at a break the value just after it.
    """
    times = plan.times_h
    values = np.empty((len(times), n_outputs))
    if plan.period_h:
        _come_to_rest(runner, plan)
    edges = [begin, *(b.time_h for b in plan.breaks if b.time_h > begin)]
    if plan.end_h > edges[-1]:
        edges.append(plan.end_h)
    happenings = {b.time_h: b for b in plan.breaks}
    for start, end in zip(edges, [*edges[1:], None], strict=True):
        if start in happenings:
            for name, value in happenings[start].parameters.items():
                runner[name] = value
            for species, amount in happenings[start].amounts.items():
                runner[species] = runner[species] + amount
        here = np.flatnonzero(times == start)
        if len(here):
            values[here] = runner.getSelectedValues()[1:]
        if end is None:
            break
        inside = np.flatnonzero((times > start) & (times < end))
        at_end = np.flatnonzero(times == end)
        wanted = [start, *times[inside].tolist(), end]
        course = _integrate(runner, wanted, start)
        values[inside] = course[1:-1, 1:]
        values[at_end] = course[-1, 1:]
    return values


def _come_to_rest(runner: Any, plan: Schedule) -> None:
    """Repeat the period before time 0 until it ends as it began."""
    begin = -plan.period_h
    before = (replace(each, time_h=each.time_h + begin) for each in plan.before)
    period = Schedule(tuple(before), np.zeros(1))
    acting = np.any(_slopes(runner) != 0, axis=0)  # sinks only fill, for ever
    last = np.array(runner.model.getFloatingSpeciesAmounts())
    for _ in range(_MOST_PERIODS):
        _follow(runner, period, len(runner.timeCourseSelections) - 1, begin=begin)
        now = np.array(runner.model.getFloatingSpeciesAmounts())
        still = np.abs(now - last) <= _AT_REST * np.abs(now) + _LEAST_AMOUNT
        if np.all(still[acting]):
            return
        last = now
    raise _Stopped(0.0, "the repeated doses never come to a steady state")


def _integrate(runner: Any, times: list[float], start_h: float) -> Floats:
    try:
        course = np.array(runner.simulate(times=times))
    except RuntimeError as error:
        raise _Stopped(start_h, " ".join(str(error).split())) from error
    if not np.all(np.isfinite(course)):
        raise _Stopped(start_h, "a state or an output is not finite")
    return course


def _slopes(runner: Any) -> Floats:
    """float64[rate, state], both in the runner's own order."""
    amounts = np.array(runner.model.getFloatingSpeciesAmounts())
    steps = np.maximum(np.abs(amounts) * _RELATIVE_STEP, _SMALLEST_STEP)
    columns = []
    for state, step in enumerate(steps):
        rates = []
        for sign in (1.0, -1.0):
            moved = amounts.copy()
            moved[state] += sign * step
            runner.model.setFloatingSpeciesAmounts(moved)
            rates.append(np.array(runner.getRatesOfChange()))
        columns.append((rates[0] - rates[1]) / (2.0 * step))
    return np.stack(columns, axis=1)


def _selection(spec: ModelSpec, output: str) -> str:
    """Concentrations of species that are concentrations; everything else as it is."""
    if output.startswith("amount("):
        return output.removeprefix("amount(").removesuffix(")")
    return f"[{output}]" if output in spec.concentrations else output


@cache
def _roadrunner() -> Any:
    import roadrunner  # noqa: PLC0415 - a sixth of a second, needed here only

    # Compiling without optimisation: 0.2 s a model instead of 0.8 s, runs as fast.
    config = roadrunner.Config
    config.setValue(config.LLVM_BACKEND, config.LLJIT)
    config.setValue(config.LLJIT_OPTIMIZATION_LEVEL, 0)
    # CVODE's warnings go to standard output, which belongs to the answer.
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_CRITICAL)
    return roadrunner
