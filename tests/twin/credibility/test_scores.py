"""Laws of the fold errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.credibility.scores import (
    area_under_curve,
    error_score,
    fold_error,
    fold_score,
    interval_score,
    log_ratio,
    within_20_percent,
)
from twin.errors import ObservationError

positive = st.floats(1e-6, 1e6)
pairs = st.lists(st.tuples(positive, positive), min_size=1, max_size=20)


@given(pairs)
def test_exchanging_the_two_changes_the_sign_of_the_bias_only(values):
    observed, predicted = np.array(values).T

    assert log_ratio(observed, predicted) == pytest.approx(
        -log_ratio(predicted, observed)
    )
    assert fold_error(observed, predicted) == pytest.approx(
        fold_error(predicted, observed)
    )


@given(pairs, positive)
def test_a_change_of_unit_changes_no_score(values, factor):
    observed, predicted = np.array(values).T

    scaled = fold_score(factor * observed, factor * predicted)

    assert scaled.gmfe == pytest.approx(fold_score(observed, predicted).gmfe)


@given(pairs)
def test_the_mean_error_is_never_below_the_bias(values):
    observed, predicted = np.array(values).T
    score = fold_score(observed, predicted)

    assert score.gmfe is not None
    assert score.bias is not None
    assert score.gmfe >= max(score.bias, 1 / score.bias) * (1 - 1e-12)


def test_known_folds_are_told():
    score = fold_score([1.0, 1.0, 1.0, 1.0], [2.0, 0.5, 4.0, 0.25])

    assert score.gmfe == pytest.approx(np.sqrt(8.0))
    assert score.bias == pytest.approx(1.0)
    assert score.within_2_fold == 0.5


def test_nothing_observed_is_no_score():
    assert fold_score([], []).gmfe is None


@pytest.mark.parametrize("observed", [0.0, -1.0, np.nan, np.inf])
def test_what_is_not_positive_is_refused(observed):
    with pytest.raises(ObservationError, match="positive"):
        fold_score([observed], [1.0])


def test_the_area_of_a_triangle():
    assert area_under_curve([2.0, 0.0, 1.0], [0.0, 0.0, 3.0]) == pytest.approx(3.0)


def test_two_values_at_one_time_count_as_their_mean():
    assert area_under_curve([0, 0, 1], [1.0, 3.0, 2.0]) == pytest.approx(2.0)


# ---- errors in the unit of the data

doses = st.floats(1.0, 300.0)
predicted_doses = st.lists(st.tuples(doses, doses), min_size=1, max_size=20)


@given(st.lists(doses, min_size=1, max_size=20))
def test_perfect_predictions_have_no_error(observed):
    score = error_score(observed, observed)

    assert (score.mae, score.bias, score.within_20_percent) == (0.0, 0.0, 1.0)
    assert score.geometric_bias == pytest.approx(1.0)
    assert score.r2 in (None, 1.0)


@given(predicted_doses, st.randoms(use_true_random=False))
def test_the_order_of_the_patients_does_not_matter(values, dice):
    mixed = list(values)
    dice.shuffle(mixed)
    score, other = (error_score(*np.array(v).T) for v in (values, mixed))

    assert other.n == score.n
    assert other.mae == pytest.approx(score.mae)
    assert other.bias == pytest.approx(score.bias, abs=1e-9)
    assert other.geometric_bias == pytest.approx(score.geometric_bias)
    assert other.within_20_percent == score.within_20_percent


@given(predicted_doses)
def test_the_mean_error_is_never_above_the_mean_absolute_error(values):
    score = error_score(*np.array(values).T)

    assert score.mae is not None
    assert score.bias is not None
    assert abs(score.bias) <= score.mae * (1 + 1e-12)


@given(predicted_doses)
def test_the_variance_explained_is_never_above_the_squared_correlation(values):
    score = error_score(*np.array(values).T)

    if score.r2 is not None and score.squared_correlation is not None:
        assert score.r2 <= score.squared_correlation + 1e-6


def test_known_errors_are_told():
    score = error_score([10.0, 20.0, 30.0], [12.0, 20.0, 20.0])

    assert score.mae == pytest.approx(4.0)
    assert score.bias == pytest.approx(-8.0 / 3.0)
    assert score.geometric_bias == pytest.approx((1.2 * 2.0 / 3.0) ** (1 / 3))
    assert score.within_20_percent == pytest.approx(2.0 / 3.0)
    assert score.r2 == pytest.approx(1.0 - 104.0 / 200.0)


@pytest.mark.parametrize("observed", [5.0, 35.0, 315.0])
def test_a_fifth_off_is_within_20_percent_and_a_little_more_is_not(observed):
    ends = np.array([0.8, 1.2]) * observed
    beyond = np.array([0.799, 1.201]) * observed

    assert within_20_percent(observed, ends).tolist() == [1.0, 1.0]
    assert within_20_percent(observed, beyond).tolist() == [0.0, 0.0]


def test_one_guess_for_all_explains_nothing():
    score = error_score([10.0, 20.0, 30.0], [20.0, 20.0, 20.0])

    assert score.r2 == pytest.approx(0.0)
    assert score.squared_correlation is None


def test_nobody_is_no_error():
    assert error_score([], []).mae is None
    assert interval_score([], [], [], level=0.9).coverage is None


@given(st.integers(40, 400), st.sampled_from([0.5, 0.8, 0.9]))
def test_exact_quantiles_cover_what_they_say(n, level):
    """Observations at the n middle quantiles of a law; its own quantiles as ends."""
    observed = np.exp((np.arange(n) + 0.5) / n)  # ln is uniform on 0 to 1
    low, high = np.exp(0.5 - 0.5 * level), np.exp(0.5 + 0.5 * level)

    score = interval_score(observed, np.full(n, low), np.full(n, high), level=level)

    assert score.coverage == pytest.approx(level, abs=1.01 / n)
    assert score.mean_width == pytest.approx(high - low)
    assert score.width_ratio == pytest.approx(high / low)
