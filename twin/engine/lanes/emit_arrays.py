"""Where things are, inside a function that has a %block and a %space."""

from twin.engine.lanes.block import Lane, Word
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.llvm_writer import Writer


class Block:
    """The words that driver and code share."""

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
    """The arrays of the workspace."""

    def __init__(self, w: Writer, layout: Layout) -> None:
        self._w, self.layout = w, layout
        self.whole = w.lanes.integers
        self.held = self._vectors(layout.held)
        self.hoisted = self._vectors(layout.hoisted)
        self.state = self._vectors(layout.state)
        self.largest = self._vectors(layout.largest)
        self.point = self._vectors(layout.point)
        self.rest = self._vectors(layout.rest)
        self.begun = self._vectors(layout.begun)
        self.snapshot = self._vectors(layout.snapshot)
        self.step = self._vectors(layout.control)
        self.step_after_break = self._vectors(layout.control + 1)
        self.last_error = self._vectors(layout.control + 2)
        self._arrays = self._lane_arrays(layout.lanes)

    def _lane_arrays(self, offset: int) -> dict[Lane, str]:
        w, stride = self._w, self._w.lanes.stride
        first, kind = self._vectors(offset), "i64"
        if stride > 1:  # a thread's 64-bit numbers stand wider apart than its reals
            shift = w.load("%block", int(Word.LANE_SHIFT), "i64")
            first, kind = w.address(first, shift, "i8"), f"[{stride} x i64]"
        return {
            lane: w.address(first, int(lane) * w.lanes.width, kind) for lane in Lane
        }

    def _vectors(self, offset: int) -> str:
        return self._w.address("%space", offset, self._w.lanes.vector)

    def array(self, lane: Lane) -> str:
        """One 64-bit number a lane."""
        return self._arrays[lane]

    def times(self, lane: Lane) -> str:
        """Such an array as times."""
        return self._w.load(self._arrays[lane], 0, self._w.lanes.times)

    def wholes(self, lane: Lane) -> str:
        """Such an array as integers."""
        return self._w.load(self._arrays[lane], 0, self.whole)

    def set_wholes(self, lane: Lane, value: str) -> None:
        """Change one."""
        self._w.store(value, self._arrays[lane], 0, self.whole)

    def item(self, array: str, place: str | int, lane: str) -> str:
        """Address of one lane's number in a lane vector of an array."""
        w = self._w
        if w.lanes.stride > 1:
            return w.address(array, place, w.lanes.vector)
        row = w.let(f"mul i64 {place}, {w.lanes.width}")
        return w.address(array, w.let(f"add i64 {row}, {lane}"), w.lanes.real)
