"""How outputs change with parameters: forward differences on one sequence of steps.

A patient and seven of his parameters moved a little are the eight lanes of one vector;
all take the steps that the first chooses.  Their differences are then the derivative of
the discrete solution itself, without the noise of changing steps: good to about 1e-6,
for the price of one integration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.engine.compiled import CompiledEngine
from twin.engine.schedule import schedule
from twin.engine.simulate import ready_for
from twin.errors import NumericsError
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats, frozen_array
from twin.vocabulary.regimen import Regimen

# A parameter moves by this part of itself: the rounding error of a course (1e-13) over
# it and the curvature it leaves out are then both below 1e-6.
_PART = 3e-7
# Where a parameter is 0, by this.
_LEAST = 3e-7


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivities:
    """Outputs and their derivatives.

    values  float64[time, output]
    slopes  float64[time, output, parameter], per unit of the parameter
    """

    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    values: Floats
    slopes: Floats


def sensitivities(
    spec: ModelSpec,
    parameters: Mapping[str, float],
    regimen: Regimen,
    times_h: npt.ArrayLike,
    *,
    by: Sequence[str],
    outputs: tuple[str, ...],
    engine: CompiledEngine,
    tolerance: float | None = None,
) -> Sensitivities:
    """Outputs at `times_h` and their derivatives by the parameters `by`.

    Args:
        spec: the model.
        parameters: values that differ from the model's own.
        by: names of constants of the model.

    Raises: NumericsError when the integration fails, ModelError for an unknown name.
    """
    spec, named = ready_for(spec, [regimen]), tuple(by)
    spec.require(named, what="parameter")
    base = {
        **{name: spec.constants[name] for name in named},
        **{name: float(value) for name, value in parameters.items()},
    }
    moved = {
        name: base[name] + max(abs(base[name]) * _PART, _LEAST * (base[name] == 0))
        for name in named
    }
    width = engine.width(spec)
    if engine.mode.method.real != "double" or width < 2:
        raise NumericsError(
            "slopes need reals in double and at least two lanes; use the reference or "
            "the population mode on a processor"
        )
    groups = _groups(base, moved, width)
    times = np.atleast_1d(np.asarray(times_h, np.float64))
    plan = schedule(spec, regimen, times)
    found = engine.courses_together(
        spec,
        groups.ensemble,
        [plan] * groups.ensemble.n_draws,
        outputs,
        tolerance=tolerance,
    )
    values = np.concatenate([courses.values for courses in found])
    if not np.all(np.isfinite(values)):
        raise NumericsError(
            f"no derivative of {', '.join(outputs)} by {', '.join(named)}: the "
            "integration fails, or an output is not finite"
        )
    slopes = np.empty((*values.shape[1:], len(named)))
    for number, name in enumerate(named):
        step = moved[name] - base[name]
        group = groups.base_of[number]
        slopes[:, :, number] = (values[groups.row_of[number]] - values[group]) / step
    return Sensitivities(named, outputs, frozen_array(values[0]), frozen_array(slopes))


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """Rows for the lanes: each vector begins with the unmoved patient.

    row_of   by parameter: the row in which it is moved
    base_of  by parameter: the unmoved row of that vector
    """

    ensemble: Ensemble
    row_of: npt.NDArray[np.int64]
    base_of: npt.NDArray[np.int64]


def _groups(
    base: Mapping[str, float], moved: Mapping[str, float], width: int
) -> _Groups:
    names = tuple(base)
    group, lane = np.divmod(np.arange(len(moved)), width - 1)
    base_of = group * width
    row_of = base_of + 1 + lane
    values = np.tile(list(base.values()), (max(row_of, default=0) + 1, 1))
    values[row_of, [names.index(name) for name in moved]] = list(moved.values())
    ensemble = Ensemble(
        names, frozen_array(values), frozen_array(np.zeros(len(values)))
    )
    return _Groups(ensemble, row_of, base_of)
