"""What depends on the patient only is computed once a patient, not once a step.

A node that does not vary but is no plain number or held quantity, and that a varying
node (or a result) uses, gets a place in the *hoisted* vector.
"""

from collections.abc import Iterable

from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Node, Op

_PLAIN = frozenset({Op.NUMBER, Op.HELD, Op.TRUTH})


def hoisted(graph: Graph, results: Iterable[Node]) -> dict[Node, int]:
    """Place in the hoisted vector of each steady node that computing `results` needs.

    Conditions are not hoisted (the vector holds reals): their numbers are.
    """
    places: dict[Node, int] = {}
    done: set[Node] = set()
    waiting = sorted(set(results), reverse=True)
    while waiting:
        node = waiting.pop()
        if node in done:
            continue
        done.add(node)
        if graph.op[node] in _PLAIN:
            continue
        if graph.varies[node] or graph.is_condition(node):
            waiting.extend(graph.children(node))
        else:
            places[node] = len(places)
    return places


def held_places(graph: Graph, results: Iterable[Node]) -> frozenset[int]:
    """Places of the held quantities that `results` depend on."""
    return _places(graph, results, Op.HELD)


def state_places(graph: Graph, results: Iterable[Node]) -> frozenset[int]:
    """Places of the states that `results` depend on."""
    return _places(graph, results, Op.STATE)


def _places(graph: Graph, results: Iterable[Node], leaf: Op) -> frozenset[int]:
    found: set[int] = set()
    done: set[Node] = set()
    waiting = list(results)
    while waiting:
        node = waiting.pop()
        if node in done:
            continue
        done.add(node)
        if graph.op[node] is leaf:
            found.add(graph.args[node][0])
        waiting.extend(graph.children(node))
    return frozenset(found)
