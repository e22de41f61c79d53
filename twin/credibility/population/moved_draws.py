"""Draws of the population moved to where they would lie without a site.

Importance weights fail for a site that many others cannot stand in for: no draw lies
where the posterior without it does.  In the linear picture that posterior is known: the
site's pull and its information are taken out of the mean and the covariance of the
draws.  Exact for a normal posterior and doses linear in x; what the site says of the
spreads between people stays.
"""

from dataclasses import dataclass, replace

import numpy as np

from twin.credibility.population.dose_scatter import between_people, dose_scatter
from twin.credibility.population.dose_slopes import DoseModel
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.population import Population

MOST_KNOWN = 0.95
"""Share of what is known of a direction that is taken out at most: of what is left
then, the draws show next to nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class MovedDraws:
    """The population without a site.

    largest_share  of what is known of any direction, that was the site's
    n_held         directions in which it was more than `MOST_KNOWN`: the draws are then
                   no posterior of these doses, or the picture is not linear
    shift          of the mean, in standard deviations of the draws before
    """

    population: Population
    largest_share: float
    n_held: int
    shift: float


def moved_without(model: DoseModel, population: Population, site: str) -> MovedDraws:
    """The draws as if a site had not been seen, in the linear picture.

        C' = (C^-1 - H)^-1,   m' = m - C' g,   x' = m' + C'^(1/2) C^(-1/2) (x - m)

    m and C are mean and covariance of the draws, g the slope of ln p(doses of the site)
    at m and H its information, what the site shares integrated out:

        g = J' S r,   H = J' S J,   S = W - W 1 1' W/(1/t² + 1' W 1)

    with J the slopes of ln dose, r the residuals and W the precision of a record.

    Args:
        model: patients with their recorded dose and site.
        population: draws of the posterior that saw all of them.
        site: one of the model's.
    """
    here = model.sites == model.site_names.index(site)
    mean = population.x.mean(axis=0)
    doses = model.at(mean)
    slopes = model.slopes(doses, mean)[here]
    off = (model.observed - doses.ln_mg_per_day)[here]
    pull, information = _site(model, population, here, slopes, off)
    covariance = np.cov(population.x.T)
    root = np.linalg.cholesky(
        covariance + 1e-12 * np.trace(covariance) * np.eye(len(mean))
    )
    shares, directions = np.linalg.eigh(root.T @ information @ root)
    left = 1.0 - np.minimum(shares, MOST_KNOWN)
    own = directions.T @ np.linalg.solve(root, (population.x - mean).T)
    shift = -(directions.T @ (root.T @ pull)) / left
    moved = root @ directions @ (shift[:, None] + own / np.sqrt(left)[:, None])
    return MovedDraws(
        replace(population, x=frozen_array(mean + moved.T)),
        float(shares.max()),
        int(np.sum(shares > MOST_KNOWN)),
        float(np.sqrt(shift @ shift)),
    )


def _site(
    model: DoseModel,
    population: Population,
    here: np.ndarray,
    slopes: Floats,
    off: Floats,
) -> tuple[Floats, Floats]:
    """g and H, float64[known] and float64[known, known].

    A record far off pulls less, as Student's t has it; information is the expected one.
    """
    every = np.arange(population.n_draws)
    between = between_people(model.effects[here], population.covariances(every))
    scales, freedoms = dose_scatter(between, population.scales)
    scale, freedom = scales.mean(axis=0), float(freedoms.mean())
    between_sites = float(np.mean(population.scales["sd_site"])) ** 2
    shared = 0.0
    weight = np.ones_like(off)
    for _ in range(10):  # of what the site shares and of who is far off, in turn
        weight = (freedom + 1.0) / (freedom + ((off - shared) / scale) ** 2) / scale**2
        shared = float(weight @ off / (weight.sum() + 1.0 / between_sites))
    pull = slopes.T @ (weight * (off - shared))
    expected = (freedom + 1.0) / (freedom + 3.0) / scale**2
    weighted = expected[:, None] * slopes
    total = weighted.sum(axis=0)
    information = slopes.T @ weighted
    information -= np.outer(total, total) / (expected.sum() + 1.0 / between_sites)
    return pull, information
