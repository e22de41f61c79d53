"""What each name of a model stands for, as formulas over a few primitive quantities.

    states   integrated: amounts of species that react, and whatever has a rate rule
    held     set only by doses, changes and events: constants, and what nothing changes
    given    numbers of the file (or of the patient) from which the start is made

Species are integrated as amounts, so that sums of amounts are kept to rounding; where
a rate rule speaks of a concentration, the concentration itself is integrated.  Beside
its own name (amount or concentration, as the model means it) each species has
`amount(X)` and `[X]`, and each state `rateOf(X)`.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twin.errors import ForeignFileError
from twin.sbml.equations import Compartment, Equations, Species
from twin.sbml.formula import AVOGADRO, Apply, Formula, Number, Symbol

# The value in Level 3 Version 1 (CODATA 2006), as libroadrunner has it.
_AVOGADRO = 6.02214179e23


@dataclass(frozen=True, slots=True, eq=False)
class Definitions:
    """The primitive quantities of a model, and every other name in terms of them.

    states    names of what is integrated; of a reacting species `amount(X)`
    held      names of what is held
    given     name -> number of the file, NaN where it has none
    always    name -> formula that holds at any time
    at_start  name -> formula that holds at time 0, over given quantities
    volumes   species whose name means a concentration -> compartment
    """

    states: tuple[str, ...]
    held: tuple[str, ...]
    given: Mapping[str, float]
    always: Mapping[str, Formula]
    at_start: Mapping[str, Formula]
    volumes: Mapping[str, str]


def definitions(equations: Equations) -> Definitions:
    """The names of a model, sorted into the above."""
    return _Sorter(equations).sorted()


class _Sorter:
    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        self.states: list[str] = []
        self.held: list[str] = []
        self.given: dict[str, float] = {}
        self.always: dict[str, Formula] = {AVOGADRO: Number(_AVOGADRO)}
        self.at_start: dict[str, Formula] = {AVOGADRO: Number(_AVOGADRO)}
        self.volumes: dict[str, str] = {}
        self.compartments = {c.name: c for c in equations.compartments}
        self.reacting = {
            participant.species
            for reaction in equations.reactions
            for participant in reaction.participants
        }

    def sorted(self) -> Definitions:
        for species in self.equations.species:
            self._species(species)
        for compartment in self.equations.compartments:
            self._plain(compartment.name, _size(compartment))
        for parameter in self.equations.parameters:
            self._plain(parameter.name, parameter.value)
        for reaction in self.equations.reactions:
            self.always[reaction.name] = self.at_start[reaction.name] = reaction.rate
        for species in self.equations.species:
            reacts = f"amount({species.name})" in self.states
            if reacts and species.name not in self.equations.rated:
                self._rate_of_amount(species)
        for name, formula in self.always.items():
            if name.startswith("rateOf("):
                self.at_start.setdefault(name, formula)
        return Definitions(
            tuple(self.states),
            tuple(self.held),
            self.given,
            self.always,
            self.at_start,
            self.volumes,
        )

    def _plain(self, name: str, number: float) -> None:
        """A parameter or a compartment."""
        equations = self.equations
        if name in equations.assigned:
            self.always[name] = self.at_start[name] = equations.assigned[name]
            return
        if name in equations.rated:
            self.states.append(name)
            self.always[f"rateOf({name})"] = equations.rated[name]
        else:
            self.held.append(name)
            self.always[f"rateOf({name})"] = Number(0.0)
        if name in equations.initial:
            self.at_start[name] = equations.initial[name]
        else:
            self.given[name] = number

    def _species(self, species: Species) -> None:
        equations, name = self.equations, species.name
        amount, concentration = f"amount({name})", f"[{name}]"
        volume = self._volume(species)
        is_amount = species.substance_only or isinstance(volume, Number)
        meaning = amount if is_amount else concentration
        by_volume = Apply("times", (Symbol(concentration), volume))
        per_volume = Apply("divide", (Symbol(amount), volume))
        if not is_amount:
            self.volumes[name] = species.compartment
        for table in (self.always, self.at_start):
            table[name] = Symbol(meaning)
            table[concentration] = per_volume
        if name in equations.assigned:
            other = concentration if is_amount else amount
            for table in (self.always, self.at_start):
                table[meaning] = equations.assigned[name]
                table[other] = per_volume if is_amount else by_volume
            return
        self._species_start(species, meaning, volume)
        if name in equations.rated:
            self.states.append(meaning)
            self.always[f"rateOf({name})"] = equations.rated[name]
            self.always[f"rateOf({meaning})"] = equations.rated[name]
            if not is_amount:
                del self.always[concentration]
                self.always[amount] = by_volume
        elif name in self.reacting and not (species.boundary or species.constant):
            self.states.append(amount)
            per = Apply("divide", (Symbol(f"rateOf({amount})"), volume))
            self.always[f"rateOf({name})"] = (
                Symbol(f"rateOf({amount})") if is_amount else per
            )
        else:
            self.held.append(amount)
            self.always[f"rateOf({name})"] = Number(0.0)

    def _species_start(self, species: Species, meaning: str, volume: Formula) -> None:
        name = species.name
        amount, concentration = f"amount({name})", f"[{name}]"
        by_volume = Apply("times", (Symbol(concentration), volume))
        if name in self.equations.initial:
            self.at_start[meaning] = self.equations.initial[name]
            if meaning == concentration:
                self.at_start[amount] = by_volume
            return
        self.given[f"initial({name})"] = species.initial
        if species.initial_is_concentration and not isinstance(volume, Number):
            self.at_start[concentration] = Symbol(f"initial({name})")
            self.at_start[amount] = by_volume
        else:
            self.at_start[amount] = Symbol(f"initial({name})")

    def _volume(self, species: Species) -> Formula:
        """The compartment's size; a point has none, and its species are amounts."""
        if species.compartment not in self.compartments:
            raise ForeignFileError(
                f"species {species.name} is in compartment {species.compartment!r}, "
                "which the model does not have"
            )
        if self.compartments[species.compartment].is_point:
            return Number(1.0)
        return Symbol(species.compartment)

    def _rate_of_amount(self, species: Species) -> None:
        """Extents of all reactions, times stoichiometry and conversion factor."""
        changes = tuple(self._changes(species))
        self.always[f"rateOf(amount({species.name}))"] = Apply("plus", changes)

    def _changes(self, species: Species) -> Iterator[Formula]:
        for reaction in self.equations.reactions:
            for participant in reaction.participants:
                if participant.species != species.name:
                    continue
                factors: tuple[Formula, ...] = (
                    participant.stoichiometry,
                    Symbol(reaction.name),
                )
                if species.conversion_factor:
                    factors = (*factors, Symbol(species.conversion_factor))
                yield Apply("times", factors)


def _size(compartment: Compartment) -> float:
    if compartment.is_point and math.isnan(compartment.size):
        return 1.0
    return compartment.size
