"""Invented patients: described soberly, measured by the laws the twin learns by."""

from dataclasses import replace

import numpy as np
import pytest

from tests.people import library
from tests.twin.credibility.learning.bench import apparatus
from twin.applicability import OutOfScope
from twin.credibility.learning.apparatus import dispensed_mg
from twin.credibility.learning.people import invented_patient
from twin.credibility.learning.replicates import at_days
from twin.credibility.learning.simulated import invented_on
from twin.credibility.learning.tablets import (
    Noticed,
    noticed,
    noticed_share,
)
from twin.credibility.learning.timings import spread_of_times, timed
from twin.inference.adherence import AS_TOLD, Account
from twin.reproducibility import stream
from twin.vocabulary.regimen import daily


def test_everybody_is_within_the_twins_scope():
    people = [invented_patient(library(), stream(1, str(n))) for n in range(40)]
    untested = sum(not each.genotype.diplotypes for each in people)

    assert 0 < untested < 25
    for each in people:
        twin = apparatus().twin(each)
        assert not isinstance(twin.scope, OutOfScope)
        assert (2.0 * dispensed_mg(twin)).is_integer()


def test_measurements_scatter_about_the_course_as_said():
    """Assay and occasions: of 300 INRs of two people, SD to a tenth."""
    own = apparatus()
    twin = own.twin(invented_patient(library(), stream(1, "scatter")))
    quiet = replace(own.noise, occasion_ln_sd=1e-9)
    person = replace(own.person(twin), noise=quiet)
    told = daily(5.0, days=30, substance=library().substance)
    apart = []
    for number in range(2):
        truth = invented_on(
            person,
            told,
            AS_TOLD,
            at_days(np.linspace(3.0, 29.9, 150).tolist()),
            rng=stream(1, "truth", str(number)),
        )
        apart.append(np.log([o.value for o in truth.seen]) - truth.ln_value)

    assert np.std(apart) == pytest.approx(own.noise.ln_sds["INR"], rel=0.1)
    assert np.mean(apart) == pytest.approx(0.0, abs=0.02)


def test_a_missed_tablet_lowers_what_is_measured_after_it_alone():
    own = apparatus()
    twin = own.twin(invented_patient(library(), stream(1, "missed")))
    told = daily(5.0, days=17, substance=library().substance)
    taken, missed = (
        invented_on(
            own.person(twin),
            told,
            account,
            at_days((8, 12, 16)),
            rng=stream(1, "same"),
        ).ln_value
        for account in (AS_TOLD, Account((13, 14)))
    )

    assert missed[:2] == pytest.approx(taken[:2], abs=1e-4)
    assert missed[2] < taken[2] - 0.05


def test_missed_tablets_are_noticed_and_not_put_down_to_the_clearance():
    """Four patients with a fixed stream."""
    of_all, of_none = (
        [noticed(apparatus(), n, n_missed=n_missed, seed=3) for n in range(4)]
        for n_missed in (3, 0)
    )

    assert [each.number for each in of_all] == list(range(4))
    for missed, adherent in zip(of_all, of_none, strict=True):
        assert missed.probability >= adherent.probability - 0.02
    assert np.mean([p.probability for p in of_all]) > 0.1 + np.mean(
        [p.probability for p in of_none]
    )
    assert all(p.usable for p in of_all)


def test_shares_of_patients_are_counted():
    adherent = [Noticed(n, 0, 0.1, 0.5, True) for n in range(4)]
    missed = [
        Noticed(n, 2, probability, 0.6, usable)
        for n, (probability, usable) in enumerate(
            [(0.9, True), (0.4, True), (0.6, False), (0.5, True)]
        )
    ]
    share = noticed_share(missed, adherent)

    assert (share.n_missed, share.n, share.not_usable) == (2, 4, 1)
    assert share.suspected[0] == 0.5
    assert share.suspected[1] < 0.5 < share.suspected[2]
    assert share.drift[0] == pytest.approx(0.1)
    assert share.off == pytest.approx((0.6, 0.0))


def test_what_learning_costs_is_told_of_two_months():
    found = timed(apparatus(), 0, seed=1)

    assert found.n_effects >= 7
    assert found.n_inrs == 10
    assert 0.0 < found.gradient_ms < found.learn_ms
    assert found.usable
    assert found.ess > 100.0


def test_percentiles_of_times():
    assert spread_of_times([float(n) for n in range(101)]) == (50.0, 95.0, 100.0)
