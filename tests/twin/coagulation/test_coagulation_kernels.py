"""The kernels of coagulation beside the same equations, solved otherwise."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from tests.clotting_tube import committed
from tests.twin.coagulation.test_vitamin_k_cycle import CYCLE, cycles, inhibitions
from twin.coagulation.factors import FactorSynthesis
from twin.coagulation.ratio_keeping import ratio_keeping
from twin.coagulation.vitamin_k_cycle import (
    VitaminKCycle,
    inhibition_for,
    steady_state,
)

few = settings(max_examples=40, deadline=None)
W = {"II": 3.0, "VII": 1.0, "IX": 2.0, "X": 2.5, "PC": 1.5, "PS": 1.0}
SYNTHESIS = FactorSynthesis(W, 2.2, 32.0, 1.0)
UNTOUCHED = {"fibrinogen": 1.0, "V": 0.9}


def root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(function, low, high, xtol=1e-300, rtol=1e-14, maxiter=500))


def at_rest(cycle: VitaminKCycle, inhibition: float) -> tuple[float, float, float]:
    """K, KH2 and KO by two nested searches of the balances as the model writes them."""
    c = {name: float(getattr(cycle, name)) for name in VitaminKCycle.__slots__}
    x0 = c["phi0"] / (1 - c["phi0"])
    kc = (1 - 1 / c["reserve"]) * c["T0"] / x0
    k_share = c["quinone_part"] / c["reserve"]
    ko_share = (1 - c["quinone_part"]) / c["reserve"]
    diet = 1 - c["K1_share"] + c["K1_share"] * c["intake"] / c["intake_reference"]
    pool = c["T0"] * diet / c["catabolism"]
    loss = c["k_loss"] * c["catabolism"]

    def reduced(amount: float, share: float, km: float) -> float:
        k = c["phi0"] * c["D"] / (share * c["T0"])
        return c["capacity"] * k * km * amount / (km * (1 + inhibition) + amount)

    def carboxylated(kh2: float) -> float:
        return c["D"] * (kh2 / kc) / (1 + kh2 / kc)

    def epoxide(kh2: float) -> float:
        def surplus(ko: float) -> float:
            lost = reduced(ko, ko_share, c["Km_KO"]) + loss * ko
            return carboxylated(kh2) - lost

        return root(surplus, 0.0, 1e12)

    def rise(kh2: float) -> float:
        k = max(pool - kh2 - epoxide(kh2), 0.0)
        gained = reduced(k, k_share, c["Km_K"]) + c["k_bypass"] * k
        return gained - carboxylated(kh2) - loss * kh2

    kh2 = root(rise, 0.0, pool)
    return pool - kh2 - epoxide(kh2), kh2, epoxide(kh2)


@few
@given(cycles, inhibitions)
def test_the_cycle_rests_where_another_search_finds_it(cycle, inhibition):
    rest = steady_state(cycle, inhibition)
    found = (rest.quinone_umol, rest.hydroquinone_umol, rest.epoxide_umol)

    assert found == pytest.approx(at_rest(cycle, inhibition), rel=1e-9, abs=1e-13)


@few
@given(cycles, st.floats(0.01, 100.0))
def test_the_inhibition_is_the_one_another_search_finds(cycle, inhibition):
    kh2 = at_rest(cycle, inhibition)[1]
    ratio = kh2 / float(cycle.half_saturation_umol)

    assert inhibition_for(cycle, ratio) == pytest.approx(inhibition, rel=1e-6)


def inr_at(ratio: float, isi: float) -> float:
    """The test's polynomial and the law of synthesis, one plasma at a time."""
    logarithms = []
    for name in committed().factors:
        level = UNTOUCHED.get(name)
        if level is None:
            level = (ratio * (32.0 + W[name]) / (32.0 * (ratio + W[name]))) ** 2.2
        logarithms.append(np.log(level))
    terms = zip(committed().coefficients, committed().exponents, strict=True)
    return float(np.exp(isi * sum(b * np.prod(logarithms**n) for b, n in terms)))


@few
@given(st.floats(1.2, 4.0), st.floats(0.9, 1.2))
def test_the_ratio_that_keeps_an_inr_is_the_one_another_search_finds(inr, isi):
    found = ratio_keeping(
        inr,
        highest=32.0,
        synthesis=SYNTHESIS,
        untouched=UNTOUCHED,
        isi=isi,
        surrogate=committed(),
    )

    expected = root(lambda x: inr_at(x, isi) - inr, 0.5, 32.0)
    assert found == pytest.approx(expected, rel=1e-9)


@few
@given(st.data(), st.integers(1, 200), st.integers(0, 2**32 - 1))
def test_a_rows_bits_depend_on_no_other_row(data, n, seed):
    place = data.draw(st.integers(0, n - 1))
    dice = np.random.default_rng(seed)
    cycle = VitaminKCycle(
        *(0.9, 0.2, 0.97, dice.uniform(2, 5, n), 0.6, dice.uniform(0.3, 1.2, n)),
        *(3.0, 3.0, 0.09, 0.02, dice.uniform(0.8, 1.2, n), 100.0, 100.0, 0.085),
    )
    inhibition, inr = dice.uniform(0, 20, n), dice.uniform(0.9, 5, n)

    def answers(rows: slice) -> list[np.ndarray]:
        part = VitaminKCycle(
            *(np.broadcast_to(getattr(cycle, f), n)[rows] for f in cycle.__slots__)
        )
        rest = steady_state(part, inhibition[rows])
        kept = ratio_keeping(
            inr[rows],
            highest=32.0,
            synthesis=SYNTHESIS,
            untouched=UNTOUCHED,
            isi=1.0,
            surrogate=committed(),
        )
        return [rest.ratio, rest.epoxide_umol, inhibition_for(part, rest.ratio), kept]

    together, alone = answers(slice(None)), answers(slice(place, place + 1))

    for many, one in zip(together, alone, strict=True):
        assert many[place : place + 1].tobytes() == one.tobytes()


@pytest.mark.parametrize("name", VitaminKCycle.__slots__)
def test_what_is_not_known_makes_nothing_up(name):
    cycle = replace(CYCLE, **{name: np.nan})

    assert np.isnan(steady_state(cycle, 1.0).ratio)
    assert np.isnan(steady_state(CYCLE, np.nan).ratio)
    assert np.isnan(inhibition_for(cycle, 10.0))
