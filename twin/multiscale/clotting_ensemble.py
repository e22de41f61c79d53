"""The clotting network as a representative volume element of an ensemble.

At sampling times every draw's plasma goes into a test tube of its own: all tubes are
one ensemble of the in-vitro network, stopped by its own event when the clot is seen.
Or the network's response surface speaks where it may, under its error bound, and only
the plasmas outside its box are run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import (
    ProthrombinSurrogate,
    inside_domain,
    prothrombin_ratio,
)
from twin.engine.simulate import Engine, simulate
from twin.errors import NumericsError
from twin.multiscale.tube import LONGEST_S
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats
from twin.vocabulary.regimen import Regimen

# A clot is seen within the first of these for nearly all plasmas; the rest run on.
_ENDS_S = (120.0, LONGEST_S)
TOLERANCE = 1e-6
"""Relative tolerance of a step in the tube; times are then right to about 1e-6."""

Levels = Mapping[str, npt.ArrayLike]
"""Factor -> numbers and arrays of one shape, e.g. [draw, time], fractions of normal."""


class Road(Enum):
    """How a ratio is found."""

    NETWORK = "every plasma in a tube"
    SURFACE_WHERE_IT_MAY = "the response surface inside its box, else a tube"


@dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """Prothrombin time over that of normal plasma.

    ratio       as the levels are shaped; NaN where no clot is seen
    by_network  where a tube was run
    """

    ratio: Floats
    by_network: npt.NDArray[np.bool_]


def clotting_times_s(test: ModelSpec, levels: Levels, *, engine: Engine) -> Floats:
    """When each plasma clots, s; NaN where it does not within `LONGEST_S`.

    Args:
        test: an in-vitro test (`models/clotting`); its clock is in seconds.
        levels: by factor; a factor that is left out is normal.
    """
    shape = np.broadcast_shapes(*(np.shape(column) for column in levels.values()))
    flat = {
        f"level_{name}": np.broadcast_to(column, shape).ravel()
        for name, column in levels.items()
    }
    times = np.full(int(np.prod(shape)), np.nan)
    left = np.arange(times.size)
    for end_s in _ENDS_S:
        if not left.size:
            break
        found = simulate(
            test,
            Ensemble.of({name: column[left] for name, column in flat.items()}),
            Regimen(),
            [end_s],
            outputs=("clotting_time",),
            engine=engine,
            tolerance=TOLERANCE,
        ).of("clotting_time")[:, 0]
        if np.any(np.isnan(found)):
            raise NumericsError(
                f"{int(np.sum(np.isnan(found)))} of {left.size} tubes do not integrate"
            )
        clotted = found > 0
        times[left[clotted]] = found[clotted]
        left = left[~clotted]
    return times.reshape(shape)


def prothrombin_ratios(
    test: ModelSpec,
    levels: Levels,
    *,
    surrogate: ProthrombinSurrogate,
    engine: Engine,
    road: Road = Road.SURFACE_WHERE_IT_MAY,
) -> Ratios:
    """PT ratios of an ensemble's plasmas.

    Args:
        test: the prothrombin time test.
        levels: of at least the surrogate's factors.
        surrogate: the response surface, with its box and error (0.95 % at worst,
            models/clotting/prothrombin_time_surrogate.toml).
    """
    own = {name: np.asarray(levels[name]) for name in surrogate.factors}
    shape = np.broadcast_shapes(*(column.shape for column in own.values()))
    own = {name: np.broadcast_to(column, shape).ravel() for name, column in own.items()}
    inside = np.zeros(int(np.prod(shape)), dtype=np.bool_)
    if road is Road.SURFACE_WHERE_IT_MAY:
        inside = inside_domain(own, surrogate=surrogate)
    ratio = np.full(inside.shape, np.nan)
    if np.any(inside):
        ratio[inside] = prothrombin_ratio(
            {name: column[inside] for name, column in own.items()}, surrogate=surrogate
        )
    if not np.all(inside):
        outside = {name: column[~inside] for name, column in own.items()}
        seen = clotting_times_s(test, outside, engine=engine)
        ratio[~inside] = seen / surrogate.normal_time_s
    return Ratios(ratio.reshape(shape), ~inside.reshape(shape))
