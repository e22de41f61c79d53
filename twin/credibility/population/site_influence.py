"""What a site's own doses did to the posterior, and the posterior without them.

Weights that are the inverse of how probable each draw makes the site's doses turn draws
of the posterior into draws of the posterior without that site.  Where the weights are
heavy-tailed that is no longer so; Pareto's k says when.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm
from scipy.stats import t as student

from twin.credibility.population.dose_scatter import between_people, dose_scatter
from twin.credibility.population.dose_slopes import DoseModel
from twin.inference.importance_weights import effective_sample_size, pareto_smoothed
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.population import Population

_NODES = 21  # of Gauss and Hermite, over what a site shares


@dataclass(frozen=True, slots=True, eq=False)
class WithoutSite:
    """Weights of the population's draws as if a site had not been seen.

    log_weights  float64[draw], Pareto smoothed, sum of the weights 1
    k, ess       shape of their tail, effective number of draws
    """

    site: str
    log_weights: Floats
    k: float
    ess: float


def without_sites(model: DoseModel, population: Population) -> tuple[WithoutSite, ...]:
    """Weights without each site in turn, in the order of the model's sites.

    Args:
        model: patients with their recorded dose and site.
        population: draws of the posterior that saw all of them.
    """
    found = ln_probability_of_sites(model, population)
    answers = []
    for number, site in enumerate(model.site_names):
        smoothed, k = pareto_smoothed(-found[:, number])
        answers.append(
            WithoutSite(
                site,
                smoothed - logsumexp(smoothed),
                k,
                effective_sample_size(smoothed),
            )
        )
    return tuple(answers)


def ln_probability_of_sites(model: DoseModel, population: Population) -> Floats:
    """ln p(doses of a site | draw), what the site shares integrated out.

        p = integral N(b; 0, t²) prod_i t_nu(y_i - m_i - b; s_i) db

    by Gauss and Hermite's rule about the mode of b in the normal approximation.

    Returns: float64[draw, site].
    """
    nodes, weights = np.polynomial.hermite.hermgauss(_NODES)
    found = np.empty((population.n_draws, len(model.site_names)))
    every = np.arange(population.n_draws)
    between = between_people(model.effects, population.covariances(every))
    scale, freedom = dose_scatter(between, population.scales)
    for draw, x in enumerate(population.x):
        off = model.observed - model.at(x).ln_mg_per_day
        for number in range(len(model.site_names)):
            here = model.sites == number
            found[draw, number] = _ln_site(
                off[here],
                scale[draw, here],
                float(freedom[draw]),
                float(population.scales["sd_site"][draw]),
                nodes,
                weights,
            )
    return found


def _ln_site(
    off: Floats,
    scale: Floats,
    freedom: float,
    sd_site: float,
    nodes: Floats,
    weights: Floats,
) -> float:
    within = scale**2 * freedom / (freedom - 2.0)
    precision = 1.0 / sd_site**2 + np.sum(1.0 / within)
    centre = np.sum(off / within) / precision
    spread = np.sqrt(2.0 / precision)
    shared = centre + spread * nodes
    apart = student.logpdf((off[None, :] - shared[:, None]) / scale, freedom)
    ln_doses = np.sum(apart - np.log(scale), axis=1)
    ln_shared = norm.logpdf(shared, scale=sd_site)
    return float(logsumexp(ln_doses + ln_shared + nodes**2, b=weights) + np.log(spread))
