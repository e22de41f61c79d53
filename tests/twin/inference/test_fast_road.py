"""The fast road finds what plain weighing of the prior finds, only sooner."""

from dataclasses import replace

import numpy as np
import pytest

from tests.believed import believed, draws_engine, inr_course, measured_inrs
from twin.engine.prepared_courses import prepare_courses
from twin.inference.asking import measured_of
from twin.inference.importance_weights import effective_sample_size
from twin.inference.learn import learn
from twin.inference.mode import find_mode, ln_likelihood
from twin.inference.particles import prior_particles
from twin.reproducibility import stream
from twin.vocabulary.regimen import daily

DAYS = [3.0, 7.0, 14.0]
TAKEN = daily(5.0, days=16, substance="warfarin sodium")
PERSON = believed()
EFFECTS = PERSON.population.effects.names
TRUTH = 0.3 * np.array([1.0, 0.5, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0])


def test_a_mode_is_where_nothing_pulls_any_more():
    seen = measured_inrs(PERSON, TAKEN, DAYS, TRUTH, seed=1)
    course = inr_course(PERSON, TAKEN, DAYS)
    measured = measured_of(seen, PERSON.noise)
    x = PERSON.population.x.mean(axis=0)
    prior = PERSON.population.typical_covariance
    mode = find_mode(course, measured, x, prior, PERSON.noise)

    pull = mode.slopes.T @ mode.pull - np.linalg.solve(prior, mode.z)

    assert np.abs(np.sqrt(np.diag(mode.covariance)) * pull).max() < 0.1
    assert np.all(np.linalg.eigvalsh(prior - mode.covariance) > -1e-9)


def test_learning_agrees_with_weighing_the_prior():
    """Means within three Monte Carlo errors of both, and spreads within a fifth."""
    seen = measured_inrs(PERSON, TAKEN, DAYS, TRUTH, seed=2)
    found = learn(
        PERSON, TAKEN, seen, n_known=256, n_each=4, rng=stream(1, "fast road")
    )
    plain = prior_particles(
        PERSON.levers, PERSON.population, n_known=600, n_each=8, rng=stream(2, "prior")
    )
    course = inr_course(PERSON, TAKEN, DAYS)
    rows = PERSON.levers.parameters(plain.x, plain.z, plain.alleles)
    asked = prepare_courses(
        PERSON.spec,
        TAKEN,
        course.reader.times,
        names=PERSON.levers.names,
        outputs=course.reader.outputs,
        engine=draws_engine(),
    )
    predicted = course.reader.values(asked.at(rows).values, rows)
    ln_weights = ln_likelihood(
        predicted, measured_of(seen, PERSON.noise), found.learned.mode.noise
    )
    weights = np.exp(ln_weights - ln_weights.max())
    weights /= weights.sum()

    mean = weights @ plain.z
    sd = np.sqrt(weights @ (plain.z - mean) ** 2)
    own = found.learned.particles.weights
    own_mean = own @ found.learned.particles.z
    own_sd = np.sqrt(own @ (found.learned.particles.z - own_mean) ** 2)
    error = sd * np.sqrt(1 / effective_sample_size(ln_weights) + 1 / found.ess)
    assert effective_sample_size(ln_weights) > 100
    assert np.all(np.abs(own_mean - mean) < 3.5 * error)
    assert own_sd == pytest.approx(sd, rel=0.25)
    plain_evidence = np.log(np.mean(np.exp(ln_weights)))
    assert found.learned.ln_evidence == pytest.approx(plain_evidence, abs=0.35)


def test_the_same_seed_learns_the_same():
    seen = measured_inrs(PERSON, TAKEN, DAYS, TRUTH, seed=3)
    first, second = (
        learn(PERSON, TAKEN, seen, n_known=32, rng=stream(5, "again")) for _ in range(2)
    )

    assert np.array_equal(
        first.learned.particles.log_weights, second.learned.particles.log_weights
    )


def test_measurements_narrow_what_was_open():
    seen = measured_inrs(PERSON, TAKEN, DAYS, TRUTH, seed=4)
    found = learn(PERSON, TAKEN, seen, rng=stream(6, "narrow"))
    particles = found.learned.particles
    mean = particles.weights @ particles.z
    sd = np.sqrt(particles.weights @ (particles.z - mean) ** 2)
    prior = np.sqrt(np.diag(PERSON.population.typical_covariance))

    place = EFFECTS.index("sensitivity")
    assert sd[place] < 0.8 * prior[place]


def test_an_unexpected_measurement_is_said_and_still_counts():
    seen = measured_inrs(PERSON, TAKEN, [3.0, 7.0, 10.0, 14.0], TRUTH, seed=5)
    odd = [*seen[:-1], replace(seen[-1], value=4.0 * seen[-1].value)]
    plain = learn(PERSON, TAKEN, seen, rng=stream(7, "odd"))
    found = learn(PERSON, TAKEN, odd, rng=stream(7, "odd"))

    assert found.expectations[-1].percentile > 0.999
    weighed = [
        each.learned.particles.weights @ each.learned.particles.z[:, 4]
        for each in (plain, found)
    ]
    assert weighed[1] < weighed[0]  # a smaller Ki: it was not thrown away


def test_a_concentration_below_quantification_pulls_down_only():
    from twin.vocabulary.observation import Observation  # noqa: PLC0415 - one use

    below = Observation(24.0 * 7, "warfarin_S_plasma", 0.0, quantification_limit=0.05)
    found = learn(PERSON, TAKEN, [below], rng=stream(8, "below"))
    limit = np.log(0.05)

    weights = found.learned.particles.weights
    assert weights @ (found.learned.predicted[:, 0] > limit) < 0.5
