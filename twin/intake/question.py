"""What a person wrote about a patient, as a `Question` in canonical units.

Takes the mapping a YAML or JSON file (or the web page) holds.  Every number comes
with its unit; a field that is not known, a unit of another kind and a value outside
the hard limits are refused by name, saying what is accepted.  A value outside the
soft limits is answered, with a warning.  Nothing is repaired or filled in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from twin.errors import PatientError
from twin.genetics.names import GeneNames
from twin.intake.co_medication import co_medication_of
from twin.intake.genotype import genotype_of
from twin.intake.observations import measurements_of
from twin.intake.quantity import (
    choice,
    derived,
    kind_of,
    quantity,
    refuse_unknown,
    written_example,
    yes_or_no,
)
from twin.intake.regimen import regimen_of
from twin.vocabulary.domain import Domain
from twin.vocabulary.observation import Observation
from twin.vocabulary.patient import LiverDisease, Patient
from twin.vocabulary.regimen import Regimen

# field in the file -> argument of Patient
_QUANTITIES = {
    "age": "age_years",
    "weight": "weight_kg",
    "height": "height_cm",
    "cardiac_output": "cardiac_output_l_per_h",
    "blood_volume": "blood_volume_l",
    "haematocrit": "haematocrit",
    "albumin": "albumin_g_per_l",
    "creatinine": "creatinine_mg_per_dl",
    "egfr": "egfr_ml_per_min_per_1_73m2",
    "vitamin_k_intake": "vitamin_k_intake_ug_per_day",
}
_NEEDED = ("age", "sex", "weight", "height")
_OTHERS = (
    "sex",
    "genotype",
    "liver_disease",
    "co_medication",
    "pregnant",
    "active_bleeding",
    "indication",
    "target_inr",
    "regimen",
    "observations",
)
_LIVER_FIELDS = (
    "child_pugh_class",
    "bilirubin",
    "baseline_inr",
    "ascites",
    "encephalopathy",
)
_CHOICES: dict[str, tuple[str, ...]] = {
    "sex": ("female", "male"),
    "child_pugh_class": ("none", "A", "B", "C"),
    "ascites": ("none", "mild", "moderate"),
    "encephalopathy": ("none", "grade 1-2", "grade 3-4"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A patient, the regimen asked about (None: the twin's own), and warnings.

    observations   what was measured under the regimen, earliest first
    notes          what was made of measurements that are traits of the patient
    """

    patient: Patient
    regimen: Regimen | None
    days: int | None
    warnings: tuple[str, ...]
    observations: tuple[Observation, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def not_learned(self) -> tuple[str, ...]:
        """What is to be said where only the typical twin of the description answers."""
        n = len(self.observations)
        if not n:
            return ()
        said = (
            f"observations: {n} of the file {'is' if n == 1 else 'are'} not used here, "
            "this is what is known before any measurement; `twin learn` learns from "
            "them"
        )
        return (said,)


def question_of(
    document: object,
    *,
    domain: Domain,
    substance: str,
    genes: Mapping[str, GeneNames],
    indications: Collection[str],
) -> Question:
    """The question a file asks.

    Args:
        document: what the YAML or JSON file holds; a mapping.
        domain: fields with their limits (`models/<drug>/domain.toml`).
        substance: the drug doses are of, as its model names it.
        genes: known alleles and standard panels, for `genotype`.
        indications: codes that `indication` may be.

    Raises: PatientError, GenotypeError, RegimenError, ObservationError, UnitError; one
        line each.
    """
    if not isinstance(document, Mapping):
        raise PatientError(
            "the patient must be fields with names (age: 65 a, sex: female, ...), "
            f"got {kind_of(document)}"
        )
    known = (*_QUANTITIES, *_OTHERS)
    refuse_unknown(document, known, where="patient")
    for needed in _NEEDED:
        if document.get(needed) is None:
            raise PatientError(f"{needed} is missing; {_example(needed, domain)}")
    warnings: list[str] = []
    values: dict[str, object] = {}
    for name, argument in _QUANTITIES.items():
        if document.get(name) is not None:
            values[argument] = quantity(document[name], name, domain, warnings)
    values["sex"] = choice(document["sex"], "sex", _CHOICES["sex"])
    values["genotype"] = genotype_of(document.get("genotype"), genes, warnings)
    values["liver_disease"] = _liver(document.get("liver_disease"), domain, warnings)
    values["co_medication"] = co_medication_of(
        document.get("co_medication"), domain, warnings
    )
    for flag in ("pregnant", "active_bleeding"):
        values[flag] = yes_or_no(document.get(flag), flag)
    if document.get("indication") is not None:
        values["indication"] = choice(
            document["indication"], "indication", tuple(indications)
        )
    values["target_inr"] = _target(document.get("target_inr"), domain, warnings)
    patient = Patient(**values)  # type: ignore[arg-type]
    _body(patient, domain, warnings)
    if patient.pregnant and patient.sex == "male":
        raise PatientError("pregnant: true contradicts sex: male; correct one of them")
    regimen, days = regimen_of(document.get("regimen"), domain, substance, warnings)
    measured = measurements_of(
        document.get("observations"), regimen, days, domain=domain, warnings=warnings
    )
    if measured.albumin_g_per_l is not None:
        if patient.albumin_g_per_l is not None:
            raise PatientError(
                "albumin: it is a field and among the observations; keep one of them"
            )
        patient = replace(patient, albumin_g_per_l=measured.albumin_g_per_l)
    return Question(
        patient, regimen, days, tuple(warnings), measured.observations, measured.notes
    )


def _body(patient: Patient, domain: Domain, warnings: list[str]) -> None:
    """Each may be possible alone; together they are a body, or a slip of the unit."""
    index = patient.weight_kg / (patient.height_cm / 100) ** 2
    derived(index, "body_mass_index", ("weight", "height"), domain, warnings)
    if patient.blood_volume_l is not None:
        share = patient.blood_volume_l / patient.weight_kg
        fields = ("blood_volume", "weight")
        derived(share, "blood_volume_per_kg", fields, domain, warnings)


def _liver(written: object, domain: Domain, warnings: list[str]) -> LiverDisease | None:
    if written is None:
        return None
    if not isinstance(written, Mapping):
        raise PatientError(
            "liver_disease: write its parts, e.g. {child_pugh_class: A}; "
            f"got {kind_of(written)}"
        )
    refuse_unknown(written, _LIVER_FIELDS, where="liver_disease")
    values: dict[str, object] = {}
    for name in ("child_pugh_class", "ascites", "encephalopathy"):
        if written.get(name) is not None:
            values[name] = choice(written[name], name, _CHOICES[name])
    if written.get("bilirubin") is not None:
        values["bilirubin_mg_per_dl"] = quantity(
            written["bilirubin"], "bilirubin", domain, warnings
        )
    if written.get("baseline_inr") is not None:
        values["baseline_inr"] = quantity(
            written["baseline_inr"], "baseline_inr", domain, warnings
        )
    return LiverDisease(**values)  # type: ignore[arg-type]


def _target(
    written: object, domain: Domain, warnings: list[str]
) -> tuple[float, float] | None:
    if written is None:
        return None
    if not isinstance(written, Mapping):
        raise PatientError(
            "target_inr: write both ends, e.g. {low: 2 '{INR}', high: 3 '{INR}'}; "
            f"got {kind_of(written)}"
        )
    refuse_unknown(written, ("low", "high"), where="target_inr")
    if written.get("low") is None or written.get("high") is None:
        raise PatientError("target_inr: both low and high are needed")
    low = quantity(written["low"], "target_inr", domain, warnings)
    high = quantity(written["high"], "target_inr", domain, warnings)
    if low >= high:
        raise PatientError(
            f"target_inr: low {low:g} is not below high {high:g}; exchange them"
        )
    return low, high


def _example(name: str, domain: Domain) -> str:
    if name in domain.fields:
        return f"write e.g. {name}: {written_example(domain.fields[name])}"
    return f"write one of: {', '.join(_CHOICES[name])}"
