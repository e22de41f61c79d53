"""The INR where the clotting test's formula ends and its network begins."""

from dataclasses import replace

import numpy as np
import pytest

from tests.architecture.repository import ROOT
from tests.people import engine as referee
from tests.people import library, twin_of
from twin.command_line.asked import asked
from twin.dosing.laboratory import READ_FROM, read_by_laboratory
from twin.engine.compiled import CompiledEngine
from twin.library import prothrombin_time_test
from twin.lifecycle import predict
from twin.multiscale.clotting_network import prothrombin_ratio_by_network
from twin.multiscale.tube import LONGEST_S, Tube
from twin.vocabulary.ensemble import frozen_array
from twin.vocabulary.prediction import Prediction
from twin.vocabulary.regimen import daily

ENGINE = CompiledEngine()


def course(dose_mg: float, days: int = 14) -> Prediction:
    return predict(
        twin_of(),
        daily(dose_mg, days=days, substance=library().substance),
        np.arange(days + 1) * 24.0,
        outputs=("S_plasma", *READ_FROM),
        engine=ENGINE,
    )


def read(prediction: Prediction):
    return read_by_laboratory(twin_of(), prediction, engine=ENGINE)


def test_an_ordinary_course_is_read_as_it_is():
    ordinary = course(4.0)

    reading = read(ordinary)

    assert not reading.by_network.any()
    assert reading.prediction.values.tobytes() == ordinary.values.tobytes()


def test_an_overdose_is_read_by_the_network():
    overdose = course(60.0)

    reading = read(overdose)

    inr, formula = (p.of("INR")[0] for p in (reading.prediction, overdose))
    tubes = reading.by_network[0]
    assert not tubes[0]
    assert tubes[-1]
    assert np.all(np.diff(inr[1:]) > 0)
    assert inr[~tubes].tobytes() == formula[~tubes].tobytes()
    # The formula is right to a percent in its box, and begins to drift outside.
    assert inr[tubes][0] == pytest.approx(formula[tubes][0], rel=0.02)
    assert inr[-1] > 1.02 * formula[-1]


def test_the_network_is_the_one_the_referee_runs():
    reading = read(course(60.0))
    last = {name: reading.prediction.of(name)[0, -1] for name in READ_FROM[1:]}
    tube = Tube(prothrombin_time_test(), referee())

    (ratio,) = prothrombin_ratio_by_network(
        {name.removesuffix("_relative"): np.array([v]) for name, v in last.items()},
        normal_time_s=library().surrogate.normal_time_s,
        integrate=tube,
        threshold_nmol_s_per_l=tube.threshold_nmol_s_per_l,
    )

    assert reading.prediction.of("INR")[0, -1] == pytest.approx(ratio, rel=1e-4)


def test_what_never_clots_counts_as_clotting_when_the_observer_leaves():
    overdose = course(60.0)
    values = np.array(overdose.values)
    values[:, -1, [overdose.outputs.index(name) for name in READ_FROM[1:]]] = 1e-6

    reading = read(replace(overdose, values=frozen_array(values)))

    longest = LONGEST_S / library().surrogate.normal_time_s
    assert reading.prediction.of("INR")[0, -1] == pytest.approx(longest)


def test_a_failed_draw_stays_empty():
    one = course(60.0)
    values = np.concatenate([one.values, np.full(one.values.shape, np.nan)])
    two = Prediction(one.times_h, one.outputs, frozen_array(values))

    reading = read(two)

    assert np.all(np.isnan(reading.prediction.values[1]))
    assert not reading.by_network[1].any()
    assert reading.by_network[0].any()


@pytest.mark.parametrize("patient", ["hard_cirrhosis", "hard_92_years_41_kg"])
def test_the_formula_beyond_its_box_was_off_by_a_tenth_as_the_changelog_says(patient):
    twin = asked(ROOT / "examples" / f"{patient}.yaml").twin
    found = predict(
        twin,
        daily(200.0, days=20, substance=twin.library.substance),
        np.arange(0.0, 481.0, 6.0),
        outputs=READ_FROM,
        engine=ENGINE,
    )

    reading = read_by_laboratory(twin, found, engine=ENGINE)

    network, formula = reading.prediction.of("INR"), found.of("INR")
    seen = reading.by_network & (network < twin.library.highest_readable_inr)
    assert 0.10 < np.max(np.abs(formula / network - 1.0)[seen]) < 0.11
