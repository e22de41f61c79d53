"""Anybody's SBML as a `ModelSpec`: its names and constants, flattened, nothing judged.

What an engine cannot run, that engine refuses; here a model only has to be SBML.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import libsbml

from twin.sbml.equation_reader import readable, sha256_of
from twin.sbml.model_spec import Administration, ModelSpec


@dataclass(frozen=True, slots=True, eq=False)
class AnyModel:
    """A spec, and which of its names are species."""

    spec: ModelSpec
    species: tuple[str, ...]


def any_model(
    text: str, *, administrations: Mapping[str, Administration] | None = None
) -> AnyModel:
    """Any SBML, submodels taken into it; doses go where `administrations` says.

    Raises: ForeignFileError when libsbml cannot read it.
    """
    document, text = readable(text)
    model = document.getModel()
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
    return AnyModel(spec, tuple(s.getId() for s in species))


def _has_rate(rules: dict[str, Any], name: str) -> bool:
    return name in rules and bool(rules[name].isRate())


def _number(element: Any) -> float:
    if element.getTypeCode() == libsbml.SBML_COMPARTMENT:
        return float(element.getSize())
    return float(element.getValue())
