"""The drug's balance at rest for thousands of patients, with slopes.

    dose a_S = VmA u/(KmA + u) + VmB u/(KmB + u) + (CLlin + CLren/fu) u
    dose a_R = CL_R v,      I = u/KiS + v/KiR

u and v are unbound S and R in the liver.  All columns are logarithms, so that slopes
are elasticities.
"""

from collections.abc import Sequence

import numpy as np

from twin.credibility.population.parabola import parabolas, points_about
from twin.inference.levers import Levers
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.estimate import FreeParameter

VM_A, VM_B, KM_A, KM_B, LINEAR_S, LINEAR_R, KI_S, KI_R = range(8)
COLUMNS = 8
LIVER = [VM_A, VM_B, LINEAR_S, LINEAR_R]
"""Columns in proportion to the liver's working mass."""
CONSTANT_OF = {
    VM_A: "S__Vm_A",
    VM_B: "S__Vm_B",
    KM_A: "S__Km_A",
    KM_B: "S__Km_B",
    LINEAR_S: "S__CL_linear",
    LINEAR_R: "R__CL_linear",
    KI_S: "KiS",
    KI_R: "KiS",
}
"""The model's constant that each column follows when a person's effect moves it."""

_NEWTON_STEPS = 12
_CLOSE = 1e-12


def dose_inhibiting(
    own: Floats,
    ln_wanted: Floats,
    kidney: tuple[float, float],
    per_mg: tuple[float, float],
) -> tuple[Floats, Floats, Floats]:
    """ln dose that inhibits by I, and its slopes by each column and by ln I.

        dose a_S = VmA u/(KmA + u) + VmB u/(KmB + u) + (CLlin + CLren/fu) u
        dose a_R = CL_R v,      I = u/KiS + v/KiR

    u and v are unbound S and R in the liver; solved for ln u by Newton's method.
    """
    (vm_a, vm_b, km_a, km_b, linear_s, linear_r, ki_s, ki_r) = np.exp(own.T)
    clearance_r = linear_r + kidney[1]
    linear = linear_s + kidney[0]
    wanted = np.exp(ln_wanted)
    of_r = per_mg[1] / clearance_r / ki_r / per_mg[0]  # I of R for each umol/h of S
    u = wanted / (1.0 / ki_s + of_r * (vm_a / km_a + vm_b / km_b + linear))
    for _ in range(_NEWTON_STEPS):
        to_a, to_b = 1.0 / (km_a + u), 1.0 / (km_b + u)
        removed = u * (vm_a * to_a + vm_b * to_b + linear)
        slope = vm_a * km_a * to_a**2 + vm_b * km_b * to_b**2 + linear
        inhibition = u / ki_s + of_r * removed
        rise = 1.0 / ki_s + of_r * slope
        step = (inhibition - wanted) / rise
        u = np.maximum(u - step, 0.1 * u)
        if np.nanmax(np.abs(step) / u, initial=0.0) < _CLOSE:
            break
    to_a, to_b = 1.0 / (km_a + u), 1.0 / (km_b + u)
    removed = u * (vm_a * to_a + vm_b * to_b + linear)
    slope = vm_a * km_a * to_a**2 + vm_b * km_b * to_b**2 + linear
    rise = 1.0 / ki_s + of_r * slope
    # Removal of S at fixed u by each column, then u follows so that I stays.
    moved = np.stack(
        [
            vm_a * u * to_a,
            vm_b * u * to_b,
            -vm_a * u * km_a * to_a**2,
            -vm_b * u * km_b * to_b**2,
            linear_s * u,
            np.zeros_like(u),
            np.zeros_like(u),
            np.zeros_like(u),
        ],
        axis=1,
    )
    inhibited = of_r[:, None] * moved
    inhibited[:, LINEAR_R] -= of_r * removed * linear_r / clearance_r
    inhibited[:, KI_S] -= u / ki_s
    inhibited[:, KI_R] -= of_r * removed
    followed = -inhibited / rise[:, None]
    by_column = (moved + slope[:, None] * followed) / removed[:, None]
    by_wanted = slope * wanted / rise / removed
    return np.log(removed / per_mg[0]), by_column, by_wanted


def balance_columns(
    levers: Levers, known: Sequence[FreeParameter]
) -> tuple[Floats, Floats, Floats]:
    """ln of the balance's columns: at the centre, and A and B of x, [column, known]."""
    points = points_about(known)
    values = levers.parameters(
        points, np.zeros((len(points), levers.exponents.shape[0]))
    )
    column = {name: values[:, place] for place, name in enumerate(levers.names)}
    apparent = 1.0 + column["S__inhibition"]
    held = np.stack(
        [
            column["S__induction"] * column["S__Vm_A"],
            column["S__induction"] * column["S__Vm_B"],
            apparent * column["S__Km_A"],
            apparent * column["S__Km_B"],
            column["S__activity_linear"] * column["S__CL_linear"],
            column["R__activity_linear"] * column["R__CL_linear"],
            column["KiS"],
            column["KiS"] * column["KiR_ratio"],
        ]
    )
    return parabolas(np.log(np.maximum(held, np.finfo(float).tiny)), known)
