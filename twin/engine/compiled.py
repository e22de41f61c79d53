"""The engine that is compiled: an engine for `simulate`, on lane code of the model.

Bitwise the same results whatever the neighbours of a draw, the lane width and the
number of threads, on processors with one set of features (named in the provenance,
with the engine's version); elsewhere to the mode's tolerance.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from twin.engine.courses import Courses
from twin.engine.ensemble import run
from twin.engine.events import Assignment, EventPlan
from twin.engine.handover import Integers, Machine, Question, Rules, Window
from twin.engine.lanes import machine
from twin.engine.lanes.block import (
    DONE,
    NEVER_AT_REST,
    NOT_FINITE,
    STEP_TOO_SMALL,
    TOO_MANY_STEPS,
)
from twin.engine.lanes.kernel import (
    ENGINE_VERSION,
    Method,
    Names,
    compiled,
    lanes_of,
    observer,
)
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.llvm_writer import Lanes
from twin.engine.lanes.machine import LoadedCode
from twin.engine.object_cache import Artefact, ObjectCache, default_folder
from twin.engine.programme import programmes
from twin.engine.schedule import Schedule
from twin.errors import ModelError
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble

_REASONS = {
    TOO_MANY_STEPS: "it took more steps than allowed",
    STEP_TOO_SMALL: "no step is short enough for the tolerance",
    NOT_FINITE: "a state or a rate is not finite",
    NEVER_AT_REST: "the repeated doses never come to a steady state",
}


@dataclass(frozen=True, slots=True)
class Mode:
    """How exactly, and by which method.

    tolerance  relative, of the error of a step
    floor      absolute tolerance in the model's units, as a part of the relative
    memory     1: relative to each state's largest value so far; 0: to its size now
    """

    name: str
    method: Method
    tolerance: float
    floor: float = 1e-6
    memory: float = 1.0


REFERENCE = Mode("reference", Method("Rodas5P"), 1e-6)
POPULATION = Mode("population", Method("Rodas4"), 1e-3)
FAST = Mode("fast", Method("Veldd4", "float"), 1e-3)
MODES = {mode.name: mode for mode in (REFERENCE, POPULATION, FAST)}


@dataclass(eq=False)
class CompiledEngine:
    """Integrates ensembles with compiled code.

    mode     see `MODES`
    threads  0 for one a processor core
    folder   of compiled objects; the user's cache by default
    """

    mode: Mode = REFERENCE
    threads: int = 0
    cache: ObjectCache = field(default_factory=lambda: ObjectCache(default_folder()))
    _kernels: dict[str, "_Loaded"] = field(default_factory=dict, repr=False)
    _windows: dict[tuple[str, tuple[str, ...]], LoadedCode] = field(
        default_factory=dict, repr=False
    )

    @property
    def name(self) -> str:
        """Name, version and processor, for provenance."""
        method = self.mode.method
        return (
            f"compiled {ENGINE_VERSION} {method.tableau} {method.real} "
            f"{self.mode.tolerance:g} on {machine.this_processor().fingerprint}"
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled without its code: another process has its own processor."""
        return (type(self), (self.mode, self.threads, self.cache))

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
        loaded = self._loaded(spec)
        names = loaded.names
        column_of = _columns(spec, names, ensemble)
        programme = programmes(spec, names.states, names.held, plans)
        tracked = np.union1d(programme.tracked, loaded.set_by_events)
        question = Question(
            values=np.ascontiguousarray(ensemble.values),
            column_of=column_of,
            programmes=programme.lines,
            tracked=tracked,
            times=np.array(plans[0].times_h),
            rules=self._rules(names, tolerance),
        )
        window = self._window(spec, outputs, names, tracked)
        threads = self.threads or os.cpu_count() or 1
        for chunk in run(loaded.machine, window, question, threads=threads):
            yield Courses(
                chunk.first,
                chunk.outputs,
                tuple(
                    (chunk.first + int(i), _REASONS[int(chunk.status[i])])
                    for i in np.flatnonzero(chunk.status != DONE)
                ),
            )

    def _rules(self, names: Names, tolerance: float | None) -> Rules:
        relative = self.mode.tolerance if tolerance is None else tolerance
        floor = relative * self.mode.floor
        return Rules(relative, np.full(len(names.states), floor), self.mode.memory)

    def _loaded(self, spec: ModelSpec) -> "_Loaded":
        if spec.sha256 not in self._kernels:
            method, processor = self.mode.method, machine.this_processor()
            lanes = lanes_of(method, processor)
            key = "\n".join(
                [
                    f"kernel {ENGINE_VERSION} {machine.version()}",
                    spec.sha256,
                    f"{method.tableau} {lanes.real} {lanes.width}",
                    processor.fingerprint,
                ]
            )

            def make() -> Artefact:
                kernel = compiled(spec.text, method, processor)
                description = asdict(kernel)
                return Artefact(description, description.pop("code"))

            kept = self.cache.get(key, make)
            self._kernels[spec.sha256] = _Loaded.of(kept)
        return self._kernels[spec.sha256]

    def _window(
        self,
        spec: ModelSpec,
        outputs: tuple[str, ...],
        names: Names,
        tracked: Integers,
    ) -> Window:
        key = (spec.sha256, outputs)
        if key not in self._windows:
            processor = machine.this_processor()
            text = "\n".join(
                [
                    f"observer {ENGINE_VERSION} {machine.version()}",
                    spec.sha256,
                    *outputs,
                    processor.fingerprint,
                ]
            )
            kept = self.cache.get(
                text,
                lambda: Artefact({}, observer(spec.text, outputs, processor).code),
            )
            self._windows[key] = LoadedCode(kept.code)
        tracked_at = np.full(len(names.held), -1, np.int64)
        tracked_at[tracked] = len(names.states) + np.arange(len(tracked))
        address = self._windows[key].address("observe")
        return Window(address, len(outputs), tracked_at)


@dataclass(frozen=True, slots=True, eq=False)
class _Loaded:
    """A kernel in this process; `code` keeps it alive."""

    names: Names
    machine: Machine
    code: LoadedCode

    @property
    def set_by_events(self) -> Integers:
        """Places of the held quantities that events assign."""
        places = {
            assignment.place
            for event in self.machine.events
            for assignment in event.assignments
            if not assignment.to_state
        }
        return np.array(sorted(places), np.int64)

    @classmethod
    def of(cls, kept: Artefact) -> "_Loaded":
        code, found = LoadedCode(kept.code), kept.description
        names = Names(**{k: tuple(v) for k, v in found["names"].items()})
        lanes = Lanes(**found["lanes"])
        events = tuple(_event_plan(**plan) for plan in found["events"])
        return cls(
            names,
            Machine(
                advance=code.address("advance"),
                width=lanes.width,
                vector_bytes=lanes.bytes,
                layout=Layout(**found["layout"]),
                defaults=np.array(names.defaults),
                events=events,
                n_event_values=found["n_event_values"],
                judge=code.address("judge") if events else 0,
                observe_events=code.address("observe") if events else 0,
            ),
            code,
        )


def _event_plan(assignments: list[dict[str, Any]], **rest: Any) -> EventPlan:
    return EventPlan(
        **rest, assignments=tuple(Assignment(**each) for each in assignments)
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
