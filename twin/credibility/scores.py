"""How far predictions are from what was measured: errors, intervals, summaries.

Pure functions of (observed, predicted), both positive; they know neither drug nor
patient.  Every first function returns one figure an observation, [n].
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.errors import ObservationError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FoldScore:
    """Fold errors of n observations in four numbers; None where n is 0.

    gmfe            geometric mean fold error, 1 is perfect
    bias            geometric mean of predicted/observed, above 1 is too high
    within_2_fold   share of predictions between half and twice the observation
    """

    n: int
    gmfe: float | None
    bias: float | None
    within_2_fold: float | None


@dataclass(frozen=True, slots=True)
class ErrorScore:
    """Errors of n predictions, in the unit of the data where they have one.

    mae                   mean absolute error
    bias                  mean of predicted - observed
    geometric_bias        geometric mean of predicted/observed, above 1 is too high
    within_20_percent     share of predictions within 20 % of the observation
    r2                    1 - sum of squared errors / sum of squares about the mean;
                          None where all observations are alike
    squared_correlation   of predicted and observed; None where either does not vary
    """

    n: int
    mae: float | None
    bias: float | None
    geometric_bias: float | None
    within_20_percent: float | None
    r2: float | None
    squared_correlation: float | None


@dataclass(frozen=True, slots=True)
class IntervalScore:
    """How often intervals of one level hold what was observed, and how wide they are.

    mean_width    in the unit of the data
    width_ratio   geometric mean of high/low
    """

    level: float
    coverage: float | None
    mean_width: float | None
    width_ratio: float | None


def log_ratio(observed: npt.ArrayLike, predicted: npt.ArrayLike) -> Floats:
    """ln(predicted/observed), [n].

    Exchanging the two changes the sign; scaling both changes nothing.

    Raises: ObservationError when one of them is not a positive number.
    """
    seen = np.atleast_1d(np.asarray(observed, dtype=np.float64))
    said = np.atleast_1d(np.asarray(predicted, dtype=np.float64))
    if not (np.all(np.isfinite(seen) & (seen > 0)) and np.all(said > 0)):
        raise ObservationError(
            "fold errors need positive observations and predictions; "
            "leave values below quantification out and count them"
        )
    return np.asarray(np.log(said) - np.log(seen))


def fold_error(observed: npt.ArrayLike, predicted: npt.ArrayLike) -> Floats:
    """How many times too high or too low, 1 or more, [n]."""
    return np.asarray(np.exp(np.abs(log_ratio(observed, predicted))))


def fold_score(observed: npt.ArrayLike, predicted: npt.ArrayLike) -> FoldScore:
    """GMFE, bias and share within 2-fold.

        GMFE = exp(mean |ln(p/o)|),   bias = exp(mean ln(p/o))

    GMFE is 1 or more, and never smaller than the bias or its inverse.

    Source: Obach et al. (1997), J Pharmacol Exp Ther 283:46.
    """
    if np.size(observed) == 0:
        return FoldScore(0, None, None, None)
    ratios = log_ratio(observed, predicted)
    return FoldScore(
        int(ratios.size),
        float(np.exp(np.mean(np.abs(ratios)))),
        float(np.exp(np.mean(ratios))),
        float(np.mean(np.abs(ratios) <= np.log(2.0))),
    )


def within_20_percent(observed: npt.ArrayLike, predicted: npt.ArrayLike) -> Floats:
    """1 where |predicted - observed| <= observed/5, else 0, [n].

    Source: International Warfarin Pharmacogenetics Consortium (2009), N Engl J Med
    360:753: what a clinician would not correct.
    """
    seen = np.asarray(observed, dtype=np.float64)
    off = np.abs(np.asarray(predicted, dtype=np.float64) - seen)
    return np.asarray(5.0 * off <= seen, dtype=np.float64)


def error_score(observed: npt.ArrayLike, predicted: npt.ArrayLike) -> ErrorScore:
    """Errors of n predictions, each [n]; all None where n is 0.

    Raises: ObservationError when one of them is not a positive number.
    """
    if np.size(observed) == 0:
        return ErrorScore(0, None, None, None, None, None, None)
    ratios = log_ratio(observed, predicted)
    seen = np.atleast_1d(np.asarray(observed, dtype=np.float64))
    said = np.broadcast_to(np.asarray(predicted, dtype=np.float64), seen.shape)
    error = said - seen
    varies = bool(np.ptp(seen) > 0)
    about_mean = np.sum((seen - np.mean(seen)) ** 2)
    correlates = varies and bool(np.ptp(said) > 0)
    return ErrorScore(
        int(seen.size),
        float(np.mean(np.abs(error))),
        float(np.mean(error)),
        float(np.exp(np.mean(ratios))),
        float(np.mean(within_20_percent(seen, said))),
        float(1.0 - np.sum(error**2) / about_mean) if varies else None,
        float(np.corrcoef(seen, said)[0, 1] ** 2) if correlates else None,
    )


def within_interval(
    observed: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike
) -> Floats:
    """1 where low <= observed <= high, else 0, [n]: an end is inside."""
    seen = np.asarray(observed, dtype=np.float64)
    inside = (np.asarray(low) <= seen) & (seen <= np.asarray(high))
    return np.asarray(inside, dtype=np.float64)


def interval_score(
    observed: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike, *, level: float
) -> IntervalScore:
    """Coverage and width of intervals [n] that should hold `level` of the data."""
    seen = np.asarray(observed, dtype=np.float64)
    if seen.size == 0:
        return IntervalScore(level, None, None, None)
    bottom = np.asarray(low, dtype=np.float64)
    top = np.asarray(high, dtype=np.float64)
    return IntervalScore(
        level,
        float(np.mean(within_interval(seen, bottom, top))),
        float(np.mean(top - bottom)),
        float(np.exp(np.mean(log_ratio(bottom, top)))),
    )


def area_under_curve(times_h: npt.ArrayLike, values: npt.ArrayLike) -> float:
    """Area by the linear trapezoid from the first to the last time.

    Several values at one time count as their mean.  Not extrapolated.
    """
    times = np.asarray(times_h, dtype=np.float64)
    levels = np.asarray(values, dtype=np.float64)
    instants, place = np.unique(times, return_inverse=True)
    means = np.bincount(place, weights=levels) / np.bincount(place)
    return float(np.trapezoid(means, instants))
