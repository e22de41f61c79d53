"""What the population says of data it has seen, and what its prior said of them.

New people with the covariates of the data's are drawn, with their scatter; how many of
the observations lie inside their bands is counted.  A prior that excludes the data, or
a posterior whose bands hold far more or fewer than they say, shows here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from twin.credibility.population.dose_scatter import between_people, dose_scatter
from twin.credibility.population.evidence import FREEDOM, Evidence, Family
from twin.errors import IntegrationFailed
from twin.vocabulary.ensemble import Floats

LEVELS = (0.5, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Check:
    """Of one kind of observation: how the bands of new people hold it.

    coverage  share of observations inside the central 50, 80 and 90 %
    bias      median of ln(observed/median predicted)
    spread    SD of the same, and of the predictions
    failed    draws whose courses did not integrate
    """

    name: str
    n: int
    coverage: tuple[float, float, float]
    bias: float
    observed_ln_sd: float
    predicted_ln_sd: float
    failed: int


def predictive_checks(
    evidence: Evidence,
    x: Floats,
    ln_sds: Floats,
    correlations: Floats,
    scales: Mapping[str, Floats],
    *,
    rng: np.random.Generator,
) -> tuple[Check, ...]:
    """Bands of new people against the data.

    Args:
        evidence: the data with their models.
        x: float64[draw, known]; the other draws belong to the same.
        ln_sds: float64[draw, effect].
        correlations: float64[draw, correlation].
        scales: SD of observations by name, float64[draw].
        rng: of people and scatter.
    """
    covariance = evidence.effects.covariance(ln_sds, correlations)
    roots: Floats = np.asarray(np.linalg.cholesky(covariance), np.float64)
    subjects, failed = _courses(
        evidence.subjects, x, roots, scales, evidence.untested_sd, rng
    )
    activity = evidence.subjects.activity
    seen = ~evidence.subjects.censored
    observed = evidence.subjects.observed
    doses = np.stack([evidence.doses.at(each).ln_mg_per_day for each in x])
    of_site = scales["sd_site"][:, None] * rng.normal(
        size=(len(x), len(evidence.doses.site_names))
    )
    scale, freedom = dose_scatter(
        between_people(evidence.doses.effects, covariance), scales
    )
    scatter = scale * rng.standard_t(np.broadcast_to(freedom[:, None], doses.shape))
    doses = doses + of_site[:, evidence.doses.sites] + scatter
    return (
        _check(
            "concentration, single doses",
            observed[seen & ~activity],
            subjects[:, seen & ~activity],
            failed,
        ),
        _check(
            "prothrombin complex activity",
            observed[seen & activity],
            subjects[:, seen & activity],
            failed,
        ),
        _check("stable dose", evidence.doses.observed, doses, 0),
    )


def _courses(
    family: Family,
    x: Floats,
    roots: Floats,
    scales: Mapping[str, Floats],
    untested_sd: Floats,
    rng: np.random.Generator,
) -> tuple[Floats, int]:
    """ln of every sample for new people, float64[draw, sample], failed ones NaN."""
    n_groups, n_effects = family.model.n_groups, roots.shape[-1]
    found = np.full((len(x), len(family.observed)), np.nan)
    failed = 0
    for number in range(len(x)):
        own = rng.normal(size=(n_groups, n_effects)) @ roots[number].T
        own += untested_sd * rng.normal(size=own.shape)  # genes nobody tested
        try:
            course = family.model.at(x[number], own)
        except IntegrationFailed:
            failed += 1
            continue
        sd = np.where(
            family.activity,
            scales["sd_activity"][number],
            scales["sd_concentration"][number],
        )
        bias = np.where(family.activity, 0.0, scales["assay_bias"][number])
        noise = rng.standard_t(FREEDOM, size=len(sd))
        found[number] = course.ln_value + bias + sd * noise
    return found, failed


def _check(name: str, observed: Floats, drawn: Floats, failed: int) -> Check:
    kept = drawn[np.all(np.isfinite(drawn), axis=1)]
    coverage = []
    for level in LEVELS:
        low, high = np.quantile(kept, [0.5 - level / 2, 0.5 + level / 2], axis=0)
        coverage.append(float(np.mean((observed >= low) & (observed <= high))))
    missed = observed - np.median(kept, axis=0)
    return Check(
        name,
        len(observed),
        (coverage[0], coverage[1], coverage[2]),
        float(np.median(missed)),
        float(np.std(missed)),
        float(np.mean(np.std(kept, axis=0))),
        failed,
    )
