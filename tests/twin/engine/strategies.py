"""Random formulas over three states, two held quantities and the time."""

from collections.abc import Callable
from functools import partial
from random import Random

from hypothesis import strategies as st

from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Node
from twin.engine.graph.operators import applied
from twin.sbml.formula import TIME, Apply, Formula, Number, Symbol, fold

STATES = ("x", "y", "z")
HELD = ("a", "b")
LEAVES = (*STATES, *HELD, TIME)

# Whole numbers often, so that conditions can be equal; all as short as a float.
values = st.one_of(
    st.integers(-6, 6).map(float),
    st.floats(0.015625, 8.0, width=32),
    st.floats(-8.0, -0.015625, width=32),
)
point = st.lists(values, min_size=len(LEAVES), max_size=len(LEAVES))
points = st.lists(point, min_size=8, max_size=8)

_EXPONENTS = (-17, -3, -2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.7, 3, 4, 16, 18)
_SMOOTH = ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "arcsinh")
_PARTIAL = ("ln", "arcsin", "arccos", "arccosh", "arctanh", "sec", "csc", "cot")
_INVERSES = ("sech", "csch", "coth", "arcsec", "arccsc", "arccot", "arcsech", "arccsch")
_STEPS = ("floor", "ceiling", "arccoth", "factorial")
_CHAINS = ("eq", "lt", "gt", "leq", "geq")

_Rule = Callable[["_Dice", int], Formula]


