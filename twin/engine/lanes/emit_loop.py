"""The loop that never waits: every lane at its own time, with its own step.

Chooses a step a lane, takes it, judges the error, moves on or tries again; where a lane
has come to a line of its programme it is attended to (`emit_attend`).  A lane's
arithmetic never looks at another lane: a draw's result depends neither on its
neighbours nor on how many there are.
"""

import math

from twin.engine.lanes.block import (
    EVENT,
    EVENT_DUE,
    FAILED,
    FINISHED,
    LINE_DUE,
    NOT_FINITE,
    STEP_TOO_SMALL,
    TOO_MANY_STEPS,
    Lane,
    Word,
)
from twin.engine.lanes.emit_arrays import Block, Space
from twin.engine.lanes.emit_control import Controller
from twin.engine.lanes.emit_kinds import Kinds, larger
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.llvm_writer import Lanes, Writer
from twin.engine.lanes.rosenbrock import Tableau

# A step this small against the time has met something that is no solution.
_SMALLEST_STEP = 1e-14


def emit_loop(
    lanes: Lanes, tableau: Tableau, layout: Layout, *, has_events: bool
) -> str:
    """`@advance(block)`: integrates until every draw is done; why it came back.

    With events it also comes back when a trigger has changed or one is due.
    """
    return _Loop(lanes, tableau, layout, has_events=has_events).text() + _entry()


def _entry() -> str:
    place = int(Word.WORKSPACE)
    return f"""define i64 @advance(ptr %block) {{
  %place = getelementptr i64, ptr %block, i64 {place}
  %space = load ptr, ptr %place
  %why = call i64 @loop(ptr %block, ptr %space)
  ret i64 %why
}}
"""


