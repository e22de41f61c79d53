"""What the compiled engine does not have, found in a model and named."""

import xml.etree.ElementTree as ET
from io import BytesIO
from typing import Any

from twin.sbml.equations import Equations
from twin.sbml.formula import operators_in

# Packages that say nothing about the course in time.
_WITHOUT_MATHEMATICS = frozenset({"comp", "fbc", "groups", "layout", "render"})


def refused_packages(text: str) -> tuple[str, ...]:
    """Packages without which the model means something else, each named."""
    return tuple(
        f"package {name} (it changes the mathematics)"
        for name in _required_packages(text)
        if name not in _WITHOUT_MATHEMATICS
    )


def _required_packages(text: str) -> list[str]:
    """Packages without which, the file says, its mathematics is not understood."""
    try:
        beginning = BytesIO(text.encode())
        _, root = next(ET.iterparse(beginning, ("start",)))  # noqa: S314 - one tag
    except (ET.ParseError, StopIteration):
        return []  # libsbml says what is wrong
    required = (
        name[1:].partition("}")[0]
        for name, value in root.attrib.items()
        if name.endswith("}required") and value == "true"
    )
    # .../sbml/level3/version1/comp/version1
    return [
        parts[-2] if len(parts := uri.split("/")) > 2 and "sbml" in uri else uri
        for uri in required
    ]


def refused_constructs(model: Any) -> tuple[str, ...]:
    """Each construct that is not supported, in the words of the standard."""
    refused: list[str] = []
    refused += [
        "algebraic rule" for rule in model.getListOfRules() if rule.isAlgebraic()
    ]
    refused += [
        f"fast reaction {reaction.getId()}"
        for reaction in model.getListOfReactions()
        if reaction.isSetFast() and reaction.getFast()
    ]
    refused += [
        f"reaction {reaction.getId()} without a kinetic law"
        for reaction in model.getListOfReactions()
        if not reaction.isSetKineticLaw() or reaction.getKineticLaw().getMath() is None
    ]
    return tuple(dict.fromkeys(refused))


def delay_equations(equations: Equations) -> tuple[str, ...]:
    """Where a formula looks into the past."""
    events = equations.events
    formulas = [
        *((name, f.body) for name, f in equations.functions.items()),
        *equations.initial.items(),
        *equations.assigned.items(),
        *equations.rated.items(),
        *((r.name, r.rate) for r in equations.reactions),
        *((e.name, e.trigger) for e in events),
        *((e.name, e.delay) for e in events if e.delay is not None),
        *((e.name, formula) for e in events for _, formula in e.assignments),
    ]
    return tuple(
        f"delay equation ({name.removesuffix('()') or 'event'})"
        for name, formula in formulas
        if "delay" in operators_in(formula)
    )
