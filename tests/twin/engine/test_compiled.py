"""The compiled engine: every bit the same, whoever is computed beside a draw.

Neighbours, lanes, threads, chunks, what was kept on disk and the process may change
how fast an answer comes, and nothing of the answer.
"""

import multiprocessing
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import permutations

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
    bateman,
    spec,
)
from tests.people import library, person, therapy
from tests.twin.engine.machine_code import kept_here
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import FAST, MODES, REFERENCE, Mode
from twin.engine.object_cache import ObjectCache
from twin.engine.simulate import simulate
from twin.errors import IntegrationFailed
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.prediction import Prediction
from twin.vocabulary.regimen import Change, Dose, Regimen, daily

N = 600  # more than two chunks
HOURLY = np.arange(0.0, 49.0, 3.0)
TABLETS = daily(5.0, days=2, substance=TABLET)
RUNAWAY = 5.0  # growth at which the concentration has no bound within a day
WARFARIN_OUTPUTS = ("INR", "S_plasma", "F__VII")
few = settings(max_examples=10, deadline=None)
every_mode = pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())


def engine(
    mode: Mode = REFERENCE, *, width: int = 0, threads: int = 1
) -> CompiledEngine:
    chosen = replace(mode, method=replace(mode.method, width=width))
    return CompiledEngine(chosen, threads, kept_here())


@cache
def draws() -> dict[str, np.ndarray]:
    dice = np.random.default_rng(3)
    return {
        "ka": np.exp(dice.normal(0.0, 1.0, N)),
        "k": np.exp(dice.normal(-2.0, 0.7, N)),
        "body": dice.uniform(3.0, 30.0, N),
    }


def course(by: CompiledEngine, rows=slice(None), **changed) -> Prediction:
    columns = {name: column[rows] for name, column in draws().items()} | changed
    return simulate(
        spec(),
        Ensemble.of(columns),
        TABLETS,
        HOURLY,
        outputs=("drug", "gut"),
        engine=by,
    )


@cache
def alone(mode: Mode = REFERENCE) -> np.ndarray:
    """All draws by one thread."""
    return course(engine(mode)).values


# ---- against paper


@pytest.mark.parametrize(
    ("mode", "rel"), [(REFERENCE, 1e-6), (FAST, 3e-3)], ids=["reference", "fast"]
)
def test_the_course_is_the_one_on_paper(mode, rel):
    found = alone() if mode is REFERENCE else alone(mode)

    for draw in range(0, N, 60):
        body = draws()["body"][draw]
        on_paper = bateman(
            TABLETS, HOURLY, ka=draws()["ka"][draw], k=draws()["k"][draw]
        )
        expected = on_paper * BODY / body
        assert found[draw, :, 0] == pytest.approx(
            expected, rel=rel, abs=rel * expected.max()
        )


# ---- every bit


@every_mode
@few
@given(rows=st.lists(st.integers(0, N - 1), min_size=1, max_size=40))
def test_a_draw_is_the_same_whoever_stands_beside_it(mode, rows):
    some = course(engine_of(mode), rows).values

    assert some.tobytes() == alone(mode)[rows].tobytes()


@cache
def engine_of(mode: Mode) -> CompiledEngine:
    return engine(mode)


@every_mode
def test_the_order_of_the_draws_is_the_order_of_the_rows(mode):
    order = np.random.default_rng(5).permutation(N)

    mixed = course(engine_of(mode), order).values

    assert mixed.tobytes() == alone(mode)[order].tobytes()


@pytest.mark.parametrize(
    ("mode", "width"),
    [(mode, width) for mode in MODES.values() for width in (2, 4, 8, 16)],
    ids=lambda each: getattr(each, "name", each),
)
def test_the_number_of_lanes_is_not_seen(mode, width):
    assert course(engine(mode, width=width)).values.tobytes() == alone(mode).tobytes()


@every_mode
@pytest.mark.parametrize("threads", [0, 2, 3])
def test_the_number_of_threads_is_not_seen(mode, threads):
    found = course(engine(mode, threads=threads))

    assert found.values.tobytes() == alone(mode).tobytes()


@pytest.mark.parametrize("n_draws", [1, 7, 255, 256, 257, 513])
def test_where_a_chunk_ends_is_not_seen(n_draws):
    found = course(engine_of(REFERENCE), slice(n_draws)).values

    assert found.tobytes() == alone()[:n_draws].tobytes()


def test_what_was_kept_gives_what_was_made(tmp_path):
    def engine_on_disk() -> CompiledEngine:
        return CompiledEngine(cache=ObjectCache(tmp_path), threads=1)

    made, kept = (course(engine_on_disk()).values for _ in range(2))
    nowhere = course(CompiledEngine(cache=ObjectCache(None))).values

    assert made.tobytes() == kept.tobytes() == nowhere.tobytes() == alone().tobytes()
    assert len(list(tmp_path.iterdir())) == 2


