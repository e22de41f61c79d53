"""Exact derivatives: each node differentiated once, by the states it depends on.

Forward through the graph with sparse rows, so that what two formulas share is
differentiated once and what does not depend on a state costs nothing.
"""

from collections.abc import Iterable

from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Node, Op

Row = dict[Node, Node]  # STATE (or TIME) node -> derivative by it; what lacks is zero


def jacobian(graph: Graph, nodes: Iterable[Node]) -> list[Row]:
    """d(node)/d(state) of each node, as rows; TIME counts as one more state."""
    rows: dict[Node, Row] = {}
    wanted = list(nodes)
    for node in _in_order(graph, wanted):
        rows[node] = _row(graph, node, rows)
    return [
        {x: d for x, d in sorted(rows.get(node, {}).items()) if d != graph.zero}
        for node in wanted
    ]


def _in_order(graph: Graph, nodes: list[Node]) -> Iterable[Node]:
    """Every varying node below `nodes`, children first."""
    done: set[Node] = set()
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting[-1]
        if node in done or not graph.varies[node]:
            waiting.pop()
            continue
        missing = [
            child
            for child in graph.children(node)
            if graph.varies[child] and child not in done
        ]
        if missing:
            waiting.extend(reversed(missing))
        else:
            done.add(node)
            yield node


def _row(graph: Graph, node: Node, rows: dict[Node, Row]) -> Row:
    op, args = graph.op[node], graph.args[node]
    match op:
        case Op.STATE | Op.TIME:
            return {node: graph.one}
        case Op.SUM:
            return _combined(
                graph, ((c, rows[part]) for c, part in args if part in rows)
            )
        case Op.PRODUCT:
            return _of_product(graph, args, rows)
        case Op.SELECT:
            return _of_choice(graph, args, rows)
        case Op.POWER:
            return _of_power(graph, node, rows)
        case _ if graph.is_condition(node) or op in _STEPS:
            return {}
    inner = args[1] if op is Op.CALL else args[0]
    return _combined(graph, [(_outer(graph, node, inner), rows.get(inner, {}))])


_STEPS = frozenset({Op.FLOOR, Op.CEIL, Op.PARITY})


def _combined(graph: Graph, scaled: Iterable[tuple[Node, Row]]) -> Row:
    """The sum of rows, each times a factor."""
    parts: dict[Node, list[Node]] = {}
    for factor, row in scaled:
        for x, derivative in row.items():
            parts.setdefault(x, []).append(graph.product([factor, derivative]))
    return {x: graph.sum(several) for x, several in parts.items()}


def _of_product(
    graph: Graph, factors: tuple[tuple[Node, int], ...], rows: dict[Node, Row]
) -> Row:
    def others(skipped: Node, times: int) -> Node:
        return graph.product(
            [
                graph.number(times),
                *[skipped] * (times - 1),
                *(f for f, n in factors if f != skipped for _ in range(n)),
            ]
        )

    return _combined(graph, ((others(f, n), rows[f]) for f, n in factors if f in rows))


def _of_choice(graph: Graph, args: tuple[Node, ...], rows: dict[Node, Row]) -> Row:
    condition, where_true, where_false = args
    left, right = rows.get(where_true, {}), rows.get(where_false, {})
    return {
        x: graph.select(condition, left.get(x, graph.zero), right.get(x, graph.zero))
        for x in {**left, **right}
    }


def _of_power(graph: Graph, node: Node, rows: dict[Node, Row]) -> Row:
    """d(b^e) = e b^(e-1) db + ln(b) b^e de."""
    base, exponent, *_ = graph.args[node]
    lowered = graph.power(base, graph.difference(exponent, graph.one))
    by_base = graph.select(  # b^0 is 1 at 0 too: no slope, not 0 times infinity
        graph.equal(exponent, graph.zero),
        graph.zero,
        graph.product([exponent, lowered]),
    )
    by_exponent = graph.select(  # 0^e stays 0: its slope is none, not 0 times ln 0
        graph.equal(base, graph.zero),
        graph.zero,
        graph.product([graph.apply(Op.LOG, base), node]),
    )
    return _combined(
        graph,
        [(by_base, rows.get(base, {})), (by_exponent, rows.get(exponent, {}))],
    )


def _outer(graph: Graph, node: Node, inner: Node) -> Node:
    """The derivative of a function of one argument by that argument."""
    op = graph.op[node]
    match op:
        case Op.RECIPROCAL:
            return graph.negative(graph.product([node, node]))
        case Op.QUOTIENT:
            return graph.reciprocal(graph.args[node][1])
        case Op.EXP:
            return node
        case Op.LOG:
            return graph.reciprocal(inner)
        case Op.SQRT:
            # At 0, where it has none, it counts as level: pools end there.
            slope = graph.product([graph.number(0.5), graph.reciprocal(node)])
            return graph.select(graph.less(graph.zero, inner), slope, graph.zero)
        case Op.ABS:
            negative = graph.less(inner, graph.zero)
            return graph.select(negative, graph.number(-1.0), graph.one)
    return _of_call(graph, str(graph.args[node][0]), node, inner)


def _of_call(graph: Graph, name: str, node: Node, inner: Node) -> Node:
    square = graph.product([inner, inner])

    def one_plus(sign: float, other: Node) -> Node:
        return graph.sum([graph.one, graph.product([graph.number(sign), other])])

    def inverse_root(radicand: Node) -> Node:
        return graph.reciprocal(graph.apply(Op.SQRT, radicand))

    match name:
        case "sin":
            return graph.call("cos", inner)
        case "cos":
            return graph.negative(graph.call("sin", inner))
        case "tan":
            return one_plus(1.0, graph.product([node, node]))
        case "sinh":
            return graph.call("cosh", inner)
        case "cosh":
            return graph.call("sinh", inner)
        case "tanh":
            return one_plus(-1.0, graph.product([node, node]))
        case "asin":
            return inverse_root(one_plus(-1.0, square))
        case "acos":
            return graph.negative(inverse_root(one_plus(-1.0, square)))
        case "atan":
            return graph.reciprocal(one_plus(1.0, square))
        case "asinh":
            return inverse_root(one_plus(1.0, square))
        case "acosh":
            return inverse_root(graph.difference(square, graph.one))
        case "atanh":
            return graph.reciprocal(one_plus(-1.0, square))
    return _by_difference(graph, name, inner)


def _by_difference(graph: Graph, name: str, inner: Node) -> Node:
    """Of the gamma function, by a central difference: factorials rarely vary."""
    step = graph.number(1e-5)
    ahead = graph.call(name, graph.sum([inner, step]))
    behind = graph.call(name, graph.difference(inner, step))
    return graph.product([graph.number(0.5e5), graph.difference(ahead, behind)])
