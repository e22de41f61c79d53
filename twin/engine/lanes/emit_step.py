"""One step of a Rosenbrock method on all lanes: stages, new state, error.

Loops over states, with the tableau's numbers in the code; what a method repeats from
stage to stage (the same point, one more k) is not computed again.
"""

from twin.engine.lanes.emit_model import ModelCode
from twin.engine.lanes.layout import Layout
from twin.engine.lanes.llvm_writer import Lanes, Writer
from twin.engine.lanes.rosenbrock import Tableau


def emit_step(lanes: Lanes, tableau: Tableau, layout: Layout, code: ModelCode) -> str:
    """`@step(workspace, t, h)`: fills point, stages; whether the matrix was sound."""
    w = Writer(lanes)
    at = _Arrays(w, layout)
    per_h = w.divide(w.real(1.0), "%h")
    matrix = w.multiply(per_h, w.real(1.0 / tableau.gamma))
    common = f"ptr {at.held}, ptr {at.hoisted}"
    arguments = f"{common}, ptr {at.state}, {lanes.vector} %t"
    if code.uses_time:
        w.do(f"call void @slope({arguments}, ptr {at.slope})")
    sound = ""
    for stage in range(tableau.n_stages):
        right = _begin(w, at, tableau, stage, per_h, code.uses_time)
        if stage == 0:
            sound = w.let(
                f"call {lanes.mask} @factor({arguments}, {lanes.vector} {matrix}, "
                f"ptr {at.factors}, ptr {right})"
            )
        elif not tableau.shares_point(stage):
            _rate(w, at, tableau.nodes[stage], right)
        _finish(w, at, tableau, stage)
    _new_state(w, at, tableau)
    w.do(f"ret {lanes.mask} {sound}")
    return w.text(
        f"define internal {lanes.mask} @step(ptr noalias %space, "
        f"{lanes.vector} %t, {lanes.vector} %h) noinline"
    )


class _Arrays:
    """Pointers to the arrays of a workspace."""

    def __init__(self, w: Writer, layout: Layout) -> None:
        def place(offset: int) -> str:
            return w.address("%space", offset, w.lanes.vector)

        self.layout = layout
        self.held, self.hoisted = place(layout.held), place(layout.hoisted)
        self.state, self.point = place(layout.state), place(layout.point)
        self.rest, self.slope = place(layout.rest), place(layout.slope)
        self.rates = place(layout.rates)
        self.factors = place(layout.factors)
        self.k = [
            place(layout.stages + stage * layout.n_states)
            for stage in range(layout.n_stages)
        ]


def _keeps_rates(tableau: Tableau, stage: int) -> bool:
    """Whether the next stage stands at the same point."""
    return stage + 1 < tableau.n_stages and tableau.shares_point(stage + 1)


def _begin(
    w: Writer, at: _Arrays, tableau: Tableau, stage: int, per_h: str, uses_time: bool
) -> str:
    """u, and Σ C k/h + d h ∂f/∂t into k; where f(u) is to be added."""
    again = tableau.shares_point(stage)
    kept = _keeps_rates(tableau, stage)
    row, couplings = tableau.a[stage], tableau.c_matrix[stage]
    slope = w.multiply("%h", w.real(tableau.slopes[stage])) if uses_time else None
    with w.repeat(at.layout.n_states) as i:
        earlier = [w.load(at.k[j], i) for j in range(stage)]
        if stage and not again:
            if tableau.continues(stage):
                point = w.add(w.load(at.point, i), earlier[-1])
            else:
                point = _weighted(w, w.load(at.state, i), row, earlier)
            w.store(point, at.point, i)
        rest = w.real(0.0)
        if stage:
            rest = w.multiply(_weighted(w, None, couplings, earlier), per_h)
        if slope is not None:
            rest = w.multiply_add(slope, w.load(at.slope, i), rest)
        if again:
            rest = w.add(w.load(at.rates, i), rest)
        if kept:
            w.store(w.real(0.0), at.rates, i)
        w.store(rest, at.k[stage], i)
    return at.rates if kept else at.k[stage]


def _finish(w: Writer, at: _Arrays, tableau: Tableau, stage: int) -> None:
    """Solve: k of this stage."""
    if _keeps_rates(tableau, stage):
        with w.repeat(at.layout.n_states) as i:
            total = w.add(w.load(at.rates, i), w.load(at.k[stage], i))
            w.store(total, at.k[stage], i)
    w.do(f"call void @solve(ptr {at.factors}, ptr {at.k[stage]})")


def _rate(w: Writer, at: _Arrays, node: float, to: str) -> None:
    """f at a stage's point, added to what is there already."""
    time = w.multiply_add("%h", w.real(node), "%t")
    w.do(
        f"call void @rate(ptr {at.held}, ptr {at.hoisted}, "
        f"ptr {at.point}, {w.lanes.vector} {time}, ptr {to})"
    )


def _new_state(w: Writer, at: _Arrays, tableau: Tableau) -> None:
    """y' into `point`, the error into `rest`."""
    last = tableau.n_stages
    with w.repeat(at.layout.n_states) as i:
        k = [w.load(at.k[j], i) for j in range(last)]
        if tableau.continues(last):
            new = w.add(w.load(at.point, i), k[-1])
        else:
            new = _weighted(w, w.load(at.state, i), tableau.weights, k)
        w.store(new, at.point, i)
        w.store(_weighted(w, None, tableau.error, k), at.rest, i)


def _weighted(
    w: Writer, begin: str | None, row: tuple[float, ...], k: list[str]
) -> str:
    """begin + Σ row_j k_j."""
    value = begin
    for factor, name in zip(row, k, strict=False):
        if factor == 0.0:
            continue
        if value is None:
            value = name if factor == 1.0 else w.multiply(name, w.real(factor))
        elif factor == 1.0:
            value = w.add(value, name)
        else:
            value = w.multiply_add(name, w.real(factor), value)
    return w.real(0.0) if value is None else value
