"""The slow road: the whole posterior of one person, by PyMC's NUTS; a worker's task.

Same posterior as that of the fast road: the population's draws, the alleles and the
accounts of the tablets are discrete in both, and the error of measurement is the one
found at the mode.  Effects move by NUTS where the linear picture is a ball; between
two such moves the discrete part is drawn anew.  Chains start as far apart as people
are, each with an explanation of its own, so that a second mode shows in R-hat.

Why the population's draws and no normal fitted to them: the draws are the posterior of
the development data up to chance, a fit would be wrong in a way that more draws do not
mend, and slopes by the population's parameters would cost half as much again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
from pymc.step_methods.hmc.quadpotential import QuadPotentialDiag
from pytensor.compile.mode import Mode as Compiling

from twin.inference.asking import asked_of
from twin.inference.bridge import ln_evidence
from twin.inference.diagnostics import NotConverged, judge_chains
from twin.inference.learn import Chains, Learning, Tried
from twin.inference.particles import Particles
from twin.inference.question import Learned, Person
from twin.inference.sloped_op import SlopedOp
from twin.inference.whitened_posterior import (
    Density,
    Integers,
    Seen,
    WhitenedPosterior,
    whitened_posterior,
)
from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.observation import Observation
from twin.vocabulary.regimen import Regimen

_SETTLING = 20  # draws before those that are kept
_FIRST_STEP = 1.5  # over the fourth root of the dimensions
_ACCEPTED = 0.7  # of steps, wished for: in a ball few long ones do best
_DEPTH, _SHALLOW = 6, 2  # of trees, at most; shallow where jumps do the mixing
_MIXING = 0.5  # share of jumps taken from which they do
_MOST_STARTS = 50
_RARE = 0.02  # a share, below which a mark is too rare to judge chains by


class DensityOp(SlopedOp):
    """ln posterior density at (u, explanation), a vector of one."""

    def __init__(self, posterior: WhitenedPosterior) -> None:
        super().__init__()
        self.posterior = posterior

    def found(self, *inputs: Any) -> Density:
        apart, which = inputs
        return self.posterior.at(apart, int(which))

    def values(self, found: Density) -> Floats:
        return np.array([found.ln_density])

    def pulled_back(self, found: Density, weights: Floats, *_: Any) -> tuple[Floats]:
        return (weights[0] * found.slope,)


@dataclass(slots=True, eq=False)
class Chain:
    """Draws of one chain.

    apart    float64[draw, effect], u
    which    int64[draw], explanations
    changed  how often the explanation was, the place kept; jumped, both
    """

    apart: Floats
    which: Integers
    divergences: int = 0
    changed: int = 0
    jumped: int = 0


def learn_slowly(
    person: Person,
    taken: Regimen,
    observations: Sequence[Observation],
    *,
    n_draws: int = 250,
    chains: int = 4,
    n_tuning: int = 60,
    min_ess: float = 400.0,
    seed: int = 0,
) -> Learning:
    """What the measurements leave possible of a person, by Markov chains.

    May be called in a fresh process: all that goes in and comes out can be pickled.

    Args:
        person: before anything was measured.
        taken: what the person says was taken, from time 0.
        observations: earliest first or not; several at one time are allowed.
        n_draws: of each chain, after tuning.
        chains: 2 or more, one after another.
        n_tuning: draws in which the step is tuned, once for all chains.
        min_ess: effective draws of every quantity, below which there is a reason
            against the draws.
        seed: the same seed and question give the same draws.

    Returns: draws of equal weight; road `slow`, `chains` with their diagnostics, and
        reasons where the chains have not converged.

    Raises: ObservationError without observations; IntegrationFailed where not even the
        typical person's course integrates.
    """
    asked = asked_of(person, taken, observations)
    posterior = whitened_posterior(person, taken, observations, asked)
    sampler = _sampler(posterior)
    _tuned(posterior, sampler, stream(seed, "slow road", "tuning"), n_tuning)
    made = [
        _chain(posterior, sampler, stream(seed, "slow road", f"chain {n}"), n_draws)
        for n in range(chains)
    ]
    apart = np.concatenate([chain.apart for chain in made])
    which = np.concatenate([chain.which for chain in made])
    seen = posterior.many(apart, which)
    known, combination = posterior.explanations.parts(which)
    n = len(which)
    weights = frozen_array(np.full(n, -np.log(n)))
    particles = Particles(
        known,
        frozen_array(person.population.x[known]),
        frozen_array(seen.z),
        posterior.explanations.alleles[combination],
        posterior.explanations.pattern[combination],
        weights,
    )
    divergences = sum(chain.divergences for chain in made)
    verdict = judge_chains(
        _judged(particles, seen, chains), divergences, min_ess=min_ess
    )
    reasons = verdict.reasons if isinstance(verdict, NotConverged) else ()
    learned = Learned(
        particles,
        frozen_array(seen.answered.predicted),
        asked.mode,
        weights,
        _evidence(posterior, apart, which, seen, stream(seed, "slow road", "bridge")),
        posterior.n_failed,
    )
    worth = min(figures.bulk_ess for figures in verdict.figures)
    return Learning(
        learned,
        asked.accounts,
        asked.expectations,
        (Tried("slow", n, worth, -np.inf, reasons),),
        Chains(
            verdict,
            divergences,
            posterior.n_slopes,
            float(sampler.step_size),
            sum(chain.changed for chain in made) / n,
            sum(chain.jumped for chain in made) / n,
        ),
    )


def _sampler(posterior: WhitenedPosterior) -> pm.NUTS:
    """NUTS in u, given an explanation; its metric is the linear picture's."""
    d = posterior.roots.shape[1]
    with pm.Model():
        apart = pm.Flat("apart", shape=d)
        which = pm.DiscreteUniform("which", 0, posterior.explanations.n - 1, initval=0)
        pm.Potential("posterior", DensityOp(posterior)(apart, which).sum())
        return pm.NUTS(
            [apart],
            potential=QuadPotentialDiag(np.ones(d)),
            step_scale=_FIRST_STEP,
            target_accept=_ACCEPTED,
            max_treedepth=_DEPTH,
            # One operation of our own: there is nothing to compile.
            mode=Compiling(linker="py", optimizer="fast_compile"),
        )


