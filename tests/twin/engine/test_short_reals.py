"""The fast mode: short reals, held to long ones."""

import antimony
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.one_compartment import course, spec
from tests.twin.engine.machine_code import kept_here
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import FAST, POPULATION
from twin.engine.schedule import Break, Schedule
from twin.engine.short_reals import check_short, with_times_between
from twin.engine.simulate import simulate
from twin.errors import NumericsError
from twin.sbml.any_model import any_model
from twin.vocabulary.ensemble import Ensemble, frozen_array
from twin.vocabulary.regimen import Regimen, daily

ENGINE = CompiledEngine(FAST, cache=kept_here())


def test_what_is_nearly_gone_when_asked_is_judged_by_what_it_was():
    """A day after a tablet next to nothing of it is in the gut."""
    tablets = daily(5.0, days=3, substance="tablet")
    ka = np.linspace(0.5, 1.5, 300)

    found = course(tablets, [24.0 * 3 - 0.1], engine=ENGINE, outputs=("gut",), ka=ka)

    assert np.all(np.abs(found.values) < 1e-3)


def beyond(mode, rows, tolerance=None):
    """Courses of draws some of which no short real can hold, each on its own doses."""
    some = np.array(rows)
    baseline = np.where(some % 7 == 3, 1e39, 0.0)
    doses = [daily(1.0 + row % 5, days=3, substance="tablet") for row in rows]
    return simulate(
        spec(),
        Ensemble.of({"baseline": baseline, "k": 0.1 + 0.001 * some}),
        doses,
        [24.0, 72.0],
        outputs=("drug", "gut"),
        engine=CompiledEngine(mode, threads=1, cache=kept_here()),
        tolerance=tolerance,
    ).values


@pytest.mark.parametrize("tolerance", [None, 1e-7])
def test_what_short_reals_cannot_hold_is_repeated_in_double(tolerance):
    rows = list(range(40))
    lost = [row for row in rows if row % 7 == 3]

    short, double = (beyond(mode, rows, tolerance) for mode in (FAST, POPULATION))

    assert np.all(np.isfinite(short))
    assert short[lost].tobytes() == double[lost].tobytes()
    assert short.tobytes() != double.tobytes()


@settings(max_examples=10, deadline=None)
@given(rows=st.permutations(range(40)))
def test_a_repeated_draw_is_the_same_whoever_stands_beside_it(rows):
    together = beyond(FAST, list(range(40)))

    some = beyond(FAST, rows[:25])

    assert some.tobytes() == together[rows[:25]].tobytes()


def test_times_between_are_those_of_doses_and_some_more():
    dose = Break(5.0, {"gut": 1.0}, {})
    plan = Schedule((dose,), frozen_array([8.0, 16.0]))
    other = Schedule((), frozen_array([8.0, 16.0]))

    closely, asked = with_times_between([plan, other, plan])

    assert closely[0] is closely[2]
    assert [each.breaks for each in closely] == [(dose,), (), (dose,)]
    assert closely[0].times_h[asked] == pytest.approx([8.0, 16.0])
    assert 5.0 in closely[1].times_h
    assert closely[0].times_h[0] == 0.0


def test_a_draw_that_is_off_is_named():
    double = np.array([[[1.0], [2.0], [0.5]]])
    asked = np.array([1, 2])

    check_short(double[:, asked] + 0.005, double, asked)
    with pytest.raises(NumericsError, match=r"0\.01 of an output off"):
        check_short(double[:, asked] + 0.02, double, asked)


def test_a_draw_that_fails_in_double_only_is_named():
    double = np.full((1, 3, 1), np.nan)
    asked = np.array([1, 2])

    with pytest.raises(NumericsError, match="fails in double"):
        check_short(np.ones((1, 2, 1)), double, asked)


def test_events_are_not_found_in_short_reals():
    antimony.clearPreviousLoads()
    antimony.loadAntimonyString(
        "model m\nspecies S in c; compartment c = 1; S = 1;"
        "J: S => ; S; at S < 0.5: S = 1;\nend"
    )
    text = antimony.getSBMLString("m")

    def run(mode):
        return simulate(
            any_model(text).spec,
            Ensemble.of({}),
            Regimen(),
            [1.0],
            outputs=("S",),
            engine=CompiledEngine(mode, cache=kept_here()),
        )

    assert run(POPULATION).n_failed == 0
    with pytest.raises(NumericsError, match="population or the reference mode"):
        run(FAST)
