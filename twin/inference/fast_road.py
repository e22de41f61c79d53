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
from scipy.special import logsumexp

from twin.inference.diagnostics import WeightsJudged
from twin.inference.linear_picture import (
    Tilt,
    cholesky_roots,
    effects_given,
    ln_determinant,
    ln_normal,
    ln_student,
    pattern_shares,
    standardised,
    tilt_at,
)
from twin.inference.mode import Mode, find_mode
from twin.inference.particles import Particles, alleles_of, drawn_by_share, draws_of
from twin.inference.question import Learned, Question
from twin.inference.resampling import weighted_covariance, weighted_means
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.population import Population

Integers = npt.NDArray[np.int64]

_FREEDOM = 8.0  # of the proposal's Student's t
_WIDER = 1.1  # of its scale over the curvature's
_FROM_PRIOR = 0.1  # share of draws that do not follow the mode
_NEW = 0.5  # of refitted shares; the rest stays as it was


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """Where draws are looked for, in the linear picture.

    centre    float64[effect], how many roots from the moved mode
    root      float64[effect, effect], in the same unit
    patterns  float64[pattern], share of each account of the tablets
    genes     for each uncertain gene float64[possibility], shares
    """

    centre: Floats
    root: Floats
    patterns: Floats
    genes: tuple[Floats, ...]


def learn_fast(
    question: Question,
    population: Population,
    *,
    n_known: int,
    n_each: int,
    rng: np.random.Generator,
    mode: Mode | None = None,
    tilt: Tilt | None = None,
    proposal: Proposal | None = None,
) -> Learned:
    """Weighted draws of a person given his measurements.

    Args:
        question: what was measured under which regimen.
        population: what the development data left open.
        n_known: draws of the population.
        n_each: draws of the person for each.
        mode, tilt: where they are known already.
        proposal: from `refitted`; else that of the linear picture.

    Raises: IntegrationFailed where not even the typical person's course integrates.
    """
    x = population.x.mean(axis=0)
    prior = population.typical_covariance
    if mode is None:
        mode = find_mode(question.course, question.measured, x, prior, question.noise)
    if tilt is None:
        tilt = tilt_at(question, x, mode)
    if proposal is None:
        proposal = first_proposal(question, tilt, mode, population)
    genes = question.levers.genes
    chosen = draws_of(population, n_known, rng)
    place = np.repeat(np.arange(n_known), n_each)
    knowledge = chosen[place]
    n = len(knowledge)
    alleles = alleles_of(question.levers, n, rng, proposal.genes)
    pattern = drawn_by_share(proposal.patterns, n, rng)
    own_x = population.x[knowledge]
    moved = tilt.moved(own_x - x, alleles, pattern)
    z, ln_ratio = _proposed(
        mode, moved, population.covariances(chosen), place, proposal, rng
    )
    answered = question.answered(own_x, z, alleles, pattern, mode.noise)
    raw = answered.ln_likelihood + ln_ratio
    raw += question.patterns[pattern] - np.log(proposal.patterns[pattern])
    for number, (gene, shares) in enumerate(zip(genes, proposal.genes, strict=True)):
        raw += np.log(gene.weights / shares)[alleles[:, number]]
    total = logsumexp(raw)
    particles = Particles(
        knowledge,
        frozen_array(own_x),
        frozen_array(z),
        alleles,
        pattern,
        frozen_array(raw - total if np.isfinite(total) else raw),
    )
    return Learned(
        particles,
        frozen_array(answered.predicted),
        mode,
        frozen_array(raw),
        float(total - np.log(n)),
        answered.n_failed,
    )


def first_proposal(
    question: Question, tilt: Tilt, mode: Mode, population: Population
) -> Proposal:
    """About the modes, a little wider than the curvature says."""
    d = len(mode.z)
    return Proposal(
        np.zeros(d),
        _WIDER * np.eye(d),
        pattern_shares(question, tilt, mode, population.typical_covariance, population),
        tuple(gene.weights for gene in question.levers.genes),
    )


def refitted(
    first: Proposal,
    learned: Learned,
    judged: WeightsJudged,
    tilt: Tilt,
    population: Population,
) -> Proposal:
    """The proposal that the weighted draws of another one suggest.

    Mean and covariance of the draws in the linear picture, drawn towards the picture
    itself where few draws carry the weight; shares of accounts and alleles half new.
    """
    particles, mode = learned.particles, learned.mode
    counts = judged.smoothed > -np.inf
    if judged.ess < 2.0:
        return first
    x = particles.x - population.x.mean(axis=0)
    moved = tilt.moved(x, particles.alleles, particles.pattern)
    chosen, place = np.unique(particles.knowledge, return_inverse=True)
    given = effects_given(mode, moved, population.covariances(chosen), place)
    apart = given.apart(particles.z)[counts]
    logs = judged.smoothed[counts]
    d = apart.shape[1]
    # As if the picture itself were worth two draws a dimension.
    trust = judged.ess / (judged.ess + 2.0 * d)
    covariance = trust * weighted_covariance(apart, logs) + (1 - trust) * np.eye(d)
    weights = np.exp(judged.smoothed)

    def mixed(old: Floats, which: Integers) -> Floats:
        return (1 - _NEW) * old + _NEW * np.bincount(which, weights, len(old))

    return Proposal(
        trust * weighted_means(apart, logs),
        _WIDER * cholesky_roots(covariance),
        mixed(first.patterns, particles.pattern),
        tuple(
            mixed(shares, particles.alleles[:, number])
            for number, shares in enumerate(first.genes)
        ),
    )


def _proposed(
    mode: Mode,
    moved: Floats,
    priors: Floats,
    place: Integers,
    proposal: Proposal,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Draws of the effects, and ln of their prior's density over their proposal's.

    A Student's t about the mode each draw would have in the linear picture, given its
    own population, alleles and tablets; mixed with the prior itself.

    Args:
        mode: at the centre.
        moved: float64[draw, sample], how each draw's prediction there differs.
        priors: float64[known, effect, effect], covariance of the effects.
        place: int64[draw], which of them each has.
        proposal: in units of the linear picture's roots.
    """
    n, d = len(moved), len(mode.z)
    given = effects_given(mode, moved, priors, place)
    prior_roots = cholesky_roots(priors)[place]
    normal = rng.normal(size=(n, d))
    heavy = np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, size=n))
    about_mode = given.effects(
        proposal.centre + heavy[:, None] * (normal @ proposal.root.T)
    )
    from_prior = np.einsum("nij,nj->ni", prior_roots, normal)
    at = (np.arange(n) + rng.random()) / n
    whether = rng.permutation(at < _FROM_PRIOR)
    z = np.where(whether[:, None], from_prior, about_mode)
    own = standardised(given.apart(z) - proposal.centre, proposal.root)
    ln_t = ln_student(own, _FREEDOM) - given.ln_size
    ln_t -= np.linalg.slogdet(proposal.root)[1]
    ln_prior = ln_normal(standardised(z, prior_roots)) - ln_determinant(prior_roots)
    ln_proposal = np.logaddexp(
        np.log1p(-_FROM_PRIOR) + ln_t, np.log(_FROM_PRIOR) + ln_prior
    )
    return z, ln_prior - ln_proposal
