"""What an event does, by places: formulas stand elsewhere, compiled."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a value goes: a state or a held quantity, by place; `output` holds it.

    volume  output by which the value becomes an amount when it is assigned, or -1
    """

    to_state: bool
    place: int
    output: int
    volume: int = -1


@dataclass(frozen=True, slots=True)
class Dilution:
    """A concentration that is integrated, in a compartment that the event resizes.

    Its amount stays, so it changes with the volume (an output).
    """

    place: int
    volume: int


@dataclass(frozen=True, slots=True)
class EventPlan:
    """One event; numbers are places among the outputs, -1 for none."""

    delay: int
    priority: int
    persistent: bool
    values_from_trigger: bool
    assignments: tuple[Assignment, ...]
    dilutions: tuple[Dilution, ...] = ()
