"""Events as SBML means them: triggers, delays, priorities, persistence.

Compiled code finds the moment at which a trigger changes and hands the lane over; who
goes first, who waits and whose values count is decided here (SBML Level 3 Version 2
Core, section 4.11.6).  Formulas stay compiled.  Where the standard lets chance decide
between equals, the order in the file does.  A trigger that is true for less than one
step, and false at both ends of it, is not seen: give such a pulse an event that begins
it, or ask for a time within.
"""

import ctypes
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from twin.engine.event_plan import Assignment, EventPlan
from twin.engine.lanes.block import (
    EVENT_DUE,
    EVENTS_WITHOUT_END,
    FAILED,
    LINE_DUE,
    N_VIEW_WORDS,
    Lane,
    View,
)

Floats = npt.NDArray[np.float64]

# Events of one moment: beyond this they set each other off without end.
_MOST_AT_ONCE = 1_000


@dataclass(slots=True)
class _Waiting:
    event: int
    due: float
    values: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """Views of a workspace: `[place, lane]` arrays, and one number a lane."""

    states: Floats
    held: Floats
    largest: Floats
    step: Floats
    step_after_break: Floats
    numbers: npt.NDArray[np.int64]

    def time(self, lane: int) -> float:
        """Where a lane's clock stands."""
        return float(self.numbers[Lane.TIME].view(np.float64)[lane])


@dataclass(eq=False)
class EventDesk:
    """Carries out the events of the draws of one chunk.

    plans     the events, in the order of the file
    observe   address of the function that computes their formulas
    judge     looks at all triggers anew
    waiting   by draw: what has been set off and is not due yet
    """

    plans: Sequence[EventPlan]
    observe: int
    n_outputs: int
    judge: Callable[[], None]
    lanes: Lanes
    waiting: dict[int, list[_Waiting]] = field(default_factory=dict)

    def attend(self) -> None:
        """See to every lane whose triggers changed or whose event is due."""
        reasons = self.lanes.numbers[Lane.REACHED]
        for lane in np.flatnonzero(reasons == EVENT_DUE):
            settled = self._attend(int(lane))
            reasons[lane] = LINE_DUE if settled else FAILED + EVENTS_WITHOUT_END

    def _attend(self, lane: int) -> bool:
        """Whether the events of this moment came to an end."""
        numbers = self.lanes.numbers
        now = self.lanes.time(lane)
        waiting = self.waiting.setdefault(int(numbers[Lane.ROW][lane]), [])
        for _ in range(_MOST_AT_ONCE):
            self.judge()
            self._notice(lane, now, waiting)
            ready = [w for w in waiting if w.due <= now]
            if not ready:
                due = min((w.due for w in waiting), default=math.inf)
                numbers[Lane.DUE].view(np.float64)[lane] = due
                return True
            chosen = self._first(lane, ready)
            waiting.remove(chosen)
            self._carry_out(lane, chosen)
        return False

    def _notice(self, lane: int, now: float, waiting: list[_Waiting]) -> None:
        """Set off what has become true; forget what must stay true and did not."""
        numbers = self.lanes.numbers
        before, after = (
            int(numbers[Lane.TRUTHS][lane]),
            int(numbers[Lane.TRUTHS_NOW][lane]),
        )
        numbers[Lane.TRUTHS][lane] = after
        values: Floats | None = None
        for number, plan in enumerate(self.plans):
            was, is_true = before >> number & 1, after >> number & 1
            if was and not is_true and not plan.persistent:
                waiting[:] = [w for w in waiting if w.event != number]
            if is_true and not was:
                if values is None:
                    values = self._values(lane)
                delay = values[plan.delay] if plan.delay >= 0 else 0.0
                kept = values if plan.values_from_trigger else None
                waiting.append(_Waiting(number, now + float(delay), kept))

    def _first(self, lane: int, ready: list[_Waiting]) -> _Waiting:
        """Of those due, the one of highest priority, or else the earliest set off."""
        if len(ready) == 1:
            return ready[0]
        values = self._values(lane)

        def rank(waiting: _Waiting) -> float:
            place = self.plans[waiting.event].priority
            return float(values[place]) if place >= 0 else -math.inf

        return max(ready, key=rank)

    def _carry_out(self, lane: int, chosen: _Waiting) -> None:
        """Values of the trigger's time or of now; volumes of now, before any changes.

        So do libroadrunner and COPASI where one event sets a concentration and resizes
        its compartment: the amount is that of the size before.
        """
        plan = self.plans[chosen.event]
        before = self._values(lane)
        values = before if chosen.values is None else chosen.values
        for assignment in plan.assignments:
            value = values[assignment.output]
            if assignment.volume >= 0:
                value = value * before[assignment.volume]
            self._assign(lane, assignment, float(value))
        if plan.dilutions:
            after = self._values(lane)
            for dilution in plan.dilutions:
                part = before[dilution.volume] / after[dilution.volume]
                self.lanes.states[dilution.place, lane] *= part
        self.lanes.numbers[Lane.SINCE][lane] = 0
        self.lanes.numbers[Lane.AFTER_BREAK][lane] = 1
        self.lanes.step[lane] = self.lanes.step_after_break[lane]

    def _assign(self, lane: int, assignment: Assignment, value: float) -> None:
        lanes = self.lanes
        if not assignment.to_state:
            lanes.held[assignment.place, lane] = value
            return
        lanes.states[assignment.place, lane] = value
        size = max(abs(value), lanes.largest[assignment.place, lane])
        lanes.largest[assignment.place, lane] = size

    def _values(self, lane: int) -> Floats:
        """Every formula of the events, with the lane as it is now."""
        lanes = self.lanes
        record = np.concatenate([lanes.states[:, lane], lanes.held[:, lane]]).astype(
            np.float64
        )
        n_states, n_held = len(lanes.states), len(lanes.held)
        tracked_at = n_states + np.arange(n_held, dtype=np.int64)
        nothing, time = np.full(n_held, -1, np.int64), np.array([lanes.time(lane)])
        outputs = np.empty(self.n_outputs)
        view = np.zeros(N_VIEW_WORDS, np.int64)
        arrays = {  # alive until the code has read them
            View.RECORDS: record,
            View.TIMES: time,
            View.VALUES: record,
            View.COLUMN_OF: nothing,
            View.DEFAULTS: record[n_states:].copy(),
            View.TRACKED_AT: tracked_at,
            View.OUT: outputs,
        }
        for word, array in arrays.items():
            view[word] = array.ctypes.data
        view[View.N_DRAWS] = view[View.N_RECORDS] = 1
        view[View.WIDTH] = len(record)
        _OBSERVE(self.observe)(view.ctypes.data)
        return outputs


_OBSERVE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
