"""Where the linear picture is a ball: density, slopes, jumps that keep the density."""

from functools import cache

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from tests.learning import alike, as_predicted, hardly_tested, missed_tablet, ordinary
from twin.inference.asking import asked_of
from twin.inference.patient_posterior import DensityOp
from twin.inference.whitened_posterior import WhitenedPosterior, whitened_posterior
from twin.reproducibility import stream

MOVE = 1e-4


@cache
def posterior(name: str) -> WhitenedPosterior:
    case = {
        "ordinary": ordinary,
        "missed": missed_tablet,
        "hardly tested": hardly_tested,
        "paper": lambda: as_predicted(alike(ordinary(), ln_sd=0.01), off=0.01),
    }[name]()
    return whitened_posterior(*case, asked_of(*case))


@pytest.mark.parametrize("name", ["ordinary", "missed"])
def test_slopes_are_those_of_the_density(name):
    found, rng = posterior(name), stream(1, "slopes", name)
    apart = np.array(rng.normal(size=found.roots.shape[1]))
    which = int(found.explanations.drawn(1, rng)[0])

    for place, slope in enumerate(found.at(apart, which).slope):
        move = np.zeros_like(apart)
        move[place] = MOVE
        rise = found.at(apart + move, which).ln_density
        rise -= found.at(apart - move, which).ln_density
        assert slope == pytest.approx(rise / (2 * MOVE), abs=2e-3)


@pytest.mark.parametrize("name", ["ordinary", "missed", "hardly tested"])
def test_the_density_is_the_same_with_and_without_slopes(name):
    found, rng = posterior(name), stream(1, "same", name)
    apart = rng.normal(size=(6, found.roots.shape[1]))
    which = found.explanations.drawn(6, rng)
    many = found.many(apart, which).ln_density

    alone = [found.at(apart[n], int(which[n])).ln_density for n in range(6)]
    assert many == pytest.approx(alone, abs=1e-9)


def test_where_all_is_linear_it_is_a_standard_normal():
    found, rng = posterior("paper"), stream(1, "paper")
    apart = rng.normal(size=(32, found.roots.shape[1]))
    ln_density = found.many(apart, found.explanations.drawn(32, rng)).ln_density

    assert np.ptp(ln_density + 0.5 * np.sum(apart**2, axis=1)) < 0.1


def test_every_explanation_has_its_share():
    explanations = posterior("missed").explanations
    known, combination = explanations.parts(np.arange(explanations.n))

    assert explanations.n == 600 * len(explanations.pattern)
    assert np.exp(explanations.ln_share).sum() == pytest.approx(1.0)
    assert np.exp(explanations.ln_prior).sum() == pytest.approx(1.0)
    assert np.array_equal(
        known * len(explanations.pattern) + combination, np.arange(explanations.n)
    )


def test_alleles_nobody_tested_are_explanations_too():
    explanations = posterior("hardly tested").explanations
    (gene,) = explanations.asked.question.levers.genes
    share = np.exp(explanations.ln_share).reshape(600, -1).sum(axis=0)
    slow = np.argmin(gene.factors.min(axis=1))

    assert len(gene.weights) > 1
    assert share[explanations.alleles[:, 0] == slow].sum() > 1.5 * gene.weights[slow]


def test_jumps_leave_the_posterior_as_it_is():
    """A long row of jumps alone has the mean and the width of the normal on paper.

    400 jumps, most of them taken; four errors of 150 independent draws.
    """
    found, rng = posterior("paper"), stream(1, "jumps")
    apart, which = np.zeros(found.roots.shape[1]), 0
    row = []
    for _ in range(400):
        apart, which = found.placed_anew(apart, which, rng)
        which = found.explained_anew(apart, which, rng)
        row.append(apart)

    assert np.max(np.abs(np.mean(row, axis=0))) < 4 / np.sqrt(150)
    assert np.max(np.abs(np.std(row, axis=0) - 1)) < 4 / np.sqrt(300)


def test_the_operation_brings_its_slopes_and_asks_once():
    found = posterior("ordinary")
    operation = DensityOp(found)
    u, which = pt.dvector("u"), pt.lscalar("which")
    value = operation(u, which).sum()
    ask = pytensor.function(
        [u, which],
        [value, pytensor.grad(value, u)],
        mode=pytensor.compile.mode.Mode(linker="py", optimizer="fast_compile"),
    )
    at = np.full(found.roots.shape[1], 0.3)
    before = found.n_slopes
    ln_density, slope = ask(at, 5)

    assert found.n_slopes == before + 1
    exact = found.at(at, 5)
    assert float(ln_density) == exact.ln_density
    assert slope == pytest.approx(exact.slope)
