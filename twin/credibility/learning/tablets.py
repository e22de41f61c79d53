"""Whether missed tablets are noticed, and whether the adherent are left in peace."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.forecast_scores import wilson_interval
from twin.credibility.learning.simulated import invented_on
from twin.inference.adherence import AS_TOLD, Account
from twin.inference.learn import learn
from twin.inference.question import Person
from twin.reproducibility import stream
from twin.vocabulary.regimen import Regimen

SUSPECTED = 0.5
"""Probability of another account than the one told from which it is said aloud."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """One invented patient who missed so many tablets before the last measurement.

    probability   that the tablets were not taken as told
    clearance     posterior mean less truth, of the effect on the clearance of S
    usable        whether the draws said of themselves that they may be used
    """

    number: int
    n_missed: int
    probability: float
    clearance: float
    usable: bool


@dataclass(frozen=True, slots=True)
class NoticedShare:
    """All patients who missed so many tablets.

    suspected     share of them that was suspected, with Wilson's 95 % interval
    drift         mean of `clearance`, and its standard error
    """

    n_missed: int
    n: int
    suspected: tuple[float, float, float]
    drift: tuple[float, float]
    not_usable: int


def noticed(
    number: int,
    person: Person,
    told: Regimen,
    asked: Sequence[tuple[float, str]],
    *,
    n_missed: int,
    seed: int,
) -> Noticed:
    """One patient: the last tablets before the last measurement were missed.

    The same person, occasions and errors whatever the number of tablets.
    """
    rng = stream(seed, "tablets", str(number))
    last = max(t for t, _ in asked)
    before = [k for k, dose in enumerate(told.doses) if dose.time_h < last]
    account = Account(tuple(before[len(before) - n_missed :])) if n_missed else AS_TOLD
    truth = invented_on(person, told, account, asked, rng=rng)
    found = learn(person, told, truth.seen, rng=stream(seed, "learning", str(number)))
    particles = found.learned.particles
    place = person.population.effects.names.index("clearance_S")
    mean = float(particles.weights @ particles.z[:, place])
    return Noticed(
        number,
        n_missed,
        float(1.0 - found.account_probabilities[0]),
        mean - float(truth.particle.z[0, place]),
        not found.reasons,
    )


def noticed_share(patients: Sequence[Noticed]) -> NoticedShare:
    """Of patients who missed equally many tablets."""
    n = len(patients)
    suspected = sum(p.probability > SUSPECTED for p in patients)
    low, high = wilson_interval(suspected, n)
    drift = np.array([p.clearance for p in patients])
    return NoticedShare(
        patients[0].n_missed,
        n,
        (suspected / n, low, high),
        (float(drift.mean()), float(drift.std(ddof=1) / np.sqrt(n))),
        sum(not p.usable for p in patients),
    )
