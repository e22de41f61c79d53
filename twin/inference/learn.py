"""From measurements to what is possible of a person, by the road that suits them.

The fast road first.  Where its weights are poor (two explanations far apart: a missed
tablet, another genotype) more draws, then tempered draws; the slow road is a worker's.
Nothing that was measured is dropped or counted for less: what does not fit is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from twin.coagulation.assays import ProthrombinSurrogate
from twin.engine.compiled import CompiledEngine
from twin.engine.prepared_courses import prepare_courses
from twin.errors import ObservationError
from twin.inference.adherence import (
    AS_TOLD,
    Account,
    accounts_of,
    single_misses,
    visible_doses,
)
from twin.inference.course_reader import Sample
from twin.inference.courses import CourseModel, course_model
from twin.inference.fast_road import (
    Learned,
    Question,
    Tilt,
    learn_fast,
    linear_prediction,
    tilt_at,
)
from twin.inference.importance_weights import (
    effective_sample_size,
    pareto_smoothed,
)
from twin.inference.levers import Levers
from twin.inference.linear_evidence import LeftOut, given_the_others, ln_evidence
from twin.inference.mode import Measured, Mode, find_mode
from twin.inference.noise import Noise
from twin.inference.readings import ACTIVITY, INR, LEVELS
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.observation import Observation
from twin.vocabulary.population import Population
from twin.vocabulary.regimen import Regimen

GRADIENT_TOLERANCE = 1e-2
"""Of courses whose slopes lead to the mode; the weights are made with finer ones."""

_SURPRISING = 2.0  # standard deviations from what was expected: tablets are asked about
_WORTH_DRAWS = 1e-3  # probability of an account in the linear picture
_MOST_ACCOUNTS = 7
_PER_CENT = 100.0

_OUTPUTS = {
    "warfarin_racemate_plasma": "warfarin_plasma",
    "warfarin_S_plasma": "S_plasma",
    "warfarin_R_plasma": "R_plasma",
    "prothrombin_complex_activity": ACTIVITY,
    "INR": INR,
    **{f"factor_{name}_activity": output for name, output in LEVELS.items()},
}


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
class Learning:
    """What was learned, how, and how well.

    learned       weighted draws, their largest weights Pareto smoothed
    accounts      of the tablets, in the order of the particles' `pattern`
    expectations  one a measurement
    ess, k        effective number of draws, and Pareto's k of their weights
    road          how the draws were made
    """

    learned: Learned
    accounts: tuple[Account, ...]
    expectations: tuple[Expectation, ...]
    ess: float
    k: float
    road: str

    @property
    def account_probabilities(self) -> Floats:
        """float64[account], after the measurements."""
        particles = self.learned.particles
        return np.asarray(
            np.bincount(particles.pattern, particles.weights, len(self.accounts))
        )


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Who is learned about, and with what.

    levers      of the person
    population  what the development data left open
    noise       what measurements are worth
    spec        the model; `surrogate` reads its factor levels
    slopes      engine for the mode, in double; `draws` for many draws
    """

    levers: Levers
    population: Population
    noise: Noise
    spec: ModelSpec
    surrogate: ProthrombinSurrogate
    slopes: CompiledEngine
    draws: CompiledEngine


