"""A pen for LLVM's assembly language: lanes of reals, and loops and branches by name.

Writes text; knows nothing of models or methods.  A *lane vector* is one real number
of each of `width` patients, `<8 x double>` say: every arithmetic instruction acts on
all lanes alike and looks at no neighbour, which is why a patient's result cannot
depend on who is computed beside him, nor on how many are.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from twin.engine.lanes.literals import literal

_BITS = {"double": 64, "float": 32}


@dataclass(frozen=True, slots=True)
class Lanes:
    """What one vector holds.

    real   the type of a number
    width  how many patients
    fused  whether the processor multiplies and adds in one rounding
    stride numbers from one place of an array to the next: 1 on a processor; on a GPU,
           whose threads have one lane each, the threads that read side by side
    """

    real: Literal["double", "float"]
    width: int
    fused: bool
    stride: int = 1

    @property
    def bits(self) -> int:
        """Of one number."""
        return _BITS[self.real]

    @property
    def vector(self) -> str:
        """The type of one real a lane."""
        return f"<{self.width} x {self.real}>"

    @property
    def mask(self) -> str:
        """The type of one truth a lane."""
        return f"<{self.width} x i1>"

    @property
    def whole(self) -> str:
        """The type of one integer a lane, as wide as a real."""
        return f"<{self.width} x i{self.bits}>"

    @property
    def integers(self) -> str:
        """The type of one 64-bit integer a lane."""
        return f"<{self.width} x i64>"

    @property
    def times(self) -> str:
        """The type of one time a lane: always double, however short the reals."""
        return f"<{self.width} x double>"

    @property
    def bytes(self) -> int:
        """Of one vector of reals."""
        return self.width * self.bits // 8


class Writer:
    """The body of one function, instruction by instruction.

    Every method that computes returns the name of its result.
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.lines: list[str] = []
        self._variables: list[str] = []
        self._count = 0
        self._constants: dict[tuple[str, str], str] = {}

    def text(self, header: str) -> str:
        """The function: its header, its variables, its instructions."""
        body = "\n".join([*self._variables, *self.lines])
        return f"{header} {{\nentry:\n{body}\n}}\n"

    def fresh(self, stem: str = "v") -> str:
        """A name nobody has."""
        self._count += 1
        return f"%{stem}{self._count}"

    def do(self, instruction: str) -> None:
        """An instruction without result."""
        self.lines.append("  " + instruction)

    def let(self, instruction: str) -> str:
        """An instruction with a result."""
        name = self.fresh()
        self.lines.append(f"  {name} = {instruction}")
        return name

    # ------------------------------------------------------------ constants

    def real(self, value: float) -> str:
        """The same number in every lane."""
        return self._splat(value, self.lanes.real)

    def time(self, value: float) -> str:
        """The same time in every lane."""
        return self._splat(value, "double")

    def _splat(self, value: float, kind: str) -> str:
        key = (struct.pack("d", value).hex(), kind)
        if key not in self._constants:
            item = f"{kind} {literal(value, kind)}"
            self._constants[key] = f"<{', '.join([item] * self.lanes.width)}>"
        return self._constants[key]

    def whole(self, value: int) -> str:
        """The same integer in every lane."""
        item = f"i{self.lanes.bits} {value}"
        return f"<{', '.join([item] * self.lanes.width)}>"

    # ------------------------------------------------------------ arithmetic

    def add(self, a: str, b: str) -> str:
        """a + b."""
        return self.let(f"fadd {self.lanes.vector} {a}, {b}")

    def subtract(self, a: str, b: str) -> str:
        """a - b."""
        return self.let(f"fsub {self.lanes.vector} {a}, {b}")

    def multiply(self, a: str, b: str) -> str:
        """a b."""
        return self.let(f"fmul {self.lanes.vector} {a}, {b}")

    def divide(self, a: str, b: str) -> str:
        """a / b."""
        return self.let(f"fdiv {self.lanes.vector} {a}, {b}")

    def negate(self, a: str) -> str:
        """-a."""
        return self.let(f"fneg {self.lanes.vector} {a}")

    def multiply_add(self, a: str, b: str, c: str) -> str:
        """a b + c: one rounding where the processor can, else two."""
        if not self.lanes.fused:
            return self.add(self.multiply(a, b), c)
        return self.intrinsic("fma", a, b, c)

    def intrinsic(self, name: str, *arguments: str) -> str:
        """One of LLVM's functions on whole vectors."""
        kind = self.lanes.vector
        suffix = f"v{self.lanes.width}f{self.lanes.bits}"
        given = ", ".join(f"{kind} {a}" for a in arguments)
        return self.let(f"call {kind} @llvm.{name}.{suffix}({given})")

    def compare(self, relation: str, a: str, b: str) -> str:
        """A mask: `olt`, `oeq`, ... of LLVM."""
        return self.let(f"fcmp {relation} {self.lanes.vector} {a}, {b}")

    def select(self, mask: str, a: str, b: str, kind: str | None = None) -> str:
        """a where the mask is set, else b."""
        kind = kind or self.lanes.vector
        return self.let(f"select {self.lanes.mask} {mask}, {kind} {a}, {kind} {b}")

    def both(self, a: str, b: str) -> str:
        """a and b, masks."""
        return self.let(f"and {self.lanes.mask} {a}, {b}")

    def either(self, a: str, b: str) -> str:
        """a or b, masks."""
        return self.let(f"or {self.lanes.mask} {a}, {b}")

    def opposite(self, mask: str) -> str:
        """not a."""
        item = ", ".join(["i1 true"] * self.lanes.width)
        return self.let(f"xor {self.lanes.mask} {mask}, <{item}>")

    def any(self, mask: str) -> str:
        """Whether a lane's mask is set, as i1."""
        if self.lanes.width == 1:
            return self.let(f"extractelement {self.lanes.mask} {mask}, i64 0")
        return self.let(
            f"call i1 @llvm.vector.reduce.or.v{self.lanes.width}i1"
            f"({self.lanes.mask} {mask})"
        )

    # ------------------------------------------------------------ memory

    def address(self, base: str, index: str | int, kind: str) -> str:
        """Where item `index` of an array of `kind` is."""
        if self.lanes.stride > 1 and kind == self.lanes.vector:
            kind = f"[{self.lanes.stride} x {kind}]"
        return self.let(f"getelementptr {kind}, ptr {base}, i64 {index}")

    def load(self, base: str, index: str | int = 0, kind: str | None = None) -> str:
        """Item `index` of an array of lane vectors, or of `kind`."""
        kind = kind or self.lanes.vector
        place = base if index == 0 else self.address(base, index, kind)
        return self.let(f"load {kind}, ptr {place}")

    def store(
        self, value: str, base: str, index: str | int = 0, kind: str | None = None
    ) -> None:
        """Put item `index` of an array of lane vectors, or of `kind`."""
        kind = kind or self.lanes.vector
        place = base if index == 0 else self.address(base, index, kind)
        self.do(f"store {kind} {value}, ptr {place}")

    # ------------------------------------------------------------ control

    def variable(self, kind: str, value: str) -> "Variable":
        """A local that can change; LLVM turns it into registers."""
        name = self.fresh("local")
        self._variables.append(f"  {name} = alloca {kind}")
        variable = Variable(self, name, kind)
        variable.set(value)
        return variable

    def room(self, kind: str) -> str:
        """Room for one value of a kind, in memory."""
        name = self.fresh("room")
        self._variables.append(f"  {name} = alloca {kind}, align 64")
        return name

    @contextmanager
    def repeat(self, number: str | int) -> Iterator[str]:
        """A loop with a counter 0, 1, ... below `number` (i64)."""
        counter = self.variable("i64", "0")
        with self.until() as leave:
            index = counter.get()
            leave(self.let(f"icmp sge i64 {index}, {number}"))
            yield index
            counter.set(self.let(f"add i64 {index}, 1"))

    @contextmanager
    def until(self):  # type: ignore[no-untyped-def]
        """A loop without end but for `leave(i1)`, which may be called anywhere."""
        name = self.fresh("loop")[1:]
        self._jump(f"{name}.top")
        self._label(f"{name}.top")

        def leave(condition: str) -> None:
            stay = self.fresh("stay")[1:]
            self.do(f"br i1 {condition}, label %{name}.end, label %{stay}")
            self._label(stay)

        yield leave
        self._jump(f"{name}.top")
        self._label(f"{name}.end")

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """What is written inside is done if `condition` (i1)."""
        name = self.fresh("if")[1:]
        self.do(f"br i1 {condition}, label %{name}.yes, label %{name}.end")
        self._label(f"{name}.yes")
        yield
        self._jump(f"{name}.end")
        self._label(f"{name}.end")

    def leave(self, condition: str, result: str) -> None:
        """Return from the function if `condition` (i1)."""
        with self.when(condition):
            self.do(f"ret {result}")
            self._label(self.fresh("after")[1:])

    def _label(self, name: str) -> None:
        self.lines.append(f"{name}:")

    def _jump(self, name: str) -> None:
        self.do(f"br label %{name}")


class Variable:
    """A local variable of a `Writer`."""

    def __init__(self, writer: Writer, name: str, kind: str) -> None:
        self._writer, self._name, self._kind = writer, name, kind

    def get(self) -> str:
        """Its value now."""
        return self._writer.let(f"load {self._kind}, ptr {self._name}")

    def set(self, value: str) -> None:
        """Change it."""
        self._writer.do(f"store {self._kind} {value}, ptr {self._name}")
