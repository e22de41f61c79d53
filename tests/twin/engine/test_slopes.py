"""Slopes along directions: against paper and finer runs, and every bit where it stood.

Groups, neighbours, threads and lanes may change how fast a slope comes, and nothing of
the slope; a group that fails is named and disturbs nobody.
"""

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.one_compartment import (
    BODY,
    INJECTION,
    KA,
    TABLET,
    UMOL_PER_MG,
    K,
    spec,
)
from tests.people import library, person
from tests.twin.engine.machine_code import kept_here
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import FAST, POPULATION, REFERENCE
from twin.engine.simulate import simulate
from twin.engine.slopes import Slopes, prepare_slopes
from twin.errors import ModelError, NumericsError
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import Change, Dose, Infusion, Regimen, Repeated, daily

NAMES = ("ka", "k", "body", "growth", "baseline")
TYPICAL = np.array([KA, K, BODY, 0.0, 0.2])
GROWTH = NAMES.index("growth")
RUNAWAY = 5.0  # growth at which the concentration has no bound within a day
TIMES_H = np.linspace(1.0, 48.0, 9)
TABLETS = daily(5.0, days=2, substance=TABLET)
REGIMENS = (
    TABLETS,
    Regimen((Dose(3.0, 2.0, INJECTION),), (Change(9.0, "k", 0.3),)),
    Regimen(infusions=(Infusion(2.0, 6.0, 12.0, INJECTION),)),
    Regimen((Dose(0.0, 5.0, TABLET),), before=Repeated((Dose(0.0, 5.0, TABLET),), 12)),
    daily(1.0, days=1, substance=TABLET),
)
MOVE = 3e-7


def prepared(regimens=TABLETS, *, threads=1, width=0, mode=REFERENCE, **more):
    method = replace(mode.method, width=width)
    engine = CompiledEngine(replace(mode, method=method), threads, kept_here())
    asked = {"names": NAMES, "outputs": ("drug", "twice"), "tolerance": None, **more}
    return prepare_slopes(spec(), regimens, TIMES_H, engine=engine, **asked)


@cache
def question(n_groups: int = len(REGIMENS), n_directions: int = 9):
    """A base a group, directions that move several parameters, and their steps."""
    dice = np.random.default_rng(4)
    base = TYPICAL * np.exp(0.3 * dice.standard_normal((n_groups, len(NAMES))))
    along = dice.standard_normal((n_groups, n_directions, len(NAMES)))
    along[:, :, GROWTH] = 0.0
    return base, base[:, np.newaxis] * (1.0 + MOVE * along), MOVE


def same(one: Slopes, other: Slopes) -> bool:
    return (
        one.values.tobytes() == other.values.tobytes()
        and one.slopes.tobytes() == other.slopes.tobytes()
        and one.failures == other.failures
    )


# ---- right


