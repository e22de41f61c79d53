"""Right learning has uniform ranks; who learns nothing is found out by the likelihood.

Streams are fixed.
"""

from dataclasses import replace

import numpy as np
import pytest

from tests.learning import ordinary
from tests.twin.credibility.learning.bench import apparatus
from twin.credibility.learning.agreement import agreement, agreement_share
from twin.credibility.learning.ranks import (
    LIKELIHOOD,
    N_RANKS,
    Replicate,
    judged_ranks,
    replicate_of,
)
from twin.credibility.learning.replicates import fast_replicate, posed
from twin.inference.asking import asked_of
from twin.inference.cloud import Ground
from twin.inference.learn import Learning, learn
from twin.inference.particles import Particles
from twin.inference.patient_posterior import learn_slowly
from twin.reproducibility import stream
from twin.vocabulary.ensemble import frozen_array

SEED = 1


def replicates(ranks: np.ndarray) -> list[Replicate]:
    return [
        Replicate(n, {"a": int(rank), "b": int(rank)}, "fast", 500.0, 0.1, True, 0)
        for n, rank in enumerate(ranks)
    ]


def test_uniform_ranks_stay_inside_and_others_do_not():
    dice = stream(1, "ranks")
    uniform = judged_ranks(replicates(dice.integers(N_RANKS, size=300)))
    narrow = judged_ranks(replicates(dice.integers(20, 80, size=300)))
    low = judged_ranks(replicates(dice.integers(N_RANKS, size=300) // 2))

    assert uniform.outside == ()
    assert narrow.outside == low.outside == ("a", "b")
    assert uniform.band.coverage >= 0.975  # shared out over two quantities


def test_a_sample_of_the_calibration():
    found = [fast_replicate(apparatus(), number, seed=SEED) for number in range(5)]

    assert judged_ranks(found).outside == ()
    assert all(each.usable for each in found)
    assert {"clearance_S", "maintenance dose", "INR a week ahead", LIKELIHOOD} <= set(
        found[0].ranks
    )
    assert found[2] == fast_replicate(apparatus(), 2, seed=SEED)


def of_the_prior(case, rng) -> Learning:
    """What somebody says who does not look at the measurements."""
    right = learn(case.person, case.told, case.truth.seen, rng=rng)
    population = case.person.population
    ground = Ground.of(asked_of(case.person, case.told, case.truth.seen), population)
    cloud = ground.from_prior(128, 4, rng)
    n = len(cloud.place)
    particles = Particles(
        cloud.place,
        frozen_array(population.x[cloud.place]),
        frozen_array(cloud.z),
        cloud.alleles,
        cloud.pattern,
        frozen_array(np.full(n, -np.log(n))),
    )
    learned = replace(right.learned, particles=particles, predicted=cloud.predicted)
    return replace(right, learned=learned)


def test_who_does_not_look_at_the_measurements_is_found_out():
    found = []
    for number in range(8):
        case = posed(apparatus(), number, seed=SEED)
        rng = stream(SEED, "prior", str(number))
        found.append(
            replicate_of(
                number,
                case.person,
                case.truth,
                of_the_prior(case, rng),
                quantities=nothing_more,
                rng=rng,
            )
        )

    assert judged_ranks(found).outside == (LIKELIHOOD,)


def nothing_more(_person, _particles) -> dict[str, np.ndarray]:
    return {}


def test_roads_to_one_posterior_agree_and_others_do_not():
    """The slow road with few draws, in some seconds."""
    case = ordinary()
    fast = learn(*case, rng=stream(SEED, "fast"), n_known=512)
    slow = learn_slowly(*case, n_draws=60, chains=2, n_tuning=20, min_ess=30.0, seed=2)
    z = fast.learned.particles.z + 0.3
    shifted = replace(fast.learned.particles, z=frozen_array(z))
    elsewhere = replace(fast, learned=replace(fast.learned, particles=shifted))
    share, other = (
        agreement_share([agreement(case[0], one, slow, quantities=nothing_more)])
        for one in (fast, elsewhere)
    )

    # Nine figures of one patient: by chance alone 4 is passed once in 2,000 times.
    assert share.n == 1
    assert share.largest < 4.0
    assert share.ln_evidence < 0.5
    assert not other.agree


def test_a_road_agrees_with_itself():
    case = posed(apparatus(), 0, seed=SEED)
    found = learn(case.person, case.told, case.truth.seen, rng=stream(SEED, "self"))
    ones = np.ones(found.learned.particles.n)
    own = agreement(
        case.person, found, found, quantities=lambda _person, _particles: {"one": ones}
    )

    assert own.ln_evidence == 0.0
    assert set(own.apart.values()) == {0.0}
    assert own.as_told[0] == pytest.approx(own.as_told[1])
