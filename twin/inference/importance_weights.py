"""How much weighted draws are worth: effective sample size, Pareto smoothing.

Pure functions of log weights.  A draw of weight zero has the log weight -inf; a
constant added to all log weights changes nothing; not a number and +inf are refused,
for whoever made such a weight knows what it was to mean.
"""

import math

import numpy as np
import numpy.typing as npt

from twin.errors import NumericsError

Floats = npt.NDArray[np.float64]

# A tail with fewer draws has no shape to speak of.
_FEWEST_IN_TAIL = 5

# Prior of the shape of the tail, worth ten draws at 1/2: Vehtari et al. (2024).
_PRIOR_DRAWS, _PRIOR_SHAPE = 10, 0.5

# Of the profile's grid: Zhang & Stephens (2009), their m and the 3 of their prior.
_GRID_SIZE, _GRID_PRIOR = 30, 3.0
_NEGLIGIBLE = 10.0 * np.finfo(np.float64).eps
_LEAST_LOG = math.log(np.finfo(np.float64).tiny)


def checked_log_weights(log_weights: npt.ArrayLike) -> Floats:
    """A copy, float64[draw], the largest 0; all -inf where no draw has any weight.

    Raises: NumericsError when it is no row of numbers, or one is NaN or +inf.
    """
    logs = np.array(log_weights, dtype=np.float64)
    if logs.ndim != 1 or logs.size == 0:
        raise NumericsError(
            f"log weights are one number a draw, got an array of shape {logs.shape}"
        )
    bad = np.flatnonzero(~(logs < np.inf))
    if bad.size:
        raise NumericsError(
            f"draw {bad[0]}: log weight {logs[bad[0]]} (and {bad.size - 1} more) is no "
            "weight; give a draw that counts for nothing -inf"
        )
    largest = logs.max()
    if largest == -np.inf:
        return logs
    with np.errstate(over="ignore"):  # farther apart than float64 reaches: no weight
        return np.asarray(logs - largest)


def weights_of(log_weights: npt.ArrayLike) -> Floats:
    """The weights, float64[draw], sum 1.

    Raises: NumericsError as `checked_log_weights`, and when no draw has any weight.
    """
    logs = checked_log_weights(log_weights)
    if logs.max() == -np.inf:
        raise NumericsError(
            f"none of {logs.size} draws has any weight: nothing can be said from them; "
            "look whether the data are possible under the model"
        )
    weights = np.exp(logs)
    return np.asarray(weights / weights.sum())


def effective_sample_size(log_weights: npt.ArrayLike) -> float:
    """How many equal draws the weighted ones are worth.

        ESS = (Σ w)² / Σ w²

    1 when one draw has all the weight, n when all are equal, 0 when none has any; never
    more than there are draws of any weight, nor by rounding.
    It sees only the draws that were made: a heavy tail that was missed stays unseen,
    which is what `pareto_smoothed` is for.

    Args:
        log_weights: [draw].

    Raises: NumericsError on NaN or +inf.

    Source: Kish (1965), Survey Sampling; Kong, Liu & Wong (1994), JASA 89:278.
    """
    logs = checked_log_weights(log_weights)
    if logs.max() == -np.inf:
        return 0.0
    weights = np.exp(logs)
    worth = float(weights.sum()) ** 2 / float(weights @ weights)
    return min(max(worth, 1.0), float(np.count_nonzero(weights)))


def largest_k(n_draws: int) -> float:
    """Up to which k importance weights of so many draws can be trusted.

        min(1 - 1 / log10(S), 0.7)

    Source: Vehtari et al. (2024), J Mach Learn Res 25(72), section 3.2.4.

    Raises: NumericsError for fewer than two draws.
    """
    if n_draws < 2:
        raise NumericsError(f"the weights of {n_draws} draws have no tail to judge")
    return min(1.0 - 1.0 / math.log10(n_draws), 0.7)


