"""A tablet that was not taken is a hypothesis with odds, not a faster clearance."""

import math

import numpy as np
import pytest

from tests.believed import believed, measured_inrs, noise
from twin.inference.adherence import (
    AS_TOLD,
    Account,
    accounts_of,
    single_misses,
    visible_doses,
)
from twin.inference.learn import learn
from twin.reproducibility import stream
from twin.vocabulary.regimen import daily

TOLD = daily(8.0, days=30, substance="warfarin sodium")
PERSON = believed()
NOBODY = np.zeros(len(PERSON.population.effects.effects))


def test_an_account_changes_only_its_tablets():
    taken = Account(missed=(3, 4), doubled=(7,)).regimen(TOLD)

    assert len(taken.doses) == 28
    assert {d.time_h for d in TOLD.doses} - {d.time_h for d in taken.doses} == {72, 96}
    assert [d.amount_mg for d in taken.doses if d.time_h == 168] == [16.0]
    assert AS_TOLD.regimen(TOLD) == TOLD


def test_only_tablets_that_can_still_show_are_asked_about():
    assert visible_doses(TOLD, np.array([240.0])) == (5, 6, 7, 8, 9)
    assert visible_doses(TOLD, np.array([0.0])) == ()


def test_odds_are_those_of_the_table():
    found = accounts_of((4, 5, 6), noise())
    by_what = {(a.missed, a.doubled): a.ln_odds for a in found}
    taken = 1 - noise().missed

    assert by_what[(4,), ()] == pytest.approx(math.log(noise().missed / taken))
    assert by_what[(4, 5), ()] == pytest.approx(
        math.log(noise().missed * noise().missed_again / taken**2)
    )
    assert by_what[(), (6,)] == pytest.approx(math.log(noise().doubled / taken))
    assert (4, 6) not in {a.missed for a in found}  # no run


def test_tablets_far_apart_are_no_run():
    assert {
        a.missed for a in accounts_of((1, 5), noise()) if len(a.missed) > 1
    } == set()


def test_every_visible_tablet_is_asked_about_alone():
    assert [a.missed for a in single_misses((2, 9))] == [(2,), (9,)]


def test_three_missed_tablets_are_seen_and_the_sensitivity_stays():
    days = [4.0, 7.0, 10.0, 14.0, 18.0, 22.0, 26.0, 27.0]
    gap = Account(missed=(23, 24, 25)).regimen(TOLD)
    adherent = learn(
        PERSON,
        TOLD,
        measured_inrs(PERSON, TOLD, days, NOBODY, seed=7, error=0.2),
        rng=stream(1, "adherent"),
    )
    lapsed = learn(
        PERSON,
        TOLD,
        measured_inrs(PERSON, gap, days, NOBODY, seed=7, error=0.2),
        rng=stream(1, "lapsed"),
    )

    assert adherent.account_probabilities[0] > 0.5
    assert lapsed.account_probabilities[0] < 0.2
    likely = lapsed.accounts[int(np.argmax(lapsed.account_probabilities))]
    assert set(likely.missed) & {23, 24, 25}
    weights = lapsed.learned.particles.weights
    place = PERSON.population.effects.names.index("clearance_S")
    assert abs(weights @ lapsed.learned.particles.z[:, place]) < 0.2
