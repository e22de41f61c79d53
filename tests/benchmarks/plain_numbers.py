"""Nodes of a graph as NumPy arrays: slow, plain, and for whole ensembles at once."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Node, Op

Floats = npt.NDArray[np.float64]


def worths(
    graph: Graph,
    nodes: Sequence[Node],
    held: Sequence[float | Floats],
    states: Sequence[Floats],
) -> list[Floats]:
    """What nodes come to, where held quantities and states are these numbers."""
    needed: set[Node] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node not in needed:
            needed.add(node)
            waiting.extend(graph.children(node))
    found: dict[Node, Floats] = {}
    with np.errstate(all="ignore"):
        for node in sorted(needed):  # a node is younger than what it is made of
            found[node] = np.asarray(_worth(graph, node, found, held, states))
    return [found[node] for node in nodes]


def _worth(
    graph: Graph,
    node: Node,
    found: Mapping[Node, Floats],
    held: Sequence[float | Floats],
    states: Sequence[Floats],
) -> float | Floats:
    op, args = graph.op[node], graph.args[node]
    if op is Op.NUMBER:
        value = graph.value(node)
        return math.nan if value is None else value
    if op is Op.HELD:
        return held[args[0]]
    if op is Op.STATE:
        return states[args[0]]
    if op is Op.TRUTH:
        return np.asarray(args[0])
    if op is Op.SUM:
        return np.asarray(sum(found[factor] * found[part] for factor, part in args))
    if op is Op.PRODUCT:
        product: Floats = np.ones(())
        for factor, times in args:
            product = product * found[factor] ** times
        return product
    return np.asarray(_PLAIN[op](*(found[arg] for arg in args)))


def _power(base: Floats, exponent: Floats, sign: Floats, at_zero: Floats) -> Floats:
    size = np.abs(base) ** exponent
    return np.where(base > 0, size, np.where(base < 0, sign * size, at_zero))


def _parity(value: Floats) -> Floats:
    return np.where(value % 1 == 0, np.where(value % 2 == 0, 1.0, -1.0), 0.0)


_PLAIN: dict[Op, Callable[..., npt.NDArray[np.generic]]] = {
    Op.RECIPROCAL: lambda x: 1.0 / x,
    Op.QUOTIENT: np.divide,
    Op.POWER: _power,
    Op.EXP: np.exp,
    Op.LOG: np.log,
    Op.SQRT: np.sqrt,
    Op.ABS: np.abs,
    Op.FLOOR: np.floor,
    Op.CEIL: np.ceil,
    Op.PARITY: _parity,
    Op.SELECT: np.where,
    Op.LESS: np.less,
    Op.EQUAL: np.equal,
    Op.NOT: np.logical_not,
    Op.AND: lambda *several: np.logical_and.reduce(several),
    Op.OR: lambda *several: np.logical_or.reduce(several),
}
