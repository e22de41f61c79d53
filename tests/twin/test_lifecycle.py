"""A twin is named by its content: the same everywhere, another for anybody else."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pytest

from tests.architecture.repository import ROOT
from tests.people import engine, library, person
from twin.applicability import Caution, InScope
from twin.lifecycle import TOLERANCE, Twin, build, predict
from twin.multiscale.whole_model import course
from twin.reproducibility import digest
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.genotype import Diplotype, Genotype
from twin.vocabulary.patient import LiverDisease, Patient
from twin.vocabulary.regimen import daily

PATIENT = person("typical").patient

# Another value of every field: also of those that move no parameter.
OTHERWISE: dict[str, Any] = {
    "age_years": 65.5,
    "sex": "female",
    "weight_kg": 75.1,
    "height_cm": 173.0,
    "genotype": Genotype(
        (Diplotype("VKORC1", ("G", "A"), frozenset({"A"})),), "East Asian"
    ),
    "cardiac_output_l_per_h": 300.0,
    "blood_volume_l": 5.0,
    "haematocrit": 0.4,
    "albumin_g_per_l": 43.0,
    "creatinine_mg_per_dl": 1.0,
    "egfr_ml_per_min_per_1_73m2": 90.0,
    "liver_disease": LiverDisease("A"),
    "vitamin_k_intake_ug_per_day": 100.0,
    "co_medication": (CoMedicine("amiodarone"),),
    "pregnant": True,
    "active_bleeding": True,
    "indication": "mechanical_mitral_valve",
    "target_inr": (2.5, 3.5),
}


def built(patient: Patient = PATIENT, **more: Any) -> Twin:
    return build(patient, library(), engine=engine(), **more)


TWIN = built()


def test_the_same_patient_is_the_same_twin():
    assert built().digest == TWIN.digest
    assert built(replace(PATIENT)).digest == TWIN.digest


def test_every_field_of_a_patient_is_in_the_name():
    assert OTHERWISE.keys() == {field.name for field in fields(Patient)}
    names = [built(replace(PATIENT, **{k: v})).digest for k, v in OTHERWISE.items()]

    assert len({TWIN.digest, *names}) == len(names) + 1


def test_a_whole_number_may_be_written_with_or_without_a_point():
    assert built(replace(PATIENT, age_years=65)).digest == TWIN.digest


def test_a_meal_makes_another_twin_and_a_remark_does_not():
    assert built(fed=True).digest != TWIN.digest
    assert built(warnings=["weight: far above most"]).digest == TWIN.digest


def test_another_value_in_a_table_makes_another_twin():
    other = library().with_constant("drug.csv", ("S", "unbound_fraction"), 0.0091)

    assert build(PATIENT, other, engine=engine()).digest != TWIN.digest


def test_another_process_gives_the_same_name():
    code = (
        "from tests.people import person, library, engine;"
        "from twin.lifecycle import build;"
        "print(build(person('typical').patient, library(), engine=engine()).digest)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "77", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert told.stdout.strip() == TWIN.digest


def test_a_twin_says_what_it_was_made_of():
    found = TWIN.provenance

    assert found.model == "warfarin_twin"
    assert found.model_sha256 == library().spec.sha256
    assert found.library_sha256 == library().sha256
    assert found.engine == engine().name
    assert found.parameters_sha256 == digest(
        [TWIN.ensemble.names, TWIN.ensemble.values]
    )
    assert TWIN.digest == digest([PATIENT, found])


def test_warnings_become_doubts():
    assert TWIN.scope == InScope()
    assert built(warnings=["weight: far above most"]).scope == Caution(
        ("weight: far above most",)
    )


def test_a_prediction_is_the_full_model_with_the_twins_parameters():
    regimen = daily(5.0, days=3, substance=library().substance)
    times = np.arange(0.0, 72.0, 8.0)

    found = predict(TWIN, regimen, times, outputs=("INR", "S_plasma"), engine=engine())

    plain = course(
        person("typical"),
        library(),
        regimen,
        times,
        outputs=("INR", "S_plasma"),
        engine=engine(),
        tolerance=TOLERANCE,
    )
    assert found.n_draws == 1
    for output, values in plain.items():
        assert np.array_equal(found.typical(output), values)


def test_a_twin_is_not_changed_afterwards():
    with pytest.raises(FrozenInstanceError):
        TWIN.digest = "another"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        TWIN.ensemble.values[0, 0] = 1.0


@pytest.mark.parametrize(
    ("patient", "said"),
    [
        (replace(PATIENT, genotype=Genotype()), "CYP2C9 was not tested"),
        (
            replace(
                PATIENT,
                co_medication=(CoMedicine("amiodarone"), CoMedicine("fluconazole")),
            ),
            "are combined",
        ),
        (replace(PATIENT, egfr_ml_per_min_per_1_73m2=18.0), "severe kidney disease"),
        (
            replace(PATIENT, egfr_ml_per_min_per_1_73m2=20.0, creatinine_mg_per_dl=0.8),
            "check both",
        ),
    ],
)
def test_what_makes_a_twin_less_certain_is_a_caution(patient, said):
    scope = built(patient).scope

    assert isinstance(scope, Caution)
    assert any(said in reason for reason in scope.reasons)
