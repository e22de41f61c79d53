"""Elimination of a matrix and its use, written line by line or as loops over tables.

    W = w I - J

Line by line is faster to run while a matrix is small; but a full one of 60 states then
takes LLVM the better part of a minute.  Both do the same operations in the same order,
to the bit.  Beside the diagonal -W is kept, which is J itself.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from twin.engine.graph.sparse_lu import Elimination
from twin.engine.lanes.emit_kinds import smaller
from twin.engine.lanes.llvm_writer import Writer

MOST_UNROLLED = 2_000
"""Multiply-adds of an elimination that are still written one by one.

Above, loops run as fast and compile in half the time."""

# Writes an entry of J and names its value; None where it is always zero.
Entry = Callable[[int, int], str | None]


def operations(plan: Elimination) -> int:
    """Multiply-adds of an elimination."""
    return sum(
        len(below) * (1 + len(right))
        for below, right in zip(plan.columns, plan.rows, strict=True)
    )


class Lines:
    """Every operation a line of its own."""

    tables = ""

    def __init__(self, plan: Elimination) -> None:
        self._plan = plan
        self._place = {entry: k for k, entry in enumerate(plan.entries)}

    def factor(self, w: Writer, entry: Entry) -> str:
        """Fills `%factors`; the smallest pivot."""
        values: dict[tuple[int, int], str] = {}

        def value(i: int, j: int) -> str:
            """An entry before elimination, written when it is first needed."""
            if (i, j) not in values:
                found = entry(i, j)
                if found is None:
                    values[i, j] = "%w" if i == j else w.real(0.0)
                else:
                    values[i, j] = w.subtract("%w", found) if i == j else found
            return values[i, j]

        plan, place = self._plan, self._place
        smallest = w.real(float("inf"))
        for pivot, below, right in zip(
            plan.order, plan.columns, plan.rows, strict=True
        ):
            diagonal = value(pivot, pivot)
            smallest = smaller(w, smallest, w.intrinsic("fabs", diagonal))
            inverse = w.divide(w.real(1.0), diagonal)
            w.store(inverse, "%factors", place[pivot, pivot])
            for j in right:
                w.store(value(pivot, j), "%factors", place[pivot, j])
            for i in below:
                multiple = w.multiply(value(i, pivot), inverse)
                w.store(multiple, "%factors", place[i, pivot])
                for j in right:
                    factor = w.negate(multiple) if i == j else multiple
                    values[i, j] = w.multiply_add(factor, value(pivot, j), value(i, j))
        return smallest

    def solve(self, w: Writer) -> None:
        """`%b` becomes W^-1 b."""
        plan, place = self._plan, self._place
        b = [w.load("%b", i) for i in range(len(plan.order))]
        pivots = list(zip(plan.order, plan.columns, plan.rows, strict=True))
        for pivot, below, _ in pivots:
            for i in below:
                factor = w.load("%factors", place[i, pivot])
                b[i] = w.multiply_add(factor, b[pivot], b[i])
        for pivot, _, right in reversed(pivots):
            for j in right:
                factor = w.load("%factors", place[pivot, j])
                b[pivot] = w.multiply_add(factor, b[j], b[pivot])
            b[pivot] = w.multiply(b[pivot], w.load("%factors", place[pivot, pivot]))
        for i, name in enumerate(b):
            w.store(name, "%b", i)


class Loops:
    """Loops over the entries, whose places stand in tables beside the code.

    -W is kept on the diagonal too: negating rounds nothing.
    """

    def __init__(self, plan: Elimination) -> None:
        self._plan = plan
        self._n_pivots = len(plan.order)
        place = {entry: k for k, entry in enumerate(plan.entries)}
        pivots = list(zip(plan.order, plan.columns, plan.rows, strict=True))
        changed = [[place[i, j] for i in b for j in r] for _, b, r in pivots]
        self._tables: dict[str, Sequence[int]] = {
            "pivot": plan.order,
            "diagonal": [place[p, p] for p in plan.order],
            "n_below": [len(below) for below in plan.columns],
            "n_right": [len(right) for right in plan.rows],
            "below_from": _starts(plan.columns),
            "below": [place[i, p] for p, below, _ in pivots for i in below],
            "below_row": [i for _, below, _ in pivots for i in below],
            "right_from": _starts(plan.rows),
            "right": [place[p, j] for p, _, right in pivots for j in right],
            "right_column": [j for _, _, right in pivots for j in right],
            "changed_from": _starts(changed),
            "changed": [item for items in changed for item in items],
        }

    @property
    def tables(self) -> str:
        """The tables' text."""
        return "\n".join(
            f"@{name}_table = internal constant [{len(items)} x i64] "
            f"[{', '.join(f'i64 {item}' for item in items)}]"
            for name, items in self._tables.items()
        )

    def factor(self, w: Writer, entry: Entry) -> str:
        """Fills `%factors`; the smallest pivot."""
        for k, (i, j) in enumerate(self._plan.entries):
            value = entry(i, j) or w.real(0.0)
            w.store(w.subtract(value, "%w") if i == j else value, "%factors", k)
        smallest = w.variable(w.lanes.vector, w.real(float("inf")))
        with w.repeat(self._n_pivots) as pivot:
            at = self._read(w, "diagonal", pivot)
            diagonal = w.negate(w.load("%factors", at))
            size = w.intrinsic("fabs", diagonal)
            smallest.set(smaller(w, smallest.get(), size))
            inverse = w.divide(w.real(1.0), diagonal)
            w.store(inverse, "%factors", at)
            n_right = self._read(w, "n_right", pivot)
            right_from = self._read(w, "right_from", pivot)
            below_from = self._read(w, "below_from", pivot)
            changed_from = self._read(w, "changed_from", pivot)
            with w.repeat(self._read(w, "n_below", pivot)) as under:
                at = self._read(w, "below", _sum(w, below_from, under))
                multiple = w.multiply(w.load("%factors", at), inverse)
                w.store(multiple, "%factors", at)
                row_from = _sum(w, changed_from, w.let(f"mul i64 {under}, {n_right}"))
                with w.repeat(n_right) as beside:
                    pivotal = self._read(w, "right", _sum(w, right_from, beside))
                    at = self._read(w, "changed", _sum(w, row_from, beside))
                    known = w.load("%factors", pivotal)
                    changed = w.multiply_add(multiple, known, w.load("%factors", at))
                    w.store(changed, "%factors", at)
        return smallest.get()

    def solve(self, w: Writer) -> None:
        """`%b` becomes W^-1 b."""
        with w.repeat(self._n_pivots) as pivot:
            known = w.load("%b", self._read(w, "pivot", pivot))
            below_from = self._read(w, "below_from", pivot)
            with w.repeat(self._read(w, "n_below", pivot)) as under:
                item = _sum(w, below_from, under)
                row = self._read(w, "below_row", item)
                factor = w.load("%factors", self._read(w, "below", item))
                w.store(w.multiply_add(factor, known, w.load("%b", row)), "%b", row)
        total = w.variable(w.lanes.vector, w.real(0.0))
        with w.repeat(self._n_pivots) as after:
            pivot = w.let(f"sub i64 {self._n_pivots - 1}, {after}")
            row = self._read(w, "pivot", pivot)
            right_from = self._read(w, "right_from", pivot)
            total.set(w.load("%b", row))
            with w.repeat(self._read(w, "n_right", pivot)) as beside:
                item = _sum(w, right_from, beside)
                factor = w.load("%factors", self._read(w, "right", item))
                known = w.load("%b", self._read(w, "right_column", item))
                total.set(w.multiply_add(factor, known, total.get()))
            inverse = w.load("%factors", self._read(w, "diagonal", pivot))
            w.store(w.multiply(total.get(), inverse), "%b", row)

    def _read(self, w: Writer, table: str, index: str) -> str:
        """An item of a table, as i64."""
        assert table in self._tables
        return w.load(f"@{table}_table", index, "i64")


def _starts(groups: Iterable[Sequence[int]]) -> list[int]:
    return list(accumulate((len(group) for group in groups), initial=0))


def _sum(w: Writer, a: str, b: str) -> str:
    return w.let(f"add i64 {a}, {b}")
