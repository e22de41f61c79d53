"""How good a step was, and how long the next should be.

factor = s err^(-1/q) (last/err)^b        (Hairer & Wanner 1996, IV.2)
"""

from twin.engine.lanes.block import Lane, Word
from twin.engine.lanes.emit_arrays import Block, Space
from twin.engine.lanes.emit_kinds import Kinds, larger
from twin.engine.lanes.llvm_writer import Lanes, Writer
from twin.engine.lanes.rosenbrock import Tableau

# The controller (Hairer & Wanner 1996, IV.2): how much a step may grow and shrink, its
# safety, and how strongly it minds the last error.
_SAFETY, _GROW, _SHRINK = 0.9, 6.0, 0.2
_LAST_ERROR_COUNTS = 0.3
# After a NaN or a lost pivot.
_RETREAT = 0.1
_SMALLEST_ERROR, _LARGEST_ERROR = 1e-8, 1e30


class Controller:
    """Writes the judgement of a step into the loop."""

    def __init__(self, w: Writer, block: Block, space: Space, tableau: Tableau) -> None:
        self.w, self.space, self.tableau = w, space, tableau
        self.lanes: Lanes = w.lanes
        self.kinds = Kinds(w)
        self.relative = self.kinds.in_all_lanes(block.number(Word.RELATIVE))
        self.absolute = block.pointer(Word.ABSOLUTE)
        self.shared = w.let(f"icmp ne i64 {block.whole(Word.SHARED)}, 0")

    def judged(self, sound: str) -> tuple[str, str, str]:
        """The error in tolerances; whether the step is of use; whether it is finite."""
        w, space, vector = self.w, self.space, self.lanes.vector
        total = w.variable(vector, w.real(0.0))
        most = w.real(_LARGEST_ERROR)
        with w.repeat(space.layout.n_states) as i:
            new = w.intrinsic("fabs", w.load(space.point, i))
            size = larger(w, w.load(space.largest, i), new)
            floor = self.kinds.in_all_lanes(w.load(self.absolute, i, "double"))
            scale = w.multiply_add(size, self.relative, floor)
            part = w.divide(w.intrinsic("fabs", w.load(space.rest, i)), scale)
            # NaN counts as the largest error; a plain maximum would forget it.
            part = w.select(w.compare("olt", part, most), part, most)
            total.set(larger(w, total.get(), part))
        error = self._of_first_if_shared(total.get(), vector)
        sound = self._of_first_if_shared(sound, self.lanes.mask)
        known = w.compare("olt", error, most)
        usable = w.both(known, sound)
        small = w.compare("olt", error, w.real(_SMALLEST_ERROR))
        return w.select(small, w.real(_SMALLEST_ERROR), error), usable, known

    def _of_first_if_shared(self, value: str, kind: str) -> str:
        """What the first lane says, in all lanes, where they share their steps."""
        w = self.w
        first = w.let(
            f"shufflevector {kind} {value}, {kind} poison, "
            f"<{self.lanes.width} x i32> zeroinitializer"
        )
        return w.let(f"select i1 {self.shared}, {kind} {first}, {kind} {value}")

    def factor(self, error: str, usable: str) -> str:
        """s err^(-1/q) (last/err)^β, kept within bounds."""
        w, vector = self.w, self.lanes.vector
        q = self.tableau.error_order + 1
        beta = _LAST_ERROR_COUNTS / q

        def log(x: str) -> str:
            return w.let(f"call {vector} @log_lanes({vector} {x})")

        power = w.multiply(log(error), w.real(-(1.0 / q - 0.75 * beta)))
        power = w.multiply_add(log(w.load(self.space.last_error)), w.real(beta), power)
        factor = w.let(f"call {vector} @exp_lanes({vector} {power})")
        factor = w.multiply(factor, w.real(_SAFETY))
        factor = larger(w, factor, w.real(_SHRINK))
        large = w.compare("ogt", factor, w.real(_GROW))
        factor = w.select(large, w.real(_GROW), factor)
        return w.select(usable, factor, w.real(_RETREAT))

    def next_length(
        self, h: str, wanted: str, factor: str, accepted: str, crossed: str | None
    ) -> None:
        """A step that something else cut short says nothing against a longer one."""
        w, space = self.w, self.space
        proposed = w.multiply(h, factor)
        no_growth = w.compare("ogt", proposed, h)
        proposed = w.select(w.both(w.opposite(accepted), no_growth), h, proposed)
        cut = w.both(w.compare("olt", h, wanted), w.compare("olt", proposed, wanted))
        kept = w.both(accepted, cut)
        if crossed is not None:
            kept = w.either(kept, crossed)
        w.store(w.select(kept, wanted, proposed), space.step)
        fresh = w.let(
            f"icmp ne {space.whole} {space.wholes(Lane.AFTER_BREAK)}, zeroinitializer"
        )
        fresh = w.both(fresh, accepted)
        w.store(
            w.select(fresh, proposed, w.load(space.step_after_break)),
            space.step_after_break,
        )
        mark = w.select(
            accepted, "zeroinitializer", space.wholes(Lane.AFTER_BREAK), space.whole
        )
        space.set_wholes(Lane.AFTER_BREAK, mark)
