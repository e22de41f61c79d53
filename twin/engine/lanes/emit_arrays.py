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
        self.whole = f"<{w.lanes.width} x i64>"
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
        self._lanes = self._vectors(layout.lanes)
        self._arrays = {
            lane: w.address(self._lanes, int(lane) * w.lanes.width, "i64")
            for lane in Lane
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
        row = w.let(f"mul i64 {place}, {w.lanes.width}")
        return w.address(array, w.let(f"add i64 {row}, {lane}"), w.lanes.real)
