"""A model of ours in DiffSL, the language of diffsol, and what it needs to run there.

Everything that depends on the patient only is computed here, once, and handed over as
inputs: what is timed is the integration alone.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from tests.benchmarks.plain_numbers import Floats, worths
from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.hoisting import hoisted
from twin.engine.graph.nodes import Node, Op
from twin.engine.graph.vector_field import VectorField

_FUNCTIONS = {Op.EXP: "exp", Op.LOG: "log", Op.SQRT: "sqrt", Op.ABS: "abs"}


class Inputs:
    """What a patient brings: float64[input, draw], first the start of each state."""

    def __init__(self, field: VectorField, columns: Mapping[str, Floats]) -> None:
        graph = field.graph
        self.field, self.graph = field, graph
        given = [columns.get(name, number) for name, number in field.given.items()]
        made = worths(graph, [*field.start, *field.filled], given, ())
        n_states = len(field.states)
        self.held = [*given, *made[n_states:]]
        leaves = {
            node: args[0]
            for node in _below(graph, field.rates)
            for op, args in [(graph.op[node], graph.args[node])]
            if op is Op.HELD
        }
        self.nodes = [*hoisted(graph, field.rates), *leaves]
        values = [*made[:n_states], *worths(graph, self.nodes, self.held, ())]
        self.values = np.stack(np.broadcast_arrays(*values)).astype(np.float64)


def text_of(
    inputs: Inputs,
    *,
    scales: Sequence[float],
    doses: Mapping[str, float],
    period: float,
) -> str:
    """The model in DiffSL, its states divided by `scales`.

    doses  state -> amount added at 0, `period`, 2 `period`, ...; one more state is the
           time of the next
    """
    field, graph = inputs.field, inputs.graph
    writer = _Writer(graph, {node: f"p{i}" for i, node in enumerate(inputs.nodes)})
    rates = [writer.name(node) for node in field.rates]
    states = range(len(field.states))
    starts = [f"i{i} = 0" for i in states]
    own = [f"p{i} = 1" for i in range(len(inputs.nodes))]
    added = [doses.get(name, 0.0) for name in field.states]
    first = [
        f"i{i} / {_real(scales[i])} + {_real(added[i] / scales[i])}" for i in states
    ]
    slopes = [f"({rates[i]}) / {_real(scales[i])}" for i in states]
    after = [f"s{i} + {_real(added[i] / scales[i])}" for i in states]
    worth = [f"y{i} {{ s{i} * {_real(scales[i])} }}" for i in states]
    begin = [f"s{i} = {value}" for i, value in enumerate(first)]
    stop: list[str] = []
    if doses:
        begin.append(f"due = {_real(period)}")
        slopes.append("0.0")
        after.append(f"due + {_real(period)}")
        stop = ["stop_i { t - due }", f"reset_i {{ {_list(after)} }}"]
    return "\n".join(
        [
            f"in_i {{ {_list([*starts, *own])} }}",
            f"u_i {{ {_list(begin)} }}",
            *worth,
            *writer.lines,
            f"F_i {{ {_list(slopes)} }}",
            *stop,
        ]
    )


def _list(items: Sequence[str]) -> str:
    return ",\n ".join(items)


def _real(value: float) -> str:
    return f"{value:.17e}".replace("e+", "e")


def _below(graph: Graph, nodes: Sequence[Node]) -> list[Node]:
    """The nodes that vary with time below some, and what these are made of."""
    found: set[Node] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            if graph.varies[node]:
                waiting.extend(graph.children(node))
    return sorted(found)


class _Writer:
    """Nodes as scalars of DiffSL, each once."""

    def __init__(self, graph: Graph, inputs: Mapping[Node, str]) -> None:
        self._graph, self._inputs = graph, inputs
        self._done: set[Node] = set()
        self.lines: list[str] = []

    def name(self, node: Node) -> str:
        """How a node is called; it is written before, if need be."""
        for below in _below(self._graph, [node]):  # children have lower numbers
            leaf = self._leaf(below)
            if leaf is None and below not in self._done:
                self._done.add(below)
                self.lines.append(f"x{below} {{ {self._formula(below)} }}")
        return self._called(node)

    def _called(self, node: Node) -> str:
        return self._leaf(node) or f"x{node}"

    def _leaf(self, node: Node) -> str | None:
        if node in self._inputs:
            return self._inputs[node]
        value = self._graph.value(node)
        if value is not None:
            return f"({_real(value)})"
        if self._graph.op[node] is Op.STATE:
            return f"y{self._graph.args[node][0]}"
        return "t" if self._graph.op[node] is Op.TIME else None

    def _formula(self, node: Node) -> str:
        op, args = self._graph.op[node], self._graph.args[node]
        if op is Op.SUM:
            return " + ".join(self._term(c, part) for c, part in args)
        if op is Op.PRODUCT:
            return " * ".join(
                self._called(f) for f, times in args for _ in range(times)
            )
        names = [self._called(arg) for arg in args]
        if op is Op.RECIPROCAL:
            return f"1.0 / {names[0]}"
        if op is Op.QUOTIENT:
            return f"{names[0]} / {names[1]}"
        if op is Op.POWER:
            return f"pow(max({names[0]}, 1.0e-30), {names[1]})"
        if op in _FUNCTIONS:
            return f"{_FUNCTIONS[op]}({names[0]})"
        raise NotImplementedError(f"{op.name} is not written in DiffSL here")

    def _term(self, coefficient: Node, part: Node) -> str:
        if part == self._graph.one:
            return self._called(coefficient)
        if coefficient == self._graph.one:
            return self._called(part)
        return f"{self._called(coefficient)} * {self._called(part)}"
