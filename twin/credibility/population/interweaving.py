"""Spreads between people, drawn again given the effects of each.

NUTS moves effects that the data hold loosely as multiples of their spread.  Where a few
people hold a spread after all, it can then move by little at a time, for their effects
move with it.  Given the effects themselves it moves freely, and no course is followed:
between two steps of NUTS the spreads are drawn so, by slices, and the multiples follow.
Both leave the posterior as it is; together they are quick where either is.

Source: Yu, Meng (2011) J Comput Graph Stat 20:531, of ancillarity and sufficiency.
"""

from collections.abc import Mapping

import numpy as np
import pymc as pm
from pymc.blocking import DictToArrayBijection, RaveledVars

from twin.credibility.population.pymc_model import CURVE, HELD, SUBJECT
from twin.vocabulary.ensemble import Floats

_SWEEPS = 2  # over the spreads, each time


class Interweaving:
    """A model of the population beside its `spreads_model`; called with a point.

    Args:
        model: the population's.
        spreads: of the same evidence.
        effects: their names, in the order of the columns.
    """

    def __init__(
        self, model: pm.Model, spreads: pm.Model, effects: tuple[str, ...]
    ) -> None:
        self.spreads = spreads
        self.shape = DictToArrayBijection.map(model.initial_point())
        # Of the variables that are multiples: whose they are, and of which effect.
        self.multiples = {
            f"{who}_{effect}_raw": (who, place)
            for who in (SUBJECT, CURVE)
            for place, effect in enumerate(effects)
            if f"{who}_{effect}_raw" in model.named_vars
        }
        self._held = self._compiled(model, HELD)
        self._people = self._compiled(model, (SUBJECT, CURVE))
        with spreads:
            self.slices = pm.Slice(
                w=1.0, tune=False, blocked=True, compile_kwargs={"mode": "NUMBA"}
            )

    def __call__(self, point: Floats, rng: np.random.Generator) -> Floats:
        """The point with other spreads and the same effects, float64[variable]."""
        values = self.values(point)
        held = self.hold(values)
        drawn = {name: values[name] for name in self.spreads.initial_point()}
        self.slices.rng = rng
        for _ in range(_SWEEPS):
            drawn, _stats = self.slices.step(drawn)
        moved = values | drawn
        for name, (who, place) in self.multiples.items():
            # A straight line in its multiple, given those before it: two points do.
            none, one = (
                self.people(moved | {name: np.full_like(values[name], level)})[who]
                for level in (0.0, 1.0)
            )
            here = np.s_[:, place]
            moved[name] = (held[who] - none)[here] / (one - none)[here]
        ordered = {name: moved[name] for name, *_ in self.shape.point_map_info}
        return np.asarray(DictToArrayBijection.map(ordered).data)

    def values(self, point: Floats) -> dict[str, Floats]:
        """A point by variable."""
        whole = RaveledVars(np.asarray(point), self.shape.point_map_info)
        return dict(DictToArrayBijection.rmap(whole))

    def hold(self, values: Mapping[str, Floats]) -> dict[str, Floats]:
        """What spreads are drawn given, told to their model."""
        held = dict(zip(HELD, self._held(values), strict=True))
        for name, value in held.items():
            self.spreads.set_data(name, value)
        return held

    def people(self, values: Mapping[str, Floats]) -> dict[str, Floats]:
        """Effects, [person, effect], of the subjects and of the studies' groups."""
        return dict(zip((SUBJECT, CURVE), self._people(dict(values)), strict=True))

    @staticmethod
    def _compiled(model: pm.Model, names: tuple[str, ...]) -> pm.pytensorf.PointFunc:
        return model.compile_fn(
            model.replace_rvs_by_values([model[name] for name in names]),
            inputs=model.value_vars,
            mode="FAST_COMPILE",  # needs no compiler on the machine
            on_unused_input="ignore",
        )
