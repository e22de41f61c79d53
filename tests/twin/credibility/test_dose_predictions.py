"""Predictions of many doses: numbers with intervals, or a reason; never both."""

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.credibility.dose_predictions import LEVELS, DosePredictions
from twin.errors import ObservationError

WHY = "nobody knows"


def log_normal(median, ln_sd, reasons):
    return DosePredictions.of_log_normal(median, ln_sd, reasons=reasons, method="test")


@given(
    st.lists(st.tuples(st.floats(1, 300), st.floats(0, 2)), min_size=1, max_size=9),
)
def test_wider_levels_hold_narrower_ones_and_all_hold_the_median(values):
    median, ln_sd = np.array(values).T
    found = log_normal(median, ln_sd, [""] * len(values))
    outwards = np.diff(np.concatenate([found.low[::-1], [median], found.high]), axis=0)

    assert np.all(outwards >= -1e-9 * median)


def test_the_intervals_are_those_of_the_normal_law():
    found = log_normal([35.0], 0.36, [""])
    law = NormalDist(np.log(35.0), 0.36)

    for level, low, high in zip(LEVELS, found.low, found.high, strict=True):
        assert law.cdf(np.log(high[0])) - law.cdf(np.log(low[0])) == pytest.approx(
            level
        )
        assert low[0] * high[0] == pytest.approx(35.0**2)


def test_intervals_of_draws_are_their_quantiles():
    draws = np.linspace(1.0, 101.0, 101)[:, None] * np.array([1.0, 2.0])
    found = DosePredictions.of_draws(
        [50.0, 100.0], draws, reasons=["", ""], method="test"
    )

    assert found.low[:, 0] == pytest.approx([26.0, 11.0, 6.0])
    assert found.high[:, 1] == pytest.approx([152.0, 182.0, 192.0])


def test_who_is_abstained_from_has_no_number():
    found = log_normal([35.0, 20.0], 0.3, ["", WHY])

    assert np.isnan([found.predicted[1], *found.low[:, 1], *found.high[:, 1]]).all()
    assert found.given.tolist() == [True, False]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"predicted": np.array([35.0])}, "shapes"),
        ({"low": np.ones((2, 2))}, "shapes"),
        ({"predicted": np.array([35.0, 0.0])}, "positive"),
        ({"predicted": np.array([35.0, np.nan])}, "positive"),
        ({"low": np.array([[20.0] * 2, [25.0] * 2, [10.0] * 2])}, "within the next"),
        ({"high": np.full((3, 2), np.inf)}, "positive"),
        ({"reasons": ("", WHY)}, "NaN in place"),
    ],
)
def test_what_cannot_be_is_refused(changes, complaint):
    whole: dict[str, Any] = {
        "predicted": np.array([35.0, 20.0]),
        "low": np.array([[20.0] * 2, [15.0] * 2, [10.0] * 2]),
        "high": np.array([[40.0] * 2, [50.0] * 2, [60.0] * 2]),
        "reasons": ("", ""),
        "method": "test",
    }

    assert DosePredictions(**whole).n == 2
    with pytest.raises(ObservationError, match=complaint):
        DosePredictions(**{**whole, **changes})


def test_among_more_patients_each_keeps_its_prediction_and_its_reason():
    asked = log_normal([35.0, 20.0], 0.3, ["", WHY])
    found = asked.among(["no weight", "", "", "no age"])

    assert found.reasons == ("no weight", "", WHY, "no age")
    assert found.predicted[1] == 35.0
    assert found.high[:, 1] == pytest.approx(asked.high[:, 0])
    assert np.isnan(found.predicted[[0, 2, 3]]).all()


def test_as_many_are_predicted_as_were_asked_for():
    with pytest.raises(ObservationError, match="2 patients were to be predicted, 1"):
        log_normal([35.0], 0.3, [""]).among(["", ""])
