"""Short reals held to long ones: which draws, and how far off they may be."""

import numpy as np
import numpy.typing as npt

from twin.errors import NumericsError
from twin.vocabulary.ensemble import Floats

CHECKED_EVERY = 100
"""One draw of so many is run in double too."""

_SHORT_ERROR = 5e-3


def check_short(
    short: Floats, double: Floats, *, checked: npt.NDArray[np.bool_]
) -> None:
    """float64[draw, time, output] each: scaled by each output's largest."""
    size = np.max(np.abs(double[checked]), axis=1, keepdims=True, initial=0.0)
    apart = np.abs(short[checked] - double[checked])
    worst = np.max(apart / np.where(size > 0, size, 1.0), initial=0.0)
    if not worst <= _SHORT_ERROR:
        raise NumericsError(
            f"short reals are {worst:.1g} of an output off in a draw that was checked; "
            "run this ensemble in the population mode"
        )
