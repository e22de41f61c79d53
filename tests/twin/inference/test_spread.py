"""Three kinds of spread are told apart, and add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import NumericsError
from twin.inference.spread import Spread, spread_of
from twin.reproducibility import stream

PERSON, KNOWLEDGE = 0.16, 0.04


def drawn(dice, *, n_known=128, n_each=4, heavy=0.0):
    """Draws with known variances, and log weights that know nothing of them."""
    knowledge = np.repeat(np.arange(n_known), n_each)
    values = np.sqrt(KNOWLEDGE) * dice.normal(size=n_known)[knowledge]
    values = values + np.sqrt(PERSON) * dice.normal(size=len(knowledge))
    return values, knowledge, heavy * dice.normal(size=len(knowledge))


@pytest.mark.parametrize("heavy", [0.0, 0.8], ids=["equal weights", "unequal weights"])
def test_variances_are_found_without_bias(heavy):
    dice = stream(1, "spread", str(heavy))
    found = [spread_of(*drawn(dice, heavy=heavy)) for _ in range(300)]

    person = np.mean([each.person for each in found])
    knowledge = np.mean([each.knowledge for each in found])

    # Standard errors are below .001; five of them.
    assert person == pytest.approx(PERSON, abs=0.005)
    assert knowledge == pytest.approx(KNOWLEDGE, abs=0.005)


def test_kinds_add_up_to_the_total():
    values, knowledge, weights = drawn(stream(2, "spread"))
    found = spread_of(values, knowledge, weights, measurement=0.01, form=0.02)

    assert found.total == pytest.approx(found.person + found.knowledge + 0.03)
    assert sum(found.shares().values()) == pytest.approx(1.0)


@given(shift=st.floats(-1e3, 1e3), seed=st.integers(0, 20))
def test_a_common_shift_and_a_common_weight_change_nothing(shift, seed):
    values, knowledge, weights = drawn(stream(seed, "spread"), n_known=16)
    plain = spread_of(values, knowledge, weights)
    moved = spread_of(values + shift, knowledge, weights + 3.0)

    assert moved.person == pytest.approx(plain.person, rel=1e-6, abs=1e-9)
    assert moved.knowledge == pytest.approx(plain.knowledge, rel=1e-6, abs=1e-9)


def test_shapes_are_kept():
    values = stream(3, "spread").normal(size=(64, 5, 2))
    found = spread_of(values, np.repeat(np.arange(16), 4), np.zeros(64))

    assert found.person.shape == found.knowledge.shape == found.form.shape == (5, 2)


def test_what_never_varies_has_no_shares():
    found = spread_of(np.ones(8), np.repeat(np.arange(4), 2), np.zeros(8))

    assert found.total == 0
    assert all(share == 0 for share in found.shares().values())


def test_one_draw_each_cannot_be_told_apart():
    with pytest.raises(NumericsError, match="more than one draw each"):
        spread_of(np.arange(4.0), np.arange(4), np.zeros(4))


def test_a_spread_is_a_value():
    nothing = np.zeros(())
    assert Spread(nothing, nothing, nothing, nothing).total == 0
