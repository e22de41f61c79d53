"""From chains to the population's draws: what was found, and how sure it is.

Only what belongs to the population is taken out of the chains: effects of subjects and
sites stay behind, and no observation is ever part of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pymc as pm
from pymc.blocking import DictToArrayBijection, RaveledVars

from twin.credibility.population.chain import Chain
from twin.credibility.population.evidence import Evidence
from twin.inference.chains import bulk_ess, rhat, tail_ess
from twin.vocabulary.ensemble import Floats

SCALES = (
    "sd_concentration",
    "sd_activity",
    "sd_mean_curve",
    "sd_site",
    "sd_dose_record",
    "freedom_dose",
    "assay_bias",
)
"""Numbers of the fit that belong to no parameter of the twin."""


@dataclass(frozen=True, slots=True)
class Found:
    """One population parameter before and after the data.

    prior, prior_ln_sd   centre and spread before, the spread on the logarithm
    median, ln_sd        after; low and high bound 90 %
    learned              share of the prior's variance that the data took away
    """

    name: str
    prior: float
    prior_ln_sd: float
    median: float
    ln_sd: float
    low: float
    high: float
    learned: float
    rhat: float
    ess_bulk: float
    ess_tail: float


OF_POPULATION = ("x", "ln_sd", "correlation", *SCALES)
"""Variables of our twin's model that belong to nobody."""


def population_draws(
    model: pm.Model, chains: Sequence[Chain], names: Sequence[str] = OF_POPULATION
) -> Mapping[str, Floats]:
    """Population-level variables of all chains, float64[chain, draw, ...] by name."""
    shape = DictToArrayBijection.map(model.initial_point())
    # Of a draw's own values, not of new random ones; it has more than these need.
    values = model.compile_fn(
        model.replace_rvs_by_values([model[name] for name in names]),
        inputs=model.value_vars,
        mode="FAST_COMPILE",
        on_unused_input="ignore",
    )
    found: dict[str, list[list[Floats]]] = {name: [] for name in names}
    for chain in chains:
        of_chain = [
            values(DictToArrayBijection.rmap(RaveledVars(draw, shape.point_map_info)))
            for draw in chain.draws
        ]
        for place, name in enumerate(names):
            found[name].append([np.asarray(each[place]) for each in of_chain])
    return {name: np.array(each) for name, each in found.items()}


def found_of(
    draws: Mapping[str, Floats],
    evidence: Evidence,
    *,
    point_estimates: Floats,
    prior_centres: Floats,
    scatter: Mapping[str, tuple[float, float]],
) -> tuple[Found, ...]:
    """Every population-level parameter, before and after.

    Args:
        draws: from `population_draws`.
        evidence: what they were drawn from.
        point_estimates: float64[known], where x is 0.
        prior_centres: float64[known].
        scatter: as the model was given it.
    """
    known, effects = evidence.known, evidence.effects
    rows = [
        found_parameter(
            " ".join(p.key),
            point_estimates[k] * np.exp(draws["x"][:, :, k]),
            prior_centres[k],
            p.ln_sd,
            np.log,
        )
        for k, p in enumerate(known)
    ]
    rows += [
        found_parameter(
            f"between patients: {effect.name}",
            draws["ln_sd"][:, :, k],
            effect.ln_sd,
            effect.ln_sd_spread,
            np.log,
        )
        for k, effect in enumerate(effects.effects)
    ]
    (tied,) = effects.correlations
    rows.append(
        found_parameter(
            f"correlation of {' and '.join(tied.effects)}",
            draws["correlation"],
            tied.value,
            tied.spread,
            np.asarray,
        )
    )
    for name in SCALES:
        centre, spread = scatter[name]
        if name == "assay_bias":
            rows.append(found_parameter(name, draws[name], 0.0, centre, np.asarray))
        else:
            rows.append(found_parameter(name, draws[name], centre, spread, np.log))
    return tuple(rows)


def found_parameter(
    name: str,
    values: Floats,
    prior: float,
    prior_ln_sd: float,
    scale: Callable[[Floats], Floats],
) -> Found:
    """One parameter before and after.

    Args:
        name: of the parameter.
        values: float64[chain, draw].
        prior: its centre before.
        prior_ln_sd: spread before, on the scale.
        scale: on which spreads are taken, as `np.log`.
    """
    on_scale = scale(values)
    ln_sd = float(np.std(on_scale, ddof=1))
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    learned = 0.0 if prior_ln_sd == 0 else 1.0 - (ln_sd / prior_ln_sd) ** 2
    return Found(
        name,
        prior,
        prior_ln_sd,
        float(median),
        ln_sd,
        float(low),
        float(high),
        learned,
        float(rhat(values)),
        float(bulk_ess(values)),
        float(tail_ess(values)),
    )
