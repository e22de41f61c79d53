"""A site's probability is the integral over what it shares."""

import numpy as np
import pytest
from scipy import integrate, stats

from tests.believed import population
from tests.twin.credibility.population.test_dose_slopes import MODEL
from twin.credibility.population.site_influence import (
    ln_probability_of_sites,
    without_sites,
)


def test_the_rule_agrees_with_quadrature():
    found = ln_probability_of_sites(MODEL, population())
    draw = 17
    freedom = 2.0 + population().scales["freedom_dose"][draw]
    covariance = population().covariances(np.array([draw]))[0]
    variance = np.einsum("pi,ij,pj->p", MODEL.effects, covariance, MODEL.effects)
    variance += population().scales["sd_dose_record"][draw] ** 2
    scale = np.sqrt(variance * (freedom - 2.0) / freedom)
    off = MODEL.observed - MODEL.at(population().x[draw]).ln_mg_per_day
    between = population().scales["sd_site"][draw]
    for number, site in enumerate(MODEL.site_names):
        here = MODEL.sites == MODEL.site_names.index(site)

        def density(shared, here=here):
            each = stats.t.pdf(off[here] - shared, freedom, scale=scale[here])
            return np.prod(each) * stats.norm.pdf(shared, scale=between)

        exact, _ = integrate.quad(density, -3.0, 3.0, limit=200)
        assert found[draw, number] == pytest.approx(np.log(exact), abs=2e-3)


def test_weights_without_a_site_sum_to_one():
    for each in without_sites(MODEL, population()):
        assert np.exp(each.log_weights).sum() == pytest.approx(1.0)
        assert 1.0 <= each.ess <= population().n_draws
