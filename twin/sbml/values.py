"""Numbers in an SBML text: which the start computes, and others in their place."""

from collections.abc import Mapping

import libsbml


def initially_assigned(text: str) -> frozenset[str]:
    """Ids of what initial assignments compute."""
    model = libsbml.readSBMLFromString(text).getModel()
    return frozenset(a.getSymbol() for a in model.getListOfInitialAssignments())


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
