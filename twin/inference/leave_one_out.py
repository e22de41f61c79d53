"""What a model would have said of a subject it had not seen, and how sure that is.

Draws of a posterior that has seen everybody are reweighted to those of one that has not
seen one subject; a few draws that would carry all the weight are smoothed, and Pareto's
k says where that no longer helps.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from twin.errors import NumericsError
from twin.inference.importance_weights import largest_k, pareto_smoothed
from twin.vocabulary.ensemble import Floats


@dataclass(frozen=True, slots=True, eq=False)
class LeftOutSubjects:
    """Expected log predictive densities, subject by subject.

    elpd     float64[subject], of the measurements that are scored
    k        float64[subject], of the weights
    n_draws  of the posterior
    """

    elpd: Floats
    k: Floats
    n_draws: int

    @property
    def total(self) -> float:
        """Sum over the subjects."""
        return float(self.elpd.sum())

    @property
    def standard_error(self) -> float:
        """Of the total, as of a sum over subjects drawn at random."""
        return standard_error(self.elpd)

    @property
    def n_unsure(self) -> int:
        """Subjects whose weights cannot be trusted: k above `largest_k`."""
        return int(np.sum(~(self.k <= largest_k(self.n_draws))))


def left_out_subjects(
    ln_scored: npt.ArrayLike, ln_seen: npt.ArrayLike
) -> LeftOutSubjects:
    """Leave-one-subject-out by Pareto smoothed importance weights.

        elpd_i = ln Σ_s w_s p(y_i | θ_s),   w_s ∝ 1 / p(all the fit saw of i | θ_s)

    What is scored may be a part of what the fit saw of the subject; all of it is taken
    out again.

    Args:
        ln_scored: [draw, subject], ln density of the measurements that are scored, the
            subject's own effects integrated out.
        ln_seen: [draw, subject], of all measurements of the subject that the posterior
            has seen, likewise.

    Raises: NumericsError for other shapes, or a subject whom no draw explains.

    Source: Vehtari, Gelman & Gabry (2017), Stat Comput 27:1413; for groups Merkle,
    Furr & Rabe-Hesketh (2019), Psychometrika 84:802.
    """
    scored, seen = np.asarray(ln_scored, float), np.asarray(ln_seen, float)
    if scored.ndim != 2 or scored.shape != seen.shape:
        raise NumericsError(
            f"densities are [draw, subject] twice, got {list(scored.shape)} and "
            f"{list(seen.shape)}"
        )
    if np.any(np.isnan(scored)) or np.any(np.isnan(seen)):
        raise NumericsError("a density is not a number; give what is impossible -inf")
    elpd, k = np.empty(scored.shape[1]), np.empty(scored.shape[1])
    for subject in range(scored.shape[1]):
        possible = np.isfinite(seen[:, subject])
        if not np.any(possible):
            raise NumericsError(
                f"subject {subject + 1}: no draw explains the measurements"
            )
        # A draw under which he is impossible is none of a posterior that has seen him.
        weights, k[subject] = pareto_smoothed(-seen[possible, subject])
        elpd[subject] = logsumexp(weights + scored[possible, subject])
    return LeftOutSubjects(elpd, k, len(scored))


def standard_error(pointwise: npt.ArrayLike) -> float:
    """Of a sum over n subjects: sqrt(n var).  Args: [subject]."""
    values = np.asarray(pointwise, float)
    return float(np.sqrt(len(values) * np.var(values, ddof=1)))
