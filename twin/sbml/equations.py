"""What an SBML model says mathematically, as a value: the core of Level 2 and 3.

Names and formulas only; nothing is resolved, simplified or run here.  Submodels are
flattened and local parameters have names of their own (`reaction.parameter`) before
a model becomes `Equations`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from twin.sbml.formula import Formula


@dataclass(frozen=True, slots=True)
class Compartment:
    """`size` is NaN where the file gives none; points (0 dimensions) have no size."""

    name: str
    size: float
    constant: bool
    is_point: bool = False


@dataclass(frozen=True, slots=True)
class Species:
    """A pool.  In formulas its name means an amount or, by default, a concentration.

    initial                   NaN where the file gives none
    initial_is_concentration  what `initial` is
    substance_only            the name means an amount
    boundary                  reactions do not change it
    conversion_factor         parameter by which extents become amounts, or nothing
    """

    name: str
    compartment: str
    initial: float
    initial_is_concentration: bool
    substance_only: bool
    boundary: bool
    constant: bool
    conversion_factor: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number with a name; NaN where the file gives no value."""

    name: str
    value: float
    constant: bool


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A formula with arguments."""

    arguments: tuple[str, ...]
    body: Formula


@dataclass(frozen=True, slots=True)
class Participant:
    """How much of a species one extent of a reaction takes (< 0) or makes (> 0)."""

    species: str
    stoichiometry: Formula


@dataclass(frozen=True, slots=True)
class Reaction:
    """Extents per time, and what they change."""

    name: str
    rate: Formula
    participants: tuple[Participant, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """When `trigger` becomes true, after `delay`, `assignments` are made.

    initially            what the trigger counts as before time 0
    persistent           carried out even if the trigger is false again by then
    values_from_trigger  the values are those of the moment of the trigger
    priority             larger goes first among those of one moment, or nothing
    """

    name: str
    trigger: Formula
    assignments: tuple[tuple[str, Formula], ...]
    delay: Formula | None = None
    priority: Formula | None = None
    initially: bool = True
    persistent: bool = True
    values_from_trigger: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Equations:
    """One flat model; names are SBML ids, in the order of the file.

    initial   values at time 0 that are computed, by name
    assigned  quantities that always have a computed value, by name
    rated     rates of change that are given, by name
    """

    identifier: str
    compartments: tuple[Compartment, ...]
    species: tuple[Species, ...]
    parameters: tuple[Parameter, ...]
    functions: Mapping[str, FunctionDefinition]
    initial: Mapping[str, Formula]
    assigned: Mapping[str, Formula]
    rated: Mapping[str, Formula]
    reactions: tuple[Reaction, ...]
    events: tuple[Event, ...]
