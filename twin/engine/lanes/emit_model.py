"""The functions of one model: what is hoisted, its start, its rates, its matrix.

    hoist   held -> hoisted
    start   held -> state (and the computed end of held)
    rate    adds f(t, y) to what is already there
    slope   ∂f/∂t, where a rate names the time
    factor  W = w I - J, eliminated; whether no pivot came out too small
    solve   W x = b, in place
    truths  which triggers of events are true, as bits

All are straight-line code on lane vectors; arrays are `[place][lane]`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from twin.engine.graph.differentiation import jacobian
from twin.engine.graph.hoisting import hoisted
from twin.engine.graph.nodes import Node, Op
from twin.engine.graph.sparse_lu import Elimination, elimination
from twin.engine.graph.vector_field import VectorField
from twin.engine.lanes.emit_expressions import Emitter
from twin.engine.lanes.llvm_writer import Lanes, Writer

# A pivot this much smaller than w has lost its digits: the step is too long.
_SMALLEST_PIVOT = {"double": 1e-7, "float": 1e-3}


@dataclass(frozen=True, slots=True, eq=False)
class ModelCode:
    """The text of the functions, and the sizes of what they read and write."""

    text: str
    n_hoisted: int
    n_factors: int
    uses_time: bool


class ModelEmitter:
    """Writes the functions of one model for one kind of lanes."""

    def __init__(self, field: VectorField, lanes: Lanes) -> None:
        self.field, self.lanes = field, lanes
        self.slopes, self.entries = _derivatives(field)
        self.plan: Elimination = elimination(len(field.states), self.entries)
        self.places = hoisted(
            field.graph,
            [*field.rates, *self.slopes, *self.entries.values(), *field.triggers],
        )

    @property
    def uses_time(self) -> bool:
        """Whether the rates name the time."""
        return any(slope != self.field.graph.zero for slope in self.slopes)

    def code(self) -> ModelCode:
        """All functions."""
        parts = [
            self._hoist(),
            self._start(),
            self._rate(),
            self._factor(),
            self._solve(),
        ]
        if self.uses_time:
            parts.append(self._slope())
        if self.field.triggers:
            parts.append(self._truths())
        return ModelCode(
            "\n".join(parts),
            len(self.places),
            len(self.plan.entries),
            self.uses_time,
        )

    # ------------------------------------------------------------ functions

    def _hoist(self) -> str:
        w = Writer(self.lanes)
        emit = self._emitter(w, {})
        nodes = list(self.places)
        emit.expect(nodes)
        for node, place in self.places.items():
            w.store(emit.emit(node), "%hoisted", place)
        w.do("ret void")
        return w.text(
            "define internal void @hoist(ptr noalias %held, ptr noalias %hoisted) "
            "noinline"
        )

    def _start(self) -> str:
        """Writes y(0), and behind it the held quantities that are computed."""
        w = Writer(self.lanes)
        emit = self._emitter(w, {})
        results = [*self.field.start, *self.field.filled]
        emit.expect(results)
        for place, node in enumerate(results):
            w.store(emit.emit(node), "%out", place)
        w.do("ret void")
        return w.text(
            "define internal void @start(ptr noalias %held, ptr noalias %out) noinline"
        )

    def _rate(self) -> str:
        w = Writer(self.lanes)
        emit = self._emitter(w, self.places)
        emit.expect(self.field.rates)
        for place, node in enumerate(self.field.rates):
            value = emit.emit(node)
            w.store(w.add(value, w.load("%out", place)), "%out", place)
        w.do("ret void")
        return w.text(_header("void", "rate", "ptr noalias %out", self.lanes))

    def _slope(self) -> str:
        w = Writer(self.lanes)
        emit = self._emitter(w, self.places)
        emit.expect(self.slopes)
        for place, node in enumerate(self.slopes):
            w.store(emit.emit(node), "%out", place)
        w.do("ret void")
        return w.text(_header("void", "slope", "ptr noalias %out", self.lanes))

    def _factor(self) -> str:
        """Eliminates W = w I - J, kept as its diagonal and as -W beside it.

        -W beside the diagonal is J itself: nothing is negated, and what is hoisted for
        the rates serves here too.
        """
        w, lanes, plan = Writer(self.lanes), self.lanes, self.plan
        emit = self._emitter(w, self.places)
        emit.expect(self.entries.values())
        values: dict[tuple[int, int], str] = {}

        def value(i: int, j: int) -> str:
            """An entry before elimination, written when it is first needed."""
            if (i, j) not in values:
                node = self.entries.get((i, j))
                if node is None:
                    values[i, j] = "%w" if i == j else w.real(0.0)
                else:
                    entry = emit.emit(node)
                    values[i, j] = w.subtract("%w", entry) if i == j else entry
            return values[i, j]

        smallest = w.real(float("inf"))
        store = {place: k for k, place in enumerate(plan.entries)}
        for pivot, below, right in zip(
            plan.order, plan.columns, plan.rows, strict=True
        ):
            diagonal = value(pivot, pivot)
            smallest = _smaller(w, smallest, w.intrinsic("fabs", diagonal))
            inverse = w.divide(w.real(1.0), diagonal)
            w.store(inverse, "%factors", store[pivot, pivot])
            for j in right:
                w.store(value(pivot, j), "%factors", store[pivot, j])
            for i in below:
                multiple = w.multiply(value(i, pivot), inverse)
                w.store(multiple, "%factors", store[i, pivot])
                for j in right:
                    factor = w.negate(multiple) if i == j else multiple
                    values[i, j] = w.multiply_add(factor, value(pivot, j), value(i, j))
        limit = w.multiply("%w", w.real(_SMALLEST_PIVOT[lanes.real]))
        w.do(f"ret {lanes.mask} {w.compare('ogt', smallest, limit)}")
        extra = f"{lanes.vector} %w, ptr noalias %factors"
        return w.text(_header(lanes.mask, "factor", extra, lanes))

    def _solve(self) -> str:
        w, plan = Writer(self.lanes), self.plan
        store = {place: k for k, place in enumerate(plan.entries)}
        b = [w.load("%b", i) for i in range(len(plan.order))]
        pivots = list(zip(plan.order, plan.columns, plan.rows, strict=True))
        for pivot, below, _ in pivots:
            for i in below:
                factor = w.load("%factors", store[i, pivot])
                b[i] = w.multiply_add(factor, b[pivot], b[i])
        for pivot, _, right in reversed(pivots):
            for j in right:
                factor = w.load("%factors", store[pivot, j])
                b[pivot] = w.multiply_add(factor, b[j], b[pivot])
            b[pivot] = w.multiply(b[pivot], w.load("%factors", store[pivot, pivot]))
        for i, name in enumerate(b):
            w.store(name, "%b", i)
        w.do("ret void")
        return w.text(
            "define internal void @solve(ptr noalias %factors, ptr noalias %b) noinline"
        )

    def _truths(self) -> str:
        w = Writer(self.lanes)
        emit = self._emitter(w, self.places)
        emit.expect(self.field.triggers)
        kind = f"<{self.lanes.width} x i64>"
        bits = "zeroinitializer"
        for number, trigger in enumerate(self.field.triggers):
            bit = ", ".join([f"i64 {1 << number}"] * self.lanes.width)
            one = w.select(emit.emit(trigger), f"<{bit}>", "zeroinitializer", kind)
            bits = w.let(f"or {kind} {bits}, {one}")
        w.do(f"ret {kind} {bits}")
        return w.text(
            f"define internal {kind} @truths(ptr noalias %held, ptr noalias %hoisted, "
            f"ptr noalias %y, {self.lanes.vector} %t) noinline"
        )

    def _emitter(self, w: Writer, places: dict[Node, int]) -> Emitter:
        reads: dict[Node, Callable[[], str]] = {
            node: partial(w.load, "%hoisted", place) for node, place in places.items()
        }
        return Emitter(w, self.field.graph, leaf_reader(w), reads)


def entries_of(field: VectorField) -> dict[tuple[int, int], Node]:
    """df_i/dy_j by place (i, j), where it is not always zero."""
    return _derivatives(field)[1]


def _derivatives(
    field: VectorField,
) -> tuple[list[Node], dict[tuple[int, int], Node]]:
    """∂f/∂t, one node a state, and ∂f/∂y by place."""
    rows = jacobian(field.graph, field.rates)
    slopes = [row.pop(field.graph.time, field.graph.zero) for row in rows]
    place = {field.graph.state(i): i for i in range(len(field.states))}
    entries = {
        (i, place[x]): node for i, row in enumerate(rows) for x, node in row.items()
    }
    return slopes, entries


def leaf_reader(w: Writer) -> Callable[[Op, int], str]:
    """Held quantities and states from their arrays, the time from its argument."""

    def leaf(op: Op, place: int) -> str:
        if op is Op.TIME:
            return "%t"
        return w.load("%held" if op is Op.HELD else "%y", place)

    return leaf


def _smaller(w: Writer, a: str, b: str) -> str:
    """The smaller; a NaN in b is kept and fails the later comparison."""
    return w.select(w.compare("olt", a, b), a, b)


def _header(result: str, name: str, extra: str, lanes: Lanes) -> str:
    return (
        f"define internal {result} @{name}(ptr noalias %held, ptr noalias %hoisted, "
        f"ptr noalias %y, {lanes.vector} %t, {extra}) noinline"
    )
