"""The hierarchical model of all development data, in PyMC.

    x   population parameters, ln over the point estimates: a normal prior each
    w   ln SDs between people, log-normal about the published ones; one correlation
    z   effects of each subject and of each study's group, given w
    t   how far each IWPC site lies above or below all others

Courses come from our engine and stable doses from the closed form, each as one
operation of PyTensor that brings its slopes along; everything else is PyMC's.
One of the two modules that load PyMC: a worker's business, never a request's.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from twin.credibility.population.evidence import Evidence, Family
from twin.credibility.population.pytensor_ops import (
    ClearancesOp,
    CoursesOp,
    DosesOp,
)
from twin.vocabulary.ensemble import Floats

_FREEDOM = 4.0  # of Student's t about courses: one wrong row cannot pull
_PEOPLE_OF_A_CURVE = 10.0
SPREADS = ("w_raw", "rho_raw", "sd_", "freedom_")
"""What the names of spreads begin with: a search for the others holds them."""
_FIRMLY_SEEN = ("clearance_S", "volume", "sensitivity", "turnover")
_OF_SUBJECTS = (*_FIRMLY_SEEN, "clearance_R", "absorption", "slow_turnover")
"""What a single dose can show: all but vitamin K eaten and synthesis, since activities
start at 100 %.  `clearance_S` comes before the one that depends on it."""


def population_model(
    evidence: Evidence, *, prior_offset: Floats, scatter: dict[str, tuple[float, float]]
) -> pm.Model:
    """The model; its free variables are all on the scale of 1.

    Args:
        evidence: data with what predicts them.
        prior_offset: float64[known], ln(centre of the prior / point estimate).
        scatter: name -> (ln SD of an observation, ln spread of that SD).
    """
    effects = evidence.effects
    n_effects = len(effects.effects)
    known_sd = np.array([p.ln_sd for p in evidence.known])
    labels = [" ".join(p.key) for p in evidence.known]
    coords = {
        "known": labels,
        "effect": list(effects.names),
        "site": list(evidence.doses.site_names),
    }
    with pm.Model(coords=coords) as model:
        x_raw = pm.Normal("x_raw", dims="known")
        x = pm.Deterministic("x", prior_offset + known_sd * x_raw, dims="known")
        w_raw = pm.Normal("w_raw", dims="effect")
        spreads = np.array([e.ln_sd_spread for e in effects.effects])
        w = pm.Deterministic(
            "ln_sd", effects.ln_sds * pt.exp(spreads * w_raw), dims="effect"
        )
        (correlation,) = effects.correlations
        rho_raw = pm.Normal("rho_raw")
        flat = correlation.spread / (1.0 - correlation.value**2)
        rho = pm.Deterministic(
            "correlation", pt.tanh(np.arctanh(correlation.value) + flat * rho_raw)
        )
        first, second = (effects.names.index(n) for n in correlation.effects)

        def people(name: str, n: int, which: Sequence[int], scales: Any) -> Any:
            """Effects of n people or groups, [person, effect]; the rest are 0.

            Those that the data hold firmly are drawn as they are; the others, where
            the prior speaks, as multiples of their spread.  The second of a correlated
            pair is drawn given the first.
            """
            columns: dict[int, Any] = {}
            for k in which:
                scale, label = scales[k], f"{name}_{effects.names[k]}"
                mean: Any = 0.0
                if k == second and first in columns:
                    mean = rho * scale / scales[first] * columns[first]
                    scale = scale * pt.sqrt(1.0 - rho**2)
                if effects.names[k] in _FIRMLY_SEEN:
                    columns[k] = pm.Normal(label, mean, scale, shape=n)
                else:
                    columns[k] = mean + scale * pm.Normal(f"{label}_raw", shape=n)
            nothing = pt.zeros(n)
            return pt.stack([columns.get(k, nothing) for k in range(n_effects)], axis=1)

        def sd(name: str) -> Any:
            centre, spread = scatter[name]
            raw = pm.Normal(f"{name}_raw")
            return pm.Deterministic(name, centre * pt.exp(spread * raw))

        # Nobody tested their genes: what these do is part of how they differ.
        z = people(
            "subject",
            len(evidence.subjects.labels),
            [effects.names.index(effect) for effect in _OF_SUBJECTS],
            pt.sqrt(w**2 + evidence.untested_sd**2),
        )
        predicted = CoursesOp(evidence.subjects.model)(x, z)
        activity = evidence.subjects.activity
        # All concentrations of the study come from one assay of its time.
        assay = pm.Normal("assay_raw")
        bias = pm.Deterministic("assay_bias", scatter["assay_bias"][0] * assay)
        predicted = predicted + pt.where(activity, 0.0, bias)
        scale = pt.where(activity, sd("sd_activity"), sd("sd_concentration"))
        _observe("subjects", evidence.subjects, predicted, scale)

        # Of effects that no curve of a concentration sees, none is asked for.
        seen = np.flatnonzero(
            np.any(evidence.curves.model.directions.effects != 0, axis=1)
        )
        of_mean = people(
            "curve",
            len(evidence.curves.labels),
            [int(k) for k in seen],
            pt.sqrt(w**2 + evidence.untested_sd**2) / np.sqrt(_PEOPLE_OF_A_CURVE),
        )
        predicted = CoursesOp(evidence.curves.model)(x, of_mean)
        _observe("curves", evidence.curves, predicted, sd("sd_mean_curve"))

        n_starts = evidence.starts.model.n_groups
        predicted = CoursesOp(evidence.starts.model)(x, pt.zeros((n_starts, n_effects)))
        _observe(
            "starts",
            evidence.starts,
            predicted,
            pt.constant(scatter["sd_factor_level"][0]),
        )

        median = ClearancesOp(evidence.clearances)(x)
        pm.StudentT(
            "clearances",
            nu=_FREEDOM,
            mu=median,
            sigma=scatter["sd_clearance"][0] / np.sqrt(evidence.clearances.n_curves),
            observed=evidence.clearances.observed,
        )

        of_site = pm.Normal("of_site", 0.0, sd("sd_site"), dims="site")
        doses = evidence.doses
        by_effect = doses.effects
        between = pt.constant(by_effect**2) @ w**2
        between += (
            2.0
            * rho
            * w[first]
            * w[second]
            * by_effect[:, first]
            * by_effect[:, second]
        )
        record = sd("sd_dose_record")
        freedom = 2.0 + sd("freedom_dose")
        pm.StudentT(
            "doses",
            nu=freedom,
            mu=DosesOp(doses)(x) + of_site[doses.sites],
            # The variance of Student's t is nu/(nu - 2) of its squared scale.
            sigma=pt.sqrt((between + record**2) * (freedom - 2.0) / freedom),
            observed=doses.observed,
        )
    return model


def _observe(name: str, family: Family, predicted: Any, scale: Any) -> None:
    """Student's t about the prediction; below quantification, its tail."""
    seen = ~family.censored
    scales = pt.broadcast_to(scale, (len(family.observed),))
    pm.StudentT(
        name,
        nu=_FREEDOM,
        mu=predicted[seen],
        sigma=scales[seen],
        observed=family.observed[seen],
    )
    if np.any(family.censored):
        below = pm.StudentT.dist(
            nu=_FREEDOM, mu=predicted[family.censored], sigma=scales[family.censored]
        )
        pm.Potential(
            f"{name}_below", pm.logcdf(below, family.observed[family.censored]).sum()
        )
