"""A model on paper beside the same model run; failures counted, nothing shared."""

import multiprocessing
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.one_compartment import (
    BODY,
    INJECTION,
    TABLET,
    UMOL_PER_MG,
    K,
    answer_elsewhere,
    bateman,
    course,
    spec,
)
from tests.people import engine
from twin.engine.reference import ReferenceEngine
from twin.engine.simulate import simulate
from twin.errors import IntegrationFailed, ModelError, NumericsError
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import Change, Dose, Regimen, daily

HOURLY = np.arange(0.0, 97.0)
TABLETS = daily(5.0, days=4, substance=TABLET)
few = settings(max_examples=20, deadline=None)
hours = st.integers(0, 80).map(float)
RUNAWAY = 5.0  # growth at which the concentration has no bound within a day


# ---- against paper


@few
@given(
    st.dictionaries(hours, st.floats(0.1, 20.0), min_size=1, max_size=4),
    st.sampled_from([TABLET, INJECTION]),
    st.floats(0.02, 1.0),
    st.floats(0.02, 0.9),
)
def test_any_regimen_gives_the_course_that_paper_gives(doses, substance, ka, k):
    if abs(ka - k) < 1e-3:
        ka = 2 * k  # the two exponentials would be one
    regimen = Regimen(tuple(Dose(t, mg, substance) for t, mg in sorted(doses.items())))

    found = course(regimen, HOURLY, engine=engine(), ka=ka, k=k).typical("drug")

    assert found == pytest.approx(
        bateman(regimen, HOURLY, ka=ka, k=k), rel=1e-6, abs=1e-9
    )


def test_a_tighter_tolerance_is_nearer_to_paper():
    exact = bateman(TABLETS, HOURLY)[1:]

    worst = [
        np.max(
            np.abs(
                course(TABLETS, HOURLY, engine=engine(), tolerance=tolerance).typical(
                    "drug"
                )[1:]
                / exact
                - 1
            )
        )
        for tolerance in (1e-3, 1e-5, 1e-7, 1e-9)
    ]

    assert worst == sorted(worst, reverse=True)
    assert worst[0] < 1e-1
    assert worst[-1] < 1e-7


def test_a_change_on_a_day_holds_from_that_day_on():
    injected = Regimen((Dose(0.0, 5.0, INJECTION),), (Change(24.0, "k", 4 * K),))

    found = course(injected, HOURLY, engine=engine()).typical("drug")

    since = np.maximum(HOURLY - 24.0, 0.0)
    before = np.minimum(HOURLY, 24.0)
    assert found == pytest.approx(
        5.0 * UMOL_PER_MG / BODY * np.exp(-K * before - 4 * K * since), rel=1e-6
    )


def test_a_volume_that_changes_keeps_the_amount_in_it():
    injected = Regimen((Dose(0.0, 5.0, INJECTION),), (Change(24.0, "body", 2 * BODY),))

    found = course(injected, [23.0, 24.0], engine=engine()).typical("drug")

    assert found[1] == pytest.approx(found[0] * np.exp(-K) / 2, rel=1e-6)


def test_a_larger_body_dilutes_what_it_gets_and_not_what_it_begins_with():
    start = course(
        Regimen(), [0.0], engine=engine(), body=[BODY, 3 * BODY], baseline=2.0
    )
    dosed = course(
        Regimen((Dose(0.0, 5.0, INJECTION),)),
        [0.0],
        engine=engine(),
        body=[BODY, 3 * BODY],
    )

    assert start.values[:, 0, 0] == pytest.approx([2.0, 2.0])
    assert dosed.values[:, 0, 0] == pytest.approx([1.0, 1.0 / 3.0])


# ---- what is read at a break


def test_at_the_time_of_a_dose_the_output_is_the_one_just_after_it():
    taken = Regimen(tuple(Dose(t, 5.0, INJECTION) for t in (0.0, 24.0, 48.0)))
    times = [0.0, 24.0, 48.0]  # the last dose is also the last question

    found = course(taken, times, engine=engine()).typical("drug")

    assert found == pytest.approx(bateman(taken, times), rel=1e-7)
    assert found[0] == pytest.approx(5.0 * UMOL_PER_MG / BODY)


def test_what_is_asked_in_between_does_not_change_the_answer():
    many = course(TABLETS, HOURLY, engine=engine()).typical("drug")
    one = course(TABLETS, [HOURLY[-1]], engine=engine()).typical("drug")

    assert one[0] == pytest.approx(many[-1], rel=1e-7)


def test_an_amount_is_an_amount_and_a_concentration_a_concentration():
    found = course(TABLETS, [0.0], engine=engine(), outputs=("gut", "drug", "twice"))

    assert found.values[0, 0] == pytest.approx([5.0 * UMOL_PER_MG, 0.0, 0.0])
    later = course(TABLETS, [1.0], engine=engine(), outputs=("drug", "twice"))
    assert later.typical("twice") == pytest.approx(2 * later.typical("drug"))


