"""From a person and measurements to a question that every road can answer.

All roads share what is found here: the mode, the linear picture, the accounts of the
tablets that are worth asking about and the error of measurement.  So their posterior
is the same one, and any two of them can be held against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from twin.engine.prepared_courses import prepare_courses
from twin.errors import ObservationError
from twin.inference.adherence import AS_TOLD, Account
from twin.inference.course_reader import Sample
from twin.inference.courses import CourseModel, course_model
from twin.inference.levers import Levers
from twin.inference.linear_evidence import LeftOut, given_the_others
from twin.inference.linear_picture import Tilt, linear_prediction, tilt_at
from twin.inference.missed_tablets import plausible_accounts
from twin.inference.mode import Measured, Mode, find_mode
from twin.inference.noise import Noise
from twin.inference.question import Person, Question
from twin.inference.readings import ACTIVITY, INR, LEVELS
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.observation import Observation
from twin.vocabulary.population import Population
from twin.vocabulary.regimen import Regimen

GRADIENT_TOLERANCE = 1e-2
"""Of courses whose slopes lead to the mode; the weights are made with finer ones."""

_SURPRISING = 1.0  # standard deviations off what was expected: tablets are asked about

_OUTPUTS = {
    "warfarin_racemate_plasma": "warfarin_plasma",
    "warfarin_S_plasma": "S_plasma",
    "warfarin_R_plasma": "R_plasma",
    "prothrombin_complex_activity": ACTIVITY,
    "INR": INR,
    **{f"factor_{name}_activity": output for name, output in LEVELS.items()},
}


def units_of(kind: str) -> float:
    """How many units of the measurement are one of the model's: factors are in %."""
    return 100.0 if kind.startswith("factor_") else 1.0


@dataclass(frozen=True, slots=True)
class Expectation:
    """What was expected of one measurement, given all others.

    percentile  of the measurement in what was expected, in [0, 1]
    low, high   of the central 90 %, in the measurement's own unit
    """

    observation: Observation
    median: float
    low: float
    high: float
    percentile: float


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question, and what is known of it before any draw.

    question      with all accounts
    accounts      of the tablets, in the order of the question's patterns
    mode, tilt    the linear picture, at the population's centre
    expectations  one a measurement
    """

    question: Question
    accounts: tuple[Account, ...]
    mode: Mode
    tilt: Tilt
    expectations: tuple[Expectation, ...]


def asked_of(
    person: Person, taken: Regimen, observations: Sequence[Observation]
) -> Asked:
    """What the measurements ask of a person.

    Args:
        person: before anything was measured.
        taken: what the person says was taken, from time 0.
        observations: earliest first or not; several at one time are allowed.

    Raises: ObservationError without observations, or for one before the first hour
        that the model cannot speak of; IntegrationFailed where not even the typical
        person's course integrates.
    """
    if not observations:
        raise ObservationError("nothing was measured: there is nothing to learn from")
    measured = measured_of(observations, person.noise)
    likeliest = person.levers.fixed_at([0] * len(person.levers.genes))
    course = person_course(
        person, likeliest, taken, observations, tolerance=GRADIENT_TOLERANCE
    )
    x = person.population.x.mean(axis=0)
    prior = person.population.typical_covariance
    mode = find_mode(course, measured, x, prior, person.noise)
    question = _question(person, likeliest, course, measured, taken, (AS_TOLD,))
    tilt = tilt_at(question, x, mode)
    expected = left_out(measured, tilt, mode, prior, person.population)
    accounts: tuple[Account, ...] = (AS_TOLD,)
    if np.any(expected.surprise(measured.below) > _SURPRISING):
        accounts = plausible_accounts(person, question, taken, tilt, mode)
        if len(accounts) > 1:
            question = _question(person, likeliest, course, measured, taken, accounts)
            tilt = tilt_at(question, x, mode)
    return Asked(
        question,
        accounts,
        mode,
        tilt,
        tuple(
            _expectation(o, expected, number) for number, o in enumerate(observations)
        ),
    )


def person_course(
    person: Person,
    levers: Levers,
    regimen: Regimen,
    observations: Sequence[Observation],
    *,
    tolerance: float | None = None,
) -> CourseModel:
    """The course on which a person was measured, with slopes by each effect.

    Args:
        person: gives model and engine.
        levers: of the person, alleles fixed.
        regimen: what was taken.
        observations: what is asked for.
        tolerance: relative, of a step; left out, the engine's own.
    """
    return course_model(
        person.spec,
        [levers],
        [regimen],
        [Sample(0, o.time_h, _OUTPUTS[o.kind]) for o in observations],
        surrogate=person.surrogate,
        engine=person.slopes,
        tolerance=tolerance,
        along_effects=True,
    )


def measured_of(observations: Sequence[Observation], noise: Noise) -> Measured:
    """Measurements as logarithms, in the order given."""
    below = [o.is_below for o in observations]
    values = np.array(
        [
            (o.quantification_limit if low and o.quantification_limit else o.value)
            / units_of(o.kind)
            for o, low in zip(observations, below, strict=True)
        ]
    )
    return Measured(
        np.log(values),
        np.array(
            [
                # ln INR = ISI ln ratio: so much counts an error of the clotting time
                noise.ln_sd(_OUTPUTS[o.kind]) * (1.0 if o.isi is None else o.isi)
                for o in observations
            ]
        ),
        np.array(below),
        np.array([o.time_h for o in observations]),
    )


def left_out(
    measured: Measured,
    tilt: Tilt,
    mode: Mode,
    prior: Floats,
    population: Population,
) -> LeftOut:
    """What all other measurements say of each, in the linear picture at the mode."""
    expected, spread = linear_prediction(tilt, mode, prior, population)
    return given_the_others(
        measured.ln_value, measured.below, expected=expected, spread=spread
    )


def _question(
    person: Person,
    likeliest: Levers,
    course: CourseModel,
    measured: Measured,
    taken: Regimen,
    accounts: Sequence[Account],
) -> Question:
    draws = prepare_courses(
        person.spec,
        [account.regimen(taken) for account in accounts],
        course.reader.times,
        names=person.levers.names,
        outputs=course.reader.outputs,
        engine=person.draws,
    )
    odds = np.array([account.ln_odds for account in accounts])
    return Question(
        person.levers,
        likeliest,
        course,
        draws,
        odds - logsumexp(odds),
        measured,
        person.noise,
    )


def _expectation(
    observation: Observation, expected: LeftOut, number: int
) -> Expectation:
    scale = units_of(observation.kind)
    mean, sd = expected.mean[number], expected.sd[number]
    reach = float(ndtri(0.95))
    with np.errstate(over="ignore"):  # who knows nothing expects anything
        low, median, high = scale * np.exp(mean + reach * sd * np.array([-1, 0, 1]))
    return Expectation(
        observation,
        float(median),
        float(low),
        float(high),
        float(ndtr(expected.standardised[number])),
    )
