"""Learning from measurements in milliseconds: mode, curvature, weighted draws.

    1  the mode of the person's effects at the centre of what else is not known
    2  how that mode moves with the population, the alleles and the tablets (linear)
    3  draws about the moved modes, from a heavy-tailed proposal and a little prior
    4  weights: probability of the measurements times prior over proposal

The weights make the answer exact up to chance; how much chance is watched
(`diagnostics.judge_weights`), and where there is too much of it another road is taken.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, logsumexp

from twin.engine.prepared_courses import PreparedCourses
from twin.inference.courses import CourseModel, Directions
from twin.inference.levers import Levers
from twin.inference.linear_evidence import ln_evidence
from twin.inference.mode import Measured, Mode, find_mode, ln_likelihood
from twin.inference.noise import Noise
from twin.inference.particles import Particles, alleles_of, draws_of
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.population import Population

Integers = npt.NDArray[np.int64]

_FREEDOM = 8.0  # of the proposal's Student's t
_WIDER = 1.1  # of its scale over the curvature's
_FROM_PRIOR = 0.1  # share of draws that do not follow the mode


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One person's measurements and all that is needed to learn from them.

    levers    of the person
    likeliest the same with the likeliest alleles fixed
    course    one group: the regimen as told; slopes along the effects
    draws     the regimens of all accounts of the tablets, for values of many draws
    patterns  float64[pattern], ln probability of each account before the measurements
    """

    levers: Levers
    likeliest: Levers
    course: CourseModel
    draws: PreparedCourses
    patterns: Floats
    measured: Measured
    noise: Noise


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What the measurements left possible.

    particles   with their weights
    predicted   float64[draw, sample], ln of each sample
    mode        of the effects, at the population's centre
    raw         float64[draw], ln weights as they came, before any smoothing
    ln_evidence ln probability of the measurements
    n_failed    particles whose course did not integrate; they have no weight
    """

    particles: Particles
    predicted: Floats
    mode: Mode
    raw: Floats
    ln_evidence: float
    n_failed: int


@dataclass(frozen=True, slots=True, eq=False)
class Tilt:
    """How what is predicted at the mode moves with all that is not the effects.

    known    float64[sample, known]
    genes    for each uncertain gene float64[possibility, sample]
    patterns float64[pattern, sample]
    """

    known: Floats
    genes: tuple[Floats, ...]
    patterns: Floats


def learn_fast(
    question: Question,
    population: Population,
    *,
    n_known: int,
    n_each: int,
    rng: np.random.Generator,
    mode: Mode | None = None,
) -> Learned:
    """Weighted draws of a person given his measurements.

    Args:
        question: what was measured under which regimen.
        population: what the development data left open.
        n_known: draws of the population.
        n_each: draws of the person for each.
        mode: where it is known already.

    Raises: IntegrationFailed where not even the typical person's course integrates.
    """
    x = population.x.mean(axis=0)
    prior = population.typical_covariance
    if mode is None:
        mode = find_mode(question.course, question.measured, x, prior, question.noise)
    tilt = tilt_at(question, x, mode)
    shares = pattern_shares(question, tilt, mode, prior, population)
    chosen = draws_of(population, n_known, rng)
    knowledge = np.repeat(chosen, n_each)
    n = len(knowledge)
    alleles = alleles_of(question.levers, n, rng)
    pattern = _patterns(shares, n, rng)
    own_x = population.x[knowledge]
    moved = (own_x - x) @ tilt.known.T + tilt.patterns[pattern]
    for place, gene in enumerate(tilt.genes):
        moved += gene[alleles[:, place]]
    z, ln_proposal, ln_prior = _proposed(
        mode, moved, population.covariances(chosen), n_each, rng
    )
    parameters = question.levers.parameters(own_x, z, alleles)
    courses = question.draws.at(parameters, pattern)
    predicted = question.course.reader.values(courses.values, parameters)
    likelihood = ln_likelihood(predicted, question.measured, mode.noise)
    raw = (
        likelihood
        + ln_prior
        - ln_proposal
        + question.patterns[pattern]
        - np.log(shares[pattern])
    )
    total = logsumexp(raw)
    particles = Particles(
        knowledge,
        frozen_array(own_x),
        frozen_array(z),
        alleles,
        pattern,
        frozen_array(raw - total),
    )
    return Learned(
        particles,
        frozen_array(predicted),
        mode,
        frozen_array(raw),
        float(total - np.log(n)),
        len(courses.failures),
    )


def tilt_at(question: Question, x: Floats, mode: Mode) -> Tilt:
    """Slopes by the population, and what alleles and accounts of tablets do."""
    course = question.course
    levers = question.likeliest
    moves = levers.slopes + 2.0 * levers.bends * x[:, None]
    which = np.flatnonzero(np.any(moves != 0, axis=1))
    along = Directions(moves[which], moves[:0], moves[:0], moves[:0])
    known = np.zeros((len(mode.predicted), len(x)))
    known[:, which] = course.at(x, mode.z[None], along).slopes
    rows, patterns = [], []
    genes = question.levers.genes
    base = np.zeros(len(genes), np.int64)
    for place, gene in enumerate(genes):
        for number in range(1, len(gene.weights)):
            row = base.copy()
            row[place] = number
            rows.append(row)
            patterns.append(0)
    for number in range(1, len(question.patterns)):
        rows.append(base)
        patterns.append(number)
    found = np.zeros((len(rows), len(mode.predicted)))
    if rows:
        n = len(rows)
        parameters = question.levers.parameters(
            np.tile(x, (n, 1)), np.tile(mode.z, (n, 1)), np.array(rows)
        )
        courses = question.draws.at(parameters, np.array(patterns))
        found = course.reader.values(courses.values, parameters) - mode.predicted
        # One that does not integrate moves nothing here; its particles speak.
        found = np.where(np.isfinite(found), found, 0.0)
    nothing = np.zeros((1, found.shape[1]))
    by_gene, begin = [], 0
    for gene in genes:
        end = begin + len(gene.weights) - 1
        by_gene.append(np.concatenate([nothing, found[begin:end]]))
        begin = end
    return Tilt(known, tuple(by_gene), np.concatenate([nothing, found[begin:]]))


def pattern_shares(
    question: Question,
    tilt: Tilt,
    mode: Mode,
    prior: Floats,
    population: Population,
) -> Floats:
    """How many of the draws each account of the tablets gets, float64[pattern].

    By its probability in the linear picture, none left without a few.
    """
    n = len(question.patterns)
    if n == 1:
        return np.ones(1)
    found = question.patterns + linear_evidence(question, tilt, mode, prior, population)
    probability = np.exp(found - logsumexp(found))
    shares = probability + 0.5 / n * (1.0 - probability.max())
    return np.asarray(shares / shares.sum())


def linear_evidence(
    question: Question,
    tilt: Tilt,
    mode: Mode,
    prior: Floats,
    population: Population,
) -> Floats:
    """ln probability of the measurements under each account, in the linear picture."""
    expected, spread = linear_prediction(tilt, mode, prior, population)
    off = question.measured.ln_value - expected - tilt.patterns
    return ln_evidence(off, question.measured.below, spread)


def linear_prediction(
    tilt: Tilt, mode: Mode, prior: Floats, population: Population
) -> tuple[Floats, Floats]:
    """What was expected of each sample before any was seen, and its covariance."""
    known = np.cov(population.x, rowvar=False)
    spread = mode.slopes @ prior @ mode.slopes.T + tilt.known @ known @ tilt.known.T
    return mode.predicted - mode.slopes @ mode.z, spread + mode.noise


def _patterns(shares: Floats, n: int, rng: np.random.Generator) -> Integers:
    at = (np.arange(n) + rng.random()) / n
    drawn = np.searchsorted(np.cumsum(shares), at, side="right")
    return rng.permutation(np.minimum(drawn, len(shares) - 1)).astype(np.int64)


def _proposed(
    mode: Mode,
    moved: Floats,
    priors: Floats,
    n_each: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """Draws of the effects, and ln of their proposal's and prior's density.

    A Student's t about the mode each draw would have in the linear picture, given its
    own population, alleles and tablets; mixed with the prior itself.

    Args:
        mode: at the centre.
        moved: float64[draw, sample], how each draw's prediction there differs.
        priors: float64[known, effect, effect], covariance of the effects.
        n_each: draws for each of them.
    """
    n, d = len(moved), len(mode.z)
    precision = np.linalg.inv(priors)
    information = mode.slopes.T @ mode.hold @ mode.slopes + precision
    covariance = np.linalg.inv(information)
    # hold is at the mode: a pull there, and its change along the linear prediction
    pull = mode.pull + (mode.slopes @ mode.z - moved) @ mode.hold
    centre = np.einsum(
        "kij,knj->kni",
        covariance,
        (pull @ mode.slopes).reshape(len(priors), n_each, d),
    ).reshape(n, d)
    roots = np.repeat(_WIDER * np.linalg.cholesky(covariance), n_each, axis=0)
    prior_roots = np.repeat(np.linalg.cholesky(priors), n_each, axis=0)
    normal = rng.normal(size=(n, d))
    heavy = np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, size=n))
    about_mode = centre + heavy[:, None] * np.einsum("nij,nj->ni", roots, normal)
    from_prior = np.einsum("nij,nj->ni", prior_roots, normal)
    at = (np.arange(n) + rng.random()) / n
    whether = rng.permutation(at < _FROM_PRIOR)
    z = np.where(whether[:, None], from_prior, about_mode)
    ln_t = _ln_student(z - centre, roots)
    ln_prior = _ln_normal(z, prior_roots)
    ln_proposal = np.logaddexp(
        np.log1p(-_FROM_PRIOR) + ln_t, np.log(_FROM_PRIOR) + ln_prior
    )
    return z, ln_proposal, ln_prior


def _ln_student(apart: Floats, roots: Floats) -> Floats:
    """ln density of Student's t with the scale of each root, float64[draw]."""
    d = apart.shape[1]
    squared, ln_root = _whitened(apart, roots)
    constant = gammaln((_FREEDOM + d) / 2) - gammaln(_FREEDOM / 2)
    constant -= 0.5 * d * np.log(_FREEDOM * np.pi)
    tail = -0.5 * (_FREEDOM + d) * np.log1p(squared / _FREEDOM)
    return np.asarray(constant - ln_root + tail)


def _ln_normal(apart: Floats, roots: Floats) -> Floats:
    squared, ln_root = _whitened(apart, roots)
    return np.asarray(
        -0.5 * squared - ln_root - 0.5 * apart.shape[1] * np.log(2 * np.pi)
    )


def _whitened(apart: Floats, roots: Floats) -> tuple[Floats, Floats]:
    """Squared length in units of the root, and ln of its determinant, [draw]."""
    own = np.linalg.solve(roots, apart[:, :, None])[:, :, 0]
    ln_root = np.sum(np.log(np.diagonal(roots, axis1=1, axis2=2)), axis=1)
    return np.sum(own**2, axis=1), ln_root