class _Dice:
    """Throws a formula of some size; the same one from the same seed."""

    def __init__(self, rules: tuple[_Rule, ...], seed: int) -> None:
        self._rules, self.random = rules, Random(seed)

    def formula(self, size: int) -> Formula:
        """With about so many operators."""
        if size < 1:
            return self._leaf()
        return self.random.choice(self._rules)(self, size - 1)

    def shared(self, number: int, size: int) -> tuple[Formula, ...]:
        """Some formulas, of so many operators together."""
        cuts = sorted(self.random.randint(0, size) for _ in range(number - 1))
        ends = zip([0, *cuts], [*cuts, size], strict=True)
        return tuple(self.formula(end - begin) for begin, end in ends)

    def condition(self, size: int) -> Formula:
        """A truth, which may also be a number that is taken for one."""
        kind = self.random.randrange(8)
        if kind < 3:
            return Apply(self.random.choice((*_CHAINS, "neq")), self.shared(2, size))
        if kind == 3:
            return Apply(self.random.choice(_CHAINS), self.shared(3, size))
        if kind == 4:
            return Apply("not", (self.condition(max(size - 1, 0)),))
        if kind == 5:
            return self.formula(size)
        name = self.random.choice(("and", "or", "xor", "implies"))
        number = 2 if name == "implies" else self.random.randint(1, 3)
        return Apply(name, tuple(self.condition(size // 3) for _ in range(number)))

    def _leaf(self) -> Formula:
        kind = self.random.randrange(8)
        if kind < 5:
            return Symbol(self.random.choice(LEAVES))
        if kind < 7:
            return Number(float(self.random.randint(-4, 4)))
        return Number(self.random.randint(-256, 256) / 64)


def _many(dice: _Dice, size: int, *, name: str) -> Formula:
    number = dice.random.randint(0, 4)
    return Apply(name, dice.shared(number, size) if number else ())


def _given(dice: _Dice, size: int, *, name: str, number: int) -> Formula:
    return Apply(name, dice.shared(number, size))


def _one_of(dice: _Dice, size: int, *, names: tuple[str, ...]) -> Formula:
    return Apply(dice.random.choice(names), (dice.formula(size),))


def _power(dice: _Dice, size: int) -> Formula:
    exponent = Number(float(dice.random.choice(_EXPONENTS)))
    return Apply("power", (dice.formula(size), exponent))


def _any_power(dice: _Dice, size: int) -> Formula:
    base, exponent = dice.shared(2, size)
    if dice.random.random() < 0.5:
        base = Apply("abs", (base,))
    return Apply("power", (base, exponent))


def _root(dice: _Dice, size: int) -> Formula:
    degree = Number(float(dice.random.choice((2, 3))))
    return Apply(dice.random.choice(("root", "log")), (degree, dice.formula(size)))


def _there_and_back(dice: _Dice, size: int) -> Formula:
    """(u + v) - u and (u v) / v."""
    u, v = dice.shared(2, size)
    if dice.random.random() < 0.5:
        return Apply("minus", (Apply("plus", (u, v)), u))
    return Apply("divide", (Apply("times", (u, v)), v))


def _piecewise(dice: _Dice, size: int) -> Formula:
    number = dice.random.randint(1, 2)
    parts: list[Formula] = []
    for _ in range(number):
        parts += [dice.formula(size // 4), dice.condition(size // 4)]
    return Apply("piecewise", (*parts, dice.formula(size // 4)))


_ARITHMETIC: tuple[_Rule, ...] = (
    partial(_many, name="plus"),
    partial(_many, name="plus"),
    partial(_many, name="times"),
    partial(_many, name="times"),
    partial(_given, name="minus", number=1),
    partial(_given, name="minus", number=2),
    partial(_given, name="divide", number=2),
    _there_and_back,
    _power,
)
_ALL: tuple[_Rule, ...] = (
    *_ARITHMETIC,
    *_ARITHMETIC,
    _any_power,
    _root,
    _piecewise,
    _piecewise,
    lambda dice, size: dice.condition(size),
    partial(_one_of, names=("abs",)),
    partial(_one_of, names=_SMOOTH),
    partial(_one_of, names=_PARTIAL),
    partial(_one_of, names=_INVERSES),
    partial(_one_of, names=_STEPS),
    partial(_given, name="max", number=2),
    partial(_given, name="min", number=3),
    partial(_given, name="quotient", number=2),
    partial(_given, name="rem", number=2),
)
_WITH_SLOPE: tuple[_Rule, ...] = (
    *_ARITHMETIC,
    _any_power,
    _piecewise,
    _root,
    partial(_one_of, names=("abs",)),
    partial(_one_of, names=_SMOOTH),
    partial(_one_of, names=_PARTIAL),
    partial(_one_of, names=_INVERSES),
    partial(_given, name="max", number=2),
)


def _thrown(rules: tuple[_Rule, ...], largest: int) -> st.SearchStrategy[Formula]:
    sizes, seeds = st.integers(0, largest), st.integers(0, 2**32 - 1)
    return st.builds(lambda size, seed: _Dice(rules, seed).formula(size), sizes, seeds)


formulas = _thrown(_ALL, 25)
formulas_with_slopes = _thrown(_WITH_SLOPE, 12)
polynomials = _thrown(_ARITHMETIC[:6], 12)


def plain(name: str) -> Formula:
    """An operator on the first of the leaves, as many as it takes."""
    number = 2 if name in _OF_TWO else 3 if name in _OF_THREE else 1
    return Apply(name, tuple(Symbol(leaf) for leaf in LEAVES[:number]))


_OF_TWO = {"divide", "power", "quotient", "rem", "neq", "implies", "minus", "log"}
_OF_TWO |= {"root", "and", "or"}
_OF_THREE = {"plus", "times", "max", "min", "piecewise", "xor", *_CHAINS}
# Every pair of such values, whole and in between, equal and not, of either sign.
_TRIED = (-3.0, -2.0, -1.0, -0.75, -0.25, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
grid = [
    [x, y, z, 1.0, 2.0, 0.5] for x in _TRIED for y in _TRIED for z in (-1.0, 0.0, 2.0)
]


def node_of(graph: Graph, formula: Formula) -> Node:
    """A formula in a graph: states and held quantities in the order of their names."""
    known = {name: graph.state(i) for i, name in enumerate(STATES)}
    known |= {name: graph.held(i) for i, name in enumerate(HELD)}
    known[TIME] = graph.time

    def leaf(node: Number | Symbol) -> Node:
        return (
            known[node.name] if isinstance(node, Symbol) else graph.number(node.value)
        )

    return graph.numeric(fold(formula, leaf, lambda o, a: applied(graph, o, a)))
