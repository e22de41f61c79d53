"""One patient in several forms of the model, and what they say together.

Each form learns from the same measurements by its own equations; the mixture predicts
by all of them, and how far they lie apart is a kind of spread of its own.

How much a form counts before anything was measured of the patient says stacking: with
these weights the mixture predicted volunteers best whom it had not seen.  What the
patient's own measurements may change about that is not obvious:

- The stacked mixture is a density of a whole subject.  Conditioned on the patient's
  measurements y it has the weights  w_k p_k(y) / Σ w p(y): the rule of probability.
- But it was stacked on another thing (clotting after one large dose), every form's
  scatter is an assumption, and evidence takes the same small misfit for more proof with
  each further measurement.  Taken at its word it soon leaves one form, wrong or not.

So evidence counts to a power between 0 and 1, `trust`; 0, where nobody says otherwise,
keeps the weights of stacking.  p_k(y) is the probability of the measurements before
they were made (`Learned.ln_evidence`), of the same measurements in every form
(`form_levers.measurable`), or it means nothing.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from twin.errors import NumericsError
from twin.inference.importance_weights import weights_of
from twin.inference.resampling import weighted_means, weighted_quantiles
from twin.inference.spread import Spread
from twin.vocabulary.ensemble import Floats


def form_probabilities(
    weights: npt.ArrayLike,
    ln_evidence: npt.ArrayLike | None = None,
    *,
    trust: float = 0.0,
) -> Floats:
    """How much each form counts for a patient.

        w_k p_k(y)^trust / Σ_j w_j p_j(y)^trust

    Args:
        weights: [form], of stacking; none below 0.
        ln_evidence: [form], ln probability of the patient's measurements in each form;
            None before anything was measured.
        trust: from 0, the measurements say nothing of the forms, to 1, Bayes's rule.

    Returns: float64[form], sum 1.

    Raises: NumericsError for other shapes, weights that are none, or a trust outside.

    Source: the power as in Holmes & Walker (2017), Biometrika 104:497.
    """
    own = np.asarray(weights, float)
    if own.ndim != 1 or not np.all(own >= 0.0) or not 0.0 < own.sum() < np.inf:
        raise NumericsError(f"weights of forms are numbers from 0, got {own}")
    if not 0.0 <= trust <= 1.0:
        raise NumericsError(f"trust in the evidence lies from 0 to 1, got {trust}")
    if ln_evidence is None or trust == 0.0:
        return np.asarray(own / own.sum())
    said = np.asarray(ln_evidence, float)
    if said.shape != own.shape or np.any(np.isnan(said)) or np.any(said == np.inf):
        raise NumericsError(
            f"the evidence is one logarithm a form, got {said} for {len(own)} forms"
        )
    with np.errstate(divide="ignore"):
        logs = np.log(own) + trust * said
    if np.all(logs == -np.inf):
        raise NumericsError("the measurements are impossible under every form")
    return np.asarray(softmax(logs))


def mixture_quantiles(
    values: Sequence[npt.ArrayLike],
    log_weights: Sequence[npt.ArrayLike],
    weights: npt.ArrayLike,
    probabilities: npt.ArrayLike,
) -> Floats:
    """Quantiles of a quantity over all draws of all forms.

    Args:
        values: of each form [draw, ...], in one unit; forms may have different numbers
            of draws.
        log_weights: of each form [draw]; scaled within the form.
        weights: [form], how much each counts.
        probabilities: [probability], from 0 to 1.

    Returns: float64[probability, ...], in the unit of the values.

    Raises: NumericsError when the shapes do not fit, a value of a draw with weight is
        not finite, or a form that counts has no draw of any weight.
    """
    shares = _shares(weights, len(values))
    counting = [k for k, share in enumerate(shares) if share > 0.0]
    with np.errstate(divide="ignore"):
        logs = [
            np.log(weights_of(log_weights[k])) + np.log(shares[k]) for k in counting
        ]
    own = [np.asarray(values[k], float) for k in counting]
    for each, ln_weight in zip(own, logs, strict=True):
        if not np.all(np.isfinite(each[ln_weight > -np.inf])):
            raise NumericsError(
                "a draw that counts has no value; give one that failed no weight"
            )
    if len({each.shape[1:] for each in own}) > 1:
        raise NumericsError(
            "forms must be asked for the same quantity at the same times"
        )
    together = np.concatenate(own)
    return weighted_quantiles(together, np.concatenate(logs), probabilities)


def form_means(
    values: Sequence[npt.ArrayLike], log_weights: Sequence[npt.ArrayLike]
) -> Floats:
    """What each form expects, float64[form, ...].

    Args:
        values: of each form [draw, ...].
        log_weights: of each form [draw].
    """
    return np.stack(
        [weighted_means(v, w) for v, w in zip(values, log_weights, strict=True)]
    )


def between_forms(means: npt.ArrayLike, weights: npt.ArrayLike) -> Floats:
    """Variance of a quantity between forms: what `Spread.form` holds.

        Σ_k w_k (m_k - m)²,   m = Σ_k w_k m_k

    0 where one form has all the weight, which says that nothing else was asked and not
    that it is true.

    Args:
        means: [form, ...], on the scale on which variances mean something.
        weights: [form].
    """
    own = np.asarray(means, float)
    shares = _shares(weights, len(own))
    middle = np.tensordot(shares, own, axes=1)
    return np.asarray(np.tensordot(shares, (own - middle) ** 2, axes=1))


def mixture_spread(
    spreads: Sequence[Spread], means: npt.ArrayLike, weights: npt.ArrayLike
) -> Spread:
    """The kinds of spread of the mixture, which together are its variance.

    Within forms the mean of theirs, between them `between_forms`.

    Args:
        spreads: of each form, whose own `form` is 0.
        means: [form, ...], of the same quantity on the same scale.
        weights: [form].
    """
    shares = _shares(weights, len(spreads))

    def mean_of(kind: str) -> Floats:
        parts = np.stack([getattr(each, kind) for each in spreads])
        return np.asarray(np.tensordot(shares, parts, axes=1))

    return Spread(
        mean_of("person"),
        mean_of("knowledge"),
        between_forms(means, shares),
        mean_of("measurement"),
    )


def _shares(weights: npt.ArrayLike, n_forms: int) -> Floats:
    shares = form_probabilities(weights)
    if len(shares) != n_forms:
        raise NumericsError(f"{len(shares)} weights for {n_forms} forms")
    return shares
