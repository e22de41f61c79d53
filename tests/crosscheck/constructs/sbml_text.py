"""SBML written by hand: one function an element, the level chosen last.

A `Part` is an element that has not been told its level and version yet; `sbml` puts
parts into their lists.  What the level requires is written, what it does not have is
not: `constant` of a species reference, `initialValue` of a trigger, ...
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.crosscheck.constructs.infix import mathml

Level = tuple[int, int]
L2V1, L2V2, L2V3, L2V4 = (2, 1), (2, 2), (2, 3), (2, 4)
L3V1, L3V2 = (3, 1), (3, 2)

COMP = "http://www.sbml.org/sbml/level3/version1/comp/version1"
_LISTS = (  # in the order that Level 2 requires
    "FunctionDefinitions",
    "UnitDefinitions",
    "Compartments",
    "Species",
    "Parameters",
    "InitialAssignments",
    "Rules",
    "Constraints",
    "Reactions",
    "Events",
    "comp:Submodels",
    "comp:Ports",
)


@dataclass(frozen=True)
class Part:
    """An element and the list that holds it."""

    place: str
    write: Callable[[Level], str]


Attribute = str | float | bool | None


def tag(name: str, attributes: Mapping[str, Attribute], *children: str) -> str:
    """An element; attributes that are None are left out."""
    said = "".join(
        f' {key}="{str(value).lower() if isinstance(value, bool) else value}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{said}>{''.join(children)}</{name}>"


def sbml(
    *parts: Part,
    level: Level = L3V2,
    conversion: str | None = None,
    definitions: str = "",
    namespaces: str = "",
) -> str:
    """A document of one model.

    conversion   the model's conversionFactor
    definitions  comp:listOfModelDefinitions and the like, after the model
    namespaces   further attributes of the document
    """
    number, version = level
    core = f"http://www.sbml.org/sbml/level{number}"
    if number == 3:
        core += f"/version{version}/core"
    elif version > 1:
        core += f"/version{version}"
    inside = model("model", *parts, level=level, conversion=conversion)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<sbml xmlns="{core}" level="{number}" version="{version}"{namespaces}>'
        f"{inside}{definitions}</sbml>\n"
    )


def model(
    name: str,
    *parts: Part,
    level: Level = L3V2,
    conversion: str | None = None,
    element: str = "model",
) -> str:
    """The model alone: also what `comp:modelDefinition` holds."""
    lists = []
    for place in _LISTS:
        items = "".join(part.write(level) for part in parts if part.place == place)
        prefix, _, plain = place.rpartition(":")
        if items:
            lists.append(tag(f"{prefix}:listOf{plain}".lstrip(":"), {}, items))
    return tag(element, {"id": name, "conversionFactor": conversion}, *lists)


def raw(place: str, text: str) -> Part:
    """An element as it is written."""
    return Part(place, lambda _level: text)


def compartment(
    name: str = "C",
    size: float | None = 1.0,
    *,
    dimensions: float | None = 3,
    constant: bool = True,
    comp: str = "",
) -> Part:
    attributes = {
        "id": name,
        "spatialDimensions": dimensions,
        "size": size,
        "constant": constant,
    }
    return Part("Compartments", lambda _: tag("compartment", attributes, comp))


def species(
    name: str,
    amount: float | None = None,
    *,
    concentration: float | None = None,
    where: str = "C",
    only_amount: bool = False,
    boundary: bool = False,
    constant: bool = False,
    factor: str | None = None,
    comp: str = "",
) -> Part:
    attributes = {
        "id": name,
        "compartment": where,
        "initialAmount": amount,
        "initialConcentration": concentration,
        "hasOnlySubstanceUnits": only_amount,
        "boundaryCondition": boundary,
        "constant": constant,
        "conversionFactor": factor,
    }
    return Part("Species", lambda _: tag("species", attributes, comp))


def parameter(
    name: str, value: float | None = None, *, constant: bool = True, comp: str = ""
) -> Part:
    attributes = {"id": name, "value": value, "constant": constant}
    return Part("Parameters", lambda _: tag("parameter", attributes, comp))


def variable(name: str, value: float | None = None) -> Part:
    """A parameter that is not constant."""
    return parameter(name, value, constant=False)


def assigned(name: str, infix: str) -> Part:
    return _rule("assignmentRule", {"variable": name}, infix)


def rated(name: str, infix: str) -> Part:
    return _rule("rateRule", {"variable": name}, infix)


def algebraic(infix: str) -> Part:
    return _rule("algebraicRule", {}, infix)


def _rule(element: str, attributes: Mapping[str, str], infix: str) -> Part:
    return Part("Rules", lambda _: tag(element, attributes, mathml(infix)))


def starts(name: str, infix: str) -> Part:
    return Part(
        "InitialAssignments",
        lambda _: tag("initialAssignment", {"symbol": name}, mathml(infix)),
    )


def function(name: str, infix: str) -> Part:
    return Part(
        "FunctionDefinitions",
        lambda _: tag("functionDefinition", {"id": name}, mathml(infix)),
    )


_TERM = re.compile(
    r"^(?:(?P<id>\w+):)?\s*"
    r"(?:(?P<number>[\d.]+(?:e[-+]?\d+)?)\s+|\{(?P<math>.*)\}\s*)?(?P<species>[A-Za-z_]\w*)$"
)


def reaction(
    name: str,
    equation: str,
    law: str | None,
    *,
    local: Mapping[str, float] | None = None,
    modifiers: tuple[str, ...] = (),
    fast: bool | None = None,
) -> Part:
    """A reaction such as "2 A + n:3 B -> {k * 2} C": id, number or mathematics."""
    left, right = equation.split("->")

    def write(level: Level) -> str:
        children = [
            tag(f"listOf{kind}", {}, *(_participant(t, level) for t in terms))
            for kind, side in (("Reactants", left), ("Products", right))
            if (terms := [t.strip() for t in re.split(r"\+(?![^{]*\})", side)]) != [""]
        ]
        if modifiers:
            said = (tag("modifierSpeciesReference", {"species": m}) for m in modifiers)
            children.append(tag("listOfModifiers", {}, *said))
        if law is not None:
            children.append(tag("kineticLaw", {}, mathml(law), _local(local, level)))
        said_fast = False if fast is None and level == L3V1 else fast
        attributes: dict[str, Attribute] = {
            "id": name,
            "reversible": False,
            "fast": said_fast,
        }
        return tag("reaction", attributes, *children)

    return Part("Reactions", write)


def _participant(term: str, level: Level) -> str:
    found = _TERM.match(term)
    assert found, term
    name, number = found["id"], found["number"]
    if level[0] == 3 and name is None and number is None:
        number = "1"
    attributes: dict[str, Attribute] = {
        "id": name,
        "species": found["species"],
        "stoichiometry": number,
        "constant": name is None if level[0] == 3 else None,
    }
    inside = found["math"] or ""
    if inside:
        inside = tag("stoichiometryMath", {}, mathml(inside))
    return tag("speciesReference", attributes, inside)


def _local(values: Mapping[str, float] | None, level: Level) -> str:
    if not values:
        return ""
    kind = "LocalParameter" if level[0] == 3 else "Parameter"
    element = kind[0].lower() + kind[1:]
    said = (tag(element, {"id": n, "value": v}) for n, v in values.items())
    return tag(f"listOf{kind}s", {}, *said)


def event(
    name: str,
    when: str,
    then: Mapping[str, str],
    *,
    delay: str | None = None,
    priority: str | None = None,
    initial: bool = True,
    persistent: bool = True,
    from_trigger: bool = True,
) -> Part:
    def write(level: Level) -> str:
        new = level[0] == 3
        trigger = {"initialValue": initial, "persistent": persistent} if new else {}
        children = [tag("trigger", trigger, mathml(when))]
        if priority is not None:
            children.append(tag("priority", {}, mathml(priority)))
        if delay is not None:
            children.insert(1, tag("delay", {}, mathml(delay)))
        said = (
            tag("eventAssignment", {"variable": variable}, mathml(infix))
            for variable, infix in then.items()
        )
        children.append(tag("listOfEventAssignments", {}, *said))
        stated = from_trigger if level >= L2V4 else None
        attributes = {"id": name, "useValuesFromTriggerTime": stated}
        return tag("event", attributes, *children)

    return Part("Events", write)


def submodel(name: str, definition: str, *inside: str) -> Part:
    attributes = {"comp:id": name, "comp:modelRef": definition}
    text = tag("comp:submodel", attributes, *inside)
    return Part("comp:Submodels", lambda _: text)
