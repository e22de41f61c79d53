"""Chains of known make, and the same numbers as arviz gives."""

import arviz
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import NumericsError
from twin.inference.chains import (
    bulk_ess,
    mean_error,
    quantile_error,
    rhat,
    sd_error,
    tail_ess,
)
from twin.reproducibility import stream

FIGURES = {
    "rhat": rhat,
    "bulk": bulk_ess,
    "tail": tail_ess,
    "mean": mean_error,
    "sd": sd_error,
    "quantile": lambda draws: quantile_error(draws, 0.1),
}
THEIRS = {
    "rhat": arviz.rhat,
    "bulk": lambda draws: arviz.ess(draws, method="bulk"),
    "tail": lambda draws: arviz.ess(draws, method="tail"),
    "mean": lambda draws: arviz.mcse(draws, method="mean"),
    "sd": lambda draws: arviz.mcse(draws, method="sd"),
    "quantile": lambda draws: arviz.mcse(draws, method="quantile", prob=0.1),
}


def autoregressive(dice, shape, memory):
    """A stationary chain of variance 1 whose neighbours correlate by `memory`."""
    draws = dice.normal(size=shape)
    for draw in range(1, shape[1]):
        draws[:, draw] *= np.sqrt(1.0 - memory**2)
        draws[:, draw] += memory * draws[:, draw - 1]
    return draws


KINDS = {
    "independent": lambda dice, shape: dice.normal(size=shape),
    "slow": lambda dice, shape: autoregressive(dice, shape, 0.95),
    "alternating": lambda dice, shape: autoregressive(dice, shape, -0.7),
    "without moments": lambda dice, shape: dice.standard_cauchy(shape),
    "with ties": lambda dice, shape: np.round(2.0 * dice.normal(size=shape)),
    "apart": lambda dice, shape: dice.normal(size=shape) + np.arange(shape[0])[:, None],
    "of other widths": lambda dice, shape: (
        dice.normal(size=shape) * (1.0 + np.arange(shape[0])[:, None])
    ),
    "yes or no": lambda dice, shape: (dice.random(shape) < 0.3).astype(float),
}


@pytest.fixture(autouse=True)
def arviz_in_numpy():
    """Its way by numba cannot tell the error of an SD."""
    numba = arviz.utils.Numba.numba_flag
    arviz.utils.Numba.disable_numba()
    yield
    if numba:
        arviz.utils.Numba.enable_numba()


# Not 21, 101 and the like: there the 5 % quantile is one of the draws, and whether it
# is below itself is arviz's rounding.
@pytest.mark.parametrize("shape", [(2, 7), (2, 8), (4, 9), (1, 50), (4, 250), (3, 999)])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_is_what_arviz_makes_of_it(shape, kind, figure):
    draws = KINDS[kind](stream(0, "chains", kind, str(shape)), shape)

    if figure != "rhat" or shape[0] > 1:
        assert float(FIGURES[figure](draws)) == pytest.approx(
            float(THEIRS[figure](draws)), rel=1e-9
        )


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_the_worth_of_an_autoregressive_chain_is_the_known_one(memory):
    """N (1 - φ)/(1 + φ), of 80,000 draws; to 15 %, as in 40 streams."""
    shape = (4, 20_000)
    draws = autoregressive(stream(0, "known worth", str(memory)), shape, memory)
    worth = 80_000 * (1.0 - memory) / (1.0 + memory)

    assert bulk_ess(draws) == pytest.approx(worth, rel=0.15)
    assert mean_error(draws) == pytest.approx(1.0 / np.sqrt(worth), rel=0.1)


def test_errors_are_those_of_independent_normal_draws():
    """SD/√N, SD/√(2N), and √(p (1 - p)/N)/density at p = 0.1; so in 40 streams."""
    draws = stream(0, "known errors").normal(size=(4, 10_000))

    assert mean_error(draws) == pytest.approx(1 / 200, rel=0.1)
    assert sd_error(draws) == pytest.approx(1 / np.sqrt(80_000), rel=0.1)
    assert quantile_error(draws, 0.1) == pytest.approx(0.3 / 0.1755 / 200, rel=0.3)


