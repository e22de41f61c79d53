"""The forms' SBML against the papers' equations, written here a second time.

The equations below are solved by scipy from dose to dose; they share no line with the
models.  Then laws: no dose, no effect; more dose, higher INR; rest by algebra.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from twin.engine.compiled import CompiledEngine
from twin.engine.modes import STRICT
from twin.engine.simulate import simulate
from twin.forms.model_form import ModelForm, load_form
from twin.vocabulary.ensemble import Ensemble, Floats
from twin.vocabulary.regimen import Infusion, Regimen, daily

ENGINE = CompiledEngine(STRICT)
TIMES_H = np.array([0.0, 5.0, 24.0, 30.0, 71.0, 96.0, 200.0, 333.0])


@dataclass(frozen=True)
class Paper:
    """A paper's own equations, for one person.

    right_hand_side, start   of dy/dt; doses enter y[0]
    seen                     y -> (INR, concentration)
    at_rest                  mean mg per hour -> INR
    """

    right_hand_side: Callable[[float, Floats], list[float]]
    start: list[float]
    amount_per_mg: float
    seen: Callable[[Floats], tuple[float, float]]
    at_rest: Callable[[float], float]


def hamberg(cl: float, ec50: float) -> Paper:
    """Clin Pharmacol Ther 2010;87:727: `cl` at the patient's age."""
    v, gamma, k1, k2 = 14.3, 1.15, 3 / 28.6, 3 / 118.3

    def effect(c: float) -> float:
        return c**gamma / (ec50**gamma + c**gamma)

    def right_hand_side(_t: float, y: Floats) -> list[float]:
        a, f11, f12, f13, f21, f22, f23 = y
        left = 1 - effect(max(a, 0.0) / v)
        return [
            -cl / v * a,
            *(k1 * left - k1 * f11, k1 * f11 - k1 * f12, k1 * f12 - k1 * f13),
            *(k2 * left - k2 * f21, k2 * f21 - k2 * f22, k2 * f22 - k2 * f23),
        ]

    return Paper(
        right_hand_side,
        [0.0, *[1.0] * 6],
        0.5,
        lambda y: (1 + 20 * (1 - (y[3] + y[6]) / 2), y[0] / v),
        lambda mg_per_h: 1 + 20 * effect(0.5 * mg_per_h / cl),
    )


def falkenhagen(cl: float, ic50: float) -> Paper:
    """CPT Pharmacometrics Syst Pharmacol 2023;12:432."""
    v, ka, kvk, kh0 = 10.0, 1.0, 0.0228, 0.1
    rates, normal = (0.010, 0.12, 0.018), (1394.4, 10.0, 174.3)

    def right_hand_side(_t: float, y: Floats) -> list[float]:
        gut, a, kh, *factors = y
        c = a / v
        return [
            -ka * gut,
            ka * gut - cl / v * a,
            kvk * (1 - c / (ic50 + c)) - kvk / kh0 * kh,
            *(
                k * f0 * kh / kh0 - k * f
                for k, f0, f in zip(rates, normal, factors, strict=True)
            ),
        ]

    def inr(factors: Floats) -> float:
        return float(np.prod(np.asarray(factors) / normal) ** -0.1975)

    return Paper(
        right_hand_side,
        [0.0, 0.0, kh0, *normal],
        1.0,
        lambda y: (inr(y[3:]), y[1] / v),
        lambda mg_per_h: (1 + mg_per_h / cl / ic50) ** (3 * 0.1975),
    )


@dataclass(frozen=True)
class Case:
    """A form, its paper, and which two constants hold a person's genotype."""

    form: ModelForm
    paper: Callable[[float, float], Paper]
    sensitivity: tuple[str, str]
    kind: str
    typical: tuple[float, float]


CASES = {
    "hamberg_2010": Case(
        load_form("hamberg_2010"),
        hamberg,
        ("EC50_first", "EC50_second"),
        "warfarin_S_plasma",
        (0.348, 4.1),
    ),
    "falkenhagen_2023": Case(
        load_form("falkenhagen_2023"),
        falkenhagen,
        ("IC50_first", "IC50_second"),
        "warfarin_racemate_plasma",
        (0.2, 0.34),
    ),
}
EVERY_FORM = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
person = st.tuples(st.floats(0.1, 1.5), st.floats(0.1, 2.0))
"""Clearance and sensitivity, relative to *1/*1 and G/G."""


def parameters(case: Case, cl: float, sensitivity: float) -> dict[str, float]:
    """A person's constants, the alleles' shares uneven on purpose."""
    first, second = case.sensitivity
    return {
        "CL_first": 0.3 * cl,
        "CL_second": 0.7 * cl,
        first: 0.6 * sensitivity,
        second: 0.4 * sensitivity,
    }


def ours(
    case: Case, values: dict[str, float], regimen: Regimen, times_h=TIMES_H
) -> Floats:
    """float64[time, (INR, concentration)] of the SBML."""
    outputs = case.form.outputs
    return simulate(
        case.form.spec,
        Ensemble.of(values),
        regimen,
        times_h,
        outputs=(outputs["INR"].id, outputs[case.kind].id),
        engine=ENGINE,
        tolerance=1e-9,
    ).values[0]


