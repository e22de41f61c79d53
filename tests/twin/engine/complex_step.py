"""The derivative of a formula by a step into the complex plane."""

import cmath
import math
from collections.abc import Callable, Mapping
from itertools import pairwise

from tests.twin.engine.plain_worth import Undefined
from twin.sbml.formula import Formula, Number, Symbol, fold

_STEP = 1e-30
_FAR = 1e-5  # from the next kink


def slope(formula: Formula, at: Mapping[str, float], by: str) -> float:
    """d(formula)/d(by), exact to rounding.

    Raises: Undefined near a kink, a jump or where there is no number.
    """

    def leaf(node: Number | Symbol) -> complex:
        if isinstance(node, Number):
            return complex(node.value)
        return complex(at[node.name], _STEP if node.name == by else 0.0)

    try:
        moved = fold(formula, leaf, lambda operator, given: _RULES[operator](given))
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise Undefined from error
    return moved.imag / _STEP


def _abs(given: list[complex]) -> complex:
    (x,) = given
    if abs(x.real) < _FAR:
        raise Undefined
    return x if x.real > 0 else -x


def _power(base: complex, exponent: complex) -> complex:
    if exponent.imag == 0 and exponent.real.is_integer():
        whole = int(exponent.real)
        if base.real == 0 and whole == 0:
            raise Undefined  # 0^0 is 1 and next to nothing else
        grown = math.prod([base] * abs(whole), start=complex(1.0))
        return grown if whole >= 0 else 1.0 / grown
    if base.real <= 0:
        raise Undefined
    return cmath.exp(exponent * cmath.log(base))


def _less(a: complex, b: complex) -> bool:
    if a != b and abs(a.real - b.real) < _FAR:
        raise Undefined
    return a.real < b.real


def _equal(a: complex, b: complex) -> bool:
    _less(a, b)
    return a == b


def _at_most(a: complex, b: complex) -> bool:
    return _less(a, b) or _equal(a, b)


def _true(x: complex) -> bool:
    """A number as a truth: where it moves through 0, it jumps."""
    return not _equal(x, complex(0.0))


def _largest(given: list[complex]) -> complex:
    best, *others = given
    for other in others:
        best = other if _less(best, other) else best
    return best


def _chain(
    compare: Callable[[complex, complex], bool],
) -> Callable[[list[complex]], complex]:
    return lambda given: complex(all(compare(a, b) for a, b in pairwise(given)))


def _piecewise(given: list[complex]) -> complex:
    for value, condition in zip(given[::2], given[1::2], strict=False):
        if _true(condition):
            return value
    return given[-1]


_RULES: dict[str, Callable[[list[complex]], complex]] = {
    "plus": lambda given: sum(given, complex(0.0)),
    "times": lambda given: math.prod(given, start=complex(1.0)),
    "minus": lambda given: -given[0] if len(given) == 1 else given[0] - given[1],
    "divide": lambda given: given[0] / given[1],
    "power": lambda given: _power(*given),
    "root": lambda given: _power(given[1], 1.0 / given[0]),
    "log": lambda given: cmath.log(given[1]) / cmath.log(given[0]),
    "ln": lambda given: cmath.log(given[0]),
    "exp": lambda given: cmath.exp(given[0]),
    "abs": _abs,
    "max": _largest,
    "piecewise": _piecewise,
    "lt": _chain(_less),
    "gt": _chain(lambda a, b: _less(b, a)),
    "leq": _chain(_at_most),
    "geq": _chain(lambda a, b: _at_most(b, a)),
    "eq": _chain(_equal),
    "neq": _chain(lambda a, b: not _equal(a, b)),
    "and": lambda given: complex(all(map(_true, given))),
    "or": lambda given: complex(any(map(_true, given))),
    "not": lambda given: complex(not _true(given[0])),
    "xor": lambda given: complex(sum(map(_true, given)) % 2 == 1),
    "implies": lambda given: complex(not _true(given[0]) or _true(given[1])),
}


def _of(function: Callable[[complex], complex]) -> Callable[[list[complex]], complex]:
    return lambda given: function(given[0])


def _one_over(
    function: Callable[[complex], complex],
) -> Callable[[list[complex]], complex]:
    return lambda given: 1.0 / function(given[0])


def _at_one_over(
    function: Callable[[complex], complex],
) -> Callable[[list[complex]], complex]:
    return lambda given: function(1.0 / given[0])


for _name, _other in (("sin", "csc"), ("cos", "sec"), ("tan", "cot")):
    for _end in ("", "h"):
        _function = getattr(cmath, _name + _end)
        _back = getattr(cmath, f"a{_name}{_end}")
        _RULES[_name + _end] = _of(_function)
        _RULES[_other + _end] = _one_over(_function)
        _RULES[f"arc{_name}{_end}"] = _of(_back)
        _RULES[f"arc{_other}{_end}"] = _at_one_over(_back)
