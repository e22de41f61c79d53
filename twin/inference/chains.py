"""Whether Markov chains have mixed, and how exact what they say is.

Pure functions of draws float64[chain, draw, ...]; each answers float64[...], one
figure for each quantity.  They look at each quantity alone.  Where there are too few
draws or chains, or one is not finite, the answer is NaN: nothing is known.

All follow Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis
16:667: chains are split into halves, and draws replaced by normal scores of their
ranks, so that heavy tails do no harm.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from twin.errors import NumericsError

Floats = npt.NDArray[np.float64]

FEWEST_DRAWS = 4
"""In each chain: half of it must have a variance."""

_TAILS = (0.05, 0.95)
# A quantile's error: where a normal variable is one SD below and above its mean.
_ONE_SD = (0.1586553, 0.8413447)


def rhat(draws: npt.ArrayLike) -> Floats:
    """How much wider all chains together are than each alone; 1 when they agree.

        R = sqrt((n - 1)/n + B/(n W))

    B/n is the variance of the chains' means, W the mean of their variances.  The
    larger of two: of the ranks (do they agree where) and of the ranks of the distance
    to the median (do they agree how wide).

    Args:
        draws: [chain, draw, ...], two chains or more.

    Returns: float64[...], without unit, just below 1 or more; NaN where no chain
        moves; infinite where each stands still at a place of its own.

    Source: Vehtari et al. (2021), equations 1 to 4 and 14.
    """
    return _each(draws, _rank_rhat, fewest_chains=2)


def bulk_ess(draws: npt.ArrayLike) -> Floats:
    """How many independent draws the chains are worth for the middle, by ranks.

    Args:
        draws: [chain, draw, ...].

    Returns: float64[...], positive, at most n log10(n) of n draws; n itself where
        all draws are equal.

    Source: Vehtari et al. (2021), section 4.1; Geyer (1992), Stat Sci 7:473.
    """
    return _each(draws, lambda chains: _ess(_normal_scores(_halves(chains))))


def tail_ess(draws: npt.ArrayLike) -> Floats:
    """The same for the tails: the lower of those for the 5 % and the 95 % quantile.

    Source: Vehtari et al. (2021), section 4.3.
    """
    return _each(draws, lambda c: min(_quantile_ess(c, p) for p in _TAILS))


def mean_error(draws: npt.ArrayLike) -> Floats:
    """Monte Carlo standard error of the mean: SD / sqrt(ESS of the mean).

    Args:
        draws: [chain, draw, ...], any unit.

    Returns: float64[...], in the unit of the draws.

    Source: Vehtari et al. (2021), section 4.2.
    """

    def error(chains: Floats) -> float:
        return float(np.std(chains, ddof=1) / np.sqrt(_ess(_halves(chains))))

    return _each(draws, error)


def sd_error(draws: npt.ArrayLike) -> Floats:
    """Monte Carlo standard error of the SD, without the assumption of normality.

        error² = (mean d⁴ - (mean d²)²) / (4 ESS(d²) mean d²),   d = x - mean x

    Args and returns as `mean_error`; 0 where all draws are equal.

    Source: Kenney & Keeping (1951), Mathematics of Statistics 2, page 141, as in the
    package `posterior` of Vehtari et al. (2021).
    """

    def error(chains: Floats) -> float:
        squares = (chains - chains.mean()) ** 2
        variance = float(squares.mean())
        if variance == 0.0:
            return 0.0
        of_variance = float((squares**2).mean()) - variance**2
        return float(np.sqrt(of_variance / _ess(_halves(squares)) / variance / 4.0))

    return _each(draws, error)


def quantile_error(draws: npt.ArrayLike, probability: float) -> Floats:
    """Monte Carlo standard error of a quantile: half of its interval of one SD.

    The rank of the quantile has a beta distribution with as many draws as the chains
    are worth there.

    Args:
        draws: [chain, draw, ...], any unit.
        probability: between 0 and 1, neither of them.

    Returns: float64[...], in the unit of the draws.

    Raises: NumericsError when the probability is not between 0 and 1.

    Source: Vehtari et al. (2021), section 4.4.
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - a third of a second

    if not 0.0 < probability < 1.0:
        raise NumericsError(f"a quantile is between 0 and 1, got {probability}")

    def error(chains: Floats) -> float:
        worth = _quantile_ess(chains, probability)
        below, above = worth * probability + 1.0, worth * (1.0 - probability) + 1.0
        low, high = betaincinv(below, above, _ONE_SD) * chains.size - 1.0
        ordered = np.sort(chains, axis=None)
        first = ordered[int(np.floor(max(low, 0.0)))]
        last = ordered[int(np.ceil(min(high, chains.size - 1.0)))]
        return float(last - first) / 2.0

    return _each(draws, error)


