"""Schedules as programmes: what compiled code does for a draw, line by line.

At one moment first changes, then doses, then the record: an output at the time of a
dose is the one just after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.engine.handover import Integers, Programmes
from twin.engine.lanes.block import ADD, END, NOTHING, RECORD, REPEAT, SET
from twin.engine.lanes.kernel import Names
from twin.engine.schedule import Break, Schedule
from twin.errors import ModelError, UnsupportedModel
from twin.sbml.model_spec import ModelSpec

Line = tuple[float, int, int, float]


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """All lines, and which held quantities they change (to be recorded)."""

    lines: Programmes
    tracked: Integers


def programmes(
    spec: ModelSpec,
    names: Names,
    plans: Sequence[Schedule],
) -> Programme:
    """The programmes of some draws; draws with one schedule share its lines.

    Raises: ModelError when a dose goes where nothing is integrated; UnsupportedModel
        for the change of a compartment in which a concentration is integrated.
    """
    state_at = {name: place for place, name in enumerate(names.states)}
    held_at = {name: place for place, name in enumerate(names.held)}
    lines: list[Line] = []
    begins: list[int] = []
    known: dict[int, int] = {}
    for plan in plans:
        if id(plan) not in known:
            _refuse_dilution(spec, names, plan)
            first = known[id(plan)] = len(lines)
            lines += [
                (time, code, place + first if code == REPEAT else place, value)
                for time, code, place, value in _lines(spec, plan, state_at, held_at)
            ]
        begins.append(known[id(plan)])
    times, codes, places, values = zip(*lines, strict=True)
    changed = {place for _, code, place, _ in lines if code == SET}
    return Programme(
        Programmes(
            np.array(times, np.float64),
            np.array(codes, np.int64),
            np.array(places, np.int64),
            np.array(values, np.float64),
            np.array(begins, np.int64),
        ),
        np.array(sorted(changed), np.int64),
    )


def _refuse_dilution(spec: ModelSpec, names: Names, plan: Schedule) -> None:
    changed = {name for moment in plan.breaks for name in moment.parameters}
    diluting = tuple(
        f"a change of compartment {name}, where a concentration has a rate rule"
        for name in names.fixed
        if name in changed
    )
    if diluting:
        raise UnsupportedModel(spec.identifier, diluting)


def _lines(
    spec: ModelSpec,
    plan: Schedule,
    state_at: dict[str, int],
    held_at: dict[str, int],
) -> list[Line]:
    lines: list[Line] = []
    if plan.period_h:
        lines += _before(spec, plan, state_at)
    own = _own(spec, plan, state_at, held_at)
    # The programme begins at 0 even where nothing happens there.
    if not lines and own[0][0] != 0:
        lines.append((0.0, NOTHING, 0, 0.0))
    return [*lines, *own, (plan.end_h, END, 0, 0.0)]


def _before(spec: ModelSpec, plan: Schedule, state_at: dict[str, int]) -> list[Line]:
    """A period that ends at 0, and the line that sends back to its beginning.

    Places of a REPEAT count from the first line of the programme.
    """
    lines: list[Line] = [(-plan.period_h, NOTHING, 0, 0.0)]
    for moment in plan.before:
        lines += _doses(spec, moment, state_at, moment.time_h - plan.period_h)
    return [*lines, (0.0, REPEAT, 0, plan.period_h)]


def _doses(
    spec: ModelSpec, moment: Break, state_at: dict[str, int], time: float
) -> list[Line]:
    lines: list[Line] = []
    for species, amount in moment.amounts.items():
        name = f"amount({species})"
        if name not in state_at:
            raise ModelError(
                f"model {spec.identifier}: a dose goes into {species}, "
                "which no reaction changes"
            )
        lines.append((time, ADD, state_at[name], amount))
    return lines


def _own(
    spec: ModelSpec,
    plan: Schedule,
    state_at: dict[str, int],
    held_at: dict[str, int],
) -> list[Line]:
    """Changes, doses and records from 0 on."""
    lines: list[Line] = []
    for moment in plan.breaks:
        lines += [
            (moment.time_h, SET, held_at[name], value)
            for name, value in moment.parameters.items()
        ]
        lines += _doses(spec, moment, state_at, moment.time_h)
    lines += [
        (float(time), RECORD, number, 0.0) for number, time in enumerate(plan.times_h)
    ]
    order = {SET: 0, ADD: 1, RECORD: 2}
    lines.sort(key=lambda line: (line[0], order[line[1]]))
    return lines
