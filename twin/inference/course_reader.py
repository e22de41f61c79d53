"""What was asked of courses, read off the engine's outputs, with slopes.

A model with factor levels is read as a laboratory would read its plasma; one that has
an INR of its own, as published models do, is read off that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import ProthrombinSurrogate
from twin.inference.readings import ACTIVITY, INR, LEVELS, ln_dilution, ln_ratio
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Floats

Integers = npt.NDArray[np.int64]

_TINY = np.finfo(float).tiny


@dataclass(frozen=True, slots=True)
class Sample:
    """What is asked for: whose course, when, which quantity.

    quantity  an output of the model, or one of those in `readings`
    """

    group: int
    time_h: float
    quantity: str


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """Logarithms of all samples at one point, with their slopes.

    ln_value  float64[sample]
    slopes    float64[sample, direction]
    """

    ln_value: Floats
    slopes: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CourseReader:
    """Samples from the outputs of courses.

    output    int64[sample], of those that are an output of the model; else -1
    from_inr  whether the model has an INR of its own, and no levels
    """

    outputs: tuple[str, ...]
    times: Floats
    group: Integers
    time: Integers
    output: Integers
    is_inr: npt.NDArray[np.bool_]
    is_activity: npt.NDArray[np.bool_]
    from_inr: bool
    isi: float
    supplied: Mapping[str, int | None]
    surrogate: ProthrombinSurrogate

    def read(
        self, values: Floats, slopes: Floats, rows: Floats, moves: Floats
    ) -> Courses:
        """From values [group, time, output] and slopes [., ., ., direction]."""
        at, by = values[self.group, self.time], slopes[self.group, self.time]
        ln_value = np.empty(len(self.group))
        found = np.empty((len(self.group), len(moves)))
        plain = self.output >= 0
        own = np.maximum(at[plain, self.output[plain]], _TINY)
        ln_value[plain] = np.log(own)
        found[plain] = by[plain, self.output[plain]] / own[:, None]
        for which in (self.is_inr, self.is_activity):
            if np.any(which):
                levels = at[which][:, self._levels]
                ln_moves = by[which][:, self._levels] / np.maximum(
                    levels[:, :, None], _TINY
                )
                ln_value[which], found[which] = self._clotting(
                    levels,
                    ln_moves,
                    rows[self.group[which]],
                    moves,
                    diluted=which is self.is_activity,
                )
        return Courses(ln_value, found)

    def values(self, values: Floats, rows: Floats) -> Floats:
        """ln of the samples of many draws of one course, float64[draw, sample].

        Args:
            values: float64[draw, time, output]; NaN where a draw did not integrate,
                and then all its samples are.
            rows: float64[draw, parameter].
        """
        failed = np.flatnonzero(~np.isfinite(values).all(axis=(1, 2)))
        if len(failed):
            # Anything that can be read, and is not looked at.
            values, rows = values.copy(), rows.copy()
            values[failed], rows[failed] = 1.0, 1.0
        at = values[:, self.time]
        found = np.empty(at.shape[:2])
        plain = self.output >= 0
        own = np.take_along_axis(
            at[:, plain], self.output[plain][None, :, None], axis=2
        )[:, :, 0]
        found[:, plain] = np.log(np.maximum(own, _TINY))
        for which in (self.is_inr, self.is_activity):
            n = int(np.sum(which))
            if n:
                levels = at[:, which][:, :, self._levels]
                found[:, which] = self._clotting(
                    levels.reshape(-1, levels.shape[-1]),
                    None,
                    np.repeat(rows, n, axis=0),
                    np.zeros((0, rows.shape[1])),
                    diluted=which is self.is_activity,
                )[0].reshape(-1, n)
        found[failed] = np.nan
        return found

    def of_group(self, group: int) -> "CourseReader":
        """For the samples of one course only, in their order."""
        own = self.group == group
        return replace(
            self,
            group=self.group[own],
            time=self.time[own],
            output=self.output[own],
            is_inr=self.is_inr[own],
            is_activity=self.is_activity[own],
        )

    @property
    def _levels(self) -> list[int]:
        wanted = (INR,) if self.from_inr else tuple(LEVELS.values())
        return [self.outputs.index(name) for name in wanted]

    def _clotting(
        self,
        levels: Floats,
        ln_moves: Floats | None,
        rows: Floats,
        moves: Floats,
        *,
        diluted: bool,
    ) -> tuple[Floats, Floats]:
        """ln INR, or ln of the activity in per cent, and its slopes [., direction]."""
        if self.from_inr:
            ratio = np.log(np.maximum(levels[:, 0], _TINY))
            by_move = np.zeros((len(ratio), len(moves)))
            if ln_moves is not None:
                by_move = ln_moves[:, 0]
        else:
            supplied: dict[str, Floats | float] = {
                name: 1.0 if diluted or place is None else rows[:, place]
                for name, place in self.supplied.items()
            }
            tangent = ln_ratio(
                levels,
                supplied,
                surrogate=self.surrogate,
                slopes=ln_moves is not None,
            )
            ratio = tangent.values
            by_move = np.zeros((len(ratio), len(moves)))
            if ln_moves is not None:
                n = levels.shape[1]
                by_move = np.einsum("sf,sfd->sd", tangent.slopes[:, :n], ln_moves)
                if not diluted:
                    for k, place in enumerate(self.supplied.values(), start=n):
                        if place is not None:
                            by_move += tangent.slopes[:, k, None] * moves[:, place]
        if not diluted:
            return self.isi * ratio, self.isi * by_move
        dilution = ln_dilution(ratio, surrogate=self.surrogate)
        return np.log(100.0) + dilution.values, dilution.slopes * by_move


def course_reader(
    spec: ModelSpec,
    samples: Sequence[Sample],
    names: Sequence[str],
    surrogate: ProthrombinSurrogate,
) -> CourseReader:
    """How to read the samples; a model without factor levels has an INR to read."""
    quantities = np.array([s.quantity for s in samples])
    is_inr, is_activity = quantities == INR, quantities == ACTIVITY
    has_levels = set(LEVELS.values()) <= {*spec.states, *spec.computed}
    outputs = {q for q in quantities if q not in (INR, ACTIVITY)}
    if np.any(is_inr | is_activity):
        outputs |= set(LEVELS.values()) if has_levels else {INR}
    ordered = tuple(sorted(outputs))
    times = np.unique([s.time_h for s in samples])
    return CourseReader(
        ordered,
        times,
        np.array([s.group for s in samples]),
        np.searchsorted(times, [s.time_h for s in samples]),
        np.array(
            [-1 if q in (INR, ACTIVITY) else ordered.index(q) for q in quantities]
        ),
        is_inr,
        is_activity,
        not has_levels,
        float(spec.constants.get("PT__ISI", 1.0)),
        {
            name: list(names).index(f"PT__{name}") if f"PT__{name}" in names else None
            for name in surrogate.supplied
        },
        surrogate,
    )
