"""From measurements to what is possible of a person, by the road that suits them.

The fast road first.  Where its weights are poor (two explanations far apart: a missed
tablet, another genotype) more draws, then tempered draws; the slow road is a worker's.
Nothing that was measured is dropped or counted for less: what does not fit is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.inference.adherence import Account
from twin.inference.asking import Expectation, asked_of
from twin.inference.diagnostics import Converged, NotConverged, judge_weights
from twin.inference.fast_road import first_proposal, learn_fast, refitted
from twin.inference.question import Learned, Person
from twin.inference.tempered import learn_tempered
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.observation import Observation
from twin.vocabulary.regimen import Regimen

MIN_ESS = 100.0
"""Draws that an answer is worth at least: means are then right to a tenth of an SD."""

_MORE = 4  # times as many draws on the second try


@dataclass(frozen=True, slots=True)
class Tried:
    """How good the draws of one road were.

    ess      effective number of draws
    k        Pareto's, of the weights; -inf where all are equal
    reasons  against their use, each a phrase to be shown; none where they may be
    """

    road: str
    n_draws: int
    ess: float
    k: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """How the chains of the slow road went.

    verdict      with figures of every quantity
    divergences  transitions that diverged
    n_slopes     how often courses and slopes were asked for
    step         of the chains, in units of the linear picture
    changed      share of the draws at which the explanation changed, the place kept
    jumped       share of the draws at which both were taken from the linear picture
    """

    verdict: Converged | NotConverged
    divergences: int
    n_slopes: int
    step: float
    changed: float
    jumped: float


@dataclass(frozen=True, slots=True, eq=False)
class Learning:
    """What was learned, how, and how well.

    learned       weighted draws
    accounts      of the tablets, in the order of the particles' `pattern`
    expectations  one a measurement
    tried         the roads that were taken, the last of which made the draws
    chains        of the slow road
    """

    learned: Learned
    accounts: tuple[Account, ...]
    expectations: tuple[Expectation, ...]
    tried: tuple[Tried, ...]
    chains: Chains | None = None

    @property
    def road(self) -> str:
        """How the draws were made."""
        return self.tried[-1].road

    @property
    def ess(self) -> float:
        """Effective number of draws."""
        return self.tried[-1].ess

    @property
    def k(self) -> float:
        """Pareto's k of their weights."""
        return self.tried[-1].k

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks against the draws; where anything does, take the slow road."""
        return self.tried[-1].reasons

    @property
    def needs_slow_road(self) -> bool:
        """Whether the draws are too poor: `patient_posterior`, in a worker, is next."""
        return bool(self.reasons)

    @property
    def account_probabilities(self) -> Floats:
        """float64[account], after the measurements."""
        particles = self.learned.particles
        return np.asarray(
            np.bincount(particles.pattern, particles.weights, len(self.accounts))
        )


def learn(
    person: Person,
    taken: Regimen,
    observations: Sequence[Observation],
    *,
    n_known: int = 128,
    n_each: int = 4,
    min_ess: float = MIN_ESS,
    rng: np.random.Generator,
) -> Learning:
    """What the measurements leave possible of a person.

    Where the last road's draws are poor too they are given all the same, with the
    reasons: whoever asked decides whether a worker takes the slow road.

    Args:
        person: before anything was measured.
        taken: what the person says was taken, from time 0.
        observations: earliest first or not; several at one time are allowed.
        n_known, n_each: draws of the population, and of the person for each, on the
            fast road.
        min_ess: effective draws that are asked of a road, or the next one is taken;
            0 for the fast road alone, whatever its draws are worth.
        rng: of the draws.

    Raises: ObservationError without observations, or for one before the first hour
        that the model cannot speak of.
    """
    asked = asked_of(person, taken, observations)
    question, population = asked.question, person.population
    proposal = first_proposal(question, asked.tilt, asked.mode, population)
    tried: tuple[Tried, ...] = ()
    for road, times in (("fast", 1), ("more draws", _MORE)):
        found = learn_fast(
            question,
            population,
            n_known=times * n_known,
            n_each=n_each,
            rng=rng,
            mode=asked.mode,
            tilt=asked.tilt,
            proposal=proposal,
        )
        judged = judge_weights(found.raw, min_ess=min_ess)
        own = replace(found.particles, log_weights=frozen_array(judged.smoothed))
        found = replace(found, particles=own)
        tried += (Tried(road, own.n, judged.ess, judged.k, judged.reasons),)
        if judged.usable or min_ess == 0.0:
            return Learning(found, asked.accounts, asked.expectations, tried)
        proposal = refitted(proposal, found, judged, asked.tilt, population)
    tempered = learn_tempered(asked, population, min_ess=min_ess, rng=rng)
    n = tempered.learned.particles.n
    last = Tried("tempered", n, tempered.ess, -np.inf, tempered.reasons)
    return Learning(
        tempered.learned, asked.accounts, asked.expectations, (*tried, last)
    )
