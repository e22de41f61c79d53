"""Slips of every kind in a patient's file, and what the twin says to each.

Nothing is written by hand but the slips themselves: the messages are those that a
person would get.  Fields, units and limits come from the model's domain of use.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from twin.applicability import OutOfScope, scope_of
from twin.command_line.input_slips import MISSING, OTHERS, PLAIN
from twin.errors import InputError
from twin.individualise import individualise
from twin.intake.ask import question_for
from twin.intake.observations import NUMBER_ALONE
from twin.library import Library
from twin.units import HOURS_PER_DAY, canonical_unit
from twin.vocabulary.domain import FieldLimits


@dataclass(frozen=True, slots=True)
class Case:
    """One slip: where, what kind, how it was written, and what is answered."""

    field: str
    slip: str
    written: str
    answer: str


# Where each quantity of the domain stands in a file.
_PATHS: dict[str, tuple[str, ...]] = {
    "bilirubin": ("liver_disease", "bilirubin"),
    "baseline_inr": ("liver_disease", "baseline_inr"),
    "target_inr": ("target_inr", "low"),
    "dose": ("regimen", "daily_dose"),
    "duration": ("regimen", "duration"),
    "dose_time": ("regimen", "doses", "time"),
    "co_medicine_dose": ("co_medication", "daily_dose"),
    "co_medicine_day": ("co_medication", "start"),
    "time": ("observations", "time"),
    "INR": ("observations", "INR"),
    "isi": ("observations", "isi"),
    "warfarin": ("observations", "warfarin_S_plasma"),
    "prothrombin_complex_activity": ("observations", "prothrombin_complex_activity"),
    "factor_activity": ("observations", "factor_VII_activity"),
}
_BESIDE: dict[str, dict[str, Any]] = {
    "liver_disease": {"child_pugh_class": "A"},
    "target_inr": {"low": "2 {INR}", "high": "5 {INR}"},
    "regimen": {"daily_dose": "5 mg", "duration": "30 d"},
    "co_medication": {"medicine": "amiodarone"},
    "observations": {"time": "72 h"},
}
_TAKEN = {"daily_dose": "5 mg", "duration": "14 d"}
_NEEDED = ("age", "weight", "height")


def answer_to(document: object, library: Library) -> str:
    """What is said to a document: the refusal, the warnings, or that there are none."""
    try:
        question = question_for(document, library)
        individual = individualise(question.patient, library)
    except InputError as error:
        return " ".join(str(error).split())
    scope = scope_of(
        question.patient,
        library,
        child_pugh_class=individual.liver.child_pugh_class,
        medicines=individual.co_medication,
        warnings=question.warnings,
    )
    if isinstance(scope, OutOfScope):
        return "no dose: " + "; ".join(scope.reasons)
    return "; ".join(scope.reasons) or "accepted without a remark"


def refused_quantities(library: Library) -> Iterator[Case]:
    """Every quantity with every kind of slip that is refused."""
    for name, limits in (
        *library.domain.fields.items(),
        *library.domain.measured.items(),
    ):
        for slip, value in _slips(name, limits):
            if not (name in NUMBER_ALONE and slip == "a bare number"):
                yield _case(name, slip, value, library)


def unusual_quantities(library: Library) -> Iterator[Case]:
    """Every quantity just outside its soft limits, where the hard ones allow it."""
    for name, limits in (
        *library.domain.fields.items(),
        *library.domain.measured.items(),
    ):
        unit = canonical_unit(limits.kind)
        for slip, hard, soft in (
            ("unusually low", limits.hard[0], limits.soft[0]),
            ("unusually high", limits.hard[1], limits.soft[1]),
        ):
            if hard != soft:
                beyond = 0.9 * soft + 0.1 * hard
                if name == "duration":  # in whole days
                    beyond = HOURS_PER_DAY * round(beyond / HOURS_PER_DAY)
                value = f"{beyond:.6g} {unit}"
                yield _case(name, slip, value, library)


def other_fields(library: Library) -> Iterator[Case]:
    """Choices, flags, lists, genotype, liver, target, regimen, and the whole file."""
    for field, slip, changes in OTHERS:
        yield _changed(field, slip, changes, library)
    for slip, document in (
        ("nothing in the file", None),
        ("a list in place of fields", ["65 a", "female"]),
        ("a single word", "female"),
    ):
        yield Case("the file", slip, json.dumps(document), answer_to(document, library))


def out_of_scope(library: Library) -> Iterator[Case]:
    """Patients who can be looked at, not dosed from."""
    for slip, changes in (
        ("a child", {"age": "15 a", "weight": "50 kg"}),
        ("pregnancy", {"pregnant": True}),
        ("active bleeding", {"active_bleeding": True}),
        ("a failing liver", {"liver_disease": {"child_pugh_class": "C"}}),
    ):
        yield _changed("scope", slip, changes, library)


def _slips(name: str, limits: FieldLimits) -> Iterator[tuple[str, Any]]:
    unit = canonical_unit(limits.kind)
    low, high = limits.hard
    example = limits.example
    number = example.split(" ")[0]
    if name in _NEEDED:
        yield "missing", MISSING
    yield "no unit", number
    yield "a bare number", float(number)
    yield "unknown unit", f"{number} bananas"
    yield "unit of another kind", f"{number} {'kg' if unit != 'kg' else 'cm'}"
    if low > 0:
        yield "below the hard limit", f"{0.9 * low:.6g} {unit}"
    elif low == 0:
        yield "negative", f"-1 {unit}"
    else:
        yield "below the hard limit", f"{1.1 * low:.6g} {unit}"
    yield "above the hard limit", f"{1.1 * high:.6g} {unit}"
    yield "endless", f"1e999 {unit}"
    yield "a decimal comma", f"{number.split('.')[0]},5 {unit}"
    yield "a word", "unknown"
    yield "a list", [example]
    yield "true or false", True
    yield "value without unit", {"value": float(number)}
    yield "value that is no number", {"value": number, "unit": unit}
    yield "unknown part", {"value": float(number), "unit": unit, "date": "2020"}


def _case(name: str, slip: str, value: Any, library: Library) -> Case:
    path = _PATHS.get(name, (name,))
    if path == ("regimen", "doses", "time"):
        value = [{"time": value, "dose": "5 mg"}]
        return _changed(name, slip, {"regimen": {"doses": value}}, library)
    if len(path) == 1:
        return _changed(name, slip, {name: value}, library)
    beside: Any = {**_BESIDE[path[0]], path[1]: value}
    if path[0] == "observations":
        if path[1] in ("time", "isi"):
            beside |= {"INR": 2.3}
        return _changed(
            name, slip, {"observations": [beside], "regimen": _TAKEN}, library
        )
    if path[0] == "co_medication":
        beside = [beside]
    return _changed(name, slip, {path[0]: beside}, library)


def _changed(field: str, slip: str, changes: dict[str, Any], library: Library) -> Case:
    document = {**PLAIN, **changes}
    document = {name: v for name, v in document.items() if v is not MISSING}
    written = ", ".join(
        f"{name}: " + ("(left out)" if v is MISSING else json.dumps(v))
        for name, v in changes.items()
    )
    return Case(field, slip, written, answer_to(document, library))
