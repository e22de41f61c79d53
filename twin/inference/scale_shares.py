"""Where the spread of a patient's answer arises, scale by scale, in milliseconds.

A quantity of the draws is split into parts that are linear in what is not known of the
patient, one part a scale.  A part's share is its covariance with the whole: shares sum
to 1 also where scales are not independent, and a scale whose uncertainty others cancel
may have a negative one.  What is not linear is not shared out; how much that is, is
said.  For indices that see it, slower, ask `twin.credibility.global_sensitivity`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.errors import NumericsError
from twin.inference.levers import Levers
from twin.inference.particles import Particles
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.scales import SCALES

Integers = npt.NDArray[np.int64]

_ALIKE = 1e-10  # eigenvalue, over the largest, of inputs that are one
_DRAWS_PER_SLOPE = 4  # fewer, and slopes are taken over all draws alike


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A quantity's variance by groups of inputs, float64[group, ...] or [...].

    share     Cov(part, linear part)/Var(linear part), sum 1; 0 where nothing varies
    own       Var(part)/Var(linear part): the share it had if groups were independent
    variance  of the linear part
    linear    how much of the whole variance the linear part is, at most 1; corrected
              for the number of slopes
    """

    share: Floats
    own: Floats
    variance: Floats
    linear: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ScaleShares:
    """Shares of the variance of some quantities, float64[scale, ...]; all sum to 1.

    scales     in the order of `SCALES`
    person     between people of one description, or what measurements left open of one
    knowledge  of the population's parameters
    reading    of one measurement: occasion and assay, at the scale `laboratory`
    linear     how much of the spread of the draws the shares speak of, float64[...]
    n_lost     draws that have no value
    """

    scales: tuple[str, ...]
    person: Floats
    knowledge: Floats
    reading: Floats
    linear: Floats
    n_lost: int

    @property
    def together(self) -> Floats:
        """float64[scale, ...], all three kinds."""
        return np.asarray(self.person + self.knowledge + self.reading)


def scale_shares(
    values: npt.ArrayLike,
    particles: Particles,
    levers: Levers,
    *,
    measurement: npt.ArrayLike = 0.0,
) -> ScaleShares:
    """Shares of the spread by kind and scale.

    Args:
        values: [draw, ...], on the scale on which variances mean something (logarithms
            for doses, concentrations and the INR); NaN where a draw failed.
        particles: the draws, before or after measurements.
        levers: of the same person.
        measurement: variance of one reading, broadcast to [...].

    Raises: NumericsError for values of another number of draws.
    """
    own = np.asarray(values, dtype=np.float64)
    if len(own) != particles.n:
        raise NumericsError(
            f"{len(own)} values for {particles.n} draws; give one or more a draw"
        )
    flat = own.reshape(len(own), -1)
    whole = np.all(np.isfinite(flat), axis=1)
    inputs, group = inputs_of(particles, levers)
    scales = tuple(SCALES)
    found = linear_parts(
        flat[whole],
        inputs[whole],
        group,
        n_groups=2 * len(scales),
        weights=particles.weights[whole],
    )
    noise = np.broadcast_to(np.asarray(measurement, np.float64), own.shape[1:]).ravel()
    total = found.variance + noise
    scale = np.where(total > 0, total, 1.0)
    share = found.share * (found.variance / scale)
    reading = np.zeros((len(scales), flat.shape[1]))
    reading[scales.index("laboratory")] = noise / scale
    shape = (len(scales), *own.shape[1:])
    return ScaleShares(
        scales,
        share[: len(scales)].reshape(shape),
        share[len(scales) :].reshape(shape),
        reading.reshape(shape),
        found.linear.reshape(own.shape[1:]),
        int(np.sum(~whole)),
    )


def person_part(values: Floats, particles: Particles, levers: Levers) -> Floats:
    """What of a quantity follows the person's own effects and alleles, linearly.

        y ≈ a + sum of b_i x_i,   the sum over the person's inputs alone, mean 0

    Taken off, it leaves what draws of the population do to the quantity with hardly any
    chance of whose draw it is: few draws then tell what is not known from who is asked.

    Args:
        values: float64[draw, quantity], finite.
        particles: as many, before any measurement: effects do not hang on the draw of
            the population.
        levers: of the person.
    """
    inputs, group = inputs_of(particles, levers)
    weights = particles.weights / particles.weights.sum()
    own = group < len(SCALES)
    apart = inputs - weights @ inputs
    slopes = _slopes(values, inputs, weights)
    return np.asarray(np.einsum("ni,iq->nq", apart[:, own], slopes[own]))


