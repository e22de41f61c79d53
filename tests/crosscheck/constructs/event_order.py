"""Several events at one instant: priorities, cascades, what each of them sees."""

from tests.crosscheck.constructs.case import COPASI, ROADRUNNER, case
from tests.crosscheck.constructs.sbml_text import (
    L2V4,
    L3V1,
    assigned,
    compartment,
    event,
    rated,
    reaction,
    species,
    variable,
)

_X = variable("x", 1.0)
_Y = variable("y", 0.0)
_WHEN = "time > 3.3"

CASES = (
    case(
        "the higher priority goes first",
        _X,
        event("add", _WHEN, {"x": "x + 1"}, priority="1"),
        event("double", _WHEN, {"x": "x * 2"}, priority="2"),
    ),
    case(
        "the higher priority goes first, whatever the order of the file",
        _X,
        event("double", _WHEN, {"x": "x * 2"}, priority="2", from_trigger=False),
        event("add", _WHEN, {"x": "x + 1"}, priority="1", from_trigger=False),
    ),
    case(
        "the later sees what the earlier did, when it takes values at execution",
        _X,
        event("double", _WHEN, {"x": "x * 10"}, priority="1", from_trigger=False),
        event("add", _WHEN, {"x": "x + 1"}, priority="2", from_trigger=False),
    ),
    case(
        "the later does not see it, when it takes values of the trigger's time",
        _X,
        _Y,
        event("read", _WHEN, {"y": "x"}, priority="1"),
        event("add", _WHEN, {"x": "x + 1"}, priority="2"),
    ),
    case(
        "three priorities, one negative",
        _X,
        event("a", _WHEN, {"x": "x + 1"}, priority="0", from_trigger=False),
        event("b", _WHEN, {"x": "x * 3"}, priority="-5", from_trigger=False),
        event("c", _WHEN, {"x": "x - 7"}, priority="5.5", from_trigger=False),
    ),
    case(
        "priorities by what they are when the event is executed",
        _X,
        variable("p", 1.0),
        event("first", _WHEN, {"p": "10"}, priority="100"),
        event("add", _WHEN, {"x": "x + 1"}, priority="p", from_trigger=False),
        event("double", _WHEN, {"x": "x * 2"}, priority="5", from_trigger=False),
    ),
    case(
        "priorities by a quantity that grows",
        _X,
        _Y,
        rated("y", "1"),
        event("add", "y > 3.3", {"x": "x + 1"}, priority="y", from_trigger=False),
        event("double", "y > 3.3", {"x": "x * 2"}, priority="3", from_trigger=False),
    ),
    case(
        "events without priority at one instant on different quantities",
        _X,
        _Y,
        event("a", _WHEN, {"x": "5"}),
        event("b", _WHEN, {"y": "7"}),
        level=L2V4,
    ),
    case(
        "the earlier makes the later's trigger false: persistent, still executed",
        _X,
        _Y,
        event("off", "x > 0.5 and time > 3.3", {"x": "0"}, priority="2"),
        event("late", "x > 0.5 and time > 3.3", {"y": "y + 1"}, priority="1"),
    ),
    case(
        "the earlier makes the later's trigger false: not persistent, dropped",
        _X,
        _Y,
        event("off", _WHEN, {"x": "0"}, priority="2"),
        event(
            "late",
            "x > 0.5 and time > 3.3",
            {"y": "y + 1"},
            priority="1",
            persistent=False,
        ),
    ),
    case(
        "each of two drops the other",
        _X,
        _Y,
        event(
            "a",
            "x > 0.5 and time > 3.3",
            {"x": "0", "y": "y + 1"},
            priority="2",
            persistent=False,
        ),
        event(
            "b",
            "x > 0.5 and time > 3.3",
            {"x": "0", "y": "y + 10"},
            priority="1",
            persistent=False,
        ),
    ),
    case(
        "one event sets off the next at the same instant",
        _X,
        _Y,
        event("a", _WHEN, {"x": "5"}),
        event("b", "x > 4", {"y": "x + 1"}),
    ),
    case(
        "a cascade of four",
        *(variable(f"v{i}", 0.0) for i in range(5)),
        event("e0", _WHEN, {"v0": "1"}),
        *(
            event(f"e{i}", f"v{i - 1} > 0.5", {f"v{i}": f"v{i - 1} + 1"})
            for i in range(4, 0, -1)
        ),
    ),
    case(
        "a cascade of four, Level 2",
        *(variable(f"v{i}", 0.0) for i in range(5)),
        event("e0", _WHEN, {"v0": "1"}),
        *(
            event(f"e{i}", f"v{i - 1} > 0.5", {f"v{i}": f"v{i - 1} + 1"})
            for i in range(1, 5)
        ),
        level=L2V4,
    ),
    case(
        "a cascade that starts at the start",
        *(variable(f"v{i}", 0.0) for i in range(3)),
        event("e0", "v0 < 0.5", {"v0": "1"}, initial=False),
        event("e1", "v0 > 0.5", {"v1": "1"}),
        event("e2", "v1 > 0.5", {"v2": "1"}),
    ),
    case(
        "two events hand a number to and fro",
        _X,
        _Y,
        event("up", _WHEN, {"y": "1"}),
        event("to", "y > 0.5 and x < 6", {"x": "x + 1", "y": "0"}),
        event("fro", "y < 0.5 and time > 3.3 and x > 1.5 and x < 6", {"y": "1"}),
    ),
    case(
        "an event that a cascade sets off goes by its priority",
        _X,
        _Y,
        event("first", _WHEN, {"y": "1"}, priority="10"),
        event("second", _WHEN, {"x": "x * 2"}, priority="5", from_trigger=False),
        event("sudden", "y > 0.5", {"x": "x + 3"}, priority="7", from_trigger=False),
        referees=(ROADRUNNER,),
        why="COPASI finishes those already there first; L3V2 4.12 sorts all anew",
    ),
    case(
        "an event that a cascade sets off waits for higher priorities",
        _X,
        _Y,
        event("first", _WHEN, {"y": "1"}, priority="10"),
        event("second", _WHEN, {"x": "x * 2"}, priority="5", from_trigger=False),
        event("sudden", "y > 0.5", {"x": "x + 3"}, priority="1", from_trigger=False),
    ),
    case(
        "a trigger that falls and rises within one instant fires again",
        _X,
        _Y,
        event("down", _WHEN, {"x": "0"}, priority="3"),
        event("up", _WHEN, {"x": "1"}, priority="2"),
        event("count", "x > 0.5", {"y": "y + 1"}, priority="1"),
    ),
    case(
        "delayed events meet at one instant: priorities hold",
        _X,
        event(
            "add",
            "time > 1.3",
            {"x": "x + 1"},
            delay="2",
            priority="1",
            from_trigger=False,
        ),
        event(
            "double",
            "time > 2.3",
            {"x": "x * 2"},
            delay="1",
            priority="2",
            from_trigger=False,
        ),
        referees=(COPASI,),
        why="roadrunner cannot restart between them (CV_TOO_CLOSE)",
    ),
    case(
        "a delayed event and a prompt one meet",
        _X,
        _Y,
        rated("y", "1"),
        event(
            "late",
            "y > 1.25",
            {"x": "x + 1"},
            delay="2",
            priority="1",
            from_trigger=False,
        ),
        event("prompt", "y > 3.25", {"x": "x * 2"}, priority="2", from_trigger=False),
    ),
    case(
        "a prompt event fires one that waits, again and again",
        _X,
        _Y,
        event("tick", "x > 0.5", {"x": "0", "y": "y + 1"}, initial=False),
        event("tock", "x < 0.5", {"x": "1"}, delay="1.3"),
    ),
    case(
        "an event on a concentration sets off one on the compartment",
        compartment(size=2.0, constant=False),
        species("A", concentration=4.0),
        reaction("go", "A ->", "0.6 * A"),
        event("a", _WHEN, {"A": "10"}),
        event("b", "A > 9", {"C": "4"}),
    ),
    case(
        "an assignment rule between two events of a cascade",
        _X,
        _Y,
        variable("z"),
        assigned("z", "x * 10"),
        event("a", _WHEN, {"x": "5"}),
        event("b", "z > 40", {"y": "z"}),
        level=L3V1,
    ),
    case(
        "events at the start, by priority",
        _X,
        event(
            "a",
            "time >= 0",
            {"x": "x + 1"},
            initial=False,
            priority="1",
            from_trigger=False,
        ),
        event(
            "b",
            "time >= 0",
            {"x": "x * 5"},
            initial=False,
            priority="2",
            from_trigger=False,
        ),
    ),
    case(
        "many events at one instant, each by its priority",
        _X,
        *(
            event(
                f"e{i}",
                _WHEN,
                {"x": f"x * 2 + {i}"},
                priority=f"{(i * 5) % 7}",
                from_trigger=False,
            )
            for i in range(7)
        ),
    ),
)
