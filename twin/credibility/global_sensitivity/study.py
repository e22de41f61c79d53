"""All of one patient's sensitivities: by effect, by scale, by what is not known."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats.qmc import Sobol

from twin.credibility.global_sensitivity.dependent import (
    DependentIndices,
    dependent_indices,
)
from twin.credibility.global_sensitivity.patient import (
    LABORATORY,
    POPULATION,
    PatientModel,
)
from twin.credibility.global_sensitivity.pick_freeze import (
    Indices,
    Picks,
    pick_freeze,
)
from twin.credibility.global_sensitivity.sobol_design import (
    EDGE,
    sobol_indices,
)
from twin.inference.particles import prior_particles
from twin.inference.scale_shares import ScaleShares, moving, scale_shares
from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.scales import SCALES

_AXES_SHARE = 4  # of the base picks, one in so many is enough for a direction
_LAW_HALVES = 2.0  # half widths of 95 % that a law may be missed by, both together
_REQUEST = (128, 4)  # draws of the population, and people for each, of an answer


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """Principal axes of what is not known, the least known first.

    ln_sds      float64[axis], spread of the posterior along each
    loadings    float64[axis, parameter], unit vectors in the logarithms
    parameters  names
    indices     of the axes, as if they were independent
    kept        float64[output], variance with independent axes over that of whole draws
    """

    ln_sds: Floats
    loadings: Floats
    parameters: tuple[str, ...]
    indices: Indices
    kept: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """What carries the spread of one patient's dose and course.

    by_effect   each difference between people, lack of knowledge as one factor,
                occasion and assay, by SALib
    by_scale    the same by scale, by picks of our own
    knowledge   lack of knowledge by scale, in the typical person
    axes        and by principal axes
    request     shares as an answer has them, from few draws
    """

    by_effect: Indices
    by_scale: Indices
    knowledge: DependentIndices
    axes: Axes
    request: ScaleShares
    seed: int

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names, in the order of all columns."""
        return self.by_scale.outputs

    def carried(self) -> dict[str, dict[str, Floats]]:
        """Kind -> scale -> share of the whole variance, float64[output]; sum 1.

        First-order indices; lack of knowledge is shared out by covariance.  What only
        several factors do together is its own kind, `together`, with the scale `all`.
        """
        first = dict(zip(self.by_scale.factors, self.by_scale.first, strict=True))
        unknown = dict(zip(self.knowledge.groups, self.knowledge.share, strict=True))
        return {
            "person": {s: first[s] for s in SCALES if s in first and s != LABORATORY},
            "knowledge": {
                s: np.asarray(first[POPULATION] * part) for s, part in unknown.items()
            },
            "reading": {LABORATORY: first[LABORATORY]},
            "together": {"all": self.by_scale.together},
        }