def test_a_direction_that_moves_two_constants_has_the_slope_on_paper():
    def drug(effect: float) -> np.ndarray:
        ka, k = KA * np.exp(effect), K * np.exp(-2.0 * effect)
        scale = 5.0 * UMOL_PER_MG / BODY * ka / (ka - k)
        return scale * (np.exp(-k * TIMES_H) - np.exp(-ka * TIMES_H))

    asked = {"names": ("ka", "k"), "outputs": ("drug",), "tolerance": 1e-10}
    once = daily(5.0, days=1, substance=TABLET)
    found = prepared(once, **asked).at(
        [[KA, K]], [[[KA * np.exp(MOVE), K * np.exp(-2.0 * MOVE)]]], MOVE
    )

    expected = (drug(1e-5) - drug(-1e-5)) / 2e-5
    assert found.values[0, :, 0] == pytest.approx(drug(0.0), rel=1e-8)
    assert found.slopes[0, :, 0, 0] == pytest.approx(expected, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize(
    ("mode", "to"), [(REFERENCE, 2e-5), (POPULATION, 3e-4)], ids=["reference", "popul."]
)
def test_a_twins_slopes_are_central_differences_of_much_finer_runs(mode, to):
    """One effect on clearances, one on what holds the cycle, one on start values."""
    model, times = library().spec, np.linspace(3.0, 28.0, 6) * 24.0
    along = (
        {"S__CL_linear": 1.0, "R__CL_linear": 0.5, "S__Vm_A": 1.0},
        {"KiS": 1.0, "VK__reserve": -1.0},
        {"VK__K_start": 1.0, "VK__KO_start": 1.0, "F__half_life_VII": -0.5},
    )
    own = {**model.constants, **person("typical").parameters}
    moving = [name for direction in along for name in direction]
    names = tuple(dict.fromkeys([*moving, *person("typical").parameters]))
    powers = np.array([[each.get(name, 0.0) for name in names] for each in along])
    base = np.array([own[name] for name in names])
    regimen = daily(5.0, days=28, substance=library().substance)

    def fine(effect: float, direction: int) -> np.ndarray:
        moved = base * np.exp(effect * powers[direction])
        return simulate(
            model,
            Ensemble.of(dict(zip(names, moved, strict=True))),
            regimen,
            times,
            outputs=("INR",),
            engine=CompiledEngine(REFERENCE),
            tolerance=1e-11,
        ).typical("INR")

    found = prepare_slopes(
        *(model, regimen, times),
        names=names,
        outputs=("INR",),
        engine=CompiledEngine(mode),
    ).at([base], [base * np.exp(MOVE * powers)], MOVE)

    for direction in range(len(along)):
        expected = (fine(1e-3, direction) - fine(-1e-3, direction)) / 2e-3
        np.testing.assert_allclose(
            found.slopes[0, :, 0, direction],
            expected,
            atol=to * np.abs(expected).max(),
        )


def test_a_direction_that_moves_nothing_has_no_slope_at_all():
    base, moved, step = question()
    still = moved.copy()
    still[:, 3] = base

    found = prepared(REGIMENS).at(base, still, step)

    assert np.all(found.slopes[..., 3] == 0.0)
    assert np.all(np.any(found.slopes[..., 4] != 0.0, axis=1))


def test_the_values_are_those_of_the_base_alone():
    base, moved, step = question()
    both = prepared(REGIMENS)

    alone = both.values_at(base, np.arange(len(base)))

    assert both.at(base, moved, step).values.tobytes() == alone.values.tobytes()


# ---- every bit


@cache
def together() -> Slopes:
    return prepared(REGIMENS).at(*question())


@pytest.mark.parametrize("group", range(len(REGIMENS)))
def test_a_group_is_the_same_alone(group):
    base, moved, step = question()

    alone = prepared(REGIMENS[group]).at(base[[group]], moved[[group]], step)

    assert alone.values[0].tobytes() == together().values[group].tobytes()
    assert alone.slopes[0].tobytes() == together().slopes[group].tobytes()


@settings(max_examples=15, deadline=None)
@given(
    order=st.lists(st.integers(0, 4), min_size=1, max_size=12),
    threads=st.integers(1, 3),
)
def test_neighbours_order_and_threads_are_not_seen(order, threads):
    base, moved, step = question()

    found = prepared([REGIMENS[group] for group in order], threads=threads).at(
        base[order], moved[order], step
    )

    assert found.values.tobytes() == together().values[order].tobytes()
    assert found.slopes.tobytes() == together().slopes[order].tobytes()


@pytest.mark.parametrize("width", [2, 4, 8, 16])
def test_the_number_of_lanes_is_not_seen(width):
    assert same(prepared(REGIMENS, width=width).at(*question()), together())


def test_directions_are_the_same_one_by_one():
    base, moved, step = question()

    for direction in range(moved.shape[1]):
        one = prepared(REGIMENS).at(base, moved[:, [direction]], step)
        expected = together().slopes[..., [direction]]
        assert one.slopes.tobytes() == expected.tobytes()


def test_one_regimen_serves_any_number_of_groups():
    base, moved, step = question()

    one = prepared(TABLETS).at(base, moved, step)

    many = prepared([TABLETS] * len(base)).at(base, moved, step)
    assert same(one, many)


def test_no_groups_and_no_directions_are_no_trouble():
    base, moved, step = question()

    nobody = prepared(TABLETS).at(base[:0], moved[:0], step)
    nowhere = prepared(REGIMENS).at(base, moved[:, :0], step)

    assert nobody.slopes.shape == (0, len(TIMES_H), 2, 9)
    assert nowhere.slopes.shape == (5, len(TIMES_H), 2, 0)
    assert nowhere.values.tobytes() == together().values.tobytes()


def test_several_threads_may_ask_at_once():
    common = prepared(REGIMENS, threads=2)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: common.at(*question()), range(8)))

    assert all(same(each, together()) for each in answers)


def test_it_is_prepared_again_where_it_is_sent():
    sent = pickle.loads(pickle.dumps(prepared(REGIMENS)))  # noqa: S301 - our own

    assert same(sent.at(*question()), together())


