"""Where the arrays of a workspace stand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """Places in the workspace, in lane vectors from its beginning.

    In this order; `size` is all of it.
    """

    n_states: int
    n_held: int
    n_filled: int
    n_hoisted: int
    n_factors: int
    n_stages: int

    @property
    def held(self) -> int:
        """Held quantities."""
        return 0

    @property
    def hoisted(self) -> int:
        """What depends on them only."""
        return self.held + self.n_held

    @property
    def state(self) -> int:
        """y."""
        return self.hoisted + self.n_hoisted

    @property
    def largest(self) -> int:
        """Each state's size for the error: its largest so far."""
        return self.state + self.n_states

    @property
    def point(self) -> int:
        """u of a stage, and in the end the new state."""
        return self.largest + self.n_states

    @property
    def rest(self) -> int:
        """The error of a step."""
        return self.point + self.n_states

    @property
    def slope(self) -> int:
        """∂f/∂t."""
        return self.rest + self.n_states

    @property
    def rates(self) -> int:
        """f(u), kept where the next stage stands at the same point."""
        return self.slope + self.n_states

    @property
    def begun(self) -> int:
        """The start's results: y(0), then computed held quantities."""
        return self.rates + self.n_states

    @property
    def snapshot(self) -> int:
        """y at the end of the period before."""
        return self.begun + self.n_states + self.n_filled

    @property
    def factors(self) -> int:
        """L and U."""
        return self.snapshot + self.n_states

    @property
    def stages(self) -> int:
        """k, one state vector a stage."""
        return self.factors + self.n_factors

    @property
    def control(self) -> int:
        """Step size, step size after a break, last error: one vector each."""
        return self.stages + self.n_stages * self.n_states

    @property
    def lanes(self) -> int:
        """The arrays of 64-bit numbers that `block.Lane` names.

        At an even place: their vectors are twice as wide as those of short reals.
        """
        return self.control + 4 + self.control % 2
