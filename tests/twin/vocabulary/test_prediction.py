"""What a model said: failed draws are kept, counted, and never summarised away."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import IntegrationFailed, NumericsError
from twin.vocabulary.prediction import LARGEST_FAILED_FRACTION, Prediction

TIMES = np.array([0.0, 24.0])


def prediction(values: np.ndarray, *failed: int) -> Prediction:
    """Of the INR, with some draws failed."""
    values = np.array(values, dtype=float)
    values[list(failed)] = np.nan
    return Prediction(
        TIMES,
        ("INR",),
        values,
        tuple((draw, f"draw {draw} failed at 3 h: too stiff") for draw in failed),
    )


def test_an_output_is_asked_for_by_name():
    found = Prediction(TIMES, ("INR", "S_plasma"), np.arange(12.0).reshape(3, 2, 2))

    assert np.array_equal(found.of("S_plasma"), [[1, 3], [5, 7], [9, 11]])
    assert np.array_equal(found.typical("S_plasma"), [5, 7])
    with pytest.raises(NumericsError, match=r"'PT' was not asked for.*INR, S_plasma"):
        found.of("PT")


def test_the_typical_course_of_one_draw_is_that_draw():
    assert np.array_equal(
        prediction(np.array([[[1.0], [2.5]]])).typical("INR"), [1.0, 2.5]
    )


@given(st.integers(1, 400), st.integers(0, 12))
def test_one_failure_in_a_hundred_is_the_most(n_draws, n_failed):
    n_failed = min(n_failed, n_draws)
    found = prediction(np.ones((n_draws, 2, 1)), *range(n_failed))

    assert (found.n_draws, found.n_failed) == (n_draws, n_failed)
    if n_failed > LARGEST_FAILED_FRACTION * n_draws:
        counted = f"^{n_failed} of {n_draws} draws failed"
        alone = "^the model cannot be integrated here"
        with pytest.raises(IntegrationFailed, match=counted if n_draws > 1 else alone):
            found.typical("INR")
    else:
        assert np.array_equal(found.typical("INR"), [1.0, 1.0])


def test_the_first_reason_is_told_and_what_is_refused():
    found = prediction(np.ones((3, 2, 1)), 1)

    with pytest.raises(
        IntegrationFailed, match=r"draw 1 failed at 3 h: too stiff.*would mislead"
    ):
        found.of("INR")


@pytest.mark.parametrize("shape", [(3, 2, 2), (3, 1, 1), (3, 2)])
def test_values_have_the_shape_that_times_and_outputs_say(shape):
    with pytest.raises(NumericsError, match=r"\[draw, time, output\] = \(3, 2, 1\)"):
        Prediction(TIMES, ("INR",), np.zeros(shape))
