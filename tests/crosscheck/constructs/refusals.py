"""What the compiled engine does not have, and says so by name."""

from tests.crosscheck.constructs.case import Case, case
from tests.crosscheck.constructs.sbml_text import (
    L2V4,
    L3V1,
    algebraic,
    assigned,
    event,
    function,
    rated,
    reaction,
    sbml,
    species,
    variable,
)
from tests.crosscheck.constructs.scenes import TWO_LITRES

_A = species("A", concentration=4.0)
_X = variable("x", 1.0)
_UNKNOWN = "http://www.example.org/sbml/level3/version1/magic/version1"
_ARRAYS = "http://www.sbml.org/sbml/level3/version1/arrays/version1"
_QUAL = "http://www.sbml.org/sbml/level3/version1/qual/version1"
_DISTRIB = "http://www.sbml.org/sbml/level3/version1/distrib/version1"


def _package(name: str, prefix: str, uri: str, refused: str) -> Case:
    text = sbml(
        _X,
        rated("x", "-x"),
        level=L3V1,
        namespaces=f' xmlns:{prefix}="{uri}" {prefix}:required="true"',
    )
    return Case(name, text, refused=refused)


CASES = (
    case("an algebraic rule", _X, algebraic("x - 3"), refused="algebraic rule"),
    case(
        "an algebraic rule, Level 2",
        _X,
        algebraic("x - 3"),
        level=L2V4,
        refused="algebraic rule",
    ),
    case(
        "a delay in a rate",
        _X,
        rated("x", "-delay(x, 1)"),
        refused="delay equation (x)",
    ),
    case(
        "a delay in a law, Level 2",
        TWO_LITRES,
        _A,
        reaction("go", "A ->", "0.1 * delay(A, 2)"),
        level=L2V4,
        refused="delay equation (go)",
    ),
    case(
        "a delay in an assignment",
        _X,
        variable("y"),
        rated("x", "-x"),
        assigned("y", "delay(x, 1)"),
        refused="delay equation (y)",
    ),
    case(
        "a delay in a function",
        _X,
        function("past", "lambda a: delay(a, 1)"),
        rated("x", "-past(x)"),
        refused="delay equation (past)",
    ),
    case(
        "a delay in a trigger",
        _X,
        rated("x", "-x"),
        event("e", "delay(x, 1) < 0.5", {"x": "1"}),
        refused="delay equation (e)",
    ),
    case(
        "a fast reaction",
        TWO_LITRES,
        _A,
        reaction("go", "A ->", "0.1 * A", fast=True),
        level=L3V1,
        refused="fast reaction go",
    ),
    case(
        "a fast reaction, Level 2",
        TWO_LITRES,
        _A,
        reaction("go", "A ->", "0.1 * A", fast=True),
        level=L2V4,
        refused="fast reaction go",
    ),
    case(
        "two constructs at once are both named",
        TWO_LITRES,
        _A,
        _X,
        algebraic("x - 3"),
        reaction("go", "A ->", "0.1 * A", fast=True),
        level=L3V1,
        refused="fast reaction go",
    ),
    _package(
        "a required package that nobody knows", "magic", _UNKNOWN, "package magic"
    ),
    _package("the package arrays", "arrays", _ARRAYS, "package arrays"),
    _package("the package qual", "qual", _QUAL, "package qual"),
    _package("the package distrib", "distrib", _DISTRIB, "package distrib"),
)
