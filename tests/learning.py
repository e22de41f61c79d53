"""Measured patients of the warfarin twin, for tests and benchmarks of learning."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from tests.believed import noise, population
from tests.people import library
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import FAST, POPULATION
from twin.individualise import individualise
from twin.inference.patient_levers import levers_of
from twin.inference.question import Person
from twin.intake.ask import question_for
from twin.vocabulary.observation import Observation
from twin.vocabulary.regimen import Regimen, daily

Case = tuple[Person, Regimen, tuple[Observation, ...]]


DESCRIBED: dict[str, dict[str, Any]] = {
    "typical": {},
    "hardly tested": {"CYP2C9": {"diplotype": "*1/*1", "tested": ["*2"]}},
}
"""How the genotype differs from that of the reference patient."""


@cache
def learner(name: str = "typical") -> Person:
    """One of `DESCRIBED`, ready to learn."""
    found = library()
    genotype = {**found.reference_patient["genotype"], **DESCRIBED[name]}
    question = question_for({**found.reference_patient, "genotype": genotype}, found)
    known = population()
    return Person(
        levers_of(
            individualise(question.patient, found), found, known.known, known.effects
        ),
        known,
        noise(),
        found.spec,
        found.surrogate,
        CompiledEngine(POPULATION, threads=1),
        CompiledEngine(FAST, threads=1),
    )


def daily_mg(amount_mg: float, days: int) -> Regimen:
    """Of warfarin, once a day."""
    return daily(amount_mg, days=days, substance=library().substance)


def inrs(*pairs: tuple[float, float]) -> tuple[Observation, ...]:
    """INRs on days."""
    return tuple(Observation(24.0 * day, "INR", value) for day, value in pairs)


def ordinary() -> Case:
    """Three INRs of the first days, near what was expected."""
    return learner(), daily_mg(5.0, 11), inrs((4, 1.6), (7, 2.6), (10, 3.1))


def hardly_tested() -> Case:
    """Who needs little; a slow allele that nobody looked for may be why."""
    return learner("hardly tested"), daily_mg(5.0, 11), inrs((5, 2.9), (10, 5.5))


def missed_tablet() -> Case:
    """An INR far below the others: perhaps a tablet or two were missed."""
    return learner(), daily_mg(5.0, 17), inrs((8, 2.6), (12, 2.7), (16, 1.6))


def far_out() -> Case:
    """INRs that rise faster than in almost anybody."""
    return learner(), daily_mg(5.0, 9), inrs((4, 4.5), (6, 9.0), (8, 12.0))


def alike(case: Case, *, ln_sd: float) -> Case:
    """The same case where people hardly differ and the population is known.

    So little is left to vary that courses are linear in it: the posterior is normal,
    and known on paper.
    """
    person, taken, observations = case
    before = person.population
    n_effects = len(before.effects.effects)
    narrow = replace(
        before,
        x=np.tile(before.x.mean(axis=0), (2, 1)),
        ln_sds=np.full((2, n_effects), ln_sd),
        correlations=np.zeros((2, len(before.effects.correlations))),
        scales={},
    )
    precise = replace(
        person.noise,
        ln_sds=dict.fromkeys(person.noise.ln_sds, ln_sd),
        occasion_ln_sd=0.5 * ln_sd,
    )
    return replace(person, population=narrow, noise=precise), taken, observations


def as_predicted(case: Case, *, off: float) -> Case:
    """The case, its measurements put a little above what is typical."""
    from twin.inference.asking import asked_of  # noqa: PLC0415 - of this case only

    person, taken, observations = case
    asked = asked_of(person, taken, observations)
    course = asked.question.course
    x = person.population.x.mean(axis=0)
    typical = course.at(x, np.zeros((1, len(asked.mode.z)))).ln_value
    moved = np.exp(typical + off)
    return (
        person,
        taken,
        tuple(
            replace(o, value=float(v)) for o, v in zip(observations, moved, strict=True)
        ),
    )
