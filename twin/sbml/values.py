"""Numbers in an SBML text: which the start computes, and others in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import libsbml

from twin.sbml.formula_places import formula_places


@dataclass(frozen=True, slots=True)
class Starts:
    """How a model begins, as far as it matters to whoever changes its numbers.

    compartments    ids of all
    computed        ids of what initial assignments compute
    concentrations  species that begin with a concentration, whatever the volume
    read_volumes    whether an initial assignment reads what a volume changes
    """

    compartments: frozenset[str]
    computed: frozenset[str]
    concentrations: frozenset[str]
    read_volumes: bool


def starts(text: str) -> Starts:
    """How the model in an SBML text begins."""
    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    compartments = frozenset(c.getId() for c in model.getListOfCompartments())
    computed = frozenset(a.getSymbol() for a in model.getListOfInitialAssignments())
    ruled = {r.getVariable() for r in model.getListOfRules() if r.isAssignment()}
    species = {s.getId(): s for s in model.getListOfSpecies()}
    amounts = {name for name, s in species.items() if s.getHasOnlySubstanceUnits()}
    given = {
        name
        for name, s in species.items()
        if name not in computed and s.isSetInitialConcentration()
    }
    # Another value in another volume: an amount that is given as a concentration, or a
    # concentration that is given as an amount.
    changed = {
        name
        for name in species.keys() - computed - ruled
        if (name in given) == (name in amounts)
    }
    return Starts(
        compartments,
        computed,
        frozenset(given | (computed & species.keys()) - amounts) - ruled,
        not _read_at_start(model, computed).isdisjoint(changed | compartments),
    )


def _read_at_start(model: Any, computed: frozenset[str]) -> set[str]:
    """All that initial assignments read, and what that is made of."""
    made_of = {p.defines: p.reads for p in formula_places(model) if p.defines}
    read: set[str] = set()
    waiting = list(computed)
    while waiting:
        new = made_of.get(waiting.pop(), frozenset()) - read
        read |= new
        waiting.extend(new)
    return read


def with_values(text: str, values: Mapping[str, float]) -> str:
    """The text with other values of parameters and compartments, by id."""
    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    for name, value in values.items():
        parameter, compartment = model.getParameter(name), model.getCompartment(name)
        if parameter is not None:
            parameter.setValue(float(value))
        elif compartment is not None:
            compartment.setSize(float(value))
    return str(libsbml.writeSBMLToString(document))
