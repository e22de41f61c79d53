"""Expressions that are written once: a hash-consed graph that simplifies as it grows.

A node is an integer; asking twice for the same expression gives the same integer.
Everything is kept in one of few forms, so that equal things meet:

    SUM      c1·x1 + c2·x2 + ...   each x varies, each coefficient c does not
    PRODUCT  x1^n1 · x2^n2 ...     whole n >= 1; a quotient has a RECIPROCAL in it

"Does not vary" means made of numbers and held quantities only: such a node is a
number once the patient is known, and `twin.engine.hoisting` computes it once.  Sums of
states are multiplied out, so that a linear model becomes its matrix.
"""

import math
from collections.abc import Iterable

from twin.engine import numbers
from twin.engine.nodes import CONDITIONS, Node, Nodes, Op

# Whole powers up to this one are multiplied out.
_LARGEST_WHOLE_POWER = 16


class Graph(Nodes):
    """A store of nodes that simplifies what is put into it."""

    # ------------------------------------------------------------ sums

    def terms(self, node: Node) -> tuple[tuple[Node, Node], ...]:
        """(coefficient, varying part) of a node as a sum; a constant has part one."""
        if self.op[node] is Op.SUM and (self.linear[node] or len(self.args[node]) == 1):
            return self.args[node]
        if not self.varies[node]:
            return ((node, self.one),)
        return ((self.one, node),)

    def sum(self, nodes: Iterable[Node]) -> Node:
        """Their sum, like terms gathered."""
        varying: dict[Node, list[Node]] = {}
        for node in nodes:
            for coefficient, part in self.terms(node):
                varying.setdefault(part, []).append(coefficient)
        constant = self._constant_sum(varying.pop(self.one, []))
        if not varying:
            return constant
        terms = [
            (coefficient, part)
            for part, several in sorted(varying.items())
            if (coefficient := self._constant_sum(several)) != self.zero
        ]
        if not terms:
            return constant
        if constant != self.zero:
            terms.append((constant, self.one))
        return self._sum_of(terms)

    def _sum_of(self, terms: list[tuple[Node, Node]]) -> Node:
        if len(terms) == 1 and terms[0][0] == self.one:
            return terms[0][1]
        linear = all(part == self.one or self.op[part] is Op.STATE for _, part in terms)
        return self._node(Op.SUM, tuple(terms), varies=True, linear=linear)

    def _constant_sum(self, nodes: list[Node]) -> Node:
        """The sum of nodes that do not vary; coefficients are numbers here."""
        number = 0.0
        parts: dict[Node, float] = {}
        for node in nodes:
            value = self.value(node)
            if value is not None:
                number += value
                continue
            pairs = self.args[node] if self.op[node] is Op.SUM else ((self.one, node),)
            for coefficient, part in pairs:
                factor = self.value(coefficient) or 0.0
                if part == self.one:
                    number += factor
                else:
                    parts[part] = parts.get(part, 0.0) + factor
        terms = [(self.number(f), part) for part, f in sorted(parts.items()) if f != 0]
        if not terms:
            return self.number(number)
        if number != 0 or math.isnan(number):
            terms.append((self.number(number), self.one))
        if len(terms) == 1 and terms[0][0] == self.one:
            return terms[0][1]
        return self._node(Op.SUM, tuple(terms))

    def negative(self, node: Node) -> Node:
        """-x."""
        return self.product([self.number(-1.0), node])

    def difference(self, left: Node, right: Node) -> Node:
        """left - right."""
        return self.sum([left, self.negative(right)])

    # ------------------------------------------------------------ products

    def product(self, nodes: Iterable[Node]) -> Node:
        """Their product: what does not vary in front, whole powers gathered."""
        steady: list[Node] = []
        powers: dict[Node, int] = {}
        for node in nodes:
            self._gather(node, 1, steady, powers)
        coefficient = self._constant_product(steady)
        if coefficient == self.zero:
            return self.zero
        core = self._core(powers)
        if core == self.one:
            return coefficient
        if coefficient == self.one:
            return core
        if self.linear[core]:  # multiplied out, so that like terms meet in sums
            return self._sum_of(
                [
                    (self._constant_product([coefficient, c]), part)
                    for c, part in self.args[core]
                ]
            )
        return self._node(Op.SUM, ((coefficient, core),), varies=True)

    def _gather(
        self, node: Node, power: int, steady: list[Node], powers: dict[Node, int]
    ) -> None:
        """Sort the factors of node^power."""
        if not self.varies[node]:
            steady.extend([node] * power)
        elif self.op[node] is Op.PRODUCT:
            for factor, times in self.args[node]:
                powers[factor] = powers.get(factor, 0) + power * times
        elif self.op[node] is Op.SUM and len(self.args[node]) == 1:
            ((coefficient, part),) = self.args[node]
            steady.extend([coefficient] * power)
            self._gather(part, power, steady, powers)
        else:
            powers[node] = powers.get(node, 0) + power

    def _core(self, powers: dict[Node, int]) -> Node:
        """The product of varying factors; x · 1/x is 1."""
        for node in list(powers):
            if self.op[node] is Op.RECIPROCAL and self.args[node][0] in powers:
                inverse = self.args[node][0]
                common = min(powers[node], powers[inverse])
                powers[node] -= common
                powers[inverse] -= common
        factors = sorted((node, n) for node, n in powers.items() if n)
        if not factors:
            return self.one
        if len(factors) == 1 and factors[0][1] == 1:
            return factors[0][0]
        varies = any(self.varies[node] for node, _ in factors)
        return self._node(Op.PRODUCT, tuple(factors), varies=varies)

    def _constant_product(self, nodes: list[Node]) -> Node:
        """The product of nodes that do not vary: number · PRODUCT of held parts."""
        number = 1.0
        powers: dict[Node, int] = {}
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            value = self.value(node)
            if value is not None:
                number *= value
            elif self.op[node] is Op.PRODUCT:
                for factor, times in self.args[node]:
                    powers[factor] = powers.get(factor, 0) + times
            elif self.op[node] is Op.SUM and len(self.args[node]) == 1:
                waiting += self.args[node][0]
            else:
                powers[node] = powers.get(node, 0) + 1
        core = self._core(powers) if number != 0 else self.one
        if core == self.one:
            return self.number(number)
        if number == 1.0:
            return core
        return self._node(Op.SUM, ((self.number(number), core),))

    def reciprocal(self, node: Node) -> Node:
        """1/x."""
        value = self.value(node)
        if value is not None and value != 0:
            return self.number(1.0 / value)
        op, args = self.op[node], self.args[node]
        if op is Op.RECIPROCAL:
            return args[0]
        if op is Op.SUM and len(args) == 1:
            return self.product(self.reciprocal(part) for part in args[0])
        if op is Op.PRODUCT:
            return self.product(
                self.power(self.reciprocal(factor), self.number(times))
                for factor, times in args
            )
        return self._node(Op.RECIPROCAL, (node,), varies=self.varies[node])

    def quotient(self, left: Node, right: Node) -> Node:
        """left / right."""
        return self.product([left, self.reciprocal(right)])

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
                return self.product([inner] * abs(times))
        if raised == 0.5:  # noqa: PLR2004 - the square root
            return self.apply(Op.SQRT, base)
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
            return self.args[node][0]
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
        if len(several) < 2:  # noqa: PLR2004 - nothing to join
            return several[0] if several else neutral
        return self._node(
            op, tuple(several), varies=any(self.varies[n] for n in several)
        )
