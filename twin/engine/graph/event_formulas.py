"""The formulas of a model's events, as outputs of one observer, and where they go."""

from collections.abc import Callable
from dataclasses import dataclass

from twin.engine.events import Assignment, EventPlan
from twin.engine.graph.nodes import Node
from twin.engine.graph.vector_field import VectorField
from twin.errors import ForeignFileError
from twin.sbml.equations import Event
from twin.sbml.formula import Formula


@dataclass(frozen=True, slots=True)
class EventFormulas:
    """What events compute (nodes) and what they do with it (plans)."""

    nodes: tuple[Node, ...]
    plans: tuple[EventPlan, ...]


# Puts a formula among the nodes, times a volume; its number.
Place = Callable[[Formula | None, Node | None], int]


def event_formulas(field: VectorField) -> EventFormulas:
    """Delays, priorities and assigned values of all events.

    Raises: ForeignFileError when an event assigns what cannot be assigned.
    """
    nodes: list[Node] = []

    def place(formula: Formula | None, by: Node | None = None) -> int:
        if formula is None:
            return -1
        node = field.names.of(formula)
        nodes.append(node if by is None else field.graph.product([node, by]))
        return len(nodes) - 1

    def plan(event: Event) -> EventPlan:
        return EventPlan(
            delay=place(event.delay),
            priority=place(event.priority),
            persistent=event.persistent,
            values_from_trigger=event.values_from_trigger,
            assignments=tuple(
                _assignment(field, name, formula, place)
                for name, formula in event.assignments
            ),
        )

    plans = tuple(plan(event) for event in field.events)
    return EventFormulas(tuple(nodes), plans)


def _assignment(
    field: VectorField, name: str, formula: Formula, place: Place
) -> Assignment:
    """A species' value is an amount, or a concentration times the volume."""
    for target, by in (
        (name, None),
        (f"[{name}]", None),
        (f"amount({name})", field.volume_where_concentration(name)),
    ):
        if target in field.states:
            return Assignment(True, field.states.index(target), place(formula, by))
        if target in field.held:
            return Assignment(False, field.held.index(target), place(formula, by))
    raise ForeignFileError(
        f"an event assigns {name!r}, which a rule computes or which is nothing"
    )
