"""Each site is predicted by a population that has not seen it, others by theirs."""

from dataclasses import replace

import numpy as np
import pytest

from tests.believed import population
from tests.people import library
from tests.twin.credibility.population.test_dose_slopes import MODEL
from tests.twin.credibility.population.test_predictor import PATIENTS, TARGETS
from twin.credibility.population.left_out_sites import (
    UnseenSite,
    UnseenSites,
    unseen_sites,
)
from twin.credibility.population.predictor import predict_stable_doses
from twin.errors import ObservationError
from twin.inference.importance_weights import largest_k

N_DRAWS = 60
SITES = ["b" if number % 3 else "a" for number in range(len(PATIENTS))]


def alone(site: str, draw: int) -> UnseenSite:
    """All the weight on one draw."""
    weights = np.full(population().n_draws, -np.inf)
    weights[draw] = 0.0
    return UnseenSite(site, 0.1, 1.0, population(), weights, None)


def predictor(sites=SITES) -> UnseenSites:
    without = {"a": alone("a", 3), "b": alone("b", 40)}
    return UnseenSites(sites, without, library(), n_draws=N_DRAWS)


def test_patients_keep_their_places_and_their_sites_population():
    found = predictor()(PATIENTS, TARGETS)
    for site, draw in (("a", 3), ("b", 40)):
        here = [n for n, own in enumerate(SITES) if own == site]
        expected = predict_stable_doses(
            [PATIENTS[n] for n in here],
            TARGETS[here],
            library=library(),
            population=population(),
            log_weights=alone(site, draw).log_weights,
            n_draws=N_DRAWS,
        )
        assert found.predicted[here].tolist() == expected.predicted.tolist()
        assert found.low[:, here].tolist() == expected.low.tolist()
        assert found.shares["people"][here].tolist() == (
            expected.shares["people"].tolist()
        )


def test_who_was_not_announced_is_refused():
    with pytest.raises(ObservationError, match="12 patients were announced, 3 asked"):
        predictor()(PATIENTS[:3], TARGETS[:3])
    with pytest.raises(ObservationError, match="site 'c' has no part"):
        predictor(["c"] * len(PATIENTS))(PATIENTS, TARGETS)


def test_draws_are_moved_where_weights_cannot_be_trusted():
    """Records so precise that few draws explain a site."""
    some = population()
    precise = replace(
        some,
        ln_sds=0.01 * some.ln_sds,
        scales={**some.scales, "sd_dose_record": np.full(some.n_draws, 0.01)},
    )
    ways = {}
    for known in (some, precise):
        found = unseen_sites(MODEL, known)
        for each in found:
            trusted = each.k <= largest_k(known.n_draws)
            assert (each.moved is None) == trusted == (each.log_weights is not None)
            assert each.population.x.shape == known.x.shape
        ways[known is some] = [each.moved is None for each in found]

    assert all(ways[True])
    assert not all(ways[False])
