"""The vitamin K dependent factors at rest: carboxylation to levels, in algebra.

The same synthesis law as `models/modules/clotting_factors.ant`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.kernels import side_by_side

Floats = npt.NDArray[np.float64]

FACTORS = ("II", "VII", "IX", "X", "PC", "PS")


@dataclass(frozen=True, slots=True, eq=False)
class FactorSynthesis:
    """How each factor's synthesis follows x = KH2/Kc.

    relative_kc  w by factor: Kc of its precursor relative to the cycle's
    exponent     m, effective exponent of carboxylation
    reference    x at the reference baseline
    capacity     the liver's capacity for synthesis, 1 in health
    partial      activity of molecules that lack one carboxylation; 0 in the committed
                 model, other values in the form of `models/alternatives/`
    """

    relative_kc: Mapping[str, npt.ArrayLike]
    exponent: npt.ArrayLike
    reference: npt.ArrayLike
    capacity: npt.ArrayLike
    partial: npt.ArrayLike = 0.0

    @classmethod
    def of(
        cls, parameters: Mapping[str, npt.ArrayLike], *, reference: npt.ArrayLike
    ) -> "FactorSynthesis":
        """From SBML ids of the composed model (`F__w_II`, `F__m`, ...)."""
        return cls(
            {name: parameters[f"F__w_{name}"] for name in FACTORS},
            parameters["F__m"],
            reference,
            parameters["F__synthesis"],
            parameters.get("F__partial", 0.0),
        )

    @property
    def shared(self) -> tuple[npt.ArrayLike, ...]:
        """What all factors have in common, in the order in which kernels read it."""
        return self.reference, self.exponent, self.partial, self.capacity


def steady_levels(
    synthesis: FactorSynthesis, ratio: npt.ArrayLike
) -> dict[str, Floats]:
    """Level of each factor relative to normal when x stays where it is.

        F = S g^m (1 + a m (1 - g)),   g = (x/(x+w)) / (x0/(x0+w))

    Rises with x; is S at the reference baseline.

    Args:
        synthesis: w, m, x0, S, a, numbers or float64[draw].
        ratio: x = KH2/Kc, [draw].

    Returns: levels by factor, fraction of normal, [draw].

    Source: derived here, as the rest of models/modules/clotting_factors.ant: at rest
    the turnover rate cancels.  The order of the w is after Gulati (2011), unverified.
    Assumes no extra consumption.
    """
    from twin.coagulation.clotting_test_kernels import (  # noqa: PLC0415 - loads numba
        synthesise,
    )

    levels = {}
    for name, w in synthesis.relative_kc.items():
        table, shape = side_by_side(*synthesis.shared, w, ratio)
        level = np.empty(table.shape[1])
        synthesise(table, level)
        levels[name] = level.reshape(shape)
    return levels
