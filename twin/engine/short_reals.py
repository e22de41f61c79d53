"""Short reals held to long ones: which draws, and how far off they may be."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from twin.engine.schedule import Schedule
from twin.errors import NumericsError
from twin.vocabulary.ensemble import Floats, frozen_array

CHECKED_EVERY = 100
"""One draw of so many is run in double too."""

_SHORT_ERROR = 5e-3
# What an output's largest is taken from, besides the times asked for and the doses.
_TIMES_BETWEEN = 33


def with_times_between(
    plans: Sequence[Schedule],
) -> tuple[list[Schedule], npt.NDArray[np.int64]]:
    """The same plans with more output times, and which of those are the asked ones.

    An output has its largest after a dose as a rule, not when somebody asks: what is
    left of a tablet in the gut after a day is no measure of its error.
    """
    asked = plans[0].times_h
    different = {id(plan): plan for plan in plans}
    doses = [b.time_h for plan in different.values() for b in plan.breaks]
    between = np.linspace(0.0, asked[-1], _TIMES_BETWEEN)
    times = frozen_array(np.unique(np.concatenate([asked, doses, between])))
    closely = {key: replace(plan, times_h=times) for key, plan in different.items()}
    return [closely[id(plan)] for plan in plans], np.searchsorted(times, asked)


def check_short(short: Floats, double: Floats, asked: npt.NDArray[np.int64]) -> None:
    """Hold draws against themselves in double, scaled by each output's largest.

    short   float64[draw, asked, output]
    double  float64[draw, time, output], `asked` among its times; NaN where it failed

    Raises: NumericsError when one is more than `_SHORT_ERROR` off, or fails in double.
    """
    if not np.all(np.isfinite(double)):
        raise NumericsError(
            "short reals went through a draw that fails in double; "
            "run this ensemble in the population mode"
        )
    size = np.max(np.abs(double), axis=1, keepdims=True, initial=0.0)
    apart = np.abs(short - double[:, asked])
    worst = np.max(apart / np.where(size > 0, size, 1.0), initial=0.0)
    if not worst <= _SHORT_ERROR:
        raise NumericsError(
            f"short reals are {worst:.1g} of an output off in a draw that was checked; "
            "run this ensemble in the population mode"
        )
