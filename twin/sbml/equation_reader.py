"""Any SBML of Level 2 or 3 to `Equations`: flattened, names made unique.

What our mathematics does not have (algebraic rules, delay equations, fast reactions,
packages that change the mathematics) is refused by name, all of it at once, so that
the caller can pass the model to another engine.
"""

import hashlib
import math
from types import MappingProxyType
from typing import Any

import libsbml

from twin.errors import ForeignFileError, UnsupportedModel
from twin.sbml.compiler import flatten, text_of_document
from twin.sbml.equations import (
    Compartment,
    Equations,
    Event,
    FunctionDefinition,
    Parameter,
    Participant,
    Reaction,
    Species,
)
from twin.sbml.formula import (
    Apply,
    Formula,
    Number,
    Symbol,
    renamed,
)
from twin.sbml.mathematics import formula_of
from twin.sbml.refusals import (
    delay_equations,
    refused_constructs,
    refused_packages,
)


def equations_of(text: str) -> Equations:
    """The mathematics of the SBML in `text`.

    Raises: ForeignFileError when libsbml cannot read it, UnsupportedModel naming
    each construct that the compiled engine does not have.
    """
    document, _ = readable(text)
    model = document.getModel()
    refused = refused_constructs(model)
    if refused:
        raise UnsupportedModel(model.getId() or "(no id)", refused)
    equations = _equations(model)
    delayed = delay_equations(equations)
    if delayed:
        raise UnsupportedModel(equations.identifier, delayed)
    return equations


def _equations(model: Any) -> Equations:
    starts = {a.getSymbol(): _math(a) for a in model.getListOfInitialAssignments()}
    assigned, rated = _rules(model)
    reactions, local = _reactions(model)
    return Equations(
        identifier=model.getId() or "model",
        compartments=tuple(_compartment(c) for c in model.getListOfCompartments()),
        species=tuple(_species(s, model) for s in model.getListOfSpecies()),
        parameters=(
            *(_parameter(p) for p in model.getListOfParameters()),
            *local,
            *_stoichiometries(model),
        ),
        functions=MappingProxyType(
            {
                f"{f.getId()}()": _function(f)
                for f in model.getListOfFunctionDefinitions()
            }
        ),
        initial=MappingProxyType({k: v for k, v in starts.items() if v is not None}),
        assigned=MappingProxyType(assigned),
        rated=MappingProxyType(rated),
        reactions=reactions,
        events=tuple(
            event for e in model.getListOfEvents() if (event := _event(e)) is not None
        ),
    )


def sha256_of(text: str) -> str:
    """The identity of a model: of its text, byte for byte."""
    return hashlib.sha256(text.encode()).hexdigest()


def readable(text: str) -> tuple[Any, str]:
    """The libsbml document of a text without errors, submodels taken into the model.

    With the text of that.

    Raises: ForeignFileError with libsbml's first complaint, UnsupportedModel for a
    package without which the model means something else.
    """
    if packages := refused_packages(text):
        raise UnsupportedModel("", packages)
    document = libsbml.readSBMLFromString(text)
    if document.getNumErrors(libsbml.LIBSBML_SEV_FATAL) or document.getModel() is None:
        first = document.getErrorLog().getError(0)
        said = " ".join(first.getMessage().split()) if first else "no model in it"
        raise ForeignFileError(f"libsbml cannot read this SBML: {said}")
    if document.getNumErrors(libsbml.LIBSBML_SEV_ERROR):
        log = document.getErrorLog()
        first = log.getErrorWithSeverity(0, libsbml.LIBSBML_SEV_ERROR)
        raise ForeignFileError(
            f"not valid SBML, line {first.getLine()}: "
            f"{' '.join(first.getMessage().split())}"
        )
    if document.getPlugin("comp") is None:
        return document, text
    flat = flatten(document)
    return flat, text_of_document(flat)


def _math(element: Any) -> Formula | None:
    """A formula, or nothing where the element has none (Level 3 Version 2)."""
    if element is None or element.getMath() is None:
        return None
    return formula_of(element.getMath())


def _compartment(c: Any) -> Compartment:
    return Compartment(
        c.getId(),
        c.getSize() if c.isSetSize() else math.nan,
        c.getConstant(),
        is_point=c.getSpatialDimensionsAsDouble() == 0.0,
    )


