"""Simulation-based calibration: whether truths fall among their draws as they should.

Draw a truth from the prior, data from the truth, draws from the posterior: the rank of
the truth among the draws is uniform, if the posterior is right.  Here are the ranks and
the test of uniformity; who simulates knows the model.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.errors import NumericsError
from twin.inference.importance_weights import weights_of
from twin.inference.resampling import weights_below

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Halvings of the logarithm of a probability, which is some ten wide: to 1e-11 of it.
_HALVINGS = 40


@dataclass(frozen=True, slots=True, eq=False)
class EcdfBand:
    """Where the distribution function of uniform ranks stays, at all points at once.

    n_replicates   how many ranks there are
    points         float64[point], increasing, inside 0 to 1: share of possible ranks
    least, most    int64[point], how many ranks may be in that share, ends included
    coverage       probability that uniform ranks stay inside at all points
    """

    n_replicates: int
    points: Floats
    least: Integers
    most: Integers
    coverage: float

    @property
    def low(self) -> Floats:
        """Lower end of ECDF - uniform, float64[point], to be drawn."""
        return np.asarray(self.least / self.n_replicates - self.points)

    @property
    def high(self) -> Floats:
        """Upper end of ECDF - uniform, float64[point], to be drawn."""
        return np.asarray(self.most / self.n_replicates - self.points)


@dataclass(frozen=True, slots=True, eq=False)
class RankUniformity:
    """Whether ranks are as uniform ones would be.

    inside       at every point
    difference   float64[point], ECDF - uniform; above 0 at low ranks: draws too high
    band         where it should stay
    outside      int64[...], numbers of the points where it does not
    """

    inside: bool
    difference: Floats
    band: EcdfBand
    outside: Integers


def rank_of_truth(
    draws: npt.ArrayLike,
    truth: npt.ArrayLike,
    n_ranks: int,
    rng: np.random.Generator,
    *,
    log_weights: npt.ArrayLike | None = None,
) -> Integers:
    """The rank of each truth among its draws, from 0 to n_ranks - 1.

        position = (L F(<) + U (L F(=) + 1)) / (L + 1),   rank = floor(position n_ranks)

    L is the effective number of the draws, F(<) and F(=) the weights of those below
    and equal, U a random number from 0 to 1.  The truth counts as one draw more; ties
    are broken, and the place within a rank chosen, at random.  With equal weights the
    ranks of a right posterior are uniform for any n_ranks, and with n_ranks = L + 1
    and no ties each is the number of draws below; with other weights they are so as
    nearly as the weights carry.

    Args:
        draws: [draw, ...], independent of each other: thin a Markov chain first.
        truth: [...], in the unit of the draws.
        n_ranks: 2 or more.
        rng: one random number for each truth.
        log_weights: [draw]; equal weights where left out.

    Returns: int64[...].

    Raises: NumericsError when the shapes do not fit, something is not a number, no
        draw has any weight, or n_ranks is below 2.

    Source: Talts et al. (2018), arXiv:1804.06788; Säilynoja, Bürkner & Vehtari (2022),
    Stat Comput 32:32, section 2.
    """
    _checked_ranks(n_ranks)
    values = np.asarray(draws, dtype=np.float64)
    if log_weights is None:
        log_weights = np.zeros(len(values) if values.ndim else 1)
    weights = weights_of(log_weights)
    worth = 1.0 / float(weights @ weights)
    below, equal = weights_below(values, truth, log_weights)
    within = rng.random(below.shape) * (worth * equal + 1.0)
    position = (worth * below + within) / (worth + 1.0)
    ranks = np.floor(position * n_ranks).astype(np.int64)
    return np.asarray(np.clip(ranks, 0, n_ranks - 1))


def ecdf_band(n_replicates: int, n_ranks: int, *, level: float = 0.95) -> EcdfBand:
    """Where the distribution function of uniform ranks stays with probability `level`.

    At each point the count of ranks is binomial; the band cuts the same small part off
    both of its sides at every point.  That part is the largest with which all counts
    together stay inside with probability `level` or more; as counts are whole, the
    probability is a little more, and is given.  Nothing is simulated: counts of uniform
    ranks are those of a Poisson process of known total, whose steps are independent.

    Args:
        n_replicates: how many ranks there will be, 1 or more.
        n_ranks: how many are possible, 2 or more; the points lie between them.
        level: between 0 and 1.

    Raises: NumericsError when one of them is outside its limits.

    Source: Säilynoja, Bürkner & Vehtari (2022), Stat Comput 32:32, section 2.3; the
    Poisson process: Moscovich & Nadler (2017), Stat Probab Lett 123:177.
    """
    _checked_ranks(n_ranks)
    if n_replicates < 1:
        raise NumericsError(f"n_replicates must be 1 or more, got {n_replicates}")
    if not 0.0 < level < 1.0:
        raise NumericsError(f"level is between 0 and 1, got {level}")
    points = np.arange(1, n_ranks) / n_ranks

    wide, narrow = math.log(0.5 * (1.0 - level) / len(points)), math.log(0.5)
    least = _binomial_quantiles(math.exp(wide), n_replicates, points)  # Bonferroni's
    coverage = _staying_inside(least, n_replicates)
    for _ in range(_HALVINGS):
        cut = 0.5 * (wide + narrow)
        tried = _binomial_quantiles(math.exp(cut), n_replicates, points)
        covered = _staying_inside(tried, n_replicates)
        if covered >= level:
            wide, least, coverage = cut, tried, covered
        else:
            narrow = cut
    return EcdfBand(n_replicates, points, least, n_replicates - least[::-1], coverage)


def rank_uniformity(
    ranks: npt.ArrayLike,
    n_ranks: int,
    *,
    level: float = 0.95,
    band: EcdfBand | None = None,
) -> RankUniformity:
    """Whether ranks are as uniform ones would be, in all but 1 - level of cases.

    A hump of the difference means draws too high (above 0) or too low; first above and
    then below 0, draws too narrow; first below, too wide.

    Args:
        ranks: whole numbers [replicate], from 0 to n_ranks - 1, of independent truths.
        n_ranks: how many are possible, 2 or more.
        level: between 0 and 1.
        band: of `ecdf_band`, where many quantities share one; it is made otherwise.

    Raises: NumericsError when a rank is not possible, a limit is not met, or the band
        is for another number of ranks.

    Source: Säilynoja, Bürkner & Vehtari (2022), Stat Comput 32:32.
    """
    found = np.asarray(ranks)
    _checked_ranks(n_ranks)
    if (
        found.ndim != 1
        or found.dtype.kind not in "iu"
        or not np.all((found >= 0) & (found < n_ranks))
    ):
        raise NumericsError(
            f"ranks are a row of whole numbers from 0 to {n_ranks - 1}, got {found}"
        )
    if band is None:
        band = ecdf_band(found.size, n_ranks, level=level)
    if (band.n_replicates, len(band.points)) != (found.size, n_ranks - 1):
        raise NumericsError(
            f"{found.size} ranks of {n_ranks} possible ones need a band of their own, "
            f"got one for {band.n_replicates} of {len(band.points) + 1}"
        )
    counts = np.cumsum(np.bincount(found.astype(np.int64), minlength=n_ranks))[:-1]
    outside = np.flatnonzero((counts < band.least) | (counts > band.most))
    difference = counts / found.size - band.points
    return RankUniformity(not outside.size, difference, band, outside)


def _checked_ranks(n_ranks: int) -> None:
    if n_ranks < 2:
        raise NumericsError(f"n_ranks must be 2 or more, got {n_ranks}")


def _binomial_quantiles(probability: float, n: int, points: Floats) -> Integers:
    """The smallest counts, int64[point], that are not passed with that probability."""
    from scipy.special import bdtr, bdtrik  # noqa: PLC0415 - a third of a second

    near = np.ceil(np.nan_to_num(bdtrik(probability, n, points), nan=0.0))
    found = np.clip(near, 0.0, n)
    for _ in range(2):  # the inverse may be one off, by rounding
        found -= (found > 0.0) & (bdtr(found - 1.0, n, points) >= probability)
    for _ in range(2):
        found += (found < n) & (bdtr(found, n, points) < probability)
    return np.asarray(found, dtype=np.int64)


def _staying_inside(least: Integers, n: int) -> float:
    """Probability that the counts of n uniform ranks are within the band everywhere.

    least   int64[point]; the upper end mirrors it
    """
    from scipy.special import gammaln  # noqa: PLC0415 - a third of a second

    most = n - least[::-1]
    mean = n / (len(least) + 1)
    counts = np.arange(n + 1)
    step = np.exp(counts * math.log(mean) - mean - gammaln(counts + 1.0))
    lowest, likely = 0, np.ones(1)  # of counts lowest, lowest + 1, ...
    for low, high in zip(least.tolist(), most.tolist(), strict=True):
        if high < low:
            return 0.0
        reached = np.convolve(likely, step[: high - lowest + 1])
        first = max(low, lowest)
        likely, lowest = reached[first - lowest : high - lowest + 1], first
    whole = math.exp(n * math.log(n) - n - math.lgamma(n + 1.0))
    last = step[n - lowest - np.arange(likely.size)]
    return min(float(likely @ last) / whole, 1.0)
