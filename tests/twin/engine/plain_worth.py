"""What a formula is worth in plain Python, and how far rounding errors may take it.

A worth is a number and its size: what the number would be if no two terms had opposite
signs.  Whoever adds and multiplies in another order may differ by rounding errors of
the size, not of the number.
"""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

from twin.sbml.formula import Formula, Number, Symbol, fold


class Undefined(ArithmeticError):
    """Python has no number here, or a rounding error decides what it is."""


class Worth(NamedTuple):
    """A number; its size; whether it is whole and without any rounding error."""

    value: float
    size: float
    exact: bool = False


LARGEST, SMALLEST = 1e30, 1e-30  # single precision holds it, squared or not


def worth(formula: Formula, at: Mapping[str, float], rounding: float) -> Worth:
    """The worth of a formula, operator by operator as it is written.

    rounding  relative error of one operation, some dozens of times

    Raises: Undefined where there is no number, or where there is a jump next to it.
    """

    def leaf(node: Number | Symbol) -> Worth:
        value = at[node.name] if isinstance(node, Symbol) else node.value
        return Worth(value, abs(value), value.is_integer())

    def apply(operator: str, given: list[Worth]) -> Worth:
        if operator in _CONTINUOUS:
            found = _CONTINUOUS[operator](given)
        elif operator in _OF_ONE:
            found = _smooth(_OF_ONE[operator], given[0], rounding)
        else:
            found = _JUMPS[operator](given, rounding)
        value, size, _ = found
        if not math.isfinite(size) or size > LARGEST or 0 < abs(value) < SMALLEST:
            raise Undefined
        return found

    try:
        return fold(formula, leaf, apply)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise Undefined from error


def _sum(given: list[Worth]) -> Worth:
    exact = all(g.exact for g in given)
    return Worth(sum(g.value for g in given), sum(g.size for g in given), exact)


def _product(given: list[Worth]) -> Worth:
    exact = all(g.exact for g in given)
    return Worth(
        math.prod(g.value for g in given), math.prod(g.size for g in given), exact
    )


def _minus(given: list[Worth]) -> Worth:
    last = given[-1]
    return _sum([*given[:-1], Worth(-last.value, last.size, last.exact)])


def _inverse(x: Worth) -> Worth:
    if x.size > 1e3 * abs(x.value):
        raise Undefined
    return Worth(1.0 / x.value, (x.size / abs(x.value)) ** 2 / abs(x.value))


def _divide(given: list[Worth]) -> Worth:
    return _product([given[0], _inverse(given[1])])


_CONTINUOUS: dict[str, Callable[[list[Worth]], Worth]] = {
    "plus": _sum,
    "times": _product,
    "minus": _minus,
    "divide": _divide,
}


def _smooth(function: Callable[[float], float], x: Worth, rounding: float) -> Worth:
    """Its size by how far the uncertainty of x moves it; undefined near a pole."""
    value = function(x.value)
    step = rounding * x.size
    near = [abs(function(x.value + way * step) - value) for way in (-1.0, 1.0)]
    if max(near) > 1e-3 * (abs(value) + 1.0):
        raise Undefined
    return Worth(value, abs(value) + max(near) / rounding)


