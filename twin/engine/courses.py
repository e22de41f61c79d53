"""What an engine hands out: courses of some consecutive draws."""

from dataclasses import dataclass

from twin.vocabulary.ensemble import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """Draws `first`, `first` + 1, ...

    values    float64[draw, time, output]; a failed draw is a block of NaN
    failures  (draw, reason), draws counted in the whole ensemble
    """

    first: int
    values: Floats
    failures: tuple[tuple[int, str], ...] = ()
