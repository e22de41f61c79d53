"""rateOf, of Level 3 Version 2: of states, of what nothing changes, of species."""

from math import exp

from tests.crosscheck.constructs.case import case
from tests.crosscheck.constructs.sbml_text import (
    assigned,
    compartment,
    event,
    parameter,
    rated,
    reaction,
    species,
    starts,
    variable,
)
from tests.crosscheck.constructs.scenes import TWO_LITRES

_GO = (
    species("A", concentration=4.0),
    species("B", 1.0, only_amount=True),
    reaction("go", "A -> B", "0.6 * A"),
)

CASES = (
    case(
        "the rate of a parameter",
        variable("x", 1.0),
        variable("y"),
        rated("x", "-0.3 * x"),
        assigned("y", "rateOf(x)"),
        exact={"y": lambda t: -0.3 * exp(-0.3 * t)},
    ),
    case(
        "the rate of a concentration",
        TWO_LITRES,
        *_GO,
        variable("y"),
        assigned("y", "rateOf(A)"),
        exact={"y": lambda t: -1.2 * exp(-0.3 * t)},
    ),
    case(
        "the rate of an amount",
        TWO_LITRES,
        *_GO,
        variable("y"),
        assigned("y", "rateOf(B)"),
        exact={"y": lambda t: 2.4 * exp(-0.3 * t)},
    ),
    case(
        "the rate of what nothing changes",
        variable("x", 1.0),
        parameter("k", 2.0),
        variable("y"),
        assigned("y", "rateOf(x) + rateOf(k) + 3"),
        exact={"y": lambda _: 3.0},
    ),
    case(
        "the rate of one quantity drives another",
        variable("x", 1.0),
        variable("y", 0.0),
        rated("x", "0.5 * time"),
        rated("y", "rateOf(x) - y"),
    ),
    case(
        "the rate of a species in a law",
        TWO_LITRES,
        *_GO,
        species("D", concentration=5.0),
        reaction("other", "D ->", "-0.5 * rateOf(A) * D"),
    ),
    case(
        "the rate of a boundary species with a rule",
        TWO_LITRES,
        species("A", concentration=4.0, boundary=True),
        species("B", concentration=1.0),
        reaction("go", "A -> B", "0.6 * A"),
        rated("A", "-0.2 * A"),
        variable("y"),
        assigned("y", "rateOf(A)"),
    ),
    case(
        "the rate of a compartment",
        compartment(constant=False),
        species("A", concentration=4.0),
        rated("C", "0.2 * C"),
        variable("y"),
        assigned("y", "rateOf(C)"),
    ),
    case(
        "a trigger of a rate",
        TWO_LITRES,
        *_GO,
        event("slow", "rateOf(A) > -0.5", {"A": "A + 3"}),
    ),
    case(
        "an initial assignment of a rate",
        TWO_LITRES,
        *_GO,
        variable("y", 0.0),
        starts("y", "rateOf(A)"),
        rated("y", "1"),
    ),
    case(
        "the rate of a quantity that an event sets",
        variable("x", 1.0),
        variable("y"),
        rated("x", "-0.3 * x"),
        assigned("y", "rateOf(x)"),
        event("e", "time > 3.3", {"x": "2"}),
    ),
)
