"""Ranks of truths: uniform where the posterior is right, and seen where it is not."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from twin.errors import NumericsError
from twin.inference.calibration_ranks import (
    ecdf_band,
    rank_of_truth,
    rank_uniformity,
)
from twin.reproducibility import stream

seeds = st.integers(0, 2**32 - 1)
REPLICATES, DRAWS = 200, 99


# ---- bands


@pytest.mark.parametrize(
    ("n", "n_ranks", "level"), [(3, 4, 0.8), (5, 3, 0.7), (4, 5, 0.5), (6, 4, 0.95)]
)
def test_the_coverage_of_a_band_is_that_of_all_possible_ranks(n, n_ranks, level):
    """Counted over every way n ranks can fall."""
    band = ecdf_band(n, n_ranks, level=level)
    ways = np.array(list(product(range(n_ranks), repeat=n)))
    counts = (ways[:, :, None] < np.arange(1, n_ranks)).sum(axis=1)
    inside = np.all((counts >= band.least) & (counts <= band.most), axis=1)

    assert band.coverage == pytest.approx(np.mean(inside), abs=1e-12)
    assert band.coverage >= level


@pytest.mark.parametrize(("n", "n_ranks"), [(100, 64), (400, 20), (1000, 500)])
def test_bands_are_as_narrow_as_their_coverage_allows(n, n_ranks):
    band = ecdf_band(n, n_ranks)

    assert 0.95 <= band.coverage < 0.953


@settings(max_examples=25)
@given(st.integers(1, 60), st.integers(2, 40), st.floats(0.01, 0.99))
def test_a_band_is_symmetric_and_holds_the_expected_counts(n, n_ranks, level):
    band = ecdf_band(n, n_ranks, level=level)
    expected = n * band.points

    assert np.array_equal(band.most, n - band.least[::-1])
    assert np.all((band.least <= expected + 1) & (band.most >= expected - 1))
    assert np.all(np.diff(band.least) >= 0)
    assert level <= band.coverage <= 1.0
    assert np.all(band.low <= band.high)


@settings(max_examples=25)
@given(st.integers(1, 80), st.integers(2, 40))
def test_a_higher_level_has_a_wider_band(n, n_ranks):
    narrow, wide = (ecdf_band(n, n_ranks, level=level) for level in (0.5, 0.95))

    assert np.all(wide.least <= narrow.least)
    assert np.all(wide.most >= narrow.most)


def test_one_point_alone_has_the_binomial_interval():
    band = ecdf_band(100, 2, level=0.9)

    (least,), (most,) = band.least, band.most
    assert band.coverage == pytest.approx(
        binom.cdf(most, 100, 0.5) - binom.cdf(least - 1, 100, 0.5)
    )
    assert binom.cdf(most - 1, 100, 0.5) - binom.cdf(least, 100, 0.5) < 0.9


@pytest.mark.parametrize(
    ("n", "n_ranks", "level", "message"),
    [
        (0, 10, 0.9, "n_replicates"),
        (10, 1, 0.9, "n_ranks"),
        (10, 10, 0.0, "level"),
        (10, 10, 1.0, "level"),
        (10, 10, np.nan, "level"),
    ],
)
def test_a_band_of_nothing_is_refused(n, n_ranks, level, message):
    with pytest.raises(NumericsError, match=message):
        ecdf_band(n, n_ranks, level=level)


# ---- uniformity


def test_uniform_ranks_are_inside_as_often_as_the_band_says():
    """400 times 100 ranks: the count inside is binomial.

    Error rate: the limits are its quantiles of 1e-4 and 1 - 1e-4; the stream is fixed.
    """
    dice = stream(0, "uniform ranks")
    band = ecdf_band(100, 64)
    inside = sum(
        rank_uniformity(dice.integers(0, 64, 100), 64, band=band).inside
        for _ in range(400)
    )

    low, high = binom.ppf([1e-4, 1.0 - 1e-4], 400, band.coverage)
    assert low <= inside <= high


def ranks_of(shift: float, width: float, name: str) -> np.ndarray:
    """Of truths N(0, 1) seen once with error 1, whose posterior is N(y/2, 1/2).

    shift, width   of the draws, in SDs of the right posterior
    """
    dice = stream(0, "calibration", name)
    truth = dice.normal(size=REPLICATES)
    seen = truth + dice.normal(size=REPLICATES)
    spread = np.sqrt(0.5)
    draws = dice.normal(size=(DRAWS, REPLICATES)) * width * spread
    return rank_of_truth(draws + seen / 2 + shift * spread, truth, DRAWS + 1, dice)


def test_a_right_posterior_is_inside():
    """Error rate: 5 %, as the band is made; the stream is fixed."""
    found = rank_uniformity(ranks_of(0.0, 1.0, "right"), DRAWS + 1)

    assert found.inside
    assert found.outside.size == 0


@pytest.mark.parametrize(
    ("shift", "width", "early", "late"),
    [(0.5, 1.0, 1, 1), (-0.5, 1.0, -1, -1), (0.0, 0.5, 1, -1), (0.0, 2.0, -1, 1)],
    ids=["too high", "too low", "too narrow", "too wide"],
)
def test_a_wrong_posterior_is_outside_on_its_side(shift, width, early, late):
    found = rank_uniformity(ranks_of(shift, width, "wrong"), DRAWS + 1)

    assert not found.inside
    farthest = [
        half[np.argmax(np.abs(half))] for half in np.array_split(found.difference, 2)
    ]
    assert np.sign(farthest).tolist() == [early, late]


def test_points_outside_are_those_beyond_the_band():
    found = rank_uniformity(np.zeros(50, np.int64), 10)

    beyond = (found.difference > found.band.high) | (found.difference < found.band.low)
    assert np.array_equal(found.outside, np.flatnonzero(beyond))
    assert found.difference == pytest.approx(1.0 - np.arange(1, 10) / 10)


@pytest.mark.parametrize(
    "ranks", [[-1, 2], [3, 10], [0.5, 1.0], [[1, 2]], [True, False]]
)
def test_what_is_no_rank_is_refused(ranks):
    with pytest.raises(NumericsError, match="whole numbers from 0 to 9"):
        rank_uniformity(ranks, 10)


def test_a_band_for_others_is_refused():
    with pytest.raises(NumericsError, match="got one for 5 of 10"):
        rank_uniformity([1, 2], 10, band=ecdf_band(5, 10))


def test_no_ranks_are_refused():
    with pytest.raises(NumericsError, match="n_replicates must be 1"):
        rank_uniformity(np.empty(0, np.int64), 10)


# ---- ranks


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30, unique=True), seeds)
def test_without_ties_the_rank_is_the_number_of_draws_below(draws, seed):
    dice = np.random.default_rng(seed)
    truth = 7.0 * dice.random() - 3.5
    if truth not in draws:
        rank = rank_of_truth(draws, truth, len(draws) + 1, dice)

        assert rank == np.sum(np.array(draws) < truth)


@given(st.integers(1, 12), st.integers(0, 12), seeds)
def test_ties_are_broken_evenly(n_tied, n_below, seed):
    """All ranks from below the tied draws to above them are met, and no other."""
    draws = np.array([0.0] * n_below + [1.0] * n_tied)
    many = np.tile(draws[:, None], 400)

    ranks = rank_of_truth(
        many, np.ones(400), draws.size + 1, np.random.default_rng(seed)
    )

    assert (ranks.min(), ranks.max()) == (n_below, n_below + n_tied)


def test_all_ties_are_uniform():
    """Error rate: 5 %, as the band is made; the stream is fixed."""
    dice = stream(0, "ties")
    ranks = rank_of_truth(np.ones((9, 500)), np.ones(500), 10, dice)

    assert rank_uniformity(ranks, 10).inside


def test_coarser_ranks_of_a_right_posterior_are_uniform_too():
    """Error rate: 5 %, as the band is made; the stream is fixed."""
    dice = stream(0, "coarse ranks")
    draws, truth = dice.normal(size=(DRAWS, 500)), dice.normal(size=500)

    assert rank_uniformity(rank_of_truth(draws, truth, 7, dice), 7).inside


def test_weighted_draws_of_a_right_posterior_are_inside():
    """Draws N(1/2, 1.2²) with the weights of N(0, 1); error rate 5 %, stream fixed."""
    dice = stream(0, "weighted ranks")
    ranks = []
    for _ in range(REPLICATES):
        draws = 0.5 + 1.2 * dice.normal(size=400)
        row = 0.5 * ((draws - 0.5) / 1.2) ** 2 - 0.5 * draws**2
        ranks.append(rank_of_truth(draws, dice.normal(), 50, dice, log_weights=row))

    assert rank_uniformity(np.array(ranks), 50).inside


def test_a_draw_of_no_weight_is_not_counted():
    rank = rank_of_truth(
        [0.0, 1.0, np.nan],
        5.0,
        3,
        np.random.default_rng(0),
        log_weights=[0.0, 0.0, -np.inf],
    )

    assert rank == 2


@pytest.mark.parametrize(
    ("draws", "truth", "n_ranks", "message"),
    [
        ([1.0, np.nan], 0.0, 3, "not a number"),
        ([1.0, 2.0], np.nan, 3, "not a number"),
        ([1.0, 2.0], [0.0, 1.0], 3, "held against points"),
        ([1.0, 2.0], 0.0, 1, "n_ranks"),
        (1.0, 0.0, 3, "first axis"),
    ],
)
def test_what_cannot_be_ranked_is_refused(draws, truth, n_ranks, message):
    with pytest.raises(NumericsError, match=message):
        rank_of_truth(draws, truth, n_ranks, np.random.default_rng(0))
