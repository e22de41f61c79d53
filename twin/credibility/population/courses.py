"""Time courses of people and groups, and how they follow the population and each one.

Every subject of a family (single doses, mean curves, the start of therapy) is a group
of rows of one prepared question to the engine; slopes are taken along the few
directions in which any population parameter or personal effect moves the constants.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import (
    ProthrombinSurrogate,
    prothrombin_complex_at_ratio,
    prothrombin_ratio,
)
from twin.coagulation.vitamin_k_cycle import VitaminKCycle, steady_state
from twin.dosing.laboratory import LEVELS
from twin.engine.compiled import CompiledEngine
from twin.engine.slopes import PreparedSlopes, prepare_slopes
from twin.errors import IntegrationFailed
from twin.inference.levers import STARTS, Levers
from twin.library import Library
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Regimen

Integers = npt.NDArray[np.int64]

ACTIVITY = "prothrombin_complex_activity"
"""A quantity read off factor levels; every other one is an output of the model."""

_STEP = 1e-6  # of a move along a direction, on the logarithm
_FAINT = 2e-3  # of the largest move: fainter directions are left out of slopes


@dataclass(frozen=True, slots=True)
class Sample:
    """What is asked for: whose course, when, which quantity."""

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
class CourseModel:
    """A family of courses, ready to be asked at any (x, z).

    samples    what is asked for, in order
    levers     one a group
    directions float64[direction, parameter], of the logarithms of the constants
    known      float64[group, known, direction]; bends likewise, of x²
    effects    float64[effect, direction]

    Values are exact; slopes leave out directions in which next to nothing moves.
    """

    samples: tuple[Sample, ...]
    names: tuple[str, ...]
    ln_centre: Floats
    levers: "_Levers"
    directions: Floats
    known: Floats
    bends: Floats
    effects: Floats
    group: Integers
    time: Integers
    asked: PreparedSlopes
    outputs: tuple[str, ...]
    output: Integers
    surrogate: ProthrombinSurrogate
    fixed: Mapping[str, float]

    @property
    def n_groups(self) -> int:
        """How many courses there are."""
        return len(self.ln_centre)

    def at(self, x: Floats, z: Floats) -> Courses:
        """Logarithms of the samples and their slopes along the directions.

        Args:
            x: float64[known].
            z: float64[group, effect].

        Raises: IntegrationFailed where a course does not integrate.
        """
        base_log = self.ln_centre + self.levers.moved(x, z)
        n_directions = len(self.directions)
        moved_log = base_log[:, None, :] + _STEP * self.directions
        rows = np.exp(np.concatenate([base_log[:, None, :], moved_log], axis=1))
        self._start(rows.reshape(-1, rows.shape[-1]))
        found = self.asked.at(rows[:, 0], rows[:, 1:], _STEP)
        if found.failures:
            raise IntegrationFailed(
                len(found.failures), self.n_groups, found.failures[0][1]
            )
        values = found.values[self.group, self.time]
        slopes = found.slopes[self.group, self.time]
        ln_value = np.empty(len(self.samples))
        ln_slopes = np.empty((len(self.samples), n_directions))
        plain = self.output >= 0
        at = self.output[plain]
        own = np.maximum(values[plain, at], np.finfo(float).tiny)
        ln_value[plain] = np.log(own)
        ln_slopes[plain] = slopes[plain, at] / own[:, None]
        if not np.all(plain):
            level = [self.outputs.index(name) for name in LEVELS.values()]
            ln_value[~plain], by_level = _ln_activity(
                values[~plain][:, level], self.surrogate
            )
            ln_slopes[~plain] = np.einsum(
                "sf,sfd->sd", by_level, slopes[~plain][:, level]
            )
        return Courses(ln_value, ln_slopes)

    def pulled_back(
        self, courses: Courses, x: Floats, weights: Floats
    ) -> tuple[Floats, Floats]:
        """Sum over samples of weight times slope: by x [known], by z [group, effect].

        Args:
            courses: from `at`, at the same point.
            weights: float64[sample].
        """
        by_group = np.zeros((self.n_groups, len(self.directions)))
        np.add.at(by_group, self.group, weights[:, None] * courses.slopes)
        slope = self.known + 2.0 * self.bends * x[:, None]
        return np.einsum("gd,gkd->k", by_group, slope), by_group @ self.effects.T

    def _start(self, rows: Floats) -> None:
        """The cycle at its drug-free rest, written into the rows."""
        column = {name: rows[:, place] for place, name in enumerate(self.names)}
        capacity = column["VKORC1_capacity"]
        rest = steady_state(
            VitaminKCycle.of({**self.fixed, **column, "VK__capacity": capacity}), 0.0
        )
        amounts = (rest.quinone_umol, rest.hydroquinone_umol, rest.epoxide_umol)
        for name, amount in zip(STARTS, amounts, strict=True):
            rows[:, self.names.index(name)] = amount


def course_model(
    levers: Sequence[Levers],
    regimens: Sequence[Regimen],
    samples: Sequence[Sample],
    library: Library,
    *,
    engine: CompiledEngine,
) -> CourseModel:
    """A family of courses ready for the sampler.

    Args:
        levers: one a group, of the same known and effects.
        regimens: one a group.
        samples: what was measured of whom.
        library: of the drug.
        engine: what integrates; in double.
    """
    names = levers[0].names
    outputs = sorted(
        {
            output
            for s in samples
            for output in (LEVELS.values() if s.quantity == ACTIVITY else (s.quantity,))
        }
    )
    times = np.unique([s.time_h for s in samples])
    together = _Levers(
        np.stack([each.slopes for each in levers]),
        np.stack([each.bends for each in levers]),
        levers[0].exponents,
    )
    centre = np.stack([each.centre for each in levers])
    ln_centre = np.log(np.maximum(centre, np.finfo(float).tiny))
    asked = prepare_slopes(
        library.spec,
        list(regimens),
        times,
        names=names,
        outputs=tuple(outputs),
        engine=engine,
    )
    directions = _directions(
        together,
        np.array([p.ln_sd for p in levers[0].known]),
        np.array([e.ln_sd for e in levers[0].effects.effects]),
        matters=_matters(asked, centre),
    )
    return CourseModel(
        tuple(samples),
        names,
        ln_centre,
        together,
        directions,
        together.slopes @ directions.T,
        together.bends @ directions.T,
        together.exponents @ directions.T,
        np.array([s.group for s in samples]),
        np.searchsorted(times, [s.time_h for s in samples]),
        asked,
        tuple(outputs),
        np.array(
            [
                -1 if s.quantity == ACTIVITY else outputs.index(s.quantity)
                for s in samples
            ]
        ),
        library.surrogate,
        library.spec.constants,
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


def _matters(asked: PreparedSlopes, centre: Floats) -> npt.NDArray[np.bool_]:
    """Which constants move any output at all; those at 0 stay there."""
    base = centre * 1.0
    n = base.shape[1]
    moved = np.repeat(base[:, None, :], n, axis=1)
    moved[:, np.arange(n), np.arange(n)] *= 1.0 + _STEP
    slopes = asked.at(base, moved, _STEP).slopes
    return np.asarray(np.any(slopes != 0, axis=(0, 1, 2)))


def _directions(
    levers: _Levers,
    known_sd: Floats,
    effect_sd: Floats,
    *,
    matters: npt.NDArray[np.bool_],
) -> Floats:
    """An orthonormal basis of the moves of the constants, float64[direction, name].

    Two parameters that move the constants alike (a Ki of the population, a person's
    sensitivity) are one direction, taken once; what no output sees is left out.
    """
    n = levers.slopes.shape[-1]
    # The starts follow from the other constants and are moved with them.
    moves = np.concatenate(
        [
            (levers.slopes * known_sd[:, None]).reshape(-1, n),
            (levers.bends * known_sd[:, None] ** 2).reshape(-1, n),
            levers.exponents * effect_sd[:, None],
        ]
    )
    moves = np.unique(np.where(matters, moves, 0.0).round(12), axis=0)
    _, sizes, basis = np.linalg.svd(moves, full_matrices=False)
    return np.asarray(basis[sizes > _FAINT * sizes[0]])


def _ln_activity(
    levels: Floats, surrogate: ProthrombinSurrogate
) -> tuple[Floats, Floats]:
    """ln of the activity in per cent, [sample], and its slopes by level, [., factor].

    Outside the surrogate's box its tangent at the edge goes on: a smooth course for
    levels that no clotting test could tell apart.
    """
    factors = tuple(LEVELS)
    place = [surrogate.factors.index(name) for name in factors]
    low, high = surrogate.lowest[place], surrogate.highest[place]
    inside = np.clip(levels, low * (1 + 1e-3), high * (1 - 1e-3))

    def ln_ratio(at: Floats) -> Floats:
        full = dict.fromkeys(surrogate.supplied, 1.0)
        named = {name: at[:, k] for k, name in enumerate(factors)}
        return np.log(prothrombin_ratio({**full, **named}, surrogate=surrogate))

    ratio = np.exp(ln_ratio(inside))
    activity = prothrombin_complex_at_ratio(ratio, surrogate=surrogate)
    least, most = low.max() * (1 + 1e-3), high.min() * (1 - 1e-3)
    ln_dilution = np.log(np.clip(activity / 100.0, least, most))
    diluted = np.repeat(np.exp(ln_dilution)[:, None], len(factors), axis=1)
    step = 1e-5
    by_dilution = (
        ln_ratio(diluted * np.exp(step)) - ln_ratio(diluted * np.exp(-step))
    ) / (2 * step)
    # Nothing inside the dilutions of the box; its tangent beyond them.
    ln_dilution += (np.log(ratio) - ln_ratio(diluted)) / by_dilution
    ln_activity = np.log(100.0) + ln_dilution
    slopes = np.empty_like(inside)
    for k in range(len(factors)):
        up, down = inside.copy(), inside.copy()
        up[:, k] *= np.exp(step)
        down[:, k] *= np.exp(-step)
        by_level = (ln_ratio(up) - ln_ratio(down)) / (2 * step)
        slopes[:, k] = by_level / by_dilution
    ln_activity += np.sum(slopes * np.log(levels / inside), axis=1)
    return ln_activity, slopes / levels
