"""Sums and products in one form each, so that equal things meet.

    SUM      c1·x1 + c2·x2 + ...   each x varies, each coefficient c does not
    PRODUCT  x1^n1 · x2^n2 ...     whole n >= 1; a quotient has a RECIPROCAL in it

"Does not vary" means made of numbers and held quantities only: such a node is a
number once the patient is known, and is computed once (`hoisting`).  Sums of states
are multiplied out, so that a linear model becomes its matrix.
"""

import math
from collections.abc import Iterable

from twin.engine.graph import numbers
from twin.engine.graph.nodes import Node, Nodes, Op


class Algebra(Nodes):
    """A store of nodes that knows how to add and multiply."""

    # ------------------------------------------------------------ sums

    def terms(self, node: Node) -> tuple[tuple[Node, Node], ...]:
        """(coefficient, varying part) of a node as a sum; a constant has part one."""
        if not self.varies[node]:
            return ((node, self.one),)
        if self.op[node] is Op.SUM and (self.linear[node] or len(self.args[node]) == 1):
            return self.args[node]
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
        waiting = [(1.0, node) for node in reversed(nodes)]
        while waiting:
            factor, node = waiting.pop()
            value = self.value(node)
            if value is not None:
                number += factor * value
            elif self.op[node] is Op.SUM:
                waiting.extend(
                    (factor * (self.value(c) or 0.0), part)
                    for c, part in reversed(self.args[node])
                )
            else:
                parts[node] = parts.get(node, 0.0) + factor
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

    def whole(self, node: Node) -> Node:
        """A product or a scaled part as one factor, not to be taken apart again."""
        composite = self.op[node] is Op.PRODUCT or (
            self.op[node] is Op.SUM and len(self.args[node]) == 1
        )
        if not composite:
            return node
        return self._node(Op.QUOTIENT, (node, self.one), varies=self.varies[node])

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
        if self.op[core] is Op.SUM:  # multiplied out: a sum has one form
            terms = tuple(
                (self.number(number * (self.value(c) or 0.0)), part)
                for c, part in self.args[core]
            )
            return self._node(Op.SUM, terms)
        return self._node(Op.SUM, ((self.number(number), core),))

    def reciprocal(self, node: Node) -> Node:
        """1/x."""
        value = self.value(node)
        if value is not None and value != 0:
            return self.number(1.0 / value)
        op, args = self.op[node], self.args[node]
        if op is Op.RECIPROCAL:
            return int(args[0])
        if op is Op.SUM and len(args) == 1:
            return self.product(self.reciprocal(part) for part in args[0])
        if op is Op.PRODUCT:
            return self.product(
                self.reciprocal(factor) for factor, times in args for _ in range(times)
            )
        return self._node(Op.RECIPROCAL, (node,), varies=self.varies[node])

    def quotient(self, left: Node, right: Node) -> Node:
        """left / right.

        By a number it is divided, not multiplied with 1/number: that would round
        twice, and 49 hours would not be one period of 49.
        """
        by, known = self.value(right), self.value(left)
        if by is not None and known is not None:
            return self.number(numbers.quotient(known, by))
        if by is None or not self.varies[left] or math.frexp(abs(by))[0] == 0.5:
            return self.product([left, self.reciprocal(right)])
        return self._node(Op.QUOTIENT, (left, right), varies=True)
