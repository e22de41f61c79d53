"""One replicate of the calibration: a person with INRs, learned by the roads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.credibility.learning.agreement import Agreement, agreement
from twin.credibility.learning.apparatus import Apparatus, dispensed_mg
from twin.credibility.learning.people import invented_patient
from twin.credibility.learning.ranks import Quantities, Replicate, replicate_of
from twin.credibility.learning.simulated import Truth, invented
from twin.dosing.learned_dose import doses_of_draws
from twin.dosing.recommend import target_of
from twin.engine.prepared_courses import prepare_courses
from twin.inference.belief import Belief
from twin.inference.course_reader import Sample, course_reader
from twin.inference.particles import Particles
from twin.inference.question import Person
from twin.inference.readings import INR
from twin.lifecycle import Twin
from twin.reproducibility import stream
from twin.units import HOURS_PER_DAY
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Regimen, daily

MEASURED_DAYS = (4, 7, 11, 15, 20)
_TOLD_DAYS = 21
_AHEAD_DAYS = 28
_NO_DOSE = 1e6  # mg/day, in place of a dose where none keeps the INR: above all others


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """One invented person, measured: what a replicate starts from."""

    twin: Twin
    person: Person
    told: Regimen
    truth: Truth


@dataclass(frozen=True, slots=True)
class BothRoads:
    """One truth learned by the slow road, and how far the fast one lies from it."""

    slow: Replicate
    agreement: Agreement


def posed(apparatus: Apparatus, number: int, *, seed: int) -> Posed:
    """The person of a replicate; the same number and seed give the same.

    Five INRs in three weeks on the dose the twin would begin with, tablets missed or
    doubled by the twin's own odds.
    """
    rng = stream(seed, "calibration", str(number))
    twin = apparatus.twin(invented_patient(apparatus.library, rng))
    person = apparatus.person(twin)
    told = daily(
        dispensed_mg(twin), days=_TOLD_DAYS, substance=apparatus.library.substance
    )
    truth = invented(
        person, told, at_days(MEASURED_DAYS), with_missed_tablets=True, rng=rng
    )
    return Posed(twin, person, told, truth)


def fast_replicate(apparatus: Apparatus, number: int, *, seed: int) -> Replicate:
    """One truth, learned as a request learns."""
    case = posed(apparatus, number, seed=seed)
    rng = stream(seed, "fast road", str(number))
    found = apparatus.road(case.twin)(case.person, case.told, case.truth.seen, rng)
    return replicate_of(
        number,
        case.person,
        case.truth,
        found,
        quantities=shown_quantities(case.twin, case.told),
        rng=rng,
    )


def slow_replicate(apparatus: Apparatus, number: int, *, seed: int) -> BothRoads:
    """The same truth, learned by chains, and as a request learns."""
    from twin.inference.patient_posterior import (  # noqa: PLC0415 - loads PyMC
        learn_slowly,
    )

    case = posed(apparatus, number, seed=seed)
    rng = stream(seed, "fast road", str(number))
    seen = case.truth.seen
    fast = apparatus.road(case.twin)(case.person, case.told, seen, rng)
    patient = replace(case.person, slopes=apparatus.chains)
    slow = learn_slowly(patient, case.told, seen, seed=number)
    quantities = shown_quantities(case.twin, case.told)
    return BothRoads(
        replicate_of(
            number,
            case.person,
            case.truth,
            slow,
            quantities=quantities,
            rng=stream(seed, "slow road", str(number)),
        ),
        agreement(case.person, fast, slow, quantities=quantities),
    )


def shown_quantities(twin: Twin, told: Regimen) -> Quantities:
    """What a request shows of draws: ln maintenance dose, and ln INR a week ahead.

    The INR is that of who takes all tablets as told from the first day on.
    """
    ahead = daily(
        told.doses[0].amount_mg, days=_AHEAD_DAYS, substance=told.doses[0].substance
    )

    def of(person: Person, particles: Particles) -> dict[str, Floats]:
        dose = doses_of_draws(
            Belief(person, particles), twin.library, target_of(twin).middle
        )
        sample = Sample(0, HOURS_PER_DAY * _AHEAD_DAYS, INR)
        reader = course_reader(
            person.spec, [sample], person.levers.names, person.surrogate
        )
        course = prepare_courses(
            person.spec,
            ahead,
            reader.times,
            names=person.levers.names,
            outputs=reader.outputs,
            engine=person.draws,
        )
        rows = person.levers.parameters(particles.x, particles.z, particles.alleles)
        return {
            "maintenance dose": np.log(np.where(np.isfinite(dose), dose, _NO_DOSE)),
            "INR a week ahead": reader.values(course.at(rows).values, rows)[:, 0],
        }

    return of


def at_days(days: Sequence[float]) -> list[tuple[float, str]]:
    """INRs on days, as (time h, kind)."""
    return [(HOURS_PER_DAY * day, INR) for day in days]
