"""What is done for one lane at a time: its programme, and the next draw.

    @lines    carry out the lines whose time has come: record, dose, change, repeat
    @attend   that for each lane that asks; draws that ended make room for the next
    @judge    with events: hoist anew and look at every trigger

A programme is a list of lines in order of time.  An output is recorded after the doses
and changes of its moment, because its line stands behind theirs.
"""

import math

from twin.engine.block import (
    ADD,
    BEGUN,
    DONE,
    END,
    EVENT_DUE,
    FAILED,
    LINE_DUE,
    NEVER_AT_REST,
    NO_REASON,
    RECORD,
    REPEAT,
    SET,
    Lane,
    Word,
)
from twin.engine.emit_arrays import Block, Space
from twin.engine.emit_step import Layout
from twin.engine.llvm_writer import Lanes, Variable, Writer, literal

# The first step of a draw, against the time to its next line.
_FIRST_STEP = 1e-4
# A period has come back to its start when no state moved by more than this many
# tolerances.
_AT_REST = 1.0
_MOST_REPEATS = 400

_NEVER = literal(math.inf, "double")


def emit_attend(
    lanes: Lanes, layout: Layout, n_given: int, initially: int | None
) -> str:
    """The functions, and the smaller ones they call.

    initially  bits of the triggers before time 0; None for a model without events
    """
    parts = [
        _Lines(lanes, layout).text(),
        _Attend(lanes, layout, n_given, initially).text(),
    ]
    if initially is not None:
        parts.append(_judge(lanes, layout))
    return "\n".join(parts)


def _judge(lanes: Lanes, layout: Layout) -> str:
    w = Writer(lanes)
    w.do("%space = load ptr, ptr %place")
    space = Space(w, layout)
    look(w, space)
    w.do("ret void")
    place = f"  %place = getelementptr i64, ptr %block, i64 {int(Word.WORKSPACE)}\n"
    return w.text("define void @judge(ptr %block)").replace(
        "entry:\n", "entry:\n" + place, 1
    )


def look(w: Writer, space: Space) -> None:
    """Hoist, then the triggers of all lanes as they are now."""
    w.do(f"call void @hoist(ptr {space.held}, ptr {space.hoisted})")
    t = space.times(Lane.TIME)
    if w.lanes.real == "float":
        t = w.let(f"fptrunc {w.lanes.times} {t} to {w.lanes.vector}")
    now = w.let(
        f"call {space.whole} @truths(ptr {space.held}, ptr {space.hoisted}, "
        f"ptr {space.state}, {w.lanes.vector} {t})"
    )
    space.set_wholes(Lane.TRUTHS_NOW, now)


class _PerLane:
    """A function that handles single lanes: loads and stores of one number."""

    def __init__(self, lanes: Lanes, layout: Layout) -> None:
        self.lanes, self.layout = lanes, layout
        self.w = w = Writer(lanes)
        self.block, self.space = Block(w), Space(w, layout)

    def get(self, lane: Lane, at: str, kind: str = "i64") -> str:
        return self.w.load(self.space.array(lane), at, kind)

    def set(self, lane: Lane, at: str, value: str, kind: str = "i64") -> None:
        self.w.store(value, self.space.array(lane), at, kind)

    def read(self, array: str, place: str | int, at: str) -> str:
        address = self.space.item(array, place, at)
        return self.w.load(address, 0, self.lanes.real)

    def write(self, array: str, place: str | int, at: str, value: str) -> None:
        address = self.space.item(array, place, at)
        self.w.store(value, address, 0, self.lanes.real)

    def narrow(self, number: str) -> str:
        """A double as a real."""
        if self.lanes.real == "double":
            return number
        return self.w.let(f"fptrunc double {number} to float")

    def widen(self, number: str) -> str:
        """A real as a double."""
        if self.lanes.real == "double":
            return number
        return self.w.let(f"fpext float {number} to double")

    def absolute(self, number: str) -> str:
        negative = self.w.let(f"fcmp olt {self.lanes.real} {number}, 0.0")
        turned = self.w.let(f"fneg {self.lanes.real} {number}")
        return self.choose(negative, turned, number, self.lanes.real)

    def choose(self, condition: str, a: str, b: str, kind: str) -> str:
        return self.w.let(f"select i1 {condition}, {kind} {a}, {kind} {b}")

    def is_equal(self, number: str, to: str | int) -> str:
        return self.w.let(f"icmp eq i64 {number}, {to}")

    def finish(self, at: str, status: str) -> None:
        """The lane's draw ends; the lane is idle."""
        w = self.w
        row = self.get(Lane.ROW, at)
        w.store(status, self.block.pointer(Word.STATUS), row, "i64")
        w.store(
            self.get(Lane.COUNT, at), self.block.pointer(Word.STEPS), row, "i64"
        )
        self.set(Lane.ROW, at, "-1")
        self.set(Lane.TIME, at, "0.0", "double")
        self.set(Lane.STOP, at, _NEVER, "double")


