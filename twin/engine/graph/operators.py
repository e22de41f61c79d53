"""What each MathML operator means, in terms of the graph.

The graph has few operations; the rest of MathML's is written with them here.
"""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType

from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Node, Op
from twin.errors import ForeignFileError


def applied(graph: Graph, operator: str, arguments: list[Node]) -> Node:
    """The node of an operator of MathML with these arguments.

    Raises: ForeignFileError for an unknown name or a wrong number of arguments.
    """
    if operator not in OPERATORS:
        raise ForeignFileError(
            f"a formula calls {operator!r}, which is no operator of SBML and no "
            "function of this model; define it as a function"
        )
    try:
        return OPERATORS[operator](graph, *arguments)
    except (TypeError, ValueError, IndexError) as error:
        raise ForeignFileError(
            f"{operator} does not take {len(arguments)} arguments"
        ) from error


def _number_first(
    rule: Callable[..., Node],
) -> Callable[..., Node]:
    """The operator computes with numbers: truth values count as 1 and 0."""

    def operator(graph: Graph, *arguments: Node) -> Node:
        return rule(graph, *(graph.numeric(node) for node in arguments))

    return operator


def _minus(graph: Graph, first: Node, second: Node | None = None) -> Node:
    if second is None:
        return graph.negative(first)
    return graph.difference(first, second)


def _root(graph: Graph, degree: Node, radicand: Node) -> Node:
    return graph.power(radicand, graph.reciprocal(degree))


def _logarithm(graph: Graph, base: Node, argument: Node) -> Node:
    return graph.quotient(graph.apply(Op.LOG, argument), graph.apply(Op.LOG, base))


def _factorial(graph: Graph, argument: Node) -> Node:
    return graph.call("tgamma", graph.sum([argument, graph.one]))


def _extreme(graph: Graph, *arguments: Node, largest: bool) -> Node:
    best, *others = arguments
    for other in others:
        smaller = graph.less(best, other)
        best = (
            graph.select(smaller, other, best)
            if largest
            else graph.select(smaller, best, other)
        )
    return best


def _whole_quotient(graph: Graph, left: Node, right: Node) -> Node:
    """Towards zero, as the standard has it."""
    ratio = graph.quotient(left, right)
    return graph.select(
        graph.less(ratio, graph.zero),
        graph.apply(Op.CEIL, ratio),
        graph.apply(Op.FLOOR, ratio),
    )


def _remainder(graph: Graph, left: Node, right: Node) -> Node:
    whole = _whole_quotient(graph, left, right)
    return graph.difference(left, graph.product([right, whole]))


def _reciprocal_of(name: str) -> Callable[..., Node]:
    """sec, csc, cot and their hyperbolic kin: one over another function."""
    return lambda graph, x: graph.reciprocal(graph.call(name, x))


def _at_reciprocal(name: str) -> Callable[..., Node]:
    """arcsec, arccsc, arccot and their kin: another function at 1/x."""
    return lambda graph, x: graph.call(name, graph.reciprocal(x))


def _called(name: str) -> Callable[..., Node]:
    return lambda graph, x: graph.call(name, x)


def _piecewise(graph: Graph, *arguments: Node) -> Node:
    pieces = [graph.numeric(node) for node in arguments[::2]]
    conditions = [graph.condition(node) for node in arguments[1::2]]
    value = pieces.pop() if len(arguments) % 2 else graph.number(math.nan)
    for piece, condition in zip(reversed(pieces), reversed(conditions), strict=True):
        value = graph.select(condition, piece, value)
    return value


def _chain(compare: Callable[[Graph, Node, Node], Node]) -> Callable[..., Node]:
    """a < b < c means each pair."""

    def operator(graph: Graph, *arguments: Node) -> Node:
        return graph.every(
            compare(graph, left, right) for left, right in pairwise(arguments)
        )

    return operator


def _at_most(graph: Graph, left: Node, right: Node) -> Node:
    return graph.some([graph.less(left, right), graph.equal(left, right)])


def _exclusive(graph: Graph, *arguments: Node) -> Node:
    """True when an odd number are."""
    found = graph.false
    for node in (graph.condition(a) for a in arguments):
        found = graph.some(
            [
                graph.every([found, graph.negation(node)]),
                graph.every([graph.negation(found), node]),
            ]
        )
    return found


def _conditions(graph: Graph, arguments: tuple[Node, ...]) -> list[Node]:
    return [graph.condition(node) for node in arguments]


_FIRST_ON_NUMBERS: dict[str, Callable[..., Node]] = {
    "plus": lambda graph, *a: graph.sum(a),
    "minus": _minus,
    "times": lambda graph, *a: graph.product(a),
    "divide": lambda graph, a, b: graph.quotient(a, b),
    "power": lambda graph, a, b: graph.power(a, b),
    "root": _root,
    "abs": lambda graph, x: graph.apply(Op.ABS, x),
    "exp": lambda graph, x: graph.apply(Op.EXP, x),
    "ln": lambda graph, x: graph.apply(Op.LOG, x),
    "log": _logarithm,
    "floor": lambda graph, x: graph.apply(Op.FLOOR, x),
    "ceiling": lambda graph, x: graph.apply(Op.CEIL, x),
    "factorial": _factorial,
    "max": lambda graph, *a: _extreme(graph, *a, largest=True),
    "min": lambda graph, *a: _extreme(graph, *a, largest=False),
    "quotient": _whole_quotient,
    "rem": _remainder,
    "eq": _chain(lambda graph, a, b: graph.equal(a, b)),
    "neq": lambda graph, a, b: graph.negation(graph.equal(a, b)),
    "lt": _chain(lambda graph, a, b: graph.less(a, b)),
    "gt": _chain(lambda graph, a, b: graph.less(b, a)),
    "leq": _chain(_at_most),
    "geq": _chain(lambda graph, a, b: _at_most(graph, b, a)),
}
for _name, _whole, _inverse in (
    ("sin", "csc", "asin"),
    ("cos", "sec", "acos"),
    ("tan", "cot", "atan"),
):
    for _end in ("", "h"):
        _FIRST_ON_NUMBERS[_name + _end] = _called(_name + _end)
        _FIRST_ON_NUMBERS[_whole + _end] = _reciprocal_of(_name + _end)
        _FIRST_ON_NUMBERS[f"arc{_name}{_end}"] = _called(_inverse + _end)
        _FIRST_ON_NUMBERS[f"arc{_whole}{_end}"] = _at_reciprocal(_inverse + _end)

# Operator of MathML -> the node it makes of a graph and its arguments.
OPERATORS: Mapping[str, Callable[..., Node]] = MappingProxyType(
    {name: _number_first(rule) for name, rule in _FIRST_ON_NUMBERS.items()}
    | {
        "piecewise": _piecewise,
        "and": lambda graph, *a: graph.every(_conditions(graph, a)),
        "or": lambda graph, *a: graph.some(_conditions(graph, a)),
        "not": lambda graph, a: graph.negation(graph.condition(a)),
        "xor": _exclusive,
        "implies": lambda graph, a, b: graph.some(
            [graph.negation(graph.condition(a)), graph.condition(b)]
        ),
    }
)
