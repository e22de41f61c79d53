"""Outputs from recorded states: one function, rows in, rows out.

    @observe(block): for each record, out[output] = value of the output there

A record holds the states and the tracked held quantities; any other held quantity is
the draw's own from the start on.  Always in double: it is no part of the loop.
"""

from collections.abc import Sequence

from twin.engine.graph.hoisting import held_places, state_places
from twin.engine.graph.nodes import Node, Op
from twin.engine.graph.vector_field import VectorField
from twin.engine.lanes.block import View
from twin.engine.lanes.emit_expressions import Emitter
from twin.engine.lanes.llvm_writer import Lanes, Writer


def emit_observe(field: VectorField, lanes: Lanes, outputs: Sequence[Node]) -> str:
    """The text of `@observe` for these output nodes."""
    return _Observe(field, lanes, outputs).text()


class _Observe:
    def __init__(
        self, field: VectorField, lanes: Lanes, outputs: Sequence[Node]
    ) -> None:
        self.field, self.lanes, self.outputs = field, lanes, list(outputs)
        self.w = Writer(lanes)
        n_given = len(field.given)
        self.held = sorted(held_places(field.graph, self.outputs))
        self.filled = [place for place in self.held if place >= n_given]
        made_of = held_places(
            field.graph, [field.filled[place - n_given] for place in self.filled]
        )
        self.given = sorted({p for p in self.held if p < n_given} | made_of)
        self.states = sorted(state_places(field.graph, self.outputs))

    def text(self) -> str:
        w, width = self.w, self.lanes.width
        n_records = self._whole(View.N_RECORDS)
        n_rows = w.let(f"mul i64 {self._whole(View.N_DRAWS)}, {n_records}")
        n_groups = w.let(f"add i64 {n_rows}, {width - 1}")
        n_groups = w.let(f"sdiv i64 {n_groups}, {width}")
        given = {place: self._slot() for place in self.given}
        changed = {place: self._slot() for place in self.held}
        states = {place: self._slot() for place in self.states}
        times, results = self._slot(), [self._slot() for _ in self.outputs]
        with w.repeat(n_groups) as group:
            first = w.let(f"mul i64 {group}, {width}")
            with w.repeat(width) as lane:
                row = self._row(first, lane, n_rows)
                self._gather(row, lane, n_records, (given, states, times))
            self._compute_filled(given, changed)
            with w.repeat(width) as lane:
                row = self._row(first, lane, n_rows)
                self._gather_changed(row, lane, given, changed)
            self._compute(changed, states, times, results)
            with w.repeat(width) as lane:
                row = w.let(f"add i64 {first}, {lane}")
                with w.when(w.let(f"icmp slt i64 {row}, {n_rows}")):
                    self._scatter(row, lane, results)
        w.do("ret void")
        return w.text("define void @observe(ptr %block)")

    def _slot(self) -> str:
        """Room for one lane vector."""
        return self.w.room(self.lanes.vector)

    def _whole(self, word: View) -> str:
        return self.w.load("%block", int(word), "i64")

    def _pointer(self, word: View) -> str:
        return self.w.load("%block", int(word), "ptr")

    def _row(self, first: str, lane: str, n_rows: str) -> str:
        """Spare lanes repeat the last record."""
        w = self.w
        row = w.let(f"add i64 {first}, {lane}")
        last = w.let(f"sub i64 {n_rows}, 1")
        beyond = w.let(f"icmp sgt i64 {row}, {last}")
        return w.let(f"select i1 {beyond}, i64 {last}, i64 {row}")

    def _gather(
        self,
        row: str,
        lane: str,
        n_records: str,
        slots: tuple[dict[int, str], dict[int, str], str],
    ) -> None:
        """Given quantities of the draw, states and time of the record."""
        w = self.w
        given, states, times = slots
        draw = w.let(f"sdiv i64 {row}, {n_records}")
        number = w.let(f"srem i64 {row}, {n_records}")
        w.store(
            w.load(self._pointer(View.TIMES), number, "double"), times, lane, "double"
        )
        record = self._record(row)
        for place, slot in states.items():
            w.store(w.load(record, place, "double"), slot, lane, "double")
        own = w.address(
            self._pointer(View.VALUES),
            w.let(f"mul i64 {draw}, {self._whole(View.N_COLUMNS)}"),
            "double",
        )
        columns, defaults = (
            self._pointer(View.COLUMN_OF),
            self._pointer(View.DEFAULTS),
        )
        for place, slot in given.items():
            column = w.load(columns, place, "i64")
            w.store(w.load(defaults, place, "double"), slot, lane, "double")
            with w.when(w.let(f"icmp sge i64 {column}, 0")):
                w.store(w.load(own, column, "double"), slot, lane, "double")

    def _record(self, row: str) -> str:
        w = self.w
        first = w.let(f"mul i64 {row}, {self._whole(View.WIDTH)}")
        return w.address(self._pointer(View.RECORDS), first, "double")

    def _compute_filled(self, given: dict[int, str], changed: dict[int, str]) -> None:
        """Held quantities that the start computes, in a draw without changes."""
        w, n_given = self.w, len(self.field.given)
        emit = Emitter(w, self.field.graph, lambda _op, place: w.load(given[place]))
        nodes = [self.field.filled[place - n_given] for place in self.filled]
        emit.expect(nodes)
        for place, node in zip(self.filled, nodes, strict=True):
            w.store(emit.emit(node), changed[place])

    def _gather_changed(
        self, row: str, lane: str, given: dict[int, str], changed: dict[int, str]
    ) -> None:
        """What the record itself holds goes before the draw's own."""
        w = self.w
        record = self._record(row)
        tracked_at = self._pointer(View.TRACKED_AT)
        for place, slot in changed.items():
            if place in given:
                w.store(w.load(given[place], lane, "double"), slot, lane, "double")
            at = w.load(tracked_at, place, "i64")
            with w.when(w.let(f"icmp sge i64 {at}, 0")):
                w.store(w.load(record, at, "double"), slot, lane, "double")

    def _compute(
        self,
        held: dict[int, str],
        states: dict[int, str],
        times: str,
        results: list[str],
    ) -> None:
        w = self.w

        def leaf(op: Op, place: int) -> str:
            if op is Op.TIME:
                return w.load(times)
            return w.load(held[place] if op is Op.HELD else states[place])

        emit = Emitter(w, self.field.graph, leaf)
        emit.expect(self.outputs)
        for node, slot in zip(self.outputs, results, strict=True):
            w.store(emit.emit(node), slot)

    def _scatter(self, row: str, lane: str, results: list[str]) -> None:
        w = self.w
        first = w.let(f"mul i64 {row}, {len(results)}")
        target = w.address(self._pointer(View.OUT), first, "double")
        for place, slot in enumerate(results):
            w.store(w.load(slot, lane, "double"), target, place, "double")
