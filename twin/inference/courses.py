"""Courses of one person or many, and how they follow the population and each one.

Each course is a group of rows of one prepared question to the engine.  Slopes are
taken along the few directions in which any population parameter or personal effect
moves the constants; two that move them alike are one direction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import ProthrombinSurrogate
from twin.engine.compiled import CompiledEngine
from twin.engine.slopes import PreparedSlopes, prepare_slopes
from twin.errors import IntegrationFailed
from twin.inference.course_reader import CourseReader, Courses, Sample, course_reader
from twin.inference.levers import Levers, set_starts
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Regimen

Integers = npt.NDArray[np.int64]

_STEP = 1e-6  # of a move along a direction, on the logarithm
_FAINT = 1e-4  # of the largest move of the samples: fainter ones have no slope here
_TINY = np.finfo(float).tiny


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """Directions in which the constants move, and what moves them along these.

    moves    float64[direction, parameter], of the logarithms of the constants
    known    float64[group, known, direction]; bends likewise, of x²
    effects  float64[effect, direction]
    """

    moves: Floats
    known: Floats
    bends: Floats
    effects: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CourseModel:
    """A family of courses, ready to be asked at any (x, z).

    samples    what is asked for, in order
    ln_centre  float64[group, parameter], of the constants with their offsets
    offset     float64[parameter], see `Levers`
    """

    samples: tuple[Sample, ...]
    names: tuple[str, ...]
    ln_centre: Floats
    offset: Floats
    levers: "_Levers"
    directions: Directions
    asked: PreparedSlopes
    reader: CourseReader
    fixed: Mapping[str, float]
    has_cycle: bool
    effect_names: tuple[str, ...]

    @property
    def n_groups(self) -> int:
        """How many courses there are."""
        return len(self.ln_centre)

    @property
    def group(self) -> Integers:
        """int64[sample], whose course each is of."""
        return self.reader.group

    def at(self, x: Floats, z: Floats, along: Directions | None = None) -> Courses:
        """Logarithms of the samples and their slopes along directions.

        Args:
            x: float64[known].
            z: float64[group, effect].
            along: those of the model if left out.

        Raises: IntegrationFailed where a course does not integrate.
        """
        moves = (along or self.directions).moves
        base = self.ln_centre + self.levers.moved(x, z)
        moved = base[:, None, :] + _STEP * moves
        rows = np.exp(np.concatenate([base[:, None, :], moved], axis=1)) - self.offset
        if self.has_cycle:
            set_starts(rows.reshape(-1, rows.shape[-1]), self.names, self.fixed)
        found = self.asked.at(rows[:, 0], rows[:, 1:], _STEP)
        if found.failures:
            raise IntegrationFailed(
                len(found.failures), self.n_groups, found.failures[0][1]
            )
        return self.reader.read(found.values, found.slopes, rows[:, 0], moves)

    def values(self, x: Floats, z: Floats, group: int) -> Floats:
        """Logarithms of one group's samples for many draws, without slopes.

        Args:
            x: float64[draw, known].
            z: float64[draw, effect].
            group: whose course.

        Returns: float64[draw, sample of the group]; NaN where one does not integrate.
        """
        moved = x @ self.levers.slopes[group] + (x * x) @ self.levers.bends[group]
        moved = moved + z @ self.levers.exponents + self.ln_centre[group]
        rows = np.exp(moved) - self.offset
        if self.has_cycle:
            set_starts(rows, self.names, self.fixed)
        # Where one regimen was prepared all groups follow it.
        regimen = min(group, len(self.asked.courses.regimens) - 1)
        found = self.asked.values_at(rows, np.full(len(rows), regimen))
        return self.reader.of_group(group).values(found.values, rows)

    def pulled_back(
        self, courses: Courses, x: Floats, weights: Floats
    ) -> tuple[Floats, Floats]:
        """Sum over samples of weight times slope: by x [known], by z [group, effect].

        Args:
            courses: from `at`, at the same point, along the model's own directions.
            weights: float64[sample].
        """
        own = self.directions
        by_group = np.zeros((self.n_groups, len(own.moves)))
        np.add.at(by_group, self.group, weights[:, None] * courses.slopes)
        slope = own.known + 2.0 * own.bends * x[:, None]
        return np.einsum("gd,gkd->k", by_group, slope), by_group @ own.effects.T


def course_model(
    spec: ModelSpec,
    levers: Sequence[Levers],
    regimens: Sequence[Regimen],
    samples: Sequence[Sample],
    *,
    surrogate: ProthrombinSurrogate,
    engine: CompiledEngine,
    tolerance: float | None = None,
    along_effects: bool = False,
) -> CourseModel:
    """A family of courses ready to be asked.

    Args:
        spec: the model.
        levers: one a group, of the same known and effects.
        regimens: one a group.
        samples: what is asked of whom.
        surrogate: how clotting tests read factor levels.
        engine: what integrates; in double.
        tolerance: relative, of a step; left out, the engine's own.
        along_effects: take slopes by each effect in turn, for one person's question;
            else along as few directions as move everything.
    """
    names = levers[0].names
    together = _Levers(
        np.stack([each.slopes for each in levers]),
        np.stack([each.bends for each in levers]),
        levers[0].exponents,
    )
    centre = np.stack([each.centre for each in levers])
    reader = course_reader(spec, samples, names, surrogate)
    asked = prepare_slopes(
        spec,
        list(regimens),
        reader.times,
        names=names,
        outputs=reader.outputs,
        engine=engine,
        tolerance=tolerance,
    )
    directions = Directions(
        together.exponents, *(np.zeros((0, 0, 0)),) * 2, np.zeros((0, 0))
    )
    if not along_effects:
        known_sd = np.array([p.ln_sd for p in levers[0].known])
        effect_sd = np.array([e.ln_sd for e in levers[0].effects.effects])
        influence = _influence(asked, centre)
        directions = _directions(together, known_sd, effect_sd, influence=influence)
    return CourseModel(
        tuple(samples),
        names,
        np.log(np.maximum(centre + levers[0].offset, _TINY)),
        levers[0].offset,
        together,
        directions,
        asked,
        reader,
        levers[0].fixed,
        levers[0].has_cycle,
        levers[0].effects.names,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Levers:
    """Of all groups: [group, known, parameter] twice, and [effect, parameter]."""

    slopes: Floats
    bends: Floats
    exponents: Floats

    def moved(self, x: Floats, z: Floats) -> Floats:
        """ln of the constants over the centre, float64[group, parameter]."""
        return np.asarray(
            np.einsum("k,gkp->gp", x, self.slopes)
            + np.einsum("k,gkp->gp", x * x, self.bends)
            + z @ self.exponents
        )


def _influence(asked: PreparedSlopes, centre: Floats) -> Floats:
    """How far ln of the outputs moves with ln of each constant, root mean square."""
    n = centre.shape[1]
    moved = np.repeat(centre[:, None, :], n, axis=1)
    moved[:, np.arange(n), np.arange(n)] *= 1.0 + _STEP
    found = asked.at(centre, moved, _STEP)
    size = np.maximum(np.abs(found.values), _TINY)[..., None]
    return np.asarray(np.sqrt(np.mean((found.slopes / size) ** 2, axis=(0, 1, 2))))


def _directions(
    levers: _Levers, known_sd: Floats, effect_sd: Floats, *, influence: Floats
) -> Directions:
    """As few directions as move the samples as all parameters and effects do.

    Each constant counts by how much the samples move with it; what they do not see is
    left out, and two parameters that move them alike are one direction.
    """
    n = levers.slopes.shape[-1]
    moves = np.concatenate(
        [
            (levers.slopes * known_sd[:, None]).reshape(-1, n),
            (levers.bends * known_sd[:, None] ** 2).reshape(-1, n),
            levers.exponents * effect_sd[:, None],
        ]
    )
    moves = np.unique((moves * influence).round(12), axis=0)
    _, sizes, axes = np.linalg.svd(moves, full_matrices=False)
    axes = axes[sizes > _FAINT * sizes[0]]
    seen = influence > 0
    along = np.divide(axes, influence, out=np.zeros_like(axes), where=seen)
    weighed = (axes * influence).T
    return Directions(
        along,
        levers.slopes @ weighed,
        levers.bends @ weighed,
        levers.exponents @ weighed,
    )
