"""Every formula of an SBML model: where it stands, what it reads and what it calls.

For whoever asks what depends on what; nothing is resolved here and nothing judged.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import libsbml

_NOT_OF_NOW = frozenset({"delay", "rateOf"})
"""Symbols whose argument is named, but whose value of the moment is not read."""


@dataclass(frozen=True, slots=True)
class Place:
    """A formula where it stands.

    reads      names of quantities, its own (arguments, local parameters) left out
    reads_now  those whose value of the moment it needs
    calls      functions, each with the number of its arguments
    defines    the name whose value it is, or nothing
    """

    where: str
    reads: frozenset[str]
    reads_now: frozenset[str]
    calls: frozenset[tuple[str, int]]
    defines: str = ""


def formula_places(model: Any) -> Iterator[Place]:
    """All but function definitions and constraints."""
    for start in model.getListOfInitialAssignments():
        name = start.getSymbol()
        yield from _place(f"the initial assignment to {name}", start, defines=name)
    for rule in model.getListOfRules():
        name = rule.getVariable()
        where = f"the rule of {name}" if name else "an algebraic rule"
        yield from _place(where, rule, defines=name if rule.isAssignment() else "")
    for reaction in model.getListOfReactions():
        name, law = reaction.getId(), reaction.getKineticLaw()
        if law is not None:
            own = frozenset(p.getId() for p in law.getListOfParameters())
            yield from _place(f"the rate of reaction {name}", law, own, defines=name)
    for name, reference in participants(model):
        if reference.isSetStoichiometryMath():
            where = f"a stoichiometry of reaction {name}"
            yield from _place(where, reference.getStoichiometryMath())
    for event in model.getListOfEvents():
        for part, element in (
            ("trigger", event.getTrigger()),
            ("delay", event.getDelay()),
            ("priority", event.getPriority()),
        ):
            yield from _place(f"the {part} of {event_name(event)}", element)
        for a in event.getListOfEventAssignments():
            where = f"the assignment to {a.getVariable()} in {event_name(event)}"
            yield from _place(where, a)


def function_places(model: Any) -> Iterator[Place]:
    """The bodies of function definitions."""
    for function in model.getListOfFunctionDefinitions():
        name, body = function.getId(), function.getBody()
        if body is not None:
            arguments = (
                function.getArgument(i) for i in range(function.getNumArguments())
            )
            own = frozenset(argument.getName() for argument in arguments)
            yield _read(f"function {name}", body, own, name)


def participants(model: Any) -> Iterator[tuple[str, Any]]:
    """Reactants and products, with the name of their reaction."""
    for reaction in model.getListOfReactions():
        for listed in (reaction.getListOfReactants(), reaction.getListOfProducts()):
            for reference in listed:
                yield reaction.getId(), reference


def event_name(event: Any) -> str:
    return f"event {event.getId() or event.getName() or '(no id)'}"


def _place(
    where: str, element: Any, own: frozenset[str] = frozenset(), *, defines: str = ""
) -> Iterator[Place]:
    """The formula of an element, if it has one (Level 3 Version 2: need not)."""
    if element is not None and element.getMath() is not None:
        yield _read(where, element.getMath(), own, defines)


def _read(where: str, tree: Any, own: frozenset[str], defines: str) -> Place:
    # As text: libsbml's trees change their Python class when libsedml is loaded.
    root = ET.fromstring(libsbml.writeMathMLToString(tree))  # noqa: S314 - its own
    now: set[str] = set()
    ever: set[str] = set()
    calls: set[tuple[str, int]] = set()
    waiting = [(root, True)]
    while waiting:
        node, of_now = waiting.pop()
        tag, parts = _tag(node), list(node)
        if tag == "ci":
            (now if of_now else ever).add(_text(node))
        elif tag == "semantics":
            parts = parts[:1]  # what follows are annotations
        elif tag == "apply" and parts:
            head, *parts = parts
            if _tag(head) == "ci":
                calls.add((_text(head), len(parts)))
            elif _tag(head) == "csymbol":
                meaning = head.get("definitionURL", "").rpartition("/")[2]
                of_now = of_now and meaning not in _NOT_OF_NOW
        waiting += [(part, of_now) for part in parts]
    return Place(
        where,
        frozenset(now | ever) - own,
        frozenset(now) - own,
        frozenset(calls),
        defines,
    )


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: ET.Element) -> str:
    return (element.text or "").strip()
