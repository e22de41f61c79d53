"""Quantiles of weighted draws, column by column."""

import math

import numpy as np
import numpy.typing as npt

from twin.kernels import Floats, kernel

Integers = npt.NDArray[np.int64]


@kernel(
    "void(float64[:, ::1], int64[:, ::1], float64[::1], float64[::1], float64[:, ::1])"
)
def window_means(
    columns: Floats, order: Integers, mass: Floats, starts: Floats, means: Floats
) -> None:
    """The mean of each column's sorted draws over windows of mass one.

    columns  float64[column, draw]     read only
    order    int64[column, draw]       read only; sorts each column, NaN last
    mass     float64[draw]             read only; positive, sum 1 or more
    starts   float64[window]           read only; mass below the window
    means    float64[window, column]   out: NaN in a column with a NaN

    Columns are independent.  A mean is never outside the draws it is of.
    """
    n_columns, n_draws = columns.shape
    below = np.empty(n_draws + 1)
    for column in range(n_columns):
        below[0] = 0.0
        for place in range(n_draws):
            below[place + 1] = below[place] + mass[order[column, place]]
        unknown = math.isnan(columns[column, order[column, n_draws - 1]])
        for window in range(starts.size):
            start, end = starts[window], starts[window] + 1.0
            place = np.searchsorted(below, start, side="right") - 1
            place = min(place, n_draws - 1)
            lowest = columns[column, order[column, place]]
            highest, total, covered = lowest, 0.0, 0.0
            while place < n_draws:
                part = min(below[place + 1], end) - max(below[place], start)
                if part > 0.0:
                    highest = columns[column, order[column, place]]
                    total += part * highest
                    covered += part
                if below[place + 1] >= end:
                    break
                place += 1
            mean = total / covered if covered > 0.0 else highest
            mean = min(max(mean, lowest), highest)
            means[window, column] = np.nan if unknown else mean
