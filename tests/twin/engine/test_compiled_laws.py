"""The laws of the whole twin, on the compiled engine; the referee as second opinion."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.people import DESCRIBED, library, person, therapy
from tests.people import engine as referee
from tests.twin.engine.machine_code import kept_here
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION, REFERENCE
from twin.multiscale.mass_balance import mass_balance
from twin.multiscale.whole_model import course
from twin.vocabulary.regimen import Change, Dose, Regimen, daily

SHOWN = ("INR", "S_plasma", "R_plasma", "F__VII", "F__II")
DAYS = np.arange(0.0, 20 * 24.0, 8.0)
few = settings(max_examples=8, deadline=None)
everyone = pytest.mark.parametrize("name", DESCRIBED)


@cache
def engine() -> CompiledEngine:
    return CompiledEngine(cache=kept_here())


@cache
def population() -> CompiledEngine:
    return CompiledEngine(POPULATION, cache=kept_here())


def shown(name: str, regimen: Regimen, times=DAYS, *, by=None, tolerance=1e-6):
    return course(
        person(name),
        library(),
        regimen,
        times,
        outputs=SHOWN,
        engine=by or engine(),
        tolerance=tolerance,
    )


@everyone
def test_the_dose_is_in_the_body_bound_changed_or_gone(name):
    balance = mass_balance(
        person(name),
        library(),
        therapy(name, days=30),
        np.arange(0.0, 30 * 24.0, 6.0),
        engine=engine(),
    )

    assert balance.figure < 1e-6


@everyone
def test_the_balance_holds_in_the_mode_for_populations(name):
    """Amounts are integrated, so that no tolerance makes or loses any."""
    balance = mass_balance(
        person(name),
        library(),
        therapy(name, days=10),
        np.arange(0.0, 15 * 24.0, 6.0),
        engine=population(),
    )

    assert balance.figure < 1e-9


@everyone
def test_without_a_dose_there_is_no_drug_and_no_change(name):
    found = shown(name, Regimen())

    assert not np.any(found["S_plasma"])
    assert not np.any(found["R_plasma"])
    for output in ("INR", "F__VII", "F__II"):
        assert found[output] == pytest.approx(
            np.full(len(DAYS), found[output][0]), rel=1e-6
        )


@everyone
def test_the_same_regimen_later_gives_the_same_course_later(name):
    wait_h = 9.5 * 24.0
    regimen = therapy(name, days=8).joined(
        Regimen(changes=(Change(100.0, "VK__intake", 300.0),))
    )

    now = shown(name, regimen, tolerance=1e-8)
    later = shown(name, regimen.shifted(wait_h), DAYS + wait_h, tolerance=1e-8)

    for output in SHOWN:
        assert later[output] == pytest.approx(now[output], rel=1e-6, abs=1e-9)


@everyone
def test_half_the_tolerance_changes_no_inr(name):
    regimen = therapy(name, days=15)

    usual, half = (
        shown(name, regimen, tolerance=tolerance)["INR"]
        for tolerance in (REFERENCE.tolerance, REFERENCE.tolerance / 2)
    )

    assert np.max(np.abs(usual - half)) < 1e-5


@everyone
def test_no_amount_and_no_level_is_ever_negative(name):
    states = library().spec.states
    eventful = therapy(name, days=20).joined(
        Regimen(
            (Dose(240.0, 10.0, "vitamin K1"), Dose(480.0, 200.0, library().substance)),
            (Change(300.0, "VK__intake", 1.0),),
        )
    )

    found = course(
        person(name),
        library(),
        eventful,
        np.arange(0.0, 30 * 24.0, 2.0),
        outputs=(*states, "VKORC1_free", "INR"),
        engine=engine(),
    )

    lowest = {output: float(np.min(values)) for output, values in found.items()}
    assert {o: v for o, v in lowest.items() if v < -1e-6 * np.max(found[o])} == {}
    assert lowest["INR"] > 0.9


@few
@given(
    st.sampled_from(sorted(DESCRIBED)),
    st.dictionaries(st.integers(0, 12), st.floats(0.5, 20.0), min_size=1, max_size=6),
    st.floats(0.0, 23.0),
)
def test_what_is_asked_in_between_changes_nothing(name, doses, hour):
    substance = library().substance
    regimen = Regimen(
        tuple(Dose(24.0 * d, mg, substance) for d, mg in sorted(doses.items()))
    )
    last = 13 * 24.0 + hour

    many = shown(name, regimen, np.linspace(0.0, last, 60), tolerance=1e-8)
    one = shown(name, regimen, [last], tolerance=1e-8)

    for output in SHOWN:
        assert one[output][0] == pytest.approx(many[output][-1], rel=1e-6, abs=1e-9)


@few
@given(st.sampled_from(sorted(DESCRIBED)), st.floats(0.5, 10.0))
def test_the_referee_agrees(name, dose_mg):
    regimen = daily(dose_mg, days=10, substance=library().substance)

    ours = shown(name, regimen, tolerance=1e-9)
    theirs = shown(name, regimen, tolerance=1e-9, by=referee())

    for output in SHOWN:
        assert ours[output] == pytest.approx(theirs[output], rel=1e-6, abs=1e-8)


@everyone
def test_the_mode_for_populations_is_near_the_reference(name):
    regimen = therapy(name, days=15)

    fine = shown(name, regimen)["INR"]
    coarse = shown(name, regimen, by=population(), tolerance=POPULATION.tolerance)

    assert coarse["INR"] == pytest.approx(fine, rel=2e-3)
