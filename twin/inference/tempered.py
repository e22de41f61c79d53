"""The middle road: particles led from the prior to the posterior, a part at a time.

    posterior_b ∝ prior · likelihood^b,   0 = b_0 < b_1 < ... < 1

At each step as much of the measurements is let in as leaves half of the particles
worth something; they are resampled and moved.  Two explanations far apart are both
kept, which draws about one mode cannot do.  Particles live on islands that share
nothing but the steps: how far islands differ shows how far the answer is chance.

Source: Del Moral, Doucet & Jasra (2006), J R Stat Soc B 68:411; the steps: Jasra et
al. (2011), Scand J Stat 38:1; islands: Vergé et al. (2015), Stat Comput 25:243.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from twin.inference.asking import Asked
from twin.inference.chains import rhat
from twin.inference.cloud import Cloud, Ground
from twin.inference.importance_weights import effective_sample_size
from twin.inference.particles import Particles
from twin.inference.question import Learned
from twin.inference.resampling import resampled
from twin.inference.tempered_moves import (
    Fit,
    explained_anew,
    fitted,
    jumped,
    walked,
)
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.population import Population

Integers = npt.NDArray[np.int64]

_WORTH = 0.5  # of the particles, after a step
_HALVINGS = 30  # of a step, when it is looked for
_LEAST_STEP = 1e-4
_MOST_STEPS = 60
_SWEEPS, _LAST_SWEEPS = 2, 4
_WISHED = 0.3  # of walks to be accepted
_LEAST_ACCEPTED = 0.02  # of all moves of the last step
_LARGEST_RHAT = 1.05


@dataclass(slots=True, eq=False)
class Acceptance:
    """Shares of accepted moves, one a sweep."""

    walks: list[float] = field(default_factory=list)
    jumps: list[float] = field(default_factory=list)
    explanations: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Tempered:
    """What the middle road found.

    learned      particles; weights differ between islands only
    steps        b after each step
    ln_evidence  float64[island]
    acceptance   of moves, in the order of the sweeps
    ess          effective number of particles: equal ones count once, poor islands
                 less; an upper bound, for moved ones still resemble their kin: means
                 of repeated runs scattered as those of 0.5 to 0.8 of it
    reasons      against their use, each a phrase to be shown; none where they may be
    """

    learned: Learned
    steps: tuple[float, ...]
    ln_evidence: Floats
    acceptance: Acceptance
    ess: float
    reasons: tuple[str, ...]


def learn_tempered(
    asked: Asked,
    population: Population,
    *,
    n_known: int = 256,
    n_each: int = 4,
    min_ess: float,
    rng: np.random.Generator,
) -> Tempered:
    """Particles of a person given his measurements, by tempering.

    Args:
        asked: the question and its linear picture.
        population: what the development data left open.
        n_known: draws of the population at the start; moves may take any.
        n_each: people for each at the start, as many as there are islands; 2 or more.
        min_ess: effective particles, below which there is a reason against them.
        rng: of all draws.
    """
    ground = Ground.of(asked, population)
    cloud = ground.from_prior(n_known, n_each, rng)
    island = np.arange(n_known * n_each) % n_each
    ln_evidence = np.zeros(n_each)
    steps, acceptance, stride = [0.0], Acceptance(), 1.0
    while steps[-1] < 1.0 and len(steps) <= _MOST_STEPS:
        step = _next_step(cloud.ln_likelihood, 1.0 - steps[-1])
        gained = step * cloud.ln_likelihood
        of_island = np.array(
            [logsumexp(gained[island == each]) for each in range(n_each)]
        )
        ln_evidence += of_island - np.log(n_known)
        if not np.all(np.isfinite(ln_evidence)):
            return _nothing_left(ground, cloud, steps, ln_evidence, acceptance)
        steps.append(1.0 if step >= 1.0 - steps[-1] else steps[-1] + step)
        cloud = _resampled(cloud, gained, island, rng)
        fit = fitted(ground, cloud)
        for _ in range(_LAST_SWEEPS if steps[-1] == 1.0 else _SWEEPS):
            cloud, stride = _swept(
                ground, cloud, fit, steps[-1], stride, acceptance, rng
            )
    return _found(ground, cloud, island, steps, ln_evidence, acceptance, min_ess)


def _next_step(ln_likelihood: Floats, left: float) -> float:
    """The longest step that leaves the wanted effective number of particles."""

    def worth(step: float) -> float:
        return effective_sample_size(step * ln_likelihood) / len(ln_likelihood)

    if worth(left) >= _WORTH:
        return left
    low, high = 0.0, left
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if worth(middle) >= _WORTH else (low, middle)
    return min(max(low, _LEAST_STEP), left)


def _resampled(
    cloud: Cloud, gained: Floats, island: Integers, rng: np.random.Generator
) -> Cloud:
    """Each island by itself, in the places that it had."""
    which = np.empty(len(island), np.int64)
    for each in range(int(island.max()) + 1):
        own = np.flatnonzero(island == each)
        which[own] = own[resampled(gained[own], len(own), rng)]
    return cloud.rows(which)


def _swept(
    ground: Ground,
    cloud: Cloud,
    fit: Fit,
    share: float,
    stride: float,
    acceptance: Acceptance,
    rng: np.random.Generator,
) -> tuple[Cloud, float]:
    """All kinds of moves once; walks get longer or shorter."""
    walk = walked(ground, cloud, fit, share, stride, rng)
    jump = jumped(ground, walk.cloud, fit, share, rng)
    anew = explained_anew(ground, jump.cloud, fit, share, rng)
    acceptance.walks.append(walk.accepted)
    acceptance.jumps.append(jump.accepted)
    acceptance.explanations.append(anew.accepted)
    return anew.cloud, stride * float(np.exp(walk.accepted - _WISHED))


def _found(
    ground: Ground,
    cloud: Cloud,
    island: Integers,
    steps: list[float],
    ln_evidence: Floats,
    acceptance: Acceptance,
    min_ess: float,
) -> Tempered:
    own = ln_evidence[island]
    log_weights = own - logsumexp(own)
    _, same = np.unique(cloud.z, axis=0, return_inverse=True)
    distinct = np.bincount(same.ravel(), np.exp(log_weights))
    ess = float(1.0 / np.sum(distinct**2))
    reasons = []
    if steps[-1] < 1.0:
        reasons.append(
            f"after {_MOST_STEPS} steps only {steps[-1]:.0%} of the measurements count"
        )
    last = max(
        moves[-1]
        for moves in (acceptance.walks, acceptance.jumps, acceptance.explanations)
    )
    if last < _LEAST_ACCEPTED:
        reasons.append(f"only {last:.1%} of the last moves were accepted")
    apart = _apart(ground, cloud, island)
    if not apart <= _LARGEST_RHAT:
        reasons.append(f"islands of particles do not agree: R-hat is {apart:.2f}")
    if ess < min_ess:
        reasons.append(
            f"the {len(island)} particles are worth {ess:.1f} equal ones, "
            f"fewer than {min_ess:g}"
        )
    return Tempered(
        _learned(ground, cloud, log_weights, ln_evidence),
        tuple(steps),
        ln_evidence,
        acceptance,
        ess,
        tuple(reasons),
    )


def _apart(ground: Ground, cloud: Cloud, island: Integers) -> float:
    """Largest R-hat of effects, predictions and accounts, each island a chain."""
    accounts = np.arange(len(ground.asked.accounts))
    table = np.concatenate(
        [cloud.z, cloud.predicted, cloud.pattern[:, None] == accounts], axis=1
    )
    chains = np.stack([table[island == each] for each in range(island.max() + 1)])
    # An account that no particle has, or every one, does not move: nothing is known.
    found = rhat(chains[:, :, np.ptp(table, axis=0) > 0])
    return float(np.nanmax(found))


def _nothing_left(
    ground: Ground,
    cloud: Cloud,
    steps: list[float],
    ln_evidence: Floats,
    acceptance: Acceptance,
) -> Tempered:
    """Of an island no particle explains the measurements at all."""
    nothing = np.full(len(cloud.place), -np.inf)
    return Tempered(
        _learned(ground, cloud, nothing, ln_evidence),
        tuple(steps),
        ln_evidence,
        acceptance,
        0.0,
        ("no particle of an island explains the measurements",),
    )


def _learned(
    ground: Ground, cloud: Cloud, log_weights: Floats, ln_evidence: Floats
) -> Learned:
    """In the form of all roads."""
    weights = frozen_array(log_weights)
    return Learned(
        Particles(
            cloud.place,
            frozen_array(ground.x[cloud.place]),
            frozen_array(cloud.z),
            cloud.alleles,
            cloud.pattern,
            weights,
        ),
        frozen_array(cloud.predicted),
        ground.asked.mode,
        weights,
        float(logsumexp(ln_evidence) - np.log(len(ln_evidence))),
        ground.n_failed,
    )