def learn(
    person: Person,
    taken: Regimen,
    observations: Sequence[Observation],
    *,
    n_known: int = 128,
    n_each: int = 4,
    rng: np.random.Generator,
) -> Learning:
    """What the measurements leave possible of a person.

    Args:
        person: before anything was measured.
        taken: what the person says was taken, from time 0.
        observations: earliest first or not; several at one time are allowed.
        n_known, n_each: draws of the population, and of the person for each.
        rng: of the draws.

    Raises: ObservationError without observations, or for one before the first hour
        that the model cannot speak of.
    """
    if not observations:
        raise ObservationError("nothing was measured: there is nothing to learn from")
    measured = measured_of(observations, person.noise)
    likeliest = person.levers.fixed_at([0] * len(person.levers.genes))
    samples = [Sample(0, o.time_h, _OUTPUTS[o.kind]) for o in observations]
    course = course_model(
        person.spec,
        [likeliest],
        [taken],
        samples,
        surrogate=person.surrogate,
        engine=person.slopes,
        tolerance=GRADIENT_TOLERANCE,
        along_effects=True,
    )
    x = person.population.x.mean(axis=0)
    prior = person.population.typical_covariance
    mode = find_mode(course, measured, x, prior, person.noise)
    question = _question(person, likeliest, course, measured, taken, (AS_TOLD,))
    tilt = tilt_at(question, x, mode)
    expected = left_out(measured, tilt, mode, prior, person.population)
    accounts: tuple[Account, ...] = (AS_TOLD,)
    if np.any(expected.surprise(measured.below) > _SURPRISING):
        accounts = _plausible(person, question, taken, tilt, mode, prior)
        if len(accounts) > 1:
            question = _question(person, likeliest, course, measured, taken, accounts)
    found = learn_fast(
        question, person.population, n_known=n_known, n_each=n_each, rng=rng, mode=mode
    )
    # A few draws with chance's weight would carry the outer quantiles.
    smoothed, k = pareto_smoothed(found.raw)
    particles = replace(found.particles, log_weights=frozen_array(smoothed))
    found = replace(found, particles=particles)
    return Learning(
        found,
        accounts,
        tuple(
            _expectation(o, expected, number) for number, o in enumerate(observations)
        ),
        effective_sample_size(smoothed),
        k,
        "fast",
    )


def measured_of(observations: Sequence[Observation], noise: Noise) -> Measured:
    """Measurements as logarithms, in the order given."""
    below = [o.is_below for o in observations]
    values = np.array(
        [
            (o.quantification_limit if low and o.quantification_limit else o.value)
            / (_PER_CENT if o.kind.startswith("factor_") else 1.0)
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


def _plausible(
    person: Person,
    question: Question,
    taken: Regimen,
    tilt: Tilt,
    mode: Mode,
    prior: Floats,
) -> tuple[Account, ...]:
    """The account as told, and those that explain the measurements as well."""
    doses = visible_doses(taken, question.measured.time_h)
    if not doses:
        return (AS_TOLD,)
    shifts = _shifts_of_misses(person, question, taken, doses, mode)
    accounts = accounts_of(doses, person.noise)
    moved = np.stack(
        [
            sum(shifts[n] for n in a.missed) - sum(shifts[n] for n in a.doubled)
            for a in accounts
        ]
    )
    below = question.measured.below
    expected, spread = linear_prediction(tilt, mode, prior, person.population)
    off = question.measured.ln_value - expected
    as_told = ln_evidence(off[None], below, spread)[0]
    ln_odds = np.array([a.ln_odds for a in accounts])
    found = ln_odds + ln_evidence(off - moved, below, spread) - as_told
    probability = np.exp(found - logsumexp(np.append(found, 0.0)))
    best = np.argsort(-probability)[:_MOST_ACCOUNTS]
    chosen = [accounts[n] for n in best if probability[n] > _WORTH_DRAWS]
    return (AS_TOLD, *chosen)


def _shifts_of_misses(
    person: Person,
    question: Question,
    taken: Regimen,
    doses: Sequence[int],
    mode: Mode,
) -> dict[int, Floats]:
    """Dose -> what its absence does to the ln of each sample, at the mode."""
    misses = single_misses(doses)
    reader = question.course.reader
    courses = prepare_courses(
        person.spec,
        [account.regimen(taken) for account in misses],
        reader.times,
        names=person.levers.names,
        outputs=reader.outputs,
        engine=person.draws,
    )
    n = len(misses)
    x = person.population.x.mean(axis=0)
    rows = question.likeliest.parameters(np.tile(x, (n, 1)), np.tile(mode.z, (n, 1)))
    values = reader.values(courses.at(rows, np.arange(n)).values, rows)
    moved = np.where(np.isfinite(values), values - mode.predicted, 0.0)
    return dict(zip(doses, moved, strict=True))


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
    scale = _PER_CENT if observation.kind.startswith("factor_") else 1.0
    mean, sd = expected.mean[number], expected.sd[number]
    reach = float(ndtri(0.95))
    return Expectation(
        observation,
        float(scale * np.exp(mean)),
        float(scale * np.exp(mean - reach * sd)),
        float(scale * np.exp(mean + reach * sd)),
        float(ndtr(expected.standardised[number])),
    )
