"""Published forms: doses at rest by algebra, subjects of studies as for our twin."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.architecture.repository import ROOT
from tests.people import library
from twin.coagulation.assays import prothrombin_complex_at_ratio
from twin.command_line.record import markdown_table
from twin.command_line.verify_forms import dose_table, inside_label
from twin.credibility.forms import (
    GenotypeDoses,
    label_doses,
    predict_rows_in_form,
    steady_doses,
)
from twin.credibility.pkpd import Study
from twin.engine.compiled import CompiledEngine
from twin.engine.simulate import simulate
from twin.errors import NumericsError
from twin.forms.in_form import form_parameters
from twin.forms.model_form import load_form
from twin.forms.readings import kinds_of, outputs_for, reading
from twin.forms.weights import OURS
from twin.intake.ask import question_for
from twin.model_files import form_names, settings_file
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.observation import Observation
from twin.vocabulary.regimen import daily

ENGINE = CompiledEngine()
FORMS = {name: load_form(name) for name in form_names()}
EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
FACTS = settings_file("published_facts")
PCA = "prothrombin_complex_activity"


def hambergs_dose(cl: float, ec50: float, inr: float) -> float:
    """INR = 1 + 20 E, E = C^g/(C^g + EC50^g), half of the dose is S."""
    effect = (inr - 1) / 20
    concentration = ec50 * (effect / (1 - effect)) ** (1 / 1.15)
    return 24 * cl * concentration / 0.5


def falkenhagens_dose(cl: float, ic50: float, inr: float) -> float:
    """INR = (1 + C/IC50)^(3 0.1975)."""
    return 24 * cl * ic50 * (inr ** (1 / (3 * 0.1975)) - 1)


ALGEBRA = {
    "hamberg_2010": (hambergs_dose, "EC50", (0.348, 4.1)),
    "falkenhagen_2023": (falkenhagens_dose, "IC50", (0.2, 0.34)),
}


@EVERY_FORM
@settings(max_examples=8)
@given(
    cl=st.floats(0.25, 1.5), sensitivity=st.floats(0.25, 2.0), inr=st.floats(1.5, 4.0)
)
def test_the_steady_dose_is_the_one_by_algebra(form, cl, sensitivity, inr):
    dose, name, typical = ALGEBRA[form.name]
    cls = typical[0] * np.array([cl, 1.0])
    sensitivities = typical[1] * np.array([sensitivity, 1.0])
    people = [
        {
            "CL_first": 0.5 * c,
            "CL_second": 0.5 * c,
            f"{name}_first": 0.5 * s,
            f"{name}_second": 0.5 * s,
        }
        for c, s in zip(cls, sensitivities, strict=True)
    ]

    found = steady_doses(form, people, inr=inr, engine=ENGINE)

    expected = [dose(c, s, inr) for c, s in zip(cls, sensitivities, strict=True)]
    assert found == pytest.approx(expected, rel=1e-4)


@EVERY_FORM
@pytest.mark.parametrize("inr", [0.9, 1000.0])
def test_an_inr_that_no_dose_brings_is_refused(form, inr):
    with pytest.raises(NumericsError, match="a day brings an INR of"):
        steady_doses(form, [{"CL_first": 0.1}], inr=inr, engine=ENGINE)


@pytest.fixture(scope="module")
def doses() -> tuple[GenotypeDoses, ...]:
    return label_doses(FORMS.values(), FACTS, library(), engine=ENGINE)


def test_more_lost_alleles_need_less_drug_in_every_model(doses):
    at = {(row.cyp2c9, row.vkorc1): row.doses_mg_per_day for row in doses}

    assert len(at) == 18
    for model in (OURS, *FORMS):
        by_vkorc1 = [at["*1/*1", v][model] for v in ("G/G", "A/G", "A/A")]
        chain = ("*1/*1", "*1/*2", "*1/*3", "*2/*3", "*3/*3")
        by_cyp2c9 = [at[c, "G/G"][model] for c in chain]

        assert by_vkorc1 == sorted(by_vkorc1, reverse=True)
        assert by_cyp2c9 == sorted(by_cyp2c9, reverse=True)


def test_the_record_holds_these_doses(doses):
    """Printed beside the label's, which no form was made to meet."""
    tolerance = FACTS["fda_label"]["tolerance_mg"]
    columns, rows = dose_table(doses, tolerance_mg=tolerance)
    record = (ROOT / "docs" / "verification" / "forms.md").read_text(encoding="utf-8")

    assert "\n".join(markdown_table(columns, rows)) in record, (
        "renew it with `twin verify forms --out docs/verification`"
    )
    assert all(f"SHA-256 {form.sha256[:16]}" in record for form in FORMS.values())


