"""Numbers of the three kinds a lane has, in all lanes: reals, times and integers."""

from twin.engine.lanes.llvm_writer import Writer


class Kinds:
    """Turns one kind into another inside a function."""

    def __init__(self, w: Writer) -> None:
        self._w, self._lanes = w, w.lanes

    def in_all_lanes(self, number: str) -> str:
        """A double, as a real in every lane."""
        w, lanes = self._w, self._lanes
        if lanes.real == "float":
            number = w.let(f"fptrunc double {number} to float")
        return _spread(w, number, lanes.real, lanes.vector)

    def whole_in_all_lanes(self, number: str) -> str:
        return _spread(self._w, number, "i64", self._lanes.integers)

    def narrow(self, times: str) -> str:
        """Times as reals."""
        if self._lanes.real == "double":
            return times
        return self._w.let(
            f"fptrunc {self._lanes.times} {times} to {self._lanes.vector}"
        )

    def widen(self, reals: str) -> str:
        """Reals as times."""
        if self._lanes.real == "double":
            return reals
        return self._w.let(f"fpext {self._lanes.vector} {reals} to {self._lanes.times}")

    def integers(self, value: int) -> str:
        return f"<{', '.join([f'i64 {value}'] * self._lanes.width)}>"


def _spread(w: Writer, number: str, kind: str, vector: str) -> str:
    one = w.let(f"insertelement {vector} poison, {kind} {number}, i64 0")
    zeros = f"<{w.lanes.width} x i32> zeroinitializer"
    return w.let(f"shufflevector {vector} {one}, {vector} poison, {zeros}")


def larger(w: Writer, a: str, b: str) -> str:
    """The larger; NaN where b is."""
    return w.select(w.compare("ogt", a, b), a, b)


def smaller(w: Writer, a: str, b: str) -> str:
    """The smaller; NaN where b is."""
    return w.select(w.compare("olt", a, b), a, b)
