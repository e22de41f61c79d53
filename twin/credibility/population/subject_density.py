"""How probable one subject's measurements are when nothing of him was seen before.

    p(y_i | θ) = ∫ p(y_i | θ, z) p(z | θ) dz

for every draw θ of the population: the person's effects z are integrated out by
weighted draws about the mode that his own measurements give them under that θ.  Whoever
leaves a subject out of a fit asks for this, and not for p(y_i | θ, z) with a z that has
seen him.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, logsumexp, stdtr
from scipy.stats import t as student

from twin.credibility.population.evidence import FREEDOM, Family
from twin.errors import IntegrationFailed
from twin.vocabulary.ensemble import Floats

_HEAVY = 8.0  # degrees of freedom of the proposal
_WIDER = 1.1  # its scale over the curvature's
_FROM_PRIOR = 0.1  # share of draws that do not follow the mode
_MOST_STEPS = 12
_CLOSE = 0.1  # of a standard deviation of the prior
_FARTHEST = 2.0  # standard deviations of the prior in one step


@dataclass(frozen=True, slots=True, eq=False)
class PeopleDraws:
    """Draws of a population as a family of courses sees it.

    x         float64[draw, known]
    which     effects that differ in these people, by place; the others are 0
    roots     float64[draw, own, own], Cholesky roots of the covariance of those
    sd        float64[draw, sample], ln SD of a measurement
    shift     float64[draw, sample], added to what is predicted
    """

    x: Floats
    which: Sequence[int]
    roots: Floats
    sd: Floats
    shift: Floats


@dataclass(frozen=True, slots=True, eq=False)
class SubjectDensities:
    """ln p(y_i | θ) in some unit of the measurements, and what it rests on.

    ln_density  float64[draw, subject]
    worth       float64[draw, subject], how many equal draws of the effects the weighted
                ones are worth
    """

    ln_density: Floats
    worth: Floats


def subject_densities(
    family: Family,
    draws: PeopleDraws,
    counted: npt.NDArray[np.bool_],
    *,
    n_each: int,
    rng: np.random.Generator,
) -> SubjectDensities:
    """The density of each subject's measurements under each draw.

    A measurement is Student's t about its prediction on the logarithm; of one below
    quantification, its tail.

    Args:
        family: subjects with their courses.
        draws: of the population.
        counted: bool[sample], the measurements that are asked about.
        n_each: draws of the effects for each draw and subject.
        rng: of these.

    Returns: densities of the logarithms of the measurements.  A draw under which
        nothing integrates has ln density -inf.
    """
    modes, curved = _modes(family, draws, counted)
    n, n_subjects = len(draws.x), family.model.n_groups
    ln_density, worth = np.empty((n, n_subjects)), np.empty((n, n_subjects))
    n_effects = len(family.model.effect_names)
    for subject in range(n_subjects):
        own, ln_prior, ln_proposal = _proposed(
            modes[:, subject], curved[:, subject], draws.roots, n_each, rng
        )
        z = np.zeros((n * n_each, n_effects))
        z[:, draws.which] = own.reshape(n * n_each, -1)
        x = np.repeat(draws.x, n_each, axis=0)
        here = np.flatnonzero(family.model.group == subject)
        predicted = family.model.values(x, z, subject).reshape(n, n_each, -1)
        predicted = predicted + draws.shift[:, None, here]
        each = _ln_each(family, here, predicted, draws.sd[:, None, here])
        likelihood = np.sum(np.where(counted[here], each, 0.0), axis=2)
        likelihood = np.where(np.isfinite(likelihood), likelihood, -np.inf)
        weights = likelihood + ln_prior - ln_proposal
        ln_density[:, subject] = logsumexp(weights, axis=1) - np.log(n_each)
        squared = logsumexp(2.0 * weights, axis=1)
        found = 2.0 * logsumexp(weights, axis=1) - squared
        worth[:, subject] = np.where(np.isfinite(squared), np.exp(found), 0.0)
    return SubjectDensities(ln_density, worth)


def _ln_each(
    family: Family, which: npt.NDArray[np.int64], predicted: Floats, sd: Floats
) -> Floats:
    """ln density of single measurements, [..., sample]."""
    apart = (family.observed[which] - predicted) / sd
    seen = student.logpdf(apart, FREEDOM) - np.log(sd)
    if not np.any(family.censored[which]):
        return np.asarray(seen)
    return np.asarray(
        np.where(family.censored[which], student.logcdf(apart, FREEDOM), seen)
    )


def _modes(
    family: Family, draws: PeopleDraws, counted: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Modes of the effects and roots of their covariance, [draw, subject, own(, own)].

    By steps of Gauss and Newton, all subjects at once.  They only say where to draw:
    one that was not found to the end costs weight, and no truth.
    """
    n, n_subjects, d = len(draws.x), family.model.n_groups, len(draws.which)
    modes = np.zeros((n, n_subjects, d))
    curved = np.empty((n, n_subjects, d, d))
    start = np.zeros((n_subjects, d))
    for number in range(n):
        spread = np.sqrt(np.sum(draws.roots[number] ** 2, axis=1))
        inverse = np.linalg.inv(draws.roots[number])
        precision = inverse.T @ inverse
        z, held = start.copy(), np.broadcast_to(precision, (n_subjects, d, d))
        for _ in range(_MOST_STEPS):
            try:
                pull, held = _pull(family, draws, number, z, counted)
            except IntegrationFailed:
                break
            held = held + precision
            step = np.linalg.solve(held, (pull - z @ precision)[:, :, None])[:, :, 0]
            far = np.max(np.abs(step) / spread, axis=1, keepdims=True)
            z = z + step * np.minimum(1.0, _FARTHEST / np.maximum(far, _FARTHEST))
            if np.max(far) < _CLOSE:
                break
        modes[number], curved[number] = z, np.linalg.inv(held)
        # The next draw is of the same people, who differ little from it.
        start = modes[: number + 1].mean(axis=0)
    return modes, np.asarray(np.linalg.cholesky(curved))


