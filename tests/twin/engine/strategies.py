"""Random formulas over three states, two held quantities and the time."""

from hypothesis import strategies as st

from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Node
from twin.engine.graph.operators import applied
from twin.sbml.formula import TIME, Apply, Formula, Number, Symbol, fold

STATES = ("x", "y", "z")
HELD = ("a", "b")
LEAVES = (*STATES, *HELD, TIME)

# All of these are the same in single precision.
values = st.one_of(
    st.integers(-6, 6).map(float),
    st.floats(0.015625, 8.0, width=32),
    st.floats(-8.0, -0.015625, width=32),
)
points = st.lists(st.lists(values, min_size=6, max_size=6), min_size=8, max_size=8)
_numbers = values.map(Number)
_leaves = st.one_of(st.sampled_from([Symbol(name) for name in LEAVES]), _numbers)
_exponents = st.sampled_from(
    [-17.0, -3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.7, 3.0, 4.0, 16.0, 18.0]
).map(Number)
_SMOOTH = ["exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "arcsinh"]
_PARTIAL = ["ln", "arcsin", "arccos", "arccosh", "arctanh", "sec", "csc", "cot"]
_KINDS = ["sech", "csch", "coth", "arcsec", "arccsc", "arccot", "arcsech", "arccsch"]
_STEPS = ["abs", "floor", "ceiling", "arccoth", "factorial"]
_COMPARISONS = ["eq", "neq", "lt", "gt", "leq", "geq"]


def _apply(name: str, *arguments: st.SearchStrategy[Formula]) -> st.SearchStrategy:
    return st.tuples(*arguments).map(lambda given: Apply(name, given))


def _several(name: str, inner: st.SearchStrategy[Formula]) -> st.SearchStrategy:
    return st.lists(inner, max_size=4).map(lambda given: Apply(name, tuple(given)))


def _arithmetic(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    """With what cancels: x - x, x / x, and sums that appear with both signs."""
    return st.one_of(
        _several("plus", inner),
        _several("times", inner),
        _apply("minus", inner),
        _apply("minus", inner, inner),
        _apply("divide", inner, inner),
        _apply("power", inner, _exponents),
        st.tuples(inner, inner).map(
            lambda two: Apply("minus", (Apply("plus", two), two[0]))
        ),
        st.tuples(inner, inner).map(
            lambda two: Apply("divide", (Apply("times", two), two[1]))
        ),
    )


def _conditions(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    compared = st.sampled_from(_COMPARISONS).flatmap(
        lambda name: _apply(name, inner, inner)
    )
    chained = st.sampled_from(["eq", "lt", "gt", "leq", "geq"]).flatmap(
        lambda name: _apply(name, inner, inner, inner)
    )
    first = st.one_of(compared, chained)
    return st.one_of(
        first,
        _apply("not", first),
        _apply("implies", first, first),
        st.sampled_from(["and", "or", "xor"]).flatmap(
            lambda name: st.lists(first | inner, min_size=1, max_size=3).map(
                lambda given: Apply(name, tuple(given))
            )
        ),
    )


def _anything(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    condition = _conditions(inner)
    one = st.sampled_from([*_SMOOTH, *_PARTIAL, *_KINDS, *_STEPS])
    two = st.sampled_from(["max", "min", "quotient", "rem"])
    base = st.sampled_from([2.0, 10.0]).map(Number)
    return st.one_of(
        _arithmetic(inner),
        _arithmetic(inner),
        one.flatmap(lambda name: _apply(name, inner)),
        two.flatmap(lambda name: _apply(name, inner, inner)),
        _apply("power", _apply("abs", inner), inner),
        _apply("root", st.sampled_from([2.0, 3.0]).map(Number), inner),
        _apply("log", base, inner),
        _apply("piecewise", inner, condition, inner),
        _apply("piecewise", inner, condition, inner, condition, inner),
        condition,
    )


def _nothing_with_steps(
    inner: st.SearchStrategy[Formula],
) -> st.SearchStrategy[Formula]:
    one = st.sampled_from([*_SMOOTH, *_PARTIAL])
    condition = _apply("lt", inner, inner)
    return st.one_of(
        _arithmetic(inner),
        _arithmetic(inner),
        one.flatmap(lambda name: _apply(name, inner)),
        _apply("power", _apply("exp", inner), inner),
        _apply("abs", inner),
        _apply("max", inner, inner),
        _apply("piecewise", inner, condition, inner),
    )


formulas = st.recursive(_leaves, _anything, max_leaves=12)
slopes = st.recursive(_leaves, _nothing_with_steps, max_leaves=8)


def node_of(graph: Graph, formula: Formula) -> Node:
    """A formula in a graph: states and held quantities in the order of their names."""
    known = {name: graph.state(i) for i, name in enumerate(STATES)}
    known |= {name: graph.held(i) for i, name in enumerate(HELD)}
    known[TIME] = graph.time

    def leaf(node: Number | Symbol) -> Node:
        return known[node.name] if isinstance(node, Symbol) else graph.number(node.value)

    return graph.numeric(fold(formula, leaf, lambda o, a: applied(graph, o, a)))
