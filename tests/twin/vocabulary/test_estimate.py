"""Fitted values, their priors, and the limits of the domain, as the files give them."""

import numpy as np

from tests.people import library
from twin.model_files import settings_file
from twin.vocabulary.domain import Domain, TargetRange
from twin.vocabulary.estimate import Estimates, Priors

CONTENT = {
    "date": "2026-01-01",
    "command": "by hand",
    "data": ["made up"],
    "estimate": [
        {"file": "drug.csv", "key": ["S", "x"], "value": 2, "prior": 1.5, "ln_sd": 0.1},
        {"file": "sbml", "key": ["KiS"], "value": 3.0, "prior": 3.0},
    ],
}
PRIORS = Priors.of(settings_file("priors"))


def test_an_estimate_belongs_to_a_row_of_a_file():
    found = Estimates.of(CONTENT)

    assert found.for_file("drug.csv")["S", "x"].value == 2.0
    assert found.for_file("sbml")["KiS",].ln_sd is None
    assert found.for_file("other.csv") == {}


def test_a_file_without_estimates_has_none():
    bare = {k: v for k, v in CONTENT.items() if k != "estimate"}

    assert Estimates.of(bare).estimates == ()


def test_every_free_parameter_was_fitted_and_nothing_else():
    fitted = [(e.file, e.key) for e in library().estimates.estimates]

    assert fitted == [(p.file, p.key) for p in PRIORS.parameters]


def test_no_estimate_is_further_from_its_prior_than_three_spreads():
    spreads = {(p.file, p.key): p.ln_sd for p in PRIORS.parameters}
    far = {
        e.key: np.log(e.value / e.prior) / spreads[e.file, e.key]
        for e in library().estimates.estimates
    }

    assert {key: z for key, z in far.items() if abs(z) > 3} == {}


def test_data_leave_no_parameter_less_known_than_before():
    spreads = {(p.file, p.key): p.ln_sd for p in PRIORS.parameters}

    for e in library().estimates.estimates:
        assert e.ln_sd is not None
        assert e.ln_sd <= 1.001 * spreads[e.file, e.key], e.key


def test_a_parameter_can_be_held_at_its_centre():
    held = PRIORS.without(("KiS",), ("F__m",))

    assert {p.key for p in PRIORS.parameters} - {p.key for p in held.parameters} == {
        ("KiS",),
        ("F__m",),
    }
    assert (held.freedom, held.scatter) == (PRIORS.freedom, PRIORS.scatter)


def test_common_practice_lies_inside_what_is_possible():
    domain = library().domain

    for limits in (*domain.fields.values(), *domain.measured.values()):
        assert limits.hard[0] <= limits.soft[0] < limits.soft[1] <= limits.hard[1]
        assert limits.evidence in {"read", "unverified"}


def test_a_domain_says_why_somebody_is_outside():
    domain = Domain.of(
        {
            "fields": {},
            "scope": {
                "smallest_age_years": 18,
                "smallest_age_why": "a",
                "pregnancy_why": "b",
                "bleeding_why": "c",
                "failing_liver_classes": ["C"],
                "failing_liver_why": "d",
            },
        }
    )

    assert domain.failing_liver_classes == ("C",)
    assert library().domain.pregnancy_why


def test_the_middle_of_the_range_is_aimed_at():
    assert TargetRange(2.0, 3.0, "x", "read").middle == 2.5
