"""Whether draws may be used: chains that have converged, weights that carry.

A "no" is a value with its reasons in plain words, for somebody must see it.  The
figures come from `chains` and `importance_weights`; here are the limits.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from twin.errors import NumericsError
from twin.inference.chains import FEWEST_DRAWS, bulk_ess, rhat, tail_ess
from twin.inference.importance_weights import (
    effective_sample_size,
    largest_k,
    pareto_smoothed,
)

Floats = npt.NDArray[np.float64]

# Of the quantities that fail in one way, the worst are named.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class ChainFigures:
    """How well one quantity was drawn; NaN where that cannot be known.

    rhat, bulk_ess, tail_ess   as in `twin.inference.chains`
    """

    name: str
    rhat: float
    bulk_ess: float
    tail_ess: float


@dataclass(frozen=True, slots=True)
class Converged:
    """The chains agree and are long enough.

    figures   of every quantity, in the order of the draws
    """

    figures: tuple[ChainFigures, ...]


@dataclass(frozen=True, slots=True)
class NotConverged:
    """The chains are no draws of the posterior; each reason is a phrase to be shown.

    figures   of every quantity, in the order of the draws
    """

    reasons: tuple[str, ...]
    figures: tuple[ChainFigures, ...]


@dataclass(frozen=True, slots=True)
class WeightsJudged:
    """What importance weights are worth.

    ess        effective sample size of the smoothed weights, 0 to n
    k          shape of their tail, as of `pareto_smoothed`
    smoothed   log weights float64[draw], Pareto smoothed: the ones to be used
    reasons    against their use, each a phrase to be shown; none where they may be
    """

    ess: float
    k: float
    smoothed: Floats = field(compare=False, repr=False)
    reasons: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Nothing speaks against them."""
        return not self.reasons


def judge_chains(
    draws: Mapping[str, npt.ArrayLike],
    divergences: int,
    *,
    max_rhat: float = 1.01,
    min_ess: float = 400.0,
) -> Converged | NotConverged:
    """Whether Markov chains may be used.

    They may when no transition diverged and of each component of each array every draw
    is finite, not all are equal, R-hat is at most `max_rhat` and both effective sample
    sizes are at least `min_ess`.  Leave out what is constant by construction, like the
    diagonal of a correlation matrix: here it looks like a sampler that is stuck.

    Args:
        draws: name -> [chain, draw, ...], two chains or more.
        divergences: how many transitions of a Hamiltonian sampler diverged.
        max_rhat: without unit.
        min_ess: draws of all chains together; 400 are 100 for each of four.

    Raises: NumericsError when there is nothing to judge, an array is not [chain, draw,
        ...], or divergences are fewer than none.

    Source: Vehtari et al. (2021), Bayesian Analysis 16:667, section 4; for the
    divergences Betancourt (2017), arXiv:1701.02434.
    """
    if divergences < 0:
        raise NumericsError(f"divergences are counted from 0, got {divergences}")
    parts = [part for name, array in draws.items() for part in _parts(name, array)]
    if not parts:
        raise NumericsError("there are no draws to judge")
    few, lost, still, known = [], [], [], []
    figures = []
    for name, x in parts:
        of_it = ChainFigures(name, *(float(f(x)) for f in (rhat, bulk_ess, tail_ess)))
        figures.append(of_it)
        if x.shape[0] < 2 or x.shape[1] < FEWEST_DRAWS:
            few.append(name)
        elif not np.all(np.isfinite(x)):
            lost.append(name)
        elif np.ptp(x) == 0.0:
            still.append(name)
        else:
            known.append(of_it)
    apart = sorted((-f.rhat, f.name) for f in known if not f.rhat <= max_rhat)
    bulk = sorted((f.bulk_ess, f.name) for f in known if not f.bulk_ess >= min_ess)
    tail = sorted((f.tail_ess, f.name) for f in known if not f.tail_ess >= min_ess)
    found = [
        f"transitions that diverged: {divergences}" if divergences else "",
        _told("fewer than two chains or four draws in each", few),
        _told("draws that are not finite", lost),
        _told("stuck at one value, or no unknown", still),
        _told(
            f"chains that do not agree, R-hat above {max_rhat:g}",
            [f"{name} ({-minus:.4f})" for minus, name in apart],
        ),
        *(
            _told(
                f"fewer than {min_ess:g} effective draws in the {place}",
                [f"{name} ({worth:.0f})" for worth, name in worths],
            )
            for place, worths in (("bulk", bulk), ("tail", tail))
        ),
    ]
    reasons = tuple(reason for reason in found if reason)
    if reasons:
        return NotConverged(reasons, tuple(figures))
    return Converged(tuple(figures))


def judge_weights(
    log_weights: npt.ArrayLike, *, min_ess: float, relative_efficiency: float = 1.0
) -> WeightsJudged:
    """Whether importance weights may be used.

    They may when each is a weight, k is at most `largest_k` of so many draws, and the
    smoothed weights are worth `min_ess` draws or more.

    Args:
        log_weights: [draw]; -inf for a draw of no weight.  One that is NaN or +inf is
            a reason, and counts as -inf in what is told of the others.
        min_ess: draws.
        relative_efficiency: as of `pareto_smoothed`.

    Raises: NumericsError when there are no draws, or the efficiency is not positive.

    Source: Vehtari et al. (2024), J Mach Learn Res 25(72), section 3.2.
    """
    logs = np.array(log_weights, dtype=np.float64)
    wrong = ~(logs < np.inf)
    logs[wrong] = -np.inf
    smoothed, k = pareto_smoothed(logs, relative_efficiency=relative_efficiency)
    ess = effective_sample_size(smoothed)
    n, limit = logs.size, largest_k(max(logs.size, 2))
    n_wrong = int(np.count_nonzero(wrong))
    reasons = []
    if n_wrong:
        reasons.append(f"{n_wrong} of {n} draws have a weight that is no number")
    if ess == 0.0:
        reasons.append("no draw has any weight: none explains the observations")
    elif k == math.inf:
        reasons.append("too few draws carry weight to know the tail of the weights")
    elif k > limit:
        reasons.append(
            f"a few draws carry too much of the weight: k is {k:.2f}, above "
            f"{limit:.2f} for {n} draws"
        )
    if ess < min_ess:
        reasons.append(
            f"the {n} draws are worth {ess:.1f} equal ones, fewer than {min_ess:g}"
        )
    return WeightsJudged(ess, k, smoothed, tuple(reasons))


def _parts(name: str, draws: npt.ArrayLike) -> Iterator[tuple[str, Floats]]:
    """Each component by its name, as in `x[0, 2]`, with its float64[chain, draw]."""
    array = np.asarray(draws, dtype=np.float64)
    if array.ndim < 2:
        raise NumericsError(
            f"{name}: chains are [chain, draw, ...], got an array of shape "
            f"{array.shape}"
        )
    for place in np.ndindex(array.shape[2:]):
        number = f"[{', '.join(map(str, place))}]" if place else ""
        yield name + number, array[(slice(None), slice(None), *place)]


def _told(what: str, names: Sequence[str]) -> str:
    """The reason with the first names; nothing where there are none."""
    if not names:
        return ""
    more = len(names) - _NAMED
    first = ", ".join(names[:_NAMED])
    return f"{what}: {first}" + (f" and {more} more" if more > 0 else "")
