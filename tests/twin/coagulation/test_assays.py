"""The laboratory's numbers: laws of the PT ratio, the INR and Owren's test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clotting_tube import FACTORS, NORMAL, committed
from twin.coagulation.assays import (
    ProthrombinSurrogate,
    inr,
    inside_domain,
    prothrombin_complex_activity,
    prothrombin_complex_at_ratio,
    prothrombin_ratio,
)
from twin.errors import NumericsError

ERROR_OF_THE_FIT = 0.01  # the tolerance of the surrogate, of the PT

BOX = dict(
    zip(
        committed().factors,
        zip(committed().lowest.tolist(), committed().highest.tolist(), strict=True),
        strict=True,
    )
)
levels = st.fixed_dictionaries({name: st.floats(*BOX[name]) for name in FACTORS})
LOWEST_DILUTION = max(BOX[name][0] for name in FACTORS[:4])


def ratio(plasma: dict[str, float]) -> float:
    return float(prothrombin_ratio(plasma, surrogate=committed()))


def activity(plasma: dict[str, float]) -> float:
    return float(prothrombin_complex_activity(plasma, surrogate=committed()))


def test_normal_plasma_has_ratio_one_and_full_activity():
    assert ratio(NORMAL) == 1.0
    assert activity(NORMAL) == pytest.approx(100.0, rel=1e-9)


@given(plasma=levels, lost=st.sampled_from(FACTORS), share=st.floats(0.0, 1.0))
def test_losing_a_factor_never_shortens_the_prothrombin_time(plasma, lost, share):
    lowest = committed().lowest[committed().factors.index(lost)]
    less = plasma | {lost: lowest + share * (plasma[lost] - lowest)}

    assert ratio(less) >= ratio(plasma) * (1 - 2 * ERROR_OF_THE_FIT)


@given(share=st.floats(LOWEST_DILUTION, 2.0))
def test_diluting_normal_plasma_gives_back_the_dilution(share):
    diluted = NORMAL | dict.fromkeys(FACTORS[:4], share)

    assert activity(diluted) == pytest.approx(100 * share, rel=1e-9)


@given(plasma=levels)
def test_owrens_reagent_brings_fibrinogen_and_factor_v(plasma):
    poor = plasma | {"fibrinogen": 0.5, "V": 0.3}

    assert activity(poor) == activity(plasma)


@given(plasma=levels)
def test_the_activity_lies_between_the_lowest_and_the_highest_of_its_factors(plasma):
    of_complex = [plasma[name] for name in FACTORS[:4]]

    # IX, nearly silent in this test, may bend the bound by the error of the fit
    assert activity(plasma) >= 100 * min(of_complex) * 0.95
    assert activity(plasma) <= 100 * max(of_complex) * 1.05


def at_ratio(found) -> np.ndarray:
    return prothrombin_complex_at_ratio(found, surrogate=committed())


HIGHEST_DILUTION = min(BOX[name][1] for name in FACTORS[:4])


@given(share=st.floats(LOWEST_DILUTION, HIGHEST_DILUTION))
def test_the_activity_at_a_ratio_undoes_the_dilution_curve(share):
    diluted = NORMAL | dict.fromkeys(FACTORS[:4], share)

    assert at_ratio(ratio(diluted)) == pytest.approx(100 * share, rel=1e-9)


@given(plasma=levels)
def test_the_ratio_is_all_that_the_activity_asks_of_levels(plasma):
    supplied = plasma | {"fibrinogen": 1.0, "V": 1.0}

    assert at_ratio(ratio(supplied)) == activity(plasma)


@given(first=st.floats(0.5, 12.0), more=st.floats(0.0, 5.0))
def test_a_longer_time_never_means_more_activity(first, more):
    assert at_ratio(first + more) <= at_ratio(first)


def test_the_activity_at_a_ratio_ends_where_the_box_ends():
    found = at_ratio([1e-3, 50.0, np.inf])

    assert found == pytest.approx(
        [100 * HIGHEST_DILUTION, 100 * LOWEST_DILUTION, 100 * LOWEST_DILUTION],
        rel=1e-12,
    )


def test_the_activity_at_ratios_keeps_their_shape_and_what_failed():
    found = at_ratio([[1.0, np.nan], [2.0, 3.0]])

    assert found.shape == (2, 2)
    assert np.isnan(found).tolist() == [[False, True], [False, False]]
    assert found[0, 0] == pytest.approx(100.0, rel=1e-9)
    assert at_ratio(2.0) == found[1, 0]


@pytest.mark.parametrize("impossible", [0.0, -1.0, [1.0, np.nan, -2.0]])
def test_a_ratio_of_nothing_is_refused(impossible):
    with pytest.raises(NumericsError, match="above 0"):
        at_ratio(impossible)


@given(first=levels, second=levels)
def test_plasmas_side_by_side_do_not_touch_each_other(first, second):
    both = {name: np.array([first[name], second[name]]) for name in FACTORS}

    together = prothrombin_ratio(both, surrogate=committed())

    assert together.tolist() == [ratio(first), ratio(second)]


@pytest.mark.parametrize("level", [1.0, 0.7, 0.5, 0.3, 0.2, 0.1])
def test_the_ratio_follows_the_rule_of_thumb(level):
    """PT ratio = (II · VII · X)^-0.2, a rule of thumb and no more: within 10 %."""
    plasma = NORMAL | {"II": level, "VII": level, "X": level}

    assert ratio(plasma) == pytest.approx(level**-0.6, rel=0.10)


@pytest.mark.parametrize(
    ("measured", "isi", "expected"),
    [(2.5, 1.0, 2.5), (1.0, 1.7, 1.0), (1.5, 2.0, 2.25)],
)
def test_the_inr_is_the_ratio_to_the_power_of_isi(measured, isi, expected):
    assert inr(measured, isi) == pytest.approx(expected)


def test_outside_its_box_the_surrogate_is_silent_and_says_what_to_do():
    starved = NORMAL | {"VII": 0.01}

    assert not inside_domain(starved, surrogate=committed())
    with pytest.raises(NumericsError, match="run the clotting network"):
        prothrombin_ratio(starved, surrogate=committed())


def test_a_level_that_is_not_a_number_is_outside():
    assert not inside_domain(NORMAL | {"II": np.nan}, surrogate=committed())


def test_a_missing_factor_is_asked_for_by_name():
    incomplete = {name: 1.0 for name in FACTORS if name != "IX"}

    with pytest.raises(NumericsError, match="level of IX"):
        prothrombin_ratio(incomplete, surrogate=committed())


def test_a_surrogate_with_a_constant_term_is_refused():
    with pytest.raises(NumericsError, match="no constant term"):
        ProthrombinSurrogate(
            ("II",),
            np.array([[0]]),
            np.array([1.0]),
            np.array([0.1]),
            np.array([2.0]),
            11.0,
        )
