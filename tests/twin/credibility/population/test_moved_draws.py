"""Draws moved out of a site's reach lie where the posterior without it does."""

from dataclasses import replace

import numpy as np
import pytest

from tests.believed import population
from tests.people import library
from tests.twin.credibility.population.test_dose_slopes import PEOPLE
from twin.credibility.calibration.stable_doses import StableDoses
from twin.credibility.population.dose_slopes import DoseModel, dose_model
from twin.credibility.population.moved_draws import MOST_KNOWN, moved_without
from twin.credibility.population.site_influence import without_sites
from twin.reproducibility import stream
from twin.vocabulary.population import Population

KNOWN = population()


def model_of(people: StableDoses) -> DoseModel:
    return dose_model(people, library(), KNOWN.known, KNOWN.effects)


def normal_posterior(n: int, *, ln_sd: float) -> Population:
    """A normal about the point estimates, all else known."""
    dice = stream(4, "moved draws")
    few = np.zeros(n, np.int64)
    return replace(
        KNOWN,
        x=ln_sd * dice.normal(size=(n, len(KNOWN.known))),
        ln_sds=KNOWN.ln_sds[few],
        correlations=KNOWN.correlations[few],
        scales={name: values[few] for name, values in KNOWN.scales.items()},
    )


def expected_dose(model: DoseModel, seen: Population, weights=None) -> np.ndarray:
    doses = np.array([model.at(x).ln_mg_per_day for x in seen.x])
    return np.asarray(np.average(doses, axis=0, weights=weights))


def test_where_weights_can_be_trusted_both_ways_agree():
    """Within what 1,000 draws can tell."""
    model, seen = model_of(PEOPLE), normal_posterior(1000, ln_sd=0.05)
    without = without_sites(model, seen)[model.site_names.index("b")]
    moved = moved_without(model, seen, "b")
    weighted = expected_dose(model, seen, np.exp(without.log_weights))
    unmoved = expected_dose(model, seen)

    assert without.k < 0.7
    assert moved.n_held == 0
    assert 0.0 < moved.largest_share < MOST_KNOWN
    assert np.max(np.abs(weighted - unmoved)) > 0.02
    assert expected_dose(model, moved.population) == pytest.approx(weighted, abs=0.01)


def test_a_site_that_says_nothing_moves_nothing():
    """Its records scatter so far that no dose would tell."""
    model, seen = model_of(PEOPLE), normal_posterior(300, ln_sd=0.05)
    vague = replace(seen, scales={**seen.scales, "sd_dose_record": np.full(300, 1e4)})
    moved = moved_without(model, vague, "a")

    assert moved.population.x == pytest.approx(seen.x, abs=1e-6)
    assert moved.shift < 1e-6


def test_without_a_site_less_is_known():
    model, seen = model_of(PEOPLE), normal_posterior(600, ln_sd=0.1)
    moved = moved_without(model, seen, "b")

    before = np.cov(seen.x.T)
    after = np.cov(moved.population.x.T)
    least = np.linalg.eigvalsh(after - before).min()
    assert least > -1e-9
    assert np.trace(after) > np.trace(before)
