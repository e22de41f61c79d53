"""libsbml's trees of mathematics to our formulas.

Only spelling is changed here: the old names of Level 2, the sense of a missing base or
degree, the truth values.  What an operator computes is `twin.engine`'s business.
"""

from functools import cache
from typing import Any

import libsbml

from twin.errors import ForeignFileError
from twin.sbml.formula import AVOGADRO, TIME, Apply, Formula, Number, Symbol

_TRUE, _FALSE = Number(1.0), Number(0.0)


def formula_of(tree: Any) -> Formula:
    """The formula of an `ASTNode`; as deep as the tree may be.

    Raises: ForeignFileError for an element of mathematics that SBML does not have.
    """
    waiting: list[tuple[Any, bool]] = [(tree, False)]
    built: list[Formula] = []
    while waiting:
        node, opened = waiting.pop()
        n_children = node.getNumChildren()
        if opened:
            first = len(built) - n_children
            arguments = tuple(built[first:])
            del built[first:]
            built.append(_applied(node, arguments))
        elif n_children == 0:
            built.append(_leaf(node))
        else:
            waiting.append((node, True))
            waiting.extend(
                (node.getChild(i), False) for i in reversed(range(n_children))
            )
    return built[0]


def _leaf(node: Any) -> Formula:
    kind = node.getType()
    if node.isNumber():
        return Number(float(node.getValue()))
    if kind in _constants():
        return _constants()[kind]
    if kind == libsbml.AST_NAME:
        return Symbol(node.getName())
    return _applied(node, ())


def _applied(node: Any, arguments: tuple[Formula, ...]) -> Formula:
    kind = node.getType()
    if kind == libsbml.AST_FUNCTION:
        return Apply(f"{node.getName()}()", arguments)  # no operator has this name
    if kind == libsbml.AST_FUNCTION_RATE_OF:
        return Symbol(f"rateOf({node.getChild(0).getName()})")
    if kind not in _operators():
        raise ForeignFileError(
            f"the element <{node.getName() or kind}> is no mathematics of SBML's core; "
            "write the formula with the operators that the SBML standard lists"
        )
    operator = _operators()[kind]
    if operator == "log" and len(arguments) == 1:
        arguments = (Number(10.0), *arguments)
    if operator == "root" and len(arguments) == 1:
        arguments = (Number(2.0), *arguments)
    return Apply(operator, arguments)


@cache
def _constants() -> dict[int, Formula]:
    return {
        libsbml.AST_CONSTANT_E: Number(2.718281828459045),
        libsbml.AST_CONSTANT_PI: Number(3.141592653589793),
        libsbml.AST_CONSTANT_TRUE: _TRUE,
        libsbml.AST_CONSTANT_FALSE: _FALSE,
        libsbml.AST_NAME_TIME: Symbol(TIME),
        libsbml.AST_NAME_AVOGADRO: Symbol(AVOGADRO),
    }


@cache
def _operators() -> dict[int, str]:
    """Kind of node -> MathML name; both spellings of Level 1 and 2 are covered."""
    named = {
        "plus": ("PLUS",),
        "minus": ("MINUS",),
        "times": ("TIMES",),
        "divide": ("DIVIDE",),
        "power": ("POWER", "FUNCTION_POWER"),
        "root": ("FUNCTION_ROOT",),
        "abs": ("FUNCTION_ABS",),
        "exp": ("FUNCTION_EXP",),
        "ln": ("FUNCTION_LN",),
        "log": ("FUNCTION_LOG",),
        "floor": ("FUNCTION_FLOOR",),
        "ceiling": ("FUNCTION_CEILING",),
        "factorial": ("FUNCTION_FACTORIAL",),
        "piecewise": ("FUNCTION_PIECEWISE",),
        "delay": ("FUNCTION_DELAY",),
        "max": ("FUNCTION_MAX",),
        "min": ("FUNCTION_MIN",),
        "quotient": ("FUNCTION_QUOTIENT",),
        "rem": ("FUNCTION_REM",),
        "implies": ("LOGICAL_IMPLIES",),
        "and": ("LOGICAL_AND",),
        "or": ("LOGICAL_OR",),
        "not": ("LOGICAL_NOT",),
        "xor": ("LOGICAL_XOR",),
        "eq": ("RELATIONAL_EQ",),
        "neq": ("RELATIONAL_NEQ",),
        "gt": ("RELATIONAL_GT",),
        "lt": ("RELATIONAL_LT",),
        "geq": ("RELATIONAL_GEQ",),
        "leq": ("RELATIONAL_LEQ",),
    }
    circular = ("sin", "cos", "tan", "sec", "csc", "cot")
    for name in circular:
        named[name] = (f"FUNCTION_{name.upper()}",)
        named[f"{name}h"] = (f"FUNCTION_{name.upper()}H",)
        named[f"arc{name}"] = (f"FUNCTION_ARC{name.upper()}",)
        named[f"arc{name}h"] = (f"FUNCTION_ARC{name.upper()}H",)
    return {
        getattr(libsbml, f"AST_{spelling}"): name
        for name, spellings in named.items()
        for spelling in spellings
    }
