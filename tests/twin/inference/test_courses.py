"""Slopes of what was measured agree with differences of what was measured."""

import numpy as np
import pytest

from tests.believed import levers, population, slopes_engine
from tests.people import library
from twin.inference.course_reader import Sample
from twin.inference.courses import course_model
from twin.inference.readings import ACTIVITY, INR, ln_dilution, ln_ratio
from twin.vocabulary.regimen import Dose, Regimen, daily

SAMPLES = [
    Sample(group, time_h, quantity)
    for group in (0, 1)
    for time_h, quantity in (
        (6.0, "warfarin_plasma"),
        (24.0, "S_plasma"),
        (36.0, ACTIVITY),
        (72.0, INR),
        (96.0, "VII_relative"),
    )
]
LEVERS = [levers(), levers(age="40 a", weight="60 kg")]
REGIMENS = [
    Regimen((Dose(0.0, 100.0, "warfarin sodium"),)),
    daily(7.5, days=5, substance="warfarin sodium"),
]
N_EFFECTS = len(population().effects.effects)


@pytest.fixture(scope="module")
def model():
    return course_model(
        library().spec,
        LEVERS,
        REGIMENS,
        SAMPLES,
        surrogate=library().surrogate,
        engine=slopes_engine(),
    )


def test_slopes_by_the_population_and_by_effects(model):
    x = population().x[11]
    z = 0.1 * np.random.default_rng(1).normal(size=(2, N_EFFECTS))
    found = model.at(x, z)
    weights = np.random.default_rng(2).normal(size=len(SAMPLES))
    by_x, by_z = model.pulled_back(found, x, weights)
    step = 1e-3

    def moved(dx, dz):
        return weights @ model.at(x + dx, z + dz).ln_value

    nothing, still = np.zeros_like(x), np.zeros_like(z)
    for place in range(len(x)):
        unit = np.zeros_like(x)
        unit[place] = step
        slope = (moved(unit, still) - moved(-unit, still)) / (2 * step)
        assert by_x[place] == pytest.approx(slope, abs=0.03)
    for place in range(N_EFFECTS):
        unit = np.zeros_like(z)
        unit[1, place] = step
        slope = (moved(nothing, unit) - moved(nothing, -unit)) / (2 * step)
        assert by_z[1, place] == pytest.approx(slope, abs=0.03)


def test_few_directions_stand_for_all_parameters(model):
    assert len(model.directions.moves) < len(population().known) + N_EFFECTS


def test_a_test_is_read_smoothly_across_the_edge_of_its_box():
    surrogate = library().surrogate
    level = np.exp(np.linspace(np.log(0.01), np.log(0.2), 400))
    levels = np.repeat(level[:, None], 4, axis=1)
    supplied = dict.fromkeys(surrogate.supplied, 1.0)
    ratio = ln_ratio(levels, supplied, surrogate=surrogate).values
    activity = ln_dilution(ratio, surrogate=surrogate).values

    for course in (ratio, activity):
        slope = np.diff(course) / np.diff(np.log(level))
        assert np.abs(np.diff(slope)).max() < 0.05
    inside = level > surrogate.lowest.max() * 1.1
    assert activity[inside] == pytest.approx(np.log(level[inside]), abs=1e-6)
    assert activity == pytest.approx(np.log(level), abs=0.2)  # by tangents beyond
