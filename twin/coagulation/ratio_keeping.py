"""The carboxylation that keeps an INR: from the laboratory back to the cell."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import ProthrombinSurrogate
from twin.coagulation.factors import FactorSynthesis
from twin.kernels import Floats, side_by_side


def ratio_keeping(
    inr: npt.ArrayLike,
    *,
    highest: npt.ArrayLike,
    synthesis: FactorSynthesis,
    untouched: Mapping[str, npt.ArrayLike],
    isi: npt.ArrayLike,
    surrogate: ProthrombinSurrogate,
) -> Floats:
    """x = KH2/Kc at which the steady INR is `inr`; the INR falls with x.

    Args (numbers or float64[draw]):
        inr: wanted.
        highest: x without the drug; all levels there lie in the surrogate's domain.
        synthesis: how factors follow x.
        untouched: level of what the test sees and x does not move, by factor.
        isi: sensitivity index of the reagent.
        surrogate: factor levels -> prothrombin time ratio.

    Returns: x, [draw]; NaN where no x up to `highest` keeps the INR with every level
    in the surrogate's domain.
    """
    from twin.coagulation.clotting_test_kernels import keep  # noqa: PLC0415 - numba

    made = {**untouched, **synthesis.relative_kc}
    table, shape = side_by_side(
        *synthesis.shared,
        isi,
        inr,
        highest,
        *(made[name] for name in surrogate.factors),
    )
    split = table.shape[0] - len(surrogate.factors)
    follows = [name in synthesis.relative_kc for name in surrogate.factors]
    ratio = np.empty(table.shape[1])
    keep(
        table[:split],
        table[split:],
        np.array(follows, np.int64),
        np.stack([surrogate.lowest, surrogate.highest]),
        *surrogate.polynomial,
        ratio,
    )
    return ratio.reshape(shape)
