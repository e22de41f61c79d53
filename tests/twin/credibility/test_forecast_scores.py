"""Scores of predicted distributions: laws, closed forms, scipy's opinion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, kstest, norm

from twin.credibility.forecast_scores import (
    continuous_ranked_probability_score,
    coverage,
    probability_integral_transform,
    wilson_interval,
)
from twin.credibility.scores import interval_score
from twin.errors import NumericsError, ObservationError
from twin.reproducibility import stream

seeds = st.integers(0, 2**32 - 1)
rows = st.lists(st.floats(-8.0, 8.0), min_size=2, max_size=30)
crps = continuous_ranked_probability_score
pit = probability_integral_transform


# ---- coverage


@given(st.integers(0, 300), st.integers(0, 300), st.floats(0.5, 0.999))
def test_wilsons_interval_is_scipys(inside, outside, confidence):
    n = inside + outside
    if n:
        theirs = binomtest(inside, n).proportion_ci(confidence, method="wilson")

        assert wilson_interval(inside, n, confidence=confidence) == pytest.approx(
            (theirs.low, theirs.high), abs=1e-12
        )


def test_wilsons_interval_holds_the_truth_as_often_as_it_says():
    """Exactly, over all counts; on average over the truth near 95 %."""
    n, counts = 50, np.arange(51)
    ends = np.array([wilson_interval(k, n) for k in counts.tolist()])
    truths = np.linspace(0.02, 0.98, 97)
    held = [
        binom.pmf(counts, n, truth)[(ends[:, 0] <= truth) & (truth <= ends[:, 1])].sum()
        for truth in truths
    ]

    assert np.mean(held) == pytest.approx(0.95, abs=0.005)
    assert min(held) > 0.88


def test_nothing_counted_says_nothing():
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert coverage([], [], [], level=0.9).share is None


def test_none_and_all_reach_the_ends():
    assert wilson_interval(0, 10)[0] == 0.0
    assert wilson_interval(10, 10)[1] == 1.0


@pytest.mark.parametrize(
    ("inside", "n", "confidence"), [(-1, 3, 0.9), (4, 3, 0.9), (1, 3, 1.0)]
)
def test_an_impossible_count_is_refused(inside, n, confidence):
    with pytest.raises(NumericsError):
        wilson_interval(inside, n, confidence=confidence)


def test_coverage_is_that_of_the_interval_score():
    dice = stream(0, "coverage")
    seen = np.exp(dice.normal(size=200))
    low, high = np.full(200, 0.3), np.full(200, 2.0)

    found = coverage(seen, low, high, level=0.8)

    assert found.share == interval_score(seen, low, high, level=0.8).coverage
    assert (found.n, found.level) == (200, 0.8)
    assert (found.low, found.high) == wilson_interval(found.n_inside, 200)


def test_an_observation_on_an_end_is_inside():
    assert coverage([1.0, 2.0, 2.1], [1.0] * 3, [2.0] * 3, level=0.9).n_inside == 2


@pytest.mark.parametrize("place", range(3))
def test_coverage_of_what_is_not_known_is_refused(place):
    columns = [np.array([1.0, 2.0]) for _ in range(3)]
    columns[place][1] = np.nan

    with pytest.raises(ObservationError, match="leave out"):
        coverage(*columns, level=0.9)


# ---- PIT


@given(rows, seeds, st.floats(-2.0, 2.0))
def test_turned_about_pit_is_what_is_left(row, seed, point):
    draws = np.round(np.random.default_rng(seed).normal(size=len(row)), 1)
    seen = round(point, 1)

    assert pit(-draws, -seen, row) == pytest.approx(1.0 - pit(draws, seen, row))


def test_known_pits():
    row = np.log([0.5, 0.25, 0.25])

    assert pit([1.0, 2.0, 3.0], 2.5, row) == pytest.approx(0.75)
    assert pit([1.0, 2.0, 3.0], 2.0, row) == pytest.approx(0.625)
    assert pit([1.0, 2.0, 3.0], 9.0, row) == 1.0
    assert pit([1.0, 2.0, 3.0], 0.0, row) == 0.0


@pytest.mark.parametrize("decimals", [12, 0])
def test_pits_of_a_right_prediction_are_uniform(decimals):
    """Draws N(1/2, 1.2²) weighted to N(0, 1), plain and rounded to whole numbers.

    Error rate: 1e-3, of Kolmogorov and Smirnov's test; the stream is fixed.
    """
    dice = stream(0, "PIT", str(decimals))
    raw = 0.5 + 1.2 * dice.normal(size=20_000)
    row = 0.5 * ((raw - 0.5) / 1.2) ** 2 - 0.5 * raw**2
    draws = np.round(raw, decimals)
    found = [
        float(pit(draws, np.round(seen, decimals), row, rng=dice))
        for seen in dice.normal(size=500)
    ]

    assert kstest(found, "uniform").pvalue > 1e-3


# ---- CRPS


def by_pairs(draws, seen, row, *, fair):
    """The definition, pair by pair."""
    weights = np.exp(np.array(row) - max(row))
    weights /= weights.sum()
    pairs = weights[:, None] * weights * np.abs(draws[:, None] - draws)
    left = 1.0 - np.sum(weights**2) if fair else 1.0
    return np.sum(weights * np.abs(draws - seen)) - 0.5 * pairs.sum() / left


def normal_crps(seen):
    """Of N(0, 1): Gneiting & Raftery (2007), J Am Stat Assoc 102:359."""
    return seen * (2 * norm.cdf(seen) - 1) + 2 * norm.pdf(seen) - 1 / np.sqrt(np.pi)


@given(rows, seeds, st.floats(-3.0, 3.0), st.booleans())
def test_the_score_is_its_definition(row, seed, seen, fair):
    draws = np.random.default_rng(seed).normal(size=len(row))

    assert crps(draws, seen, row, fair=fair) == pytest.approx(
        by_pairs(draws, seen, row, fair=fair), rel=1e-6, abs=1e-6
    )


@given(rows, seeds, st.floats(-3.0, 3.0))
def test_the_score_of_the_draws_themselves_is_never_negative(row, seed, seen):
    draws = np.random.default_rng(seed).normal(size=len(row))

    assert crps(draws, seen, row, fair=False) >= -1e-12


@given(rows, seeds, st.floats(0.1, 10.0), st.floats(-5.0, 5.0), st.floats(-5.0, 5.0))
def test_a_change_of_unit_changes_the_score_alike(row, seed, factor, offset, shift):
    draws = np.random.default_rng(seed).normal(size=len(row))
    plain = crps(draws, 0.3, row, fair=False)

    changed = crps(
        factor * draws + offset,
        factor * 0.3 + offset,
        np.array(row) + shift,
        fair=False,
    )

    assert changed == pytest.approx(factor * plain, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("seen", [-1.5, 0.0, 2.0])
def test_many_weighted_draws_have_the_score_of_their_distribution(seen):
    """20,000 draws; error rate: four SDs of a mean distance, 6e-5; stream fixed."""
    raw = 0.5 + 1.2 * stream(0, "CRPS", str(seen)).normal(size=20_000)
    row = 0.5 * ((raw - 0.5) / 1.2) ** 2 - 0.5 * raw**2

    assert crps(raw, seen, row) == pytest.approx(normal_crps(seen), abs=4 / 141)


def test_the_fair_score_expects_that_of_the_distribution_and_the_other_more():
    """40,000 ensembles of three draws; error rate: four SDs of the mean, 6e-5.

    The one that is not fair is too large by E|x - x'|/(2 · 3) = 1/(3 √π).
    """
    draws = stream(0, "fair CRPS").normal(size=(3, 40_000))
    seen, row = np.full(40_000, 0.7), np.zeros(3)
    scores, others = crps(draws, seen, row), crps(draws, seen, row, fair=False)
    error = float(4 * np.std(scores) / 200)

    assert np.mean(scores) == pytest.approx(normal_crps(0.7), abs=error)
    assert np.mean(others) == pytest.approx(
        normal_crps(0.7) + 1 / (3 * np.sqrt(np.pi)), abs=error
    )


def test_one_draw_has_its_absolute_error_and_no_fair_score():
    assert crps([3.0, 9.0], 1.0, [0.0, -np.inf], fair=False) == 2.0
    with pytest.raises(NumericsError, match="one draw has all the weight"):
        crps([3.0, 9.0], 1.0, [0.0, -np.inf])


def test_every_column_is_scored_alone():
    dice = stream(0, "columns")
    draws, seen = dice.normal(size=(50, 3, 2)), dice.normal(size=(3, 2))
    row = dice.normal(size=50)

    for score in (crps, pit):
        assert score(draws, seen, row).shape == (3, 2)
        assert score(draws, seen, row)[2, 1] == pytest.approx(
            score(draws[:, 2, 1], seen[2, 1], row)
        )


def test_a_draw_that_is_not_a_number_spoils_its_column_only():
    draws = np.array([[1.0, 1.0], [2.0, np.nan], [3.0, 3.0]])

    assert np.isnan(crps(draws, [1.0, 1.0], np.zeros(3))).tolist() == [False, True]
    with pytest.raises(NumericsError, match="neither above nor below"):
        pit(draws, [1.0, 1.0], np.zeros(3))


@pytest.mark.parametrize("score", [crps, pit])
def test_observations_of_another_shape_are_refused(score):
    with pytest.raises(NumericsError, match="of that shape"):
        score(np.zeros((3, 2)), np.zeros(3), np.zeros(3))
