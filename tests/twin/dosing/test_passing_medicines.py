"""Where medicines come and go: one dose, or none with both it lies between."""

import re

import pytest

from tests.people import engine, library, twin_of
from twin.dosing.recommend import Abstention, Recommendation, recommend

FLUCONAZOLE = {"medicine": "fluconazole", "daily_dose": "400 mg"}


def given(**days: str) -> Recommendation | Abstention:
    taken = {**FLUCONAZOLE, **days}
    return recommend(twin_of(co_medication=[taken]), engine=engine())


def dose_of(twin) -> float:
    found = recommend(twin, engine=engine())
    assert isinstance(found, Recommendation)
    return found.dose_mg_per_day


@pytest.mark.parametrize(
    "days", [{"start": "0 d", "stop": "28 d"}, {"start": "8 d"}, {"stop": "20 d"}]
)
def test_no_one_dose_is_proposed_that_would_bleed_meanwhile(days):
    found = given(**days)

    assert isinstance(found, Abstention)
    (reason,) = found.reasons
    with_it, without = map(float, re.findall(r"(?:be|without it) ([\d.]+)", reason))
    assert with_it == pytest.approx(
        dose_of(twin_of(co_medication=[FLUCONAZOLE])), rel=0.05
    )
    assert without == pytest.approx(dose_of(twin_of()), rel=0.05)


@pytest.mark.parametrize(
    "days",
    [
        {},
        {"start": "-60 d"},
        {"start": "-60 d", "stop": "-20 d"},
        {"start": "30 d", "stop": "31 d"},
        {"stop": "300 d"},
    ],
)
def test_a_dose_that_stays_safe_is_proposed(days):
    assert isinstance(given(**days), Recommendation)


def test_the_limit_is_one_that_matters():
    assert 4.0 < library().dangerous_inr < library().highest_readable_inr
