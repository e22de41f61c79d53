"""What was learned, finding by finding: tablets, effects, alleles, worth of the draws.

Read off the draws and what learning says of itself; nothing is simulated here.
"""

import math
from dataclasses import dataclass

import numpy as np

from twin.dosing.learned_measurements import chance
from twin.inference.adherence import Account
from twin.inference.belief import Belief
from twin.inference.learn import Learning
from twin.inference.resampling import weighted_quantiles
from twin.units import HOURS_PER_DAY
from twin.vocabulary.regimen import Regimen

_SHOWN_PAIRS = 5e-3  # probability of a pair of alleles that is listed


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """How the draws were made and what they are worth.

    pareto_k   of the weights' tail; None where there is no tail to judge
    usable     whether anything may be read off the draws; `reasons` against it
    says       the same in a sentence
    """

    road: str
    n_draws: int
    n_failed: int
    worth_draws: float
    pareto_k: float | None
    usable: bool
    reasons: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class AccountFinding:
    """What may have been taken in place of what was told, after the measurements."""

    says: str
    missed_h: tuple[float, ...]
    doubled_h: tuple[float, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class AdherenceFinding:
    """Whether tablets were taken as told.

    asked         only where a measurement is surprising
    probability   that they were not; None where it was not asked
    accounts      the likeliest others, likeliest first
    """

    asked: bool
    probability_not_as_told: float | None
    accounts: tuple[AccountFinding, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Interval:
    """Median and central 90 %."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class EffectFinding:
    """One way in which people differ: this person's factor, before and after."""

    name: str
    what: str
    before: Interval
    after: Interval


@dataclass(frozen=True, slots=True)
class PairFinding:
    """A pair of alleles that may be there: its probability before and after."""

    gene: str
    alleles: str
    before: float
    after: float


def diagnostics_of(learning: Learning) -> Diagnostics:
    """What the draws are worth, and whether they may be used."""
    learned = learning.learned
    n = learned.particles.n
    k = learning.k if math.isfinite(learning.k) else None
    worth = f"{n} draws, worth {learning.ess:.0f} equal ones"
    failed = f"; {learned.n_failed} did not integrate" if learned.n_failed else ""
    verdict = (
        "they may be used"
        if not learning.reasons
        else "NOT TO BE USED: " + "; ".join(learning.reasons)
    )
    return Diagnostics(
        learning.road,
        n,
        learned.n_failed,
        learning.ess,
        k,
        not learning.reasons,
        learning.reasons,
        f"{worth}{failed}: {verdict}",
    )


def adherence_finding(learning: Learning, told: Regimen) -> AdherenceFinding:
    """The probability of each account of the tablets, after the measurements."""
    if len(learning.accounts) == 1:
        return AdherenceFinding(
            False,
            None,
            (),
            "not asked: no measurement is surprising if all was taken as told, or no "
            "tablet explains it",
        )
    probabilities = learning.account_probabilities
    order = np.argsort(-probabilities[1:]) + 1
    accounts = tuple(
        _account(learning.accounts[n], told, float(probabilities[n])) for n in order
    )
    other = float(1.0 - probabilities[0])
    return AdherenceFinding(
        True,
        other,
        accounts,
        f"not taken as told with a probability of {chance(other)}",
    )


def _account(account: Account, told: Regimen, probability: float) -> AccountFinding:
    missed = tuple(told.doses[n].time_h for n in account.missed)
    doubled = tuple(told.doses[n].time_h for n in account.doubled)
    parts = [
        f"{what}: the dose{'s' if len(times) > 1 else ''} of {_days(times)}"
        for what, times in (("missed", missed), ("taken twice", doubled))
        if times
    ]
    return AccountFinding("; ".join(parts), missed, doubled, probability)


def _days(times_h: tuple[float, ...]) -> str:
    return ", ".join(f"{time / HOURS_PER_DAY:g} d" for time in times_h)


def effect_findings(before: Belief, after: Belief) -> tuple[EffectFinding, ...]:
    """What the measurements say of the person's effects, as factors exp(z)."""
    intervals = []
    for belief in (before, after):
        particles = belief.particles
        lines = weighted_quantiles(
            np.exp(particles.z), particles.log_weights, (0.5, 0.05, 0.95)
        )
        intervals.append([Interval(*map(float, column)) for column in lines.T])
    effects = after.person.population.effects.effects
    return tuple(
        EffectFinding(effect.name, effect.what, *both)
        for effect, *both in zip(effects, *intervals, strict=True)
    )


def pair_findings(before: Belief, after: Belief) -> tuple[PairFinding, ...]:
    """Alleles that stay possible, each pair with its probability, likeliest first."""
    found = []
    for place, gene in enumerate(after.person.levers.genes):
        shares = [
            np.bincount(
                belief.particles.alleles[:, place],
                belief.particles.weights,
                len(gene.names),
            )
            for belief in (before, after)
        ]
        found += [
            PairFinding(gene.gene, gene.names[n], float(shares[0][n]), float(own))
            for n, own in sorted(enumerate(shares[1]), key=lambda each: -each[1])
            if max(own, shares[0][n]) >= _SHOWN_PAIRS
        ]
    return tuple(found)
