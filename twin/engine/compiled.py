"""The engine that is compiled: an engine for `simulate`, on lane code of the model.

Bitwise the same results whatever the neighbours of a draw, the lane width and the
number of threads, on processors with one set of features (named in the provenance,
with the engine's version); elsewhere to the mode's tolerance.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from twin.engine.code_store import CodeStore, Loaded
from twin.engine.courses import Courses
from twin.engine.device import Device, ThisProcessor
from twin.engine.ensemble import Chunk, run
from twin.engine.handover import Integers, Question, Rules, Window
from twin.engine.lanes.block import (
    DONE,
    EVENTS_WITHOUT_END,
    NEVER_AT_REST,
    NOT_FINITE,
    STEP_TOO_SMALL,
    TOO_MANY_STEPS,
)
from twin.engine.lanes.kernel import ENGINE_VERSION, JACOBIAN, Names
from twin.engine.modes import REFERENCE, Mode
from twin.engine.object_cache import ObjectCache, default_folder
from twin.engine.programme import programmes
from twin.engine.schedule import Schedule
from twin.engine.short_reals import CHECKED_EVERY, check_short, with_times_between
from twin.errors import ModelError, NumericsError, UnsupportedModel
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats

_REASONS = {
    TOO_MANY_STEPS: "it took more steps than allowed",
    STEP_TOO_SMALL: "no step is short enough for the tolerance",
    NOT_FINITE: "a state, a rate or an output is not finite",
    EVENTS_WITHOUT_END: "events set each other off without end",
    NEVER_AT_REST: "the repeated doses never come to a steady state",
}


@dataclass(eq=False)
class CompiledEngine:
    """Integrates ensembles with compiled code.

    mode     see `MODES`
    threads  0 for one a processor core
    cache    of compiled objects; the user's by default
    device   this processor, or `twin.engine.gpu.Gpu`
    """

    mode: Mode = REFERENCE
    threads: int = 0
    cache: ObjectCache = field(default_factory=lambda: ObjectCache(default_folder()))
    device: Device = field(default_factory=ThisProcessor)
    _store: CodeStore | None = field(default=None, repr=False)
    _double: CodeStore | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Name, version and processor, for provenance."""
        method = self.mode.method
        return (
            f"compiled {ENGINE_VERSION} {method.tableau} {method.real} "
            f"{self.mode.tolerance:g} on {self.device.fingerprint}"
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled without its code: another process has its own processor."""
        return (type(self), (self.mode, self.threads, self.cache, self.device))

    @property
    def store(self) -> CodeStore:
        """The code of the models seen so far."""
        if self._store is None:
            self._store = CodeStore(self.mode.method, self.cache, self.device)
        return self._store

    def courses(
        self,
        spec: ModelSpec,
        ensemble: Ensemble,
        plans: Sequence[Schedule],
        outputs: tuple[str, ...],
        *,
        tolerance: float | None = None,
    ) -> Iterator[Courses]:
        """Results of consecutive draws, in order; see `twin.engine.simulate.Engine`."""
        for chunk in self._chunks(spec, ensemble, plans, outputs, tolerance):
            whole = self._in_double(chunk, spec, ensemble, plans, outputs, tolerance)
            yield _courses(whole)

    def _in_double(
        self,
        chunk: Chunk,
        spec: ModelSpec,
        ensemble: Ensemble,
        plans: Sequence[Schedule],
        outputs: tuple[str, ...],
        tolerance: float | None,
    ) -> Chunk:
        """Short reals that failed, again in double; every hundredth draw, to check.

        To the caller's tolerance, or else to that of the mode in double.

        Raises: NumericsError when a checked draw is too far off; see `check_short`.
        """
        if self.mode.in_double is None:
            return chunk
        double = replace(self, mode=self.mode.in_double, threads=1, _store=self._double)

        def run(rows: Integers, own: Sequence[Schedule]) -> tuple[Floats, Integers]:
            some = ensemble.rows(rows)
            found = list(double._chunks(spec, some, own, outputs, tolerance))
            self._double = double.store
            return (
                np.concatenate([each.outputs for each in found]),
                np.concatenate([each.status for each in found]),
            )

        draws = chunk.first + np.arange(len(chunk.status))
        failed = chunk.status != DONE
        if np.any(failed):
            again = draws[failed]
            chunk.outputs[failed], chunk.status[failed] = run(
                again, [plans[draw] for draw in again]
            )
        checked = ~failed & (draws % CHECKED_EVERY == 0)
        if np.any(checked):
            closely, asked = with_times_between([plans[d] for d in draws[checked]])
            check_short(chunk.outputs[checked], run(draws[checked], closely)[0], asked)
        return chunk

    def courses_together(
        self,
        spec: ModelSpec,
        groups: Ensemble,
        plans: Sequence[Schedule],
        outputs: tuple[str, ...],
        *,
        tolerance: float | None = None,
    ) -> Iterator[Courses]:
        """As `courses`, but each `width` draws take the steps of the first of them.

        Differences between such draws are differences of one discrete solution: they
        have no noise from the choice of steps.
        """
        yield from map(
            _courses,
            self._chunks(spec, groups, plans, outputs, tolerance, shared=True),
        )

    def width(self, spec: ModelSpec) -> int:
        """How many draws make a group of `courses_together`."""
        return self.store.kernel(spec).machine.width

    def jacobian(
        self,
        spec: ModelSpec,
        parameters: dict[str, float],
        plan: Schedule,
        *,
        tolerance: float | None = None,
    ) -> Floats:
        """float64[state, state]: d(dA_i/dt)/dA_j of the amounts where `plan` ends.

        In the order of `spec.states`, 1/h; exact derivatives of the model's formulas.

        Raises: NumericsError where a state is no species, or the draw fails.
        """
        states = self.store.kernel(spec).names.states
        order = {name: place for place, name in enumerate(states)}
        wanted = [f"amount({name})" for name in spec.states]
        if not order.keys() >= set(wanted):
            raise NumericsError(
                f"model {spec.identifier} integrates quantities that are no species; "
                "their Jacobian is not served"
            )
        last = replace(plan, times_h=plan.times_h[-1:])
        (chunk,) = self._chunks(
            spec, Ensemble.of(parameters), [last], JACOBIAN, tolerance
        )
        if chunk.status[0] != DONE:
            raise NumericsError(f"no Jacobian: {_REASONS[int(chunk.status[0])]}")
        full = np.zeros((len(states), len(states)))
        for (i, j), value in zip(
            self.store.observer(spec, JACOBIAN).places,
            chunk.outputs[0, 0],
            strict=True,
        ):
            full[i, j] = value
        place = [order[name] for name in wanted]
        return full[np.ix_(place, place)]

    def _chunks(
        self,
        spec: ModelSpec,
        ensemble: Ensemble,
        plans: Sequence[Schedule],
        outputs: tuple[str, ...],
        tolerance: float | None,
        *,
        shared: bool = False,
    ) -> Iterator[Chunk]:
        if len(plans) != ensemble.n_draws:
            raise NumericsError(
                f"{len(plans)} schedules for {ensemble.n_draws} draws; give one a draw"
            )
        if not plans:
            return
        loaded = self.store.kernel(spec)
        names = loaded.names
        if loaded.machine.events and any(plan.period_h for plan in plans):
            raise UnsupportedModel(
                spec.identifier, ("events, and doses repeated before time 0",)
            )
        programme = programmes(spec, names, plans)
        tracked = np.union1d(programme.tracked, loaded.set_by_events)
        if loaded.machine.is_short:
            # As the lanes have them, whoever else's regimen changes them or not.
            tracked = np.union1d(tracked, self.store.observer(spec, outputs).held)
        relative = self.mode.tolerance if tolerance is None else tolerance
        question = Question(
            values=np.ascontiguousarray(ensemble.values),
            column_of=_columns(spec, names, ensemble),
            programmes=programme.lines,
            tracked=tracked,
            times=np.array(plans[0].times_h),
            rules=Rules(
                relative,
                np.full(len(names.states), relative * self.mode.floor * _unit(names)),
                np.array([name not in names.sinks for name in names.states], np.int64),
                memory=self.mode.memory,
                shared=shared,
            ),
        )
        window = self._window(spec, outputs, loaded, tracked)
        threads = self.threads or os.cpu_count() or 1
        yield from run(
            loaded.machine,
            window,
            question,
            integrate=self.device.integrate,
            size=self.device.chunk(),
            threads=threads,
        )

    def _window(
        self,
        spec: ModelSpec,
        outputs: tuple[str, ...],
        loaded: Loaded,
        tracked: Integers,
    ) -> Window:
        found = self.store.observer(spec, outputs)
        tracked_at = np.full(len(loaded.names.held), -1, np.int64)
        tracked_at[tracked] = len(loaded.names.states) + np.arange(len(tracked))
        return Window(found.address, found.n_outputs, tracked_at, found)


def _unit(names: Names) -> float:
    """What counts as 1 in the model's own unit, where that is small (mol of a cell)."""
    return min(1.0, names.size) if names.size > 0 else 1.0


def _courses(chunk: Chunk) -> Courses:
    failed = np.flatnonzero(chunk.status != DONE)
    return Courses(
        chunk.first,
        chunk.outputs,
        tuple((chunk.first + int(i), _REASONS[int(chunk.status[i])]) for i in failed),
    )


def _columns(spec: ModelSpec, names: Names, ensemble: Ensemble) -> Integers:
    """Which column of the ensemble each given quantity is.

    Raises: ModelError for a quantity that is needed and has no value anywhere.
    """
    place = {name: column for column, name in enumerate(ensemble.names)}
    missing = [
        name
        for name, value in zip(names.given, names.defaults, strict=True)
        if value != value and name not in place and name in names.required
    ]
    if missing:
        raise ModelError(
            f"model {spec.identifier} gives no value for {', '.join(missing)}; set it"
        )
    return np.array([place.get(name, -1) for name in names.given], np.int64)