def inputs_of(particles: Particles, levers: Levers) -> tuple[Floats, Integers]:
    """What is not known of a person as columns, and whose group each column is.

    Returns: float64[draw, column], and int64[column]: place in `SCALES` for what is the
    person's (effects, alleles), beyond them for the population's parameters.
    """
    places = {scale: place for place, scale in enumerate(SCALES)}
    effects = levers.effects
    columns = list(particles.z.T)
    group = [places[effect.scale] for effect in effects.effects]
    for number, gene in enumerate(levers.genes):
        for other in range(1, len(gene.weights)):
            columns.append((particles.alleles[:, number] == other).astype(np.float64))
            group.append(places[effects.gene_scales[gene.gene]])
    for number in moving(levers):
        columns.append(particles.x[:, number])
        group.append(len(SCALES) + places[levers.known[number].scale])
    return np.stack(columns, axis=1), np.array(group, np.int64)


def moving(levers: Levers) -> Integers:
    """Which of the known parameters move anything of this person, int64[.]."""
    moves = np.any(levers.slopes != 0, axis=1) | np.any(levers.bends != 0, axis=1)
    for gene in levers.genes:
        moves[gene.of] |= np.any(gene.slopes != 0, axis=(0, 2))
    return np.flatnonzero(moves)


def linear_parts(
    values: Floats,
    inputs: Floats,
    group: Integers,
    *,
    n_groups: int,
    weights: Floats | None = None,
) -> Parts:
    """The variance of quantities by groups of inputs, in the linear picture.

        y ≈ a + sum over groups of y_g,   y_g = sum over its inputs of b_i x_i
        share_g = Cov(y_g, sum y_h)/Var(sum y_h)

    b by least squares over the draws.  Where the weights leave few draws, b are taken
    over all draws alike: slopes belong to the model, weights to what is believed.

    Args:
        values: float64[draw, quantity], finite.
        inputs: float64[draw, input].
        group: int64[input], from 0 to `n_groups` - 1.
        weights: float64[draw]; equal if left out.

    Returns: float64[group, quantity] and float64[quantity].

    Source: Li et al. (2010), J Phys Chem A 114:6022-6032 (structural and correlative
    contributions); Xu & Gertner (2008), Reliab Eng Syst Saf 93:1563-1573.
    Assumes: slopes that are the same over the draws; `linear` says how far so.
    """
    n, n_inputs = inputs.shape
    if weights is None:
        weights = np.ones(n)
    weights = weights / weights.sum()
    effective = 1.0 / np.sum(weights**2)
    few = effective < _DRAWS_PER_SLOPE * n_inputs
    slopes = _slopes(values, inputs, np.full(n, 1.0 / n) if few else weights)
    apart = inputs - weights @ inputs
    parts = np.zeros((n_groups, n, values.shape[1]))
    for number in range(n_groups):
        own = group == number
        parts[number] = np.einsum("ni,iq->nq", apart[:, own], slopes[own])
    linear = parts.sum(axis=0)
    variance = weights @ linear**2
    scale = np.where(variance > 0, variance, 1.0)
    share = np.einsum("n,gnq,nq->gq", weights, parts, linear) / scale
    own_share = np.einsum("n,gnq->gq", weights, parts**2) / scale
    whole = weights @ (values - weights @ values) ** 2
    missed = weights @ (values - weights @ values - linear) ** 2
    left = np.where(whole > 0, missed / np.where(whole > 0, whole, 1.0), 0.0)
    freedom = (effective - 1.0) / max(effective - 1.0 - n_inputs, 1.0)
    return Parts(share, own_share, variance, 1.0 - left * freedom)


def _slopes(values: Floats, inputs: Floats, weights: Floats) -> Floats:
    """Weighted least squares, float64[input, quantity]; 0 for what does not vary.

    By the inputs' correlation matrix: it is small, and sums that numpy does by itself
    wake no threads of BLAS, which would cost a request more than the sums.
    """
    apart = inputs - weights @ inputs
    together = np.einsum("ni,nj->ij", weights[:, None] * apart, apart)
    size = np.sqrt(np.diag(together))
    size = np.where(size > 0, size, 1.0)
    with_values = np.einsum(
        "ni,nq->iq", weights[:, None] * apart, values - weights @ values
    )
    found = np.linalg.lstsq(
        together / np.outer(size, size), with_values / size[:, None], rcond=_ALIKE
    )[0]
    return np.asarray(found / size[:, None])
