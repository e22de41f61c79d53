"""The plan of an elimination, carried out in Python on matrices of numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.engine.graph.sparse_lu import Elimination, elimination

sizes = st.integers(1, 14)
seeds = st.integers(0, 2**32 - 1)
densities = st.floats(0.0, 0.6)


def dominant(n: int, density: float, seed: int) -> np.ndarray:
    """A random matrix with such a part of its places filled and a heavy diagonal."""
    dice = np.random.default_rng(seed)
    matrix = np.where(dice.random((n, n)) < density, dice.normal(size=(n, n)), 0.0)
    np.fill_diagonal(matrix, 0.0)
    sign = np.where(dice.random(n) < 0.5, -1.0, 1.0)
    return matrix + np.diag(sign * (1.0 + np.abs(matrix).sum(axis=1)))


def plan_of(matrix: np.ndarray) -> Elimination:
    return elimination(
        len(matrix), [(int(i), int(j)) for i, j in np.argwhere(matrix != 0.0)]
    )


def factored(matrix: np.ndarray, plan: Elimination) -> np.ndarray:
    """L below and U on and above the diagonal, in the order of the pivots."""
    w = matrix.copy()
    for pivot, below, right in zip(plan.order, plan.columns, plan.rows, strict=True):
        for i in below:
            w[i, pivot] /= w[pivot, pivot]
            for j in right:
                w[i, j] -= w[i, pivot] * w[pivot, j]
    return w[np.ix_(plan.order, plan.order)]


def solved(matrix: np.ndarray, plan: Elimination, b: np.ndarray) -> np.ndarray:
    """Forwards and backwards along the plan, as compiled code does."""
    w, x = factored(matrix, plan), b.copy()
    at = {pivot: k for k, pivot in enumerate(plan.order)}
    pivots = list(zip(plan.order, plan.columns, plan.rows, strict=True))
    for pivot, below, _ in pivots:
        for i in below:
            x[i] -= w[at[i], at[pivot]] * x[pivot]
    for pivot, _, right in reversed(pivots):
        for j in right:
            x[pivot] -= w[at[pivot], at[j]] * x[j]
        x[pivot] /= w[at[pivot], at[pivot]]
    return x


@given(sizes, densities, seeds)
def test_lower_times_upper_is_the_matrix(n, density, seed):
    matrix = dominant(n, density, seed)
    plan = plan_of(matrix)

    w = factored(matrix, plan)
    lower, upper = np.tril(w, -1) + np.eye(n), np.triu(w)

    expected = matrix[np.ix_(plan.order, plan.order)]
    np.testing.assert_allclose(
        lower @ upper, expected, rtol=0, atol=1e-13 * np.abs(matrix).max()
    )


@given(sizes, densities, seeds)
def test_a_system_is_solved(n, density, seed):
    matrix = dominant(n, density, seed)
    wanted = np.random.default_rng(seed + 1).normal(size=n)

    found = solved(matrix, plan_of(matrix), matrix @ wanted)

    assert found == pytest.approx(wanted, rel=1e-11, abs=1e-11)


@given(sizes, densities, seeds)
def test_every_entry_that_is_made_has_a_place(n, density, seed):
    matrix = dominant(n, density, seed)
    plan = plan_of(matrix)
    back = np.argsort(plan.order)

    made = factored(matrix, plan)[np.ix_(back, back)] != 0.0

    assert sorted(plan.order) == list(range(n))
    assert {tuple(map(int, place)) for place in np.argwhere(made)} <= set(plan.entries)
    assert len(set(plan.entries)) == len(plan.entries)
    assert len(plan.entries) == n + sum(map(len, (*plan.columns, *plan.rows)))


@given(sizes, densities, seeds, st.booleans())
def test_a_triangle_in_any_order_is_not_filled_in(n, density, seed, lower):
    triangle = np.tril(dominant(n, density, seed))
    order = np.random.default_rng(seed).permutation(n)
    mixed = (triangle if lower else triangle.T)[np.ix_(order, order)]

    plan = plan_of(mixed)

    assert len(plan.entries) == np.count_nonzero(mixed)


@given(sizes, seeds)
def test_a_tree_is_not_filled_in(n, seed):
    dice = np.random.default_rng(seed)
    edges = [(child, int(dice.integers(child))) for child in range(1, n)]

    plan = elimination(n, [*edges, *((parent, child) for child, parent in edges)])

    assert len(plan.entries) == n + 2 * len(edges)


def test_what_touches_all_goes_last():
    n = 6
    arrow = [(0, i) for i in range(n)] + [(i, 0) for i in range(n)]

    plan = elimination(n, arrow)

    assert len(plan.entries) == 3 * n - 2
    assert 0 in plan.order[-2:]


@given(sizes, densities, seeds)
def test_the_plan_does_not_depend_on_the_order_of_the_pattern(n, density, seed):
    pattern = [
        (int(i), int(j)) for i, j in np.argwhere(dominant(n, density, seed) != 0.0)
    ]

    assert elimination(n, pattern) == elimination(n, reversed(pattern))
