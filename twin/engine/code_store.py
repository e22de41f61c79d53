"""Compiled code in this process: made, or taken from the cache, once a model.

One store serves one method on one processor.  Models are known by the hash of their
text; a model whose code is in the cache is not even parsed.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from twin.engine.device import Code, Device
from twin.engine.event_plan import Assignment, Dilution, EventPlan
from twin.engine.graph.vector_field import VectorField, vector_field
from twin.engine.handover import Integers, Machine
from twin.engine.lanes import machine
from twin.engine.lanes.kernel import (
    ENGINE_VERSION,
    JACOBIAN,
    Method,
    Names,
    jacobian_observer,
    observer,
)
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.llvm_writer import Lanes
from twin.engine.lanes.machine import LoadedCode
from twin.engine.object_cache import Artefact, ObjectCache
from twin.errors import UnsupportedModel
from twin.sbml.equations import Equations
from twin.sbml.model_spec import ModelSpec


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A kernel in this process; `code` keeps it alive."""

    names: Names
    machine: Machine
    code: Code

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
    def of(cls, kept: Artefact, code: Code) -> "Loaded":
        found = kept.description
        kept_names: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in found["names"].items()
        }
        names = Names(**kept_names)
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


def _event_plan(
    assignments: list[dict[str, Any]], dilutions: list[dict[str, Any]], **rest: Any
) -> EventPlan:
    return EventPlan(
        **rest,
        assignments=tuple(Assignment(**each) for each in assignments),
        dilutions=tuple(Dilution(**each) for each in dilutions),
    )


@cache
def _source() -> str:
    """Hash of the files from which SBML becomes code, here and in `twin.sbml`.

    What others wrote is not this engine's code.  A version may be forgotten to be
    raised; this cannot.
    """
    engine = Path(__file__).resolve().parent
    found = hashlib.sha256()
    for package in (engine.with_name("sbml"), engine):
        for path in sorted(package.rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


# Observers that are kept loaded: one a set of outputs that somebody asked for.
_MOST_OBSERVERS = 64


@dataclass(frozen=True, slots=True, eq=False)
class LoadedObserver:
    """An observer in this process.

    places  of a Jacobian's entries
    held    held quantities it reads, by place
    """

    n_outputs: int
    address: int
    places: tuple[tuple[int, int], ...]
    held: Integers
    code: LoadedCode


class CodeStore:
    """Kernels and observers by model."""

    def __init__(self, method: Method, cache: ObjectCache, device: Device) -> None:
        self._method, self._cache, self._device = method, cache, device
        self._processor = device.processor
        self._equations: dict[str, Equations] = {}
        self._lock = RLock()
        self._kernels: dict[str, Loaded] = {}
        self._observers: dict[tuple[str, tuple[str, ...]], LoadedObserver] = {}

    def kernel(self, spec: ModelSpec) -> Loaded:
        """What integrates a model.

        Raises: UnsupportedModel, ForeignFileError as `equations_of`.
        """
        with self._lock:
            return self._kernel(spec)

    def _kernel(self, spec: ModelSpec) -> Loaded:
        if spec.sha256 not in self._kernels:

            def make() -> Artefact:
                try:
                    kernel = self._device.compile(self._field(spec), self._method)
                except UnsupportedModel as refusal:
                    name = refusal.model or spec.identifier
                    raise UnsupportedModel(name, refusal.constructs) from refusal
                description = asdict(kernel)
                return Artefact(description, description.pop("code"))

            key = f"kernel {self._device.key(self._method)} {self._device.fingerprint}"
            kept = self._kept(key, spec, make)
            self._kernels[spec.sha256] = Loaded.of(kept, self._device.load(kept.code))
        return self._kernels[spec.sha256]

    def observer(self, spec: ModelSpec, outputs: tuple[str, ...]) -> LoadedObserver:
        """What computes these outputs of a model (or `JACOBIAN`).

        Raises: ModelError when the model has no such output.
        """
        with self._lock:
            return self._observer(spec, outputs)

    def _observer(self, spec: ModelSpec, outputs: tuple[str, ...]) -> LoadedObserver:
        key = (spec.sha256, outputs)
        if key not in self._observers:
            while len(self._observers) >= _MOST_OBSERVERS:  # the oldest goes
                del self._observers[next(iter(self._observers))]

            def make() -> Artefact:
                field = self._field(spec)
                made = (
                    jacobian_observer(field, self._processor)
                    if outputs == JACOBIAN
                    else observer(field, outputs, self._processor)
                )
                description = asdict(made)
                return Artefact(description, description.pop("code"))

            kept = self._kept("observer\n" + "\n".join(outputs), spec, make)
            code = LoadedCode(kept.code)
            places = tuple((i, j) for i, j in kept.description["places"])
            self._observers[key] = LoadedObserver(
                kept.description["n_outputs"],
                code.address("observe"),
                places,
                np.array(kept.description["held"], np.int64),
                code,
            )
        return self._observers[key]

    def _kept(
        self, what: str, spec: ModelSpec, make: Callable[[], Artefact]
    ) -> Artefact:
        key = (
            f"{what}\n{spec.sha256}\n{ENGINE_VERSION} {machine.version()}\n"
            f"{self._processor.fingerprint} {_source()}"
        )
        return self._cache.get(key, make)

    def _field(self, spec: ModelSpec) -> VectorField:
        """The model's graph, fresh: what is asked for adds to it.

        Terms of a sum stand in the order in which they were met, and bits depend on it;
        so nothing may be met but what is asked for now.
        """
        if spec.sha256 not in self._equations:
            from twin.sbml.equation_reader import (  # noqa: PLC0415 - it loads libsbml
                equations_of,
            )

            self._equations[spec.sha256] = equations_of(spec.text)
        return vector_field(self._equations[spec.sha256])
