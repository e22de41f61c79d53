"""SBML text to `ModelSpec`.

Our own models are read trusting the hash their manifest gives (they were checked
when compiled); `checked=True` runs libsbml over the text and makes every warning,
units included, an error.
"""

import hashlib
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from types import MappingProxyType

from twin.errors import ModelError
from twin.sbml.model_spec import Administration, ModelSpec

CORE = "{http://www.sbml.org/sbml/level3/version2/core}"


def read(
    text: str, *, administrations: Iterable[Administration] = (), checked: bool = False
) -> ModelSpec:
    """The model in `text` (SBML L3V2, flattened).

    Raises: ModelError when the text is no flat L3V2 model or, with `checked`, when
    libsbml has anything to say about it.
    """
    if checked:
        _check(text)
    try:
        root = ET.fromstring(text)  # noqa: S314 - our own files, known by hash
    except ET.ParseError as error:
        raise ModelError(f"not an XML document: {error}") from error
    model = root.find(CORE + "model")
    if model is None:
        raise ModelError(
            "no SBML Level 3 Version 2 model in this text; convert it first "
            "(`twin model compile` makes one from Antimony)"
        )
    ruled = {
        rule.get("variable", ""): rule.tag.removeprefix(CORE)
        for rule in _children(model, "listOfRules")
    }
    started = {
        a.get("symbol", "") for a in _children(model, "listOfInitialAssignments")
    }
    constants: dict[str, float] = {}
    units: dict[str, str] = {}
    computed: list[str] = []
    notes: dict[str, str] = {}
    for tag, attribute in (
        ("listOfCompartments", "size"),
        ("listOfParameters", "value"),
    ):
        for element in _children(model, tag):
            name = element.get("id", "")
            units[name] = element.get("units", "")
            if (note := element.find(CORE + "notes")) is not None:
                notes[name] = " ".join("".join(note.itertext()).split())
            if ruled.get(name) == "assignmentRule":
                computed.append(name)
            elif name not in ruled and name not in started:
                constants[name] = float(element.get(attribute, "nan"))
    species = _children(model, "listOfSpecies")
    named = [element.get("id", "") for element in species]
    rated = [name for name, kind in ruled.items() if kind == "rateRule"]
    return ModelSpec(
        identifier=model.get("id", "model"),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        states=(*named, *(name for name in rated if name not in named)),
        concentrations=frozenset(
            element.get("id", "")
            for element in species
            if element.get("hasOnlySubstanceUnits") != "true"
        ),
        constants=MappingProxyType(constants),
        computed=tuple(computed),
        units=MappingProxyType(units),
        administrations=MappingProxyType({a.substance: a for a in administrations}),
        notes=MappingProxyType(notes),
    )


def _children(model: ET.Element, tag: str) -> list[ET.Element]:
    found = model.find(CORE + tag)
    return [] if found is None else list(found)


def _check(text: str) -> None:
    import libsbml  # noqa: PLC0415 - a tenth of a second, needed here only

    from twin.sbml.compiler import check  # noqa: PLC0415 - it imports libsbml

    complaints = check(libsbml.readSBMLFromString(text))
    if complaints:
        raise ModelError("the model is not clean: " + "; ".join(complaints[:10]))