def _tuned(
    posterior: WhitenedPosterior,
    sampler: pm.NUTS,
    rng: np.random.Generator,
    n_tuning: int,
) -> None:
    """Finds the length of steps, and how deep trees must be, once for all chains."""
    sampler.tune = True
    found = _chain(posterior, sampler, rng, n_tuning)
    sampler.tune = False
    if found.jumped > _MIXING * n_tuning:
        sampler.max_treedepth = _SHALLOW


def _chain(
    posterior: WhitenedPosterior,
    sampler: pm.NUTS,
    rng: np.random.Generator,
    n_draws: int,
) -> Chain:
    """One chain from a start of its own; what led there is left out."""
    own, sampler.rng, sampler.potential.rng = rng.spawn(3)
    apart, which = _start(posterior, own)
    chain = Chain(np.empty((n_draws, len(apart))), np.empty(n_draws, np.int64))
    for number in range(-_SETTLING, n_draws):
        point, (told,) = sampler.step({"apart": apart, "which": np.array(which)})
        apart = np.array(point["apart"])
        explained = posterior.explained_anew(apart, which, own)
        placed, last = posterior.placed_anew(apart, explained, own)
        if number >= 0:
            chain.apart[number], chain.which[number] = placed, last
            chain.divergences += bool(told["diverging"])
            chain.changed += explained != which
            chain.jumped += bool(np.any(placed != apart))
        apart, which = placed, last
    return chain


def _start(
    posterior: WhitenedPosterior, rng: np.random.Generator
) -> tuple[Floats, int]:
    """A person and an explanation as they come before the measurements."""
    explanations = posterior.explanations
    which = explanations.drawn_before(_MOST_STARTS, rng)
    known, _ = explanations.parts(which)
    normal = rng.normal(size=(_MOST_STARTS, posterior.roots.shape[1]))
    z = np.einsum("nij,nj->ni", posterior.roots[known], normal)
    apart = explanations.given(which).apart(z)
    seen = posterior.many(apart, which)
    possible = np.flatnonzero(np.isfinite(seen.ln_density))
    if not len(possible):
        # The mode was found, and there the course integrates.
        return np.zeros(apart.shape[1]), int(explanations.drawn(1, rng)[0])
    return apart[possible[0]], int(which[possible[0]])


def _judged(particles: Particles, seen: Seen, chains: int) -> dict[str, Floats]:
    """What chains are judged by, each [chain, draw, ...]."""
    marks = {
        "account": particles.pattern[:, None],
        **{
            f"gene {n}": column[:, None] for n, column in enumerate(particles.alleles.T)
        },
    }
    table = {"effect": particles.z, "ln prediction": seen.answered.predicted}
    for name, numbers in marks.items():
        every = np.arange(numbers.max() + 1)
        shares = np.mean(numbers == every, axis=0)
        often = every[(shares > _RARE) & (shares < 1.0 - _RARE)]
        if len(often):
            table[name] = (numbers == often).astype(np.float64)
    return {
        name: columns.reshape(chains, -1, columns.shape[1])
        for name, columns in table.items()
    }


def _evidence(
    posterior: WhitenedPosterior,
    apart: Floats,
    which: Integers,
    seen: Seen,
    rng: np.random.Generator,
) -> float:
    """ln evidence, by the bridge between the draws and the linear picture."""
    proposed, explanation = posterior.proposed(len(which), rng)
    other = posterior.many(proposed, explanation)
    return ln_evidence(
        seen.ln_density - posterior.ln_proposal(apart, which),
        other.ln_density - posterior.ln_proposal(proposed, explanation),
    )