def _each(
    draws: npt.ArrayLike,
    figure: Callable[[Floats], float],
    *,
    fewest_chains: int = 1,
) -> Floats:
    """`figure` of each quantity's float64[chain, draw]; NaN where it cannot be had."""
    array = np.asarray(draws, dtype=np.float64)
    if array.ndim < 2:
        raise NumericsError(
            f"chains are [chain, draw, ...], got an array of shape {array.shape}"
        )
    n_chains, n_draws = array.shape[:2]
    found = np.full(array.shape[2:], np.nan)
    if n_chains < max(fewest_chains, 1) or n_draws < FEWEST_DRAWS:
        return found
    for place in np.ndindex(found.shape):
        chains = np.ascontiguousarray(array[(slice(None), slice(None), *place)])
        if np.all(np.isfinite(chains)):
            found[place] = figure(chains)
    return found


def _halves(chains: Floats) -> Floats:
    """Each chain as two; the draw in the middle of an odd number is left out."""
    half = chains.shape[1] // 2
    return np.concatenate([chains[:, :half], chains[:, -half:]])


def _normal_scores(chains: Floats) -> Floats:
    """Draws replaced by normal quantiles of their ranks; ties have their mean rank.

    Source: Blom (1958), Statistical Estimates and Transformed Beta-Variables.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - a third of a second

    _, which, times = np.unique(chains, return_inverse=True, return_counts=True)
    ranks = np.cumsum(times) - 0.5 * (times - 1)
    scores = ndtri((ranks - 0.375) / (chains.size + 0.25))
    return np.asarray(scores[which.reshape(chains.shape)])


def _rank_rhat(chains: Floats) -> float:
    halves = _halves(chains)
    distances = np.abs(halves - np.median(halves))
    place, width = (_plain_rhat(_normal_scores(x)) for x in (halves, distances))
    return place if math.isnan(width) else max(place, width)


def _plain_rhat(chains: Floats) -> float:
    n = chains.shape[1]
    within = float(np.mean(np.var(chains, axis=1, ddof=1)))
    between = float(np.var(np.mean(chains, axis=1), ddof=1))
    if within == 0.0:
        return np.inf if between > 0.0 else np.nan
    return float(np.sqrt((n - 1.0) / n + between / within))


def _quantile_ess(chains: Floats, probability: float) -> float:
    below = chains <= np.quantile(chains, probability)
    return _ess(_halves(below.astype(np.float64)))


def _ess(chains: Floats) -> float:
    """Effective sample size for the mean of chains float64[chain, draw].

        ESS = N / (2 Σ P_k - 1 ...),   P_k = ρ(2k) + ρ(2k + 1)

    P_k are summed while they are positive, each no larger than the one before it
    (Geyer's initial monotone sequence), with the even half of the first that is not.
    """
    n_chains, n = chains.shape
    if np.ptp(chains) == 0.0:
        return float(chains.size)
    covariance = _autocovariance(chains)
    within = covariance[0] * n / (n - 1.0)
    total = covariance[0]
    if n_chains > 1:
        total += np.var(chains.mean(axis=1), ddof=1)
    correlation = 1.0 - (within - covariance) / total
    correlation[0] = 1.0

    last = max((n - 3) // 2, 0)  # beyond it a lag has too few pairs of draws
    pairs = correlation[0 : 2 * last + 1 : 2] + correlation[1 : 2 * last + 2 : 2]
    ended = np.flatnonzero(~(pairs[:last] > 0.0))
    k = int(ended[0]) if ended.size else last
    even = float(correlation[2 * k])
    rest = even if even > 0.0 or pairs[k] >= 0.0 else 0.0
    time = 2.0 * float(np.minimum.accumulate(pairs[:k]).sum()) + rest - 1.0
    return chains.size / max(time, 1.0 / math.log10(chains.size))


def _autocovariance(chains: Floats) -> Floats:
    """Mean over the chains at each lag, float64[lag], divided by n at all lags."""
    from scipy.fft import next_fast_len  # noqa: PLC0415 - needed here only

    n = chains.shape[1]
    length = next_fast_len(2 * n, real=True)
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, n=length, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).mean(axis=0)
    return np.asarray(np.fft.irfft(power, n=length)[:n] / n)
