"""Chains draw from what they are given, and go on where they were."""

from pathlib import Path

import numpy as np
import pymc as pm
import pytest

from twin.credibility.population.chain import Chain
from twin.credibility.population.chains import Plan, Runner

PLAN = Plan(
    pilots=1, looks=(5, 5, 5, 5), kept_looks=4, paces=(10, 20), tuning=40, draws=60
)


@pytest.fixture(scope="module")
def model() -> pm.Model:
    """Two that go together, of SDs .5 and 2, and one at 3."""
    with pm.Model() as made:
        first = pm.Normal("x_raw", 0.0, 0.5)
        pm.Normal("y_raw", 2.0 * first, 1.7)
        pm.Normal("w_raw", 3.0, 1.0)
    return made


def ended(runner: Runner, folder: Path, *, parts: int = 1) -> tuple[Chain, Chain]:
    """A pilot and its chain; in parts, a part at a time ends in the middle of one."""
    heard: list[str] = []

    def stop(line: str) -> None:
        heard.append(line)
        if len(heard) < parts:
            raise KeyboardInterrupt

    while True:
        try:
            pilot = runner.pilot(0, folder / "pilot", stop)
            return pilot, runner.run(0, folder / "chain", [pilot], stop)
        except KeyboardInterrupt:
            continue


@pytest.fixture(scope="module")
def runner(model) -> Runner:
    return Runner(model, PLAN, held=("w_raw",), seed=11)


def test_interrupted_it_goes_on_to_the_same_draws(runner, tmp_path_factory):
    whole = ended(runner, tmp_path_factory.mktemp("whole"))
    parts = ended(runner, tmp_path_factory.mktemp("parts"), parts=9)
    for one, other in zip(whole, parts, strict=True):
        assert np.array(one.draws) == pytest.approx(np.array(other.draws), abs=0.0)
    assert len(whole[1].draws) == PLAN.draws


def test_more_draws_go_on_from_those_there_are(model, runner, tmp_path):
    _, first = ended(runner, tmp_path)
    before = np.array(first.draws)
    longer = Runner(
        model,
        Plan(**{n: getattr(PLAN, n) for n in PLAN.__slots__} | {"draws": 90}),
        held=("w_raw",),
        seed=11,
    )
    _, more = ended(longer, tmp_path)
    assert len(more.draws) == 90
    assert np.array(more.draws)[:60] == pytest.approx(before, abs=0.0)


def test_the_mode_holds_what_it_is_told_to(runner):
    by_name = dict(
        zip(
            [name for name, *_ in runner.shape.point_map_info],
            runner.mode(),
            strict=True,
        )
    )
    assert by_name["w_raw"] == pytest.approx(3.0)  # where it starts
    assert by_name["x_raw"] == pytest.approx(0.0, abs=1e-4)


def test_a_move_between_steps_is_part_of_the_chain(model, tmp_path):
    """One that draws a variable anew, independently: no two draws of it alike."""

    def anew(point: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        moved = point.copy()
        moved[2] = 100.0 + rng.normal()
        return moved

    _, chain = ended(Runner(model, PLAN, held=(), seed=11, between=anew), tmp_path)
    assert np.array(chain.draws)[:, 2] == pytest.approx(100.0, abs=5.0)
