"""Activities after some hour against what was predicted of them, all subjects.

Only what is said of all subjects together leaves this module.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.forecast_scores import wilson_interval
from twin.vocabulary.ensemble import Floats

LEVELS = (0.5, 0.8, 0.9)
QUANTILES = tuple(n / 20 for n in range(1, 20))


@dataclass(frozen=True, slots=True)
class Scored:
    """Predictions of what came later, from the data up to some hour.

    upto_h     data up to and with this hour were used; 0: none
    n          later activities
    r2         of the medians, in per cent of normal, about the mean of the observed
    mean_error mean of |median - observed|, per cent of normal
    coverage   share inside the central 50, 80 and 90 %, with Wilson's 95 % interval
    width      mean width of the 90 % band, per cent of normal
    below      at every level of 5, 10, ... 95 %: share of activities below it
    worst_k    largest Pareto k of the weights from a subject's own data
    roads      how often each road of learning was taken
    """

    upto_h: float
    n: int
    r2: float
    mean_error: float
    coverage: tuple[tuple[float, float, float], ...]
    width: float
    below: tuple[float, ...]
    worst_k: float
    roads: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Later:
    """A subject's activities after the last hour, and what was predicted of them.

    observed    float64[activity], per cent of normal
    median      likewise; low and high [level, activity], ends of the bands of `LEVELS`
    below       float64[activity], probability given to values below the observed
    """

    observed: Floats
    median: Floats
    low: Floats
    high: Floats
    below: Floats
    road: str
    k: float


def scored_after(parts: Sequence[Later], *, upto_h: float) -> Scored:
    """All subjects' later activities against their bands."""
    observed = np.concatenate([part.observed for part in parts])
    median = np.concatenate([part.median for part in parts])
    low = np.concatenate([part.low for part in parts], axis=1)
    high = np.concatenate([part.high for part in parts], axis=1)
    below = np.concatenate([part.below for part in parts])
    n_inside = np.sum((observed >= low) & (observed <= high), axis=1).tolist()
    missed = observed - median
    about_mean = observed - observed.mean()
    return Scored(
        upto_h,
        len(observed),
        float(1.0 - missed @ missed / (about_mean @ about_mean)),
        float(np.mean(np.abs(missed))),
        tuple(
            (n / len(observed), *wilson_interval(n, len(observed))) for n in n_inside
        ),
        float(np.mean(high[-1] - low[-1])),
        tuple(float(np.mean(below < level)) for level in QUANTILES),
        max(part.k for part in parts),
        dict(Counter(part.road for part in parts)),
    )
