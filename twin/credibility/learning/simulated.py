"""Invented patients whose truth is known: drawn from what is believed of people.

A truth is one draw of everything: the population, the person, the alleles that nobody
tested, the tablets that were missed, the drift from occasion to occasion and the error
of each measurement, by the same laws by which the twin learns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from twin.inference.adherence import AS_TOLD, Account, accounts_of, visible_doses
from twin.inference.asking import person_course, units_of
from twin.inference.particles import Particles, prior_particles
from twin.inference.question import Person
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.observation import Observation
from twin.vocabulary.regimen import Regimen


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """One invented person and what was measured of him.

    particle  a single draw: population, effects, alleles
    account   what was taken in place of what was told
    seen      measurements, with the drift of occasions and the assay's error
    ln_value  float64[measurement], of the same in the model's units without either
    """

    particle: Particles
    account: Account
    seen: tuple[Observation, ...]
    ln_value: Floats


def invented(
    person: Person,
    told: Regimen,
    asked: Sequence[tuple[float, str]],
    *,
    with_missed_tablets: bool,
    rng: np.random.Generator,
) -> Truth:
    """A person of this description, and his measurements.

    Args:
        person: the description, with the laws to draw by.
        told: what was to be taken.
        asked: (time h, kind) of the measurements, earliest first.
        with_missed_tablets: whether tablets are missed or doubled by the twin's own
            odds; at most one run of those that a measurement can still show.
        rng: of everything.
    """
    account = AS_TOLD
    if with_missed_tablets:
        account = _drawn_account(person, told, [t for t, _ in asked], rng)
    return invented_on(person, told, account, asked, rng=rng)


def invented_on(
    person: Person,
    told: Regimen,
    account: Account,
    asked: Sequence[tuple[float, str]],
    *,
    rng: np.random.Generator,
) -> Truth:
    """As `invented`, with what was taken said by the caller."""
    particle = prior_particles(
        person.levers, person.population, n_known=1, n_each=1, rng=rng
    )
    likeliest = person.levers.fixed_at(particle.alleles[0].tolist())
    nothing = [Observation(t, kind, 1.0) for t, kind in asked]
    course = person_course(person, likeliest, account.regimen(told), nothing)
    found = course.at(particle.x[0], particle.z)
    drifting = course.effect_names.index(person.noise.occasion_effect)
    times = np.array([t for t, _ in asked])
    root = np.linalg.cholesky(
        person.noise.drift(times, times) + 1e-12 * np.eye(len(times))
    )
    drift = found.slopes[:, drifting] * (root @ rng.normal(size=len(times)))
    sd = np.array([person.noise.ln_sd(s.quantity) for s in course.samples])
    ln_value = found.ln_value + drift + sd * rng.normal(size=len(times))
    values = np.exp(ln_value) * np.array([units_of(kind) for _, kind in asked])
    return Truth(
        particle,
        account,
        tuple(
            Observation(t, kind, float(value))
            for (t, kind), value in zip(asked, values, strict=True)
        ),
        found.ln_value,
    )


def _drawn_account(
    person: Person, told: Regimen, times_h: Sequence[float], rng: np.random.Generator
) -> Account:
    """One account by the twin's own odds."""
    doses = visible_doses(told, np.array(times_h))
    accounts = (AS_TOLD, *accounts_of(doses, person.noise))
    odds = np.array([account.ln_odds for account in accounts])
    share = np.exp(odds - logsumexp(odds))
    return accounts[int(rng.choice(len(accounts), p=share / share.sum()))]
