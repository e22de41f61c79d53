"""Simulation-based calibration: where truths rank among the draws learned of them.

Truths are drawn from what is believed, measured with error and learned back; over many
of them the rank of each quantity is uniform if and only if learning is right on
average.  The likelihood of the measurements is ranked too: whoever answered with the
prior, whatever was measured, would have uniform ranks in all else.

Source: Talts et al. (2018), arXiv:1804.06788; for the likelihood Modrák et al. (2023),
Bayesian Analysis, doi 10.1214/23-BA1404.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.learning.simulated import Truth
from twin.inference.asking import measured_of
from twin.inference.calibration_ranks import (
    EcdfBand,
    RankUniformity,
    ecdf_band,
    rank_of_truth,
    rank_uniformity,
)
from twin.inference.learn import Learning
from twin.inference.mode import ln_likelihood
from twin.inference.particles import Particles
from twin.inference.question import Person
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.observation import Observation
from twin.vocabulary.regimen import Regimen

N_RANKS = 100
LIKELIHOOD = "likelihood of the measurements"

Quantities = Callable[[Person, Particles], dict[str, Floats]]
"""Named quantities of draws, [draw] each; numbers wherever a draw has weight."""

Road = Callable[[Person, Regimen, Sequence[Observation], np.random.Generator], Learning]
"""A way to learn."""


@dataclass(frozen=True, slots=True)
class Replicate:
    """One truth, learned back.

    ranks    quantity -> rank of the truth, 0 to `N_RANKS` - 1
    road     by which the draws were made; ess and k as it judged them
    usable   whether it said that they may be used
    n_failed draws whose course did not integrate
    """

    number: int
    ranks: dict[str, int]
    road: str
    ess: float
    k: float
    usable: bool
    n_failed: int


@dataclass(frozen=True, slots=True, eq=False)
class RanksJudged:
    """The ranks of many replicates.

    band   where the ECDF of each quantity should stay; wide enough for all quantities
           together to stay inside with the probability asked for
    """

    n: int
    band: EcdfBand
    of: Mapping[str, RankUniformity]

    @property
    def outside(self) -> tuple[str, ...]:
        """Quantities whose ranks are not uniform."""
        return tuple(name for name, found in self.of.items() if not found.inside)


def replicate_of(
    number: int,
    person: Person,
    truth: Truth,
    found: Learning,
    *,
    quantities: Quantities,
    rng: np.random.Generator,
) -> Replicate:
    """Where one truth ranks among what was learned of it.

    Draws of chains follow each other: so few of them are taken, evenly spaced, as they
    are worth.

    Args:
        number: which replicate.
        person: the description.
        truth: that was measured.
        found: what was learned of it.
        quantities: what is ranked besides the effects and the likelihood.
        rng: of places among equals.
    """
    every = 1
    if found.chains is not None:
        every = max(math.ceil(found.learned.particles.n / max(found.ess, 1.0)), 1)
    particles = found.learned.particles
    rows = np.arange(0, particles.n, every)
    particles = particles.rows(rows, particles.log_weights[rows])
    names = person.population.effects.names
    drawn = dict(zip(names, particles.z.T, strict=True))
    true = dict(zip(names, truth.particle.z.T, strict=True))
    drawn |= quantities(person, particles)
    true |= quantities(person, truth.particle)
    measured, noise = measured_of(truth.seen, person.noise), found.learned.mode.noise
    drawn[LIKELIHOOD] = ln_likelihood(found.learned.predicted[rows], measured, noise)
    true[LIKELIHOOD] = ln_likelihood(truth.ln_value[None], measured, noise)
    counts = particles.log_weights > -np.inf
    return Replicate(
        number,
        {
            name: int(
                rank_of_truth(
                    drawn[name][counts],
                    true[name][0],
                    N_RANKS,
                    rng,
                    log_weights=particles.log_weights[counts],
                )
            )
            for name in drawn
        },
        found.road,
        found.ess,
        found.k,
        not found.reasons,
        found.learned.n_failed,
    )


def judged_ranks(
    replicates: Sequence[Replicate], *, level: float = 0.95
) -> RanksJudged:
    """Whether the ranks of all quantities are uniform.

    Each band is for 1 - (1 - level)/quantities, so that right learning leaves any of
    them in at most 1 - level of cases (Bonferroni; quantities that go together make it
    rarer).

    Args:
        replicates: one or more, of the same quantities.
        level: between 0 and 1, of all together.
    """
    names = list(replicates[0].ranks)
    band = ecdf_band(len(replicates), N_RANKS, level=1.0 - (1.0 - level) / len(names))
    return RanksJudged(
        len(replicates),
        band,
        {
            name: rank_uniformity(
                np.array([each.ranks[name] for each in replicates]), N_RANKS, band=band
            )
            for name in names
        },
    )
