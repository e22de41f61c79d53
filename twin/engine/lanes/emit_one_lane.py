"""Code for one lane at a time: single numbers instead of vectors."""

import math

from twin.engine.lanes.block import Lane, Word
from twin.engine.lanes.emit_arrays import Block, Space
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.literals import literal
from twin.engine.lanes.llvm_writer import Lanes, Writer

NEVER = literal(math.inf, "double")


class OneLane:
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
        w.store(self.get(Lane.COUNT, at), self.block.pointer(Word.STEPS), row, "i64")
        self.set(Lane.ROW, at, "-1")
        self.set(Lane.TIME, at, "0.0", "double")
        self.set(Lane.STOP, at, NEVER, "double")
