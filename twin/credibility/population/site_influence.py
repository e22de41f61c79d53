"""What a site's own doses did to the posterior, and the posterior without them.

Weights that are the inverse of how probable each draw makes the site's doses turn draws
of the posterior into draws of the posterior without that site.  Where the weights are
heavy-tailed that is no longer so; Pareto's k says when.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp

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
    covariances = population.covariances(np.arange(population.n_draws))
    for draw in range(population.n_draws):
        scales = {name: values[draw] for name, values in population.scales.items()}
        freedom = 2.0 + scales["freedom_dose"]
        variance = np.einsum(
            "pi,ij,pj->p", model.effects, covariances[draw], model.effects
        )
        variance = variance + scales["sd_dose_record"] ** 2
        off = model.observed - model.at(population.x[draw]).ln_mg_per_day
        for number in range(len(model.site_names)):
            here = model.sites == number
            found[draw, number] = _ln_site(
                off[here], variance[here], freedom, scales, nodes, weights
            )
    return found


def _ln_site(
    off: Floats,
    variance: Floats,
    freedom: float,
    scales: Mapping[str, float],
    nodes: Floats,
    weights: Floats,
) -> float:
    between = scales["sd_site"] ** 2
    precision = 1.0 / between + np.sum(1.0 / variance)
    centre = np.sum(off / variance) / precision
    spread = np.sqrt(2.0 / precision)
    shared = centre + spread * nodes
    scale = np.sqrt(variance * (freedom - 2.0) / freedom)
    standard = (off[None, :] - shared[:, None]) / scale
    ln_t = (
        gammaln((freedom + 1.0) / 2.0)
        - gammaln(freedom / 2.0)
        - 0.5 * np.log(freedom * np.pi)
        - np.log(scale)
        - 0.5 * (freedom + 1.0) * np.log1p(standard**2 / freedom)
    ).sum(axis=1)
    ln_shared = -0.5 * shared**2 / between - 0.5 * np.log(2.0 * np.pi * between)
    return float(logsumexp(ln_t + ln_shared + nodes**2, b=weights) + np.log(spread))
