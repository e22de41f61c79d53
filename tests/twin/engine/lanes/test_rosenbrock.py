"""The tableaux: order conditions, stability, and the order seen on an equation.

With Γ = (diag(1/γ) - C)⁻¹, α = aΓ, b = mΓ the numbers of a tableau become those of
Hairer & Wanner (1996), Solving ODEs II, section IV.7.  Its order conditions go over
rooted trees: Σ b_i Φ_i(t) = 1/γ(t), where a vertex with one branch carries β = α + Γ
and one with several carries α.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import pytest

from tests.twin.engine.one_step import step
from twin.engine.lanes.rosenbrock import RODAS4, RODAS5P, TABLEAUX, VELDD4, Tableau

EVERY = pytest.mark.parametrize("tableau", TABLEAUX.values(), ids=lambda t: t.name)
# Where |R| <= 1; a quarter of a degree more is too much.
VELDD4_ANGLE = 89.0
STIFFLY_ACCURATE = pytest.mark.parametrize("tableau", [RODAS4, RODAS5P])

RootedTree = tuple["RootedTree", ...]


@dataclass(frozen=True, eq=False)
class Classical:
    """α, β and b of a method; b of the solution it is compared with."""

    alpha: np.ndarray
    beta: np.ndarray
    gamma: np.ndarray
    weights: np.ndarray
    compared: np.ndarray


def classical(tableau: Tableau) -> Classical:
    n = tableau.n_stages
    a, c = np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        a[i, : len(tableau.a[i])] = tableau.a[i]
        c[i, : len(tableau.c_matrix[i])] = tableau.c_matrix[i]
    gamma = np.linalg.inv(np.eye(n) / tableau.gamma - c)
    alpha = a @ gamma
    m, e = np.array(tableau.weights), np.array(tableau.error)
    return Classical(alpha, alpha + gamma, gamma, m @ gamma, (m - e) @ gamma)


def trees(n: int) -> list[RootedTree]:
    """Rooted trees with n vertices, each once."""
    if n == 1:
        return [()]
    found: set[RootedTree] = set()

    def grow(left: int, largest: int, branches: RootedTree) -> None:
        if left == 0:
            found.add(tuple(sorted(branches)))
        for size in range(1, min(left, largest) + 1):
            for branch in trees(size):
                grow(left - size, size, (*branches, branch))

    grow(n - 1, n - 1, ())
    return sorted(found)


def n_vertices(tree: RootedTree) -> int:
    return 1 + sum(map(n_vertices, tree))


def density(tree: RootedTree) -> int:
    """γ(t)."""
    product = n_vertices(tree)
    for branch in tree:
        product *= density(branch)
    return product


def elementary_weight(tree: RootedTree, method: Classical) -> np.ndarray:
    """Φ_i(t), one a stage."""
    matrix = method.beta if len(tree) == 1 else method.alpha
    value = np.ones(len(method.weights))
    for branch in tree:
        value = value * (matrix @ elementary_weight(branch, method))
    return value


def misses(tableau: Tableau, weights: np.ndarray, order: int) -> float:
    """How far the worst order condition is missed, up to an order."""
    method = classical(tableau)
    return max(
        abs(weights @ elementary_weight(tree, method) - 1.0 / density(tree))
        for n in range(1, order + 1)
        for tree in trees(n)
    )


def test_there_are_as_many_rooted_trees_as_there_should_be():
    assert [len(trees(n)) for n in range(1, 7)] == [1, 1, 2, 4, 9, 20]
    assert len(list(combinations_with_replacement(trees(2), 2))) == 1


@EVERY
def test_a_solution_meets_the_conditions_of_its_order_and_no_more(tableau):
    weights = classical(tableau).weights

    assert misses(tableau, weights, tableau.order) < 1e-12
    assert misses(tableau, weights, tableau.order + 1) > 1e-5


@EVERY
def test_the_error_is_against_a_solution_of_a_lower_order(tableau):
    compared = classical(tableau).compared

    assert misses(tableau, compared, tableau.error_order) < 1e-12
    assert misses(tableau, compared, tableau.error_order + 1) > 1e-5
    assert tableau.error_order < tableau.order


@EVERY
def test_nodes_and_slopes_are_sums_of_rows(tableau):
    method = classical(tableau)

    assert method.alpha.sum(axis=1) == pytest.approx(tableau.nodes, abs=1e-12)
    assert method.gamma.sum(axis=1) == pytest.approx(tableau.slopes, abs=1e-12)
    assert np.diag(method.gamma) == pytest.approx(
        np.full(len(method.gamma), tableau.gamma)
    )


# ---- stability


def growth(tableau: Tableau, z: complex) -> complex:
    """R(z): what one step makes of y' = (z/h) y."""
    method = classical(tableau)
    ones = np.ones(len(method.weights))
    inverse = np.linalg.solve(np.eye(len(ones)) - z * method.beta, ones)
    return complex(1.0 + z * (method.weights @ inverse))


