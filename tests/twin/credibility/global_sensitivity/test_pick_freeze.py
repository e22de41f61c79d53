"""Indices of picks: known answers, laws, and SALib on the same points.

Tolerances are one and a half half widths of 95 % as the estimator itself gives them
(3 in 1,000 by chance); with fixed streams they hold or not for good.
"""

import numpy as np
import pytest

from tests.twin.credibility.global_sensitivity.known_models import (
    G_NAMES,
    NAMES,
    g_function,
    g_indices,
    ishigami,
    ishigami_indices,
)
from twin.credibility.global_sensitivity.pick_freeze import indices_of, pick_freeze
from twin.credibility.global_sensitivity.sobol_design import (
    analysed,
    sobol_indices,
    sobol_points,
)
from twin.errors import NumericsError
from twin.reproducibility import stream

MODELS = {
    "Ishigami": (ishigami, NAMES, ishigami_indices),
    "g": (g_function, G_NAMES, g_indices),
}
OURS, THEIRS = "picks", "SALib"


def alone(names):
    return {name: (name,) for name in names}


def uniform(names, n, rng):
    return {name: rng.random(n) for name in names}


def indices(model, names, by, *, n=4096, seed=5):
    rng = stream(seed, "known", by)
    if by == THEIRS:
        return sobol_indices(alone(names), model, n_base=n, outputs=("y",), rng=rng)
    return pick_freeze(
        uniform(names, n, rng),
        uniform(names, n, rng),
        alone(names),
        model,
        outputs=("y",),
        rng=rng,
    )


@pytest.mark.parametrize("by", [OURS, THEIRS])
@pytest.mark.parametrize("name", MODELS)
def test_indices_known_on_paper_are_found(name, by):
    model, names, known = MODELS[name]

    found = indices(model, names, by)

    first, total = known()
    for own, half, known_one in (
        (found.first, found.first_half, first),
        (found.total, found.total_half, total),
    ):
        assert np.all(np.abs(own[:, 0] - known_one) <= 1.5 * half[:, 0] + 1e-3)
    assert np.max(found.first_half) < 0.12
    assert found.n_lost[0] == 0


def test_a_linear_model_of_normals_has_its_variances():
    rng = stream(1, "linear")
    slopes = np.array([3.0, -2.0, 0.5])

    found = pick_freeze(
        {n: rng.normal(size=8192) for n in NAMES},
        {n: rng.normal(size=8192) for n in NAMES},
        alone(NAMES),
        lambda picks: np.stack([picks[n] for n in NAMES], axis=1) @ slopes[:, None],
        outputs=("y",),
        rng=rng,
    )

    known = slopes**2 / np.sum(slopes**2)
    assert found.first[:, 0] == pytest.approx(known, abs=0.04)
    assert found.total[:, 0] == pytest.approx(known, abs=0.03)
    assert found.together[0] == pytest.approx(0.0, abs=0.06)


def test_on_the_same_points_we_and_salib_say_the_same():
    n = 256
    points = sobol_points(alone(G_NAMES), n_base=n, rng=stream(2, "points"))
    values = g_function(points)
    theirs = analysed(
        alone(G_NAMES), values, n_base=n, outputs=("y",), rng=stream(2, "theirs")
    )
    blocks = values.reshape(n, len(G_NAMES) + 2, 1)

    ours = indices_of(
        blocks[:, 0],
        blocks[:, -1],
        np.moveaxis(blocks[:, 1:-1], 1, 0),
        factors=G_NAMES,
        outputs=("y",),
        rng=stream(2, "ours"),
    )

    # They centre by all runs, we by those of A and B.
    assert ours.first == pytest.approx(theirs.first, abs=0.02)
    assert ours.total == pytest.approx(theirs.total, rel=1e-9)
    assert ours.first_half == pytest.approx(theirs.first_half, rel=0.5)


@pytest.mark.parametrize("by", [OURS, THEIRS])
def test_each_output_has_its_own_indices(by):
    def both(picks):
        linear = np.stack([picks[n] for n in NAMES], axis=1) @ np.array([0, 1.0, 2.0])
        return np.concatenate([ishigami(picks), linear[:, None]], axis=1)

    rng = stream(9, "outputs", by)
    if by == THEIRS:
        found = sobol_indices(
            alone(NAMES), both, n_base=2048, outputs=("one", "two"), rng=rng
        )
    else:
        found = pick_freeze(
            uniform(NAMES, 2048, rng),
            uniform(NAMES, 2048, rng),
            alone(NAMES),
            both,
            outputs=("one", "two"),
            rng=rng,
        )

    assert found.total[:, 0] == pytest.approx(ishigami_indices()[1], abs=0.06)
    assert found.first[:, 1] == pytest.approx([0.0, 0.2, 0.8], abs=0.06)
    assert found.of("third", "two") == (found.first[2, 1], found.total[2, 1])
    assert found.variance[1] == pytest.approx(5.0 / 12.0, rel=0.05)


