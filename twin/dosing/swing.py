"""How the drug in the liver swings between two doses, relative to its mean.

One well-mixed body with first-order absorption, at rest: enough for the shape of a
day, since warfarin spreads within hours and leaves within days.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Midpoints of equal parts of the interval; a smooth day needs no more.
_POINTS = 12


def daily_swing(
    parameters: Mapping[str, npt.ArrayLike],
    drug: str,
    *,
    unbound_clearance_l_per_h: Floats,
    interval_h: float,
) -> Floats:
    """Unbound drug over its mean, at times of the dosing interval, [time, draw].

        p(t) = kT a/(a - k) [ e^(-kt)/(1 - e^(-kT)) - e^(-at)/(1 - e^(-aT)) ]
        k = CLu/Vu,   Vu = (BP V_blood + sum V_t Kp_t)/fu,   1/a = 1/ka + 1/kd

    Its mean over the interval is 1; it flattens as the interval shrinks.

    Args:
        parameters: by SBML id, numbers or float64[draw].
        drug: prefix of the enantiomer's submodel.
        unbound_clearance_l_per_h: CLu at the working concentration, [draw].
        interval_h: T, hours between doses.

    Source: Gibaldi & Perrier (1982), Pharmacokinetics, 2nd ed., multiple dosing with
    first-order absorption.  Assumes one compartment; wrong for the first hour.
    """

    def own(name: str) -> Floats:
        return np.asarray(parameters[f"{drug}__{name}"], dtype=np.float64)

    absorption = 1.0 / (1.0 / own("ka") + 1.0 / own("kd"))
    loss = unbound_clearance_l_per_h * own("fu") / volume_l(parameters, drug)
    # Equal rates are a removable singularity: keep them a little apart.
    absorption = np.where(
        np.abs(absorption / loss - 1.0) < 1e-6, 1.000001 * loss, absorption
    )
    middle = (np.arange(_POINTS) + 0.5) / _POINTS * interval_h
    times = middle.reshape((-1, *(1,) * np.ndim(loss)))

    def waning(rate: Floats) -> Floats:
        return np.asarray(np.exp(-rate * times) / -np.expm1(-rate * interval_h))

    shape = absorption / (absorption - loss) * (waning(loss) - waning(absorption))
    # The sum over midpoints in place of the integral: the mean stays exactly 1.
    return np.asarray(shape / mean_of_day(shape))


def mean_of_day(values: Floats) -> Floats:
    """Mean of [time, draw] over the times of `daily_swing`, [draw].

    Time after time, so that a draw's mean does not depend on how many there are.
    """
    return np.asarray(sum(values) / len(values))


def volume_l(parameters: Mapping[str, npt.ArrayLike], drug: str) -> Floats:
    """Volume of distribution of plasma drug at rest, from the model's own organs."""
    partition, volume = f"{drug}__Kp_", f"{drug}__V_"
    tissues = sum(
        np.asarray(value, dtype=np.float64)
        * np.asarray(parameters[f"{partition}{_tissue(name, volume)}"])
        for name, value in parameters.items()
        if name.startswith(volume)
        and f"{partition}{_tissue(name, volume)}" in parameters
    )
    blood = np.asarray(parameters[f"{volume}venous"]) + np.asarray(
        parameters[f"{volume}arterial"]
    )
    return np.asarray(tissues + np.asarray(parameters[f"{drug}__BP"]) * blood)


def _tissue(name: str, prefix: str) -> str:
    """`liver` for each of the liver's zones."""
    tissue = name.removeprefix(prefix)
    return "liver" if tissue.startswith("liver_") else tissue
