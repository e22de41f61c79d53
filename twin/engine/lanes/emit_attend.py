"""What is done for one lane at a time, between steps.

@attend   lines that are due; draws that ended make room for the next, which start
@judge    with events: hoist anew and look at every trigger
"""

from collections.abc import Iterator
from contextlib import contextmanager

from twin.engine.lanes.block import (
    BEGUN,
    EVENT_DUE,
    FAILED,
    LINE_DUE,
    NO_REASON,
    Lane,
    Word,
)
from twin.engine.lanes.emit_arrays import Space
from twin.engine.lanes.emit_one_lane import NEVER, OneLane
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.literals import literal
from twin.engine.lanes.llvm_writer import Lanes, Variable, Writer

# The first step of a draw, against the time to its next line.
_FIRST_STEP = 1e-4


def emit_attend(
    lanes: Lanes, layout: Layout, n_given: int, initially: int | None
) -> str:
    """The functions, which call `@lines`, `@start` and `@hoist`.

    initially  bits of the triggers before time 0; None for a model without events
    """
    parts = [
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


class _Attend(OneLane):
    """`@attend(block, space)`."""

    def __init__(
        self, lanes: Lanes, layout: Layout, n_given: int, initially: int | None
    ) -> None:
        super().__init__(lanes, layout)
        self.n_given, self.initially = n_given, initially

    def text(self) -> str:
        w = self.w
        changed = w.variable("i1", "false")
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
        with self._each(BEGUN) as lane:
            self._begin(lane)
        if self.initially is not None:
            look(w, space)
        with self._each(BEGUN) as lane:
            self.set(Lane.REACHED, lane, str(NO_REASON))
            if self.initially is None:
                self._first_lines(lane, changed)
            else:
                self._first_events(lane, changed)

    @contextmanager
    def _each(self, reason: int) -> Iterator[str]:
        """Every lane that is here for a reason."""
        with self.w.repeat(self.lanes.width) as lane:
            here = self.is_equal(self.get(Lane.REACHED, lane), reason)
            with self.w.when(here):
                yield lane

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
            (Lane.SINCE, "0"),
            (Lane.LINE, line),
            (Lane.RETURNS, "0"),
            (Lane.TRUTHS, str(self.initially or 0)),
        ):
            self.set(array, lane, value)
        self.set(Lane.TIME, lane, time, "double")
        self.set(Lane.DUE, lane, NEVER, "double")
        self.set(Lane.CROSSING, lane, NEVER, "double")
        self.set(Lane.STOP, lane, NEVER, "double")

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
