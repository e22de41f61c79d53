"""How much each form of a model counts when their predictions are put together.

Pure functions of pointwise log scores.  No form is taken to be the true one: weights
are those with which the mixture would have predicted people it had not seen best.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from twin.errors import NumericsError
from twin.vocabulary.ensemble import Floats

_LEAST = 1e-6  # a weight below it is rounding


def stacking_weights(ln_densities: npt.ArrayLike) -> Floats:
    """Weights that maximise the log score of the mixture.

        max over w of  Σ_i ln Σ_k w_k p(y_i | y_-i, form k),   w_k >= 0,  Σ w = 1

    A form that predicts nobody better than the others do together gets nothing, however
    close it comes: between forms that say much the same the weights are not sure.

    Args:
        ln_densities: [subject, form], each of a subject left out.

    Returns: float64[form], sum 1.

    Source: Yao, Vehtari, Simpson & Gelman (2018), Bayesian Analysis 13:917.
    """
    scores = _checked(ln_densities)
    n_forms = scores.shape[1]
    if n_forms == 1:
        return np.ones(1)
    density = np.exp(scores - scores.max(axis=1, keepdims=True))

    def lost(weights: Floats) -> tuple[float, Floats]:
        """Minus the mean log score, and its slope."""
        mixed = density @ weights
        slope = -np.mean(density / mixed[:, None], axis=0)
        return float(-np.mean(np.log(mixed))), slope

    # The objective is convex: any start leads there; the middle is inside.
    found = minimize(
        lost,
        np.full(n_forms, 1.0 / n_forms),
        jac=True,
        method="SLSQP",
        bounds=[(_LEAST**2, 1.0)] * n_forms,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0},
        options={"ftol": 1e-12, "maxiter": 500},
    )
    if not found.success:
        raise NumericsError(f"weights of forms were not found: {found.message}")
    weights = np.where(found.x > _LEAST, found.x, 0.0)
    return np.asarray(weights / weights.sum())


def expected_stacking_weights(
    ln_densities: npt.ArrayLike, *, n_draws: int = 20_000, rng: np.random.Generator
) -> Floats:
    """Mean of the weights when few subjects do not fix them.

        w ~ Dirichlet(1, ..., 1) times  Π_i Σ_k w_k p(y_i | y_-i, form k)

    The stacking objective read as the likelihood of the weights: no form goes to
    nothing because of a handful of subjects.

    Args:
        ln_densities: [subject, form].
        n_draws: of weights, evenly over the simplex.
        rng: of these.

    Returns: float64[form], sum 1, all above 0.

    Source: Yao, Pirš, Vehtari & Gelman (2022), Bayesian Analysis 17:1043, without
    covariates.
    """
    scores = _checked(ln_densities)
    density = np.exp(scores - scores.max(axis=1, keepdims=True))
    drawn = rng.dirichlet(np.ones(scores.shape[1]), size=n_draws)
    likelihood = np.sum(np.log(drawn @ density.T), axis=1)
    return np.asarray(softmax(likelihood) @ drawn)


def pseudo_bma_weights(
    ln_densities: npt.ArrayLike, *, n_draws: int = 20_000, rng: np.random.Generator
) -> Floats:
    """Weights by the exponential of elpd, with its uncertainty: pseudo-BMA+.

        w = mean over α of  softmax_k( n Σ_i α_i elpd_ik ),   α ~ Dirichlet(1, ..., 1)

    Args:
        ln_densities: [subject, form].
        n_draws: of the Bayesian bootstrap.
        rng: of these.

    Returns: float64[form], sum 1.

    Source: as for `stacking_weights`, section 3.4.
    """
    scores = _checked(ln_densities)
    n = len(scores)
    shares = rng.dirichlet(np.ones(n), size=n_draws)
    return np.asarray(softmax(n * shares @ scores, axis=1).mean(axis=0))


def mixture_score(ln_densities: npt.ArrayLike, weights: npt.ArrayLike) -> Floats:
    """ln density of each subject under the mixture, float64[subject]."""
    scores = _checked(ln_densities)
    return np.asarray(logsumexp(scores, b=np.asarray(weights, float), axis=1))


def _checked(ln_densities: npt.ArrayLike) -> Floats:
    scores = np.asarray(ln_densities, float)
    if scores.ndim != 2 or not scores.size:
        raise NumericsError(
            f"log scores are [subject, form], got an array of shape {scores.shape}"
        )
    if np.any(np.isnan(scores)) or np.any(scores == np.inf):
        raise NumericsError("a log score is a number or -inf")
    if np.any(np.all(scores == -np.inf, axis=1)):
        raise NumericsError("a subject is impossible under every form: no weights")
    return scores
