"""Stable doses for a sampler: the same as by the long way, with right slopes."""

import numpy as np
import pytest

from tests.believed import population
from tests.people import described, library
from twin.credibility.calibration.stable_doses import (
    StableDoses,
    StablePatient,
    predict_doses,
)
from twin.credibility.population.dose_slopes import dose_model
from twin.reproducibility import stream


def patient(**changes):
    return described(**changes).patient


PEOPLE = StableDoses.of(
    [
        StablePatient(patient(), 2.5, 5.0, "a"),
        StablePatient(patient(age="82 a", weight="51 kg"), 2.5, 3.0, "a"),
        StablePatient(patient(co_medication=["amiodarone"]), 2.2, 3.0, "b"),
        StablePatient(patient(co_medication=["carbamazepine"]), 3.0, 8.0, "b"),
        StablePatient(
            patient(
                genotype={
                    "CYP2C9": {"diplotype": "*2/*3", "tested": ["*2", "*3"]},
                    "VKORC1": "A/A",
                }
            ),
            1.8,
            1.5,
            "b",
        ),
    ]
)
MODEL = dose_model(PEOPLE, library(), population().known, population().effects)
NOTHING = np.zeros(len(population().known))


def test_at_the_centre_they_are_the_exact_doses():
    exact = np.log(predict_doses(PEOPLE, library()))

    assert MODEL.at(NOTHING).ln_mg_per_day == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("draw", [0, 50, 100])
def test_slopes_are_those_of_the_doses(draw):
    x = population().x[draw]
    found = MODEL.at(x)
    slopes = MODEL.slopes(found, x)
    step = 1e-4
    by_hand = np.stack(
        [
            (
                MODEL.at(x + step * unit).ln_mg_per_day
                - MODEL.at(x - step * unit).ln_mg_per_day
            )
            / (2 * step)
            for unit in np.eye(len(x))
        ],
        axis=1,
    )

    assert slopes == pytest.approx(by_hand, abs=2e-5)


def test_a_weighted_sum_is_pulled_back_as_its_slopes_say():
    x = population().x[7]
    found = MODEL.at(x)
    weights = stream(1, "dose slopes").normal(size=MODEL.n)

    pulled = MODEL.pulled_back(found, x, weights)

    assert pulled == pytest.approx(weights @ MODEL.slopes(found, x), abs=1e-12)


def test_a_higher_ki_takes_as_much_more_drug():
    place = population().effects.names.index("sensitivity")

    assert MODEL.effects[:, place] == pytest.approx(np.ones(MODEL.n), abs=0.02)


def test_the_swing_of_a_day_is_a_small_correction():
    assert np.all((MODEL.swing > 0) & (MODEL.swing < 0.15))
