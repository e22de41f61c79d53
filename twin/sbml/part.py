"""The smallest part of a model that still answers for some of its quantities.

Follows every quantity to what its equation names, and drops the rest.  What is kept
is therefore all that can act on the wanted quantities: a scale that is not in the
part does not feed back on it.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping

from twin.errors import ModelError
from twin.sbml.model_spec import ModelSpec
from twin.sbml.reader import CORE, read

_NAMED = "{http://www.w3.org/1998/Math/MathML}ci"


def part_of(spec: ModelSpec, outputs: Iterable[str]) -> ModelSpec:
    """The part of `spec` on which `outputs` depend, as a model of its own.

    Gives the same course of `outputs` under the same doses.  Initial assignments
    are kept: their constants are needed to begin with.

    Raises: ModelError when an output is unknown, or the model has events.
    """
    wanted = tuple(outputs)
    spec.require(wanted, what="output")
    root = ET.fromstring(spec.text)  # noqa: S314 - a model that was read and checked
    model = root.find(CORE + "model")
    if model is None or model.find(CORE + "listOfEvents") is not None:
        raise ModelError(f"model {spec.identifier}: a part of a model has no events")
    names = _names_in_equations(model)
    needed: set[str] = set()
    open_names = set(wanted)
    while open_names:
        name = open_names.pop()
        if name not in needed:
            needed.add(name)
            open_names |= names.get(name, set()) - needed
    _drop_the_rest(model, needed)
    return read(
        ET.tostring(root, encoding="unicode"),
        administrations=[
            a
            for a in spec.administrations.values()
            if needed.issuperset(a.amount_per_mg)
        ],
    )


def _names_in_equations(model: ET.Element) -> Mapping[str, set[str]]:
    """Quantity -> what its value, start or rate of change is made of."""
    names: dict[str, set[str]] = {}
    for function in _in_list(model, "listOfFunctionDefinitions"):
        names[function.get("id", "")] = set(_named(function))
    for element in _in_list(model, "listOfSpecies"):
        names[element.get("id", "")] = {element.get("compartment", "")}
    for tag, attribute in (
        ("listOfRules", "variable"),
        ("listOfInitialAssignments", "symbol"),
    ):
        for equation in _in_list(model, tag):
            names.setdefault(equation.get(attribute, ""), set()).update(
                _named(equation)
            )
    for reaction in _in_list(model, "listOfReactions"):
        changed = {
            r.get("species", "") for r in reaction.iter(f"{CORE}speciesReference")
        }
        rate = changed | set(_named(reaction))
        for species in changed:
            names.setdefault(species, set()).update(rate)
    return names


def _drop_the_rest(model: ET.Element, needed: set[str]) -> None:
    for tag, attribute in (
        ("listOfFunctionDefinitions", "id"),
        ("listOfSpecies", "id"),
        ("listOfCompartments", "id"),
        ("listOfParameters", "id"),
        ("listOfRules", "variable"),
        ("listOfInitialAssignments", "symbol"),
        ("listOfReactions", "id"),
    ):
        found = model.find(CORE + tag)
        if found is None:
            continue
        for element in list(found):
            if not needed.intersection(_subjects(element, attribute)):
                found.remove(element)
        if not len(found):
            model.remove(found)


def _subjects(element: ET.Element, attribute: str) -> set[str]:
    """What an element is about: the quantity it names, or the species it changes."""
    changed = element.iter(f"{CORE}speciesReference")
    return {element.get(attribute, ""), *(r.get("species", "") for r in changed)}


def _in_list(model: ET.Element, tag: str) -> Iterator[ET.Element]:
    found = model.find(CORE + tag)
    return iter(()) if found is None else iter(found)


def _named(element: ET.Element) -> Iterator[str]:
    return ((ci.text or "").strip() for ci in element.iter(_NAMED))
