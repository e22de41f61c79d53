"""What the models need to know of a patient: nothing that tells who it is, no race."""

from dataclasses import dataclass, field
from typing import Literal

from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.genotype import Genotype

Sex = Literal["female", "male"]
ChildPughClass = Literal["none", "A", "B", "C"]


@dataclass(frozen=True, slots=True)
class LiverDisease:
    """Chronic liver disease: its Child-Pugh class, or what the class is made of."""

    child_pugh_class: ChildPughClass | None = None
    bilirubin_mg_per_dl: float | None = None
    baseline_inr: float | None = None
    ascites: Literal["none", "mild", "moderate"] | None = None
    encephalopathy: Literal["none", "grade 1-2", "grade 3-4"] | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """Covariates in canonical units.  None means "not measured", never a default."""

    age_years: float
    sex: Sex
    weight_kg: float
    height_cm: float
    genotype: Genotype = field(default_factory=Genotype)
    cardiac_output_l_per_h: float | None = None
    blood_volume_l: float | None = None
    haematocrit: float | None = None
    albumin_g_per_l: float | None = None
    creatinine_mg_per_dl: float | None = None
    egfr_ml_per_min_per_1_73m2: float | None = None
    liver_disease: LiverDisease | None = None
    vitamin_k_intake_ug_per_day: float | None = None
    co_medication: tuple[CoMedicine, ...] = ()
    pregnant: bool = False
    active_bleeding: bool = False
    indication: str | None = None
    target_inr: tuple[float, float] | None = None