def _pull(
    family: Family,
    draws: PeopleDraws,
    number: int,
    z: Floats,
    counted: npt.NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    """Slope of ln likelihood by each subject's effects, and what holds them.

    float64[subject, own] and float64[subject, own, own].  The pull of Student's t on a
    measurement far away wanes; its firmness is that of a normal with the same weight.
    """
    model = family.model
    effects = np.zeros((model.n_groups, len(model.effect_names)))
    effects[:, draws.which] = z
    found = model.at(draws.x[number], effects)
    slopes = found.slopes @ model.directions.effects[list(draws.which)].T
    sd = draws.sd[number]
    apart = (family.observed - found.ln_value - draws.shift[number]) / sd
    weight = (FREEDOM + 1.0) / (FREEDOM + apart**2)
    pull = weight * apart
    if np.any(family.censored):
        rate = _ln_rate(apart[family.censored])
        pull[family.censored], weight[family.censored] = -rate, rate**2
    pull, firm = np.where(counted, pull / sd, 0.0), np.where(counted, weight, 0.0)
    by_subject = np.zeros_like(z)
    np.add.at(by_subject, model.group, pull[:, None] * slopes)
    held = np.zeros((len(z), z.shape[1], z.shape[1]))
    outer = slopes[:, :, None] * slopes[:, None, :]
    np.add.at(held, model.group, (firm / sd**2)[:, None, None] * outer)
    return by_subject, held


def _ln_rate(apart: Floats) -> Floats:
    """d ln F/d apart of Student's t: how a limit pulls what lies above it."""
    return np.asarray(student.pdf(apart, FREEDOM) / stdtr(FREEDOM, apart))


def _proposed(
    mode: Floats, curved: Floats, prior: Floats, n_each: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Draws of the effects, ln of their prior's and of their proposal's density.

    float64[draw, each, own] and float64[draw, each] twice.  A heavy-tailed proposal
    about the mode, mixed with the prior itself: no weight is far above the others.
    """
    n, d = mode.shape
    roots = _WIDER * curved
    normal = rng.normal(size=(n, n_each, d))
    heavy = np.sqrt(_HEAVY / rng.chisquare(_HEAVY, size=(n, n_each, 1)))
    about = mode[:, None] + heavy * np.einsum("nij,nkj->nki", roots, normal)
    from_prior = np.einsum("nij,nkj->nki", prior, normal)
    # As many from the prior as there should be, in every draw of the population.
    at = (np.arange(n_each) + rng.random((n, 1))) / n_each
    z = np.where((at < _FROM_PRIOR)[:, :, None], from_prior, about)
    squared, ln_root = _whitened(z, prior)
    ln_prior = -0.5 * squared - ln_root - 0.5 * d * np.log(2 * np.pi)
    squared, ln_root = _whitened(z - mode[:, None], roots)
    ln_t = -0.5 * (_HEAVY + d) * np.log1p(squared / _HEAVY) - ln_root
    ln_t += gammaln((_HEAVY + d) / 2) - gammaln(_HEAVY / 2)
    ln_t -= 0.5 * d * np.log(_HEAVY * np.pi)
    ln_proposal = np.logaddexp(
        np.log1p(-_FROM_PRIOR) + ln_t, np.log(_FROM_PRIOR) + ln_prior
    )
    return z, ln_prior, ln_proposal


def _whitened(apart: Floats, roots: Floats) -> tuple[Floats, Floats]:
    """Squared length in units of the root [draw, each], ln determinant [draw, 1]."""
    own = np.linalg.solve(roots, apart.transpose(0, 2, 1))
    ln_root = np.sum(np.log(np.diagonal(roots, axis1=1, axis2=2)), axis=1)
    return np.sum(own**2, axis=1), ln_root[:, None]