def test_chains_of_one_law_agree_and_others_do_not():
    dice = stream(0, "agreement")
    draws = dice.normal(size=(4, 1000))
    shifted, wider = draws.copy(), draws.copy()
    shifted[0] += 1.0
    wider[0] *= 3.0

    assert rhat(draws) < 1.01
    assert rhat(shifted) > 1.05
    assert rhat(wider) > 1.05


def test_a_chain_that_drifts_does_not_agree_with_itself():
    drifting = stream(0, "drift").normal(size=(2, 500)) + np.linspace(0.0, 2.0, 500)

    assert rhat(drifting) > 1.1


@given(st.integers(0, 2**32 - 1), st.integers(-9, 9), st.integers(-9, 9))
def test_a_change_of_unit_changes_errors_alike_and_nothing_else(seed, power, offset):
    """All without rounding, which would part the two draws beside the median."""
    draws = np.round(np.random.default_rng(seed).normal(size=(3, 30)) * 2**20) / 2**20
    factor = 2.0**power
    changed = factor * (draws + offset)

    for figure in (rhat, bulk_ess, tail_ess):
        assert figure(changed) == figure(draws)
    for error in (mean_error, sd_error):
        assert error(changed) == pytest.approx(factor * error(draws), rel=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_the_bulk_does_not_see_a_monotone_change_of_scale(seed):
    draws = np.random.default_rng(seed).normal(size=(3, 30))

    assert bulk_ess(np.exp(draws)) == bulk_ess(draws)


@given(st.integers(0, 2**32 - 1), st.permutations(range(4)))
def test_the_order_of_the_chains_does_not_matter(seed, order):
    draws = np.random.default_rng(seed).normal(size=(4, 25))

    for figure in FIGURES.values():
        assert figure(draws[list(order)]) == pytest.approx(figure(draws), rel=1e-9)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(4, 60))
def test_no_chains_are_worth_more_than_the_limit(seed, n_chains, n_draws):
    draws = np.random.default_rng(seed).normal(size=(n_chains, n_draws))
    used = n_chains * 2 * (n_draws // 2)

    for figure in (bulk_ess, tail_ess):
        assert 0.0 < figure(draws) <= used * np.log10(used) * (1 + 1e-12)


def test_each_quantity_is_judged_alone():
    draws = stream(0, "several").normal(size=(4, 100, 2, 3))

    for figure in FIGURES.values():
        assert figure(draws).shape == (2, 3)
        assert figure(draws)[1, 2] == figure(draws[:, :, 1, 2])


def test_draws_that_are_all_equal_tell_their_number_and_nothing_of_agreement():
    same = np.full((2, 10), 3.0)

    assert np.isnan(rhat(same))
    assert [float(f(same)) for f in (bulk_ess, tail_ess)] == [20.0, 20.0]
    assert [float(f(same)) for f in (mean_error, sd_error)] == [0.0, 0.0]
    assert quantile_error(same, 0.5) == 0.0


def test_chains_that_stand_still_apart_do_not_agree_at_all():
    assert rhat(np.repeat([[1.0], [2.0]], 10, axis=1)) == np.inf


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("figure", FIGURES)
def test_a_draw_that_is_not_finite_leaves_nothing_known(figure, wrong):
    draws = stream(0, "lost").normal(size=(2, 20, 2))
    draws[0, 3, 1] = wrong

    assert np.isnan(FIGURES[figure](draws)).tolist() == [False, True]


@pytest.mark.parametrize("shape", [(2, 3), (0, 10), (2, 0)])
@pytest.mark.parametrize("figure", FIGURES)
def test_too_few_draws_leave_nothing_known(figure, shape):
    assert np.isnan(FIGURES[figure](np.zeros(shape)))


def test_one_chain_has_nothing_to_agree_with():
    assert np.isnan(rhat(stream(0, "one chain").normal(size=(1, 100))))


def test_what_is_no_chains_is_refused():
    with pytest.raises(NumericsError, match="chain, draw"):
        rhat([1.0, 2.0, 3.0, 4.0])


@pytest.mark.parametrize("probability", [0.0, 1.0, np.nan])
def test_the_error_of_an_extreme_is_refused(probability):
    with pytest.raises(NumericsError, match="between 0 and 1"):
        quantile_error(np.zeros((2, 10)), probability)
