import math
from dataclasses import replace

import pytest

from tests.people import library
from twin.credibility.interactions import (
    agreement,
    by_genotype,
    comparisons,
    exposure_ratio,
    exposure_ratio_on,
    interaction_rows,
)
from twin.engine.reference import ReferenceEngine
from twin.intake.ask import reference_patient
from twin.interactions.observed import StudyDays
from twin.vocabulary.co_medicine import CoMedicine

PATIENT = reference_patient(library())
ENGINE = ReferenceEngine()
ROWS = interaction_rows(PATIENT, library(), engine=ENGINE)


def seen(medicine, analyte):
    """Predicted and observed, of the studies that set the table's row."""
    return [
        (each.predicted, each.observed)
        for each in comparisons(ROWS)
        if each.study.medicine == medicine
        and each.analyte == analyte
        and each.kind == "set by it"
    ]


def on_the_days(days, medicine):
    return exposure_ratio_on(days, PATIENT, medicine, library(), engine=ENGINE)


def test_every_study_of_the_table_is_predicted():
    assert len(ROWS) == len(library().observed_interactions) > 50
    assert all(row.s_predicted > 0 and row.r_predicted > 0 for row in ROWS)


@pytest.mark.parametrize("analyte", ["S", "R", "racemate"])
def test_independent_studies_that_were_read_are_predicted_within_two_fold(analyte):
    found = agreement(
        (each.predicted, each.observed)
        for each in comparisons(ROWS)
        if each.analyte == analyte
        and each.kind == "independent"
        and each.study.evidence == "read"
    )

    assert found.n >= 2
    assert found.within_two_fold == 1
    assert found.gmfe < 1.4


def test_what_was_measured_as_the_racemate_is_never_set_against_s():
    for each in comparisons(ROWS):
        if each.study.racemate_ratio is not None:
            assert each.analyte == "racemate"


def test_the_racemate_lies_between_its_halves():
    for row in ROWS:
        low, high = sorted([row.s_predicted, row.r_predicted])
        assert low - 1e-9 <= row.racemate_predicted <= high + 1e-9


def test_no_change_where_none_is_modelled_is_no_evidence():
    kinds = {
        (each.study.medicine, each.analyte): each.kind for each in comparisons(ROWS)
    }

    assert kinds["ranitidine", "S"] == "nothing modelled"
    assert kinds["zileuton", "S"] == "nothing modelled"
    assert kinds["zileuton", "R"] == "set by it"


def test_an_independent_change_that_is_not_modelled_stays_a_miss():
    (row,) = [r for r in ROWS if r.study.medicine == "celecoxib"]
    missed = replace(row, study=replace(row.study, s_ratio=1.6, basis="independent"))

    kinds = {each.analyte: each.kind for each in comparisons([missed])}

    assert kinds == {"S": "independent", "R": "nothing modelled"}


@pytest.mark.parametrize(
    ("medicine", "analyte"),
    [
        ("aprepitant", "S"),
        ("bosentan", "S"),
        ("bosentan", "R"),
        ("cimetidine", "R"),
        ("zileuton", "R"),
        ("oxandrolone", "S"),
        ("oxandrolone", "R"),
    ],
)
def test_a_mechanism_returns_the_figure_it_was_solved_from(medicine, analyte):
    pairs = seen(medicine, analyte)

    assert pairs
    for predicted, observed in pairs:
        assert predicted == pytest.approx(observed, rel=0.01)


@pytest.mark.parametrize("medicine", ["cimetidine", "zileuton", "rofecoxib"])
def test_what_acts_on_r_alone_leaves_s_alone(medicine):
    ratio = exposure_ratio(PATIENT, CoMedicine(medicine), library())

    assert ratio["S"] == pytest.approx(1, abs=0.002)
    assert ratio["R"] > 1.2


def test_three_days_of_an_inducer_do_less_than_a_month_and_pass():
    course = CoMedicine("aprepitant", 95.0)
    after = [on_the_days(StudyDays(3, None, day), course)["S"] for day in (1, 8, 60)]
    month = on_the_days(StudyDays(30, None, 31), course)["S"]

    assert after[0] == pytest.approx(1, abs=1e-3)
    assert month < after[1] < 0.7
    assert after[2] == pytest.approx(1, abs=0.02)


def test_a_single_dose_under_a_medicine_at_rest_sees_it_at_rest():
    medicine = CoMedicine("fluconazole", 400.0)

    late = on_the_days(StudyDays(200, 60, None), medicine)

    at_rest = exposure_ratio(PATIENT, medicine, library())
    assert late["R"] == pytest.approx(at_rest["R"], rel=0.02)
    assert late["S"] == pytest.approx(at_rest["S"], rel=0.02)


def test_a_medicine_without_effect_changes_nothing():
    ratio = exposure_ratio(PATIENT, CoMedicine("ranitidine"), library())

    assert ratio == {a: pytest.approx(1) for a in ("S", "R", "racemate")}


def test_what_is_less_by_cyp2c9_is_inhibited_less():
    rows = by_genotype(
        PATIENT,
        library(),
        medicines=[("fluconazole", 400.0)],
        diplotypes=[("*1", "*1"), ("*1", "*3"), ("*3", "*3")],
    )

    losses = [-row.s_clearance_change for row in rows]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] == pytest.approx(0.69, abs=0.03)


@pytest.mark.parametrize(
    ("predicted", "observed", "inside"),
    [
        (1.0, 1.0, True),
        (1.3, 1.0, False),
        (1.9, 2.0, True),
        (3.1, 2.0, False),
        (0.5, 0.4, True),
    ],
)
def test_guests_bounds_narrow_as_the_effect_does(predicted, observed, inside):
    assert agreement([(predicted, observed)]).within_guest == inside


def test_nothing_to_compare_is_no_agreement():
    assert math.isnan(agreement([]).gmfe)
