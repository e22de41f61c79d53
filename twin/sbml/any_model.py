"""Anybody's SBML as a `ModelSpec`: its names and constants, flattened, nothing judged.

What an engine cannot run, that engine refuses; here a model only has to be SBML that
does not contradict itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import libsbml

from twin.errors import ForeignFileError
from twin.sbml.consistency import inconsistencies
from twin.sbml.equation_reader import readable, sha256_of
from twin.sbml.model_spec import Administration, ModelSpec

_MOST_COMPLAINTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class AnyModel:
    """A spec, and what its names are.

    species  in the order of the file
    volumes  constants by which amounts of species become concentrations
    """

    spec: ModelSpec
    species: tuple[str, ...]
    volumes: frozenset[str]


def any_model(
    text: str, *, administrations: Mapping[str, Administration] | None = None
) -> AnyModel:
    """Any SBML, submodels taken into it; doses go where `administrations` says.

    Raises: ForeignFileError when libsbml cannot read it, or naming what in it
    contradicts itself.
    """
    document, text = readable(text)
    model = document.getModel()
    _check(model)
    rules = {rule.getVariable(): rule for rule in model.getListOfRules()}
    started = {a.getSymbol() for a in model.getListOfInitialAssignments()}
    species = list(model.getListOfSpecies())
    numbers = [*model.getListOfCompartments(), *model.getListOfParameters()]
    spec = ModelSpec(
        identifier=model.getId() or "model",
        text=text,
        sha256=sha256_of(text),
        states=(
            *(s.getId() for s in species),
            *(p.getId() for p in numbers if _has_rate(rules, p.getId())),
        ),
        concentrations=frozenset(
            s.getId() for s in species if not s.getHasOnlySubstanceUnits()
        ),
        constants=MappingProxyType(
            {
                element.getId(): _number(element)
                for element in numbers
                if element.getId() not in rules and element.getId() not in started
            }
        ),
        computed=(
            *(name for name, rule in rules.items() if rule.isAssignment() and name),
            *(p.getId() for p in numbers if p.getId() in started.difference(rules)),
        ),
        units=MappingProxyType({}),
        administrations=MappingProxyType(dict(administrations or {})),
    )
    divided = {s.getCompartment() for s in species if not s.getHasOnlySubstanceUnits()}
    points = {
        c.getId()
        for c in model.getListOfCompartments()
        if c.getSpatialDimensionsAsDouble() == 0.0
    }
    volumes = spec.constants.keys() & divided - points
    return AnyModel(spec, tuple(s.getId() for s in species), frozenset(volumes))


def _check(model: Any) -> None:
    found = inconsistencies(model)
    if not found:
        return
    said = "; ".join(found[:_MOST_COMPLAINTS])
    if len(found) > _MOST_COMPLAINTS:
        said += f"; and {len(found) - _MOST_COMPLAINTS} more"
    raise ForeignFileError(f"model {model.getId() or '(no id)'} is not valid: {said}")


def _has_rate(rules: dict[str, Any], name: str) -> bool:
    return name in rules and bool(rules[name].isRate())


def _number(element: Any) -> float:
    if element.getTypeCode() == libsbml.SBML_COMPARTMENT:
        return float(element.getSize())
    return float(element.getValue())