# ---- failures


def test_a_group_that_fails_is_named_and_disturbs_nobody():
    base, moved, step = question()
    runs_away = base.copy(), moved.copy(), step
    runs_away[0][1, GROWTH] = RUNAWAY
    runs_away[1][1, :, GROWTH] = RUNAWAY

    found = prepared(REGIMENS).at(*runs_away)

    ((group, reason),) = found.failures
    assert group == 1
    assert "direction" not in reason
    assert np.all(np.isnan(found.values[1]))
    assert np.all(np.isnan(found.slopes[1]))
    for other in (0, 2, 3, 4):
        assert found.slopes[other].tobytes() == together().slopes[other].tobytes()


def test_a_direction_that_fails_is_named_with_its_group():
    base, moved, step = question()
    aside = moved.copy()
    aside[4, 8, GROWTH] = RUNAWAY

    found = prepared(REGIMENS).at(base, aside, step)

    ((group, reason),) = found.failures
    assert group == 4
    assert reason.startswith("direction 8: ")
    assert np.all(np.isnan(found.values[4]))
    assert found.slopes[3].tobytes() == together().slopes[3].tobytes()


def test_parameters_and_steps_that_are_not_finite_fail_their_group():
    base, moved, step = question()
    wild = base.copy(), moved.copy(), np.full(moved.shape[:2], step)
    wild[0][0, 1], wild[1][2, 5, 0], wild[2][3, 1] = np.nan, np.inf, np.inf

    found = prepared(REGIMENS).at(*wild)

    assert found.failures == (
        (0, "k is nan, not a finite number"),
        (2, "direction 5: ka is inf, not a finite number"),
        (3, "direction 1: a step of inf"),
    )
    assert found.slopes[1].tobytes() == together().slopes[1].tobytes()
    assert found.slopes[4].tobytes() == together().slopes[4].tobytes()


def test_a_copy_that_comes_to_rest_at_another_time_is_no_slope():
    regular = Regimen(before=Repeated((Dose(0.0, 5.0, TABLET),), 12.0))
    base, moved, step = question()
    slower = moved.copy()
    slower[2, 4] = base[2] * [1.0, 0.2, 1.0, 1.0, 1.0]

    found = prepared(regular).at(base, slower, step)

    ((group, reason),) = found.failures
    assert group == 2
    assert "than in its neighbours" in reason
    undisturbed = prepared(regular).at(base, moved, step)
    for other in (0, 1, 3, 4):
        expected = undisturbed.slopes[other]
        assert found.slopes[other].tobytes() == expected.tobytes()


# ---- what cannot be asked


@pytest.mark.parametrize(
    ("base", "moved", "steps", "message"),
    [
        ((5, 4), (5, 2, 5), (5, 2), r"a base of 5 parameters .* not \[5, 4\]"),
        ((4, 5), (4, 2, 5), (4, 2), "4 groups for 5 regimens"),
        ((5, 5), (4, 2, 5), (5, 2), r"\[5, direction, 5\], not \[4, 2, 5\]"),
        ((5, 5), (5, 5), (5, 2), r"\[5, direction, 5\], not \[5, 5\]"),
        ((5, 5), (5, 2, 5), (5, 3), r"have the shape \[5, 2\], not \[5, 3\]"),
    ],
)
def test_another_shape_is_refused(base, moved, steps, message):
    with pytest.raises(NumericsError, match=message):
        prepared(REGIMENS).at(np.ones(base), np.ones(moved), np.ones(steps))


def test_a_step_of_nothing_is_refused():
    base, moved, _ = question()
    steps = np.ones(moved.shape[:2])
    steps[2, 7] = 0.0

    with pytest.raises(NumericsError, match="direction 7 of group 2 has a step of 0"):
        prepared(REGIMENS).at(base, moved, steps)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"names": ("weight",)}, ModelError, "no parameter weight"),
        ({"names": ("drug",)}, NumericsError, "drug is computed by model"),
        ({"names": ("k", "ka", "k")}, NumericsError, "k is named twice"),
        ({"outputs": ("INR",)}, ModelError, "no output INR"),
        ({"tolerance": 2.0}, NumericsError, "between 0 and 1"),
        ({"mode": FAST}, NumericsError, "reals in double"),
        ({"regimens": ()}, NumericsError, "at least one"),
    ],
)
def test_what_cannot_be_prepared_is_refused_at_once(changed, error, message):
    with pytest.raises(error, match=message):
        prepared(**changed)
