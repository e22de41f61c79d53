"""Groups that are known only together: a linear model of normals is known on paper."""

import numpy as np
import pytest

from tests.twin.credibility.global_sensitivity.known_models import correlated
from twin.credibility.global_sensitivity.dependent import dependent_indices
from twin.credibility.global_sensitivity.pick_freeze import pick_freeze
from twin.reproducibility import stream

# Two parameters of the first group at .97, one of the second that goes with them.
COVARIANCE = np.array([[1.0, 0.97, 0.5], [0.97, 1.0, 0.45], [0.5, 0.45, 1.0]])
GROUP = np.array([0, 0, 1])
GROUPS = ("target", "kinetics")
SLOPES = np.array([1.0, -0.8, 0.6])


def linear(x):
    return (x @ SLOPES)[:, None]


def asked(draws, model=linear, *, group=GROUP, groups=GROUPS, n=4096, seed=1):
    return dependent_indices(
        draws,
        group,
        model,
        groups=groups,
        outputs=("y",),
        n_base=n,
        rng=stream(seed, "dependent"),
    )


def on_paper(own):
    """Told and left of a group, of a linear model of normals."""
    whole = SLOPES @ COVARIANCE @ SLOPES

    def open_given(held):
        free = ~held
        back = COVARIANCE[np.ix_(free, held)]
        inverse = np.linalg.inv(COVARIANCE[np.ix_(held, held)])
        left = COVARIANCE[np.ix_(free, free)] - back @ inverse @ back.T
        return SLOPES[free] @ left @ SLOPES[free] / whole

    return 1.0 - open_given(own), open_given(~own)


def test_what_a_group_tells_and_leaves_is_that_of_the_normal_law():
    draws = correlated(600, COVARIANCE, stream(1, "draws"))

    found = asked(draws)

    for number in range(len(GROUPS)):
        told, left = on_paper(number == GROUP)
        assert found.told[number, 0] == pytest.approx(told, abs=0.05)
        assert found.left[number, 0] == pytest.approx(left, abs=0.03)
    whole = SLOPES @ COVARIANCE @ SLOPES
    assert found.variance[0] == pytest.approx(whole, rel=0.05)


def test_shares_by_covariance_sum_to_one_and_may_be_negative():
    draws = correlated(600, COVARIANCE, stream(2, "draws"))
    covariance = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]])
    ridge = correlated(600, covariance, stream(3, "draws"))

    found = asked(draws)
    cancelled = asked(
        ridge,
        lambda x: (x[:, 0] - 0.5 * x[:, 1])[:, None],
        group=np.array([0, 1, 1]),
    )

    whole = SLOPES @ COVARIANCE @ SLOPES
    of_target = SLOPES[:2] @ COVARIANCE[:2] @ SLOPES / whole
    assert found.share.sum() == pytest.approx(1.0, abs=1e-12)
    assert found.share[0, 0] == pytest.approx(of_target, abs=0.03)
    assert found.linear[0] == pytest.approx(1.0, abs=1e-9)
    assert cancelled.share.sum() == pytest.approx(1.0, abs=1e-12)
    assert cancelled.share[1, 0] < 0 < cancelled.alone[1, 0]


def test_independent_groups_have_the_usual_indices():
    """Then told is the first-order index and left the total, interaction and all."""
    draws = correlated(2000, np.eye(2), stream(4, "draws"))

    def product(x):
        return (x[:, 0] + x[:, 1] + 0.7 * x[:, 0] * x[:, 1])[:, None]

    rng = stream(4, "usual")
    usual = pick_freeze(
        {n: draws[rng.integers(0, 2000, 8192), k] for k, n in enumerate("ab")},
        {n: draws[rng.integers(0, 2000, 8192), k] for k, n in enumerate("ab")},
        {"a": ("a",), "b": ("b",)},
        lambda picks: product(np.stack([picks["a"], picks["b"]], axis=1)),
        outputs=("y",),
        rng=rng,
    )

    found = asked(draws, product, group=np.array([0, 1]), groups=("a", "b"), n=8192)

    assert found.told == pytest.approx(usual.first, abs=0.06)
    assert found.left == pytest.approx(usual.total, abs=0.06)
    assert found.linear[0] == pytest.approx(2.0 / 2.49, abs=0.05)


def test_one_group_tells_all():
    draws = correlated(300, COVARIANCE, stream(5, "draws"))

    found = asked(draws, group=np.zeros(3, int), groups=("all",))

    assert found.told[0, 0] == pytest.approx(1.0, abs=0.05)
    assert found.left[0, 0] == pytest.approx(1.0, abs=0.05)
    assert found.share[0, 0] == pytest.approx(1.0, abs=1e-12)


def test_the_order_of_the_parameters_does_not_matter():
    draws = correlated(300, COVARIANCE, stream(6, "draws"))
    order = np.array([2, 0, 1])

    there = asked(draws, n=512)
    back = asked(
        draws[:, order],
        lambda x: linear(x[:, np.argsort(order)]),
        group=GROUP[order],
        n=512,
    )

    for name in ("share", "told", "told_half", "left", "left_half"):
        assert getattr(back, name) == pytest.approx(getattr(there, name), rel=1e-9)


def test_the_same_seed_gives_the_same_figures():
    draws = correlated(300, COVARIANCE, stream(7, "draws"))

    one, again, other = (asked(draws, n=128, seed=seed) for seed in (1, 1, 2))

    assert np.array_equal(one.told, again.told)
    assert np.array_equal(one.left_half, again.left_half)
    assert not np.array_equal(one.told, other.told)


def test_picks_without_a_value_are_counted():
    draws = correlated(300, COVARIANCE, stream(8, "draws"))

    def failing(x):
        values = linear(x)
        values[x[:, 0] > 2.0] = np.nan
        return values

    found = asked(draws, failing, n=1024)

    assert 0 < found.n_lost[0] < 300
    assert np.all(np.isfinite(found.told))
    assert found.share.sum() == pytest.approx(1.0, abs=1e-12)
