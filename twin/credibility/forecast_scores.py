"""How well predicted distributions, not single values, meet what was measured.

Distributions are weighted draws, the first axis of an array; the weights are given as
logarithms, and are the same for all that is scored at once.  Coverage says whether
intervals are as wide as they claim, PIT where they fail, CRPS how good they are.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.credibility.scores import within_interval
from twin.errors import NumericsError, ObservationError
from twin.inference.resampling import draws_that_count, weights_below

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often intervals of one level held what was observed.

    level       the part they should hold
    n           observations
    n_inside    of them, in their interval or on its end
    share       n_inside/n; None where n is 0
    low, high   Wilson's interval of the share
    """

    level: float
    n: int
    n_inside: int
    share: float | None
    low: float
    high: float


def wilson_interval(
    n_inside: int, n: int, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Where the probability behind n_inside of n lies.

        (p + z²/2n ± z sqrt(p (1 - p)/n + z²/4n²)) / (1 + z²/n)

    Between 0 and 1, also for none or all of n; all of 0 to 1 where n is 0.

    Args:
        n_inside: 0 to n.
        n: how many were counted.
        confidence: between 0 and 1.

    Raises: NumericsError when one of them is outside its limits.

    Source: Wilson (1927), J Am Stat Assoc 22:209.
    Assumes: independent trials; several values of one patient are not.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - a third of a second

    if not 0 <= n_inside <= n:
        raise NumericsError(f"of {n} no {n_inside} can be inside")
    if not 0.0 < confidence < 1.0:
        raise NumericsError(f"confidence is between 0 and 1, got {confidence}")
    if n == 0:
        return 0.0, 1.0
    share = n_inside / n
    part = float(ndtri(0.5 + 0.5 * confidence)) ** 2 / n
    middle = share + 0.5 * part
    half = math.sqrt(part * (share * (1.0 - share) + 0.25 * part))
    low = max((middle - half) / (1.0 + part), 0.0) if n_inside else 0.0
    high = min((middle + half) / (1.0 + part), 1.0) if n_inside < n else 1.0
    return low, high


def coverage(
    observed: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    *,
    level: float,
    confidence: float = 0.95,
) -> Coverage:
    """How often intervals held what was observed, with Wilson's interval.

    Args:
        observed, low, high: [n], in one unit.
        level: the part the intervals should hold.
        confidence: of Wilson's interval.

    Raises: ObservationError when something is not a number, for it would count as
        outside.
    """
    inside = within_interval(observed, low, high)
    if any(
        np.isnan(np.asarray(x, dtype=np.float64)).any() for x in (observed, low, high)
    ):
        raise ObservationError(
            "coverage needs numbers; leave out what was not observed or not predicted"
        )
    n, n_inside = int(inside.size), int(inside.sum())
    ends = wilson_interval(n_inside, n, confidence=confidence)
    return Coverage(level, n, n_inside, n_inside / n if n else None, *ends)


def probability_integral_transform(
    draws: npt.ArrayLike,
    observed: npt.ArrayLike,
    log_weights: npt.ArrayLike,
    *,
    rng: np.random.Generator | None = None,
) -> Floats:
    """The weight of the draws below what was observed, PIT, from 0 to 1.

        PIT = F(<) + u F(=)

    u is 1/2, or random where `rng` is given; then it is uniform if the prediction is
    right, also where values repeat (rounded INRs).

    Args:
        draws: [draw, ...], any unit.
        observed: [...], in the unit of the draws.
        log_weights: [draw].
        rng: one random number for each observation.

    Returns: float64[...].

    Raises: NumericsError when the shapes do not fit, something is not a number, or no
        draw has any weight.

    Source: Dawid (1984), J R Stat Soc A 147:278; for repeated values Czado, Gneiting &
    Held (2009), Biometrics 65:1254.
    """
    below, equal = weights_below(draws, observed, log_weights)
    part = 0.5 if rng is None else rng.random(below.shape)
    return np.asarray(np.minimum(below + part * equal, 1.0))


def continuous_ranked_probability_score(
    draws: npt.ArrayLike,
    observed: npt.ArrayLike,
    log_weights: npt.ArrayLike,
    *,
    fair: bool = True,
) -> Floats:
    """CRPS: the mean distance of the draws to the observation, less half their own.

        CRPS = Σ w |x - y| - ½ ΣΣ w w' |x - x'| / c,   Σ w = 1

    c = 1 scores the draws themselves, as if there were no others; never below 0.  The
    fair score, c = 1 - Σ w², expects the score of the distribution they came from,
    however few they are, and so may fall below 0.  Small is good; of one draw it is
    the absolute error.

    Args:
        draws: [draw, ...], any unit.
        observed: [...], in the unit of the draws.
        log_weights: [draw].
        fair: see above; exactly so for equal weights.

    Returns: float64[...], in the unit of the draws; NaN where a draw is not a number.

    Raises: NumericsError when the shapes do not fit, no draw has any weight, or a fair
        score is asked of one draw that has all of it.

    Source: Gneiting & Raftery (2007), J Am Stat Assoc 102:359, equation 21; Ferro
    (2014), Q J R Meteorol Soc 140:1917.
    """
    table, weights, shape = draws_that_count(draws, log_weights)
    seen = np.asarray(observed, dtype=np.float64)
    if seen.shape != shape:
        raise NumericsError(
            f"draws [draw, ...] with ... = {shape} are held against observations of "
            f"that shape, got {seen.shape}"
        )
    left = 1.0 - float(weights @ weights)
    if fair and (weights.size < 2 or left <= 0.0):
        raise NumericsError(
            "one draw has all the weight: its spread cannot be known; ask for the "
            "score that is not fair"
        )
    order = np.argsort(table, axis=0)
    ordered = np.take_along_axis(table, order, axis=0)
    below = np.minimum(np.cumsum(weights[order], axis=0), 1.0)[:-1]
    apart = np.sum(below * (1.0 - below) * np.diff(ordered, axis=0), axis=0)
    away = weights @ np.abs(table - seen.reshape(table.shape[1]))
    return np.asarray(away - apart / (left if fair else 1.0)).reshape(shape)
