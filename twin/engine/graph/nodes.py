"""What an expression can be, and the store in which each is written once.

A node is an integer; asking twice for the same operation and arguments gives the
same integer (hash-consing).  No simplification here: see `expression_graph`.
"""

import math
from enum import Enum, auto
from typing import Any

Node = int


class Op(Enum):
    """What a node is; its arguments are named beside it."""

    NUMBER = auto()  # value
    HELD = auto()  # place among the held quantities
    STATE = auto()  # place among the states
    TIME = auto()
    SUM = auto()  # (coefficient, node), ...
    PRODUCT = auto()  # (node, whole power), ...
    RECIPROCAL = auto()  # node
    QUOTIENT = auto()  # node, number: rounded once (by 1: one factor, kept whole)
    POWER = auto()  # base, exponent, sign where base < 0, value where base = 0
    EXP = auto()
    LOG = auto()
    SQRT = auto()
    ABS = auto()
    FLOOR = auto()
    CEIL = auto()
    PARITY = auto()  # of a whole number +1 (even) or -1 (odd), else 0
    CALL = auto()  # name of a function of one argument, node
    SELECT = auto()  # condition, where true, where false
    LESS = auto()  # a < b; from here on conditions
    EQUAL = auto()
    NOT = auto()
    AND = auto()
    OR = auto()
    TRUTH = auto()  # a constant condition


CONDITIONS = frozenset({Op.LESS, Op.EQUAL, Op.NOT, Op.AND, Op.OR, Op.TRUTH})

# Functions of one argument that the C library has; everything else is made of these.
CALLS = {
    name: getattr(math, name)
    for name in [
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "asinh",
        "acosh",
        "atanh",
    ]
} | {"tgamma": math.gamma}


_LEAVES = frozenset({Op.NUMBER, Op.HELD, Op.STATE, Op.TIME, Op.TRUTH})


class Nodes:
    """Nodes by number.

    op, args  what each node is
    varies    whether it changes with time or state; if not, it is a number once the
              held quantities are known
    linear    whether it is a SUM of states and a constant
    """

    def __init__(self) -> None:
        self.op: list[Op] = []
        self.args: list[tuple[Any, ...]] = []
        self.varies: list[bool] = []
        self.linear: list[bool] = []
        self._known: dict[tuple[Any, ...], Node] = {}
        self.zero, self.one = self.number(0.0), self.number(1.0)
        self.true = self._node(Op.TRUTH, (True,))
        self.false = self._node(Op.TRUTH, (False,))
        self.time = self._node(Op.TIME, (), varies=True)

    def _node(
        self,
        op: Op,
        args: tuple[Any, ...],
        *,
        varies: bool = False,
        linear: bool = False,
    ) -> Node:
        key = (op, *args)
        node = self._known.get(key)
        if node is None:
            node = self._known[key] = len(self.op)
            self.op.append(op)
            self.args.append(args)
            self.varies.append(varies)
            self.linear.append(linear)
        return node

    # ------------------------------------------------------------ leaves

    def number(self, value: float) -> Node:
        """A literal; NaN is one node, and the zeros are one."""
        if math.isnan(value):
            return self._node(Op.NUMBER, ("nan",))
        return self._node(Op.NUMBER, (float(value) + 0.0,))

    def held(self, place: int) -> Node:
        """A quantity that only doses, changes and events set."""
        return self._node(Op.HELD, (place,))

    def state(self, place: int) -> Node:
        """A quantity that is integrated."""
        return self._node(Op.STATE, (place,), varies=True)

    def value(self, node: Node) -> float | None:
        """The number a node is, or nothing."""
        if self.op[node] is not Op.NUMBER:
            return None
        value = self.args[node][0]
        return math.nan if value == "nan" else float(value)

    def children(self, node: Node) -> tuple[Node, ...]:
        """The nodes a node is made of, in the order of its arguments."""
        op, args = self.op[node], self.args[node]
        if op is Op.SUM:
            return tuple(child for pair in args for child in pair)
        if op is Op.PRODUCT:
            return tuple(factor for factor, _ in args)
        if op is Op.CALL:
            return (args[1],)
        if op in _LEAVES:
            return ()
        return args
