"""What hierarchical models of people have in common, in PyMC.

Spreads between people, the people themselves, scatter, and what was observed.  Each
adds its variables to the model that is being made, on the scale of 1.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor.tensor as pt
from pymc.logprob.transforms import Transform

from twin.credibility.population.evidence import FREEDOM, Family
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.ensemble import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tied:
    """Two effects that go together, by their places, and their correlation."""

    first: int
    second: int
    correlation: Any


class LinearAbove(Transform):  # type: ignore[misc]
    """Draws some of a vector of logarithms on a scale that turns linear above.

        exp(s x) = exp(s) ln(1 + exp(u))

    A size that data bound from above alone has a long tail on the logarithm and none
    on this scale, which a sampler crosses at one pace.

    Args:
        which: bool[variable], those it is for; the others are left as they are.
        sds: float64[variable], s: the ln SD of what x is a multiple of.
    """

    name = "linear_above"

    def __init__(self, which: npt.NDArray[np.bool_], sds: Floats) -> None:
        self.which, self.sds = which, sds

    def forward(self, value: Any, *_inputs: Any) -> Any:
        """x to u."""
        above = pt.log(pt.expm1(pt.exp(self.sds * (value - 1.0))))
        return pt.where(self.which, above, value)

    def backward(self, value: Any, *_inputs: Any) -> Any:
        """u to x."""
        below = 1.0 + pt.log(pt.softplus(value)) / self.sds
        return pt.where(self.which, below, value)

    def log_jac_det(self, value: Any, *_inputs: Any) -> Any:
        """ln of dx/du, [variable]."""
        slope = pt.log(pt.sigmoid(value) / (self.sds * pt.softplus(value)))
        return pt.where(self.which, slope, 0.0)


def spreads_of(effects: BetweenPatients) -> Any:
    """ln SDs between people, [effect]: log-normal about what was known of them."""
    raw = pm.Normal("w_raw", dims="effect")
    spreads = np.array([e.ln_sd_spread for e in effects.effects])
    return pm.Deterministic(
        "ln_sd", effects.ln_sds * pt.exp(spreads * raw), dims="effect"
    )


def people(
    name: str,
    n: int,
    which: Sequence[int],
    scales: Any,
    effects: BetweenPatients,
    *,
    firmly_seen: Collection[str] = (),
    tied: Tied | None = None,
    given: Any = None,
) -> Any:
    """Effects of n people or groups, [person, effect]; the rest are 0.

    Those that the data hold firmly are drawn as they are; the others, where the prior
    speaks, as multiples of their spread.  The second of a correlated pair is drawn
    given the first.

    Args:
        name: what the variables' names begin with.
        n: how many there are.
        which: effects that are asked for, by place.
        scales: [effect], ln SD of each.
        effects: all of them.
        firmly_seen: names of effects that the data hold.
        tied: a correlated pair.
        given: [person, effect], where the effects are held and spreads are asked for.
    """
    columns: dict[int, Any] = {}
    for k in which:
        scale, label = scales[k], f"{name}_{effects.names[k]}"
        mean: Any = 0.0
        if tied is not None and k == tied.second and tied.first in columns:
            first, rho = tied.first, tied.correlation
            mean = rho * scale / scales[first] * columns[first]
            scale = scale * pt.sqrt(1.0 - rho**2)
        if given is not None:
            columns[k] = given[:, k]
            density = pm.logp(pm.Normal.dist(mean, scale), columns[k])
            pm.Potential(label, density.sum())
        elif effects.names[k] in firmly_seen:
            columns[k] = pm.Normal(label, mean, scale, shape=n)
        else:
            columns[k] = mean + scale * pm.Normal(f"{label}_raw", shape=n)
    nothing = pt.zeros(n)
    return pt.stack(
        [columns.get(k, nothing) for k in range(len(effects.effects))], axis=1
    )


def sd_of(name: str, scatter: Mapping[str, tuple[float, float]]) -> Any:
    """The SD of a kind of observation: log-normal about its centre."""
    centre, spread = scatter[name]
    raw = pm.Normal(f"{name}_raw")
    return pm.Deterministic(name, centre * pt.exp(spread * raw))


def observe(name: str, family: Family, predicted: Any, scale: Any) -> None:
    """Student's t about the prediction; below quantification, its tail."""
    seen = ~family.censored
    scales = pt.broadcast_to(scale, (len(family.observed),))
    pm.StudentT(
        name,
        nu=FREEDOM,
        mu=predicted[seen],
        sigma=scales[seen],
        observed=family.observed[seen],
    )
    if np.any(family.censored):
        below = pm.StudentT.dist(
            nu=FREEDOM, mu=predicted[family.censored], sigma=scales[family.censored]
        )
        pm.Potential(
            f"{name}_below", pm.logcdf(below, family.observed[family.censored]).sum()
        )