def study(model: PatientModel, *, n_base: int, seed: int) -> Study:
    """Everything for one patient.

    Args:
        model: of the patient.
        n_base: base picks, a power of 2.
        seed: the same seed gives the same figures.
    """
    by_effect = sobol_indices(
        model.by_effect,
        model.at_points,
        n_base=n_base,
        outputs=model.outputs,
        rng=stream(seed, "by effect"),
    )
    dice = stream(seed, "by scale")
    by_scale = pick_freeze(
        *_two_picks(model, n_base, dice),
        model.by_scale,
        model.at,
        outputs=model.outputs,
        rng=dice,
    )
    return Study(
        by_effect,
        by_scale,
        knowledge_by_scale(model, n_base=n_base, rng=stream(seed, "knowledge")),
        axes(model, n_base=max(2, n_base // _AXES_SHARE), rng=stream(seed, "axes")),
        request_shares(model, rng=stream(seed, "request")),
        seed,
    )


def _two_picks(
    model: PatientModel, n_base: int, rng: np.random.Generator
) -> tuple[Picks, Picks]:
    """Two independent sets of picks, at the halves of Sobol's points, scrambled."""
    columns = model.columns
    at = np.clip(Sobol(2 * len(columns), rng=rng).random(n_base), EDGE, 1.0 - EDGE)
    first, second = at[:, : len(columns)].T, at[:, len(columns) :].T
    return (
        model.picks_at(dict(zip(columns, first, strict=True))),
        model.picks_at(dict(zip(columns, second, strict=True))),
    )


def broken_laws(found: Study) -> list[str]:
    """What the figures break of that which holds for all such indices."""
    broken = []
    for what, own in (("by effect", found.by_effect), ("by scale", found.by_scale)):
        allowed = _LAW_HALVES * (own.first_half + own.total_half)
        for row, column in np.argwhere(own.first > own.total + allowed + 1e-9):
            broken.append(
                f"{what}: {own.factors[row]} carries more of {own.outputs[column]} by "
                "itself than with others"
            )
    one, other = (
        (own, own.factors.index(POPULATION))
        for own in (found.by_effect, found.by_scale)
    )
    apart = np.abs(one[0].first[one[1]] - other[0].first[other[1]])
    allowed = _LAW_HALVES * (one[0].first_half[one[1]] + other[0].first_half[other[1]])
    broken += [
        f"{found.outputs[column]}: SALib and our own estimator differ in the share of "
        "lack of knowledge"
        for column in np.flatnonzero(apart > allowed + 1e-9)
    ]
    return broken


def knowledge_by_scale(
    model: PatientModel, *, n_base: int, rng: np.random.Generator
) -> DependentIndices:
    """Lack of knowledge of the typical person's outputs, by scale."""
    which = moving(model.levers)
    scale_of = [model.levers.known[number].scale for number in which]
    groups = [scale for scale in SCALES if scale in scale_of]
    return dependent_indices(
        model.population.x[:, which],
        np.array([groups.index(scale) for scale in scale_of], np.int64),
        lambda x: model.typical(_whole(model, x, which)),
        groups=groups,
        outputs=model.outputs,
        n_base=n_base,
        rng=rng,
    )


def axes(model: PatientModel, *, n_base: int, rng: np.random.Generator) -> Axes:
    """Lack of knowledge by principal axes of the posterior.

    Scores along the axes are uncorrelated; here they are drawn independently, each as
    it is distributed among the draws.  `kept` says what that does to the variance.
    """
    which = moving(model.levers)
    draws = model.population.x[:, which]
    centre = draws.mean(axis=0)
    sizes, vectors = np.linalg.eigh(np.cov(draws, rowvar=False))
    order = np.argsort(-sizes)
    loadings = vectors[:, order].T
    # A vector and its negative are one axis; the largest loading is positive.
    largest = np.argmax(np.abs(loadings), axis=1)
    loadings *= np.sign(loadings[np.arange(len(loadings)), largest])[:, None]
    scores = (draws - centre) @ loadings.T
    names = [f"axis {number}" for number in range(1, len(loadings) + 1)]

    def along(points: Mapping[str, npt.NDArray[np.float64]]) -> Floats:
        at = np.stack(
            [np.quantile(scores[:, k], points[n]) for k, n in enumerate(names)], axis=1
        )
        return model.typical(_whole(model, centre + at @ loadings, which))

    indices = sobol_indices(
        {name: (name,) for name in names},
        along,
        n_base=n_base,
        outputs=model.outputs,
        rng=rng,
    )
    whole = np.nanvar(model.typical(model.population.x), axis=0)
    known = model.levers.known
    return Axes(
        np.sqrt(np.maximum(sizes[order], 0.0)),
        loadings,
        tuple(" ".join(known[number].key) for number in which),
        indices,
        indices.variance / np.where(whole > 0, whole, 1.0),
    )


def request_shares(model: PatientModel, *, rng: np.random.Generator) -> ScaleShares:
    """Shares from as few draws as an answer has, beside the indices."""
    n_known, n_each = _REQUEST
    particles = prior_particles(
        model.levers, model.population, n_known=n_known, n_each=n_each, rng=rng
    )
    values = model.of_person(particles.x, particles.z, particles.alleles)
    return scale_shares(
        values, particles, model.levers, measurement=reading_variance(model)
    )


def reading_variance(model: PatientModel) -> Floats:
    """Variance of one reading about the typical person, float64[output]."""
    n_effects = len(model.population.effects.effects)
    x = np.repeat(model.population.x.mean(axis=0)[None], 2, axis=0)
    up, down = model.of_person(
        x, np.zeros((2, n_effects)), occasion=np.array([1.0, -1.0])
    )
    return np.asarray((0.5 * (up - down)) ** 2 + model.assay**2)


def _whole(model: PatientModel, x: Floats, which: npt.NDArray[np.int64]) -> Floats:
    """All known parameters, those that move nothing at their means."""
    found = np.repeat(model.population.x.mean(axis=0)[None], len(x), axis=0)
    found[:, which] = x
    return found