class _Lines(_PerLane):
    """`@lines(block, space, lane)`: whether held quantities changed."""

    def text(self) -> str:
        w = self.w
        changed = w.variable("i1", "false")
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
            moves = w.let(f"xor i1 {still}, true")
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


class _Attend(_PerLane):
    """`@attend(block, space)`."""

    def __init__(
        self, lanes: Lanes, layout: Layout, n_given: int, initially: int | None
    ) -> None:
        super().__init__(lanes, layout)
        self.n_given, self.initially = n_given, initially

    def text(self) -> str:
        w = self.w
        outside = w.let(f"icmp ne i64 {self.block.whole(Word.CHANGED)}, 0")
        changed = w.variable("i1", outside)
        self.block.set_whole(Word.CHANGED, "0")
        with w.repeat(self.lanes.width) as lane:
            self._answer(lane, changed)
        taken = w.variable("i1", "false")
        with w.until() as leave:
            taken.set("false")
            with w.repeat(self.lanes.width) as lane:
                idle = w.let(f"icmp slt i64 {self.get(Lane.ROW, lane)}, 0")
                row = self.block.whole(Word.NEXT_ROW)
                some = w.let(f"icmp slt i64 {row}, {self.block.whole(Word.N_ROWS)}")
                with w.when(w.let(f"and i1 {idle}, {some}")):
                    self.block.set_whole(Word.NEXT_ROW, w.let(f"add i64 {row}, 1"))
                    self._take(lane, row)
                    taken.set("true")
            leave(w.let(f"xor i1 {taken.get()}, true"))
            self._begin_all(changed)
        with w.when(changed.get()):
            w.do(f"call void @hoist(ptr {self.space.held}, ptr {self.space.hoisted})")
        if self.initially is not None:
            self._look_after_breaks()
        w.do("ret void")
        return w.text(
            "define internal void @attend(ptr noalias %block, ptr noalias %space) "
            "noinline"
        )

    def _answer(self, lane: str, changed: Variable) -> None:
        """What a lane asked for: its lines, its end, or (due events) the driver."""
        w = self.w
        reason = self.get(Lane.REACHED, lane)
        with w.when(self.is_equal(reason, LINE_DUE)):
            now = self.get(Lane.TIME, lane, "double")
            due = self.get(Lane.DUE, lane, "double")
            event = w.let(f"fcmp ole double {due}, {now}")
            asks = self.choose(event, str(EVENT_DUE), str(NO_REASON), "i64")
            self.set(Lane.REACHED, lane, asks)
            with w.when(w.let(f"xor i1 {event}, true")):
                self._run_lines(lane, changed)
        with w.when(w.let(f"icmp sge i64 {reason}, {FAILED}")):
            self.set(Lane.REACHED, lane, str(NO_REASON))
            self.finish(lane, w.let(f"sub i64 {reason}, {FAILED}"))

    def _begin_all(self, changed: Variable) -> None:
        """Start the draws just taken, then carry out their first lines."""
        w, space = self.w, self.space
        changed.set("true")
        w.do(f"call void @start(ptr {space.held}, ptr {space.begun})")
        with w.repeat(self.lanes.width) as lane:
            with w.when(self.is_equal(self.get(Lane.REACHED, lane), BEGUN)):
                self._begin(lane)
        if self.initially is not None:
            look(w, space)
        with w.repeat(self.lanes.width) as lane:
            with w.when(self.is_equal(self.get(Lane.REACHED, lane), BEGUN)):
                self.set(Lane.REACHED, lane, str(NO_REASON))
                if self.initially is None:
                    self._first_lines(lane, changed)
                else:
                    self._first_events(lane, changed)

    def _first_events(self, lane: str, changed: Variable) -> None:
        """An event whose trigger is true now and was not before goes first."""
        w = self.w
        now = self.get(Lane.TRUTHS_NOW, lane)
        risen = w.let(f"and i64 {now}, {~(self.initially or 0)}")
        quiet = self.is_equal(risen, 0)
        self.set(
            Lane.REACHED,
            lane,
            self.choose(quiet, str(NO_REASON), str(EVENT_DUE), "i64"),
        )
        with w.when(quiet):
            self.set(Lane.TRUTHS, lane, now)
        self._first_step(lane)
        with w.when(quiet):
            self._first_lines(lane, changed)

    def _look_after_breaks(self) -> None:
        """A dose or a change may move a trigger: then events have a say."""
        w = self.w
        look(w, self.space)
        with w.repeat(self.lanes.width) as lane:
            row = self.get(Lane.ROW, lane)
            busy = w.let(f"icmp sge i64 {row}, 0")
            broken = self.is_equal(self.get(Lane.AFTER_BREAK, lane), 1)
            waits = self.is_equal(self.get(Lane.REACHED, lane), NO_REASON)
            moved = w.let(
                f"icmp ne i64 {self.get(Lane.TRUTHS_NOW, lane)}, "
                f"{self.get(Lane.TRUTHS, lane)}"
            )
            asks = w.let(f"and i1 {busy}, {broken}")
            asks = w.let(f"and i1 {asks}, {waits}")
            with w.when(w.let(f"and i1 {asks}, {moved}")):
                self.set(Lane.REACHED, lane, str(EVENT_DUE))

    def _run_lines(self, lane: str, changed: Variable) -> None:
        w = self.w
        found = w.let(f"call i1 @lines(ptr %block, ptr %space, i64 {lane})")
        changed.set(w.let(f"or i1 {changed.get()}, {found}"))

    def _take(self, lane: str, row: str) -> None:
        """Read a draw's given quantities."""
        w = self.w
        self.set(Lane.ROW, lane, row)
        self.set(Lane.REACHED, lane, str(BEGUN))
        columns, defaults = (
            self.block.pointer(Word.COLUMN_OF),
            self.block.pointer(Word.DEFAULTS),
        )
        first = w.let(f"mul i64 {row}, {self.block.whole(Word.N_COLUMNS)}")
        own = w.address(self.block.pointer(Word.VALUES), first, "double")
        with w.repeat(self.n_given) as i:
            column = w.load(columns, i, "i64")
            value = w.variable("double", "0.0")
            value.set(w.load(defaults, i, "double"))
            with w.when(w.let(f"icmp sge i64 {column}, 0")):
                value.set(w.load(own, column, "double"))
            self.write(self.space.held, i, lane, self.narrow(value.get()))

    def _begin(self, lane: str) -> None:
        """State and computed held quantities from the start; the clock of the lane."""
        w, space, layout = self.w, self.space, self.layout
        with w.repeat(layout.n_states) as i:
            value = self.read(space.begun, i, lane)
            self.write(space.state, i, lane, value)
            self.write(space.largest, i, lane, self.absolute(value))
        with w.repeat(layout.n_filled) as i:
            place = w.let(f"add i64 {i}, {layout.n_states}")
            target = w.let(f"add i64 {i}, {self.n_given}")
            self.write(space.held, target, lane, self.read(space.begun, place, lane))
        row = self.get(Lane.ROW, lane)
        line = w.load(self.block.pointer(Word.PROGRAMME_OF), row, "i64")
        time = w.load(self.block.pointer(Word.LINE_TIME), line, "double")
        for array, value in (
            (Lane.COUNT, "0"),
            (Lane.LINE, line),
            (Lane.RETURNS, "0"),
            (Lane.TRUTHS, str(self.initially or 0)),
        ):
            self.set(array, lane, value)
        self.set(Lane.TIME, lane, time, "double")
        self.set(Lane.DUE, lane, _NEVER, "double")
        self.set(Lane.CROSSING, lane, _NEVER, "double")
        self.set(Lane.STOP, lane, _NEVER, "double")

    def _first_lines(self, lane: str, changed: Variable) -> None:
        self._run_lines(lane, changed)
        self._first_step(lane)

    def _first_step(self, lane: str) -> None:
        """Short against the time to the next line; it grows quickly."""
        w, space = self.w, self.space
        line = self.get(Lane.LINE, lane)
        next_time = w.load(self.block.pointer(Word.LINE_TIME), line, "double")
        now = self.get(Lane.TIME, lane, "double")
        left = w.let(f"fsub double {next_time}, {now}")
        step = w.let(f"fmul double {left}, {literal(_FIRST_STEP, 'double')}")
        some = w.let(f"fcmp ogt double {step}, 0.0")
        step = self.choose(some, step, literal(_FIRST_STEP, "double"), "double")
        for array in (space.step, space.step_after_break):
            self.write(array, 0, lane, self.narrow(step))
        self.write(space.last_error, 0, lane, literal(1.0, self.lanes.real))
        self.set(Lane.AFTER_BREAK, lane, "1")
