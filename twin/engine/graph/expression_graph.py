"""Expressions that are written once: a hash-consed graph that simplifies as it grows.

On top of sums and products (`algebra`): powers, functions, conditions and choices.
"""

import math
from collections.abc import Iterable

from twin.engine.graph import numbers
from twin.engine.graph.algebra import Algebra
from twin.engine.graph.nodes import CONDITIONS, Node, Op

# Whole powers up to this one are multiplied out.
_LARGEST_WHOLE_POWER = 16


class Graph(Algebra):
    """A store of nodes that simplifies what is put into it."""

    def power(self, base: Node, exponent: Node) -> Node:
        """base^exponent.

        Below 0 a base has whole powers only; another power of it counts as 0, not as
        NaN: rounding takes pools a little below 0, and x^1.5 of that is nothing.
        """
        raised = self.value(exponent)
        if raised is not None and raised.is_integer():
            times = int(raised)
            if times == 0:
                return self.one
            if abs(times) <= _LARGEST_WHOLE_POWER:
                inner = base if times > 0 else self.reciprocal(base)
                if abs(times) > 2:  # (x/K)^16 is harmless where x^16 and K^16 are not
                    inner = self.whole(inner)
                return self.product([inner] * abs(times))
        if raised == 0.5:
            below = self.less(base, self.zero)
            return self.apply(Op.SQRT, self.select(below, self.zero, base))
        known = self.value(base)
        if known is not None and raised is not None:
            return self.number(numbers.power(known, raised))
        at_zero = self.select(
            self.equal(exponent, self.zero),
            self.one,
            self.select(
                self.less(self.zero, exponent), self.zero, self.number(math.inf)
            ),
        )
        varies = self.varies[base] or self.varies[exponent]
        sign = self.apply(Op.PARITY, exponent)
        return self._node(Op.POWER, (base, exponent, sign, at_zero), varies=varies)

    # ------------------------------------------------------------ functions

    def apply(self, op: Op, node: Node) -> Node:
        """A function of one argument, by its operation."""
        value = self.value(node)
        if value is not None:
            return self.number(numbers.of_one(op, value))
        return self._node(op, (node,), varies=self.varies[node])

    def call(self, name: str, node: Node) -> Node:
        """A function of the C library."""
        value = self.value(node)
        if value is not None:
            return self.number(numbers.called(name, value))
        return self._node(Op.CALL, (name, node), varies=self.varies[node])

    # ------------------------------------------------------------ conditions

    def is_condition(self, node: Node) -> bool:
        """Whether a node is true or false rather than a number."""
        return self.op[node] in CONDITIONS

    def condition(self, node: Node) -> Node:
        """A number as a condition: true unless 0."""
        if self.is_condition(node):
            return node
        return self.negation(self.equal(node, self.zero))

    def numeric(self, node: Node) -> Node:
        """A condition as a number: 1 or 0."""
        if not self.is_condition(node):
            return node
        return self.select(node, self.one, self.zero)

    def select(self, condition: Node, where_true: Node, where_false: Node) -> Node:
        """One of two numbers."""
        if condition == self.true or where_true == where_false:
            return where_true
        if condition == self.false:
            return where_false
        args = (condition, where_true, where_false)
        return self._node(Op.SELECT, args, varies=any(self.varies[a] for a in args))

    def less(self, left: Node, right: Node) -> Node:
        """left < right."""
        return self._compared(Op.LESS, left, right)

    def equal(self, left: Node, right: Node) -> Node:
        """left = right."""
        return self._compared(Op.EQUAL, *sorted((left, right)))

    def _compared(self, op: Op, left: Node, right: Node) -> Node:
        a, b = self.value(left), self.value(right)
        if a is not None and b is not None:
            return self.true if (a < b if op is Op.LESS else a == b) else self.false
        varies = self.varies[left] or self.varies[right]
        return self._node(op, (left, right), varies=varies)

    def negation(self, node: Node) -> Node:
        """not c."""
        if node in {self.true, self.false}:
            return self.false if node == self.true else self.true
        if self.op[node] is Op.NOT:
            return int(self.args[node][0])
        return self._node(Op.NOT, (node,), varies=self.varies[node])

    def every(self, nodes: Iterable[Node]) -> Node:
        """Whether all are true."""
        return self._joined(Op.AND, nodes, neutral=self.true, final=self.false)

    def some(self, nodes: Iterable[Node]) -> Node:
        """Whether one is true."""
        return self._joined(Op.OR, nodes, neutral=self.false, final=self.true)

    def _joined(
        self, op: Op, nodes: Iterable[Node], *, neutral: Node, final: Node
    ) -> Node:
        several = sorted({node for node in nodes if node != neutral})
        if final in several:
            return final
        if len(several) < 2:
            return several[0] if several else neutral
        return self._node(
            op, tuple(several), varies=any(self.varies[n] for n in several)
        )
