"""Schedules as programmes: what compiled code does for a draw, line by line.

At one moment first changes, then doses, then the record: an output at the time of a
dose is the one just after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.engine.handover import Integers, Programmes
from twin.engine.lanes.block import ADD, END, NOTHING, RECORD, SET
from twin.engine.schedule import Schedule
from twin.errors import ModelError
from twin.sbml.model_spec import ModelSpec

Line = tuple[float, int, int, float]


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """All lines, and which held quantities they change (to be recorded)."""

    lines: Programmes
    tracked: Integers


def programmes(
    spec: ModelSpec,
    states: Sequence[str],
    held: Sequence[str],
    plans: Sequence[Schedule],
) -> Programme:
    """The programmes of some draws; draws with one schedule share its lines.

    Raises: ModelError when a dose goes where nothing is integrated.
    """
    state_at = {name: place for place, name in enumerate(states)}
    held_at = {name: place for place, name in enumerate(held)}
    lines: list[Line] = []
    begins: list[int] = []
    known: dict[int, int] = {}
    for plan in plans:
        if id(plan) not in known:
            known[id(plan)] = len(lines)
            lines += _lines(spec, plan, state_at, held_at)
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


def _lines(
    spec: ModelSpec,
    plan: Schedule,
    state_at: dict[str, int],
    held_at: dict[str, int],
) -> list[Line]:
    lines: list[Line] = []
    for moment in plan.breaks:
        lines += [
            (moment.time_h, SET, held_at[name], value)
            for name, value in moment.parameters.items()
        ]
        for species, amount in moment.amounts.items():
            name = f"amount({species})"
            if name not in state_at:
                raise ModelError(
                    f"model {spec.identifier}: a dose goes into {species}, "
                    "which no reaction changes"
                )
            lines.append((moment.time_h, ADD, state_at[name], amount))
    lines += [
        (float(time), RECORD, number, 0.0) for number, time in enumerate(plan.times_h)
    ]
    order = {SET: 0, ADD: 1, RECORD: 2}
    lines.sort(key=lambda line: (line[0], order[line[1]]))
    # The programme begins at 0 even where nothing happens there.
    first = [] if lines[0][0] == 0 else [(0.0, NOTHING, 0, 0.0)]
    return [*first, *lines, (plan.end_h, END, 0, 0.0)]
