"""Slips in measurements to learn from, and what the twin says to each.

What is said of values that were taken but hardly fit comes from learning itself; here
stands what is said before anything is learned.
"""

import json
from collections.abc import Iterator
from typing import Any

from twin.command_line.input_cases import Case, answer_to
from twin.command_line.input_slips import PLAIN
from twin.intake.ask import question_for
from twin.intake.observations import MOST_OBSERVATIONS
from twin.library import Library

_TAKEN = {"daily_dose": "5 mg", "duration": "14 d"}
_WEEK = {"doses": [{"time": f"{day} d", "dose": "5 mg"} for day in range(7)]}
_GOOD = {"time": "5 d", "INR": 2.1}

# slip, the observations, the regimen if another one
_REFUSED: tuple[tuple[str, Any, dict[str, Any] | None], ...] = (
    ("not a list", "INR 2.3", _TAKEN),
    ("an empty list", [], _TAKEN),
    ("an entry that is no pair", ["2.3"], _TAKEN),
    ("no time", [{"INR": 2.3}], _TAKEN),
    ("nothing measured", [{"time": "7 d"}], _TAKEN),
    ("two in one entry", [{"time": "7 d", "INR": 2.3, "albumin": "38 g/L"}], _TAKEN),
    ("an unknown kind", [{"time": "7 d", "PTT": "40 s"}], _TAKEN),
    ("an INR in mg/L", [{"time": "7 d", "INR": "2.3 mg/L"}], _TAKEN),
    ("ug/dL", [{"time": "7 d", "warfarin_S_plasma": "30 ug/dL"}], _TAKEN),
    ("an INR of 45", [{"time": "7 d", "INR": 45}], _TAKEN),
    ("a negative INR", [{"time": "7 d", "INR": -2.3}], _TAKEN),
    ("a word", [{"time": "7 d", "INR": "high"}], _TAKEN),
    ("nothing found", [{"time": "7 d", "warfarin_S_plasma": "0 mg/L"}], _TAKEN),
    (
        "a limit without unit",
        [{"time": "7 d", "warfarin_S_plasma": {"below": 0.1}}],
        _TAKEN,
    ),
    ("above what can be read", [{"time": "7 d", "INR": {"above": 8}}], _TAKEN),
    ("before the clock starts", [{"time": "-2 d", "INR": 1.1}], _TAKEN),
    (
        "a concentration before the first dose",
        [{"time": "0 h", "warfarin_racemate_plasma": "1 mg/L"}],
        _TAKEN,
    ),
    ("after the last day that is told", [{"time": "20 d", "INR": 2.3}], _TAKEN),
    ("after the last dose that is told", [{"time": "9 d", "INR": 2.3}], _WEEK),
    ("the same twice", [_GOOD, _GOOD], _TAKEN),
    (
        "an index that is not an INR's",
        [{"time": "7 d", "factor_X_activity": "30 %", "isi": 1.1}],
        _TAKEN,
    ),
    ("nothing said of the doses", [_GOOD], None),
    ("a dose of a gram", [_GOOD], {**_TAKEN, "daily_dose": "1000 mg"}),
    (
        f"{2 * MOST_OBSERVATIONS} of them",
        [{"time": f"{n} h", "INR": 2.3} for n in range(2 * MOST_OBSERVATIONS)],
        _TAKEN,
    ),
)
_ACCEPTED: tuple[tuple[str, Any], ...] = (
    (
        "two that contradict each other",
        [{"time": "96 h", "INR": 1.5}, {"time": "97 h", "INR": 4}],
    ),
    ("a number alone", [{"time": "7 d", "INR": 2.3}]),
    ("hard to believe", [{"time": "7 d", "INR": 9.5}]),
    (
        "below quantification",
        [{"time": "7 d", "warfarin_S_plasma": {"below": "0.1 mg/L"}}],
    ),
    (
        "an albumin that changed",
        [{"time": "0 h", "albumin": "25 g/L"}, {"time": "7 d", "albumin": "40 g/L"}],
    ),
)
_LONGEST, _LONGEST_BESIDE = 120, 90  # characters in one cell of the listing


def refused_measurements(library: Library) -> Iterator[Case]:
    """Every slip in `observations` that is refused, alone and with its regimen."""
    for slip, written, regimen in _REFUSED:
        yield _case(slip, written, regimen, library)
    both = {"albumin": "40 g/L"}
    yield _case(
        "albumin twice", [{"time": "0 h", "albumin": "38 g/L"}], _TAKEN, library, both
    )


def taken_measurements(library: Library) -> Iterator[Case]:
    """What is taken, and what a command that does not learn says of it."""
    for slip, written in _ACCEPTED:
        case = _case(slip, written, _TAKEN, library)
        document = {**PLAIN, "observations": written, "regimen": _TAKEN}
        not_learned = question_for(document, library).not_learned
        said = "; ".join((case.answer, *not_learned))
        yield Case(case.field, slip, case.written, said)


def _case(
    slip: str,
    written: Any,
    regimen: dict[str, Any] | None,
    library: Library,
    more: dict[str, Any] | None = None,
) -> Case:
    document = {**PLAIN, **(more or {}), "observations": written}
    if regimen is not None:
        document["regimen"] = regimen
    text = json.dumps(written)
    if len(text) > _LONGEST:
        text = f"{text[:60]} … {text[-40:]}"
    beside = "" if regimen in (None, _TAKEN) else f", regimen: {json.dumps(regimen)}"
    if len(beside) > _LONGEST_BESIDE:
        beside = f"{beside[:60]} … {beside[-25:]}"
    return Case(
        "observations",
        slip,
        f"observations: {text}{beside}",
        answer_to(document, library),
    )
