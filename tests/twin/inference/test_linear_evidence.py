"""Measurements given one another: against the textbook's normal, and by counting."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from twin.inference.linear_evidence import given_the_others, ln_evidence

RNG = np.random.default_rng(7)
ROOT = RNG.normal(size=(4, 4))
SPREAD = ROOT @ ROOT.T + np.eye(4)
EXPECTED = RNG.normal(size=4)
VALUE = EXPECTED + RNG.normal(size=4)
ALL_READ = np.zeros(4, dtype=np.bool_)
LAST_BELOW = np.array([False, False, False, True])


def conditional(k: int, given: list[int]) -> tuple[float, float]:
    """Mean and SD of one normal given others, by the block formula."""
    across = SPREAD[k, given] @ np.linalg.inv(SPREAD[np.ix_(given, given)])
    mean = EXPECTED[k] + across @ (VALUE - EXPECTED)[given]
    return float(mean), float(np.sqrt(SPREAD[k, k] - across @ SPREAD[given, k]))


@pytest.mark.parametrize("below", [ALL_READ, LAST_BELOW])
def test_each_is_expected_from_all_others_that_were_read(below):
    found = given_the_others(VALUE, below, expected=EXPECTED, spread=SPREAD)

    for k in range(4):
        others = [n for n in range(4) if n != k and not below[n]]
        assert (found.mean[k], found.sd[k]) == pytest.approx(conditional(k, others))


def test_a_limit_moves_nobody_else():
    higher = VALUE + np.array([0, 0, 0, 5.0])
    one, other = (
        given_the_others(v, LAST_BELOW, expected=EXPECTED, spread=SPREAD)
        for v in (VALUE, higher)
    )

    assert np.array_equal(one.mean, other.mean)
    assert other.standardised[3] > one.standardised[3]


def test_a_limit_far_above_what_was_expected_is_no_surprise():
    high = VALUE + np.array([0, 0, 0, 50.0])
    found = given_the_others(high, LAST_BELOW, expected=EXPECTED, spread=SPREAD)

    assert found.surprise(LAST_BELOW)[3] < 0
    assert np.all(found.surprise(ALL_READ) >= 0)


def test_alone_a_measurement_is_expected_as_before_any_was_seen():
    found = given_the_others(
        VALUE[:1], ALL_READ[:1], expected=EXPECTED[:1], spread=SPREAD[:1, :1]
    )
    limit = given_the_others(
        VALUE[:1], LAST_BELOW[3:], expected=EXPECTED[:1], spread=SPREAD[:1, :1]
    )

    for each in (found, limit):
        assert each.mean[0] == pytest.approx(EXPECTED[0])
        assert each.sd[0] == pytest.approx(np.sqrt(SPREAD[0, 0]))


def test_the_evidence_of_values_is_the_normal_density():
    off = RNG.normal(size=(5, 4))
    theirs = multivariate_normal(np.zeros(4), SPREAD).logpdf(off)
    ours = ln_evidence(off, ALL_READ, SPREAD)

    assert np.ptp(ours - theirs) == pytest.approx(0, abs=1e-9)


def test_the_evidence_of_a_limit_is_the_probability_of_lying_below_it():
    draws = np.random.default_rng(3).multivariate_normal(
        np.zeros(2), SPREAD[:2, :2], size=400_000
    )
    off = np.array([[0.4, -0.3]])
    near = draws[np.abs(draws[:, 0] - 0.4) < 0.02]
    counted = np.mean(near[:, 1] < -0.3)
    value_alone = ln_evidence(off[:, :1], ALL_READ[:1], SPREAD[:1, :1])

    both = ln_evidence(off, np.array([False, True]), SPREAD[:2, :2])

    # about 5,000 draws lie near: a standard error of 0.007
    assert np.exp(both - value_alone)[0] == pytest.approx(counted, abs=0.03)


def test_limits_alone_are_evidence_too():
    nothing = ln_evidence(np.array([[50.0]]), np.array([True]), SPREAD[:1, :1])

    assert nothing == pytest.approx([0.0])
