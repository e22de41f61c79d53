"""People with all that is not known of them, for tests of learning."""

from functools import cache
from typing import Any

import numpy as np

from tests.people import described, library, twin_of
from twin.dosing.grounds import Grounds, load_grounds
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import FAST, POPULATION
from twin.inference.course_reader import Sample
from twin.inference.courses import CourseModel, course_model
from twin.inference.levers import Levers
from twin.inference.noise import Noise
from twin.inference.patient_levers import levers_of
from twin.inference.question import Person
from twin.lifecycle import Twin
from twin.model_files import settings_file
from twin.population import load_population
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.observation import Observation
from twin.vocabulary.population import Population
from twin.vocabulary.regimen import Regimen


@cache
def population() -> Population:
    """The committed draws."""
    return load_population(library())


@cache
def noise() -> Noise:
    """What measurements are worth."""
    return Noise.of(settings_file("assays"))


@cache
def grounds() -> Grounds:
    """What an answer rests on beside its twin."""
    return load_grounds(library())


def believed_twin_of(**changes: Any) -> Twin:
    """The twin of the reference patient with all that is not known of it."""
    return grounds().believed(twin_of(**changes))


@cache
def slopes_engine() -> CompiledEngine:
    """For slopes, in double."""
    return CompiledEngine(POPULATION)


@cache
def draws_engine() -> CompiledEngine:
    """For many draws."""
    return CompiledEngine(FAST)


def levers(*, mean_alleles: bool = False, **changes: Any) -> Levers:
    """Of the reference patient, with some fields written otherwise."""
    known, effects = population().known, population().effects
    return levers_of(
        described(**changes), library(), known, effects, mean_alleles=mean_alleles
    )


def believed(**changes: Any) -> Person:
    """Ready to learn about."""
    return Person(
        levers(**changes),
        population(),
        noise(),
        library().spec,
        library().surrogate,
        slopes_engine(),
        draws_engine(),
    )


def inr_course(person: Person, taken: Regimen, days: list[float]) -> CourseModel:
    """INRs of a person with the likeliest alleles, on some days."""
    return course_model(
        person.spec,
        [person.levers.fixed_at([0] * len(person.levers.genes))],
        [taken],
        [Sample(0, 24.0 * day, "INR") for day in days],
        surrogate=person.surrogate,
        engine=person.slopes,
        along_effects=True,
    )


def measured_inrs(
    person: Person,
    taken: Regimen,
    days: list[float],
    z: Floats,
    *,
    seed: int,
    error: float = 1.0,
) -> list[Observation]:
    """INRs of a person with effects z, as an assay would find them.

    error  of the assay, times the usual
    """
    found = inr_course(person, taken, days).at(person.population.x[seed], z[None])
    dice = np.random.default_rng(seed)
    sd = error * person.noise.ln_sds["INR"]
    values = found.ln_value + sd * dice.normal(size=len(days))
    return [
        Observation(24.0 * day, "INR", float(np.exp(value)))
        for day, value in zip(days, values, strict=True)
    ]
