"""Inflows: the same model, with constant-rate entries into some of its species.

An infusion is then a change of an inflow's rate, for every engine alike.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from twin.errors import ModelError
from twin.sbml.model_spec import ModelSpec
from twin.sbml.reader import CORE, read

_MATHML = "http://www.w3.org/1998/Math/MathML"


def inflow_of(species: str) -> str:
    """The constant that is the rate of inflow into a species, amount per time."""
    return f"inflow_into_{species}"


def with_inflows(spec: ModelSpec, species: Iterable[str]) -> ModelSpec:
    """`spec` with an inflow, 0 until it is changed, into each of `species`.

    Raises: ModelError when a name is taken, or a species does not exist.
    """
    root = ET.fromstring(spec.text)  # noqa: S314 - a model that was read and checked
    model = root.find(CORE + "model")
    if model is None:
        raise ModelError(f"model {spec.identifier} is no SBML Level 3 Version 2")
    units = model.get("substanceUnits", "")
    for name in dict.fromkeys(species):
        if name not in spec.states or inflow_of(name) in spec.constants:
            raise ModelError(f"model {spec.identifier}: no inflow into {name} is free")
        parameter = ET.SubElement(
            _list(model, "listOfParameters"), CORE + "parameter", id=inflow_of(name)
        )
        parameter.attrib.update({"value": "0", "constant": "true"})
        if units:
            parameter.set("units", units)
        _inflow(_list(model, "listOfReactions"), name)
    return read(
        ET.tostring(root, encoding="unicode"),
        administrations=spec.administrations.values(),
    )


def _list(model: ET.Element, tag: str) -> ET.Element:
    found = model.find(CORE + tag)
    return ET.SubElement(model, CORE + tag) if found is None else found


def _inflow(reactions: ET.Element, species: str) -> None:
    reaction = ET.SubElement(
        reactions, CORE + "reaction", id=f"infusion_of_{species}", reversible="false"
    )
    products = ET.SubElement(reaction, CORE + "listOfProducts")
    product = ET.SubElement(products, CORE + "speciesReference", species=species)
    product.attrib.update({"stoichiometry": "1", "constant": "true"})
    law = ET.SubElement(reaction, CORE + "kineticLaw")
    formula = ET.SubElement(law, f"{{{_MATHML}}}math")
    ET.SubElement(formula, f"{{{_MATHML}}}ci").text = inflow_of(species)
