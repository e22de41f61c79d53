"""Removal and its inverses beside the same equations, solved otherwise."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from tests.twin.dosing.test_closed_form import CHAIN

few = settings(max_examples=40, deadline=None)


def removed(drug: str, unbound_um: float) -> float:
    """umol/h that leave the body, by the equation as the model writes it."""
    own = {
        name: float(np.asarray(CHAIN.parameters[f"{drug}__{name}"]))
        for name in (
            *("inhibition", "induction", "activity_linear", "CL_linear"),
            *("CL_renal", "fu", "Vm_A", "Vm_B", "Km_A", "Km_B"),
        )
    }
    by_enzyme = sum(
        own[f"Vm_{allele}"]
        / (own[f"Km_{allele}"] * (1 + own["inhibition"]) + unbound_um)
        for allele in ("A", "B")
    )
    linear = own["activity_linear"] * own["CL_linear"] + own["CL_renal"] / own["fu"]
    return (own["induction"] * by_enzyme + linear) * unbound_um


def unbound(drug: str, rate: float) -> float:
    absorbed = rate * float(np.asarray(CHAIN.parameters[f"{drug}__F_absorbed"]))
    return float(
        brentq(lambda cu: removed(drug, cu) - absorbed, 0, 1e6, xtol=1e-300, rtol=1e-14)
    )


def inhibition(dose: float) -> float:
    ki_s = float(np.asarray(CHAIN.parameters["KiS"]))
    ki_r = ki_s * float(np.asarray(CHAIN.parameters["KiR_ratio"]))
    s, r = (unbound(d, dose / 24 * CHAIN.amount_per_mg[d]) for d in ("S", "R"))
    return s / ki_s + r / ki_r


@few
@given(st.sampled_from(["S", "R"]), st.floats(1e-4, 50.0))
def test_what_balances_an_input_is_what_another_search_finds(drug, rate):
    assert CHAIN.unbound_um(drug, rate) == pytest.approx(unbound(drug, rate), rel=1e-11)


@few
@given(st.floats(0.05, 30.0))
def test_the_dose_of_an_inhibition_is_the_one_another_search_finds(wanted):
    expected = brentq(lambda dose: inhibition(dose) - wanted, 1e-4, 1e4, rtol=1e-13)

    assert CHAIN.dose_giving(wanted) == pytest.approx(expected, rel=1e-10)


@few
@given(st.floats(1.2, 4.0))
def test_the_dose_of_an_inr_is_the_one_another_search_finds(inr):
    chain = replace(CHAIN, interval_h=24.0)
    found = chain.dose_for(inr)[0]
    expected = brentq(
        lambda dose: chain.inr(dose)[0] - inr, 0.1 * found, 1.1 * found, rtol=1e-13
    )

    assert found == pytest.approx(expected, rel=1e-6)


@few
@given(st.data(), st.integers(1, 200), st.integers(0, 2**32 - 1))
def test_a_patients_dose_depends_on_no_other_patient(data, n, seed):
    place = data.draw(st.integers(0, n - 1))
    dice = np.random.default_rng(seed)
    varied = {
        name: np.asarray(value) * dice.uniform(0.9, 1.1, n)
        for name, value in CHAIN.parameters.items()
        if name.startswith(("S__", "R__", "VKORC1_capacity", "VK__catabolism"))
    }
    many = replace(CHAIN, parameters={**CHAIN.parameters, **varied}, interval_h=24.0)
    own = {name: values[place] for name, values in varied.items()}
    one = replace(many, parameters={**CHAIN.parameters, **own})

    assert many.dose_giving(3.0)[place] == one.dose_giving(3.0)[0]
    assert many.dose_for(2.5)[place] == pytest.approx(one.dose_for(2.5)[0], rel=1e-13)


@pytest.mark.parametrize("name", ["S__Vm_A", "R__CL_linear", "R__F_absorbed", "KiS"])
def test_what_is_not_known_makes_no_dose(name):
    lost = np.array([1.0, np.nan])
    chain = replace(CHAIN, parameters={**CHAIN.parameters, name: lost})

    assert np.isnan(chain.dose_giving(3.0)).tolist() == [False, True]
