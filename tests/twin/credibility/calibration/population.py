"""Made-up patients with the doses that the model itself gives them, times a scatter."""

from functools import cache

from tests.people import library
from twin.credibility.calibration.stable_doses import (
    StableDoses,
    StablePatient,
    predict_doses,
)
from twin.model_files import settings_file
from twin.reproducibility import stream
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.estimate import Priors
from twin.vocabulary.genotype import Diplotype, Genotype
from twin.vocabulary.patient import Patient

PRIORS = Priors.of(settings_file("priors"))
SITES = ("north", "south", "west")
CYP2C9 = (("*1", "*1"), ("*1", "*2"), ("*1", "*3"), ("*2", "*3"))
VKORC1 = (("G", "G"), ("G", "A"), ("A", "A"))


@cache
def people(n: int) -> tuple[StablePatient, ...]:
    """Adults of every size, with a genotype, a site and no dose yet."""
    draw = stream(20260101, "made-up patients")
    return tuple(
        StablePatient(
            Patient(
                age_years=float(draw.uniform(20, 90)),
                sex="female" if draw.random() < 0.5 else "male",
                weight_kg=float(draw.uniform(45, 120)),
                height_cm=float(draw.uniform(150, 195)),
                genotype=Genotype(
                    (
                        Diplotype("CYP2C9", CYP2C9[i % 4], frozenset({"*2", "*3"})),
                        Diplotype("VKORC1", VKORC1[i % 3], frozenset({"A"})),
                    )
                ),
                co_medication=(CoMedicine("amiodarone"),) if i % 5 == 0 else (),
            ),
            inr=2.5 if i % 2 else 2.8,
            dose_mg_per_day=5.0,
            site=SITES[i % 3],
        )
        for i in range(n)
    )


@cache
def population(n: int) -> StableDoses:
    """Those people, on the dose that the committed model gives them."""
    return StableDoses.of(
        [
            StablePatient(p.patient, p.inr, float(dose), p.site)
            for p, dose in zip(people(n), predicted(n), strict=True)
        ]
    )


@cache
def predicted(n: int) -> Floats:
    return frozen_array(predict_doses(StableDoses.of(people(n)), library()))
