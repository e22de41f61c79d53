"""A model as one graph: what is integrated, how it starts, what each name is worth.

    dy/dt = f(t, y, held)        y(0) and some of held = start(given)

The held vector begins with the given quantities; what the start computes stands
behind them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from twin.engine.graph.definitions import Definitions, definitions
from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Node
from twin.engine.graph.operators import applied
from twin.errors import ForeignFileError
from twin.sbml.equations import Equations, Event, FunctionDefinition
from twin.sbml.formula import TIME, Formula, Number, Symbol, fold, names_in

# Function definitions within one another; each level is some frames of Python.
_DEEPEST_CALLS = 150


class Names:
    """The worth of every name of a model at one moment, as nodes of a graph."""

    def __init__(
        self,
        graph: Graph,
        functions: Mapping[str, FunctionDefinition],
        formulas: Mapping[str, Formula],
        known: Mapping[str, Node],
    ) -> None:
        self.graph = graph
        self._functions = functions
        self._formulas = formulas
        self._known = dict(known)

    def __contains__(self, name: str) -> bool:
        return name in self._known or name in self._formulas

    def value(self, name: str) -> Node:
        """The node of a name.  However long a chain of definitions is.

        Raises: ForeignFileError when the name, or one it is made of, is unknown or
        is defined by itself.
        """
        waiting, opened = [name], set()
        while waiting:
            current = waiting[-1]
            if current in self._known:
                waiting.pop()
                continue
            if current not in self._formulas:
                raise ForeignFileError(f"a formula names {current!r}, which is nothing")
            missing = names_in(self._formulas[current]) - self._known.keys()
            if not missing:
                self._known[current] = self.of(self._formulas[current])
            elif current in opened:
                raise ForeignFileError(f"{current} is defined by itself")
            opened.add(current)
            waiting.extend(sorted(missing))
        return self._known[name]

    def of(self, formula: Formula) -> Node:
        """The node of a formula, as a number."""
        return self.graph.numeric(self._node(formula, {}))

    def condition(self, formula: Formula) -> Node:
        """The node of a formula, as a condition."""
        return self.graph.condition(self._node(formula, {}))

    def _node(
        self, formula: Formula, arguments: Mapping[str, Node], depth: int = 0
    ) -> Node:
        if depth > _DEEPEST_CALLS:
            raise ForeignFileError(
                f"functions call each other more than {_DEEPEST_CALLS} deep, or in a "
                "circle"
            )

        def leaf(node: Number | Symbol) -> Node:
            if isinstance(node, Number):
                return self.graph.number(node.value)
            if node.name in arguments:
                return arguments[node.name]
            return self.value(node.name)

        def apply(operator: str, values: list[Node]) -> Node:
            if operator not in self._functions:
                return applied(self.graph, operator, values)
            function = self._functions[operator]
            if len(values) != len(function.arguments):
                raise ForeignFileError(
                    f"function {operator} takes {len(function.arguments)} arguments, "
                    f"a formula gives it {len(values)}"
                )
            named = dict(zip(function.arguments, values, strict=True))
            return self._node(function.body, named, depth + 1)

        return fold(formula, leaf, apply)


@dataclass(frozen=True, slots=True, eq=False)
class VectorField:
    """The right-hand side and the start of a model.

    states   names, in the order of the state vector
    held     names, in the order of the held vector; the first are those of `given`
    given    their numbers in the file, NaN where it has none
    rates    dy/dt, one node a state
    start    y(0), one node a state
    filled   what the start puts behind the given ones, one node each
    events   of the model; `triggers` are their conditions
    volumes  compartment of each species whose name means a concentration
    """

    graph: Graph
    names: Names
    states: tuple[str, ...]
    held: tuple[str, ...]
    given: Mapping[str, float]
    rates: tuple[Node, ...]
    start: tuple[Node, ...]
    filled: tuple[Node, ...]
    events: tuple[Event, ...]
    triggers: tuple[Node, ...]
    volumes: Mapping[str, str]

    def volume_where_concentration(self, species: str) -> Node | None:
        """The volume by which a species' value becomes an amount; None for amounts."""
        return (
            None
            if species not in self.volumes
            else self.names.value(self.volumes[species])
        )


def vector_field(equations: Equations) -> VectorField:
    """The graph of a model.

    Raises: ForeignFileError when a name is unknown or defined by itself.
    """
    defined = definitions(equations)
    graph = Graph()
    held = (*defined.given, *(n for n in defined.held if n not in defined.given))
    place = {name: graph.held(i) for i, name in enumerate(held)}
    beginning = Names(
        graph,
        equations.functions,
        defined.at_start,
        {name: place[name] for name in defined.given} | {TIME: graph.zero},
    )
    names = Names(
        graph, equations.functions, defined.always, _known(defined, graph, place)
    )
    return VectorField(
        graph=graph,
        names=names,
        states=defined.states,
        held=held,
        given=defined.given,
        rates=tuple(names.value(f"rateOf({name})") for name in defined.states),
        start=tuple(beginning.value(name) for name in defined.states),
        filled=tuple(beginning.value(name) for name in held[len(defined.given) :]),
        events=equations.events,
        triggers=tuple(names.condition(e.trigger) for e in equations.events),
        volumes=defined.volumes,
    )


def _known(
    defined: Definitions, graph: Graph, place: Mapping[str, Node]
) -> dict[str, Node]:
    states = {name: graph.state(i) for i, name in enumerate(defined.states)}
    held = {name: place[name] for name in defined.held}
    return {TIME: graph.time} | held | states
