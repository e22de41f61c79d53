"""What goes over the wire about twins: value and unit always together.

The question and the answer are the documents of `twin dose`, described in
`docs/api.md`; here stand the fields a form can ask for, and where in the question
each of them has its place.
"""

import dataclasses
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from twin.intake.observations import LIMITS
from twin.vocabulary.patient import Patient

# field of the domain -> JSON pointer into the question
POINTERS: Mapping[str, str] = MappingProxyType(
    {
        "age": "/age",
        "weight": "/weight",
        "height": "/height",
        "cardiac_output": "/cardiac_output",
        "blood_volume": "/blood_volume",
        "haematocrit": "/haematocrit",
        "albumin": "/albumin",
        "creatinine": "/creatinine",
        "egfr": "/egfr",
        "vitamin_k_intake": "/vitamin_k_intake",
        "bilirubin": "/liver_disease/bilirubin",
        "baseline_inr": "/liver_disease/baseline_inr",
        "target_inr": "/target_inr",
        "dose": "/regimen/daily_dose",
        "dose_time": "/regimen/doses",
        "duration": "/regimen/duration",
        "co_medicine_dose": "/co_medication",
        "co_medicine_day": "/co_medication",
    }
)

# what else a message may name -> JSON pointer
_OTHER_POINTERS = {
    "sex": "/sex",
    "genotype": "/genotype",
    "CYP2C9": "/genotype/CYP2C9",
    "VKORC1": "/genotype/VKORC1",
    "CYP4F2": "/genotype/CYP4F2",
    "rs12777823": "/genotype/rs12777823",
    "frequency_population": "/genotype/frequency_population",
    "liver_disease": "/liver_disease",
    "child_pugh_class": "/liver_disease/child_pugh_class",
    "ascites": "/liver_disease/ascites",
    "encephalopathy": "/liver_disease/encephalopathy",
    "co_medication": "/co_medication",
    "acknowledged": "/co_medication",
    "indication": "/indication",
    "pregnant": "/pregnant",
    "active_bleeding": "/active_bleeding",
    "regimen": "/regimen",
    "observations": "/observations",
}

NEEDED = ("age", "weight", "height")

# "weight: ...", "weight is missing; ...", "rs1799853: ...", "patient: field 'race' ..."
_NAMED = re.compile(r"(?:patient: field ')?(\w+)")
# "dose 3: dose: ...", "medicine 2 (Diflucan): start: ..."
_NUMBERED = re.compile(r"(dose|medicine|observation) (\d+)(?: \(.*?\))?: (\w+)?")
_RSID = re.compile(r"rs\d+")
_ENTRIES = {
    "dose": ("/regimen/doses", ("time", "dose")),
    "observation": ("/observations", ("time", "isi", *LIMITS)),
    "medicine": (
        "/co_medication",
        ("medicine", "daily_dose", "start", "stop", "acknowledged"),
    ),
}


def pointer_of(message: str) -> str | None:
    """Where in the question the field is that an error's message begins with.

    A message of the twin says where, what was found and what to do; the first
    word is the field.  None where it names none that a question has.
    """
    if numbered := _NUMBERED.match(message):
        place, parts = _ENTRIES[numbered[1]]
        entry = f"{place}/{int(numbered[2]) - 1}"
        return f"{entry}/{numbered[3]}" if numbered[3] in parts else entry
    named = _NAMED.match(message)
    if named is None:
        return None
    if _RSID.fullmatch(named[1]) and named[1] not in _pointers():
        return f"/genotype/{named[1]}"
    if message.startswith("patient: field '"):
        return f"/{named[1]}"
    return _pointers().get(named[1])


@cache
def _pointers() -> dict[str, str]:
    """By every name a message may use: the field's, and with its unit the twin's."""
    with_unit = {
        argument.name: pointer
        for argument in dataclasses.fields(Patient)
        for name, pointer in POINTERS.items()
        if argument.name.startswith(f"{name}_")
    }
    return {**with_unit, **POINTERS, **_OTHER_POINTERS}


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Amount(_Wire):
    """A number with its UCUM code."""

    value: float
    unit: str


class Limits(_Wire):
    """The lowest and the highest value, both included."""

    low: Amount
    high: Amount


class UnitForm(_Wire):
    """One unit a quantity may be written in, with its limits in that unit.

    accepted   outside it a value is refused
    usual      outside it a value is answered with a warning
    """

    code: str
    accepted: Limits
    usual: Limits


class FieldForm(_Wire):
    """One quantity that may be asked for.

    units      the canonical one first
    evidence   mark of the limits: read in a source, or unverified
    """

    name: str
    pointer: str
    needed: bool
    units: tuple[UnitForm, ...]
    evidence: str


class GeneForm(_Wire):
    """What may be written for one gene.

    measured   those whose own effect on the drug somebody measured
    panel      alleles taken as tested when nobody says what was tested
    synonyms   other spellings accepted, and what each means
    """

    name: str
    alleles: tuple[str, ...]
    measured: tuple[str, ...]
    reference: str
    panel: tuple[str, ...]
    synonyms: dict[str, str]


class MedicineForm(_Wire):
    """A medicine whose effect on the drug is known; by any of its names.

    hazard   what it does that no INR shows, or that is not modelled
    blocks   no dose comes until that is acknowledged
    """

    name: str
    other_names: tuple[str, ...]
    usual_daily_dose: Amount | None
    hazard: str | None
    blocks: bool


class IndicationForm(_Wire):
    """Why the drug is given, and the range that goes with it."""

    code: str
    name: str
    low: Amount
    high: Amount
    source: str
    evidence: str


class TargetForm(_Wire):
    """The range used when the question states none."""

    low: Amount
    high: Amount
    source: str
    evidence: str


class Form(_Wire):
    """Everything a form needs to ask a question the twin can read."""

    drug: str
    model: str
    model_version: str
    model_sha256: str
    fields: tuple[FieldForm, ...]
    choices: dict[str, tuple[str, ...]]
    genes: tuple[GeneForm, ...]
    populations: tuple[str, ...]
    medicines: tuple[MedicineForm, ...]
    indications: tuple[IndicationForm, ...]
    target_inr: TargetForm
