"""One patient under one regimen as a single SBML text that any simulator runs.

The patient's values stand in the model; doses and changes are events.  Nothing is
left to a program of ours: the file is the whole question.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import libsbml

from twin.errors import ModelError
from twin.sbml.compiler import Preset, apply_presets, check, text_of_document
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.regimen import Regimen

_LEVEL, _VERSION = 3, 2


def dosed_model(
    spec: ModelSpec, parameters: Mapping[str, float], regimen: Regimen, *, note: str
) -> str:
    """The model of one patient with all doses in it.

    Args:
        spec: the drug's model.
        parameters: SBML id -> the patient's value.
        regimen: doses and changes; a dose at 0 h is there from the start.
        note: where the values come from, written beside each.

    Returns: SBML L3V2, clean by libsbml with units.

    Raises: ModelError when the model cannot take a dose or a change.
    """
    document = libsbml.readSBMLFromString(spec.text)
    apply_presets(
        document, {name: Preset(value, note) for name, value in parameters.items()}
    )
    model = document.getModel()
    amounts = _Amounts(model)
    for time_h, species, amount in _doses(spec, regimen):
        if time_h == 0.0:
            _put_at_start(model, species, amount)
        else:
            event = _event_at(model, time_h)
            _assign(event, species, f"{species} + {amounts.named(species, amount)}")
    for change in regimen.changes:
        parameter = model.getParameter(change.parameter)
        if parameter is None:
            raise ModelError(
                f"{change.parameter} is no parameter of {spec.identifier}; only "
                "parameters can change on a day"
            )
        parameter.setConstant(False)
        units = parameter.getUnits()
        event = _event_at(model, change.time_h)
        _assign(event, change.parameter, f"{change.value!r} {units}")
    complaints = check(document)
    if complaints:
        raise ModelError("the dosed model is not clean: " + "; ".join(complaints[:5]))
    return text_of_document(document)


def _doses(spec: ModelSpec, regimen: Regimen) -> Iterator[tuple[float, str, float]]:
    for dose in regimen.doses:
        entering = spec.administration(dose.substance).amount_per_mg
        for species, per_mg in entering.items():
            yield dose.time_h, species, dose.amount_mg * per_mg


def _put_at_start(model: Any, species: str, amount: float) -> None:
    place = _depot(model, species)
    before = place.getInitialAmount() if place.isSetInitialAmount() else 0.0
    place.unsetInitialConcentration()
    place.setInitialAmount(before + amount)


def _depot(model: Any, species: str) -> Any:
    """The species a dose enters; an amount, so that doses add up as they are."""
    place = model.getSpecies(species)
    if place is None or not place.getHasOnlySubstanceUnits():
        raise ModelError(f"{species} is no species that holds an amount")
    return place


class _Amounts:
    """Parameters that name the amounts of the doses, each amount once."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._names: dict[tuple[str, float], str] = {}

    def named(self, species: str, amount: float) -> str:
        """The parameter that holds an amount, in the species' unit."""
        units = _depot(self._model, species).getSubstanceUnits()
        units = units or self._model.getSubstanceUnits()
        key = (units, amount)
        if key not in self._names:
            name = f"dose_amount_{len(self._names) + 1}"
            parameter = self._model.createParameter()
            parameter.setId(name)
            parameter.setConstant(True)
            parameter.setUnits(units)
            parameter.setValue(amount)
            self._names[key] = name
        return self._names[key]


def _event_at(model: Any, time_h: float) -> Any:
    """The event of an instant, made when it is first asked for."""
    written = repr(float(time_h)).removesuffix(".0")  # every instant its own
    name = f"at_{written}_h".replace(".", "_").replace("+", "").replace("-", "m")
    found = model.getEvent(name)
    if found is not None:
        return found
    event = model.createEvent()
    event.setId(name)
    event.setUseValuesFromTriggerTime(True)
    trigger = event.createTrigger()
    # At 0 h it happens after the initial assignments: the body was at rest before.
    trigger.setInitialValue(time_h > 0.0)
    trigger.setPersistent(True)
    trigger.setMath(_formula(f"time >= {time_h!r} {model.getTimeUnits()}"))
    return event


def _assign(event: Any, variable: str, formula: str) -> None:
    assignment = event.createEventAssignment()
    assignment.setVariable(variable)
    assignment.setMath(_formula(formula))


def _formula(text: str) -> Any:
    math = libsbml.parseL3Formula(text)
    if math is None:
        raise ModelError(f"{text}: {libsbml.getLastParseL3Error()}")
    return math