class _Loop:
    def __init__(
        self, lanes: Lanes, tableau: Tableau, layout: Layout, *, has_events: bool
    ) -> None:
        self.lanes, self.tableau, self.has_events = lanes, tableau, has_events
        self.w = w = Writer(lanes)
        self.block, self.space = Block(w), Space(w, layout)
        self.kinds = Kinds(w)
        self.control = Controller(w, self.block, self.space, tableau)
        self.memory = self.kinds.in_all_lanes(self.block.number(Word.MEMORY))
        self.largest_steps = self.block.whole(Word.LARGEST_STEPS)

    def text(self) -> str:
        w, space = self.w, self.space
        self._attend()
        with w.until() as leave:
            active = self._at_work()
            leave(w.let(f"xor i1 {w.any(active)}, true"))
            t, stop = space.times(Lane.TIME), space.times(Lane.STOP)
            wanted = w.load(space.step)
            h, reaches, final = self._length(t, stop, wanted, active)
            sound = w.let(
                f"call {self.lanes.mask} @step(ptr %space, "
                f"{self.lanes.vector} {self.kinds.narrow(t)}, {self.lanes.vector} {h})"
            )
            error, usable, known = self.control.judged(sound)
            accepted = w.both(
                w.both(w.compare("ole", error, w.real(1.0)), usable), active
            )
            factor = self.control.factor(error, usable)
            fired = crossed = None
            if self.has_events:
                accepted, crossed, fired = self._crossings(t, h, accepted, final)
            self.control.next_length(h, wanted, factor, accepted, crossed)
            w.store(
                w.select(accepted, error, w.load(space.last_error)), space.last_error
            )
            reached = w.both(accepted, reaches)
            self._move(t, stop, h, accepted, reached)
            asking = self._reasons(
                h, stop, active, known, reached, w.opposite(accepted), crossed, fired
            )
            with w.when(w.any(asking)):
                self._attend()
        w.do(f"ret i64 {FINISHED}")
        return w.text(
            "define internal i64 @loop(ptr noalias %block, ptr noalias %space)"
        )

    def _attend(self) -> None:
        """See to lanes that ask; with events, back to the driver if one is due."""
        w = self.w
        w.do("call void @attend(ptr %block, ptr %space)")
        if self.has_events:
            reasons, event = (
                self.space.wholes(Lane.REACHED),
                self.kinds.integers(EVENT_DUE),
            )
            due = w.let(f"icmp eq {self.space.whole} {reasons}, {event}")
            w.leave(w.any(due), f"i64 {EVENT}")

    # ------------------------------------------------------------ before the step

    def _at_work(self) -> str:
        row = self.space.wholes(Lane.ROW)
        return self.w.let(f"icmp sge {self.space.whole} {row}, zeroinitializer")

    def _length(
        self, t: str, stop: str, wanted: str, active: str
    ) -> tuple[str, str, str]:
        """The step; whether it ends at the line; whether it ends a trigger's search.

        No crumb is left before a line.
        """
        w = self.w
        left = self.kinds.narrow(w.let(f"fsub {self.lanes.times} {stop}, {t}"))
        reaches = w.compare("oge", w.multiply(wanted, w.real(1.001)), left)
        half = w.multiply(left, w.real(0.5))
        shortened = w.select(w.compare("ogt", wanted, half), half, wanted)
        h = w.select(reaches, left, shortened)
        final = reaches
        if self.has_events:
            h, reaches, final = self._towards_crossing(t, h, reaches)
        return w.select(active, h, w.real(1.0)), reaches, final

    def _towards_crossing(self, t: str, h: str, reaches: str) -> tuple[str, str, str]:
        """Where a trigger is known to change soon, half way there: it is bisected."""
        w = self.w
        ahead = self.kinds.narrow(
            w.let(f"fsub {self.lanes.times} {self.space.times(Lane.CROSSING)}, {t}")
        )
        exact = self.kinds.in_all_lanes(self.block.number(Word.EVENT_TOLERANCE))
        final = w.compare("ole", ahead, exact)
        half = w.select(final, ahead, w.multiply(ahead, w.real(0.5)))
        shorter = w.compare("olt", half, h)
        return (
            w.select(shorter, half, h),
            w.both(reaches, w.opposite(shorter)),
            w.either(final, w.compare("ole", h, exact)),
        )

    # ------------------------------------------------------------ after the step

    def _crossings(
        self, t: str, h: str, accepted: str, final: str
    ) -> tuple[str, str, str]:
        """A step over a change of a trigger is taken back, until it is short enough.

        What is still accepted, what was taken back for this, and where events are due.
        """
        w, space, times = self.w, self.space, self.lanes.times
        later = w.let(f"fadd {times} {t}, {self.kinds.widen(h)}")
        now = w.let(
            f"call {space.whole} @truths(ptr {space.held}, ptr {space.hoisted}, "
            f"ptr {space.point}, {self.lanes.vector} {self.kinds.narrow(later)})"
        )
        before = space.wholes(Lane.TRUTHS)
        changed = w.let(f"icmp ne {space.whole} {now}, {before}")
        changed = w.both(changed, accepted)
        fired = w.both(changed, final)
        crossed = w.both(changed, w.opposite(final))
        space.set_wholes(
            Lane.TRUTHS_NOW,
            w.select(fired, now, space.wholes(Lane.TRUTHS_NOW), space.whole),
        )
        crossing = space.times(Lane.CROSSING)
        past = w.let(f"fcmp oge {times} {later}, {crossing}")
        over = w.either(fired, w.both(accepted, past))
        crossing = w.select(over, w.time(math.inf), crossing, times)
        crossing = w.select(crossed, later, crossing, times)
        w.store(crossing, space.array(Lane.CROSSING), 0, times)
        return w.both(accepted, w.opposite(crossed)), crossed, fired

    def _move(self, t: str, stop: str, h: str, accepted: str, reached: str) -> None:
        """New times and states, where the step is accepted."""
        w, space, times = self.w, self.space, self.lanes.times
        later = w.let(f"fadd {times} {t}, {self.kinds.widen(h)}")
        later = w.select(reached, stop, later, times)
        w.store(w.select(accepted, later, t, times), space.array(Lane.TIME), 0, times)
        with w.repeat(space.layout.n_states) as i:
            old, new = w.load(space.state, i), w.load(space.point, i)
            w.store(w.select(accepted, new, old), space.state, i)
            before = w.load(space.largest, i)
            size = larger(w, w.multiply(before, self.memory), w.intrinsic("fabs", new))
            w.store(w.select(accepted, size, before), space.largest, i)

    def _reasons(
        self,
        h: str,
        stop: str,
        active: str,
        known: str,
        reached: str,
        refused: str,
        crossed: str | None,
        fired: str | None,
    ) -> str:
        """Counts steps, writes down which lanes go to @attend, and why."""
        w, space, whole = self.w, self.space, self.space.whole
        one = self.kinds.integers(1)
        count = w.let(f"add {whole} {space.wholes(Lane.COUNT)}, {one}")
        space.set_wholes(Lane.COUNT, count)
        since = w.let(f"add {whole} {space.wholes(Lane.SINCE)}, {one}")
        space.set_wholes(Lane.SINCE, since)
        limit = self.kinds.whole_in_all_lanes(self.largest_steps)
        tired = w.both(w.let(f"icmp sge {whole} {since}, {limit}"), active)
        tired = w.both(tired, w.opposite(reached))
        least = w.let(f"fmul {self.lanes.times} {stop}, {w.time(_SMALLEST_STEP)}")
        least = w.let(
            f"call {self.lanes.times} @llvm.fabs.v{self.lanes.width}f64"
            f"({self.lanes.times} {least})"
        )
        tiny = w.let(f"fcmp olt {self.lanes.times} {self.kinds.widen(h)}, {least}")
        stuck = w.both(w.both(tiny, refused), active)
        if crossed is not None:
            stuck = w.both(stuck, w.opposite(crossed))
        why = w.select(reached, self.kinds.integers(LINE_DUE), "zeroinitializer", whole)
        if fired is not None:
            why = w.select(fired, self.kinds.integers(EVENT_DUE), why, whole)
        asking = w.either(reached, w.either(tired, stuck))
        for mask, status in (
            (tired, TOO_MANY_STEPS),
            (stuck, STEP_TOO_SMALL),
            (w.both(stuck, w.opposite(known)), NOT_FINITE),
        ):
            why = w.select(mask, self.kinds.integers(FAILED + status), why, whole)
        space.set_wholes(Lane.REACHED, why)
        return asking if fired is None else w.either(asking, fired)
