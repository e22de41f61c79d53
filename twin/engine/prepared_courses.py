"""Courses that are asked for again and again: the same regimens, other parameters.

`simulate` writes programmes and looks names up anew each time it is called.  Learning
asks thousands of times at the same times of the same regimens; what stays the same is
made once here.  A result is bitwise that of `simulate`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.engine.compiled import CompiledEngine
from twin.engine.courses import Courses
from twin.engine.simulate import check_question, plans_of
from twin.engine.standing_question import StandingQuestion
from twin.errors import NumericsError
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.regimen import Regimen

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PreparedCourses:
    """Regimens, output times and outputs, ready for values; see `prepare_courses`.

    May be used by several threads at once, and pickled: it is then prepared again.
    """

    spec: ModelSpec
    regimens: tuple[Regimen, ...]
    times_h: Floats
    names: tuple[str, ...]
    outputs: tuple[str, ...]
    engine: CompiledEngine
    tolerance: float | None
    _questions: tuple[StandingQuestion, ...]
    _question_of: Integers  # by regimen
    _plan_of: Integers  # by regimen: the plan of that question

    def __reduce__(self) -> tuple[Any, ...]:
        """Addresses of compiled code mean nothing elsewhere."""
        again = (
            *(self.spec, self.regimens, self.times_h),
            *(self.names, self.outputs, self.engine, self.tolerance),
        )
        return _prepared, again

    def at(
        self, rows: npt.ArrayLike, group_of_row: npt.ArrayLike | None = None
    ) -> Courses:
        """Outputs for some rows of parameters, each with its own steps.

        Args:
            rows: float64[row, parameter], in the order of `names`.
            group_of_row: i64[row], whose regimen a row follows, by its place; may be
                left out where there is one regimen.

        Returns: float64[row, time, output].  A row that fails is NaN and named with its
            reason: so is one with a parameter that is not finite.

        Raises: NumericsError for another shape or an unknown group, or when short reals
            are too far off where they are checked.
        """
        values = np.asarray(rows, np.float64)
        if values.ndim != 2 or values.shape[1] != len(self.names):
            raise NumericsError(
                f"rows of {len(self.names)} parameters have the shape "
                f"[row, {len(self.names)}], not {list(values.shape)}"
            )
        found = self.run(values, self._groups(group_of_row, len(values)))
        unknown = ~np.all(np.isfinite(values), axis=1)
        if not np.any(unknown):
            return found
        found.values[unknown] = np.nan
        reasons = dict(found.failures)
        reasons |= {int(r): self.not_finite(values[r]) for r in np.flatnonzero(unknown)}
        return Courses(0, found.values, tuple(sorted(reasons.items())))

    def _groups(self, groups: npt.ArrayLike | None, n_rows: int) -> Integers:
        if groups is None:
            if len(self.regimens) > 1:
                raise NumericsError(
                    f"there are {len(self.regimens)} regimens; say which one each row "
                    "follows (group_of_row)"
                )
            return np.zeros(n_rows, np.int64)
        found = np.asarray(groups, None if n_rows else np.int64)
        if found.shape != (n_rows,) or not np.issubdtype(found.dtype, np.integer):
            raise NumericsError(
                f"group_of_row has a whole number for each of {n_rows} rows, got "
                f"{found.dtype} of shape {list(found.shape)}"
            )
        if n_rows and not 0 <= found.min() <= found.max() < len(self.regimens):
            raise NumericsError(
                f"groups are 0 to {len(self.regimens) - 1}, got {found.min()} to "
                f"{found.max()}"
            )
        return found.astype(np.int64, copy=False)

    def not_finite(self, parameters: Floats) -> str:
        """Why a row was not run; its parameters are not all finite."""
        bad = np.flatnonzero(~np.isfinite(parameters))
        return f"{self.names[bad[0]]} is {parameters[bad[0]]}, not a finite number"

    def run(
        self, rows: Floats, group_of_row: Integers, *, shared: bool = False
    ) -> Courses:
        """As `at`, of arguments that are right.

        shared  each `engine.width` rows are of one group, and take the steps of the
                first of them
        """
        values = np.full((len(rows), len(self.times_h), len(self.outputs)), np.nan)
        failures: list[tuple[int, str]] = []
        question_of = self._question_of[group_of_row]
        for number, question in enumerate(self._questions):
            own = np.flatnonzero(question_of == number)
            if not own.size:
                continue
            plan_of = self._plan_of[group_of_row[own]]
            alone = len(own) == len(rows)
            found = self.engine.answer(
                question, rows if alone else rows[own], plan_of, shared=shared
            )
            if alone:
                return found
            values[own] = found.values
            failures += [(int(own[row]), reason) for row, reason in found.failures]
        return Courses(0, values, tuple(sorted(failures)))


def prepare_courses(
    spec: ModelSpec,
    regimens: Regimen | Sequence[Regimen],
    times_h: npt.ArrayLike,
    *,
    names: Sequence[str],
    outputs: Sequence[str],
    engine: CompiledEngine,
    tolerance: float | None = None,
) -> PreparedCourses:
    """All that does not depend on parameters, made once.

    Args:
        spec: the model.
        regimens: one, or one a group (a patient, a subject).
        times_h: float64[time], strictly increasing, h, the same for all groups.  At the
            time of a dose the output is the one just after it.
        names: constants of the model, by SBML id, that the rows will give; all others
            keep the model's own values.
        outputs: SBML ids of states or computed quantities.
        engine: in any mode.
        tolerance: relative, of a step; left out, the engine's own.

    Raises: ModelError for a name the model lacks, NumericsError for one it computes
        itself, for times that do not increase or without a regimen; UnsupportedModel
        for what the compiled engine does not have.
    """
    several = (regimens,) if isinstance(regimens, Regimen) else tuple(regimens)
    return _prepared(
        spec, several, times_h, tuple(names), tuple(outputs), engine, tolerance
    )


def _prepared(
    spec: ModelSpec,
    regimens: tuple[Regimen, ...],
    times_h: npt.ArrayLike,
    names: tuple[str, ...],
    outputs: tuple[str, ...],
    engine: CompiledEngine,
    tolerance: float | None,
) -> PreparedCourses:
    check_question(spec, names, outputs, tolerance)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise NumericsError(f"{', '.join(twice)} is named twice; a row gives it once")
    if not regimens:
        raise NumericsError("without a regimen nothing is prepared; give at least one")
    times = frozen_array(np.atleast_1d(np.asarray(times_h, np.float64)))
    question_of = np.empty(len(regimens), np.int64)
    plan_of = np.empty(len(regimens), np.int64)
    questions: list[StandingQuestion] = []
    for number, part in enumerate(plans_of(spec, regimens, times)):
        question_of[part.places] = number
        plan_of[part.places] = np.arange(len(part.places))
        questions.append(
            engine.question(part.spec, names, part.plans, outputs, tolerance=tolerance)
        )
    return PreparedCourses(
        *(spec, regimens, times, names, outputs, engine, tolerance),
        *(tuple(questions), question_of, plan_of),
    )
