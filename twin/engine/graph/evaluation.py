"""Nodes that do not vary, as plain numbers: what the start of a model comes to."""

import math
from collections.abc import Iterable, Sequence

from twin.engine.graph import numbers
from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Node, Op


def evaluated(
    graph: Graph, nodes: Iterable[Node], held: Sequence[float]
) -> list[float]:
    """The worth of `nodes`, given the held quantities; conditions count as 1 and 0."""
    worth: dict[Node, float] = {}
    wanted = list(nodes)
    waiting = list(wanted)
    while waiting:
        node = waiting[-1]
        missing = [child for child in graph.children(node) if child not in worth]
        if node in worth:
            waiting.pop()
        elif missing:
            waiting.extend(missing)
        else:
            worth[waiting.pop()] = _worth(graph, node, worth, held)
    return [worth[node] for node in wanted]


def _worth(
    graph: Graph, node: Node, worth: dict[Node, float], held: Sequence[float]
) -> float:
    op, args = graph.op[node], graph.args[node]
    match op:
        case Op.NUMBER:
            value = graph.value(node)
            return math.nan if value is None else value
        case Op.HELD:
            return float(held[args[0]])
        case Op.TRUTH:
            return float(args[0])
        case Op.SUM:
            return math.fsum(worth[c] * worth[part] for c, part in args)
        case Op.PRODUCT:
            return math.prod(numbers.power(worth[f], float(n)) for f, n in args)
        case Op.RECIPROCAL:
            return numbers.quotient(1.0, worth[args[0]])
        case Op.QUOTIENT:
            return numbers.quotient(worth[args[0]], worth[args[1]])
        case Op.POWER:
            return numbers.power(worth[args[0]], worth[args[1]])
        case Op.CALL:
            return numbers.called(str(args[0]), worth[args[1]])
        case Op.SELECT:
            return worth[args[1]] if worth[args[0]] else worth[args[2]]
        case Op.LESS:
            return float(worth[args[0]] < worth[args[1]])
        case Op.EQUAL:
            return float(worth[args[0]] == worth[args[1]])
        case Op.NOT:
            return 1.0 - worth[args[0]]
        case Op.AND:
            return float(all(worth[a] for a in args))
        case Op.OR:
            return float(any(worth[a] for a in args))
    return numbers.of_one(op, worth[args[0]])