def bytes_elsewhere(by: CompiledEngine) -> bytes:
    return course(by).values.tobytes()


def test_another_process_gives_the_same_bytes():
    sent = pickle.loads(pickle.dumps(engine_of(REFERENCE)))  # noqa: S301 - our own

    with multiprocessing.get_context("spawn").Pool(1) as pool:
        (there,) = pool.map(bytes_elsewhere, [sent])

    assert there == alone().tobytes()
    assert sent.name == engine_of(REFERENCE).name


def test_regimens_of_their_own_are_not_seen_by_neighbours():
    own = [
        Regimen((Dose(float(hour), 5.0, INJECTION),), (Change(20.0, "k", 3 * K),))
        for hour in range(24)
    ]

    def of(regimens) -> np.ndarray:
        return simulate(
            spec(),
            Ensemble.of({"ka": np.ones(len(regimens))}),
            regimens,
            HOURLY,
            outputs=("drug",),
            engine=engine_of(REFERENCE),
        ).values

    assert of(own[::-1]).tobytes() == of(own)[::-1].tobytes()
    for number in (0, 11, 23):
        assert of([own[number]]).tobytes() == of(own)[number : number + 1].tobytes()


# ---- the whole twin


def warfarin(by: CompiledEngine, order=slice(None)) -> np.ndarray:
    plain = dict(person("typical").parameters)
    weight = np.linspace(0.7, 1.4, 24)[order]
    varied = {"F__plasma": library().spec.constants["F__plasma"] * weight}
    return simulate(
        library().spec,
        Ensemble.of({**plain, **varied}),
        therapy("typical", days=3),
        np.arange(0.0, 97.0, 12.0),
        outputs=WARFARIN_OUTPUTS,
        engine=by,
    ).values


@pytest.mark.parametrize("width", [2, 4, 8])
def test_the_whole_twin_is_the_same_in_any_number_of_lanes(width):
    plain = warfarin(engine_of(REFERENCE))
    order = np.random.default_rng(9).permutation(24)

    assert warfarin(engine(width=width)).tobytes() == plain.tobytes()
    assert warfarin(engine(width=width), order).tobytes() == plain[order].tobytes()


# ---- draws that fail


BAD = {
    "runs away": {"growth": RUNAWAY},
    "divides by nothing": {"body": 0.0},
    "overflows": {"k": -1e3},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
@every_mode
def test_a_failed_draw_is_nan_has_a_reason_and_harms_no_neighbour(mode, bad):
    failing = [3, 300]
    columns = {"growth": np.zeros(N)} | draws()
    for name, value in bad.items():
        columns[name] = columns[name].copy()
        columns[name][failing] = value

    found = course(engine_of(mode), **columns)

    others = np.setdiff1d(np.arange(N), failing)
    without = course(engine_of(mode), growth=np.zeros(N)).values
    assert found.values[others].tobytes() == without[others].tobytes()
    assert [draw for draw, _ in found.failures] == failing
    assert all(reason for _, reason in found.failures)
    assert np.all(np.isnan(found.values[failing]))
    assert found.of("drug").shape == (N, len(HOURLY))  # 2 of 600 are few enough


def test_more_than_one_in_a_hundred_failing_makes_the_others_misleading():
    growth = np.zeros(N)
    growth[:7] = RUNAWAY

    with pytest.raises(IntegrationFailed, match="7 of 600 draws failed"):
        course(engine_of(REFERENCE), growth=growth)


def test_the_engine_answers_after_a_failure_as_before():
    with pytest.raises(IntegrationFailed):
        course(engine_of(REFERENCE), growth=np.full(N, RUNAWAY))

    assert course(engine_of(REFERENCE)).values.tobytes() == alone().tobytes()


def test_a_dose_is_seen_at_once():
    found = simulate(
        spec(),
        Ensemble.of({}),
        Regimen((Dose(0.0, 5.0, INJECTION),)),
        [0.0],
        outputs=("drug",),
        engine=engine_of(REFERENCE),
    )

    assert found.values[0, 0, 0] == 5.0 * UMOL_PER_MG / BODY


def test_more_sets_of_outputs_than_are_kept_can_be_asked_by_many_at_once():
    """Whose code is let go while it is used ends the process."""
    names = ("drug", "gut", "[drug]", "amount(drug)", "amount(gut)", "twice", "k", "ka")
    asked = list(permutations(names, 3))[:80]
    by = engine(REFERENCE)

    def ask(first: int) -> list[bytes]:
        return [
            simulate(
                spec(),
                Ensemble.of({"k": np.linspace(0.1, 1.0, 300)}),
                TABLETS,
                HOURLY,
                outputs=asked[(first + i) % 80],
                engine=by,
            ).values.tobytes()
            for i in range(80)
        ]

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(ask, range(0, 60, 10)))

    assert found[0][10:] == found[1][:70]
