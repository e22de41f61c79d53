"""The loop that never waits: every lane at its own time, with its own step.

    @advance   choose h a lane, @step, judge the error, move on or try again; where a
               lane has come to a line of its programme, @attend to it
    @attend    carry out lines (record, dose, change), take the next draw into a lane
               that is done

A lane's arithmetic never looks at another lane, so a draw's result depends neither on
its neighbours nor on how many there are.
"""

from twin.engine.block import (
    ADD,
    DONE,
    END,
    FINISHED,
    NOT_FINITE,
    RECORD,
    REPEAT,
    SET,
    STEP_TOO_SMALL,
    TOO_MANY_STEPS,
    Lane,
    Word,
)
from twin.engine.emit_step import Layout
from twin.engine.llvm_writer import Lanes, Writer
from twin.engine.rosenbrock import Tableau

# The controller (Hairer & Wanner 1996, IV.2): how much a step may grow and shrink, its
# safety, and how strongly it minds the last error.
_SAFETY, _GROW, _SHRINK = 0.9, 6.0, 0.2
_MEMORY_OF_ERROR = 0.08
# After a NaN or a lost pivot.
_RETREAT = 0.1
# A step this small against the time left has met something that is no solution.
_SMALLEST_STEP = {"double": 1e-13, "float": 1e-6}
# The first step of all, against the time to the first line.
_FIRST_STEP = 1e-4


class Block:
    """Reads the words of the block inside a function with an argument %block."""

    def __init__(self, w: Writer) -> None:
        self._w = w

    def whole(self, word: Word) -> str:
        """As i64."""
        return self._w.load("%block", int(word), "i64")

    def number(self, word: Word) -> str:
        """As double."""
        return self._w.load("%block", int(word), "double")

    def pointer(self, word: Word) -> str:
        """As an address."""
        return self._w.load("%block", int(word), "ptr")

    def set_whole(self, word: Word, value: str) -> None:
        """Change one."""
        self._w.store(value, "%block", int(word), "i64")


class Space:
    """Arrays of the workspace inside a function with an argument %space."""

    def __init__(self, w: Writer, layout: Layout) -> None:
        self._w, self.layout = w, layout
        vector = w.lanes.vector
        self._lanes = w.address("%space", layout.lanes, vector)

    def vectors(self, offset: int) -> str:
        """An array of lane vectors."""
        return self._w.address("%space", offset, self._w.lanes.vector)

    def lane_array(self, lane: Lane) -> str:
        """One 64-bit number a lane."""
        return self._w.address(self._lanes, int(lane) * self._w.lanes.width, "i64")


STEP, STEP_AFTER_BREAK, LAST_ERROR = range(3)  # vectors of `control`


def emit_drive(lanes: Lanes, tableau: Tableau, layout: Layout) -> str:
    """`@advance(block) -> why it came back`."""
    w = Writer(lanes)
    block = Block(w)
    space_pointer = block.pointer(Word.WORKSPACE)
    w.lines = [line.replace(space_pointer, "%space") for line in w.lines]
    space = Space(w, layout)
    control = space.vectors(layout.control)
    times, whole = lanes.times, f"<{lanes.width} x i64>"
    arrays = {lane: space.lane_array(lane) for lane in Lane}
    relative = _splat_real(w, block.number(Word.RELATIVE))
    memory = _splat_real(w, block.number(Word.MEMORY))
    absolute = block.pointer(Word.ABSOLUTE)
    shared = w.let(f"icmp ne i64 {block.whole(Word.SHARED)}, 0")
    w.do("call void @attend(ptr %block, ptr %space)")
    with w.until() as leave:
        row = w.load(arrays[Lane.ROW], 0, whole)
        active = w.let(f"icmp sge {whole} {row}, zeroinitializer")
        leave(w.let(f"xor i1 {w.any(active)}, true"))
        # ---- how far
        t = w.load(arrays[Lane.TIME], 0, times)
        stop = w.load(arrays[Lane.STOP], 0, times)
        left = _narrow(w, w.let(f"fsub {times} {stop}, {t}"))
        wanted = w.load(control, STEP)
        reaches = w.compare("oge", w.multiply(wanted, w.real(1.001)), left)
        half = w.multiply(left, w.real(0.5))
        two = w.compare("ogt", wanted, half)
        h = w.select(reaches, left, w.select(two, half, wanted))
        h = w.select(active, h, w.real(1.0))
        sound = w.let(
            f"call {lanes.mask} @step(ptr %space, {lanes.vector} {_narrow(w, t)}, "
            f"{lanes.vector} {h})"
        )
        # ---- how well
        error = _error(w, space, relative, absolute)
        first = w.let(
            f"shufflevector {lanes.vector} {error}, {lanes.vector} poison, "
            f"<{lanes.width} x i32> zeroinitializer"
        )
        error = w.let(f"select i1 {shared}, {lanes.vector} {first}, {lanes.vector} {error}")
        known = w.compare("olt", error, w.real(1e30))
        usable = w.both(known, w.let(f"select i1 {shared}, {lanes.mask} {_all(w)}, {lanes.mask} {sound}"))
        error = w.select(usable, error, w.real(1.0))
        good = w.both(w.compare("ole", error, w.real(1.0)), usable)
        accepted = w.both(good, active)
        error = w.select(w.compare("olt", error, w.real(1e-10)), w.real(1e-10), error)
        factor = _factor_of(w, error, w.load(control, LAST_ERROR), tableau)
        factor = w.select(usable, factor, w.real(_RETREAT))
        grown = w.select(
            w.compare("ogt", factor, w.real(1.0)), factor, w.real(1.0)
        )
        # A step cut short by a line says nothing against the longer one wanted.
        proposed = w.multiply(h, factor)
        cut = w.compare("olt", h, wanted)
        kept = w.both(w.both(accepted, cut), w.compare("olt", proposed, wanted))
        following = w.select(kept, wanted, proposed)
        w.store(following, control, STEP)
        w.store(w.select(accepted, error, w.load(control, LAST_ERROR)), control, LAST_ERROR)
        # ---- move
        reached = w.both(accepted, reaches)
        later = w.let(f"fadd {times} {t}, {_widen(w, h)}")
        later = w.select(reached, stop, later, times)
        w.store(w.select(accepted, later, t, times), arrays[Lane.TIME], 0, times)
        _move(w, space, accepted, memory)
        _remember_first_step(w, arrays, control, accepted, w.multiply(h, grown), whole)
        count = w.load(arrays[Lane.COUNT], 0, whole)
        count = w.let(f"add {whole} {count}, {_integers(w, 1)}")
        w.store(count, arrays[Lane.COUNT], 0, whole)
        # ---- what needs a hand
        failed = _failed(w, block, count, following, t, stop, accepted, active, whole)
        flags = w.let(f"zext {lanes.mask} {reached} to {whole}")
        w.store(flags, arrays[Lane.REACHED], 0, whole)
        _mark_failures(w, block, arrays, failed, count, known)
        with w.when(w.any(w.either(reached, failed))):
            w.do("call void @attend(ptr %block, ptr %space)")
    w.do(f"ret i64 {FINISHED}")
    text = w.text("define i64 @advance(ptr %block)")
    return text.replace("entry:\n", f"entry:\n", 1)
