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
    """A function of the C library; NaN where it has no value."""
    return _or_nan(CALLS[name], value)


def _or_nan(function: Callable[[float], float], value: float) -> float:
    try:
        return float(function(value))
    except (ValueError, OverflowError):
        return (
            math.inf if value > 0 and function in {math.exp, math.gamma} else math.nan
        )


def power(base: float, exponent: float) -> float:
    """base^exponent; below 0 only whole powers, any other is 0."""
    if base < 0 and not exponent.is_integer():
        return 0.0
    if base == 0 and exponent < 0:
        return math.inf
    return _or_nan(lambda e: base**e, exponent)


def _parity(value: float) -> float:
    if not value.is_integer():
        return 0.0
    return -1.0 if value % 2 else 1.0


_OF_ONE: dict[Op, Callable[[float], float]] = {
    Op.EXP: lambda x: _or_nan(math.exp, x),
    Op.LOG: lambda x: -math.inf if x == 0 else _or_nan(math.log, x),
    Op.SQRT: lambda x: _or_nan(math.sqrt, x),
    Op.ABS: abs,
    Op.FLOOR: lambda x: float(math.floor(x)) if math.isfinite(x) else x,
    Op.CEIL: lambda x: float(math.ceil(x)) if math.isfinite(x) else x,
    Op.PARITY: lambda x: _parity(x) if math.isfinite(x) else 0.0,
}
