"""Courses and their slopes along directions, prepared once, asked thousands of times.

A direction moves any number of parameters at once: a latent effect of a patient that
several constants share.  A base row and rows moved along directions are the lanes of
one vector, and all take the steps that the base chooses.  Their differences are then
the derivative of the discrete solution itself, without the noise of changing steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from twin.engine.compiled import CompiledEngine
from twin.engine.courses import Courses
from twin.engine.prepared_courses import PreparedCourses, prepare_courses
from twin.errors import NumericsError
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.regimen import Regimen


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """Outputs of some groups, and their derivatives.

    values    float64[group, time, output]
    slopes    float64[group, time, output, direction], per unit of the direction's step
    failures  (group, reason); a failed group is NaN in both
    """

    values: Floats
    slopes: Floats
    failures: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PreparedSlopes:
    """Regimens, output times and outputs, ready for values; see `prepare_slopes`.

    May be used by several threads at once, and pickled: it is then prepared again.
    """

    courses: PreparedCourses
    width: int

    def at(
        self, base: npt.ArrayLike, moved: npt.ArrayLike, steps: npt.ArrayLike
    ) -> Slopes:
        """Values at `base`, and (value at moved - value at base) / step.

        What a group gives depends on its own rows only, to the last bit; a direction
        whose row is the base has a slope of exactly 0.

        Args:
            base: float64[group, parameter], in the order of the names prepared for.
                Where one regimen was prepared all groups follow it, however many.
            moved: float64[group, direction, parameter], the base moved a little along
                each direction.  A move of 3e-7 of a parameter keeps both rounding and
                curvature below 1e-6 of a slope.
            steps: float64[group, direction] or what can be broadcast to it: how far
                each direction was moved, in its own unit; never 0.

        Raises: NumericsError for other shapes, or a step of 0.  That a group fails is
            no error: see `Slopes.failures`.
        """
        own, rows = np.asarray(base, np.float64), np.asarray(moved, np.float64)
        self._check(own, rows)
        n_groups, n_directions = rows.shape[:2]
        far = self._steps(steps, (n_groups, n_directions))
        lanes, lane_of = _lanes(n_directions, self.width)
        values = np.empty((n_groups, lanes, own.shape[1]))
        values[:] = own[:, np.newaxis]
        values[:, lane_of] = rows
        group_of = np.arange(n_groups * lanes) // lanes
        if len(self.courses.regimens) == 1:
            group_of[:] = 0
        found = self.courses.run(
            values.reshape(len(group_of), own.shape[1]), group_of, shared=True
        )
        reasons = self._reasons(found, lanes, own, rows, far)
        courses = found.values.reshape(n_groups, lanes, *found.values.shape[1:])
        if reasons:
            courses[list(reasons)] = np.nan
        # Every vector of a group begins with the base, and finds the same.
        apart = courses[:, lane_of] - courses[:, :1]
        slopes = apart / far[:, :, np.newaxis, np.newaxis]
        return Slopes(
            frozen_array(courses[:, 0]),
            frozen_array(slopes.transpose(0, 2, 3, 1)),
            tuple(sorted(reasons.items())),
        )

    def values_at(
        self, rows: npt.ArrayLike, group_of_row: npt.ArrayLike | None = None
    ) -> Courses:
        """Values only, each row with its own steps; see `PreparedCourses.at`."""
        return self.courses.at(rows, group_of_row)

    def _check(self, base: Floats, moved: Floats) -> None:
        n_names, n_regimens = len(self.courses.names), len(self.courses.regimens)
        if base.ndim != 2 or base.shape[1] != n_names:
            raise NumericsError(
                f"a base of {n_names} parameters has the shape [group, {n_names}], "
                f"not {list(base.shape)}"
            )
        if n_regimens > 1 and len(base) != n_regimens:
            raise NumericsError(
                f"{len(base)} groups for {n_regimens} regimens; give a base for each"
            )
        if moved.ndim != 3 or (len(moved), moved.shape[2]) != base.shape:
            raise NumericsError(
                f"moved rows of {len(base)} groups have the shape "
                f"[{len(base)}, direction, {n_names}], not {list(moved.shape)}"
            )

    @staticmethod
    def _steps(steps: npt.ArrayLike, shape: tuple[int, int]) -> Floats:
        given, found = np.asarray(steps, np.float64), np.empty(shape)
        try:
            found[:] = given
        except ValueError:
            raise NumericsError(
                f"steps of {shape[0]} groups along {shape[1]} directions have the "
                f"shape {list(shape)}, not {list(given.shape)}"
            ) from None
        if not found.all():
            group, direction = np.argwhere(found == 0)[0]
            raise NumericsError(
                f"direction {direction} of group {group} has a step of 0; a slope is "
                "a difference over a step"
            )
        return found

    def _reasons(
        self, found: Courses, lanes: int, base: Floats, moved: Floats, steps: Floats
    ) -> dict[int, str]:
        """Why groups failed; of several reasons that of the base, or else the first."""
        reasons: dict[int, str] = {}
        known = np.asarray(np.isfinite(moved).all(axis=2))
        for group in np.flatnonzero(~np.isfinite(base).all(axis=1)):
            reasons[int(group)] = self.courses.not_finite(base[group])
        for group, direction in np.argwhere(~(known & np.isfinite(steps))):
            why = (
                f"a step of {steps[group, direction]}"
                if known[group, direction]
                else self.courses.not_finite(moved[group, direction])
            )
            reasons.setdefault(int(group), f"direction {direction}: {why}")
        for row, why in found.failures:
            vector, place = divmod(row % lanes, self.width)
            direction = vector * (self.width - 1) + place - 1
            whose = f"direction {direction}: {why}" if place else why
            reasons.setdefault(row // lanes, whose)
        return reasons


@cache
def _lanes(n_directions: int, width: int) -> tuple[int, npt.NDArray[np.int64]]:
    """Lanes a group takes, in whole vectors; that of each direction.

    Each vector begins with the base; what is left over at its end repeats it.
    """
    vector, place = np.divmod(np.arange(n_directions), width - 1)
    lane_of = vector * width + 1 + place
    lane_of.flags.writeable = False
    return width * max(1, -(-n_directions // (width - 1))), lane_of


def prepare_slopes(
    spec: ModelSpec,
    regimens: Regimen | Sequence[Regimen],
    times_h: npt.ArrayLike,
    *,
    names: Sequence[str],
    outputs: Sequence[str],
    engine: CompiledEngine,
    tolerance: float | None = None,
) -> PreparedSlopes:
    """All that does not depend on parameters, made once; see `prepare_courses`.

    Args:
        engine: in a mode with reals in double, on a processor.

    Raises: as `prepare_courses`; NumericsError for an engine without two lanes of
        double.
    """
    width = engine.width(spec)
    if engine.mode.method.real != "double" or width < 2:
        raise NumericsError(
            "slopes need reals in double and at least two lanes; use the reference or "
            "the population mode on a processor"
        )
    courses = prepare_courses(
        spec,
        regimens,
        times_h,
        names=names,
        outputs=outputs,
        engine=engine,
        tolerance=tolerance,
    )
    return PreparedSlopes(courses, width)
