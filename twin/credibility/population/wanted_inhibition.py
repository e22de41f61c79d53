"""The inhibition of VKORC1 that patients need for their INR, with slopes.

Few combinations of target gene and INR stand for thousands of patients; each is solved
once at a point and once beside it along every parameter that matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from twin.coagulation.factors import FactorSynthesis
from twin.coagulation.ratio_keeping import ratio_keeping
from twin.coagulation.vitamin_k_cycle import (
    VitaminKCycle,
    inhibition_for,
    steady_state,
)
from twin.inference.levers import STARTS, Levers
from twin.library import Library
from twin.vocabulary.ensemble import Floats

Integers = npt.NDArray[np.int64]

_STEP = 1e-6  # of a difference quotient of balances solved to the last bits


@dataclass(frozen=True, slots=True, eq=False)
class WantedInhibition:
    """The inhibition wanted by each combination of target gene and INR.

    logarithms   float64[gene, name], of the constants the cycle and factors are made of
    slopes       float64[gene, known, name]; bends likewise
    moving       int64[moved], the known that move any of them
    """

    library: Library
    names: tuple[str, ...]
    values: Floats
    slopes: Floats
    bends: Floats
    moving: Integers
    gene: Integers
    inr: Floats

    def at(self, x: Floats) -> tuple[Floats, Floats]:
        """I of each combination, and d ln I/dx, [combination], [combination, known]."""
        n_moved = len(self.moving)
        points = np.tile(x, (1 + n_moved, 1))
        points[1 + np.arange(n_moved), self.moving] += _STEP
        # [gene, point, name]
        factor = np.exp(points @ self.slopes + (points * points) @ self.bends)
        values = self.values[:, None, :] * factor
        rows = values[self.gene]  # [combination, point, name]
        shape = rows.shape[:2]
        flat = rows.reshape(-1, len(self.names))
        parameters: dict[str, npt.ArrayLike] = {
            **self.library.spec.constants,
            **{name: flat[:, place] for place, name in enumerate(self.names)},
        }
        cycle = VitaminKCycle.of(
            {**parameters, "VK__capacity": parameters["VKORC1_capacity"]}
        )
        ratio = self._ratio(cycle, parameters, np.repeat(self.inr, shape[1]))
        found = np.log(inhibition_for(cycle, ratio)).reshape(shape)
        slopes = np.zeros((shape[0], len(x)))
        slopes[:, self.moving] = (found[:, 1:] - found[:, :1]) / _STEP
        return np.exp(found[:, 0]), slopes

    def _ratio(
        self,
        cycle: VitaminKCycle,
        parameters: dict[str, npt.ArrayLike],
        inr: Floats,
    ) -> Floats:
        """x = KH2/Kc wanted; alike for all who share factors and INR, solved once."""
        synthesis = FactorSynthesis.of(parameters, reference=cycle.reference_ratio)
        surrogate = self.library.surrogate
        supplied = {name: parameters[f"PT__{name}"] for name in surrogate.supplied}
        own = np.stack(
            [
                np.broadcast_to(np.asarray(column, dtype=np.float64), inr.shape)
                for column in (
                    inr,
                    *synthesis.shared,
                    *synthesis.relative_kc.values(),
                    *supplied.values(),
                )
            ],
            axis=1,
        )
        _, first, back = np.unique(own, axis=0, return_index=True, return_inverse=True)

        def once(column: npt.ArrayLike) -> Floats:
            return np.broadcast_to(np.asarray(column, np.float64), inr.shape)[first]

        highest = np.broadcast_to(steady_state(cycle, 0.0).ratio, inr.shape)
        of_first = ratio_keeping(
            inr[first],
            # A bracket only: the highest of all who share the row.
            highest=np.full(len(first), np.max(highest)),
            synthesis=replace(
                synthesis,
                relative_kc={
                    name: once(w) for name, w in synthesis.relative_kc.items()
                },
                exponent=once(synthesis.exponent),
                reference=once(synthesis.reference),
                capacity=once(synthesis.capacity),
                partial=once(synthesis.partial),
            ),
            untouched={name: once(level) for name, level in supplied.items()},
            isi=parameters["PT__ISI"],
            surrogate=surrogate,
        )
        return of_first[back.ravel()]


def wanted_inhibition(
    levers: Sequence[Levers],
    group: Integers,
    inr: Floats,
    library: Library,
) -> tuple[WantedInhibition, Integers]:
    """The combinations of target gene and INR, and which one each patient has."""
    names = cycle_names(levers[0])
    place = [levers[0].names.index(name) for name in names]
    of_group = np.array([each.centre[place] for each in levers])
    _, first, gene_of_group = np.unique(
        of_group.round(12), axis=0, return_index=True, return_inverse=True
    )
    pairs = np.stack(
        [gene_of_group.ravel()[group], np.unique(inr, return_inverse=True)[1]], axis=1
    )
    _, chosen, combination = np.unique(
        pairs, axis=0, return_index=True, return_inverse=True
    )
    slopes = np.stack([levers[g].slopes[:, place] for g in first])
    bends = np.stack([levers[g].bends[:, place] for g in first])
    moving = np.flatnonzero(np.any(slopes != 0, axis=(0, 2)))
    cycle = WantedInhibition(
        library,
        names,
        of_group[first],
        slopes,
        bends,
        moving,
        pairs[chosen, 0],
        inr[chosen],
    )
    return cycle, combination.ravel()


def cycle_names(levers: Levers) -> tuple[str, ...]:
    """Constants that the cycle and the factors at rest are made of."""
    return tuple(
        name
        for name in levers.names
        if name.startswith(("VK__", "F__", "PT__")) or name == "VKORC1_capacity"
        if name not in STARTS and not name.startswith("F__half_life")
    )
