"""All roads lead to the same posterior, and say so where they do not arrive.

Streams are fixed.  Bounds are four Monte Carlo errors: of independent figures one in
16,000 would be outside.
"""

import multiprocessing
import pickle
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.learning import (
    Case,
    alike,
    as_predicted,
    daily_mg,
    far_out,
    hardly_tested,
    inrs,
    learner,
    missed_tablet,
    ordinary,
)
from twin.errors import ObservationError
from twin.inference.asking import asked_of
from twin.inference.diagnostics import judge_weights
from twin.inference.fast_road import learn_fast
from twin.inference.learn import Learning, learn
from twin.inference.patient_posterior import learn_slowly
from twin.inference.question import Learned
from twin.inference.tempered import Tempered, learn_tempered
from twin.reproducibility import stream

ERRORS = 4.0
CASES = {"ordinary": ordinary, "missed": missed_tablet, "alleles": hardly_tested}


def tempered(case: Case, *, seed: str, n_known: int = 128) -> Tempered:
    person = case[0]
    return learn_tempered(
        asked_of(*case),
        person.population,
        n_known=n_known,
        min_ess=100.0,
        rng=stream(1, "tempered", seed),
    )


@cache
def long_fast(name: str) -> tuple[Learned, float]:
    """Many draws of the fast road, and what they are worth."""
    case = CASES[name]()
    asked = asked_of(*case)
    found = learn_fast(
        asked.question,
        case[0].population,
        n_known=600,
        n_each=8,
        rng=stream(1, "long", name),
        mode=asked.mode,
        tilt=asked.tilt,
    )
    return found, judge_weights(found.raw, min_ess=1.0).ess


def moments(learned: Learned) -> tuple[np.ndarray, np.ndarray]:
    """Means and SDs of effects and predictions."""
    weights = learned.particles.weights
    table = np.concatenate([learned.particles.z, learned.predicted], axis=1)
    table = np.where(weights[:, None] > 0, table, 0.0)
    mean = weights @ table
    return mean, np.sqrt(weights @ (table - mean) ** 2)


def apart(one: Learned, other: Learned, worth: float, other_worth: float) -> np.ndarray:
    """How far means and SDs lie apart, in Monte Carlo errors."""
    (mean, sd), (other_mean, other_sd) = moments(one), moments(other)
    error = sd * np.sqrt(1.0 / worth + 1.0 / other_worth)
    return np.abs(
        np.concatenate([mean - other_mean, (sd - other_sd) * np.sqrt(2.0)])
    ) / np.tile(error, 2)


@cache
def on_paper() -> Case:
    return as_predicted(alike(ordinary(), ln_sd=0.01), off=0.01)


@pytest.mark.parametrize("road", ["fast", "tempered", "slow"])
def test_where_all_is_linear_every_road_finds_the_normal_on_paper(road):
    case = on_paper()
    found: Learned
    if road == "slow":
        found, worth = (
            learn_slowly(*case, n_draws=60, chains=2, n_tuning=20).learned,
            60.0,
        )
    elif road == "tempered":
        # Moved particles of one family stay alike for a while: counted as a third.
        found, worth = tempered(case, seed="paper").learned, 170.0
    else:
        learning = learn(*case, rng=stream(1, "paper"))
        found, worth = learning.learned, learning.ess

    mode = asked_of(*case).mode
    mean, sd = moments(found)
    wanted = np.sqrt(np.diag(mode.covariance))
    error = wanted / np.sqrt(worth)
    d = len(mode.z)
    assert np.max(np.abs(mean[:d] - mode.z) / error) < ERRORS
    assert np.max(np.abs(sd[:d] - wanted) * np.sqrt(2) / error) < ERRORS


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ordinary", "missed"])
def test_slow_and_fast_road_agree(name):
    """About 10 s each on a core of its own."""
    case = CASES[name]()
    slow = learn_slowly(*case, n_draws=100, chains=2, min_ess=50.0, seed=3)
    fast, worth = long_fast(name)

    assert slow.road == "slow"
    assert slow.chains is not None
    assert slow.chains.divergences == 0
    assert np.max(apart(slow.learned, fast, 140.0, worth)) < ERRORS
    assert slow.learned.ln_evidence == pytest.approx(fast.ln_evidence, abs=0.3)
    assert np.ptp(slow.learned.particles.log_weights) == 0.0


def test_a_missed_tablet_is_seen_by_the_tempered_road():
    found = tempered(missed_tablet(), seed="missed")
    fast, worth = long_fast("missed")

    accounts = len(asked_of(*missed_tablet()).accounts)
    share, wanted = (
        np.bincount(each.particles.pattern, each.particles.weights, accounts)
        for each in (found.learned, fast)
    )
    assert accounts > 1
    assert 0.01 < wanted[0] < 0.99
    error = np.sqrt(wanted * (1 - wanted) * (1 / 170.0 + 1 / worth))
    assert np.max(np.abs(share - wanted) / error) < ERRORS
    assert found.reasons == ()
    assert np.max(apart(found.learned, fast, 170.0, worth)) < ERRORS
    assert found.learned.ln_evidence == pytest.approx(fast.ln_evidence, abs=0.5)


@pytest.mark.parametrize("road", ["more draws", "tempered"])
def test_an_allele_nobody_looked_for_is_as_likely_on_every_road(road):
    """A proposal refitted to draws must not count alleles twice."""
    case = hardly_tested()
    fast, worth = long_fast("alleles")
    if road == "tempered":
        found, own_worth = tempered(case, seed="alleles").learned, 170.0
    else:
        # More than the first try can be worth, so that there is a second.
        learning = learn(*case, rng=stream(2, "alleles"), min_ess=300.0)
        assert learning.road == "more draws"
        found, own_worth = learning.learned, learning.ess

    share, wanted = (
        each.particles.weights @ (each.particles.alleles[:, :1] == np.arange(4))
        for each in (found, fast)
    )
    error = np.sqrt(wanted * (1 - wanted) * (1 / own_worth + 1 / worth))
    assert 0.02 < wanted[0] < 0.98
    assert np.max(np.abs(share - wanted) / error) < ERRORS
    assert np.max(apart(found, fast, own_worth, worth)) < ERRORS
    assert found.ln_evidence == pytest.approx(fast.ln_evidence, abs=0.5)


