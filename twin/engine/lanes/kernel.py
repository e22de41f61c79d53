"""From SBML text to machine code: everything a model needs to run, by name.

    equations -> graph -> derivatives, hoisting, elimination -> text -> object code

A `Kernel` is object code with the names of its vectors; an `Observer` computes outputs
from what the kernel recorded.  Both are made once and kept (`object_cache`): a model
that was seen before is neither parsed nor compiled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from twin.engine.events import EventPlan
from twin.engine.graph.event_formulas import EventFormulas, event_formulas
from twin.engine.graph.hoisting import held_places
from twin.engine.graph.vector_field import VectorField, vector_field
from twin.engine.lanes import machine
from twin.engine.lanes.elementary import elementary_functions
from twin.engine.lanes.emit_attend import emit_attend
from twin.engine.lanes.emit_lines import emit_lines
from twin.engine.lanes.emit_loop import emit_loop
from twin.engine.lanes.emit_model import ModelEmitter
from twin.engine.lanes.emit_observe import emit_observe
from twin.engine.lanes.emit_step import emit_step
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.llvm_writer import Lanes
from twin.engine.lanes.rosenbrock import TABLEAUX
from twin.errors import ModelError
from twin.sbml.equation_reader import equations_of

ENGINE_VERSION = "1"
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
    """

    states: tuple[str, ...]
    given: tuple[str, ...]
    defaults: tuple[float, ...]
    held: tuple[str, ...]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """A model that can be run."""

    names: Names
    layout: Layout
    lanes: Lanes
    events: tuple[EventPlan, ...]
    n_event_values: int
    code: bytes


def compiled(text: str, method: Method, processor: machine.Processor) -> Kernel:
    """The kernel of the SBML in `text`.

    Raises: ForeignFileError, UnsupportedModel as `equations_of`; ModelError when
    nothing in the model ever moves.
    """
    field = vector_field(equations_of(text))
    lanes = lanes_of(method, processor)
    if field.events and lanes.real == "float":
        # A moment is found to double precision; the observer of events is in double.
        lanes = processor.lanes("double")
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
        assembly += _event_observer(field, events, processor)
    return Kernel(
        _names(field),
        layout,
        lanes,
        events.plans,
        len(events.nodes),
        machine.object_code(assembly, processor),
    )


def _event_observer(
    field: VectorField, events: EventFormulas, processor: machine.Processor
) -> str:
    return emit_observe(field, processor.lanes("double"), events.nodes)


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


def _names(field: VectorField) -> Names:
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
    )


@dataclass(frozen=True, slots=True, eq=False)
class Observer:
    """Computes named outputs of records."""

    outputs: tuple[str, ...]
    code: bytes


def observer(
    text: str, outputs: Sequence[str], processor: machine.Processor
) -> Observer:
    """The observer of some outputs of the SBML in `text`.

    Raises: ModelError when the model has no quantity of such a name.
    """
    field = vector_field(equations_of(text))
    missing = [name for name in outputs if name not in field.names]
    if missing:
        raise ModelError(
            f"the model has no output {', '.join(missing)}; names are SBML ids, "
            "[id] for a concentration, amount(id) for an amount"
        )
    lanes = processor.lanes("double")
    nodes = [field.names.value(name) for name in outputs]
    assembly = elementary_functions(lanes) + emit_observe(field, lanes, nodes)
    return Observer(tuple(outputs), machine.object_code(assembly, processor))
