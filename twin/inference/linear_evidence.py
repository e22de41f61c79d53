"""Measurements in the linear picture: each given the others, and all of them together.

Everything is normal here.  A value below quantification is no number: the others are
never judged by its limit, and it counts by the probability of lying below that.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from twin.vocabulary.ensemble import Floats

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """Each measurement as the others would have it: ln mean, ln SD, and how far off.

    All float64[sample]; `standardised` is that of the limit, of one below it.
    """

    mean: Floats
    sd: Floats
    standardised: Floats

    def surprise(self, below: Booleans) -> Floats:
        """How many standard deviations each lies where it was not expected.

        One that is known to lie below a limit can only be expected higher.
        """
        return np.where(below, -self.standardised, np.abs(self.standardised))


def given_the_others(
    ln_value: Floats, below: Booleans, *, expected: Floats, spread: Floats
) -> LeftOut:
    """What all values that were read say of each measurement.

    Of a normal, one given the rest follows from the inverse P of its covariance:
    its mean is off by (P r)_k / P_kk, its variance is 1 / P_kk.

    Args:
        ln_value: float64[sample]; of one below quantification, its limit.
        below: bool[sample].
        expected: float64[sample], before any was seen.
        spread: float64[sample, sample], their covariance.
    """
    mean, variance = expected.copy(), np.diag(spread).copy()
    read, unread = np.flatnonzero(~below), np.flatnonzero(below)
    if read.size:
        precision = np.linalg.inv(spread[np.ix_(read, read)])
        off = ln_value[read] - expected[read]
        mean[read] = ln_value[read] - (precision @ off) / np.diag(precision)
        variance[read] = 1.0 / np.diag(precision)
        towards = spread[np.ix_(unread, read)] @ precision
        mean[unread] += towards @ off
        variance[unread] -= np.sum(towards * spread[np.ix_(unread, read)], axis=1)
    sd = np.sqrt(np.maximum(variance, np.finfo(float).tiny))
    return LeftOut(mean, sd, (ln_value - mean) / sd)


def ln_evidence(off: Floats, below: Booleans, spread: Floats) -> Floats:
    """ln probability of the measurements, up to a constant, float64[account].

    Args:
        off: float64[account, sample], ln value less what was expected.
        below: bool[sample]; of these `off` is that of the limit.
        spread: float64[sample, sample], covariance of what was expected.

    Several values below quantification count as independent given those that were read.
    """
    read, unread = np.flatnonzero(~below), np.flatnonzero(below)
    inner = spread[np.ix_(read, read)]
    towards = np.linalg.solve(inner, off[:, read].T)
    found = -0.5 * np.sum(off[:, read].T * towards, axis=0)
    if unread.size:
        across = spread[np.ix_(unread, read)]
        mean = (across @ towards).T
        known = np.sum(across * np.linalg.solve(inner, across.T).T, axis=1)
        sd = np.sqrt(np.diag(spread)[unread] - known)
        found = found + np.sum(log_ndtr((off[:, unread] - mean) / sd), axis=1)
    return np.asarray(found)
