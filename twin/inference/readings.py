"""What a laboratory would read off a course, on the logarithm, with slopes.

Clotting tests are read off factor levels by the response surface of the network.
Outside the box it was fitted in, its tangent at the edge goes on: smooth, so that a
search can find its way back, and further from normal than any laboratory reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from twin.coagulation.assays import (
    PROTHROMBIN_COMPLEX,
    ProthrombinSurrogate,
    prothrombin_complex_at_ratio,
    prothrombin_ratio,
)
from twin.vocabulary.ensemble import Floats

INR = "INR"
ACTIVITY = "prothrombin_complex_activity"
LEVELS = {factor: f"{factor}_relative" for factor in PROTHROMBIN_COMPLEX}
"""Factor -> the model's output for its level, a fraction of normal."""

_STEP = 1e-5  # of a difference quotient of polynomials, on the logarithm
_EDGE = 1e-3  # of the box, kept free for it


@dataclass(frozen=True, slots=True, eq=False)
class Tangent:
    """Values and their slopes: float64[sample] and float64[sample, factor]."""

    values: Floats
    slopes: Floats


def ln_ratio(
    levels: Floats,
    supplied: Mapping[str, Floats | float],
    *,
    surrogate: ProthrombinSurrogate,
    slopes: bool = True,
) -> Tangent:
    """ln of the prothrombin time over the normal one.

    Args:
        levels: float64[sample, factor] of II, VII, IX and X, fractions of normal.
        supplied: level of each other factor the test sees; float64[sample] or a number.
        surrogate: of the network.
        slopes: whether they are asked for; else only those outside the box are found.

    Returns: ln ratio, and its slopes by ln level of II, VII, IX, X and `supplied`.
    """
    factors = (*PROTHROMBIN_COMPLEX, *surrogate.supplied)
    table = np.concatenate(
        [
            levels,
            *(
                np.broadcast_to(supplied[name], len(levels))[:, None]
                for name in surrogate.supplied
            ),
        ],
        axis=1,
    )
    place = [surrogate.factors.index(name) for name in factors]
    low, high = surrogate.lowest[place], surrogate.highest[place]
    # A level that is not above 0 has no logarithm; far below any box it stays.
    table = np.maximum(table, low * 1e-6)
    inside = np.clip(table, low * (1 + _EDGE), high * (1 - _EDGE))

    def polynomial(at: Floats) -> Floats:
        named = {name: at[:, k] for k, name in enumerate(factors)}
        return np.log(prothrombin_ratio(named, surrogate=surrogate))

    values = polynomial(inside)
    outside = np.any(inside != table, axis=1)
    wanted = np.arange(len(table)) if slopes else np.flatnonzero(outside)
    found = np.zeros_like(table)
    if len(wanted):
        n = len(factors)
        # One call for all: rows moved up and down along each factor.
        moved = np.tile(inside[wanted], (n, 2, 1, 1))
        each = np.arange(n)
        moved[each, 0, :, each] *= np.exp(_STEP)
        moved[each, 1, :, each] *= np.exp(-_STEP)
        up, down = np.moveaxis(polynomial(moved.reshape(-1, n)).reshape(n, 2, -1), 1, 0)
        found[wanted] = ((up - down) / (2 * _STEP)).T
        values = values + np.sum(found * np.log(table / inside), axis=1)
    return Tangent(values, found)


def ln_dilution(ratio_ln: Floats, *, surrogate: ProthrombinSurrogate) -> Tangent:
    """ln of the dilution of normal plasma with this ln ratio, as Owren's test reads it.

    Args:
        ratio_ln: float64[sample], the reagent bringing the factors it brings.

    Returns: ln d, and d ln d / d ln ratio, [sample, 1].
    """
    place = [surrogate.factors.index(name) for name in PROTHROMBIN_COMPLEX]
    least = surrogate.lowest[place].max() * (1 + 2 * _EDGE)
    most = surrogate.highest[place].min() * (1 - 2 * _EDGE)
    activity = prothrombin_complex_at_ratio(np.exp(ratio_ln), surrogate=surrogate)
    dilution = np.log(np.clip(activity / 100.0, least, most))

    def polynomial(ln_d: Floats) -> Floats:
        level = np.exp(ln_d)
        named: dict[str, Floats] = dict.fromkeys(PROTHROMBIN_COMPLEX, level)
        named |= dict.fromkeys(surrogate.supplied, np.ones_like(level))
        return np.log(prothrombin_ratio(named, surrogate=surrogate))

    rise = (polynomial(dilution + _STEP) - polynomial(dilution - _STEP)) / (2 * _STEP)
    # Nothing within the box, where the dilution is found; its tangent beyond.
    missed = ratio_ln - polynomial(dilution)
    return Tangent(dilution + missed / rise, 1.0 / rise[:, None])
