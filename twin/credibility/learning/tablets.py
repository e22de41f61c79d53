"""Whether missed tablets are noticed, and whether the adherent are left in peace."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.forecast_scores import wilson_interval
from twin.credibility.learning.apparatus import Apparatus, dispensed_mg
from twin.credibility.learning.people import invented_patient
from twin.credibility.learning.replicates import at_days
from twin.credibility.learning.simulated import invented_on
from twin.inference.adherence import AS_TOLD, Account
from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import daily

SUSPECTED = 0.5
"""Probability of another account than the one told from which a patient counts as
suspected: it is then likelier than what was told."""

MOST_MISSED = 3
MEASURED_DAYS = (8, 12, 16)
_TOLD_DAYS = 17


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
    off           mean of `clearance`, and its standard error
    drift         the same of `clearance` less that of the same patients who missed none
    """

    n_missed: int
    n: int
    suspected: tuple[float, float, float]
    off: tuple[float, float]
    drift: tuple[float, float]
    not_usable: int


def noticed(apparatus: Apparatus, number: int, *, n_missed: int, seed: int) -> Noticed:
    """One patient: the last tablets before the last of three INRs were missed.

    The same person, occasions and errors whatever the number of tablets.

    Args:
        apparatus: with what the patient is invented and learned back.
        number: which patient.
        n_missed: 0 to `MOST_MISSED`.
        seed: of all patients.
    """
    rng = stream(seed, "tablets", str(number))
    twin = apparatus.twin(invented_patient(apparatus.library, rng))
    person = apparatus.person(twin)
    told = daily(
        dispensed_mg(twin), days=_TOLD_DAYS, substance=apparatus.library.substance
    )
    asked = at_days(MEASURED_DAYS)
    last = max(t for t, _ in asked)
    before = [k for k, dose in enumerate(told.doses) if dose.time_h < last]
    account = Account(tuple(before[len(before) - n_missed :])) if n_missed else AS_TOLD
    truth = invented_on(person, told, account, asked, rng=rng)
    learning = stream(seed, "learning", str(number))
    found = apparatus.road(twin)(person, told, truth.seen, learning)
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


def noticed_share(
    patients: Sequence[Noticed], adherent: Sequence[Noticed]
) -> NoticedShare:
    """Of two patients or more who missed equally many tablets.

    Args:
        patients: who missed so many.
        adherent: the same patients in the same order, who missed none.
    """
    n = len(patients)
    suspected = sum(p.probability > SUSPECTED for p in patients)
    low, high = wilson_interval(suspected, n)
    off = np.array([p.clearance for p in patients])
    drift = off - np.array([p.clearance for p in adherent])
    return NoticedShare(
        patients[0].n_missed,
        n,
        (suspected / n, low, high),
        _mean(off),
        _mean(drift),
        sum(not p.usable for p in patients),
    )


def _mean(values: Floats) -> tuple[float, float]:
    """With its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
