"""Derivatives of formulas beside steps into the complex plane.

    f'(x) = Im f(x + ih) / h + O(h²)

(Squire & Trapp 1998, SIAM Review 40:110): no difference is taken, so h may be as small
as a number can be, and no rule of differentiation is used.
"""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import assume, given, settings

from tests.twin.engine.complex_step import slope
from tests.twin.engine.machine_code import DOUBLES, Compiled
from tests.twin.engine.plain_worth import Undefined, worth
from tests.twin.engine.strategies import (
    HELD,
    LEAVES,
    STATES,
    formulas_with_slopes,
    grid,
    node_of,
    plain,
    points,
)
from twin.engine.graph.differentiation import jacobian
from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Op
from twin.engine.graph.operators import OPERATORS
from twin.sbml.formula import TIME, Formula

BY = (*STATES, TIME)
BESIDE = 1e-9
# Steps have none; the gamma function has no complex kin here; min is max turned round.
WITHOUT_SLOPE = {"floor", "ceiling", "quotient", "rem", "factorial", "min"}


def computed(formula: Formula, at: list[list[float]]) -> np.ndarray:
    """d(formula)/d(BY), as compiled: [by, point]."""
    graph = Graph()
    (row,) = jacobian(graph, [node_of(graph, formula)])
    leaves = [*(graph.state(i) for i in range(len(STATES))), graph.time]
    nodes = [row.get(leaf, graph.zero) for leaf in leaves]
    code = Compiled.of(graph, nodes, len(STATES), len(HELD), DOUBLES)
    return code(np.array(at).T)


def expected(formula: Formula, one: list[float], by: str) -> tuple[float, float]:
    """The derivative, and how far it may be missed: it varies, and so does f."""
    at = dict(zip(LEAVES, one, strict=True))
    size = worth(formula, at, 1e-8).size
    found = slope(formula, at, by)
    beside = [
        abs(slope(formula, {**at, name: at[name] * (1.0 + way)}, by) - found)
        for name in LEAVES
        for way in (-BESIDE, BESIDE)
    ]
    return found, 1e-9 * (abs(found) + size) + 100.0 * max(beside)


def wanted_of(formula: Formula, at: list[list[float]]):
    """(derivative, allowed) by (row, place), where a complex step has one."""
    wanted: dict[tuple[int, int], tuple[float, float]] = {}
    for place, one in enumerate(at):
        for row, by in enumerate(BY):
            with suppress(Undefined):
                wanted[row, place] = expected(formula, one, by)
    return wanted


def agree(found: np.ndarray, wanted) -> bool:
    return all(
        abs(found[cell] - there) <= allowed for cell, (there, allowed) in wanted.items()
    )


@settings(max_examples=50, deadline=None)
@given(formulas_with_slopes, points)
def test_any_derivative_is_what_a_complex_step_says(formula, at):
    wanted = wanted_of(formula, at)
    assume(wanted)

    assert agree(computed(formula, at), wanted)


@pytest.mark.parametrize("name", sorted(OPERATORS.keys() - WITHOUT_SLOPE))
def test_every_operator_has_the_derivative_that_a_complex_step_says(name):
    wanted = wanted_of(plain(name), grid)

    assert wanted
    assert agree(computed(plain(name), grid), wanted)


@given(formulas_with_slopes)
def test_only_what_a_formula_depends_on_has_a_derivative(formula):
    graph = Graph()
    node = node_of(graph, formula)
    (row,) = jacobian(graph, [node])

    below = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current not in below:
            below.add(current)
            waiting += graph.children(current)
    assert row.keys() <= {n for n in below if graph.op[n] in {Op.STATE, Op.TIME}}
    assert graph.zero not in row.values()


def test_a_linear_model_has_its_matrix_for_a_derivative():
    graph = Graph()
    x, y, k = graph.state(0), graph.state(1), graph.held(0)
    flow = graph.product([k, graph.difference(x, y)])

    assert jacobian(graph, [flow, graph.negative(flow)]) == [
        {x: k, y: graph.negative(k)},
        {x: graph.negative(k), y: k},
    ]


def test_what_does_not_vary_and_what_steps_have_no_derivative():
    graph = Graph()
    x = graph.state(0)
    steady = graph.power(graph.held(0), graph.held(1))
    steps = [graph.apply(op, x) for op in (Op.FLOOR, Op.CEIL, Op.PARITY)]
    truth = graph.numeric(graph.less(x, graph.one))

    assert jacobian(graph, [steady, *steps, truth]) == [{}] * 5


def power_slopes(bases: list[float], exponent: float, *, held: bool) -> np.ndarray:
    graph = Graph()
    x = graph.state(0)
    node = graph.power(x, graph.held(0) if held else graph.number(exponent))
    (row,) = jacobian(graph, [node])
    code = Compiled.of(graph, [row[x]], 1, 1, DOUBLES)
    return code([bases, [exponent] * len(bases), [0.0] * len(bases)])[0]


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("exponent", [1.0, 2.0, 3.0, 4.7])
def test_a_hill_curve_has_a_slope_at_zero_and_a_little_below(exponent, held):
    assume_zero = 1.0 if exponent == 1.0 else 0.0

    found = power_slopes([0.0, -1e-300], exponent, held=held)

    assert found == pytest.approx([assume_zero] * 2, rel=1e-15, abs=1e-290)


def test_a_half_integer_power_has_a_slope_a_little_below_zero():
    assert power_slopes([-1e-20], 1.5, held=False)[0] == 0.0


def test_a_held_power_of_nothing_has_no_slope():
    assert power_slopes([0.0, 2.0], 0.0, held=True).tolist() == [0.0, 0.0]


def test_a_varying_power_of_zero_has_a_slope():
    graph = Graph()
    x, y = graph.state(0), graph.state(1)
    (row,) = jacobian(graph, [graph.power(x, y)])
    code = Compiled.of(graph, [row[y]], 2, 0, DOUBLES)

    assert code([[0.0], [2.0], [0.0]])[0, 0] == 0.0


def test_a_gamma_function_has_a_slope_to_nine_digits():
    graph = Graph()
    x = graph.state(0)
    (row,) = jacobian(graph, [graph.call("tgamma", x)])
    code = Compiled.of(graph, [row[x]], 1, 0, DOUBLES)

    euler = 0.5772156649015329  # Γ'(1) = -euler, Γ'(2) = 1 - euler
    assert code([[1.0, 2.0], [0.0] * 2])[0] == pytest.approx(
        [-euler, 1 - euler], abs=1e-9
    )
