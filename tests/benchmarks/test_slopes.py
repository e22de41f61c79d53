"""What learning asks thousands of times: what it costs, prepared and asked anew.

Printed, not asserted; both ways run in turns, so that what slows the machine slows
both.
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pytest

from tests.benchmarks.twin_problem import VARIED, ensemble, regimen
from tests.people import library, person
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import FAST, POPULATION, Mode
from twin.engine.prepared_courses import prepare_courses
from twin.engine.sensitivity import sensitivities
from twin.engine.simulate import simulate
from twin.engine.slopes import prepare_slopes
from twin.vocabulary.regimen import Dose, Regimen

BY = VARIED[:7]
MOVE = 3e-7
DAYS = np.arange(6.0, 61.0, 6.0) * 24.0
HOURS = np.concatenate([np.arange(0.5, 5.5, 0.5), np.linspace(8.0, 144.0, 15)])
LEVELS = ("warfarin_plasma", "F__II", "F__VII", "F__IX", "F__X")
ROUNDS = 15

Work = Callable[[], object]
# What is asked; the way that prepares nothing; the prepared one.
Row = tuple[str, Work, Work]


def one_patient() -> Row:
    """7 directions, 10 INRs, 60 daily doses, by one thread."""
    spec, engine = library().spec, CompiledEngine(POPULATION, threads=1)
    own = {**spec.constants, **person("typical").parameters}
    base = {name: own[name] for name in (*BY, *person("typical").parameters)}
    values = np.array([list(base.values())])
    moved = np.repeat(values[:, np.newaxis], len(BY), axis=1)
    which = np.arange(len(BY))
    moved[0, which, which] *= 1.0 + MOVE
    prepared = prepare_slopes(
        *(spec, regimen(), DAYS), names=tuple(base), outputs=("INR",), engine=engine
    )
    anew: dict[str, Any] = {"by": BY, "outputs": ("INR",), "engine": engine}
    return (
        "one patient, 7 directions, 10 INRs, 60 doses",
        lambda: sensitivities(spec, base, regimen(), DAYS, **anew),
        lambda: prepared.at(values, moved, MOVE),
    )


def many_subjects(n_subjects: int = 20, n_directions: int = 18) -> Row:
    """A single dose each, of their own; 25 times to 144 h, five outputs."""
    spec, engine = library().spec, CompiledEngine(POPULATION)
    draws = ensemble(n_subjects)
    doses = [
        Regimen((Dose(0.0, 10.0 + number, library().substance),))
        for number in range(n_subjects)
    ]
    dice = np.random.default_rng(2)
    along = np.zeros((n_directions, len(draws.names)))
    varied = [draws.names.index(name) for name in VARIED]
    along[:, varied] = dice.standard_normal((n_directions, len(varied)))
    moved = draws.values[:, np.newaxis] * (1.0 + MOVE * along)
    asked: dict[str, Any] = {"names": draws.names, "outputs": LEVELS, "engine": engine}
    prepared = prepare_slopes(spec, doses, HOURS, **asked)

    def one_by_one() -> None:
        for number, dose in enumerate(doses):
            one = prepare_slopes(spec, dose, HOURS, **asked)
            one.at(draws.values[[number]], moved[[number]], MOVE)

    return (
        f"{n_subjects} subjects, {n_directions} directions, one dose, 25 times",
        one_by_one,
        lambda: prepared.at(draws.values, moved, MOVE),
    )


def particles(mode: Mode, n: int) -> Row:
    """Values only, of one regimen of 60 days."""
    spec, engine, draws = library().spec, CompiledEngine(mode), ensemble(n)
    prepared = prepare_courses(
        *(spec, regimen(), DAYS), names=draws.names, outputs=("INR",), engine=engine
    )
    anew: dict[str, Any] = {"outputs": ("INR",), "engine": engine}
    return (
        f"{n} particles, 60 doses, {mode.name}",
        lambda: simulate(spec, draws, regimen(), DAYS, **anew),
        lambda: prepared.at(draws.values),
    )


def in_turns(anew: Work, prepared: Work) -> tuple[float, float, float]:
    """Milliseconds of both (the quickest), and the median of their ratio."""
    taken: list[tuple[float, float]] = []
    for _ in range(ROUNDS + 1):
        moments = [time.perf_counter()]
        for work in (anew, prepared):
            work()
            moments.append(time.perf_counter())
        first, second = np.diff(moments)
        taken.append((first, second))
    warm = taken[1:]
    best = [1e3 * min(column) for column in zip(*warm, strict=True)]
    return best[0], best[1], median(first / second for first, second in warm)


@pytest.mark.slow
def test_what_learning_asks_says_what_it_costs(capsys):
    rows = [
        one_patient(),
        many_subjects(),
        *(particles(mode, n) for mode in (POPULATION, FAST) for n in (256, 512)),
    ]
    lines = []
    for what, anew, prepared in rows:
        first, second, ratio = in_turns(anew, prepared)
        lines.append(f"{what}: anew {first:.2f} ms, prepared {second:.2f} ms")
        lines[-1] += f", ratio {ratio:.2f}"

    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
