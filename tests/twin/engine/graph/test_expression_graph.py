"""Equal expressions meet in one node, whatever the order in which they are written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.engine.strategies import formulas, node_of, polynomials
from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Op
from twin.engine.graph.operators import OPERATORS, applied
from twin.errors import ForeignFileError

several = st.lists(polynomials, min_size=1, max_size=5)
anything = polynomials | formulas


@given(several, st.randoms(use_true_random=False))
def test_the_order_of_terms_and_of_factors_is_of_no_account(parts, dice):
    graph = Graph()
    nodes = [node_of(graph, part) for part in parts]
    other = list(nodes)
    dice.shuffle(other)

    assert graph.sum(nodes) == graph.sum(other)
    assert graph.product(nodes) == graph.product(other)


@given(formulas)
def test_the_same_formula_twice_is_the_same_node_and_makes_no_other(formula):
    graph = Graph()
    once = node_of(graph, formula)
    n_nodes = len(graph.op)

    assert node_of(graph, formula) == once
    assert len(graph.op) == n_nodes


@given(formulas)
def test_arguments_stand_before_what_is_made_of_them(formula):
    graph = Graph()
    node_of(graph, formula)

    for node in range(len(graph.op)):
        assert all(child < node for child in graph.children(node))


@given(anything)
def test_a_thing_less_itself_is_nothing(formula):
    graph = Graph()
    node = node_of(graph, formula)

    without_nan = ("nan",) not in graph.args  # which is nothing's difference
    if graph.value(node) is None and without_nan:
        assert graph.difference(node, node) == graph.zero


@given(polynomials)
def test_a_thing_over_itself_is_one(formula):
    graph = Graph()
    node = node_of(graph, formula)

    if node != graph.zero:
        ratio = graph.value(graph.quotient(node, node))
        assert ratio == pytest.approx(1.0, rel=1e-15)


@given(anything)
def test_turned_round_twice_is_the_thing_again(formula):
    graph = Graph()
    node = node_of(graph, formula)

    assert graph.negative(graph.negative(node)) == node
    assert graph.negation(graph.negation(graph.condition(node))) == graph.condition(
        node
    )


@given(anything)
def test_nothing_added_and_times_one_change_nothing(formula):
    graph = Graph()
    node = node_of(graph, formula)

    assert graph.sum([node, graph.zero]) == node
    assert graph.product([node, graph.one]) == node
    assert graph.power(node, graph.one) == node
    assert graph.select(graph.less(node, graph.time), node, node) == node


def test_like_terms_gather_across_brackets():
    graph = Graph()
    x, y, k = graph.state(0), graph.state(1), graph.held(0)
    flow = graph.product([k, graph.difference(x, y)])

    back = graph.product([k, graph.difference(y, x)])

    assert graph.sum([flow, back]) == graph.zero
    assert graph.sum([flow, graph.product([k, y])]) == graph.product([k, x])


def test_whole_powers_gather_and_cancel():
    graph = Graph()
    x, y = graph.state(0), graph.state(1)
    cube = graph.power(x, graph.number(3.0))

    assert graph.product([x, x, x]) == cube
    assert graph.quotient(graph.product([cube, y]), graph.product([x, x])) == (
        graph.product([x, y])
    )
    assert graph.power(cube, graph.number(-1.0)) == graph.power(x, graph.number(-3.0))
    assert graph.product([cube, graph.power(x, graph.number(-3.0))]) == graph.one


def test_what_does_not_vary_is_known_as_such():
    graph = Graph()
    steady = graph.quotient(graph.held(0), graph.sum([graph.held(1), graph.one]))

    assert not graph.varies[steady]
    assert graph.varies[graph.product([steady, graph.time])]
    assert not graph.varies[graph.product([graph.zero, graph.state(0)])]


def test_a_difference_of_held_quantities_does_not_vary():
    graph = Graph()

    assert not graph.varies[graph.difference(graph.held(0), graph.held(1))]
    assert not graph.varies[graph.difference(graph.one, graph.held(0))]


def test_zero_has_no_sign_and_what_is_no_number_is_one_node():
    graph = Graph()

    assert graph.number(-0.0) == graph.zero
    assert graph.number(math.nan) == graph.number(-math.nan)


@pytest.mark.parametrize(
    "number",
    [
        3.0,
        24.0,
        49.0,
    ],
)
def test_a_number_over_itself_is_one_to_the_last_bit(number):
    graph = Graph()
    node = graph.number(number)

    assert graph.quotient(node, node) == graph.one


def test_conditions_are_known_where_their_numbers_are():
    graph = Graph()
    two, three, x = graph.number(2.0), graph.number(3.0), graph.state(0)
    unknown = graph.less(x, two)

    assert applied(graph, "lt", [two, three]) == graph.true
    assert applied(graph, "geq", [two, three]) == graph.false
    assert applied(graph, "and", [unknown, graph.false]) == graph.false
    assert applied(graph, "or", [unknown, graph.true]) == graph.true
    assert applied(graph, "and", []) == graph.true
    assert applied(graph, "or", []) == graph.false
    assert applied(graph, "xor", [graph.true, graph.true, graph.true]) == graph.true
    assert applied(graph, "implies", [graph.false, unknown]) == graph.true
    assert applied(graph, "piecewise", [x, graph.false, two]) == two


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_an_operator_with_too_many_arguments_is_refused_by_name(name):
    graph = Graph()
    given_here = [graph.state(i) for i in range(7)]
    taken = {"plus", "times", "max", "min", "eq", "lt", "gt", "leq", "geq", "and"}

    if name in taken | {"or", "xor", "piecewise"}:
        assert isinstance(applied(graph, name, given_here), int)
    else:
        with pytest.raises(ForeignFileError, match=f"{name} does not take 7"):
            applied(graph, name, given_here)


def test_an_unknown_operator_is_refused_by_name():
    with pytest.raises(ForeignFileError, match="calls 'sine'"):
        applied(Graph(), "sine", [])


def test_no_node_is_a_sum_of_one_plain_thing():
    graph = Graph()
    x = graph.state(0)

    assert graph.sum([x]) == x
    assert graph.product([x]) == x
    assert graph.op[graph.sum([x, graph.number(3.0)])] is Op.SUM
