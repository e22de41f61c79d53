"""From SBML text to machine code: everything a model needs to run, by name.

    equations -> graph -> derivatives, hoisting, elimination -> text -> object code

A `Kernel` is object code with the names of its vectors; an `Observer` computes outputs
from what the kernel recorded.  Both are made once and kept (`object_cache`): a model
that was seen before is neither parsed nor compiled.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from twin.engine.event_plan import EventPlan
from twin.engine.graph.evaluation import evaluated
from twin.engine.graph.event_formulas import event_formulas
from twin.engine.graph.hoisting import held_places
from twin.engine.graph.nodes import Node
from twin.engine.graph.vector_field import VectorField
from twin.engine.lanes import machine
from twin.engine.lanes.block import MOST_TRIGGERS
from twin.engine.lanes.elementary import called_in, elementary_functions
from twin.engine.lanes.emit_attend import emit_attend
from twin.engine.lanes.emit_lines import emit_lines
from twin.engine.lanes.emit_loop import emit_loop
from twin.engine.lanes.emit_model import ModelEmitter, entries_of
from twin.engine.lanes.emit_observe import emit_observe
from twin.engine.lanes.emit_step import emit_step
from twin.engine.lanes.emit_thread import (
    emit_gpu_entry,
    emit_thread,
    lanes_of_threads,
)
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.llvm_writer import Lanes
from twin.engine.lanes.rosenbrock import TABLEAUX
from twin.errors import ModelError, NumericsError, UnsupportedModel

ENGINE_VERSION = "2"
"""Changed whenever a result may change by a bit: results carry it."""


@dataclass(frozen=True, slots=True)
class Method:
    """How to integrate: a tableau by name, on numbers of which kind, how many at once.

    width  patients a vector, 0 for what suits the processor
    """

    tableau: str
    real: Literal["double", "float"] = "double"
    width: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    """What the places of a kernel's vectors are called.

    states    in the order of the records
    given     held quantities with a number of their own: NaN where the file has none
    defaults  those numbers
    held      all held quantities; the given ones first
    required  given quantities that the start or the rates need
    sinks     states that no rate depends on: they only fill
    size      the largest state at the start, as the file has it: its unit's scale
    fixed     compartments in which a concentration is integrated: it would have to be
              diluted by a change of their size
    """

    states: tuple[str, ...]
    given: tuple[str, ...]
    defaults: tuple[float, ...]
    held: tuple[str, ...]
    required: tuple[str, ...]
    sinks: tuple[str, ...]
    size: float
    fixed: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """A model that can be run."""

    names: Names
    layout: Layout
    lanes: Lanes
    events: tuple[EventPlan, ...]
    n_event_values: int
    code: bytes


def compiled(
    field: VectorField, method: Method, processor: machine.Processor
) -> Kernel:
    """The kernel of a model.

    Raises: UnsupportedModel for more events than a lane can watch; NumericsError for
        events in short reals.
    """
    if len(field.triggers) > MOST_TRIGGERS:
        raise UnsupportedModel("", (f"more than {MOST_TRIGGERS} events",))
    if field.events and method.real == "float":
        raise NumericsError(
            "the moments of events are found in double precision; run a model with "
            "events in the population or the reference mode"
        )
    lanes = lanes_of(method, processor)
    kernel, assembly = written(field, method, lanes)
    return replace(kernel, code=machine.object_code(assembly, processor))


def compiled_for_threads(
    field: VectorField, method: Method, processor: machine.Processor | None
) -> Kernel:
    """The kernel of a model with one lane a thread: PTX for a GPU.

    processor  makes it for that instead, to run what a GPU would without one

    Raises: UnsupportedModel for events and for functions a GPU does not have.
    """
    lanes = lanes_of_threads(method.real)
    kernel, assembly = written(field, method, lanes)
    refused = [f"function {name}" for name in sorted(called_in(assembly))]
    if field.events:
        refused.append("events")
    if refused:
        raise UnsupportedModel("", tuple(f"{each} (on a GPU)" for each in refused))
    assembly += emit_thread(lanes, kernel.layout)
    if processor is not None:
        return replace(kernel, code=machine.object_code(assembly, processor))
    return replace(kernel, code=machine.ptx_code(assembly + emit_gpu_entry()))


def written(field: VectorField, method: Method, lanes: Lanes) -> tuple[Kernel, str]:
    """The kernel but for its code, and the text that is compiled to it."""
    tableau = TABLEAUX[method.tableau]
    emitter = ModelEmitter(field, lanes)
    code = emitter.code()
    layout = Layout(
        len(field.states),
        len(field.held),
        len(field.filled),
        code.n_hoisted,
        code.n_factors,
        tableau.n_stages,
    )
    events = event_formulas(field)
    assembly = "\n".join(
        [
            elementary_functions(lanes),
            code.text,
            emit_step(lanes, tableau, layout, code),
            emit_lines(lanes, layout),
            emit_attend(lanes, layout, len(field.given), _initially(field)),
            emit_loop(lanes, tableau, layout, has_events=bool(field.events)),
        ]
    )
    if events.plans:
        assembly += emit_observe(field, lanes, events.nodes)
    names = _names(field, {j for _, j in emitter.entries})
    return Kernel(names, layout, lanes, events.plans, len(events.nodes), b""), assembly


def _initially(field: VectorField) -> int | None:
    """What the triggers count as before time 0, as bits."""
    if not field.events:
        return None
    return sum(1 << k for k, event in enumerate(field.events) if event.initially)


def lanes_of(method: Method, processor: machine.Processor) -> Lanes:
    """The lane vectors of a method on a processor."""
    suited = processor.lanes(method.real)
    if not method.width:
        return suited
    return Lanes(method.real, method.width, suited.fused)


def _names(field: VectorField, acting: set[int]) -> Names:
    needed = held_places(field.graph, [*field.start, *field.rates])
    n_given = len(field.given)
    made = {p for p in needed if p >= n_given}
    needed |= held_places(field.graph, [field.filled[p - n_given] for p in made])
    return Names(
        states=field.states,
        given=tuple(field.given),
        defaults=tuple(field.given.values()),
        held=field.held,
        required=tuple(field.held[p] for p in sorted(needed) if p < n_given),
        sinks=tuple(s for j, s in enumerate(field.states) if j not in acting),
        size=_size(field),
        fixed=tuple(
            sorted({c for s, c in field.volumes.items() if f"[{s}]" in field.states})
        ),
    )


def _size(field: VectorField) -> float:
    """0 where nothing is there at the start, or nothing is known of it."""
    given = [*field.given.values()]
    filled = evaluated(field.graph, field.filled, given)
    start = evaluated(field.graph, field.start, [*given, *filled])
    return max((abs(value) for value in start if math.isfinite(value)), default=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Observer:
    """Computes outputs of records.

    places  of a Jacobian's entries
    held    held quantities it reads, by place
    """

    n_outputs: int
    places: tuple[tuple[int, int], ...]
    held: tuple[int, ...]
    code: bytes


# Asked for as outputs: the derivatives of all rates by all states.
JACOBIAN = ("d rates / d states",)


def observer(
    field: VectorField, outputs: Sequence[str], processor: machine.Processor
) -> Observer:
    """The observer of some outputs of a model.

    Raises: ModelError when the model has no quantity of such a name.
    """
    missing = [name for name in outputs if name not in field.names]
    if missing:
        raise ModelError(
            f"the model has no output {', '.join(missing)}; names are SBML ids, "
            "[id] for a concentration, amount(id) for an amount"
        )
    nodes = [field.names.value(name) for name in outputs]
    return _observing(field, nodes, (), processor)


def jacobian_observer(field: VectorField, processor: machine.Processor) -> Observer:
    """The observer of the entries of the Jacobian that are not always zero."""
    entries = entries_of(field)
    return _observing(field, list(entries.values()), tuple(entries), processor)


def _observing(
    field: VectorField,
    nodes: list[Node],
    places: tuple[tuple[int, int], ...],
    processor: machine.Processor,
) -> Observer:
    lanes = processor.lanes("double")
    assembly = elementary_functions(lanes) + emit_observe(field, lanes, nodes)
    held = tuple(sorted(held_places(field.graph, nodes)))
    code = machine.object_code(assembly, processor)
    return Observer(len(nodes), places, held, code)
