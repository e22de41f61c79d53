"""How outputs change with parameters, one at a time: slopes for somebody to read.

For the many that learning needs, prepared once and along any directions: `slopes`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.engine.compiled import CompiledEngine
from twin.engine.slopes import prepare_slopes
from twin.errors import NumericsError
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Floats
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

    Raises: NumericsError when the integration fails, or for a name that the model
        computes itself; ModelError for an unknown name.
    """
    moving = tuple(by)
    names = tuple(dict.fromkeys([*moving, *parameters]))
    prepared = prepare_slopes(
        spec,
        regimen,
        times_h,
        names=names,
        outputs=outputs,
        engine=engine,
        tolerance=tolerance,
    )
    own = {name: float(value) for name, value in parameters.items()}
    base = np.array([own.get(name, spec.constants[name]) for name in names])
    place = [names.index(name) for name in moving]
    aside = base[place] + np.maximum(
        np.abs(base[place]) * _PART, _LEAST * (base[place] == 0)
    )
    moved = np.tile(base, (len(moving), 1))
    moved[np.arange(len(moving)), place] = aside
    found = prepared.at(base[np.newaxis], moved[np.newaxis], aside - base[place])
    if found.failures:
        raise NumericsError(
            f"no derivative of {', '.join(outputs)} by {', '.join(moving)}: "
            f"{found.failures[0][1]}"
        )
    return Sensitivities(moving, outputs, found.values[0], found.slopes[0])
