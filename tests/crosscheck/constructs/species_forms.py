"""Species as amounts and as concentrations, on boundaries, constant, converted."""

from itertools import product
from math import exp

from tests.crosscheck.constructs.case import ROADRUNNER, Case, case
from tests.crosscheck.constructs.sbml_text import (
    L2V4,
    L3V1,
    L3V2,
    Level,
    Part,
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

_LEVELS: dict[str, Level] = {"L2V4": L2V4, "L3V1": L3V1, "L3V2": L3V2}


def _form(level: str, only_amount: bool, by_amount: bool) -> Case:
    """Each way to say how much there is, in each way to mean it."""
    start = "initialAmount" if by_amount else "initialConcentration"
    means = "an amount" if only_amount else "a concentration"
    return case(
        f"{means} that starts from {start}, {level}",
        compartment(size=2.5),
        species(
            "A",
            6.0 if by_amount else None,
            concentration=None if by_amount else 6.0,
            only_amount=only_amount,
        ),
        species("B", 1.0, only_amount=only_amount),
        species("D", concentration=0.5, only_amount=not only_amount),
        reaction("join", "A + D -> 2 B", "0.2 * A * D"),
        reaction("decay", "B ->", "0.1 * B"),
        level=_LEVELS[level],
    )


def _pair(*, boundary: bool, constant: bool = False) -> tuple[Part, ...]:
    return (
        compartment(size=2.0),
        species("A", concentration=4.0),
        species("B", concentration=1.0, boundary=boundary, constant=constant),
        reaction("go", "A -> B", "0.3 * A"),
        reaction("back", "B -> A", "0.2 * B"),
    )


_CONVERTED = "COPASI does not apply conversion factors (L3V2 4.6)"

CASES = (
    *(_form(*kind) for kind in product(_LEVELS, (False, True), (False, True))),
    case("a boundary species is not changed by reactions", *_pair(boundary=True)),
    case(
        "a boundary species is not changed by reactions, Level 2",
        *_pair(boundary=True),
        level=L2V4,
    ),
    case(
        "a constant boundary species drives a reaction",
        *_pair(boundary=True, constant=True),
    ),
    case(
        "a constant species outside every reaction is read by a law",
        compartment(size=2.0),
        species("A", concentration=4.0),
        species("K", concentration=0.3, constant=True),
        reaction("decay", "A ->", "K * A", modifiers=("K",)),
    ),
    case(
        "a boundary species with a rate rule",
        *_pair(boundary=True),
        rated("B", "0.5 - 0.1 * B"),
    ),
    case(
        "a boundary species with an assignment rule",
        *_pair(boundary=True),
        assigned("B", "2 + cos(time)"),
    ),
    case(
        "a boundary amount with a rate rule beside concentrations",
        compartment(size=2.0),
        species("A", concentration=4.0),
        species("B", 1.0, boundary=True, only_amount=True),
        reaction("go", "A -> B", "0.3 * A"),
        rated("B", "0.2 * A"),
    ),
    case(
        "an event lifts a boundary species",
        *_pair(boundary=True),
        event("lift", "time > 4.2", {"B": "5"}),
    ),
    case(
        "a species outside every reaction keeps its value",
        compartment(size=2.0),
        species("A", concentration=4.0),
        species("B", 3.0),
        reaction("decay", "A ->", "0.1 * A * B"),
        exact={"A": lambda t: 4 * exp(-0.1 * 1.5 / 2 * t), "B": lambda _: 1.5},
    ),
    case(
        "a species without any initial value is given by its assignment",
        compartment(size=2.0),
        species("A", concentration=4.0),
        species("B"),
        reaction("decay", "A ->", "0.1 * A"),
        assigned("B", "A / 2"),
    ),
    case(
        "a species without any initial value starts by initial assignment",
        compartment(size=2.0),
        species("A"),
        species("B", only_amount=True),
        reaction("go", "A -> B", "0.1 * A"),
        starts("A", "3"),
        starts("B", "5"),
    ),
    case(
        "amounts and concentrations meet in one reaction",
        compartment(size=4.0),
        species("A", concentration=2.0),
        species("B", 3.0, only_amount=True),
        species("D", 0.0, only_amount=True),
        reaction("join", "A + 2 B -> D", "0.05 * A * B"),
    ),
    case(
        "a species' conversion factor scales what reactions change",
        compartment(size=2.0),
        parameter("factor", 2.5),
        species("A", concentration=4.0),
        species("B", concentration=1.0, factor="factor"),
        reaction("go", "A -> B", "0.3 * A"),
        exact={
            "A": lambda t: 4 * exp(-0.15 * t),
            "B": lambda t: 1 + 10 * (1 - exp(-0.15 * t)),
        },
        referees=(ROADRUNNER,),
        why=_CONVERTED,
    ),
    case(
        "the model's conversion factor holds for every species",
        compartment(size=2.0),
        parameter("factor", 2.5),
        species("A", concentration=4.0),
        species("B", concentration=1.0),
        reaction("go", "A -> B", "0.3 * A"),
        conversion="factor",
        referees=(ROADRUNNER,),
        why=_CONVERTED,
    ),
    case(
        "a species' own conversion factor goes before the model's",
        compartment(size=2.0),
        parameter("factor", 2.5),
        parameter("own", 0.5),
        species("A", 4.0, only_amount=True),
        species("B", 1.0, only_amount=True, factor="own"),
        reaction("go", "A -> 2 B", "0.3 * A"),
        conversion="factor",
        referees=(ROADRUNNER,),
        why=_CONVERTED,
    ),
    case(
        "a conversion factor that is initially assigned",
        compartment(size=2.0),
        parameter("k", 3.0),
        parameter("factor"),
        species("A", concentration=4.0),
        species("B", concentration=1.0, factor="factor"),
        reaction("go", "A -> B", "0.3 * A"),
        starts("factor", "k / 2"),
        referees=(ROADRUNNER,),
        why=_CONVERTED,
    ),
    case(
        "a conversion factor does not touch rate rules",
        compartment(size=2.0),
        parameter("factor", 2.5),
        species("A", concentration=4.0),
        species("B", concentration=1.0, factor="factor"),
        rated("B", "0.1 * A"),
        reaction("decay", "A ->", "0.3 * A"),
    ),
    case(
        "a conversion factor in a growing compartment",
        compartment(size=2.0, constant=False),
        parameter("factor", 2.5),
        species("A", 4.0),
        species("B", 1.0, factor="factor"),
        reaction("go", "A -> B", "0.3 * A"),
        rated("C", "0.1 * C"),
        referees=(ROADRUNNER,),
        why=_CONVERTED,
    ),
    case(
        "a conversion factor on a boundary species does nothing",
        compartment(size=2.0),
        parameter("factor", 2.5),
        species("A", concentration=4.0),
        species("B", concentration=1.0, boundary=True, factor="factor"),
        reaction("go", "A -> B", "0.3 * A"),
    ),
    case(
        "a parameter computed from an amount and a concentration",
        compartment(size=4.0),
        species("A", concentration=2.0),
        species("B", 3.0, only_amount=True),
        variable("total"),
        reaction("go", "A -> B", "0.3 * A"),
        assigned("total", "A * C + B"),
        exact={"total": lambda _: 11.0},
    ),
)
