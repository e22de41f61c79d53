"""Weights of forms: known answers, a second opinion by arviz, and laws."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import NumericsError
from twin.inference.form_weights import (
    expected_stacking_weights,
    mixture_score,
    pseudo_bma_weights,
    stacking_weights,
)


def scores(seed: int, n_subjects: int = 20, n_forms: int = 3):
    dice = np.random.default_rng(seed)
    worse = 0.4 * np.arange(n_forms)
    return dice.normal(size=(n_subjects, n_forms)) - worse


@pytest.mark.parametrize("seed", range(4))
def test_arviz_finds_the_same_weights(seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own plans for the future
        import arviz  # noqa: PLC0415 - loud when it is loaded
        import xarray  # noqa: PLC0415

        own = scores(seed)
        compared = {
            f"form {k}": arviz.ELPDData(
                data=[
                    own[:, k].sum(),
                    1.0,
                    0.0,
                    1,
                    len(own),
                    False,
                    xarray.DataArray(own[:, k]),
                    "log",
                ],
                index=[
                    *("elpd_loo", "se", "p_loo", "n_samples", "n_data_points"),
                    *("warning", "loo_i", "scale"),
                ],
            )
            for k in range(own.shape[1])
        }
        theirs = {
            method: arviz.compare(compared, ic="loo", method=method, seed=1)["weight"]
            for method in ("stacking", "BB-pseudo-BMA")
        }
    names = list(compared)

    assert stacking_weights(own) == pytest.approx(
        theirs["stacking"][names].to_numpy(), abs=2e-3
    )
    assert pseudo_bma_weights(own, rng=np.random.default_rng(1)) == pytest.approx(
        theirs["BB-pseudo-BMA"][names].to_numpy(), abs=0.05
    )


def test_two_forms_for_two_kinds_of_people_share_by_their_numbers():
    """15 of 20 are possible in the first form only, 5 in the second: 3/4 and 1/4."""
    own = np.where(np.arange(20)[:, None] < 15, [0.0, -np.inf], [-np.inf, 0.0])

    assert stacking_weights(own) == pytest.approx([0.75, 0.25], abs=1e-6)
    assert expected_stacking_weights(
        own, rng=np.random.default_rng(1), n_draws=200_000
    ) == pytest.approx([16 / 22, 6 / 22], abs=2e-3)


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), n_forms=st.integers(1, 5))
def test_no_single_form_and_no_even_mixture_scores_higher(seed, n_forms):
    own = scores(seed, n_forms=n_forms)
    weights = stacking_weights(own)
    best = mixture_score(own, weights).sum()

    assert weights.sum() == pytest.approx(1.0)
    assert np.all(weights >= 0.0)
    assert best >= own.sum(axis=0).max() - 1e-6
    assert best >= mixture_score(own, np.full(n_forms, 1 / n_forms)).sum() - 1e-6


def test_a_form_that_is_worse_for_everybody_gets_nothing_but_stays_possible():
    better = np.random.default_rng(1).normal(size=12)
    own = np.stack([better, better - 0.5], axis=1)

    assert stacking_weights(own).tolist() == [1.0, 0.0]
    assert 0.0 < expected_stacking_weights(own, rng=np.random.default_rng(2))[1] < 0.4


def test_the_order_of_forms_changes_nothing():
    own = scores(3)
    order = [2, 0, 1]

    assert stacking_weights(own[:, order]) == pytest.approx(
        stacking_weights(own)[order], abs=1e-5
    )


@pytest.mark.parametrize(
    ("own", "answer"),
    [
        ([1.0, 2.0], r"log scores are \[subject, form\]"),
        ([[np.nan, 0.0]], "a number or -inf"),
        ([[-np.inf, -np.inf], [0.0, 0.0]], "impossible under every form"),
    ],
)
def test_scores_that_are_none_are_refused(own, answer):
    with pytest.raises(NumericsError, match=answer):
        stacking_weights(own)
