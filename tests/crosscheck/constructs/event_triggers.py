"""When events fire: triggers of time and of state, at the start, again and again."""

from tests.crosscheck.constructs.case import ROADRUNNER, case
from tests.crosscheck.constructs.sbml_text import (
    L2V1,
    L2V4,
    L3V1,
    assigned,
    event,
    parameter,
    rated,
    variable,
)
from tests.crosscheck.constructs.scenes import DECAY, RAMP, TWO_LITRES

_SEEN = "y + 1"

CASES = (
    case("a time passes", TWO_LITRES, *DECAY, event("e", "time > 3.3", {"A": "A + 2"})),
    case(
        "a time is reached",
        TWO_LITRES,
        *DECAY,
        event("e", "time >= 3.3", {"A": "A + 2"}),
    ),
    case(
        "a time passes, Level 2",
        TWO_LITRES,
        *DECAY,
        event("e", "time > 3.3", {"A": "A + 2"}),
        level=L2V4,
    ),
    case(
        "a time passes, Level 2 Version 1",
        TWO_LITRES,
        *DECAY,
        event("e", "time > 3.3", {"A": "A + 2"}),
        level=L2V1,
    ),
    case(
        "a limit written the other way round",
        TWO_LITRES,
        *DECAY,
        event("e", "3.3 < time", {"A": "9"}),
    ),
    case(
        "a time by a sum",
        TWO_LITRES,
        *DECAY,
        parameter("wait", 3.3),
        event("e", "time - wait > 0.4", {"A": "9"}),
    ),
    case(
        "a level is passed downwards",
        TWO_LITRES,
        *DECAY,
        event("e", "A < 1.5", {"A": "A + 2"}),
    ),
    case(
        "a level is passed upwards",
        TWO_LITRES,
        *DECAY,
        event("e", "B > 3", {"B": "0.5"}),
    ),
    case(
        "a level is passed again and again",
        TWO_LITRES,
        *DECAY,
        event("e", "A < 1.5", {"A": "4"}),
    ),
    case(
        "a level is passed again and again, Level 2",
        TWO_LITRES,
        *DECAY,
        event("e", "A < 1.5", {"A": "4"}),
        level=L2V4,
    ),
    case(
        "two species cross",
        TWO_LITRES,
        *DECAY,
        event("e", "A < B", {"A": "A * 3"}),
    ),
    case(
        "a trigger that swings",
        variable("y", 0.0),
        variable("s"),
        assigned("s", "sin(3 * time)"),
        event("e", "s > 0.5", {"y": _SEEN}),
    ),
    case(
        "a trigger that holds from the start does not fire",
        *RAMP,
        event("e", "x < 3.3", {"y": _SEEN}),
    ),
    case(
        "a trigger that holds from the start but is said to be false fires",
        *RAMP,
        event("e", "x < 3.3", {"y": _SEEN}, initial=False),
    ),
    case(
        "a trigger that always holds, said to be false, fires once",
        *RAMP,
        event("e", "true", {"y": _SEEN}, initial=False),
        referees=(ROADRUNNER,),
        why="COPASI crashes on a trigger that is a constant",
    ),
    case(
        "a trigger that always holds never fires",
        *RAMP,
        event("e", "true", {"y": _SEEN}),
        referees=(ROADRUNNER,),
        why="COPASI crashes on a trigger that is a constant",
    ),
    case(
        "a trigger that never holds",
        *RAMP,
        event("e", "x > 100", {"y": _SEEN}, initial=False),
    ),
    case(
        "the time is at least nothing, said to be false",
        *RAMP,
        event("e", "time >= 0", {"y": _SEEN}, initial=False),
    ),
    case(
        "the time is at least nothing, said to be true",
        *RAMP,
        event("e", "time >= 0", {"y": _SEEN}),
    ),
    case(
        "an event at the start changes what the rates read",
        TWO_LITRES,
        *DECAY,
        event("e", "A > 3", {"A": "A / 4", "B": "B + 3"}, initial=False),
    ),
    case(
        "a trigger that becomes true right after the start",
        *RAMP,
        event("e", "time > 0", {"y": _SEEN}),
    ),
    case(
        "a trigger that falls, then rises",
        *RAMP,
        event("e", "x < 2.2 or x > 6.6", {"y": _SEEN}),
    ),
    case(
        "a window of time",
        *RAMP,
        event("e", "time > 2.2 and time < 6.6", {"y": "5"}),
        event("after", "not (time > 2.2 and time < 6.6)", {"y": "7"}),
    ),
    case(
        "either of two levels",
        TWO_LITRES,
        *DECAY,
        event("e", "A < 1.1 or B > 4.4", {"B": "B - 2"}),
    ),
    case(
        "exactly one of two",
        *RAMP,
        event("e", "xor(x > 2.2, x > 6.6)", {"y": _SEEN}),
        event("f", "not xor(x > 2.2, x > 6.6)", {"y": "y + 10"}),
    ),
    case(
        "a trigger of pieces",
        *RAMP,
        event("e", "(x > 2.2) if x < 5 else (x > 7.7)", {"y": _SEEN}),
        referees=(ROADRUNNER,),
        why="COPASI never fires it",
    ),
    case(
        "a trigger that equals",
        *RAMP,
        event("e", "floor(x / 3) == 2", {"y": _SEEN}),
    ),
    case(
        "every period, by a next time that the event moves",
        *RAMP,
        variable("next", 1.3),
        event("e", "time >= next", {"next": "next + 1.3", "y": _SEEN}),
    ),
    case(
        "every period, doses into a species",
        TWO_LITRES,
        *DECAY,
        variable("next", 1.3),
        event("e", "time > next", {"next": "next + 1.3", "A": "A + 3 / C"}),
    ),
    case(
        "every period, until a number is reached",
        *RAMP,
        variable("next", 1.3),
        event("e", "time >= next and y < 4", {"next": "next + 1.3", "y": _SEEN}),
    ),
    case(
        "a clock that the event resets",
        variable("x", 0.0),
        rated("x", "1"),
        variable("y", 0.0),
        event("e", "x > 1.7", {"x": "0", "y": _SEEN}),
    ),
    case(
        "a ball that bounces",
        variable("h", 3.0),
        variable("v", 0.0),
        rated("h", "v"),
        rated("v", "-2"),
        event("bounce", "h < 0", {"h": "0", "v": "-0.8 * v"}),
        end=9.0,
        points=31,
    ),
    case(
        "a short pulse between two outputs",
        *RAMP,
        variable("rate", 0.0),
        rated("y", "rate"),
        event("on", "time > 3.11", {"rate": "100"}),
        event("off", "time > 3.12", {"rate": "0"}),
    ),
    case(
        "a quantity that a rule gives is the trigger",
        TWO_LITRES,
        *DECAY,
        variable("total"),
        assigned("total", "A ** 2 + B"),
        event("e", "total < 7", {"A": "A + 1"}),
        level=L3V1,
    ),
    case(
        "many events one after another",
        *RAMP,
        *(
            event(f"e{i}", f"time > {0.7 * i + 0.13:.2f}", {"y": f"y + {i}"})
            for i in range(1, 13)
        ),
    ),
    case(
        "an event without assignments",
        TWO_LITRES,
        *DECAY,
        event("e", "time > 3.3", {}),
    ),
    case(
        "an event that sets what it already is",
        TWO_LITRES,
        *DECAY,
        event("e", "A < 2.5", {"A": "A"}),
    ),
    case(
        "an output at the very time of an event shows what came of it",
        variable("y", 1.0),
        variable("x", 0.0),
        rated("x", "y"),
        event("e", "time >= 5", {"y": "3"}),
    ),
)
