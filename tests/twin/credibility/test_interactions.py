import math

import pytest

from tests.people import library
from twin.credibility.interactions import (
    agreement,
    by_genotype,
    exposure_ratio,
    interaction_rows,
)
from twin.intake.ask import reference_patient
from twin.vocabulary.co_medicine import CoMedicine

PATIENT = reference_patient(library())


def test_every_study_of_the_table_is_predicted():
    rows = interaction_rows(PATIENT, library())

    assert len(rows) == len(library().observed_interactions) > 50
    assert all(row.s_predicted > 0 and row.r_predicted > 0 for row in rows)


def test_independent_studies_that_were_read_are_predicted_within_two_fold():
    pairs = [
        (row.s_predicted, row.study.s_ratio)
        for row in interaction_rows(PATIENT, library())
        if row.study.basis == "independent"
        and row.study.evidence == "read"
        and row.study.s_ratio is not None
    ]

    found = agreement(pairs)

    assert found.n >= 4
    assert found.within_two_fold == 1
    assert found.gmfe < 1.25


def test_a_medicine_without_effect_changes_nothing():
    ratio = exposure_ratio(PATIENT, CoMedicine("ranitidine"), library())

    assert ratio == {"S": pytest.approx(1), "R": pytest.approx(1)}


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