def growth_at_infinity(tableau: Tableau) -> float:
    method = classical(tableau)
    ones = np.ones(len(method.weights))
    return float(1.0 - method.weights @ np.linalg.solve(method.beta, ones))


@pytest.mark.parametrize(
    ("tableau", "angle"),
    [(RODAS4, 90.0), (RODAS5P, 90.0), (VELDD4, VELDD4_ANGLE)],
    ids=lambda each: getattr(each, "name", None),
)
def test_what_decays_is_never_amplified(tableau, angle):
    """A(angle)-stable: |R| <= 1 on the rays that bound the sector; A-stable at 90°."""
    ray = np.logspace(-3, 6, 400) * np.exp(1j * np.pi * (1.0 - angle / 180.0))

    assert max(abs(growth(tableau, z)) for z in ray) <= 1.0 + 1e-9


def test_the_method_in_single_precision_is_not_a_stable():
    """Four stages of order 4 are A-stable for 0.394 <= γ only (IV.6, table 6.4)."""
    assert max(abs(growth(VELDD4, 1j * y)) for y in np.logspace(-1, 2, 50)) > 1.02


@EVERY
def test_only_an_l_stable_method_forgets_what_decays_at_once(tableau):
    left = abs(growth_at_infinity(tableau))

    assert (left < 1e-10) == tableau.l_stable
    assert left < 1.0


def test_the_method_that_is_not_l_stable_is_known():
    assert [t.name for t in TABLEAUX.values() if not t.l_stable] == [VELDD4.name]


@STIFFLY_ACCURATE
def test_a_stiffly_accurate_method_ends_at_its_last_stage(tableau):
    method = classical(tableau)

    assert method.weights == pytest.approx(method.beta[-1], abs=1e-12)
    assert tableau.nodes[-1] == 1.0
    assert tableau.slopes[-1] == 0.0
    assert tableau.continues(tableau.n_stages)


# ---- what a step saves


@EVERY
def test_a_stage_shares_its_point_or_continues_only_where_it_does(tableau):
    for stage in range(1, tableau.n_stages):
        now, before = (np.zeros(tableau.n_stages) for _ in range(2))
        now[: len(tableau.a[stage])] = tableau.a[stage]
        before[: len(tableau.a[stage - 1])] = tableau.a[stage - 1]
        same = np.array_equal(now, before)
        at_once = tableau.nodes[stage] == tableau.nodes[stage - 1]
        before[stage - 1] += 1.0

        assert tableau.shares_point(stage) == (same and at_once)
        assert tableau.continues(stage) == np.array_equal(now, before)


# ---- the order seen on an equation that is neither linear nor autonomous


def right_hand_side(t: float, y: np.ndarray) -> np.ndarray:
    """y' has the solution (1/(1 + t) + sin t, exp(-t²))."""
    first = 1.0 / (1.0 + t) + np.sin(t)
    second = np.exp(-t * t)
    return np.array(
        [
            -1.0 / (1 + t) ** 2 + np.cos(t) - (y[0] ** 2 - first**2) * (1 + y[1]),
            -2 * t * y[1] + np.sin(y[1] - second) * y[0],
        ]
    )


def matrix(t: float, y: np.ndarray) -> np.ndarray:
    first, second = 1.0 / (1.0 + t) + np.sin(t), np.exp(-t * t)
    return np.array(
        [
            [-2 * y[0] * (1 + y[1]), -(y[0] ** 2 - first**2)],
            [np.sin(y[1] - second), -2 * t + np.cos(y[1] - second) * y[0]],
        ]
    )


def slope(t: float, y: np.ndarray) -> np.ndarray:
    """∂f/∂t, by a complex step."""
    moved = 1e-30
    later = right_hand_side(t + 1j * moved, y.astype(complex))  # type: ignore[arg-type]
    return later.imag / moved


def error_after_one(tableau: Tableau, n_steps: int) -> float:
    y, h = np.array([1.0, 1.0]), 1.0 / n_steps
    for number in range(n_steps):
        y, _ = step(tableau, right_hand_side, matrix, slope, number * h, y, h)
    return float(np.max(np.abs(y - [0.5 + np.sin(1.0), np.exp(-1.0)])))


@EVERY
def test_halving_the_step_shows_the_order(tableau):
    errors = [error_after_one(tableau, n) for n in (16, 32, 64)]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))

    assert orders == pytest.approx([tableau.order] * 2, abs=0.2)
