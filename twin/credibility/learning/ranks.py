"""Simulation-based calibration: where truths rank among the draws learned of them.

Truths are drawn from what is believed, measured with error and learned back; over many
of them the rank of each quantity is uniform if and only if learning is right on
average.  Source: Talts et al. (2018), arXiv:1804.06788.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.learning.simulated import Truth, invented
from twin.inference.calibration_ranks import rank_of_truth
from twin.inference.learn import Learning
from twin.inference.particles import Particles
from twin.inference.question import Person
from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.observation import Observation
from twin.vocabulary.regimen import Regimen

N_RANKS = 100

Quantities = Callable[[Person, Particles], dict[str, Floats]]
"""Named quantities of draws, [draw] each."""

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


def replicate(
    number: int,
    person: Person,
    told: Regimen,
    asked: Sequence[tuple[float, str]],
    *,
    road: Road,
    quantities: Quantities,
    with_missed_tablets: bool,
    seed: int,
) -> Replicate:
    """One replicate; the same number and seed give the same.

    Args:
        number: which one.
        person: the description.
        told: what was to be taken.
        asked: (time h, kind) of the measurements.
        road: how to learn.
        quantities: what is ranked besides the effects.
        with_missed_tablets: see `invented`.
        seed: of all replicates.
    """
    rng = stream(seed, "calibration", str(number))
    truth = invented(
        person, told, asked, with_missed_tablets=with_missed_tablets, rng=rng
    )
    found = road(person, told, truth.seen, rng)
    return Replicate(
        number,
        _ranks(person, truth, found, quantities, rng),
        found.road,
        found.ess,
        found.k,
        not found.reasons,
        found.learned.n_failed,
    )


def _ranks(
    person: Person,
    truth: Truth,
    found: Learning,
    quantities: Quantities,
    rng: np.random.Generator,
) -> dict[str, int]:
    particles = found.learned.particles
    names = person.population.effects.names
    drawn = dict(zip(names, particles.z.T, strict=True))
    true = dict(zip(names, truth.particle.z.T, strict=True))
    drawn |= quantities(person, particles)
    true |= quantities(person, truth.particle)
    return {
        name: int(
            rank_of_truth(
                drawn[name],
                true[name][0],
                N_RANKS,
                rng,
                log_weights=particles.log_weights,
            )
        )
        for name in drawn
    }
