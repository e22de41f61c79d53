"""Laws of importance weights, and the same numbers as arviz gives."""

import time

import arviz
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import NumericsError
from twin.inference.importance_weights import (
    effective_sample_size,
    largest_k,
    pareto_smoothed,
    weights_of,
)
from twin.reproducibility import stream

logs = st.floats(-30.0, 30.0)
rows = st.lists(st.one_of(logs, st.just(-np.inf)), min_size=1, max_size=80)
some = rows.filter(lambda row: max(row) > -np.inf)
shifts = st.floats(-1e3, 1e3)
NOTHING = np.full(50, -np.inf)
SHAPES = {
    "cauchy": lambda dice, n: dice.standard_cauchy(n),
    "wide": lambda dice, n: 3.0 * dice.normal(size=n),
    "bounded": lambda dice, n: -dice.exponential(size=n),
    "narrow": lambda dice, n: 0.1 * dice.gumbel(size=n),
    "beyond float64": lambda dice, n: 300.0 * dice.normal(size=n),
}


def alone(n: int) -> np.ndarray:
    """One draw of any weight among n."""
    row = np.full(n, -np.inf)
    row[n // 2] = -7.0
    return row


# ---- effective sample size


@given(some)
def test_weighted_draws_are_worth_one_to_all_of_them(row):
    assert 1.0 <= effective_sample_size(row) <= np.count_nonzero(np.isfinite(row))


@given(some, shifts)
def test_a_common_factor_changes_no_worth(row, shift):
    moved = np.array(row) + shift

    assert effective_sample_size(moved) == pytest.approx(effective_sample_size(row))


@given(some, st.randoms(use_true_random=False))
def test_the_order_of_the_draws_does_not_matter(row, dice):
    mixed = list(row)
    dice.shuffle(mixed)

    assert effective_sample_size(mixed) == pytest.approx(effective_sample_size(row))


@given(some)
def test_the_same_draws_twice_are_worth_twice_as_much(row):
    assert effective_sample_size(row + row) == pytest.approx(
        2 * effective_sample_size(row)
    )


@pytest.mark.parametrize(
    ("row", "worth"),
    [
        (np.zeros(7), 7.0),
        (np.full(7, -1e5), 7.0),
        (alone(7), 1.0),
        (NOTHING, 0.0),
        (np.log([1.0, 2.0, 3.0]), 36.0 / 14.0),
    ],
)
def test_known_worths(row, worth):
    assert effective_sample_size(row) == pytest.approx(worth)


@given(some)
def test_weights_sum_to_one_and_keep_their_ratios(row):
    weights = weights_of(row)
    heaviest = np.argmax(row)

    assert weights.sum() == pytest.approx(1.0)
    assert weights / weights[heaviest] == pytest.approx(
        np.exp(np.array(row) - row[heaviest])
    )


def test_rounding_makes_no_more_draws_than_there_are():
    assert effective_sample_size([5.083130757152566e-16, -np.inf, 0.0]) <= 2.0


def test_weights_farther_apart_than_float64_reaches_leave_one_draw():
    assert weights_of([1e308, -1e308]).tolist() == [1.0, 0.0]


# ---- what is no weight


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("asked", [effective_sample_size, pareto_smoothed, weights_of])
def test_a_weight_that_is_none_is_refused_with_its_draw(asked, wrong):
    with pytest.raises(NumericsError, match="draw 2: log weight"):
        asked([0.0, -np.inf, wrong, 1.0])


@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_what_is_no_row_of_weights_is_refused(shape):
    with pytest.raises(NumericsError, match="one number a draw"):
        effective_sample_size(np.zeros(shape))


def test_draws_without_any_weight_give_no_weights():
    with pytest.raises(NumericsError, match="none of 50 draws has any weight"):
        weights_of(NOTHING)


@pytest.mark.parametrize("efficiency", [0.0, -1.0, np.nan, np.inf])
def test_an_efficiency_that_is_not_positive_is_refused(efficiency):
    with pytest.raises(NumericsError, match="relative_efficiency"):
        pareto_smoothed(np.zeros(50), relative_efficiency=efficiency)


# ---- Pareto smoothing


@pytest.mark.parametrize("n", [30, 100, 512, 3000])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("efficiency", [1.0, 0.4])
def test_smoothing_is_what_arviz_makes_of_it(n, shape, efficiency):
    row = SHAPES[shape](stream(0, "weights", shape, str(n)), n)
    theirs, their_k = arviz.psislw(row.copy(), reff=efficiency)

    smoothed, k = pareto_smoothed(row, relative_efficiency=efficiency)

    assert k == pytest.approx(float(their_k), rel=1e-12, abs=1e-12)
    assert smoothed == pytest.approx(theirs, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("tail", "k"), [(0.2, 0.2), (0.5, 0.5), (0.9, 0.9)])
def test_the_shape_of_a_pareto_tail_is_found(tail, k):
    """Of 400,000 weights the tail holds 1898: k has an SD of (1 + k)/sqrt(1898).

    Error rate: four SDs, 6e-5; the stream is fixed.
    """
    dice = stream(0, "pareto tail", str(tail))
    row = -tail * np.log(dice.random(400_000))

    found = pareto_smoothed(row)[1]

    assert found == pytest.approx(k, abs=4.0 * (1.0 + k) / np.sqrt(1898))


@given(st.lists(logs, min_size=21, max_size=200), st.floats(-50.0, 50.0))
def test_smoothing_does_not_see_a_common_factor(row, shift):
    """To what is left of a log weight when the factor is added to it."""
    exact = np.round(np.array(row) * 2**20) / 2**20
    moved = exact + np.round(shift)
    (plain, k), (other, other_k) = pareto_smoothed(exact), pareto_smoothed(moved)

    assert other_k == k
    assert other == pytest.approx(plain, abs=1e-12)


@given(
    st.lists(logs, min_size=21, max_size=200, unique=True),
    st.randoms(use_true_random=False),
)
def test_smoothing_does_not_see_the_order_of_the_draws(row, dice):
    order = list(range(len(row)))
    dice.shuffle(order)
    (plain, k), (mixed, mixed_k) = (
        pareto_smoothed(each) for each in (np.array(row), np.array(row)[order])
    )

    assert mixed_k == pytest.approx(k, nan_ok=False)
    assert np.sort(mixed) == pytest.approx(np.sort(plain))


@given(some)
def test_smoothed_weights_sum_to_one_and_keep_who_has_none(row):
    smoothed, k = pareto_smoothed(row)

    assert np.exp(smoothed).sum() == pytest.approx(1.0)
    assert np.array_equal(smoothed == -np.inf, np.array(row) == -np.inf)
    assert not np.isnan(k)


@given(st.lists(logs, min_size=21, max_size=80))
def test_smoothing_never_raises_a_weight_over_the_largest(row):
    smoothed, _ = pareto_smoothed(row)
    least = np.argmin(row)  # is not in the tail
    factor = smoothed[least] - row[least]

    assert smoothed.max() <= max(row) + factor + 1e-9


@pytest.mark.parametrize(
    ("row", "k"),
    [
        (np.zeros(50), -np.inf),
        (np.full(50, 3.7), -np.inf),
        (np.array([0.0] * 30 + [-1.0] * 20), -np.inf),
        (np.zeros(20), np.inf),
        (np.zeros(1), np.inf),
        (alone(50), np.inf),
        (np.array([0.0, 1.0, 2.0, 3.0] + [-5.0] * 46), np.inf),
    ],
    ids=str,
)
def test_weights_without_a_tail_to_fit_stay_as_they_are(row, k):
    smoothed, found = pareto_smoothed(row)

    assert found == k
    assert smoothed == pytest.approx(row - np.log(np.exp(row).sum()))


def test_no_weight_at_all_stays_none():
    smoothed, k = pareto_smoothed(NOTHING)

    assert k == np.inf
    assert np.all(smoothed == -np.inf)


def test_differences_below_rounding_are_no_tail():
    row = np.linspace(0.0, 1e-18, 50)

    assert pareto_smoothed(row)[1] == -np.inf


def test_a_grid_that_meets_zero_is_no_obstacle():
    """Twenty in the tail, the largest three times the quarter: one b is exactly 0."""
    excess = np.array([*np.linspace(0.1, 1.0, 5), *np.linspace(1.1, 3.0, 15)])
    row = np.log(np.concatenate([np.full(80, 1.0), 1.0 + excess]))

    assert np.isfinite(pareto_smoothed(row)[1])


@pytest.mark.parametrize(
    ("n", "limit"), [(100, 0.5), (1000, 2.0 / 3.0), (10_000, 0.7), (10**6, 0.7)]
)
def test_the_limit_of_k_grows_with_the_draws_up_to_its_end(n, limit):
    assert largest_k(n) == pytest.approx(limit)


def test_one_draw_has_no_limit():
    with pytest.raises(NumericsError, match="1 draws have no tail"):
        largest_k(1)


def test_smoothing_512_weights_takes_less_than_a_millisecond():
    row = stream(0, "speed of smoothing").normal(size=512)
    seconds = []
    for _ in range(50):
        begun = time.perf_counter()
        pareto_smoothed(row)
        seconds.append(time.perf_counter() - begun)

    assert min(seconds) < 1e-3
