"""Laws of resampled and summarised weighted draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import NumericsError
from twin.inference.importance_weights import weights_of
from twin.inference.resampling import (
    resampled,
    weighted_covariance,
    weighted_means,
    weighted_quantiles,
    weights_below,
)
from twin.reproducibility import stream

logs = st.lists(st.floats(-20.0, 20.0), min_size=1, max_size=60)
seeds = st.integers(0, 2**32 - 1)
probabilities = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6)
PROBABILITIES = [0.0, 0.025, 0.25, 0.5, 0.9, 1.0]


def draws_for(row: list[float], seed: int, *columns: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(len(row), *columns))


# ---- resampling


@given(logs, st.integers(1, 200), seeds)
def test_each_draw_comes_as_often_as_it_weighs_to_less_than_one(row, n, seed):
    taken = resampled(row, n, np.random.default_rng(seed))
    expected = n * weights_of(row)

    times = np.bincount(taken, minlength=len(row))
    assert times.sum() == n
    assert np.all(np.abs(times - expected) < 1.0 + 1e-9)


@given(st.integers(1, 60), seeds)
def test_equal_draws_come_once_each(n, seed):
    taken = resampled(np.zeros(n), n, np.random.default_rng(seed))

    assert taken.dtype == np.int64
    assert taken.tolist() == list(range(n))


@given(logs, st.integers(1, 60), seeds, st.data())
def test_a_draw_of_no_weight_never_comes(row, n, seed, data):
    none = data.draw(st.integers(0, len(row) - 1))
    row[none] = -np.inf
    if max(row) > -np.inf:
        assert none not in resampled(row, n, np.random.default_rng(seed))


class Always(np.random.Generator):
    """One number in place of random ones."""

    def __init__(self, number: float):
        super().__init__(np.random.PCG64(0))
        self.number = number

    def random(self, *_, **__):
        return self.number


def test_a_point_rounded_to_the_end_takes_the_last_draw_of_any_weight():
    last = Always(np.nextafter(1.0, 0.0))

    assert resampled([0.0, 0.0, -np.inf], 2**20, last).max() == 1


def test_a_point_between_two_draws_takes_the_next_of_any_weight():
    row = [-np.inf, 0.0, -np.inf, 0.0]

    assert resampled(row, 2, Always(0.0)).tolist() == [1, 3]


def test_resampling_has_no_bias():
    """Mean counts of 20,000 repetitions: the SD of one is below 0.5 (a coin's).

    Error rate: four SDs for three draws, 2e-4; the stream is fixed.
    """
    dice = stream(0, "resampling")
    row = np.log([0.15, 0.6, 0.25])
    counts = sum(
        np.bincount(resampled(row, 3, dice), minlength=3) for _ in range(20_000)
    )

    assert counts / 20_000 == pytest.approx(
        np.array([0.45, 1.8, 0.75]), abs=4 * 0.5 / np.sqrt(20_000)
    )


@pytest.mark.parametrize("n", [0, -3])
def test_nothing_to_take_is_refused(n):
    with pytest.raises(NumericsError, match="n must be 1 or more"):
        resampled([0.0, 0.0], n, np.random.default_rng(0))


# ---- quantiles


@given(st.integers(1, 80), seeds, probabilities, st.floats(-50.0, 50.0))
def test_with_equal_weights_a_quantile_is_numpys(n, seed, asked, weight):
    values = np.random.default_rng(seed).normal(size=(n, 3))

    found = weighted_quantiles(values, np.full(n, weight), asked)

    assert found == pytest.approx(
        np.quantile(values, asked, axis=0), rel=1e-11, abs=1e-11
    )


@given(logs, seeds, probabilities)
def test_quantiles_rise_with_their_probability_and_stay_among_the_draws(
    row, seed, asked
):
    values = draws_for(row, seed)
    found = weighted_quantiles(values, row, sorted(asked))

    assert np.all(np.diff(found) >= -1e-12)
    assert np.all((found >= values.min()) & (found <= values.max()))


@given(logs, seeds, st.floats(0.01, 100.0), st.floats(-10.0, 10.0))
def test_a_change_of_unit_changes_the_quantiles_alike(row, seed, factor, offset):
    values = draws_for(row, seed, 2)
    found = weighted_quantiles(values, row, PROBABILITIES)

    changed = weighted_quantiles(factor * values + offset, row, PROBABILITIES)

    assert changed == pytest.approx(factor * found + offset, abs=1e-9 * (1 + factor))


@given(logs, seeds)
def test_turned_about_the_quantiles_change_places(row, seed):
    values = draws_for(row, seed)
    found = weighted_quantiles(values, row, [0.1, 0.3, 0.5])

    assert weighted_quantiles(-values, row, [0.9, 0.7, 0.5]) == pytest.approx(
        -found, abs=1e-8
    )


@given(logs, seeds, st.randoms(use_true_random=False))
def test_the_order_of_the_draws_does_not_matter(row, seed, dice):
    values = draws_for(row, seed, 2)
    order = list(range(len(row)))
    dice.shuffle(order)
    mixed, mixed_row = values[order], np.array(row)[order]

    assert weighted_quantiles(mixed, mixed_row, PROBABILITIES) == pytest.approx(
        weighted_quantiles(values, row, PROBABILITIES), abs=1e-8
    )
    assert weighted_means(mixed, mixed_row) == pytest.approx(
        weighted_means(values, row), abs=1e-12
    )


@given(logs, seeds)
def test_a_draw_of_no_weight_has_no_part_whatever_it_holds(row, seed):
    values = draws_for(row, seed, 2)
    more = np.vstack([values, np.full(2, np.nan)])
    longer = [*row, -np.inf]

    for summary in (weighted_quantiles, weighted_means):
        extra = (PROBABILITIES,) if summary is weighted_quantiles else ()
        assert summary(more, longer, *extra) == pytest.approx(
            summary(values, row, *extra), abs=1e-8
        )


@given(logs, seeds)
def test_quantiles_move_with_a_weight_without_jumps(row, seed):
    values = draws_for(row, seed)
    found = weighted_quantiles(values, row, PROBABILITIES[1:-1])
    nudged = np.array(row) + 1e-9 * np.random.default_rng(seed).normal(size=len(row))

    moved = weighted_quantiles(values, nudged, PROBABILITIES[1:-1])

    assert moved == pytest.approx(found, abs=1e-5)


def test_a_known_weighted_quantile():
    """Weights 1/2, 1/4, 1/4: n* = 8/3; the median's window is 5/16 to 11/16."""
    row = np.log([2.0, 1.0, 1.0])

    assert weighted_quantiles([1.0, 2.0, 4.0], row, [0.5]) == pytest.approx(
        (3 / 16 * 1.0 + 3 / 16 * 2.0) * 8 / 3
    )


def test_one_draw_is_every_quantile():
    assert weighted_quantiles([[3.0, 5.0]], [-4.0], [0.0, 0.3]).tolist() == [
        [3.0, 5.0],
        [3.0, 5.0],
    ]


def test_infinite_draws_are_only_met_where_they_are():
    values = [0.0, 1.0, 2.0, 3.0, np.inf]

    found = weighted_quantiles(values, np.zeros(5), [0.0, 0.5, 1.0])

    assert found == pytest.approx([0.0, 2.0, np.inf])


def test_not_a_number_is_met_in_its_own_column():
    values = np.arange(6.0).reshape(3, 2)
    values[1, 0] = np.nan

    found = weighted_quantiles(values, np.zeros(3), [0.1, 0.5])

    assert np.isnan(found).tolist() == [[True, False]] * 2


def test_many_columns_are_as_one_by_one():
    dice = stream(0, "many columns")
    values, row = dice.normal(size=(512, 7, 9)), dice.normal(size=512)

    found = weighted_quantiles(values, row, PROBABILITIES)

    assert found.shape == (len(PROBABILITIES), 7, 9)
    assert np.array_equal(
        found[:, 3, 4], weighted_quantiles(values[:, 3, 4], row, PROBABILITIES)
    )


def test_no_columns_have_no_quantiles():
    assert weighted_quantiles(np.empty((3, 0)), np.zeros(3), [0.5]).shape == (1, 0)


@pytest.mark.parametrize("asked", [[1.1], [-0.1], [np.nan], 0.5])
def test_what_is_no_probability_is_refused(asked):
    with pytest.raises(NumericsError, match="between 0 and 1"):
        weighted_quantiles([1.0, 2.0], [0.0, 0.0], asked)


@pytest.mark.parametrize("values", [1.0, [1.0], [[1.0, 2.0, 3.0]]])
def test_values_without_a_weight_each_are_refused(values):
    with pytest.raises(NumericsError, match="one for each log weight"):
        weighted_means(values, [0.0, 0.0, 0.0])


# ---- mean and covariance


@given(logs, seeds)
def test_means_and_covariances_are_numpys(row, seed):
    values, weights = draws_for(row, seed, 3), np.exp(np.array(row) - max(row))

    assert weighted_means(values, row) == pytest.approx(
        np.average(values, axis=0, weights=weights)
    )
    if weights_of(row).max() < 0.999:
        assert weighted_covariance(values, row) == pytest.approx(
            np.cov(values.T, aweights=weights), rel=1e-9, abs=1e-12
        )


@given(st.integers(2, 40), seeds)
def test_a_covariance_is_symmetric_and_not_negative(n, seed):
    dice = np.random.default_rng(seed)
    found = weighted_covariance(dice.normal(size=(n, 4)), dice.normal(size=n))

    assert np.array_equal(found, found.T)
    assert np.linalg.eigvalsh(found).min() >= -1e-12


def test_one_draw_has_no_covariance():
    with pytest.raises(NumericsError, match="one draw has all the weight"):
        weighted_covariance([[1.0, 2.0], [3.0, 4.0]], [0.0, -np.inf])


def test_a_covariance_is_of_columns():
    with pytest.raises(NumericsError, match="got 1 axes"):
        weighted_covariance([1.0, 2.0], [0.0, 0.0])


# ---- below a point


@given(logs, seeds, st.floats(-2.0, 2.0))
def test_what_is_below_equal_and_above_is_all(row, seed, point):
    values = np.round(draws_for(row, seed), 1)
    at = round(point, 1)
    below, equal = weights_below(values, at, row)
    above, again = weights_below(-values, -at, row)

    assert below + equal + above == pytest.approx(1.0)
    assert equal == again


def test_points_are_held_against_their_own_column():
    values = [[1.0, 10.0], [2.0, 20.0], [2.0, 30.0]]
    row = np.log([0.5, 0.25, 0.25])

    below, equal = weights_below(values, [2.0, 25.0], row)

    assert below == pytest.approx(np.array([0.5, 0.75]))
    assert equal == pytest.approx(np.array([0.5, 0.0]))