def test_a_change_for_one_draw_does_not_reach_the_next():
    slow = Regimen((Dose(0.0, 5.0, INJECTION),))
    quick = Regimen(slow.doses, (Change(0.0, "k", 9 * K),))

    both = simulate(
        spec(),
        Ensemble.of({"ka": np.ones(3)}),
        [slow, quick, slow],
        [12.0],
        outputs=("drug",),
        engine=engine(),
        tolerance=1e-8,
    ).values[:, 0, 0]

    assert both[0] == both[2]
    assert both[1] == pytest.approx(np.exp(-9 * K * 12.0), rel=1e-5)


# ---- draws


def test_relabelling_the_draws_relabels_the_rows_and_nothing_else():
    rates = np.linspace(0.05, 0.5, 7)
    order = np.array([3, 0, 6, 1, 5, 2, 4])

    plain = course(TABLETS, HOURLY, engine=engine(), k=rates).values
    mixed = course(TABLETS, HOURLY, engine=engine(), k=rates[order]).values

    assert np.array_equal(mixed, plain[order])


def test_one_regimen_serves_all_or_each_has_its_own():
    doses = (1.0, 2.0, 4.0)
    own = [Regimen((Dose(0.0, mg, INJECTION),)) for mg in doses]

    found = simulate(
        spec(),
        Ensemble.of({"k": np.full(3, K)}),
        own,
        [0.0],
        outputs=("drug",),
        engine=engine(),
        tolerance=1e-6,
    )

    assert found.values[:, 0, 0] == pytest.approx(np.array(doses) * UMOL_PER_MG / BODY)
    with pytest.raises(NumericsError, match="2 regimens for 3 draws"):
        simulate(
            spec(),
            Ensemble.of({"k": np.full(3, K)}),
            own[:2],
            [0.0],
            outputs=("drug",),
            engine=engine(),
            tolerance=1e-6,
        )


def runaway(n_draws: int, *failing: int) -> np.ndarray:
    growth = np.zeros(n_draws)
    growth[list(failing)] = RUNAWAY
    return growth


def test_a_failed_draw_is_empty_named_and_counted():
    found = course(
        TABLETS, HOURLY, engine=engine(), growth=runaway(5, 1, 3), most_failed=1
    )

    assert found.n_failed == 2
    assert [draw for draw, _ in found.failures] == [1, 3]
    assert all(f"draw {draw} failed at" in words for draw, words in found.failures)
    assert np.all(np.isnan(found.values[[1, 3]]))
    assert found.values[[0, 2, 4], :, 0] == pytest.approx(
        np.tile(bateman(TABLETS, HOURLY), (3, 1)), rel=1e-6, abs=1e-9
    )


def test_a_failure_says_after_which_dose_it_happened():
    late = Regimen((Dose(48.0, 5.0, INJECTION),))

    found = course(late, HOURLY, engine=engine(), growth=RUNAWAY, most_failed=1)

    ((_, words),) = found.failures

    assert "failed at 48 h" in words


def test_more_than_one_in_a_hundred_failing_makes_the_others_misleading():
    one = course(TABLETS, [24.0], engine=engine(), growth=runaway(100, 7))
    looked_at = course(
        TABLETS, [24.0], engine=engine(), growth=runaway(100, 7, 8), most_failed=1
    )

    assert one.typical("drug") == pytest.approx(bateman(TABLETS, [24.0]), rel=1e-6)
    with pytest.raises(IntegrationFailed, match="2 of 100 draws failed"):
        course(TABLETS, [24.0], engine=engine(), growth=runaway(100, 7, 8))
    with pytest.raises(IntegrationFailed, match="draw 7 failed"):
        looked_at.typical("drug")


def test_the_same_engine_answers_after_a_failure_as_before():
    before = course(TABLETS, HOURLY, engine=engine()).values
    course(TABLETS, HOURLY, engine=engine(), growth=RUNAWAY, most_failed=1)

    assert np.array_equal(course(TABLETS, HOURLY, engine=engine()).values, before)


# ---- names


def test_an_unknown_output_or_parameter_is_refused_by_name():
    with pytest.raises(ModelError, match="has no output blood"):
        course(TABLETS, HOURLY, engine=engine(), outputs=("drug", "blood"))
    with pytest.raises(ModelError, match="has no parameter weight"):
        course(TABLETS, HOURLY, engine=engine(), weight=70.0)


@pytest.mark.parametrize("name", ["twice", "drug"])
def test_what_the_model_computes_cannot_be_set(name):
    with pytest.raises(NumericsError, match=f"{name} is computed by model"):
        simulate(
            spec(),
            Ensemble.of({name: 1.0}),
            TABLETS,
            HOURLY,
            outputs=("drug",),
            engine=engine(),
            tolerance=1e-6,
        )


# ---- one engine, many processes


def test_an_engine_travels_empty_and_answers_the_same_elsewhere():
    here = answer_elsewhere(engine())
    sent = pickle.loads(pickle.dumps(engine()))  # noqa: S301 - our own bytes

    assert isinstance(sent, ReferenceEngine)
    assert answer_elsewhere(sent) == here
    assert sent.name == engine().name


@pytest.mark.parametrize(
    "start",
    [
        "spawn",
        pytest.param(
            "fork",
            marks=pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
        ),
    ],
)
def test_two_processes_with_an_engine_each_give_the_same_numbers(start):
    here = answer_elsewhere(engine())

    with multiprocessing.get_context(start).Pool(2) as pool:
        there = pool.map(answer_elsewhere, [engine(), engine()])

    assert there == [here, here]
