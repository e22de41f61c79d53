"""The hierarchical model of a published form, in PyMC: our own twin's, made small.

    x   what is not known of people in general: normal about the paper's numbers
    w   ln SDs between people, log-normal about the published ones
    z   effects of each subject, given w and what genes nobody tested add

It has one kind of data, the activities that all forms can be held against.
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from twin.credibility.population.form_evidence import FormEvidence
from twin.credibility.population.pymc_pieces import (
    observe,
    people,
    sd_of,
    spreads_of,
)
from twin.credibility.population.pytensor_ops import CoursesOp

_FIRMLY_SEEN = ("sensitivity",)


def form_population_model(
    evidence: FormEvidence, *, scatter: dict[str, tuple[float, float]]
) -> pm.Model:
    """The model; its free variables are all on the scale of 1.

    Args:
        evidence: subjects with the form that predicts them.
        scatter: `sd_activity` -> (ln SD of an observation, ln spread of that SD), the
            same as for our own twin.
    """
    form = evidence.form
    effects = form.effects
    coords = {
        "known": [each.name for each in form.known],
        "effect": list(effects.names),
    }
    with pm.Model(coords=coords) as model:
        x_raw = pm.Normal("x_raw", dims="known")
        known_sd = np.array([each.ln_sd for each in form.known])
        x = pm.Deterministic("x", known_sd * x_raw, dims="known")
        w = spreads_of(effects)
        # Nobody tested their genes: what these do is part of how they differ.
        z = people(
            "subject",
            len(evidence.subjects.labels),
            range(len(effects.names)),
            pt.sqrt(w**2 + evidence.untested_sd**2),
            effects,
            firmly_seen=_FIRMLY_SEEN,
        )
        predicted = CoursesOp(evidence.subjects.model)(x, z)
        observe("subjects", evidence.subjects, predicted, sd_of("sd_activity", scatter))
    return model
