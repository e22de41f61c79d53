"""Evidence from draws of the posterior and draws of a proposal, held together."""

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

Floats = npt.NDArray[np.float64]

_MOST_ROUNDS = 200
_CLOSE = 1e-8  # of ln evidence, between two rounds


def ln_evidence(of_posterior: npt.ArrayLike, of_proposal: npt.ArrayLike) -> float:
    """ln of the integral of a density q, known at draws of q and of a proposal g.

        Z = mean_g [l / (s1 l + s2 Z)] / mean_q [1 / (s1 l + s2 Z)],   l = q/g

    s1 and s2 are the shares of draws from q and from g.  The rule is the best of its
    kind for independent draws; solved by going round.

    Args:
        of_posterior: ln q - ln g at draws of q; [draw].
        of_proposal: the same at draws of g, -inf where q is 0; [draw].

    Returns: ln Z; -inf where q is 0 at every draw of g.

    Source: Meng & Wong (1996), Statistica Sinica 6:831, equation 4.1.
    """
    after = np.asarray(of_posterior, np.float64)
    before = np.asarray(of_proposal, np.float64)
    if not np.any(np.isfinite(before)):
        return -np.inf
    whole = len(after) + len(before)
    ln_s1, ln_s2 = np.log(len(after) / whole), np.log(len(before) / whole)
    found = float(logsumexp(before) - np.log(len(before)))
    for _ in range(_MOST_ROUNDS):
        above = logsumexp(before - np.logaddexp(ln_s1 + before, ln_s2 + found))
        below = logsumexp(-np.logaddexp(ln_s1 + after, ln_s2 + found))
        closer = float(above - np.log(len(before)) - below + np.log(len(after)))
        if abs(closer - found) < _CLOSE:
            return closer
        found = closer
    return found
