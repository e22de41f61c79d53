"""Mixtures of forms: variances add up, quantiles lie between, evidence by its power."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from twin.errors import NumericsError
from twin.inference.form_mixture import (
    between_forms,
    form_means,
    form_probabilities,
    mixture_quantiles,
    mixture_spread,
)
from twin.inference.spread import spread_of

WEIGHTS = np.array([0.5, 0.3, 0.2])
EVIDENCE = np.array([-4.0, -2.0, -9.0])


def draws(seed: int, n: int, mean: float, sd: float):
    values = np.random.default_rng(seed).normal(mean, sd, size=n)
    return values, np.zeros(n)


# ---- weights of a patient


def test_nothing_measured_leaves_the_weights_of_stacking():
    assert form_probabilities([2.0, 1.0, 1.0]).tolist() == [0.5, 0.25, 0.25]
    assert form_probabilities(WEIGHTS, EVIDENCE).tolist() == WEIGHTS.tolist()


def test_full_trust_is_the_rule_of_probability():
    joint = WEIGHTS * np.exp(EVIDENCE)

    assert form_probabilities(WEIGHTS, EVIDENCE, trust=1.0) == pytest.approx(
        joint / joint.sum()
    )


def test_measurements_one_by_one_or_together_are_the_same():
    at_once = form_probabilities(WEIGHTS, EVIDENCE, trust=0.4)
    first = form_probabilities(WEIGHTS, 0.25 * EVIDENCE, trust=0.4)

    assert form_probabilities(first, 0.75 * EVIDENCE, trust=0.4) == pytest.approx(
        at_once
    )


@given(trust=st.floats(0.0, 1.0), shift=st.floats(-500.0, 500.0))
def test_the_unit_of_the_measurements_does_not_matter(trust, shift):
    assert form_probabilities(WEIGHTS, EVIDENCE + shift, trust=trust) == pytest.approx(
        form_probabilities(WEIGHTS, EVIDENCE, trust=trust)
    )


def test_a_form_without_weight_stays_without_whatever_it_predicts():
    found = form_probabilities([1.0, 0.0], [-900.0, 0.0], trust=1.0)

    assert found.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("weights", "evidence", "trust", "answer"),
    [
        ([0.5, -0.1], None, 0.0, "numbers from 0"),
        ([0.0, 0.0], None, 0.0, "numbers from 0"),
        ([0.5, 0.5], [0.0], 1.0, "one logarithm a form"),
        ([0.5, 0.5], [0.0, np.nan], 1.0, "one logarithm a form"),
        ([0.5, 0.5], [0.0, 0.0], 1.5, "lies from 0 to 1"),
        ([0.5, 0.5], [-np.inf, -np.inf], 1.0, "impossible under every form"),
    ],
)
def test_weights_that_are_none_are_refused(weights, evidence, trust, answer):
    with pytest.raises(NumericsError, match=answer):
        form_probabilities(weights, evidence, trust=trust)


# ---- what the mixture says


def test_quantiles_of_two_normals_are_those_on_paper():
    """Monte Carlo error of a quantile is some 0.01."""
    own = [draws(1, 40_000, 0.0, 1.0), draws(2, 10_000, 2.0, 0.5)]
    asked = [0.05, 0.5, 0.95]
    found = mixture_quantiles(
        [v for v, _ in own], [w for _, w in own], [0.7, 0.3], asked
    )

    def missing(at: float, p: float) -> float:
        return 0.7 * norm.cdf(at) + 0.3 * norm.cdf(at, 2.0, 0.5) - p

    expected = [brentq(missing, -10, 10, args=(p,)) for p in asked]
    assert found == pytest.approx(expected, abs=0.04)


def test_how_many_draws_a_form_has_is_no_argument_for_it():
    few, many = draws(3, 500, 0.0, 1.0), draws(4, 50_000, 5.0, 1.0)
    (median,) = mixture_quantiles(
        [few[0], many[0]], [few[1], many[1]], [0.9, 0.1], [0.5]
    )

    assert median < 1.0


def test_a_form_without_weight_is_not_looked_at():
    sure = np.arange(5.0)
    found = mixture_quantiles(
        [sure, np.full(3, np.nan)], [np.zeros(5), np.zeros(3)], [1.0, 0.0], [0.5]
    )

    assert found == pytest.approx([2.0])


def test_a_draw_that_failed_needs_no_weight():
    values = np.array([1.0, np.nan, 3.0])

    with pytest.raises(NumericsError, match="has no value"):
        mixture_quantiles([values], [np.zeros(3)], [1.0], [0.5])
    found = mixture_quantiles([values], [np.array([0.0, -np.inf, 0.0])], [1.0], [0.5])
    assert found == pytest.approx([2.0])


def test_the_variance_between_forms_is_that_of_their_means():
    means = np.array([[1.0, 4.0], [2.0, 4.0], [4.0, 4.0]])
    expected = WEIGHTS @ (means[:, 0] - WEIGHTS @ means[:, 0]) ** 2

    assert between_forms(means, WEIGHTS) == pytest.approx([expected, 0.0])
    assert between_forms(means, [0.0, 1.0, 0.0]) == pytest.approx([0.0, 0.0])


def test_the_kinds_of_spread_add_up_to_the_variance_of_the_mixture():
    rng = np.random.default_rng(5)
    knowledge = np.repeat(np.arange(4000), 4)
    values, spreads = [], []
    for mean, sd in ((0.0, 0.3), (0.5, 0.2), (-0.2, 0.4)):
        in_general = rng.normal(mean, 0.15, size=4000)
        own = in_general[knowledge] + rng.normal(0.0, sd, size=16_000)
        values.append(own)
        spreads.append(spread_of(own, knowledge, np.zeros(16_000), measurement=0.01))
    logs = [np.zeros(16_000)] * 3
    found = mixture_spread(spreads, form_means(values, logs), WEIGHTS)
    pooled = np.concatenate(values)
    share = np.repeat(WEIGHTS / 16_000, 16_000)
    variance = share @ (pooled - share @ pooled) ** 2

    assert found.total == pytest.approx(variance + 0.01, rel=0.02)
    assert found.form == pytest.approx(
        between_forms([0.0, 0.5, -0.2], WEIGHTS), abs=0.01
    )
    assert found.measurement == pytest.approx(0.01)


def test_forms_that_were_asked_different_things_are_not_mixed():
    with pytest.raises(NumericsError, match="same quantity"):
        mixture_quantiles(
            [np.zeros((4, 2)), np.zeros((4, 3))], [np.zeros(4)] * 2, [0.5, 0.5], [0.5]
        )
    with pytest.raises(NumericsError, match="2 weights for 3 forms"):
        between_forms(np.zeros(3), [0.5, 0.5])
