"""Slips of every kind in a patient's file, and what the twin says to each.

Nothing is written by hand but the slips themselves: the messages are those that a
person would get.  Fields, units and limits come from the model's domain of use.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from twin.applicability import OutOfScope, scope_of
from twin.errors import InputError
from twin.individualise import individualise
from twin.intake.ask import question_for
from twin.intake.quantity import written_example
from twin.library import Library
from twin.units import canonical_unit
from twin.vocabulary.domain import FieldLimits


@dataclass(frozen=True, slots=True)
class Case:
    """One slip: where, what kind, how it was written, and what is answered."""

    field: str
    slip: str
    written: str
    answer: str


_PLAIN: dict[str, Any] = {
    "age": "65 a",
    "sex": "female",
    "weight": "70 kg",
    "height": "165 cm",
    "genotype": {
        "CYP2C9": {"diplotype": "*1/*1", "tested": "all"},
        "VKORC1": "G/G",
        "CYP4F2": {"diplotype": "*1/*1", "tested": "all"},
        "rs12777823": "G/G",
    },
}
_MISSING = object()
_CYP2C9_SCORE = {"genotype": {"CYP2C9": {"activity_score": 7}}}
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
}
_BESIDE: dict[str, dict[str, Any]] = {
    "liver_disease": {"child_pugh_class": "A"},
    "target_inr": {"low": "2 {INR}", "high": "5 {INR}"},
    "regimen": {"daily_dose": "5 mg", "duration": "30 d"},
    "co_medication": {"medicine": "amiodarone"},
}
_NEEDED = ("age", "weight", "height")
_HOURS_PER_DAY = 24


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
    for name, limits in library.domain.fields.items():
        for slip, value in _slips(name, limits):
            yield _case(name, slip, value, library)


def unusual_quantities(library: Library) -> Iterator[Case]:
    """Every quantity just outside its soft limits, where the hard ones allow it."""
    for name, limits in library.domain.fields.items():
        unit = canonical_unit(limits.kind)
        for slip, hard, soft in (
            ("unusually low", limits.hard[0], limits.soft[0]),
            ("unusually high", limits.hard[1], limits.soft[1]),
        ):
            if hard != soft:
                beyond = 0.9 * soft + 0.1 * hard
                if name == "duration":  # in whole days
                    beyond = _HOURS_PER_DAY * round(beyond / _HOURS_PER_DAY)
                value = f"{beyond:.6g} {unit}"
                yield _case(name, slip, value, library)


def other_fields(library: Library) -> Iterator[Case]:
    """Choices, flags, lists, genotype, liver, target, regimen, and the whole file."""
    for field, slip, changes in _OTHERS:
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
    example = written_example(limits).split("'")[1]
    number = example.split(" ")[0]
    if name in _NEEDED:
        yield "missing", _MISSING
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
    if path[0] == "co_medication":
        beside = [beside]
    return _changed(name, slip, {path[0]: beside}, library)


def _changed(field: str, slip: str, changes: dict[str, Any], library: Library) -> Case:
    document = {**_PLAIN, **changes}
    document = {name: v for name, v in document.items() if v is not _MISSING}
    written = ", ".join(
        f"{name}: " + ("(left out)" if v is _MISSING else json.dumps(v))
        for name, v in changes.items()
    )
    return Case(field, slip, written, answer_to(document, library))


def _cyp2c9(value: Any) -> dict[str, Any]:
    return {"genotype": {**_PLAIN["genotype"], "CYP2C9": value}}


_FINDINGS = {
    "bilirubin": "3 mg/dL",
    "baseline_inr": "1.2 {INR}",
    "ascites": "mild",
    "encephalopathy": "none",
}
_OTHERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("sex", "missing", {"sex": _MISSING}),
    ("sex", "unknown word", {"sex": "F"}),
    ("sex", "true or false", {"sex": False}),
    ("(any)", "unknown field", {"race": "Asian"}),
    ("(any)", "a slip of the pen", {"wieght": "70 kg"}),
    ("pregnant", "a word", {"pregnant": "yes"}),
    ("pregnant", "a number", {"pregnant": 1}),
    ("pregnant", "contradicts sex", {"pregnant": True, "sex": "male"}),
    ("active_bleeding", "a word", {"active_bleeding": "no"}),
    ("co_medication", "not a list", {"co_medication": "amiodarone"}),
    ("co_medication", "not names", {"co_medication": [5]}),
    ("co_medication", "twice", {"co_medication": ["amiodarone", "Amiodarone"]}),
    ("co_medication", "unknown medicine", {"co_medication": ["moonshine"]}),
    (
        "co_medication",
        "unknown medicine, acknowledged",
        {"co_medication": [{"medicine": "moonshine", "acknowledged": True}]},
    ),
    (
        "co_medication",
        "stops before it starts",
        {"co_medication": [{"medicine": "amiodarone", "start": "5 d", "stop": "2 d"}]},
    ),
    ("co_medication", "no name", {"co_medication": [{"daily_dose": "200 mg"}]}),
    ("indication", "unknown", {"indication": "headache"}),
    ("genotype", "bases of no strand", {"genotype": {"rs9923231": "C/A"}}),
    ("genotype", "one base", {"genotype": {"rs1799853": "C"}}),
    (
        "genotype",
        "position and diplotype",
        {"genotype": {"CYP2C9": "*1/*1", "rs1799853": "C/C"}},
    ),
    (
        "genotype",
        "a variant of another build",
        {"genotype": {"NC_000016.9:g.31096368G>T": "heterozygous"}},
    ),
    ("CYP2C9", "impossible activity score", _CYP2C9_SCORE),
    ("genotype", "not genes", {"genotype": "*1/*3"}),
    ("genotype", "unknown gene", {"genotype": {"CYP2D6": "*1/*4"}}),
    ("CYP2C9", "unknown allele", _cyp2c9("*1/*99")),
    ("CYP2C9", "one allele", _cyp2c9("*3")),
    ("CYP2C9", "three alleles", _cyp2c9("*1/*2/*3")),
    ("CYP2C9", "a number", _cyp2c9(13)),
    ("CYP2C9", "a phenotype", _cyp2c9("poor metaboliser")),
    ("CYP2C9", "unknown part", _cyp2c9({"diplotype": "*1/*3", "method": "PCR"})),
    ("CYP2C9", "no diplotype", _cyp2c9({"tested": "all"})),
    ("CYP2C9", "tested is a word", _cyp2c9({"diplotype": "*1/*3", "tested": "most"})),
    ("CYP2C9", "unknown tested", _cyp2c9({"diplotype": "*1/*3", "tested": ["*99"]})),
    ("CYP2C9", "panel not stated", _cyp2c9("*1/*3")),
    (
        "frequency_population",
        "unknown",
        {"genotype": {"frequency_population": "Martian"}},
    ),
    ("frequency_population", "no name", {"genotype": {"frequency_population": 3}}),
    ("liver_disease", "a word", {"liver_disease": "cirrhosis"}),
    ("liver_disease", "unknown part", {"liver_disease": {"MELD": 12}}),
    ("liver_disease", "no findings", {"liver_disease": {}}),
    ("liver_disease", "a finding missing", {"liver_disease": _FINDINGS}),
    (
        "child_pugh_class",
        "unknown class",
        {"liver_disease": {"child_pugh_class": "D"}},
    ),
    ("ascites", "unknown word", {"liver_disease": {**_FINDINGS, "ascites": "some"}}),
    (
        "encephalopathy",
        "unknown word",
        {"liver_disease": {**_FINDINGS, "encephalopathy": "2"}},
    ),
    (
        "child_pugh_class",
        "contradicts the findings",
        {
            "albumin": "40 g/L",
            "liver_disease": {**_FINDINGS, "child_pugh_class": "C"},
        },
    ),
    ("child_pugh_class", "stated", {"liver_disease": {"child_pugh_class": "B"}}),
    ("target_inr", "one number", {"target_inr": "2.5 {INR}"}),
    ("target_inr", "an end missing", {"target_inr": {"low": "2 {INR}"}}),
    ("target_inr", "unknown part", {"target_inr": {"middle": "2.5 {INR}"}}),
    (
        "target_inr",
        "ends exchanged",
        {"target_inr": {"low": "3 {INR}", "high": "2 {INR}"}},
    ),
    ("regimen", "a word", {"regimen": "5 mg daily"}),
    ("regimen", "unknown part", {"regimen": {"frequency": "bd"}}),
    ("regimen", "neither form", {"regimen": {"duration": "30 d"}}),
    ("regimen", "no duration", {"regimen": {"daily_dose": "5 mg"}}),
    (
        "regimen",
        "both forms",
        {"regimen": {"daily_dose": "5 mg", "doses": [], "duration": "3 d"}},
    ),
    ("regimen", "no dose in the list", {"regimen": {"doses": []}}),
    ("regimen", "a dose that is no pair", {"regimen": {"doses": ["5 mg"]}}),
    ("regimen", "a dose without time", {"regimen": {"doses": [{"dose": "5 mg"}]}}),
    (
        "regimen",
        "unknown part of a dose",
        {"regimen": {"doses": [{"time": "0 h", "dose": "5 mg", "route": "iv"}]}},
    ),
    (
        "regimen",
        "two doses at once",
        {"regimen": {"doses": [{"time": "0 h", "dose": "5 mg"}] * 2}},
    ),
    (
        "regimen",
        "a dose after the duration",
        {"regimen": {"duration": "1 d", "doses": [{"time": "2 d", "dose": "5 mg"}]}},
    ),
    ("regimen", "half a day", {"regimen": {"daily_dose": "5 mg", "duration": "1.5 d"}}),
    ("body", "weight and height exchanged", {"weight": "165 kg", "height": "70 cm"}),
    ("body", "thin beyond belief", {"weight": "20 kg"}),
    ("body", "unusually thin", {"weight": "42 kg"}),
    ("body", "unusually heavy", {"weight": "150 kg"}),
    ("body", "too much blood", {"blood_volume": "15 L"}),
    ("body", "too little blood", {"blood_volume": "2 L"}),
    ("body", "unusually little blood", {"blood_volume": "2.6 L"}),
)
