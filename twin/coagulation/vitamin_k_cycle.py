"""The vitamin K cycle at rest: its steady state in algebra, both ways.

The same balances as `models/modules/vitamin_k_cycle.ant`, solved instead of
integrated: what the cycle settles at for a given inhibition of VKORC1, and which
inhibition settles it at a given carboxylation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.kernels import side_by_side

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class VitaminKCycle:
    """Parameters under their SBML names; each a number or float64[draw].

    Amounts in umol per liver, rates in 1/h and umol/h, intake in ug/day.
    """

    D: npt.ArrayLike
    T0: npt.ArrayLike
    phi0: npt.ArrayLike
    reserve: npt.ArrayLike
    quinone_part: npt.ArrayLike
    capacity: npt.ArrayLike
    Km_K: npt.ArrayLike
    Km_KO: npt.ArrayLike
    k_bypass: npt.ArrayLike
    k_loss: npt.ArrayLike
    catabolism: npt.ArrayLike
    intake: npt.ArrayLike
    intake_reference: npt.ArrayLike
    K1_share: npt.ArrayLike

    @classmethod
    def of(cls, parameters: Mapping[str, npt.ArrayLike]) -> "VitaminKCycle":
        """From SBML ids with or without their submodel's prefix `VK__`."""
        return cls(
            **{
                name: parameters[f"VK__{name}"]
                if f"VK__{name}" in parameters
                else parameters[name]
                for name in cls.__dataclass_fields__
            }
        )

    @property
    def reference_ratio(self) -> Floats:
        """x = KH2/Kc at the reference baseline."""
        phi0 = np.asarray(self.phi0, dtype=np.float64)
        return np.asarray(phi0 / (1.0 - phi0))

    @property
    def half_saturation_umol(self) -> Floats:
        """Kc, KH2 at which the carboxylase runs at half its speed."""
        oxidised = 1.0 / np.asarray(self.reserve, dtype=np.float64)
        held = (1.0 - oxidised) * np.asarray(self.T0)
        return np.asarray(held / self.reference_ratio)

    @property
    def pool_umol(self) -> Floats:
        """All forms together at steady state: input over loss."""
        share = np.asarray(self.K1_share)
        diet = np.asarray(self.intake) / np.asarray(self.intake_reference)
        input_per_loss = np.asarray(self.T0) * (1.0 - share + share * diet)
        return np.asarray(input_per_loss / np.asarray(self.catabolism))


@dataclass(frozen=True, slots=True, eq=False)
class CycleState:
    """Amounts in umol per liver, and x = KH2/Kc."""

    quinone_umol: Floats
    hydroquinone_umol: Floats
    epoxide_umol: Floats
    ratio: Floats

    @property
    def carboxylation(self) -> Floats:
        """phi = x/(1 + x), the part of carboxylase sites that are served."""
        return self.ratio / (1.0 + self.ratio)


def steady_state(cycle: VitaminKCycle, inhibition: npt.ArrayLike) -> CycleState:
    """Where the cycle settles when VKORC1's inhibitor term stays at I.

        D x/(1+x) = V k_KO Km KO/(Km (1+I) + KO) + loss KO      (epoxide)
        V k_K Km K/(Km (1+I) + K) + bypass K = D x/(1+x) + loss KH2
        K + KH2 + KO = input/loss

    More inhibition never raises KH2.

    Args:
        cycle: parameters, numbers or float64[draw].
        inhibition: I, occupied over free VKORC1, 0 or more, [draw].

    Returns: the amounts, [draw].

    Source: balances of models/modules/vitamin_k_cycle.ant.
    """
    from twin.coagulation.cycle_kernels import settle  # noqa: PLC0415 - loads numba

    table, shape = side_by_side(*_balances(cycle), inhibition)
    settled = np.empty((2, table.shape[1]))
    settle(table, settled)
    hydroquinone, epoxide = settled.reshape(2, *shape)
    return CycleState(
        quinone_umol=cycle.pool_umol - hydroquinone - epoxide,
        hydroquinone_umol=hydroquinone,
        epoxide_umol=epoxide,
        ratio=hydroquinone / cycle.half_saturation_umol,
    )


def inhibition_for(cycle: VitaminKCycle, ratio: npt.ArrayLike) -> Floats:
    """The inhibition I at which the cycle settles at x = KH2/Kc.

    The inverse of `steady_state`.  NaN where no inhibition does it: x above the
    drug-free baseline, or below what the bypass alone sustains.

    Args:
        cycle: parameters, numbers or float64[draw].
        ratio: x, [draw].

    Returns: I, [draw].
    """
    from twin.coagulation.cycle_kernels import inhibit  # noqa: PLC0415 - loads numba

    hydroquinone = np.asarray(ratio, dtype=np.float64) * cycle.half_saturation_umol
    table, shape = side_by_side(*_balances(cycle), hydroquinone)
    inhibition = np.empty(table.shape[1])
    inhibit(table, inhibition)
    return inhibition.reshape(shape)


def _balances(cycle: VitaminKCycle) -> tuple[Floats, ...]:
    """What the balances are made of, in the order in which the kernels read it.

    k_K and k_KO are such that the parts stand as written at the reference baseline.
    """
    carboxylated = np.asarray(cycle.phi0) * np.asarray(cycle.D)
    quinone = np.asarray(cycle.quinone_part) / np.asarray(cycle.reserve)
    epoxide = (1.0 - np.asarray(cycle.quinone_part)) / np.asarray(cycle.reserve)
    k_quinone = carboxylated / (quinone * np.asarray(cycle.T0))
    k_epoxide = carboxylated / (epoxide * np.asarray(cycle.T0))
    km_quinone, km_epoxide = np.asarray(cycle.Km_K), np.asarray(cycle.Km_KO)
    capacity = np.asarray(cycle.capacity)
    return (
        cycle.pool_umol,
        cycle.half_saturation_umol,
        np.asarray(cycle.D),
        np.asarray(cycle.k_loss) * np.asarray(cycle.catabolism),
        np.asarray(cycle.k_bypass),
        capacity * k_quinone * km_quinone,
        km_quinone,
        capacity * k_epoxide * km_epoxide,
        km_epoxide,
    )
