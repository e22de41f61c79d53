"""What hierarchical models of people have in common, in PyMC.

Spreads between people, the people themselves, scatter, and what was observed.  Each
adds its variables to the model that is being made, on the scale of 1.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from twin.credibility.population.evidence import FREEDOM, Family
from twin.vocabulary.effects import BetweenPatients


@dataclass(frozen=True, slots=True, eq=False)
class Tied:
    """Two effects that go together, by their places, and their correlation."""

    first: int
    second: int
    correlation: Any


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
    firmly_seen: Collection[str],
    tied: Tied | None = None,
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
    """
    columns: dict[int, Any] = {}
    for k in which:
        scale, label = scales[k], f"{name}_{effects.names[k]}"
        mean: Any = 0.0
        if tied is not None and k == tied.second and tied.first in columns:
            first, rho = tied.first, tied.correlation
            mean = rho * scale / scales[first] * columns[first]
            scale = scale * pt.sqrt(1.0 - rho**2)
        if effects.names[k] in firmly_seen:
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
