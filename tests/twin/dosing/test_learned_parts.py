"""The parts of a learned answer: mixtures of normals, doses to come, doses of draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from tests.believed import noise, population
from tests.people import library
from tests.twin.dosing.learners import draws, slopes, typical
from twin.dosing.doses_ahead import doses_ahead
from twin.dosing.learned_course import BAND, mixture_quantiles
from twin.dosing.learned_dose import dose_distribution
from twin.dosing.learned_measurements import chance, unit_of
from twin.inference.belief import Belief
from twin.lifecycle import believe
from twin.vocabulary.regimen import Dose, Regimen

SODIUM = "warfarin sodium"


def test_one_draw_is_a_normal():
    found = mixture_quantiles(np.array([[0.7]]), np.array([0.2]), np.zeros(1), BAND)

    assert found[:, 0] == pytest.approx(norm(0.7, 0.2).ppf(BAND), abs=1e-5)


@given(
    st.lists(st.floats(-2, 2), min_size=2, max_size=6),
    st.floats(0.05, 1.0),
    st.integers(0, 2**32 - 1),
)
def test_a_quantile_leaves_its_probability_below(centres, sd, seed):
    ln_w = np.random.default_rng(seed).normal(size=len(centres))
    weights = np.exp(ln_w) / np.exp(ln_w).sum()

    found = mixture_quantiles(np.array(centres)[:, None], np.array([sd]), ln_w, BAND)

    below = weights @ norm.cdf((found[:, 0][None] - np.array(centres)[:, None]) / sd)
    assert below == pytest.approx(BAND, abs=1e-4)


def told(*mg: float) -> Regimen:
    return Regimen(tuple(Dose(24.0 * day, one, SODIUM) for day, one in enumerate(mg)))


def to_come(regimen: Regimen, from_day: float, **more: float) -> list[float]:
    found = doses_ahead(
        regimen,
        from_h=24.0 * from_day,
        until_h=24.0 * (from_day + 7),
        substance=SODIUM,
        **more,
    )
    assert all(d.time_h >= 24.0 * from_day for d in found.doses)
    return [dose.amount_mg for dose in found.doses]


def test_the_last_dose_goes_on():
    assert to_come(told(10, 10, 5), 3) == [5.0] * 7


def test_a_rhythm_of_two_weeks_goes_on():
    week = (5, 5, 2.5, 5, 5, 2.5, 2.5)

    assert to_come(told(*week, *week), 14) == list(week)
    assert to_come(told(*(5, 2.5) * 7), 14) == [5, 2.5, 5, 2.5, 5, 2.5, 5]


def test_a_missed_tablet_is_no_rhythm():
    doses = tuple(d for d in told(*[5] * 14).doses if d.time_h != 240.0)

    assert to_come(Regimen(doses), 14) == [5.0] * 7


def test_what_was_stopped_does_not_go_on():
    assert to_come(told(5, 5, 5), 6) == []
    assert to_come(told(5, 5, 5), 6, daily_mg=4.0) == [4.0] * 7


def everybody() -> Belief:
    found = believe(
        typical(), population(), noise(), slopes=slopes(), draws=draws(), n_known=32
    ).belief
    assert found is not None
    return found


def test_draws_that_no_dose_takes_there_are_counted():
    belief = everybody()
    found = dose_distribution(belief, library(), 1.02)

    assert 0 < found.n_without < found.n_draws
    assert found.weight_without == pytest.approx(found.n_without / found.n_draws)
    assert found.mg_per_day is not None
    assert np.all(np.diff(found.mg_per_day) > 0)


def test_where_no_draw_has_a_dose_there_is_none():
    found = dose_distribution(everybody(), library(), 0.5)

    assert found.mg_per_day is None
    assert (found.n_without, found.weight_without) == (found.n_draws, 1.0)


def test_the_dose_of_a_draw_keeps_its_inr_and_rises_with_the_target():
    belief = everybody()
    low, high = (dose_distribution(belief, library(), inr) for inr in (2.0, 3.0))

    assert low.mg_per_day is not None
    assert high.mg_per_day is not None
    assert np.all(np.array(high.mg_per_day) > np.array(low.mg_per_day))


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1e-9, "less than one in a million"),
        (0.0123, "1.2 %"),
        (0.99995, "more than 99.9 %"),
    ],
)
def test_a_chance_is_told_in_few_digits(probability, words):
    assert chance(probability) == words


def test_a_kind_has_its_unit():
    assert unit_of("INR") == "{INR}"
    assert unit_of("factor_X_activity") == "%"
    assert unit_of("warfarin_S_plasma") == "mg/L"
