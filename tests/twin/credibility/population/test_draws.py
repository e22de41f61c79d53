"""What is taken out of chains is what the chains hold."""

import numpy as np
import pymc as pm
import pytest

from twin.credibility.population.chain import Chain
from twin.credibility.population.draws import found_parameter, population_draws


def test_the_populations_variables_are_those_of_each_draw():
    """Subjects' effects are drawn too, and left behind."""
    with pm.Model() as model:
        raw = pm.Normal("x_raw", shape=3)
        pm.Deterministic("x", 1.0 + 0.5 * raw)
        spread = pm.Normal("w_raw")
        width = pm.Deterministic("ln_sd", 0.3 * pm.math.exp(spread))
        pm.Normal("subject", 0.0, width, shape=5)
    dice = np.random.default_rng(1)
    chains = [
        Chain(4, 4, point, np.eye(9), draws=[*dice.normal(size=(4, 9))])
        for point in dice.normal(size=(2, 9))
    ]
    found = population_draws(model, chains, ["x", "ln_sd"])
    raw_draws = np.array([chain.draws for chain in chains])

    assert set(found) == {"x", "ln_sd"}
    assert found["x"] == pytest.approx(1.0 + 0.5 * raw_draws[:, :, :3])
    assert found["ln_sd"] == pytest.approx(0.3 * np.exp(raw_draws[:, :, 3]))


def test_what_was_learned_is_the_variance_that_went():
    values = np.exp(0.1 * np.random.default_rng(2).normal(size=(4, 2000)))
    found = found_parameter("half-life", values, 1.0, 0.2, np.log)

    assert found.learned == pytest.approx(0.75, abs=0.02)
    assert found.low < found.median < found.high
    assert found.rhat < 1.01
