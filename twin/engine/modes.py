"""How exactly an ensemble is run, and by which method: chosen as an object."""

from dataclasses import dataclass

from twin.engine.lanes.kernel import Method


@dataclass(frozen=True, slots=True)
class Mode:
    """How exactly, and by which method.

    tolerance  relative, of the error of a step
    floor      absolute tolerance as a part of the relative: of 1 in the model's unit,
               or of its largest start where that is smaller
    memory     1: relative to each state's largest value so far; 0: to its size now
    in_double  of short reals: the mode in which failed draws are repeated, and every
               hundredth checked
    """

    name: str
    method: Method
    tolerance: float
    floor: float = 1e-6
    memory: float = 1.0
    in_double: "Mode | None" = None


REFERENCE = Mode("reference", Method("Rodas5P"), 1e-6)
POPULATION = Mode("population", Method("Veldd4"), 2e-3)
"""An INR to about 1e-5.

Not L-stable: on a clotting cascade Rodas4 is far more exact in the same time
(docs/verification/engine_speed.md, tables 1 and 6).
"""
FAST = Mode("fast", Method("Veldd4", "float"), 1e-2, in_double=POPULATION)
STRICT = Mode("strict", Method("Rodas5P"), 1e-8, floor=1e-5, memory=0.0)
"""For other people's models: relative to each state's size at the moment, so that small
and spent pools are right too, which somebody else may mean."""
MODES = {mode.name: mode for mode in (REFERENCE, POPULATION, FAST)}
