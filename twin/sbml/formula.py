"""Mathematics as a value: numbers, names and applied operators, as trees.

Operators carry their MathML names (`plus`, `power`, `piecewise`, ...); a name that is
no operator of MathML calls a function definition.  Nothing here computes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

TIME = "time!"  # no SBML id holds an exclamation mark, so these clash with none
AVOGADRO = "avogadro!"

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Number:
    """A literal; truth values are 1 and 0."""

    value: float


@dataclass(frozen=True, slots=True)
class Symbol:
    """A quantity by its SBML id, the time, or an argument of a function."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or function with its arguments."""

    operator: str
    arguments: tuple["Formula", ...]


Formula = Number | Symbol | Apply


def fold(
    formula: Formula,
    leaf: Callable[[Number | Symbol], Value],
    apply: Callable[[str, list[Value]], Value],
) -> Value:
    """The value of a tree, from its leaves up; as deep as the tree may be.

    leaf   value of a number or a name
    apply  value of an operator, given the values of its arguments
    """
    waiting: list[tuple[Formula, bool]] = [(formula, False)]
    values: list[Value] = []
    while waiting:
        node, opened = waiting.pop()
        if not isinstance(node, Apply):
            values.append(leaf(node))
        elif not opened:
            waiting.append((node, True))
            waiting.extend((argument, False) for argument in reversed(node.arguments))
        else:
            first = len(values) - len(node.arguments)
            arguments = values[first:]
            del values[first:]
            values.append(apply(node.operator, arguments))
    return values[0]


def names_in(formula: Formula) -> frozenset[str]:
    """Every name a formula mentions."""
    names: set[str] = set()

    def leaf(node: Number | Symbol) -> None:
        if isinstance(node, Symbol):
            names.add(node.name)

    fold(formula, leaf, lambda _operator, _arguments: None)
    return frozenset(names)


def operators_in(formula: Formula) -> frozenset[str]:
    """Every operator and function a formula applies."""
    found: set[str] = set()
    fold(formula, lambda _leaf: None, lambda operator, _arguments: found.add(operator))
    return frozenset(found)


def renamed(formula: Formula, names: dict[str, str]) -> Formula:
    """The same formula with some names replaced."""

    def leaf(node: Number | Symbol) -> Formula:
        if isinstance(node, Symbol):
            return Symbol(names.get(node.name, node.name))
        return node

    return fold(formula, leaf, lambda o, a: Apply(o, tuple(a)))