def test_a_cell_holds_a_dose_in_its_range_or_little_outside():
    row = GenotypeDoses("*1/*1", "G/G", (5.0, 7.0), {"a": 4.6, "b": 4.4, "c": 7.5})

    assert inside_label((row, row), tolerance_mg=0.5) == {"a": 2, "b": 0, "c": 2}


# ---- readings and studies


def test_each_form_says_which_kinds_it_computes():
    assert {name: set(kinds_of(form)) for name, form in FORMS.items()} == {
        "hamberg_2010": {"INR", "warfarin_S_plasma", PCA},
        "falkenhagen_2023": {"INR", "warfarin_racemate_plasma", PCA},
    }


@EVERY_FORM
def test_a_kind_that_a_form_does_not_compute_is_refused_by_name(form):
    with pytest.raises(
        NumericsError, match=f"{form.name} does not compute 'warfarin_R"
    ):
        outputs_for(form, ["INR", "warfarin_R_plasma"])


@EVERY_FORM
def test_the_activity_is_read_off_the_inr(form):
    prediction = simulate(
        form.spec,
        Ensemble.of({"CL_first": [0.05, 0.1]}),
        daily(5.0, days=5, substance=form.substance),
        [0.0, 72.0, 120.0],
        outputs=outputs_for(form, [PCA, "INR"]),
        engine=ENGINE,
    )
    surrogate = library().surrogate

    activity = reading(form, prediction, PCA, surrogate=surrogate)

    inr = reading(form, prediction, "INR", surrogate=surrogate)
    assert prediction.outputs == ("INR",)
    assert activity.shape == (2, 3)
    assert activity[:, 0] == pytest.approx([100.0, 100.0])
    assert np.all(np.diff(activity, axis=1) < 0)
    assert np.array_equal(
        activity, prothrombin_complex_at_ratio(inr, surrogate=surrogate)
    )


STUDY = Study(
    dataset="subject 1",
    doses_mg=((0.0, 100.0),),
    observations=(
        Observation(24.0, PCA, 44.0),
        Observation(24.0, "warfarin_racemate_plasma", 8.0),
        Observation(0.0, PCA, 100.0),
        Observation(24.0, "warfarin_S_plasma", 4.0),
        Observation(72.0, PCA, 20.0),
    ),
    sex="male",
    age_years=50.0,
    weight_kg=66.7,
)


@EVERY_FORM
def test_a_study_is_predicted_where_the_form_can(form):
    rows = predict_rows_in_form(form, [STUDY], library(), engine=ENGINE)
    expected = [o for o in STUDY.observations if o.kind in kinds_of(form)]

    assert len(expected) == 4
    assert [(r.time_h, r.kind, r.observed) for r in rows] == [
        (o.time_h, o.kind, o.value) for o in expected
    ]
    assert {r.time_h: r.predicted for r in rows if r.kind == PCA}[0.0] == (
        pytest.approx(100.0)
    )


@EVERY_FORM
def test_a_subject_is_the_patient_that_our_twin_takes_them_for(form):
    person = {"sex": "male", "age": "50 a", "weight": "66.7 kg"}
    patient = question_for({**person, "height": "176 cm"}, library()).patient
    alone = replace(STUDY, observations=(Observation(24.0, PCA, 44.0),))
    prediction = simulate(
        form.spec,
        Ensemble.of(form_parameters(form, patient, library())),
        daily(100.0, days=1, substance=form.substance),
        [24.0],
        outputs=("INR",),
        engine=ENGINE,
        tolerance=1e-6,
    )
    (row,) = predict_rows_in_form(form, [alone], library(), engine=ENGINE)

    assert row.predicted == reading(
        form, prediction, PCA, surrogate=library().surrogate
    )


@EVERY_FORM
def test_a_study_of_nothing_the_form_computes_has_no_rows(form):
    other = replace(STUDY, observations=(Observation(9.0, "warfarin_R_plasma", 1.0),))

    assert predict_rows_in_form(form, [other], library(), engine=ENGINE) == ()
