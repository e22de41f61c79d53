"""Particles on their way from the prior to the posterior, and what they stand on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.inference.asking import Asked
from twin.inference.linear_picture import (
    Given,
    cholesky_roots,
    effects_given,
    ln_determinant,
    ln_normal,
    standardised,
)
from twin.inference.particles import alleles_of, drawn_by_share, draws_of
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.population import Population

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Equally weighted particles.

    place          int64[draw], which draw of the population
    z              float64[draw, effect]
    alleles        int64[draw, gene]
    pattern        int64[draw], which account of the tablets
    predicted      float64[draw, sample], ln
    ln_likelihood  float64[draw]
    """

    place: Integers
    z: Floats
    alleles: Integers
    pattern: Integers
    predicted: Floats
    ln_likelihood: Floats

    def rows(self, which: Integers) -> "Cloud":
        """Some of the particles."""
        return Cloud(*(part[which] for part in self._parts))

    def where(self, moved: npt.NDArray[np.bool_], other: "Cloud") -> "Cloud":
        """The particles of `other` where they were moved, else these."""
        both = zip(self._parts, other._parts, strict=True)
        return Cloud(
            *(np.where(moved if a.ndim == 1 else moved[:, None], b, a) for a, b in both)
        )

    @property
    def _parts(self) -> tuple[Any, ...]:
        return (
            *(self.place, self.z, self.alleles),
            *(self.pattern, self.predicted, self.ln_likelihood),
        )


@dataclass(eq=False)
class Ground:
    """What does not change while particles move.

    x         float64[known, parameter], draws of the population; centre their mean
    priors    float64[known, effect, effect], covariances of the effects; roots likewise
    n_failed  courses that did not integrate so far
    """

    asked: Asked
    population: Population
    x: Floats
    centre: Floats
    priors: Floats
    roots: Floats
    n_failed: int = 0

    @classmethod
    def of(cls, asked: Asked, population: Population) -> "Ground":
        """For a question about one of a population."""
        priors = population.covariances(np.arange(population.n_draws))
        return cls(
            asked,
            population,
            population.x,
            population.x.mean(axis=0),
            priors,
            cholesky_roots(priors),
        )

    def cloud(
        self, place: Integers, z: Floats, alleles: Integers, pattern: Integers
    ) -> Cloud:
        """Particles at these places; their courses are run."""
        answered = self.asked.question.answered(
            self.x[place], z, alleles, pattern, self.asked.mode.noise
        )
        self.n_failed += answered.n_failed
        return Cloud(
            place, z, alleles, pattern, answered.predicted, answered.ln_likelihood
        )

    def from_prior(self, n_known: int, n_each: int, rng: np.random.Generator) -> Cloud:
        """Before any measurement: n_each people of each of some draws."""
        place = np.repeat(draws_of(self.population, n_known, rng), n_each)
        n = len(place)
        normal = rng.normal(size=(n, self.roots.shape[1]))
        question = self.asked.question
        return self.cloud(
            place,
            self.coloured(normal, place),
            alleles_of(question.levers, n, rng),
            drawn_by_share(np.exp(question.patterns), n, rng),
        )

    def coloured(self, normal: Floats, place: Integers) -> Floats:
        """Effects of people who lie so many roots of the prior from the mean."""
        return np.asarray(np.einsum("nij,nj->ni", self.roots[place], normal))

    def whitened(self, z: Floats, place: Integers) -> Floats:
        """The inverse of `coloured`."""
        return standardised(z, self.roots[place])

    def ln_prior(self, cloud: Cloud) -> Floats:
        """ln density of the effects given the draw of the population, float64[draw]."""
        white = ln_normal(self.whitened(cloud.z, cloud.place))
        return np.asarray(white - ln_determinant(self.roots)[cloud.place])

    def given(
        self, place: Integers, alleles: Integers, pattern: Integers, share: float
    ) -> Given:
        """The effects of such draws in the linear picture, `share` of the measurements
        counted."""
        tilt, mode = self.asked.tilt, self.asked.mode
        moved = tilt.moved(self.x[place] - self.centre, alleles, pattern)
        return effects_given(mode, moved, self.priors, place, share)
