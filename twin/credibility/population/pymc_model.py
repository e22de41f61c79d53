"""The hierarchical model of all development data, in PyMC.

    x   population parameters, ln over the point estimates: a normal prior each
    w   ln SDs between people, log-normal about the published ones; one correlation
    z   effects of each subject and of each study's group, given w
    t   how far each IWPC site lies above or below all others

Courses come from our engine and stable doses from the closed form, each as one
operation of PyTensor that brings its slopes along; everything else is PyMC's.
It loads PyMC, as its pieces do: a worker's business, never a request's.
"""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from twin.credibility.population.evidence import (
    FIRMLY_SEEN,
    FREEDOM,
    OF_SUBJECTS,
    PEOPLE_OF_A_MEAN,
    Evidence,
    Family,
)
from twin.credibility.population.pymc_pieces import (
    LinearAbove,
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
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.ensemble import Floats

SPREADS = ("w_raw", "rho_raw", "sd_", "freedom_")
"""What the names of spreads begin with: a search for the others holds them."""

SUBJECT, CURVE, DOSE = "subject", "curve", "dose_centre"
"""Variables of the model: effects of each subject and of each study's group, and the
middle of each stable dose."""

OF_DOSE = ("sd_dose_record", "freedom_dose")
HELD = (SUBJECT, CURVE, DOSE, *OF_DOSE)
"""Variables that a draw of the spreads alone takes as given."""

BOUNDED_ABOVE = frozenset({"VKORC1_reference"})
"""Parameters whose size the data bound from above alone."""


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
        bounded = np.array([p.key[-1] in BOUNDED_ABOVE for p in evidence.known])
        x_raw = pm.Normal(
            "x_raw", dims="known", transform=LinearAbove(bounded, known_sd)
        )
        x = pm.Deterministic("x", prior_offset + known_sd * x_raw, dims="known")
        w, tied = _spreads(effects)
        z = _people(evidence, w, tied, SUBJECT)
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

        of_mean = _people(evidence, w, tied, CURVE)
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
        centre = DosesOp(evidence.doses)(x) + of_site[evidence.doses.sites]
        pm.Deterministic(DOSE, centre)
        record, freedom = (sd_of(name, scatter) for name in OF_DOSE)
        _observe_doses(evidence, w, tied, centre, record, freedom)
    return model


def spreads_model(evidence: Evidence) -> pm.Model:
    """How people differ: the same model where the effects of each are held.

    What is held are data of the names in `HELD`; the free variables are `w_raw` and
    `rho_raw`.  No course is part of it: it costs next to nothing.
    """
    effects = evidence.effects
    with pm.Model(coords={"effect": list(effects.names)}) as model:
        w, tied = _spreads(effects)
        for name in (SUBJECT, CURVE):
            n = len(_family(evidence, name).labels)
            held = pm.Data(name, np.zeros((n, len(effects.effects))))
            _people(evidence, w, tied, name, given=held)
        centre = pm.Data(DOSE, np.zeros(len(evidence.doses.observed)))
        record, freedom = (pm.Data(name, 1.0) for name in OF_DOSE)
        _observe_doses(evidence, w, tied, centre, record, freedom)
    return model


def _spreads(effects: BetweenPatients) -> tuple[Any, Tied]:
    """[effect], ln SDs between people; and which two effects go together how much."""
    w = spreads_of(effects)
    (correlation,) = effects.correlations
    rho_raw = pm.Normal("rho_raw")
    flat = correlation.spread / (1.0 - correlation.value**2)
    rho = pm.Deterministic(
        "correlation", pt.tanh(np.arctanh(correlation.value) + flat * rho_raw)
    )
    first, second = (effects.names.index(n) for n in correlation.effects)
    return w, Tied(first, second, rho)


def _family(evidence: Evidence, name: str) -> Family:
    return evidence.subjects if name == SUBJECT else evidence.curves


def _people(
    evidence: Evidence, w: Any, tied: Tied, name: str, *, given: Any = None
) -> Any:
    """Effects of the subjects, or of the means of studies."""
    effects = evidence.effects
    # Nobody tested their genes: what these do is part of how they differ.
    scales = pt.sqrt(w**2 + evidence.untested_sd**2)
    firmly_seen: tuple[str, ...] = ()
    if name == SUBJECT:
        which = [effects.names.index(effect) for effect in OF_SUBJECTS]
        firmly_seen = FIRMLY_SEEN
    else:
        scales /= np.sqrt(PEOPLE_OF_A_MEAN)
        # Of effects that no curve of a concentration sees, none is asked for.
        seen = np.any(evidence.curves.model.directions.effects != 0, axis=1)
        which = [int(k) for k in np.flatnonzero(seen)]
    z = people(
        name,
        len(_family(evidence, name).labels),
        which,
        scales,
        effects,
        firmly_seen=firmly_seen,
        tied=tied,
        given=given,
    )
    return z if given is not None else pm.Deterministic(name, z)


def _observe_doses(
    evidence: Evidence, w: Any, tied: Tied, centre: Any, record: Any, freedom: Any
) -> None:
    """Student's t about the centres: people differ, and so do records of a dose."""
    doses = evidence.doses
    by_effect, first, second = doses.effects, tied.first, tied.second
    between = pt.constant(by_effect**2) @ w**2
    between += (
        2.0
        * tied.correlation
        * w[first]
        * w[second]
        * by_effect[:, first]
        * by_effect[:, second]
    )
    freedom = 2.0 + freedom
    pm.StudentT(
        "doses",
        nu=freedom,
        mu=centre,
        # The variance of Student's t is nu/(nu - 2) of its squared scale.
        sigma=pt.sqrt((between + record**2) * (freedom - 2.0) / freedom),
        observed=doses.observed,
    )
