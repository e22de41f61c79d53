"""What follows a population parameter on the logarithm, as a parabola of it."""

from collections.abc import Sequence

import numpy as np

from twin.inference.patient_levers import how_far
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.estimate import FreeParameter


def points_about(known: Sequence[FreeParameter]) -> Floats:
    """x = 0, then each parameter alone above it, then below, float64[point, known]."""
    far = np.diag([how_far(parameter) for parameter in known])
    return np.concatenate([np.zeros((1, len(known))), far, -far])


def parabolas(
    found: Floats, known: Sequence[FreeParameter]
) -> tuple[Floats, Floats, Floats]:
    """What was found at `points_about`, as c + A x + B x².

    Args:
        found: float64[..., point].
        known: population parameters, in the order of x.

    Returns: c [...], A [..., known] and B [..., known].
    """
    far = np.array([how_far(parameter) for parameter in known])
    centre, up, down = np.split(found, [1, 1 + len(known)], axis=-1)
    slopes = (up - down) / (2.0 * far)
    bends = (up + down - 2.0 * centre) / (2.0 * far**2)
    return centre[..., 0], slopes, bends
