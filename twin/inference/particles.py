"""Particles of one person: weighted draws of all that is not known of him."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.inference.levers import Levers
from twin.vocabulary.ensemble import Ensemble, Floats, frozen_array
from twin.vocabulary.population import Population

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Particles:
    """Draws of (population, person, alleles, tablets), with weights.

    knowledge    int64[draw], which draw of the population each particle has
    x            float64[draw, known]
    z            float64[draw, effect]
    alleles      int64[draw, gene], of the genes that are not certain
    pattern      int64[draw], which account of the tablets taken
    log_weights  float64[draw], sum of the weights 1
    """

    knowledge: Integers
    x: Floats
    z: Floats
    alleles: Integers
    pattern: Integers
    log_weights: Floats

    @property
    def n(self) -> int:
        """How many particles there are."""
        return len(self.knowledge)

    @property
    def weights(self) -> Floats:
        """float64[draw], sum 1."""
        return np.asarray(np.exp(self.log_weights))

    def ensemble(self, levers: Levers) -> Ensemble:
        """The particles' parameters, one draw each."""
        values = levers.parameters(self.x, self.z, self.alleles)
        return Ensemble(levers.names, frozen_array(values), self.log_weights)

    def rows(self, which: Integers, log_weights: Floats) -> "Particles":
        """Some of the particles, with other weights."""
        return Particles(
            self.knowledge[which],
            self.x[which],
            self.z[which],
            self.alleles[which],
            self.pattern[which],
            frozen_array(log_weights),
        )


def prior_particles(
    levers: Levers,
    population: Population,
    *,
    n_known: int,
    n_each: int,
    rng: np.random.Generator,
) -> Particles:
    """What is known of a person before anything was measured of him.

    Args:
        levers: of the person.
        population: what the development data left open.
        n_known: draws of the population.
        n_each: people for each of them, so that what is not known of people in
            general and what differs between them can be told apart afterwards.
    """
    chosen = draws_of(population, n_known, rng)
    knowledge = np.repeat(chosen, n_each)
    roots = np.linalg.cholesky(population.covariances(chosen))
    normal = rng.normal(size=(n_known, n_each, len(population.effects.effects)))
    z = np.einsum("kij,knj->kni", roots, normal).reshape(len(knowledge), -1)
    n = len(knowledge)
    return Particles(
        knowledge,
        frozen_array(population.x[knowledge]),
        frozen_array(z),
        alleles_of(levers, n, rng),
        np.zeros(n, np.int64),
        frozen_array(np.full(n, -np.log(n))),
    )


def draws_of(population: Population, n: int, rng: np.random.Generator) -> Integers:
    """Which draws of the population to take; none twice while there are others."""
    rounds = -(-n // population.n_draws)
    found = [rng.permutation(population.n_draws) for _ in range(rounds)]
    return np.concatenate(found)[:n].astype(np.int64)


def alleles_of(
    levers: Levers,
    n: int,
    rng: np.random.Generator,
    shares: Sequence[Floats] | None = None,
) -> Integers:
    """A pair of alleles for each particle, in proportion to what is likely.

    Systematic draws in random order: rare pairs come as often as they should.

    Args:
        levers: of the person.
        n: particles.
        rng: of the draws.
        shares: for each uncertain gene float64[possibility], in place of what is
            likely.
    """
    found = np.zeros((n, len(levers.genes)), np.int64)
    for place, gene in enumerate(levers.genes):
        own = gene.weights if shares is None else shares[place]
        found[:, place] = drawn_by_share(own, n, rng)
    return found


def drawn_by_share(shares: Floats, n: int, rng: np.random.Generator) -> Integers:
    """Places by their shares, int64[n]: systematic draws in random order."""
    at = (np.arange(n) + rng.random()) / n
    drawn = np.searchsorted(np.cumsum(shares), at, side="right")
    return rng.permutation(np.minimum(drawn, len(shares) - 1)).astype(np.int64)