def test_steps_and_acceptance_are_told():
    found = tempered(missed_tablet(), seed="told", n_known=32)

    assert found.steps[0] == 0.0
    assert found.steps[-1] == 1.0
    assert np.all(np.diff(found.steps) > 0)
    kinds = found.acceptance
    for moves in (kinds.walks, kinds.jumps, kinds.explanations):
        assert len(moves) == 2 * (len(found.steps) - 2) + 4
        assert np.all((np.array(moves) > 0.02) & (np.array(moves) < 1))


def same(one: Learned, other: Learned) -> bool:
    return all(
        np.array_equal(getattr(one.particles, part), getattr(other.particles, part))
        for part in ("knowledge", "x", "z", "alleles", "pattern", "log_weights")
    )


def test_the_same_seed_gives_the_same_draws():
    first, again = (tempered(ordinary(), seed="a", n_known=16) for _ in range(2))
    other = tempered(ordinary(), seed="b", n_known=16)

    assert same(first.learned, again.learned)
    assert not same(first.learned, other.learned)

    slow = [
        learn_slowly(*ordinary(), n_draws=4, chains=2, n_tuning=4, seed=seed)
        for seed in (1, 1, 2)
    ]
    assert same(slow[0].learned, slow[1].learned)
    assert slow[0].learned.ln_evidence == slow[1].learned.ln_evidence
    assert not same(slow[0].learned, slow[2].learned)


def with_spread(case: Case, effect: str, ln_sd: float) -> Case:
    """People who differ absurdly in one way: the model has no course for some."""
    person, taken, observations = case
    before = person.population
    spreads = before.ln_sds.copy()
    spreads[:, before.effects.names.index(effect)] = ln_sd
    wide = replace(before, ln_sds=spreads)
    return replace(person, population=wide), taken, observations


def test_a_course_that_fails_has_no_weight_and_is_counted():
    case = with_spread(ordinary(), "absorption", 400.0)
    fast = learn(*case, rng=stream(1, "failing"), min_ess=1.0)
    middle = tempered(case, seed="failing", n_known=32)

    learned = fast.learned
    assert learned.n_failed > 0
    failed = np.any(np.isnan(learned.predicted), axis=1)
    assert np.all(learned.particles.weights[failed] == 0.0)
    assert middle.learned.n_failed > 0
    assert np.all(np.isfinite(middle.learned.predicted))


def test_where_no_particle_fits_the_reason_is_given():
    case = ordinary()
    asked = asked_of(*case)
    for effect in case[0].population.effects.names:
        case = with_spread(case, effect, 1e4)
    found = learn_tempered(
        asked, case[0].population, n_known=32, min_ess=1.0, rng=stream(1, "nothing")
    )

    assert found.reasons == ("no particle of an island explains the measurements",)
    assert found.learned.n_failed == 128
    assert found.ess == 0.0


def test_where_no_road_is_good_enough_the_slow_one_is_asked_for():
    found = learn(*ordinary(), rng=stream(1, "never"), min_ess=1e6)

    assert [tried.road for tried in found.tried] == ["fast", "more draws", "tempered"]
    assert found.needs_slow_road
    assert "fewer than 1e+06" in found.reasons[-1]


def test_poor_weights_lead_to_the_next_road():
    found = learn(*far_out(), rng=stream(1, "far"))

    roads = [tried.road for tried in found.tried]
    assert roads == ["fast", "more draws", "tempered"][: len(roads)]
    assert len(roads) > 1
    assert all(tried.reasons for tried in found.tried[:-1])
    assert not found.needs_slow_road
    assert found.ess > 100.0


def test_who_asks_for_no_worth_stays_on_the_fast_road():
    """Each draw of the population keeps its own draws, and the reasons are told."""
    found = learn(*far_out(), rng=stream(1, "far"), n_known=600, min_ess=0.0)

    assert [tried.road for tried in found.tried] == ["fast"]
    assert set(found.learned.particles.knowledge) == set(range(600))
    assert found.k < 0.7 or found.reasons


def test_good_weights_stay_on_the_fast_road():
    found = learn(*ordinary(), rng=stream(1, "good"))

    assert [tried.road for tried in found.tried] == ["fast"]
    assert found.tried[0].n_draws == found.learned.particles.n == 512
    assert found.learned.particles.weights.sum() == pytest.approx(1.0)


def test_without_measurements_no_road_is_taken():
    with pytest.raises(ObservationError, match="nothing was measured"):
        learn_slowly(learner(), daily_mg(5.0, 3), inrs())


def test_the_slow_road_is_taken_in_another_process():
    """Question and answer are pickled; a worker knows nothing but them."""
    case = ordinary()
    again = pickle.loads(pickle.dumps(case))  # noqa: S301 - made in this line
    here = learn_slowly(*again, n_draws=8, chains=2, n_tuning=8, seed=5)
    with multiprocessing.get_context("spawn").Pool(1) as workers:
        there: Learning = workers.apply(
            learn_slowly, case, {"n_draws": 8, "chains": 2, "n_tuning": 8, "seed": 5}
        )

    assert same(here.learned, there.learned)
    assert there.needs_slow_road  # eight draws convince nobody
    assert any("effective draws" in reason for reason in there.reasons)
