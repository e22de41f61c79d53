"""The loop that never waits: every lane at its own time, with its own step.

Chooses a step a lane, takes it, judges the error, moves on or tries again; where a lane
has come to a line of its programme it is attended to (`emit_attend`).  A lane's
arithmetic never looks at another lane: a draw's result depends neither on its
neighbours nor on how many there are.
"""

import math

from twin.engine.block import (
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
from twin.engine.emit_arrays import Block, Space
from twin.engine.emit_step import Layout
from twin.engine.llvm_writer import Lanes, Writer
from twin.engine.rosenbrock import Tableau

# The controller (Hairer & Wanner 1996, IV.2): how much a step may grow and shrink, its
# safety, and how strongly it minds the last error.
_SAFETY, _GROW, _SHRINK = 0.9, 6.0, 0.2
_LAST_ERROR_COUNTS = 0.3
# After a NaN or a lost pivot.
_RETREAT = 0.1
# A step this small against the time has met something that is no solution.
_SMALLEST_STEP = 1e-14
_SMALLEST_ERROR, _LARGEST_ERROR = 1e-8, 1e30


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
        self.relative = self._in_all_lanes(self.block.number(Word.RELATIVE))
        self.memory = self._in_all_lanes(self.block.number(Word.MEMORY))
        self.absolute = self.block.pointer(Word.ABSOLUTE)
        self.largest_steps = self.block.whole(Word.LARGEST_STEPS)
        shared = w.let(f"icmp ne i64 {self.block.whole(Word.SHARED)}, 0")
        self.shared = shared

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
                f"{self.lanes.vector} {self._narrow(t)}, {self.lanes.vector} {h})"
            )
            error, usable, known = self._judged(sound)
            accepted = w.both(
                w.both(w.compare("ole", error, w.real(1.0)), usable), active
            )
            factor = self._factor(error, usable)
            fired = crossed = None
            if self.has_events:
                accepted, crossed, fired = self._crossings(t, h, accepted, final)
            self._next_length(h, wanted, factor, accepted, crossed)
            w.store(w.select(accepted, error, w.load(space.last_error)), space.last_error)
            reached = w.both(accepted, reaches)
            self._move(t, stop, h, accepted, reached)
            asking = self._reasons(
                h, stop, active, known, reached, w.opposite(accepted), crossed, fired
            )
            with w.when(w.any(asking)):
                self._attend()
        w.do(f"ret i64 {FINISHED}")
        return w.text("define internal i64 @loop(ptr noalias %block, ptr noalias %space)")

    def _attend(self) -> None:
        """See to lanes that ask; with events, back to the driver if one is due."""
        w = self.w
        w.do("call void @attend(ptr %block, ptr %space)")
        if self.has_events:
            reasons = self.space.wholes(Lane.REACHED)
            due = w.let(
                f"icmp eq {self.space.whole} {reasons}, {self._integers(EVENT_DUE)}"
            )
            w.leave(w.any(due), f"i64 {EVENT}")

    # ------------------------------------------------------------ before the step

    def _at_work(self) -> str:
        row = self.space.wholes(Lane.ROW)
        return self.w.let(f"icmp sge {self.space.whole} {row}, zeroinitializer")

    def _length(
        self, t: str, stop: str, wanted: str, active: str
    ) -> tuple[str, str, str]:
        """The step; whether it ends at the line; whether it ends a search for a trigger.

        No crumb is left before a line.
        """
        w = self.w
        left = self._narrow(w.let(f"fsub {self.lanes.times} {stop}, {t}"))
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
        ahead = self._narrow(
            w.let(f"fsub {self.lanes.times} {self.space.times(Lane.CROSSING)}, {t}")
        )
        exact = self._in_all_lanes(self.block.number(Word.EVENT_TOLERANCE))
        final = w.compare("ole", ahead, exact)
        half = w.select(final, ahead, w.multiply(ahead, w.real(0.5)))
        shorter = w.compare("olt", half, h)
        return (
            w.select(shorter, half, h),
            w.both(reaches, w.opposite(shorter)),
            w.either(final, w.compare("ole", h, exact)),
        )

    # ------------------------------------------------------------ after the step

    def _judged(self, sound: str) -> tuple[str, str, str]:
        """The error in tolerances; whether the step is of use; whether it is finite."""
        w, space, vector = self.w, self.space, self.lanes.vector
        total = w.variable(vector, w.real(0.0))
        with w.repeat(space.layout.n_states) as i:
            new = w.intrinsic("fabs", w.load(space.point, i))
            size = _larger(w, w.load(space.largest, i), new)
            floor = self._in_all_lanes(w.load(self.absolute, i, "double"))
            scale = w.multiply_add(size, self.relative, floor)
            part = w.divide(w.intrinsic("fabs", w.load(space.rest, i)), scale)
            total.set(_larger(w, total.get(), part))
        error = total.get()
        first = w.let(
            f"shufflevector {vector} {error}, {vector} poison, "
            f"<{self.lanes.width} x i32> zeroinitializer"
        )
        error = w.let(f"select i1 {self.shared}, {vector} {first}, {vector} {error}")
        known = w.compare("olt", error, w.real(_LARGEST_ERROR))
        usable = w.both(known, sound)
        error = w.select(known, error, w.real(_LARGEST_ERROR))
        small = w.compare("olt", error, w.real(_SMALLEST_ERROR))
        return w.select(small, w.real(_SMALLEST_ERROR), error), usable, known

    def _crossings(
        self, t: str, h: str, accepted: str, final: str
    ) -> tuple[str, str, str]:
        """A step over a change of a trigger is taken back, until it is short enough.

        What is still accepted, what was taken back for this, and where events are due.
        """
        w, space, times = self.w, self.space, self.lanes.times
        later = w.let(f"fadd {times} {t}, {self._widen(h)}")
        now = w.let(
            f"call {space.whole} @truths(ptr {space.held}, ptr {space.hoisted}, "
            f"ptr {space.point}, {self.lanes.vector} {self._narrow(later)})"
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

    def _factor(self, error: str, usable: str) -> str:
        """s err^(-1/q) (last/err)^β, kept within bounds."""
        w, vector = self.w, self.lanes.vector
        q = self.tableau.error_order + 1
        beta = _LAST_ERROR_COUNTS / q

        def log(x: str) -> str:
            return w.let(f"call {vector} @log_lanes({vector} {x})")

        power = w.multiply(log(error), w.real(-(1.0 / q - 0.75 * beta)))
        power = w.multiply_add(log(w.load(self.space.last_error)), w.real(beta), power)
        factor = w.let(f"call {vector} @exp_lanes({vector} {power})")
        factor = w.multiply(factor, w.real(_SAFETY))
        factor = _larger(w, factor, w.real(_SHRINK))
        large = w.compare("ogt", factor, w.real(_GROW))
        factor = w.select(large, w.real(_GROW), factor)
        return w.select(usable, factor, w.real(_RETREAT))

    def _next_length(
        self, h: str, wanted: str, factor: str, accepted: str, crossed: str | None
    ) -> None:
        """A step that a line or a trigger cut short says nothing against a longer one."""
        w, space = self.w, self.space
        proposed = w.multiply(h, factor)
        no_growth = w.compare("ogt", proposed, h)
        proposed = w.select(w.both(w.opposite(accepted), no_growth), h, proposed)
        cut = w.both(w.compare("olt", h, wanted), w.compare("olt", proposed, wanted))
        kept = w.both(accepted, cut)
        if crossed is not None:
            kept = w.either(kept, crossed)
        w.store(w.select(kept, wanted, proposed), space.step)
        fresh = w.let(
            f"icmp ne {space.whole} {space.wholes(Lane.AFTER_BREAK)}, zeroinitializer"
        )
        fresh = w.both(fresh, accepted)
        w.store(
            w.select(fresh, proposed, w.load(space.step_after_break)),
            space.step_after_break,
        )
        mark = w.select(
            accepted, "zeroinitializer", space.wholes(Lane.AFTER_BREAK), space.whole
        )
        space.set_wholes(Lane.AFTER_BREAK, mark)

    def _move(self, t: str, stop: str, h: str, accepted: str, reached: str) -> None:
        """New times and states, where the step is accepted."""
        w, space, times = self.w, self.space, self.lanes.times
        later = w.let(f"fadd {times} {t}, {self._widen(h)}")
        later = w.select(reached, stop, later, times)
        w.store(w.select(accepted, later, t, times), space.array(Lane.TIME), 0, times)
        with w.repeat(space.layout.n_states) as i:
            old, new = w.load(space.state, i), w.load(space.point, i)
            w.store(w.select(accepted, new, old), space.state, i)
            before = w.load(space.largest, i)
            size = _larger(w, w.multiply(before, self.memory), w.intrinsic("fabs", new))
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
        count = w.let(f"add {whole} {space.wholes(Lane.COUNT)}, {self._integers(1)}")
        space.set_wholes(Lane.COUNT, count)
        limit = self._whole_in_all_lanes(self.largest_steps)
        tired = w.both(w.let(f"icmp sge {whole} {count}, {limit}"), active)
        tired = w.both(tired, w.opposite(reached))
        least = w.let(f"fmul {self.lanes.times} {stop}, {w.time(_SMALLEST_STEP)}")
        least = w.let(
            f"call {self.lanes.times} @llvm.fabs.v{self.lanes.width}f64"
            f"({self.lanes.times} {least})"
        )
        tiny = w.let(f"fcmp olt {self.lanes.times} {self._widen(h)}, {least}")
        stuck = w.both(w.both(tiny, refused), active)
        if crossed is not None:
            stuck = w.both(stuck, w.opposite(crossed))
        why = w.select(reached, self._integers(LINE_DUE), "zeroinitializer", whole)
        if fired is not None:
            why = w.select(fired, self._integers(EVENT_DUE), why, whole)
        asking = w.either(reached, w.either(tired, stuck))
        for mask, status in (
            (tired, TOO_MANY_STEPS),
            (stuck, STEP_TOO_SMALL),
            (w.both(stuck, w.opposite(known)), NOT_FINITE),
        ):
            why = w.select(mask, self._integers(FAILED + status), why, whole)
        space.set_wholes(Lane.REACHED, why)
        return asking if fired is None else w.either(asking, fired)

    # ------------------------------------------------------------ kinds of numbers

    def _in_all_lanes(self, number: str) -> str:
        """A double, as a real in every lane."""
        w, lanes = self.w, self.lanes
        if lanes.real == "float":
            number = w.let(f"fptrunc double {number} to float")
        return _spread(w, number, lanes.real, lanes.vector)

    def _whole_in_all_lanes(self, number: str) -> str:
        return _spread(self.w, number, "i64", self.space.whole)

    def _narrow(self, times: str) -> str:
        """Times as reals."""
        if self.lanes.real == "double":
            return times
        return self.w.let(f"fptrunc {self.lanes.times} {times} to {self.lanes.vector}")

    def _widen(self, reals: str) -> str:
        """Reals as times."""
        if self.lanes.real == "double":
            return reals
        return self.w.let(f"fpext {self.lanes.vector} {reals} to {self.lanes.times}")

    def _integers(self, value: int) -> str:
        return f"<{', '.join([f'i64 {value}'] * self.lanes.width)}>"


def _spread(w: Writer, number: str, kind: str, vector: str) -> str:
    one = w.let(f"insertelement {vector} poison, {kind} {number}, i64 0")
    zeros = f"<{w.lanes.width} x i32> zeroinitializer"
    return w.let(f"shufflevector {vector} {one}, {vector} poison, {zeros}")


def _larger(w: Writer, a: str, b: str) -> str:
    """The larger; NaN where b is."""
    return w.select(w.compare("ogt", a, b), a, b)