def pareto_smoothed(
    log_weights: npt.ArrayLike, *, relative_efficiency: float = 1.0
) -> tuple[Floats, float]:
    """The log weights with their largest smoothed, and the shape k of their tail.

    The largest min(M/5, 3 sqrt(M/r)) of M weights are replaced by the quantiles of the
    generalised Pareto distribution fitted to them, none above the largest raw weight.
    The weights have fewer than 1/k moments: `largest_k` is the limit.
    Equal weights in the tail get neighbouring quantiles, in the order of the draws.

    Where there is no fit the weights stay as they are, and
        k = -inf   when the draws of the tail and the next all weigh the same: there is
                   no tail, as with equal weights;
        k = +inf   when fewer than five draws stand above the cut: too few to know, as
                   with fewer than 21 draws, one draw of any weight, or none.

    Args:
        log_weights: [draw], -inf for a draw of no weight.
        relative_efficiency: r, effective over nominal number where the draws come
            from a Markov chain; 1 for independent ones.

    Returns: log weights float64[draw], normalised so that the weights' sum is 1 (all
        -inf if all were); k.

    Raises: NumericsError on NaN or +inf, or an efficiency that is not positive.

    Source: Vehtari, Simpson, Gelman, Yao & Gabry (2024), J Mach Learn Res 25(72).
    """
    if not 0.0 < relative_efficiency < math.inf:
        raise NumericsError(
            f"relative_efficiency must be positive, got {relative_efficiency}"
        )
    logs = checked_log_weights(log_weights)
    n = logs.size
    in_tail = math.ceil(min(n / 5, 3.0 * math.sqrt(n / relative_efficiency)))
    if logs.max() == -np.inf or n == 1:
        return _normalised(logs), math.inf
    order = np.argsort(logs, kind="stable")
    cut_log = max(float(logs[order[n - in_tail - 1]]), _LEAST_LOG)
    cut = math.exp(cut_log)
    excess = np.exp(logs[order[n - in_tail :]]) - cut
    above = np.searchsorted(excess, 0.0, side="right")
    tail, excess = order[n - in_tail + above :], excess[above:]
    if excess.size == 0 and in_tail >= _FEWEST_IN_TAIL:
        return _normalised(logs), -math.inf
    if excess.size < _FEWEST_IN_TAIL:
        return _normalised(logs), math.inf
    k, scale = _pareto_fit(excess)
    if not (math.isfinite(k) and scale > 0.0):
        return _normalised(logs), math.inf
    middles = np.arange(0.5, excess.size) / excess.size
    smoothed = np.log(_pareto_quantiles(middles, k, scale) + cut)
    logs[tail] = np.minimum(smoothed, 0.0)
    return _normalised(logs), k


def _normalised(logs: Floats) -> Floats:
    """`logs`, the largest of which is 0 or near it, less the logarithm of their sum."""
    total = np.exp(logs).sum()
    return np.asarray(logs - math.log(total)) if total > 0.0 else logs


def _pareto_fit(excess: Floats) -> tuple[float, float]:
    """Shape k and scale of a generalised Pareto distribution, of positive sorted data.

    The posterior mean of b = k/scale on a grid, by profile likelihood, then k at it,
    drawn towards a half.  Source: Zhang & Stephens (2009), Technometrics 51:316.
    """
    n = excess.size
    size = _GRID_SIZE + int(math.sqrt(n))
    steps = np.arange(1, size + 1) - 0.5
    quartile = excess[int(n / 4 + 0.5) - 1]
    b = 1.0 / excess[-1] + (1.0 - np.sqrt(size / steps)) / (_GRID_PRIOR * quartile)
    b[b == 0.0] = np.finfo(np.float64).eps / excess[-1]  # the limit, without 0/0
    shapes = np.log1p(-b[:, None] * excess).mean(axis=1)
    likelihood = n * (np.log(-b / shapes) - shapes - 1.0)
    weights = np.exp(likelihood - likelihood.max())
    weights /= weights.sum()
    weights[weights < _NEGLIGIBLE] = 0.0
    at = float(b @ weights / weights.sum())
    shape = float(np.log1p(-at * excess).mean())
    k = (n * shape + _PRIOR_DRAWS * _PRIOR_SHAPE) / (n + _PRIOR_DRAWS)
    return k, -shape / at


def _pareto_quantiles(probabilities: Floats, k: float, scale: float) -> Floats:
    """Inverse of the generalised Pareto distribution function, between 0 and 1."""
    below = np.log1p(-probabilities)
    if abs(k) < np.finfo(np.float64).eps:
        return np.asarray(-scale * below)
    return np.asarray(scale * np.expm1(-k * below) / k)
