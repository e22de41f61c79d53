"""Every operator of MathML that SBML has, each over a range of arguments.

`y` is the operator's value along a slow ramp `x`; `sum` integrates it, so that the
rate of change (and in an implicit method its derivative) uses the operator too.
"""

from itertools import count

from tests.crosscheck.constructs.case import BOTH, ROADRUNNER, Case, case
from tests.crosscheck.constructs.sbml_text import (
    L2V4,
    L3V1,
    L3V2,
    Level,
    assigned,
    rated,
    variable,
)


def _along(
    title: str,
    *formulas: str,
    start: float = 0.2,
    slope: float = 0.0713,
    level: Level = L3V2,
    referees: tuple[str, ...] = BOTH,
    why: str = "",
) -> Case:
    """Each formula of x, and the integral of their sum."""
    names = [f"y{i}" for i, _ in zip(count(1), formulas, strict=False)]
    return case(
        title,
        variable("x", start),
        variable("total", 0.0),
        *(variable(name) for name in names),
        rated("x", repr(slope)),
        rated("total", f"plus({', '.join(names)}) - 0.1 * total"),
        *(assigned(n, f) for n, f in zip(names, formulas, strict=True)),
        level=level,
        referees=referees,
        why=why,
    )


CASES = (
    _along("sine, cosine, tangent", "sin(x)", "cos(3 * x)", "tan(x)"),
    _along("secant, cosecant, cotangent", "sec(x)", "csc(x)", "cot(x)"),
    _along("inverse sine, cosine, tangent", "arcsin(x)", "arccos(x)", "arctan(9 * x)"),
    _along(
        "inverse secant, cosecant, cotangent",
        "arcsec(x)",
        "arccsc(x)",
        "arccot(x)",
        start=1.2,
    ),
    _along("hyperbolic sine, cosine, tangent", "sinh(x)", "cosh(x)", "tanh(2 * x)"),
    _along("hyperbolic secant, cosecant, cotangent", "sech(x)", "csch(x)", "coth(x)"),
    _along("inverse hyperbolic sine, tangent", "arcsinh(x)", "arctanh(x)"),
    _along(
        "inverse hyperbolic cosine, cotangent", "arccosh(x)", "arccoth(x)", start=1.3
    ),
    _along("inverse hyperbolic secant, cosecant", "arcsech(x)", "arccsch(x)"),
    _along(
        "sine of a negative and of a large angle", "sin(-x)", "cos(1000 * x)", "tan(-x)"
    ),
    _along(
        "odd functions of negative arguments",
        "arcsin(x)",
        "arctan(x)",
        "sinh(x)",
        "arcsinh(x)",
        start=-0.8,
    ),
    _along("exponential and logarithms", "exp(-x)", "ln(x)", "log(x)", "log(2, x)"),
    _along("logarithm to a base that changes", "log(x, 7)", "log(x + 2, x)", start=1.5),
    _along("roots", "root(x)", "root(3, x)", "root(2.5, x)", "root(x + 1, 5)"),
    _along("absolute value through zero", "abs(x)", "abs(-x)", start=-0.3),
    _along("floor and ceiling", "floor(x)", "ceiling(x)", start=-1.03, slope=0.37),
    _along(
        "floor and ceiling, Level 2",
        "floor(x)",
        "ceiling(x)",
        start=-1.03,
        slope=0.37,
        level=L2V4,
    ),
    _along("factorials", "factorial(5)", "factorial(0)", "factorial(floor(x * 4))"),
    _along(
        "e, pi and numbers of each kind",
        "exponentiale ** x",
        "pi * x",
        "7",
        "2.5",
        "rational(2, 3)",
        "enotation(2.5, -1)",
        "enotation(-3, 2)",
    ),
    _along(
        "numbers of each kind, Level 2",
        "exponentiale ** x",
        "pi",
        "7",
        "rational(-2, 3)",
        "enotation(2.5, -1)",
        level=L2V4,
    ),
    _along(
        "very large and very small numbers",
        "x * 1e-30 * 1e30",
        "x * enotation(6.02214, 23) / 1e23",
        "1e-300 * 1e300",
    ),
    _along("Avogadro's number", "avogadro / 1e23", "x * avogadro * 1e-24"),
    _along("the time by its symbol", "time", "time ** 2 / (1 + time)", "x * time"),
    _along("the time by its symbol, Level 2", "time", "x - time", level=L2V4),
    _along("powers", "x ** 2", "x ** 0.5", "x ** -1.5", "2 ** x", "x ** x"),
    _along(
        "a negative base with whole exponents",
        "x ** 2",
        "x ** 3",
        "(-x) ** -3",
        "power(x, 2.0)",
        start=-1.5,
    ),
    _along("zero to whole powers", "(x - x) ** 2", "(x - x) ** 0"),
    _along("zero to a power that changes", "0 ** x"),
    _along(
        "a base that passes zero with whole exponents",
        "x ** 2",
        "x ** 3",
        "x ** 1",
        start=-0.33,
    ),
    _along(
        "an exponent that is computed and whole", "x ** floor(2 * x + 1)", "(-x) ** 2"
    ),
    _along(
        "sums and products of none, one and many",
        "plus()",
        "times()",
        "plus(x)",
        "times(x)",
        "plus(x, 1, 2, x)",
        "times(x, 2, x, 3)",
    ),
    _along(
        "a minus with one and with two arguments",
        "-x",
        "minus(x)",
        "minus(x, 3)",
    ),
    _along(
        "a minus of a minus", "--x", referees=(ROADRUNNER,), why="COPASI reads it as 1"
    ),
    _along("quotients of quotients", "1 / x / 2", "1 / (x / 2)", "x / (1 + 1 / x)"),
    _along(
        "relations as pieces",
        "1 if x < 0.41 else 2",
        "1 if x <= 0.41 else 2",
        "3 if x > 0.55 else 1",
        "3 if x >= 0.55 else 1",
    ),
    _along(
        "equal and not equal",
        "1 if floor(x * 5) == 2 else 0",
        "1 if floor(x * 5) != 2 else 0",
    ),
    _along(
        "relations of many",
        "1 if 0.3 < x < 0.71 else 0",
        "1 if 0.3 <= x <= x <= 0.71 else 0",
        "1 if 0.7 > x > 0.3 > 0.1 else 0",
        "1 if eq(x, x, x) else 0",
    ),
    _along(
        "relations of many, Level 2",
        "1 if 0.3 < x < 0.71 else 0",
        "1 if 0.7 > x > 0.3 > 0.1 else 0",
        level=L2V4,
    ),
    _along(
        "and, or, not",
        "1 if x > 0.33 and x < 0.62 else 0",
        "1 if x < 0.33 or x > 0.62 else 0",
        "1 if not x > 0.4 else 0",
    ),
    _along(
        "and, or, xor of none",
        "1 if And() else 5",
        "1 if Or() else 5",
        "1 if xor() else 5",
    ),
    _along(
        "and, or, xor of one",
        "1 if And(x > 0.41) else 5",
        "1 if Or(x > 0.41) else 5",
        "1 if xor(x > 0.41) else 5",
    ),
    _along(
        "and, or, xor of many",
        "1 if And(x > 0.31, x < 0.81, x > 0.41, true) else 5",
        "1 if Or(x < 0.31, x > 0.81, x > 0.91, false) else 5",
        "1 if xor(x > 0.31, x > 0.51, x > 0.71) else 5",
        "1 if xor(true, true, true, x > 0.5) else 5",
    ),
    _along(
        "truths nested in truths",
        "1 if not (x > 0.31 and not (x > 0.51 or x < 0.21)) else 0",
    ),
    _along("true and false as conditions", "1 if true else 2", "1 if false else 2"),
    _along(
        "two pieces and an otherwise", "1 if x < 0.31 else x if x < 0.57 else x ** 2"
    ),
    _along(
        "many pieces, the first that holds counts",
        "piecewise(1, x > 0.61, 2, x > 0.41, 3, x > 0.21, 4)",
    ),
    _along(
        "pieces within pieces",
        "(1 if x < 0.31 else 2) if x < 0.57 else (3 if x < 0.71 else x)",
        "1 if (0.5 if x < 0.33 else 0.2) < x else 2",
    ),
    _along(
        "pieces without otherwise, one always holds",
        "piecewise(1, x < 0.41, 2, x >= 0.41)",
    ),
    _along("only an otherwise", "piecewise(7)"),
    _along(
        "pieces, Level 3 Version 1",
        "1 if x < 0.31 else x if x < 0.57 else x ** 2",
        level=L3V1,
    ),
    _along(
        "a piece that would divide by zero is not taken",
        "0 if x < 0.41 else 1 / (x - 0.4)",
        "sin(y1) / y1 if y1 > 0 else 1",
    ),
    _along(
        "greatest and least",
        "max(x, 0.5)",
        "min(x, 0.5)",
        "max(x, 0.5, 1 - x)",
        "min(x, 0.5, 1 - x)",
        "max(x)",
        "min(x)",
    ),
    _along(
        "whole quotients and remainders",
        "quotient(7 * x, 2)",
        "rem(7 * x, 2)",
        start=-1.03,
        slope=0.37,
        referees=(ROADRUNNER,),
        why="COPASI starts with the remainder of whole numbers, -1 of -7.21",
    ),
    _along(
        "implications",
        "1 if implies(x > 0.31, x > 0.61) else 0",
        "1 if implies(false, x > 9) else 0",
    ),
    _along("the rate of a quantity with a rate", "rateOf(x)", "rateOf(x) * x"),
    _along("signs lost and found", "1 / (-x)", "-(x ** 2)", "(-x) ** 2", "2 - (3 - x)"),
    _along(
        "large sums of small terms",
        "exp(-x ** 2 / 2) / root(2 * pi)",
        "x * (1 - x) * (2 - x)",
    ),
)