def test_a_whole_draw_is_one_factor():
    """Two numbers at .97 count once, whatever their correlation does to the model."""
    rng = stream(3, "whole")
    draws = rng.multivariate_normal([0, 0], [[1, 0.97], [0.97, 1]], size=500)
    n = 8192

    def model(picks):
        pair = draws[picks["draw"]]
        return (pair[:, 0] - pair[:, 1] + 0.2 * picks["other"])[:, None]

    def picks():
        return {"draw": rng.integers(0, 500, n), "other": rng.normal(size=n)}

    found = pick_freeze(
        picks(),
        picks(),
        {"draw": ("draw",), "other": ("other",)},
        model,
        outputs=("y",),
        rng=rng,
    )

    own = np.var(draws[:, 0] - draws[:, 1])
    assert found.of("draw", "y")[0] == pytest.approx(own / (own + 0.04), abs=0.04)


@pytest.mark.parametrize("by", [OURS, THEIRS])
def test_nothing_carries_more_alone_than_with_others(by):
    found = indices(g_function, G_NAMES, by)

    halves = found.first_half + found.total_half
    assert np.all(found.first <= found.total + halves)
    assert found.first.sum() <= 1.0 + np.sqrt(np.sum(found.first_half**2))
    assert found.total.sum() >= 1.0 - np.sqrt(np.sum(found.total_half**2))


@pytest.mark.parametrize("by", [OURS, THEIRS])
def test_the_same_seed_gives_the_same_figures(by):
    one, again, other = (
        indices(ishigami, NAMES, by, n=256, seed=seed) for seed in (1, 1, 2)
    )

    for name in ("first", "first_half", "total", "total_half", "variance"):
        assert np.array_equal(getattr(one, name), getattr(again, name))
    assert not np.array_equal(one.first, other.first)


def test_the_order_of_the_factors_does_not_matter():
    rng = stream(4, "order")
    a, b = uniform(NAMES, 512, rng), uniform(NAMES, 512, rng)

    there, back = (
        pick_freeze(
            a,
            b,
            alone(names),
            ishigami,
            outputs=("y",),
            rng=stream(4, "resampling"),
        )
        for names in (NAMES, NAMES[::-1])
    )

    assert back.first[::-1] == pytest.approx(there.first, rel=1e-12)
    assert back.total_half[::-1] == pytest.approx(there.total_half, rel=1e-12)


@pytest.mark.parametrize("by", [OURS, THEIRS])
def test_picks_without_a_value_are_left_out_and_counted(by):
    def failing(picks):
        values = np.repeat(ishigami(picks), 2, axis=1)
        values[np.asarray(picks["third"]) > 0.99, 1] = np.nan
        return values

    rng = stream(6, "failing", by)
    if by == THEIRS:
        found = sobol_indices(
            alone(NAMES), failing, n_base=2048, outputs=("all", "some"), rng=rng
        )
    else:
        found = pick_freeze(
            uniform(NAMES, 2048, rng),
            uniform(NAMES, 2048, rng),
            alone(NAMES),
            failing,
            outputs=("all", "some"),
            rng=rng,
        )

    assert found.n_lost[0] == 0
    assert 10 <= found.n_lost[1] <= 80  # about 2 % of 2048
    assert found.first[:, 1] == pytest.approx(found.first[:, 0], abs=0.1)


def test_what_does_not_vary_is_carried_by_nothing():
    rng = stream(7, "still")
    still = sobol_indices(
        alone(NAMES),
        lambda points: np.ones((len(points["first"]), 1)),
        n_base=64,
        outputs=("y",),
        rng=rng,
    )

    assert np.all(still.first == 0)
    assert np.all(still.total == 0)


@pytest.mark.parametrize("n", [0, 1, 100])
def test_points_come_in_powers_of_two(n):
    with pytest.raises(NumericsError, match="powers of 2"):
        sobol_points(alone(NAMES), n_base=n, rng=stream(8, "points"))
