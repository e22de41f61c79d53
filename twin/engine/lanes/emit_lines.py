"""The lines of a programme whose time has come: record, dose, change, repeat.

    @lines(block, space, lane)

A programme is a list of lines in order of time.  An output is recorded after the doses
and changes of its moment, because its line stands behind theirs.
"""

from twin.engine.lanes.block import (
    ADD,
    DONE,
    END,
    NEVER_AT_REST,
    RECORD,
    REPEAT,
    SET,
    Lane,
    Word,
)
from twin.engine.lanes.emit_one_lane import OneLane
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.literals import literal
from twin.engine.lanes.llvm_writer import Lanes

# A period has come back to its start when no state moved by more than this many
# tolerances (sinks, which only fill, are not asked).
_AT_REST = 0.002
_MOST_REPEATS = 400


def emit_lines(lanes: Lanes, layout: Layout) -> str:
    """`@lines`: carries out what is due for a lane; whether held quantities changed."""
    return _Lines(lanes, layout).text()


class _Lines(OneLane):
    """`@lines(block, space, lane)`: whether held quantities changed."""

    def text(self) -> str:
        w = self.w
        changed = w.variable("i1", "false")
        self.set(Lane.SINCE, "%lane", "0")
        with w.until() as leave:
            line = self.get(Lane.LINE, "%lane")
            time = w.load(self.block.pointer(Word.LINE_TIME), line, "double")
            now = self.get(Lane.TIME, "%lane", "double")
            later = w.let(f"fcmp ogt double {time}, {now}")
            with w.when(later):
                due = self.get(Lane.DUE, "%lane", "double")
                first = w.let(f"fcmp olt double {due}, {time}")
                stop = self.choose(first, due, time, "double")
                self.set(Lane.STOP, "%lane", stop, "double")
            leave(later)
            code = w.load(self.block.pointer(Word.LINE_CODE), line, "i64")
            place = w.load(self.block.pointer(Word.LINE_PLACE), line, "i64")
            value = w.load(self.block.pointer(Word.LINE_VALUE), line, "double")
            over = self.is_equal(code, END)
            with w.when(over):
                self.finish("%lane", str(DONE))
            leave(over)
            self.set(Lane.LINE, "%lane", w.let(f"add i64 {line}, 1"))
            with w.when(self.is_equal(code, RECORD)):
                self._record(place)
            with w.when(self.is_equal(code, ADD)):
                self._add(place, value)
            with w.when(self.is_equal(code, SET)):
                self.write(self.space.held, place, "%lane", self.narrow(value))
                changed.set("true")
                self._break()
            with w.when(self.is_equal(code, REPEAT)):
                self._repeat(place, value)
            leave(w.let(f"icmp slt i64 {self.get(Lane.ROW, '%lane')}, 0"))
        w.do(f"ret i1 {changed.get()}")
        return w.text(
            "define internal i1 @lines(ptr noalias %block, ptr noalias %space, "
            "i64 %lane) noinline"
        )

    def _record(self, place: str) -> None:
        """States, then the tracked held quantities, as doubles."""
        w = self.w
        n_tracked = self.block.whole(Word.N_TRACKED)
        width = w.let(f"add i64 {n_tracked}, {self.layout.n_states}")
        n_records = self.block.whole(Word.N_RECORDS)
        row = self.get(Lane.ROW, "%lane")
        first = w.let(f"mul i64 {row}, {n_records}")
        first = w.let(f"add i64 {first}, {place}")
        first = w.let(f"mul i64 {first}, {width}")
        target = w.address(self.block.pointer(Word.RECORDS), first, "double")
        with w.repeat(self.layout.n_states) as i:
            value = self.widen(self.read(self.space.state, i, "%lane"))
            w.store(value, target, i, "double")
        tracked = self.block.pointer(Word.TRACKED)
        with w.repeat(n_tracked) as i:
            source = w.load(tracked, i, "i64")
            value = self.widen(self.read(self.space.held, source, "%lane"))
            behind = w.let(f"add i64 {i}, {self.layout.n_states}")
            w.store(value, target, behind, "double")

    def _add(self, place: str, value: str) -> None:
        w, real = self.w, self.lanes.real
        before = self.read(self.space.state, place, "%lane")
        after = w.let(f"fadd {real} {before}, {self.narrow(value)}")
        self.write(self.space.state, place, "%lane", after)
        size = self.absolute(after)
        largest = self.read(self.space.largest, place, "%lane")
        more = w.let(f"fcmp ogt {real} {size}, {largest}")
        self.write(
            self.space.largest, place, "%lane", self.choose(more, size, largest, real)
        )
        self._break()

    def _break(self) -> None:
        """The course has a kink: begin with the step that served after the last one."""
        self.set(Lane.AFTER_BREAK, "%lane", "1")
        step = self.read(self.space.step_after_break, 0, "%lane")
        self.write(self.space.step, 0, "%lane", step)

    def _repeat(self, target: str, period: str) -> None:
        """Back to `target` until the period ends as it began."""
        w, real = self.w, self.lanes.real
        moved = w.variable("i1", "false")
        absolute = self.block.pointer(Word.ABSOLUTE)
        relative = self.narrow(self.block.number(Word.RELATIVE))
        with w.repeat(self.layout.n_states) as i:
            now = self.read(self.space.state, i, "%lane")
            before = self.read(self.space.snapshot, i, "%lane")
            self.write(self.space.snapshot, i, "%lane", now)
            largest = self.read(self.space.largest, i, "%lane")
            floor = self.narrow(w.load(absolute, i, "double"))
            scale = w.let(f"fmul {real} {largest}, {relative}")
            scale = w.let(f"fadd {real} {scale}, {floor}")
            limit = w.let(f"fmul {real} {scale}, {literal(_AT_REST, real)}")
            change = self.absolute(w.let(f"fsub {real} {now}, {before}"))
            still = w.let(f"fcmp ole {real} {change}, {limit}")
            asked = w.load(self.block.pointer(Word.RESTING), i, "i64")
            moves = w.let(f"xor i1 {still}, true")
            moves = w.let(f"and i1 {moves}, {self.is_equal(asked, 1)}")
            moved.set(w.let(f"or i1 {moved.get()}, {moves}"))
        returns = w.let(f"add i64 {self.get(Lane.RETURNS, '%lane')}, 1")
        self.set(Lane.RETURNS, "%lane", returns)
        # The first time there is nothing to compare with.
        first = self.is_equal(returns, 1)
        again = w.let(f"or i1 {moved.get()}, {first}")
        with w.when(again):
            now = self.get(Lane.TIME, "%lane", "double")
            back = w.let(f"fsub double {now}, {period}")
            self.set(Lane.TIME, "%lane", back, "double")
            self.set(Lane.LINE, "%lane", target)
            tired = w.let(f"icmp sgt i64 {returns}, {_MOST_REPEATS}")
            with w.when(tired):
                self.finish("%lane", str(NEVER_AT_REST))
