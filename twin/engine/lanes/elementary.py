"""exp and log of all lanes at once, without a branch.

Both reduce the argument to a short interval around 0 or 1 and sum a polynomial there;
the reduction constants are split in two parts so that the product with a whole number
is exact (Cody & Waite 1980, Software Manual for the Elementary Functions).  Errors stay
within two units in the last place: see tests/twin/engine/lanes/test_elementary.py.
"""

import math
from fractions import Fraction

from twin.engine.graph.nodes import CALLS
from twin.engine.lanes.llvm_writer import Lanes, Writer

# ln 2 in two parts: the first has so few bits that k times it is exact.
_LN2_HIGH = {"double": 6.93147180369123816490e-01, "float": 0.693359375}
_LN2 = Fraction("0.69314718055994530941723212145817656807550013436025525412068")

# exp(r) for |r| <= ln(2)/2: Taylor's terms until they are below half a unit.
_EXP_TERMS = {"double": 13, "float": 7}
# log(1 + f) by s = f/(2 + f): 2s(1 + s²/3 + s⁴/5 + ...), |s| <= 0.172.
_LOG_TERMS = {"double": 11, "float": 5}

_LARGEST = {"double": 709.782712893384, "float": 88.72283}
_SMALLEST = {"double": -708.3964185322641, "float": -87.33654}
_MANTISSA = {"double": 52, "float": 23}
_BIAS = {"double": 1023, "float": 127}


def called_in(text: str) -> frozenset[str]:
    """The functions of the C library that a text calls."""
    return frozenset(name for name in CALLS if f"call double @{name}(" in text)


def elementary_functions(lanes: Lanes) -> str:
    """`@exp_lanes` and `@log_lanes`, and the declarations they need."""
    return "\n".join([_declarations(lanes), _exp(lanes), _log(lanes)])


def _declarations(lanes: Lanes) -> str:
    vector, suffix = lanes.vector, f"v{lanes.width}f{lanes.bits}"
    one = [
        f"declare {vector} @llvm.{name}.{suffix}({vector})"
        for name in ("fabs", "floor", "ceil", "rint", "sqrt")
    ]
    return "\n".join(
        [
            *one,
            f"declare {vector} @llvm.fma.{suffix}({vector}, {vector}, {vector})",
            *(f"declare double @{name}(double)" for name in CALLS),
            f"declare i1 @llvm.vector.reduce.or.v{lanes.width}i1({lanes.mask})",
        ]
    )


def _polynomial(w: Writer, x: str, coefficients: list[float]) -> str:
    """Horner's rule, lowest power first."""
    value = w.real(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        value = w.multiply_add(value, x, w.real(coefficient))
    return value


def _exp(lanes: Lanes) -> str:
    """exp x = 2^k exp(r), x = k ln 2 + r; 0 and infinity beyond the range."""
    w = Writer(lanes)
    real, whole = lanes.real, lanes.whole
    high = _LN2_HIGH[real]
    low = float(_LN2 - Fraction(high))
    above = w.compare("ogt", "%x", w.real(_LARGEST[real]))
    below = w.compare("olt", "%x", w.real(_SMALLEST[real]))
    x = w.select(above, w.real(_LARGEST[real]), "%x")
    x = w.select(below, w.real(_SMALLEST[real]), x)
    k = w.intrinsic("rint", w.multiply(x, w.real(1.0 / math.log(2.0))))
    r = w.multiply_add(k, w.real(-high), x)
    r = w.multiply_add(k, w.real(-low), r)
    terms = [1.0 / math.factorial(n) for n in range(_EXP_TERMS[real] + 1)]
    e = _polynomial(w, r, terms)
    # 2^k in two steps: k may be one beyond the largest exponent a number can have.
    number = w.let(f"fptosi {lanes.vector} {k} to {whole}")
    half = w.let(f"ashr {whole} {number}, {w.whole(1)}")
    rest = w.let(f"sub {whole} {number}, {half}")
    for power in (half, rest):
        e = w.multiply(e, _two_to(w, power))
    e = w.select(above, w.real(math.inf), e)
    e = w.select(below, w.real(0.0), e)
    missing = w.compare("uno", "%x", "%x")
    w.do(f"ret {lanes.vector} {w.select(missing, '%x', e)}")
    return w.text(
        f"define internal {lanes.vector} @exp_lanes({lanes.vector} %x) alwaysinline"
    )


def _two_to(w: Writer, power: str) -> str:
    lanes = w.lanes
    biased = w.let(f"add {lanes.whole} {power}, {w.whole(_BIAS[lanes.real])}")
    shift = w.whole(_MANTISSA[lanes.real])
    placed = w.let(f"shl {lanes.whole} {biased}, {shift}")
    return w.let(f"bitcast {lanes.whole} {placed} to {lanes.vector}")


def _log(lanes: Lanes) -> str:
    """ln x = k ln 2 + ln m, x = 2^k m, m between sqrt(1/2) and sqrt(2)."""
    w = Writer(lanes)
    real, whole, vector = lanes.real, lanes.whole, lanes.vector
    mantissa, bias = _MANTISSA[real], _BIAS[real]
    small = w.compare("olt", "%x", w.real(2.0 ** (2 - bias)))  # also what is below 0
    grown = w.multiply("%x", w.real(2.0 ** (mantissa + 2)))
    x = w.select(small, grown, "%x")
    bits = w.let(f"bitcast {vector} {x} to {whole}")
    exponent = w.let(f"lshr {whole} {bits}, {w.whole(mantissa)}")
    exponent = w.let(f"sub {whole} {exponent}, {w.whole(bias)}")
    fraction = w.let(f"and {whole} {bits}, {w.whole((1 << mantissa) - 1)}")
    placed = w.let(f"or {whole} {fraction}, {w.whole(bias << mantissa)}")
    m = w.let(f"bitcast {whole} {placed} to {vector}")
    k = w.let(f"sitofp {whole} {exponent} to {vector}")
    k = w.select(small, w.subtract(k, w.real(mantissa + 2.0)), k)
    large = w.compare("ogt", m, w.real(math.sqrt(2.0)))
    m = w.select(large, w.multiply(m, w.real(0.5)), m)
    k = w.select(large, w.add(k, w.real(1.0)), k)
    f = w.subtract(m, w.real(1.0))
    s = w.divide(f, w.add(f, w.real(2.0)))
    s2 = w.multiply(s, s)
    terms = [2.0 / (2 * n + 1) for n in range(1, _LOG_TERMS[real])]
    tail = w.multiply(w.multiply(s, s2), _polynomial(w, s2, terms))
    low = float(_LN2 - Fraction(_LN2_HIGH[real]))
    # 2s = f - s f, and f is exact: the error of s counts by f only.
    value = w.subtract(f, w.multiply(s, f))
    value = w.add(value, w.multiply_add(k, w.real(low), tail))
    value = w.multiply_add(k, w.real(_LN2_HIGH[real]), value)
    zero = w.compare("oeq", "%x", w.real(0.0))
    value = w.select(zero, w.real(-math.inf), value)
    infinite = w.compare("oeq", "%x", w.real(math.inf))
    value = w.select(infinite, w.real(math.inf), value)
    undefined = w.compare("ult", "%x", w.real(0.0))  # also NaN
    value = w.select(undefined, w.real(math.nan), value)
    w.do(f"ret {vector} {value}")
    return w.text(f"define internal {vector} @log_lanes({vector} %x) alwaysinline")
