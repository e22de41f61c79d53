"""The surrogate speaks for a patient only where the network agrees."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests import clotting_tube
from tests.people import DESCRIBED, engine, library, person, therapy
from twin.coagulation.assays import prothrombin_ratio
from twin.model_files import models_folder
from twin.multiscale.clotting_network import clotting_time_s
from twin.multiscale.prothrombin_law import (
    Levels,
    levels_of_course,
    prothrombin_law,
    prothrombin_ratio_by,
)
from twin.multiscale.tube import Tube
from twin.reproducibility import stream
from twin.sbml.reader import read


@cache
def tube() -> Tube:
    path = models_folder() / "clotting" / "prothrombin_time_test.xml"
    return Tube(read(path.read_text(encoding="utf-8")), engine())


@cache
def levels(name: str) -> Levels:
    return levels_of_course(
        person(name),
        library(),
        therapy(name, days=30),
        np.arange(0.0, 30 * 24.0, 72.0),
        engine=engine(),
    )


def law_of(name, surrogate, *, n_between=10):
    return prothrombin_law(
        levels(name),
        surrogate=surrogate,
        tube=tube(),
        n_between=n_between,
        rng=stream(7, name),
    )


def wrong_surrogate():
    right = library().surrogate
    return replace(right, coefficients=1.05 * right.coefficients)


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_surrogate_holds_over_the_patients_own_range(name):
    found = law_of(name, library().surrogate)

    assert found.holds
    assert found.n_outside == 0


def test_a_surrogate_that_is_five_per_cent_off_does_not_hold():
    assert not law_of("typical", wrong_surrogate()).holds


def test_where_the_law_does_not_hold_the_network_speaks():
    surrogate = wrong_surrogate()
    plasma = {name: level[-1:] for name, level in levels("typical").items()}

    found = prothrombin_ratio_by(
        law_of("typical", surrogate, n_between=1),
        plasma,
        surrogate=surrogate,
        tube=tube(),
    )

    assert found.by_network.all()
    assert found.ratio == pytest.approx(
        prothrombin_ratio(plasma, surrogate=library().surrogate), rel=0.01
    )


def test_where_the_law_holds_the_network_speaks_only_outside_the_box():
    surrogate = library().surrogate
    plasma = {name: np.array([1.0, 0.5]) for name in surrogate.factors}
    plasma["VII"] = np.array([1.0, 0.5 * surrogate.lowest.min()])

    found = prothrombin_ratio_by(
        law_of("typical", surrogate, n_between=1),
        plasma,
        surrogate=surrogate,
        tube=tube(),
    )

    assert found.by_network.tolist() == [False, True]


def test_a_patient_outside_the_box_is_not_vouched_for():
    surrogate = replace(
        library().surrogate, lowest=np.full(6, 0.99), highest=np.full(6, 1.5)
    )

    found = prothrombin_law(
        {name: level[-3:] for name, level in levels("typical").items()},
        surrogate=surrogate,
        tube=tube(),
        n_between=0,
        rng=stream(7),
    )

    assert not found.holds
    assert found.n_outside == 3


def test_two_tubes_agree_on_a_clotting_time():
    plasma = {"level_II": 0.3, "level_VII": 0.2, "level_X": 0.4}
    times = [
        clotting_time_s(
            plasma,
            integrate=one,
            threshold_nmol_s_per_l=tube().threshold_nmol_s_per_l,
        )
        for one in (tube(), clotting_tube.Tube("prothrombin_time_test"))
    ]

    assert times[0] == pytest.approx(times[1], rel=1e-6)


def test_a_tube_is_watched_no_longer_than_asked():
    short = replace(tube(), first_s=2.0, longest_s=8.0)

    pieces = list(short({}))

    assert [float(piece[0][-1]) for piece in pieces] == [2.0, 4.0, 8.0]
