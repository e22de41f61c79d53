"""What makes an SBML model mean nothing: names of nothing, two values for one, circles.

libsbml looks for the same and more, but in a time that grows with the cube of the
number of rules (a minute for a thousand); here each formula is read once.  What a
model may break and still mean something (units, a species that a law reads and no
modifier names) is not looked for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter
from typing import Any

from twin.sbml.formula_places import (
    Place,
    event_name,
    formula_places,
    function_places,
    participants,
)


def inconsistencies(model: Any) -> tuple[str, ...]:
    """Each place where a flat model contradicts itself or names nothing."""
    functions, formulas = tuple(function_places(model)), tuple(formula_places(model))
    valued = _valued(model)
    known = {*valued, *(r.getId() for r in model.getListOfReactions())}
    return (
        *_shared_ids(model),
        *_unknown_compartments_and_factors(model),
        *_unknown_participants(model),
        *_constant_participants(model),
        *_twice_ruled(model),
        *_twice_started(model),
        *_wrongly_set(model, valued),
        *_wrongly_assigned(model),
        *_wrong_calls(model, (*functions, *formulas)),
        *_unknown_names(functions, set()),
        *_unknown_names(formulas, known),
        *_circle((f.defines, {name for name, _ in f.calls}) for f in functions),
        *_circle((f.defines, f.reads_now) for f in formulas if f.defines),
    )


def _valued(model: Any) -> dict[str, Any]:
    """What may be given a value, by id."""
    elements = (
        *model.getListOfCompartments(),
        *model.getListOfSpecies(),
        *model.getListOfParameters(),
        *(reference for _, reference in participants(model) if reference.isSetId()),
    )
    return {element.getId(): element for element in elements}


def _shared_ids(model: Any) -> Iterator[str]:
    owners: dict[str, list[str]] = {}
    for elements in (
        model.getListOfFunctionDefinitions(),
        model.getListOfCompartments(),
        model.getListOfSpecies(),
        model.getListOfParameters(),
        model.getListOfReactions(),
        model.getListOfEvents(),
        (reference for _, reference in participants(model)),
    ):
        for element in elements:
            if element.isSetId():
                owners.setdefault(element.getId(), []).append(_kind(element))
    for name, kinds in owners.items():
        if len(kinds) > 1:
            yield f"{' and '.join(kinds)} share the id {name}; give each its own"


def _unknown_compartments_and_factors(model: Any) -> Iterator[str]:
    for species in model.getListOfSpecies():
        if model.getCompartment(species.getCompartment()) is None:
            yield _lacks(_called(species), "compartment", species.getCompartment())
    for element in (model, *model.getListOfSpecies()):
        factor = element.getConversionFactor()
        if factor and model.getParameter(factor) is None:
            yield _lacks(_called(element), "parameter", factor)


def _unknown_participants(model: Any) -> Iterator[str]:
    modifiers = (
        (reaction.getId(), reference)
        for reaction in model.getListOfReactions()
        for reference in reaction.getListOfModifiers()
    )
    for reaction, reference in (*participants(model), *modifiers):
        if model.getSpecies(reference.getSpecies()) is None:
            yield _lacks(f"reaction {reaction}", "species", reference.getSpecies())


def _constant_participants(model: Any) -> Iterator[str]:
    """Species that reactions should change and may not."""
    for reaction, reference in participants(model):
        species = model.getSpecies(reference.getSpecies())
        if species is None or species.getBoundaryCondition():
            continue
        if species.isSetConstant() and species.getConstant():
            yield (
                f"reaction {reaction} changes {_called(species)}, which is constant; "
                'write boundaryCondition="true" there, or constant="false"'
            )


def _twice_ruled(model: Any) -> Iterator[str]:
    rules: dict[str, list[str]] = {}
    for rule in _rules(model):
        rules.setdefault(rule.getVariable(), []).append(_rule(rule))
    for name, kinds in rules.items():
        if len(kinds) > 1:
            yield f"{name} has {' and '.join(kinds)}; leave one"


def _twice_started(model: Any) -> Iterator[str]:
    starts = Counter(a.getSymbol() for a in model.getListOfInitialAssignments())
    assigned = _assigned(model)
    for name, times in starts.items():
        if times > 1:
            yield f"{name} has {times} initial assignments; leave one"
        if name in assigned:
            yield (
                f"{name} has an initial assignment and an assignment rule, which "
                "holds at time 0 already; leave one"
            )


def _wrongly_set(model: Any, valued: Mapping[str, Any]) -> Iterator[str]:
    """What sets a constant, or nothing that has a value."""
    sets = (
        *((_rule(rule), rule.getVariable(), True) for rule in _rules(model)),
        *(
            ("an initial assignment", a.getSymbol(), False)
            for a in model.getListOfInitialAssignments()
        ),
        *(
            (event_name(event), a.getVariable(), True)
            for event in model.getListOfEvents()
            for a in event.getListOfEventAssignments()
        ),
    )
    for who, name, later in sets:
        if name not in valued:
            yield f"{who} sets {name!r}, which the model does not have"
        elif later and valued[name].isSetConstant() and valued[name].getConstant():
            yield (
                f"{who} sets {_called(valued[name])}, which is constant; "
                'write constant="false" there'
            )


def _wrongly_assigned(model: Any) -> Iterator[str]:
    """Events that assign one thing twice, or what a rule computes."""
    computed = _assigned(model)
    for event in model.getListOfEvents():
        sets = Counter(a.getVariable() for a in event.getListOfEventAssignments())
        for name, times in sets.items():
            if times > 1:
                yield f"{event_name(event)} sets {name} {times} times; leave one"
            if name in computed:
                yield (
                    f"{event_name(event)} sets {name}, which an assignment rule "
                    "computes; leave one"
                )


def _wrong_calls(model: Any, formulas: Iterable[Place]) -> Iterator[str]:
    takes = {
        f.getId(): f.getNumArguments() for f in model.getListOfFunctionDefinitions()
    }
    for formula in formulas:
        for name, given in sorted(formula.calls):
            if name not in takes:
                yield _lacks(formula.where, "function", name)
            elif takes[name] != given:
                yield (
                    f"{formula.where} calls function {name} with {given} arguments; "
                    f"it takes {takes[name]}"
                )


def _unknown_names(formulas: Iterable[Place], known: set[str]) -> Iterator[str]:
    for formula in formulas:
        for name in sorted(formula.reads - known):
            yield f"{formula.where} reads {name!r}, which has no value there"


def _circle(made_of: Iterable[tuple[str, AbstractSet[str]]]) -> Iterator[str]:
    """The first circle among names that are made of names."""
    order = TopologicalSorter({name: sorted(of) for name, of in made_of})
    try:
        order.prepare()
    except CycleError as error:
        first, *others, _ = reversed(error.args[1])
        by = f" by way of {', '.join(others)}" if others else ""
        yield f"{first} is defined by itself{by}; break the circle"


def _rules(model: Any) -> list[Any]:
    """Those that have a variable."""
    return [rule for rule in model.getListOfRules() if not rule.isAlgebraic()]


def _assigned(model: Any) -> set[str]:
    return {rule.getVariable() for rule in _rules(model) if rule.isAssignment()}


def _rule(rule: Any) -> str:
    return "an assignment rule" if rule.isAssignment() else "a rate rule"


def _lacks(who: str, kind: str, name: str) -> str:
    return f"{who} names {kind} {name!r}, which the model does not have"


def _called(element: Any) -> str:
    return f"{_kind(element)} {element.getId()}"


def _kind(element: Any) -> str:
    """What an element is, in a word."""
    kind = str(element.getElementName())
    words = {"speciesReference": "stoichiometry", "functionDefinition": "function"}
    return words.get(kind, kind)
