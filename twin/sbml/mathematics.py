"""MathML to our formulas.

Only spelling is changed here: numbers in their four notations, the sense of a missing
base or degree, the truth values.  What an operator computes is `twin.engine`'s
business.  Formulas come as MathML text, not as libsbml's trees: those change their
Python class when libsedml is loaded beside libsbml.
"""

import math
import xml.etree.ElementTree as ET
from typing import Any

import libsbml

from twin.errors import ForeignFileError
from twin.sbml.formula import AVOGADRO, TIME, Apply, Formula, Number, Symbol

_CONSTANTS = {
    "true": 1.0,
    "false": 0.0,
    "pi": math.pi,
    "exponentiale": math.e,
    "infinity": math.inf,
    "notanumber": math.nan,
}
_SYMBOLS = {"time": Symbol(TIME), "avogadro": Symbol(AVOGADRO)}

OPERATORS = frozenset(
    [
        "plus",
        "minus",
        "times",
        "divide",
        "power",
        "root",
        "abs",
        "exp",
        "ln",
        "log",
        "floor",
        "ceiling",
        "factorial",
        "max",
        "min",
        "quotient",
        "rem",
        "eq",
        "neq",
        "lt",
        "gt",
        "leq",
        "geq",
        "and",
        "or",
        "not",
        "xor",
        "implies",
    ]
) | {
    f"{arc}{name}{end}"
    for arc in ("", "arc")
    for name in ("sin", "cos", "tan", "sec", "csc", "cot")
    for end in ("", "h")
}


def formula_of(tree: Any) -> Formula:
    """The formula of one of libsbml's trees; as deep as the tree may be.

    Raises: ForeignFileError for an element of mathematics that SBML does not have.
    """
    text = libsbml.writeMathMLToString(tree)
    root = ET.fromstring(text)  # noqa: S314 - libsbml wrote it just now
    content = _content(root)
    if not content:
        raise ForeignFileError("a formula is empty: <math> has nothing in it")
    return _formula(content[0])


def _formula(element: ET.Element) -> Formula:
    waiting: list[tuple[ET.Element, bool]] = [(element, False)]
    built: list[Formula] = []
    while waiting:
        node, opened = waiting.pop()
        parts = _parts(node)
        if opened:
            first = len(built) - len(parts)
            arguments = tuple(built[first:])
            del built[first:]
            built.append(_applied(node, arguments))
        elif _tag(node) in {"apply", "piecewise"}:
            waiting.append((node, True))
            waiting.extend((part, False) for part in reversed(parts))
        else:
            built.append(_leaf(node))
    return built[0]


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _content(element: ET.Element) -> list[ET.Element]:
    """Children, annotations taken off."""
    return [
        next(iter(child)) if _tag(child) == "semantics" else child for child in element
    ]


def _parts(element: ET.Element) -> list[ET.Element]:
    """The arguments of an application, a qualifier (base, degree) first."""
    if _tag(element) == "piecewise":
        return [part for piece in element for part in _content(piece)]
    if _tag(element) != "apply":
        return []
    _, *arguments = _content(element)
    return [
        _content(a)[0] if _tag(a) in {"logbase", "degree"} else a for a in arguments
    ]


def _leaf(element: ET.Element) -> Formula:
    tag = _tag(element)
    if tag == "cn":
        return Number(_number(element))
    if tag == "ci":
        return Symbol((element.text or "").strip())
    if tag in _CONSTANTS:
        return Number(_CONSTANTS[tag])
    if tag == "csymbol":
        meaning = _meaning(element)
        if meaning not in _SYMBOLS:
            raise _unknown(meaning)
        return _SYMBOLS[meaning]
    raise _unknown(tag)


def _number(element: ET.Element) -> float:
    first = float(element.text or "nan")
    separators = list(element)
    if not separators:
        return first
    second = float(separators[0].tail or "nan")
    if element.get("type") == "rational":
        return first / second
    return float(f"{first!r}e{int(second)}")


def _meaning(element: ET.Element) -> str:
    return (element.get("definitionURL") or "").rpartition("/")[2]


def _applied(element: ET.Element, arguments: tuple[Formula, ...]) -> Formula:
    if _tag(element) == "piecewise":
        return Apply("piecewise", arguments)
    head = _content(element)[0]
    tag = _tag(head)
    if tag == "ci":  # parentheses: no operator has such a name
        return Apply(f"{(head.text or '').strip()}()", arguments)
    if tag == "csymbol":
        return _of_symbol(_meaning(head), arguments)
    if tag not in OPERATORS:
        raise _unknown(tag)
    if tag == "log" and len(arguments) == 1:
        return Apply("log", (Number(10.0), *arguments))
    if tag == "root" and len(arguments) == 1:
        return Apply("root", (Number(2.0), *arguments))
    return Apply(tag, arguments)


def _of_symbol(meaning: str, arguments: tuple[Formula, ...]) -> Formula:
    if meaning == "rateOf":
        if len(arguments) != 1 or not isinstance(arguments[0], Symbol):
            raise ForeignFileError("rateOf takes the name of one quantity, no formula")
        return Symbol(f"rateOf({arguments[0].name})")
    if meaning == "delay":
        return Apply("delay", arguments)
    raise _unknown(meaning)


def _unknown(what: str) -> ForeignFileError:
    return ForeignFileError(
        f"<{what}> is no mathematics of SBML's core; write the formula with the "
        "operators that the standard lists"
    )