def _species(s: Any, model: Any) -> Species:
    by_amount = s.isSetInitialAmount()
    return Species(
        s.getId(),
        s.getCompartment(),
        s.getInitialAmount() if by_amount else s.getInitialConcentration(),
        initial_is_concentration=not by_amount and s.isSetInitialConcentration(),
        substance_only=s.getHasOnlySubstanceUnits(),
        boundary=s.getBoundaryCondition(),
        constant=s.getConstant(),
        conversion_factor=s.getConversionFactor() or model.getConversionFactor() or "",
    )


def _parameter(p: Any, name: str | None = None) -> Parameter:
    value = p.getValue() if p.isSetValue() else math.nan
    return Parameter(name or p.getId(), value, p.getConstant())


def _function(f: Any) -> FunctionDefinition:
    body = f.getBody()
    return FunctionDefinition(
        tuple(f.getArgument(i).getName() for i in range(f.getNumArguments())),
        Number(math.nan) if body is None else formula_of(body),
    )


def _rules(model: Any) -> tuple[dict[str, Formula], dict[str, Formula]]:
    assigned: dict[str, Formula] = {}
    rated: dict[str, Formula] = {}
    for rule in model.getListOfRules():
        formula = _math(rule)
        if formula is not None:
            (assigned if rule.isAssignment() else rated)[rule.getVariable()] = formula
    return assigned, rated


def _reactions(model: Any) -> tuple[tuple[Reaction, ...], tuple[Parameter, ...]]:
    reactions: list[Reaction] = []
    local: list[Parameter] = []
    for number, r in enumerate(model.getListOfReactions()):
        name = r.getId() or f"reaction {number + 1}"
        law = r.getKineticLaw()
        own = {} if law is None else _own_names(law, name)
        if law is not None:
            local += [_parameter(p, own[p.getId()]) for p in law.getListOfParameters()]
        rate = _math(law)
        participants = [
            Participant(reference.getSpecies(), _stoichiometry(reference, sign))
            for sign, references in (
                (-1.0, r.getListOfReactants()),
                (1.0, r.getListOfProducts()),
            )
            for reference in references
        ]
        reactions.append(
            Reaction(
                name,
                Number(math.nan) if rate is None else renamed(rate, own),
                tuple(participants),
            )
        )
    return tuple(reactions), tuple(local)


def _own_names(law: Any, reaction: str) -> dict[str, str]:
    return {p.getId(): f"{reaction}.{p.getId()}" for p in law.getListOfParameters()}


def _stoichiometry(reference: Any, sign: float) -> Formula:
    if reference.isSetStoichiometryMath():
        amount = formula_of(reference.getStoichiometryMath().getMath())
    elif reference.isSetId():
        amount = Symbol(reference.getId())
    else:
        amount = Number(_plain_stoichiometry(reference))
    if isinstance(amount, Number):
        return Number(sign * amount.value)
    return Apply("times", (Number(sign), amount))


def _plain_stoichiometry(reference: Any) -> float:
    if not reference.isSetStoichiometry() and reference.getLevel() > 2:
        return math.nan
    # Level 2 may write a fraction.
    return float(reference.getStoichiometry() / reference.getDenominator())


def _stoichiometries(model: Any) -> list[Parameter]:
    """Stoichiometries that have names, which rules and events may change."""
    return [
        Parameter(reference.getId(), _plain_stoichiometry(reference), constant=False)
        for reaction in model.getListOfReactions()
        for references in (reaction.getListOfReactants(), reaction.getListOfProducts())
        for reference in references
        if reference.isSetId()
    ]


def _event(e: Any) -> Event | None:
    trigger = e.getTrigger()
    condition = _math(trigger)
    if condition is None:
        return None  # without a trigger nothing ever happens (Level 3 Version 2)
    assignments = [
        (a.getVariable(), formula)
        for a in e.getListOfEventAssignments()
        if (formula := _math(a)) is not None
    ]
    return Event(
        e.getId() or e.getName(),
        condition,
        tuple(assignments),
        delay=_math(e.getDelay()),
        priority=_math(e.getPriority()),
        initially=trigger.getInitialValue() if trigger.isSetInitialValue() else True,
        persistent=trigger.getPersistent() if trigger.isSetPersistent() else True,
        values_from_trigger=e.getUseValuesFromTriggerTime(),
    )