def _one_over(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: 1.0 / function(x)


def _at_one_over(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: function(1.0 / x)


_OF_ONE: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "ln": math.log,
    "factorial": lambda x: math.gamma(x + 1.0),
}
for _name, _other in (("sin", "csc"), ("cos", "sec"), ("tan", "cot")):
    for _end in ("", "h"):
        _function = getattr(math, _name + _end)
        _back = getattr(math, f"a{_name}{_end}")
        _OF_ONE[_name + _end] = _function
        _OF_ONE[_other + _end] = _one_over(_function)
        _OF_ONE[f"arc{_name}{_end}"] = _back
        _OF_ONE[f"arc{_other}{_end}"] = _at_one_over(_back)


def _power(given: list[Worth], rounding: float) -> Worth:
    base, exponent = given
    b, e = base.value, exponent.value
    if exponent.exact:
        if b == 0 and e < 0:
            raise Undefined
        if e == 0:
            return Worth(1.0, 1.0, exact=True)
        whole = int(e)
        if whole < 0:
            inverse = _inverse(base)
            return _smooth_power(inverse, -whole)
        return _smooth_power(base, whole)
    if base.exact and b == 0:
        raise Undefined  # what it is depends on the sign of a number near 0
    if b <= 2 * rounding * base.size:
        raise Undefined
    logarithm = _smooth(math.log, base, rounding)
    return _smooth(math.exp, _product([exponent, logarithm]), rounding)


def _smooth_power(base: Worth, whole: int) -> Worth:
    size = base.size**whole
    # a large power is computed by a logarithm, which errs with its own size
    grown = 1.0 + whole * abs(math.log(base.size)) if base.size > 0 else 1.0
    return Worth(base.value**whole, size * grown)


def _root(given: list[Worth], rounding: float) -> Worth:
    degree, radicand = given
    if radicand.value <= 2 * rounding * radicand.size:
        raise Undefined
    return _smooth(lambda x: x ** (1.0 / degree.value), radicand, rounding)


def _apart(a: Worth, b: Worth, rounding: float) -> None:
    if not (a.exact and b.exact) and abs(a.value - b.value) <= rounding * (
        a.size + b.size
    ):
        raise Undefined


def _chain(compare: Callable[[float, float], bool]) -> Callable[..., Worth]:
    def operator(given: list[Worth], rounding: float) -> Worth:
        truth = True
        for a, b in pairwise(given):
            _apart(a, b, rounding)
            truth = truth and compare(a.value, b.value)
        return _truth(truth)

    return operator


def _truth(value: bool) -> Worth:
    return Worth(float(value), float(value), exact=True)


def _true(x: Worth, rounding: float) -> bool:
    _apart(x, Worth(0.0, 0.0, exact=True), rounding)
    return x.value != 0.0


def _joined(join: Callable[[list[bool]], bool]) -> Callable[..., Worth]:
    return lambda given, rounding: _truth(join([_true(g, rounding) for g in given]))


def _extreme(given: list[Worth], rounding: float, *, sign: float) -> Worth:
    del rounding  # continuous: whichever of two equal numbers is taken
    best = max(given, key=lambda g: sign * g.value)
    return Worth(best.value, max(g.size for g in given), all(g.exact for g in given))


def _step(function: Callable[[float], float]) -> Callable[..., Worth]:
    def operator(given: list[Worth], rounding: float) -> Worth:
        (x,) = given
        if not x.exact:
            whole = float(round(x.value))
            _apart(x, Worth(whole, abs(whole) + 1.0), rounding)
        value = float(function(x.value))
        return Worth(value, abs(value), exact=True)

    return operator


def _quotient(given: list[Worth], rounding: float) -> Worth:
    return _step(math.trunc)([_divide(given)], rounding)


def _remainder(given: list[Worth], rounding: float) -> Worth:
    return _minus([given[0], _product([given[1], _quotient(given, rounding)])])


def _piecewise(given: list[Worth], rounding: float) -> Worth:
    for value, condition in zip(given[::2], given[1::2], strict=False):
        if _true(condition, rounding):
            return value
    if not len(given) % 2:
        raise Undefined
    return given[-1]


def _implies(truths: list[bool]) -> bool:
    return not truths[0] or truths[1]


_JUMPS: dict[str, Callable[[list[Worth], float], Worth]] = {
    "power": _power,
    "root": _root,
    "log": lambda given, rounding: _divide(
        [_smooth(math.log, x, rounding) for x in reversed(given)]
    ),
    "abs": lambda given, _: Worth(abs(given[0].value), given[0].size, given[0].exact),
    "floor": _step(math.floor),
    "ceiling": _step(math.ceil),
    "max": lambda given, rounding: _extreme(given, rounding, sign=1.0),
    "min": lambda given, rounding: _extreme(given, rounding, sign=-1.0),
    "quotient": _quotient,
    "rem": _remainder,
    "eq": _chain(lambda a, b: a == b),
    "neq": _chain(lambda a, b: a != b),
    "lt": _chain(lambda a, b: a < b),
    "gt": _chain(lambda a, b: a > b),
    "leq": _chain(lambda a, b: a <= b),
    "geq": _chain(lambda a, b: a >= b),
    "and": _joined(all),
    "or": _joined(any),
    "not": _joined(lambda truths: not truths[0]),
    "xor": _joined(lambda truths: sum(truths) % 2 == 1),
    "implies": _joined(_implies),
    "piecewise": _piecewise,
}
