"""Moves of particles that leave a tempered posterior as it is.

Each proposes for all particles at once, so that the engine is asked once, and accepts
by Metropolis and Hastings.  Three kinds: a walk; a jump to where other particles are;
another draw of the population, other alleles and another account of the tablets.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.inference.cloud import Cloud, Ground
from twin.inference.linear_picture import (
    cholesky_roots,
    ln_determinant,
    ln_normal,
    ln_student,
    standardised,
)
from twin.inference.particles import alleles_of, drawn_by_share
from twin.vocabulary.ensemble import Floats

Integers = npt.NDArray[np.int64]

_FREEDOM = 8.0  # of Student's t that is fitted to particles
_WIDER = 1.1  # of its scale over theirs
_STRIDE = 2.38  # over the root of the dimensions: Gelman, Roberts & Gilks (1996)
_NEW = 0.9  # of accounts proposed as often as particles have them


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What the particles look like, in units of the prior's roots.

    centres   float64[pattern, effect], under each account of the tablets
    roots     float64[pattern, effect, effect]
    patterns  float64[pattern], shares of the accounts
    """

    centres: Floats
    roots: Floats
    patterns: Floats

    def drawn(self, pattern: Integers, rng: np.random.Generator) -> Floats:
        """Draws of Student's t under these accounts, float64[draw, effect]."""
        normal = rng.normal(size=(len(pattern), self.centres.shape[1]))
        heavy = np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, size=len(pattern)))
        own = np.einsum("nij,nj->ni", self.roots[pattern], normal)
        return np.asarray(self.centres[pattern] + heavy[:, None] * own)

    def ln_density(self, white: Floats, pattern: Integers) -> Floats:
        """Of account and effects together, float64[draw]."""
        roots = self.roots[pattern]
        apart = white - self.centres[pattern]
        own = ln_student(standardised(apart, roots), _FREEDOM)
        return np.asarray(own - ln_determinant(roots) + np.log(self.patterns[pattern]))


def fitted(ground: Ground, cloud: Cloud) -> Fit:
    """Student's t of the particles of each account; of all where it has few."""
    white = ground.whitened(cloud.z, cloud.place)
    n, d = white.shape
    before = np.exp(ground.asked.question.patterns)
    count = np.bincount(cloud.pattern, minlength=len(before))
    centres, roots = np.empty((len(before), d)), np.empty((len(before), d, d))
    whole = _normal_of(white)
    for number in range(len(before)):
        own = white[cloud.pattern == number]
        enough = len(np.unique(own[:, 0])) > 4 * d
        centres[number], roots[number] = _normal_of(own) if enough else whole
    shares = _NEW * count / n + (1 - _NEW) * before
    return Fit(centres, roots, shares)


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """Particles after a move, and which share of them went."""

    cloud: Cloud
    accepted: float


def walked(
    ground: Ground,
    cloud: Cloud,
    fit: Fit,
    share: float,
    stride: float,
    rng: np.random.Generator,
) -> Moved:
    """A random step of the effects, as wide as particles of that account lie apart.

    Args:
        ground: what the particles stand on.
        cloud: the particles.
        fit: of the particles.
        share: of the ln likelihood that counts, 0 to 1.
        stride: over that which is best for many dimensions.
        rng: of steps and acceptance.
    """
    white = ground.whitened(cloud.z, cloud.place)
    normal = rng.normal(size=white.shape)
    step = np.einsum("nij,nj->ni", fit.roots[cloud.pattern], normal)
    tried = white + stride * _STRIDE / np.sqrt(white.shape[1]) * step
    other = ground.cloud(
        cloud.place,
        ground.coloured(tried, cloud.place),
        cloud.alleles,
        cloud.pattern,
    )
    return _accepted(cloud, other, ln_normal(tried) - ln_normal(white), share, rng)


def jumped(
    ground: Ground, cloud: Cloud, fit: Fit, share: float, rng: np.random.Generator
) -> Moved:
    """To where other particles are, under any account of the tablets.

    Args: as of `walked`.
    """
    white = ground.whitened(cloud.z, cloud.place)
    pattern = drawn_by_share(fit.patterns, len(white), rng)
    tried = fit.drawn(pattern, rng)
    other = ground.cloud(
        cloud.place, ground.coloured(tried, cloud.place), cloud.alleles, pattern
    )
    odds = ground.asked.question.patterns
    ln_ratio = ln_normal(tried) - ln_normal(white) + odds[pattern]
    ln_ratio += fit.ln_density(white, cloud.pattern) - odds[cloud.pattern]
    ln_ratio -= fit.ln_density(tried, pattern)
    return _accepted(cloud, other, ln_ratio, share, rng)


def explained_anew(
    ground: Ground, cloud: Cloud, fit: Fit, share: float, rng: np.random.Generator
) -> Moved:
    """Another draw of the population, other alleles and another account.

    Half of the particles keep their effects, in units of the prior; the others their
    place in the linear picture, where what changes moves the mode along.

    Args: as of `walked`.
    """
    n = len(cloud.z)
    question = ground.asked.question
    place = rng.integers(len(ground.x), size=n)
    alleles = alleles_of(question.levers, n, rng)
    pattern = drawn_by_share(fit.patterns, n, rng)
    plain = ground.coloured(ground.whitened(cloud.z, cloud.place), place)
    here = ground.given(cloud.place, cloud.alleles, cloud.pattern, share)
    there = ground.given(place, alleles, pattern, share)
    linear = there.effects(here.apart(cloud.z))
    along = rng.random(n) < 0.5
    other = ground.cloud(
        place, np.where(along[:, None], linear, plain), alleles, pattern
    )
    # Effects kept in units of the prior have the same density under both.
    stretched = there.ln_size - here.ln_size
    stretched += ground.ln_prior(other) - ground.ln_prior(cloud)
    ln_ratio = np.where(along, stretched, 0.0)
    odds = question.patterns - np.log(fit.patterns)
    ln_ratio += odds[pattern] - odds[cloud.pattern]
    return _accepted(cloud, other, ln_ratio, share, rng)


def _accepted(
    cloud: Cloud, other: Cloud, ln_ratio: Floats, share: float, rng: np.random.Generator
) -> Moved:
    """By Metropolis and Hastings; what does not integrate is never gone to."""
    possible = np.isfinite(other.ln_likelihood)
    gain = np.where(possible, other.ln_likelihood, 0.0) - cloud.ln_likelihood
    whether = possible & (np.log(rng.random(len(gain))) < ln_ratio + share * gain)
    return Moved(cloud.where(whether, other), float(np.mean(whether)))


def _normal_of(white: Floats) -> tuple[Floats, Floats]:
    """Mean, and root of the widened covariance; never without any width."""
    d = white.shape[1]
    covariance = np.cov(white, rowvar=False) + 1e-6 * np.eye(d)
    return white.mean(axis=0), _WIDER * cholesky_roots(covariance)
