"""The formulas of a model's events, as outputs of one observer, and where they go."""

from dataclasses import dataclass

from twin.engine.event_plan import Assignment, Dilution, EventPlan
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


def event_formulas(field: VectorField) -> EventFormulas:
    """Delays, priorities, assigned values and the volumes they need, of all events.

    Raises: ForeignFileError when an event assigns what cannot be assigned.
    """
    return _Planner(field).planned()


class _Planner:
    def __init__(self, field: VectorField) -> None:
        self.field = field
        self.nodes: list[Node] = []

    def planned(self) -> EventFormulas:
        plans = tuple(self._plan(event) for event in self.field.events)
        return EventFormulas(tuple(self.nodes), plans)

    def _place(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _formula(self, formula: Formula | None) -> int:
        return -1 if formula is None else self._place(self.field.names.of(formula))

    def _volume(self, species: str) -> int:
        volume = self.field.volume_where_concentration(species)
        return -1 if volume is None else self._place(volume)

    def _plan(self, event: Event) -> EventPlan:
        assigned = {name for name, _ in event.assignments}
        return EventPlan(
            delay=self._formula(event.delay),
            priority=self._formula(event.priority),
            persistent=event.persistent,
            values_from_trigger=event.values_from_trigger,
            assignments=tuple(self._assignment(*each) for each in event.assignments),
            dilutions=tuple(
                Dilution(self.field.states.index(f"[{species}]"), self._volume(species))
                for species, compartment in self.field.volumes.items()
                if compartment in assigned
                and species not in assigned
                and f"[{species}]" in self.field.states
            ),
        )

    def _assignment(self, name: str, formula: Formula) -> Assignment:
        """A species' value is an amount, or a concentration times the volume."""
        field, output = self.field, self._formula(formula)
        for target in (name, f"[{name}]", f"amount({name})"):
            volume = self._volume(name) if target.startswith("amount(") else -1
            if target in field.states:
                return Assignment(True, field.states.index(target), output, volume)
            if target in field.held:
                return Assignment(False, field.held.index(target), output, volume)
        raise ForeignFileError(
            f"an event assigns {name!r}, which a rule computes or which is nothing"
        )
