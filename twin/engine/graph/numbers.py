"""What each operation gives for numbers: the meaning of the graph, in Python floats.

Folds constants while a graph grows, and in the tests stands for the compiled code.
"""

import math
from collections.abc import Callable

from twin.engine.graph.nodes import CALLS, Op


def of_one(op: Op, value: float) -> float:
    """An operation with one argument."""
    return float(_OF_ONE[op](value))


def called(name: str, value: float) -> float:
    """A function of the C library: infinite at a pole, NaN where it has no value."""
    try:
        return float(CALLS[name](value))
    except OverflowError:
        odd = name == "sinh" and value < 0
        return -math.inf if odd else math.inf
    except ValueError:
        return _at_pole(name, value)


def _at_pole(name: str, value: float) -> float:
    if name == "atanh" and abs(value) == 1.0:
        return math.copysign(math.inf, value)
    if name == "tgamma" and value == 0.0:
        return math.copysign(math.inf, value)
    return math.nan


def power(base: float, exponent: float) -> float:
    """base^exponent; below 0 only whole powers, any other is 0."""
    if base < 0 and not exponent.is_integer():
        return math.nan if math.isnan(exponent) else 0.0
    if base == 0 and exponent < 0:
        return math.inf
    try:
        return float(base**exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 else math.inf


def quotient(left: float, right: float) -> float:
    """left / right, as a processor has it where right is 0."""
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _exp(value: float) -> float:
    if value < SMALLEST_EXPONENT:
        return 0.0
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _log(value: float) -> float:
    if value == 0:
        return -math.inf
    return math.log(value) if value > 0 else math.nan


def _parity(value: float) -> float:
    if not value.is_integer():
        return 0.0
    return -1.0 if value % 2 else 1.0


SMALLEST_EXPONENT = -708.3964185322641
"""Below it exp gives 0: the result would have fewer digits than a number can."""

_OF_ONE: dict[Op, Callable[[float], float]] = {
    Op.EXP: _exp,
    Op.LOG: _log,
    Op.SQRT: lambda x: math.sqrt(x) if x >= 0 else math.nan,
    Op.ABS: abs,
    Op.FLOOR: lambda x: float(math.floor(x)) if math.isfinite(x) else x,
    Op.CEIL: lambda x: float(math.ceil(x)) if math.isfinite(x) else x,
    Op.PARITY: lambda x: _parity(x) if math.isfinite(x) else 1.0,
}