def by_the_paper(paper: Paper, mg: float, days: int) -> Floats:
    """The same from the equations above, a dose at the start of each day."""
    at, state, seen = 0.0, np.array(paper.start), {}
    for day in range(days + 1):
        if day < days:
            state[0] += paper.amount_per_mg * mg
        end = 24.0 * (day + 1) if day < days else float(TIMES_H[-1]) + 1
        wanted = [t for t in TIMES_H if at <= t < end]
        found = solve_ivp(
            paper.right_hand_side,
            (at, end),
            state,
            method="LSODA",
            t_eval=[*wanted, end],
            rtol=1e-10,
            atol=1e-12,
        )
        assert found.success
        for time, y in zip(wanted, found.y.T, strict=False):
            seen[time] = paper.seen(y)
        at, state = end, found.y[:, -1].copy()
    return np.array([seen[time] for time in TIMES_H])


@EVERY_FORM
@settings(max_examples=25)
@given(person=person, mg=st.floats(0.5, 100.0), days=st.integers(1, 8))
def test_the_sbml_is_what_the_paper_writes(case, person, mg, days):
    cl, sensitivity = np.multiply(case.typical, person)
    regimen = daily(mg, days=days, substance=case.form.substance)

    found = ours(case, parameters(case, cl, sensitivity), regimen)

    assert found == pytest.approx(
        by_the_paper(case.paper(cl, sensitivity), mg, days), rel=1e-6, abs=1e-9
    )


@pytest.mark.parametrize("age", [20.0, 65.0, 71.0, 95.0])
def test_clearance_falls_by_a_share_of_that_at_71_with_every_year(age):
    case = CASES["hamberg_2010"]
    cl, ec50 = 0.174 + 0.0879, 2.05 + 0.96
    values = {
        "CL_first": 0.174,
        "CL_second": 0.0879,
        "age": age,
        "EC50_first": 0.96,
        "EC50_second": 2.05,
    }
    regimen = daily(5.0, days=8, substance=case.form.substance)

    found = ours(case, values, regimen)

    aged = case.paper(cl * (1 - 0.00571 * (age - 71)), ec50)
    assert found == pytest.approx(by_the_paper(aged, 5.0, 8), rel=1e-6, abs=1e-9)


@EVERY_FORM
@settings(max_examples=20)
@given(person=person, mg_per_day=st.floats(0.5, 15.0))
def test_rest_by_algebra_is_where_the_course_ends(case, person, mg_per_day):
    """A steady inflow of the day's dose, until nothing changes any more."""
    cl, sensitivity = np.multiply(case.typical, person)
    hours = 40_000.0
    inflow = Infusion(0.0, hours, mg_per_day * hours / 24, case.form.substance)

    found = ours(
        case,
        parameters(case, cl, sensitivity),
        Regimen(infusions=(inflow,)),
        np.array([hours - 1.0]),
    )

    expected = case.paper(cl, sensitivity).at_rest(mg_per_day / 24)
    assert found[0, 0] == pytest.approx(expected, rel=1e-6)


@EVERY_FORM
def test_without_the_drug_the_inr_stays_where_it_was(case):
    nothing = ours(case, {"INR_base": 1.1}, Regimen())

    assert nothing[:, 0] == pytest.approx(np.full(len(TIMES_H), 1.1), rel=1e-12)
    assert nothing[:, 1].tolist() == [0.0] * len(TIMES_H)


@EVERY_FORM
@settings(max_examples=25)
@given(person=person, mg=st.floats(0.5, 50.0), more=st.floats(1.05, 3.0))
def test_more_drug_never_means_a_lower_inr(case, person, mg, more):
    values = parameters(case, *np.multiply(case.typical, person))
    substance = case.form.substance

    less, higher = (
        ours(case, values, daily(dose, days=5, substance=substance))
        for dose in (mg, more * mg)
    )

    assert np.all(higher[:, 0] >= less[:, 0] * (1 - 1e-8))
    assert np.all(higher[2:, 0] > less[2:, 0])
    assert higher[2:, 1] == pytest.approx(more * less[2:, 1], rel=1e-6)


@EVERY_FORM
def test_the_whole_dose_leaves_by_the_clearance(case):
    """Area under the concentration = dose / CL, whatever the volume."""
    cl, sensitivity = case.typical
    times = np.arange(0.0, 2001.0, 0.25)
    dose = daily(10.0, days=1, substance=case.form.substance)

    found = ours(case, parameters(case, cl, sensitivity), dose, times)

    area = np.trapezoid(found[:, 1], times)
    amount = 10.0 * case.paper(cl, sensitivity).amount_per_mg
    assert area == pytest.approx(amount / cl, rel=1e-3)


def test_long_after_a_dose_the_inr_is_a_number_and_back_at_its_start():
    """There the concentration is an integrator's zero, on either side of it."""
    case = CASES["hamberg_2010"]
    dose = daily(10.0, days=1, substance=case.form.substance)

    found = ours(case, {}, dose, np.linspace(0.0, 20_000.0, 41))

    assert np.all(np.isfinite(found))
    assert found[-1, 0] == pytest.approx(1.0, abs=1e-6)
