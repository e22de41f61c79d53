"""The hierarchical model of all development data, in PyMC.

    x   population parameters, ln over the point estimates: a normal prior each
    w   ln SDs between people, log-normal about the published ones; one correlation
    z   effects of each subject and of each study's group, given w
    t   how far each IWPC site lies above or below all others

Courses come from our engine and stable doses from the closed form, each as one
operation of PyTensor that brings its slopes along; everything else is PyMC's.
It loads PyMC, as its pieces do: a worker's business, never a request's.
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from twin.credibility.population.evidence import (
    FIRMLY_SEEN,
    FREEDOM,
    OF_SUBJECTS,
    PEOPLE_OF_A_MEAN,
    Evidence,
)
from twin.credibility.population.pymc_pieces import (
    Tied,
    observe,
    people,
    sd_of,
    spreads_of,
)
from twin.credibility.population.pytensor_ops import (
    ClearancesOp,
    CoursesOp,
    DosesOp,
)
from twin.vocabulary.ensemble import Floats

SPREADS = ("w_raw", "rho_raw", "sd_", "freedom_")
"""What the names of spreads begin with: a search for the others holds them."""


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
        w = spreads_of(effects)
        (correlation,) = effects.correlations
        rho_raw = pm.Normal("rho_raw")
        flat = correlation.spread / (1.0 - correlation.value**2)
        rho = pm.Deterministic(
            "correlation", pt.tanh(np.arctanh(correlation.value) + flat * rho_raw)
        )
        first, second = (effects.names.index(n) for n in correlation.effects)

        # Nobody tested their genes: what these do is part of how they differ.
        tied = Tied(first, second, rho)
        z = people(
            "subject",
            len(evidence.subjects.labels),
            [effects.names.index(effect) for effect in OF_SUBJECTS],
            pt.sqrt(w**2 + evidence.untested_sd**2),
            effects,
            firmly_seen=FIRMLY_SEEN,
            tied=tied,
        )
        predicted = CoursesOp(evidence.subjects.model)(x, z)
        activity = evidence.subjects.activity
        # All concentrations of the study come from one assay of its time.
        assay = pm.Normal("assay_raw")
        bias = pm.Deterministic("assay_bias", scatter["assay_bias"][0] * assay)
        predicted = predicted + pt.where(activity, 0.0, bias)
        scale = pt.where(
            activity, sd_of("sd_activity", scatter), sd_of("sd_concentration", scatter)
        )
        observe("subjects", evidence.subjects, predicted, scale)

        # Of effects that no curve of a concentration sees, none is asked for.
        seen = np.flatnonzero(
            np.any(evidence.curves.model.directions.effects != 0, axis=1)
        )
        of_mean = people(
            "curve",
            len(evidence.curves.labels),
            [int(k) for k in seen],
            pt.sqrt(w**2 + evidence.untested_sd**2) / np.sqrt(PEOPLE_OF_A_MEAN),
            effects,
            firmly_seen=FIRMLY_SEEN,
            tied=tied,
        )
        predicted = CoursesOp(evidence.curves.model)(x, of_mean)
        observe("curves", evidence.curves, predicted, sd_of("sd_mean_curve", scatter))

        n_starts = evidence.starts.model.n_groups
        predicted = CoursesOp(evidence.starts.model)(x, pt.zeros((n_starts, n_effects)))
        observe(
            "starts",
            evidence.starts,
            predicted,
            pt.constant(scatter["sd_factor_level"][0]),
        )

        median = ClearancesOp(evidence.clearances)(x)
        pm.StudentT(
            "clearances",
            nu=FREEDOM,
            mu=median,
            sigma=scatter["sd_clearance"][0] / np.sqrt(evidence.clearances.n_curves),
            observed=evidence.clearances.observed,
        )

        of_site = pm.Normal("of_site", 0.0, sd_of("sd_site", scatter), dims="site")
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
        record = sd_of("sd_dose_record", scatter)
        freedom = 2.0 + sd_of("freedom_dose", scatter)
        pm.StudentT(
            "doses",
            nu=freedom,
            mu=DosesOp(doses)(x) + of_site[doses.sites],
            # The variance of Student's t is nu/(nu - 2) of its squared scale.
            sigma=pt.sqrt((between + record**2) * (freedom - 2.0) / freedom),
            observed=doses.observed,
        )
    return model
