"""What a formula says in plain Python, the machine computes: any formula, any lanes."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings

from tests.twin.engine.machine_code import DOUBLES, FLOATS, Compiled, lanes_like
from tests.twin.engine.plain_worth import Undefined, Worth, worth
from tests.twin.engine.strategies import (
    HELD,
    LEAVES,
    STATES,
    formulas,
    grid,
    node_of,
    plain,
    points,
)
from twin.engine.graph import numbers
from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import CALLS, Op
from twin.engine.graph.operators import OPERATORS, applied
from twin.engine.lanes.llvm_writer import Lanes
from twin.sbml.formula import Apply, Formula, Number, Symbol

ROUNDING = {"double": 2.0**-53, "float": 2.0**-24}
# Ten formulas of ten operators each have stayed within 3 roundings of their size.
ROUNDINGS = 64
some = settings(max_examples=60, deadline=None)
SPECIAL = [0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 172.0, 1e300, -1e300, math.inf, math.nan]


def worths(formula: Formula, at: list[list[float]], rounding: float):
    """(place, worth) of the points where Python has a number for the formula."""
    found: list[tuple[int, Worth]] = []
    for place, one in enumerate(at):
        try:
            known = dict(zip(LEAVES, one, strict=True))
            found.append((place, worth(formula, known, ROUNDINGS * rounding)))
        except Undefined:
            pass
    return found


def computed(formula: Formula, at: list[list[float]], lanes: Lanes) -> np.ndarray:
    """The formula in machine code, at some points."""
    graph = Graph()
    node = node_of(graph, formula)
    code = Compiled.of(graph, [node], len(STATES), len(HELD), lanes)
    return code(np.array(at).T)[0]


def is_near(found: float, expected: Worth, rounding: float) -> bool:
    return abs(found - expected.value) <= ROUNDINGS * rounding * expected.size


@pytest.mark.parametrize("lanes", [DOUBLES, FLOATS], ids=["double", "float"])
@some
@given(formulas, points)
def test_any_formula_is_worth_what_python_says(lanes, formula, at):
    rounding = ROUNDING[lanes.real]
    expected = worths(formula, at, rounding)
    assume(expected)

    found = computed(formula, at, lanes)

    assert all(is_near(float(found[i]), w, rounding) for i, w in expected)


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_every_operator_is_worth_what_python_says(name):
    formula, rounding = plain(name), ROUNDING["double"]
    expected = worths(formula, grid, rounding)

    found = computed(formula, grid, DOUBLES)

    assert len(expected) > len(grid) / 20
    assert all(is_near(float(found[i]), w, rounding) for i, w in expected)


def bits(values: np.ndarray) -> bytes:
    """Bit for bit; a NaN is a NaN, whatever its sign."""
    return np.where(np.isnan(values), np.nan, values).tobytes()


@some
@given(formulas, points)
def test_the_number_of_lanes_changes_no_bit(formula, at):
    found = [
        bits(computed(formula, at, lanes_like(DOUBLES, width)))
        for width in (1, 2, 4, 8)
    ]

    assert found == found[:1] * 4


@some
@given(formulas, points)
def test_a_neighbour_changes_no_bit(formula, at):
    graph = Graph()
    code = Compiled.of(graph, [node_of(graph, formula)], 3, 2, DOUBLES)
    leaves = np.array(at).T
    order = [5, 2, 7, 0, 3, 6, 1, 4]

    together, mixed = code(leaves)[0], code(leaves[:, order])[0]
    alone = np.array([code(leaves[:, [i]])[0, 0] for i in range(8)])

    assert bits(mixed) == bits(together[order])
    assert bits(alone) == bits(together)


# ---- numbers that are folded while the graph grows


def at_run_time(op: Op | str, x: float) -> float:
    graph = Graph()
    state = graph.state(0)
    node = graph.call(op, state) if isinstance(op, str) else graph.apply(op, state)
    return float(Compiled.of(graph, [node], 1, 0, DOUBLES)([[x], [0.0]])[0, 0])


@pytest.mark.parametrize("op", [Op.LOG, Op.SQRT, Op.ABS, Op.FLOOR, Op.CEIL, Op.EXP])
@pytest.mark.parametrize("x", [*SPECIAL, -0.0, -math.inf, 5e-324])
def test_a_number_is_worth_the_same_folded_and_computed(op, x):
    assert at_run_time(op, x) == pytest.approx(
        numbers.of_one(op, x), rel=1e-15, abs=0, nan_ok=True
    )


@pytest.mark.parametrize("name", ["sinh", "cosh", "atanh", "tgamma"])
def test_the_c_library_says_the_same_folded_and_computed(name):
    at = [*SPECIAL, -math.inf]

    assert [at_run_time(name, x) for x in at] == pytest.approx(
        [numbers.called(name, x) for x in at], rel=1e-13, nan_ok=True
    )


@pytest.mark.parametrize("name", sorted(CALLS.keys() - {"tgamma"}))
@pytest.mark.parametrize("x", [0.0, 0.5, -0.75, 1.5, math.nan])
def test_the_c_library_is_called_lane_by_lane(name, x):
    assert at_run_time(name, x) == pytest.approx(
        numbers.called(name, x), rel=1e-15, nan_ok=True
    )


# ---- powers


def powers(pairs: list[tuple[float, float]], *others) -> np.ndarray:
    """base^exponent as a power of held quantities, beside other formulas."""
    graph = Graph()
    both = Apply("power", (Symbol("x"), Symbol("a")))
    nodes = [node_of(graph, formula) for formula in (*others, both)]
    code = Compiled.of(graph, nodes, 3, 2, DOUBLES)
    leaves = np.zeros((6, len(pairs)))
    leaves[0], leaves[3] = np.transpose(pairs)
    return code(leaves)


def test_a_base_below_zero_has_whole_powers_only():
    found = powers([(-2.0, 2.0), (-2.0, 3.0), (-2.0, -3.0), (-2.0, 2.5), (-2.0, 0.0)])

    assert found[-1] == pytest.approx([4.0, -8.0, -0.125, 0.0, 1.0], rel=1e-15)


def test_zero_to_a_power_is_zero_one_or_without_bound():
    found = powers([(0.0, 2.0), (0.0, 0.3), (0.0, 0.0), (0.0, -1.5)])

    assert found[-1].tolist() == [0.0, 0.0, 1.0, math.inf]


def test_no_number_stays_no_number():
    found = powers([(math.nan, 2.0), (2.0, math.nan), (-2.0, math.nan)])

    assert np.all(np.isnan(found[-1]))


@pytest.mark.parametrize(
    "other",
    [
        Apply("power", (Symbol("x"), Number(1.5))),
        Apply("ln", (Symbol("x"),)),
    ],
    ids=["x^1.5", "ln x"],
)
def test_a_power_does_not_depend_on_what_stands_beside_it(other):
    pairs = [(-2.0, 2.0), (-2.0, 3.0), (3.0, 2.0)]

    assert powers(pairs, other)[-1] == pytest.approx([4.0, -8.0, 9.0], rel=1e-15)


def test_a_logarithm_does_not_depend_on_what_stands_beside_it():
    graph = Graph()
    x = graph.state(0)
    power = graph.power(x, graph.held(0))
    nodes = [power, graph.apply(Op.LOG, x)]
    code = Compiled.of(graph, nodes, 1, 1, DOUBLES)

    assert math.isnan(code([[-2.0], [2.0], [0.0]])[1, 0])


@pytest.mark.parametrize(
    "exponent",
    [
        1.5,
        2.5,
        -0.5,
        0.5,
    ],
)
def test_what_is_a_little_below_zero_has_powers_that_are_nothing(exponent):
    graph = Graph()
    node = graph.power(graph.state(0), graph.number(exponent))
    code = Compiled.of(graph, [node], 1, 0, DOUBLES)

    assert code([[-1e-20], [0.0]])[0, 0] == 0.0


# ---- whole numbers


@pytest.mark.parametrize(
    "divisor",
    [
        7.0,
        24.0,
        168.0,
        49.0,
    ],
)
def test_whole_days_are_counted_whole(divisor):
    graph = Graph()
    ratio = applied(graph, "divide", [graph.time, graph.number(divisor)])
    count = applied(graph, "floor", [ratio])
    code = Compiled.of(graph, [count], 0, 0, DOUBLES)
    days = np.arange(400.0)

    assert np.array_equal(code([divisor * days])[0], days)
