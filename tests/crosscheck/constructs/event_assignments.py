"""What events do: assignments, delays, values from the trigger's time, persistence."""

from itertools import product

from tests.crosscheck.constructs.case import ROADRUNNER, Case, case
from tests.crosscheck.constructs.sbml_text import (
    L2V3,
    L2V4,
    L3V1,
    assigned,
    compartment,
    event,
    parameter,
    rated,
    reaction,
    species,
    variable,
)
from tests.crosscheck.constructs.scenes import DECAY, RAMP, TWO_LITRES


def _delayed(from_trigger: bool, persistent: bool, delay: str) -> Case:
    """A trigger that holds for two units of time, and something that grows."""
    when = "at the trigger's time" if from_trigger else "when it is executed"
    kind = "persistent" if persistent else "not persistent"
    return case(
        f"values {when}, {kind}, after {delay}",
        *RAMP,
        event(
            "e",
            "time > 2.2 and time < 4.2",
            {"y": "y + x"},
            delay=delay,
            persistent=persistent,
            from_trigger=from_trigger,
        ),
    )


CASES = (
    *(
        _delayed(*kind)
        for kind in product((True, False), (True, False), ("1.1", "3.1", "0.5 * x"))
    ),
    case(
        "a concentration is set",
        TWO_LITRES,
        *DECAY,
        event("e", "time > 3.3", {"A": "7"}),
    ),
    case(
        "an amount is set",
        TWO_LITRES,
        species("A", 4.0, only_amount=True),
        species("B", 1.0),
        reaction("go", "A -> B", "0.6 * A"),
        event("e", "time > 3.3", {"A": "7"}),
    ),
    case(
        "an amount is set, Level 2",
        TWO_LITRES,
        species("A", 4.0, only_amount=True),
        species("B", 1.0),
        reaction("go", "A -> B", "0.6 * A"),
        event("e", "time > 3.3", {"A": "A + 7"}),
        level=L2V4,
    ),
    case(
        "a rate constant is set",
        TWO_LITRES,
        species("A", concentration=4.0),
        variable("k", 0.2),
        reaction("go", "A ->", "k * A"),
        event("e", "time > 3.3", {"k": "k * 5"}),
    ),
    case(
        "a constant species of the boundary is read, a changing one set",
        TWO_LITRES,
        species("A", concentration=4.0),
        species("E", 1.0, boundary=True),
        reaction("go", "A ->", "E * A"),
        event("e", "time > 3.3", {"E": "0.1"}),
    ),
    case(
        "all assignments of an event read the state before",
        *RAMP,
        variable("z", 5.0),
        event("swap", "time > 3.3", {"y": "z", "z": "y", "x": "x + y + z"}),
    ),
    case(
        "two species swap their concentrations",
        TWO_LITRES,
        *DECAY,
        event("swap", "time > 3.3", {"A": "B", "B": "A"}),
    ),
    case(
        "concentrations in two compartments swap, and one is resized",
        TWO_LITRES,
        compartment("D", 0.5, constant=False),
        species("A", concentration=4.0),
        species("B", concentration=1.0, where="D"),
        reaction("go", "A -> B", "0.6 * A"),
        event("e", "time > 3.3", {"A": "B", "B": "A", "D": "D * 3"}),
    ),
    case(
        "an assignment reads an assignment rule",
        TWO_LITRES,
        *DECAY,
        variable("r"),
        assigned("r", "A / (A + B)"),
        event("e", "r < 0.5", {"A": "A + r", "B": "r"}),
    ),
    case(
        "an assignment reads the time",
        *RAMP,
        event("e", "x > 3.3", {"y": "time ** 2"}),
    ),
    case(
        "an assignment of pieces",
        TWO_LITRES,
        *DECAY,
        event("e", "A < 2", {"A": "3 if B > 2 else 4", "B": "0 if B > 2 else 1"}),
    ),
    case(
        "a quantity with a rate is set",
        *RAMP,
        event("e", "x > 3.3", {"x": "x - 5"}),
    ),
    case(
        "a delay, Level 2, values from the trigger's time",
        *RAMP,
        event("e", "x > 3.3", {"y": "x"}, delay="1.4"),
        level=L2V4,
    ),
    case(
        "a delay, Level 2, values when it is executed",
        *RAMP,
        event("e", "x > 3.3", {"y": "x"}, delay="1.4", from_trigger=False),
        level=L2V4,
    ),
    case(
        "a delay, Level 2 Version 3",
        *RAMP,
        event("e", "x > 3.3", {"y": "x"}, delay="1.4"),
        level=L2V3,
    ),
    case(
        "a delay of nothing",
        *RAMP,
        event("e", "x > 3.3", {"y": "x"}, delay="0"),
    ),
    case(
        "a delay by a species at the trigger's time",
        TWO_LITRES,
        *DECAY,
        event("e", "A < 3", {"A": "A + 1"}, delay="B / 2", from_trigger=False),
    ),
    case(
        "a delay longer than the run",
        *RAMP,
        event("e", "x > 3.3", {"y": "x"}, delay="100"),
    ),
    case(
        "fired again while it waits: both are executed",
        variable("s"),
        assigned("s", "sin(3 * time)"),
        variable("y", 0.0),
        variable("z", 0.0),
        event("e", "s > 0.5", {"y": "y + 1", "z": "time"}, delay="3.7"),
    ),
    case(
        "fired again while it waits, values when executed",
        variable("s"),
        assigned("s", "sin(3 * time)"),
        variable("y", 0.0),
        event("e", "s > 0.5", {"y": "y + time"}, delay="3.7", from_trigger=False),
    ),
    case(
        "fired again while it waits, not persistent: none is executed",
        variable("s"),
        assigned("s", "sin(3 * time)"),
        variable("y", 0.0),
        event("e", "s > 0.5", {"y": "y + 1"}, delay="1.7", persistent=False),
    ),
    case(
        "not persistent and short enough",
        variable("s"),
        assigned("s", "sin(time)"),
        variable("y", 0.0),
        event("e", "s > 0.5", {"y": "y + 1"}, delay="1.1", persistent=False),
    ),
    case(
        "an event ends another's trigger before its delay is over",
        *RAMP,
        variable("on", 0.0),
        event("start", "time > 1.2", {"on": "1"}),
        event("slow", "on > 0.5", {"y": "y + 1"}, delay="3", persistent=False),
        event("stop", "time > 3.3", {"on": "0"}),
    ),
    case(
        "an event ends another's trigger and starts it again",
        *RAMP,
        variable("on", 0.0),
        event("start", "time > 1.2", {"on": "1"}),
        event(
            "slow",
            "on > 0.5",
            {"y": "y + time"},
            delay="3",
            persistent=False,
            from_trigger=False,
        ),
        event("stop", "time > 3.3", {"on": "0"}),
        event("again", "time > 3.7", {"on": "1"}),
    ),
    case(
        "a delay begins at the start of time",
        *RAMP,
        event("e", "x < 1", {"y": "y + 1"}, delay="3.3", initial=False),
    ),
    case(
        "a delayed assignment of the concentration in a growing compartment",
        compartment(constant=False),
        species("A", concentration=4.0),
        rated("C", "0.2"),
        event("e", "time > 2.2", {"A": "A * 2"}, delay="1.4"),
        referees=(ROADRUNNER,),
        why="COPASI keeps the amount of the trigger's time; it is a concentration that "
        "is set, when the event is executed (L3V2 4.12.5)",
        exact={"A": lambda t: (4 if t < 3.6 else 8 / 1.44 * 1.72) / (1 + 0.2 * t)},
    ),
    case(
        "an event stops an oscillation",
        variable("p", 1.0),
        variable("q", 0.0),
        variable("w", 2.0),
        rated("p", "w * q"),
        rated("q", "-w * p"),
        event("stop", "time > 4.4", {"w": "0"}),
    ),
    case(
        "a parameter without value gets one by an event",
        *RAMP,
        variable("z", 1.0),
        parameter("k", 4.0),
        event("e", "x > 3.3", {"z": "k / 3"}),
        rated("y", "z"),
        level=L3V1,
    ),
)
