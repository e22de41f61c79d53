"""Spreads drawn again leave every effect, and the posterior, as they were."""

import numpy as np
import pymc as pm
import pytest
from scipy.integrate import quad

from twin.command_line.posterior_model import PopulationModel, interweaving_of, model_of
from twin.credibility.population.interweaving import Interweaving
from twin.credibility.population.pymc_model import HELD
from twin.credibility.population.pymc_pieces import LinearAbove

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(data_folder) -> PopulationModel:
    return model_of(data_folder)


@pytest.fixture(scope="module")
def move(made) -> Interweaving:
    found = interweaving_of(made)
    assert found is not None
    return found


def point_of(move: Interweaving, seed: int) -> np.ndarray:
    return 0.3 * np.random.default_rng(seed).normal(size=len(move.shape.data))


def test_effects_stay_and_spreads_move(move):
    before = point_of(move, 1)
    after = move(before, np.random.default_rng(2))
    held = [move.hold(move.values(point)) for point in (before, after)]
    for name in HELD:
        assert held[0][name] == pytest.approx(held[1][name], abs=1e-12)
    moved = {
        name
        for name, value in move.values(after).items()
        if not np.allclose(value, move.values(before)[name])
    }
    assert moved == {"w_raw", "rho_raw", *move.multiples}


def test_where_effects_are_held_both_models_are_the_same(made, move):
    """ln p of the whole, by effects in place of multiples, differs by the same."""
    whole = made.model.compile_logp(mode="FAST_COMPILE")
    given = move.spreads.compile_logp(mode="FAST_COMPILE")
    before = point_of(move, 3)
    after = move(before, np.random.default_rng(4))

    def densities(point: np.ndarray) -> tuple[float, float]:
        values = move.values(point)
        move.hold(values)
        # How much longer an effect is than its multiple.
        longer = 0.0
        for name, (who, place) in move.multiples.items():
            none, one = (
                move.people(values | {name: np.full_like(values[name], level)})
                for level in (0.0, 1.0)
            )
            longer += np.log((one[who] - none[who])[:, place]).sum()
        spreads = {name: values[name] for name in move.spreads.initial_point()}
        return float(whole(values)) - longer, float(given(spreads))

    (whole_a, given_a), (whole_b, given_b) = densities(before), densities(after)
    assert whole_b - whole_a == pytest.approx(given_b - given_a, abs=1e-6)


def test_a_scale_that_turns_linear_is_a_change_of_variable():
    """The density on it integrates to one, and there and back is where one was."""
    with pm.Model() as model:
        x = pm.Normal(
            "x_raw",
            shape=2,
            transform=LinearAbove(np.array([True, False]), np.array([2.0, 1.0])),
        )
    density = model.compile_logp(mode="FAST_COMPILE")
    (value,) = model.value_vars
    at_zero = np.log(np.sqrt(2 * np.pi))
    mass, _ = quad(
        lambda u: np.exp(float(density({value.name: np.array([u, 0.0])})) + at_zero),
        -12.0,
        2000.0,
        points=(-2.0, 0.0, 5.0, 20.0, 100.0),
        limit=200,
    )
    assert mass == pytest.approx(1.0, abs=1e-5)

    transform = model.rvs_to_transforms[x]
    for each in (-2.0, 0.0, 1.5):
        there = transform.forward(np.array([each, each])).eval()
        assert transform.backward(there).eval() == pytest.approx([each, each])
        assert there[1] == each
