"""The tables of the warfarin twin: a patient, a crowd, the processor, a gradient."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from tests.benchmarks import contenders
from tests.benchmarks.peak import operations_a_step, peak_flops
from tests.benchmarks.peers import PARTS
from tests.benchmarks.race import Contender, Frontier, race
from tests.benchmarks.table import Table, short, small
from tests.benchmarks.twin_problem import (
    Problem,
    regimen,
    twin_problem,
)
from tests.people import library, person
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import MODES, Mode
from twin.engine.sensitivity import sensitivities

_ROOT = Path(__file__).resolve().parents[2]
_PART = 5_000
_BY = (
    "KiS",
    "VK__reserve",
    "F__m",
    "S__CL_linear",
    "R__CL_linear",
    "VK__k_loss",
    "F__half_life_II",
)

_PROBLEM = """\
Warfarin twin: {states} states, one dose a day for 60 days, {outputs} outputs at {times}
times, 16 parameters log-normal with sd 0.2.  `err`: largest |dy| over patients, times
and states, in parts of the largest that the state has been (every 2 hours, and just
after doses), against the compiled Rodas5P at 1e-11, which the others confirm to
{confirmed}; states that are never 1e-12 are left out."""
_TURNS = """\
All in turns, medians of {rounds}.  Compiled: {draws} patients a turn; the others the
first {common} of them, over which `err` is taken.  `x`: time of the other at the same
`err`, straight between the best of its rows in logarithms; `>` or `<` where it has none
so good or so bad.  Short reals (f32) here without the check of every hundredth draw in
double; table 2 has it.  Absolute tolerances of the others: one for all states, or of
each state this part of its largest, times the relative one.  Goals: 60 x libroadrunner
at an `err` of 3e-4 or less, 40 x at 1e-6, 125 x with short reals."""
_DIFFSOL = """\
pydiffsol: sparse BDF (the best of its methods here), faer's LU, LLVM.  The model is
DiffSL written from our own graph; what depends on the patient only is computed
beforehand and handed over.  Doses: `stop` at the time of the next one, which is one
state more, and `reset`.  It has one absolute tolerance only: where each state has its
own, every state was divided by its largest.  (Its KLU ended the process.)"""
_CROWD = f"""\
A fresh process each; code loaded, then `summarise` of INR (quantiles, time in range)
over a stream of parts of {_PART:,} at most.  Goals for 10,000: population 4 s, fast
1.5 s; time in proportion and memory flat to 1,000,000."""
_PEAK = """\
Operations are those in the emitted text of a step and its control (a multiply-add is
two, a division one), times the steps, refused ones too.  Peak: a loop of independent
multiply-adds, measured in this run."""


def a_patient(*, quick: bool) -> Table:
    """Milliseconds and errors of everybody on the twin, in turns."""
    n_draws, n_common, rounds = (64, 2, 1) if quick else (256, 4, 5)
    problem = twin_problem(n_draws)
    tolerances = (1e-4, 1e-6, 1e-8) if quick else contenders.PEERS_TOLERANCES
    mine = contenders.compiled(problem, contenders.every_mode(contenders.TOLERANCES))
    roadrunner = contenders.roadrunner(problem, tolerances, n_draws=n_common)
    diffsol, absent = _diffsol(problem, tolerances, n_common, quick=quick)
    found = race(
        problem, [*mine, *roadrunner, *diffsol], rounds=rounds, n_common=n_common
    )
    first, second = len(mine), len(mine) + len(roadrunner)
    best = [Frontier.of(found[first:second]), Frontier.of(found[second:])]
    rows = [
        (
            r.name,
            r.setting,
            short(r.ms),
            small(r.error),
            small(r.widest) if number < first else "",
            small(r.output_error),
            *([best[0].ratio(r), best[1].ratio(r)] if number < first else ["", ""]),
        )
        for number, r in enumerate(found)
    ]
    return Table(
        "1. One patient, one core",
        (
            "engine",
            "tolerance",
            "ms a patient",
            "err",
            f"err of {n_draws}",
            "INR rel. err",
            "x libroadrunner",
            "x pydiffsol",
        ),
        rows,
        (
            _PROBLEM.format(
                states=problem.n_states,
                outputs=len(problem.outputs),
                times=len(problem.plan.times_h),
                confirmed=small(min(r.error for r in found[first:])),
            ),
            _TURNS.format(rounds=rounds, draws=n_draws, common=n_common),
            *absent,
        ),
    )


def _diffsol(
    problem: Problem, tolerances: tuple[float, ...], n_draws: int, *, quick: bool
) -> tuple[list[Contender], tuple[str, ...]]:
    """pydiffsol's rows, or why there are none; and what its users should know."""
    try:
        parts = (1.0,) if quick else PARTS
        rows = contenders.diffsol(problem, tolerances, n_draws=n_draws, parts=parts)
    except ModuleNotFoundError:
        return [], ("pydiffsol is not installed: `pip install pydiffsol==0.6.2`.",)
    return rows, (_DIFFSOL,)


def a_crowd(*, quick: bool, full: bool) -> Table:
    """Many twins on all cores, summarised in parts: seconds and memory."""
    jobs = [(mode, 2_000 if quick else 10_000) for mode in MODES]
    if not quick:
        jobs += [("population", 100_000), ("fast", 100_000)]
    if full:
        jobs += [("population", 1_000_000), ("fast", 1_000_000)]
    rows = []
    for mode, n_draws in jobs:
        taken = in_fresh_process(
            "crowd", {"mode": mode, "draws": n_draws, "part": min(_PART, n_draws // 2)}
        )
        seconds = taken["seconds"]
        rows.append(
            (
                mode,
                f"{n_draws:,}",
                short(seconds),
                short(1e3 * seconds / n_draws),
                f"{taken['before_mb']:.0f}",
                f"{taken['peak_mb']:.0f}",
                f"{taken['failed']:.0f}",
            )
        )
    return Table(
        f"2. Many twins for 60 days, {os.cpu_count()} cores",
        ("mode", "twins", "s", "ms a twin", "MB before", "MB at most", "failed"),
        rows,
        (_CROWD,),
    )


def in_fresh_process(what: str, job: dict[str, Any]) -> dict[str, float]:
    """What `tests.benchmarks.fresh` answers."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "job.json"
        file.write_text(json.dumps(job), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.fresh", what, str(file)],
            cwd=_ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def share_of_peak(*, quick: bool) -> Table:
    """Operations a second of one core, beside what it can do."""
    problem = twin_problem(64 if quick else 256)
    peaks = {real: peak_flops(real) for real in ("double", "float")}
    modes = [*MODES.values(), Mode("", contenders.VELDD4, 1e-3)]
    rows = []
    for mode in modes:
        steps, seconds = _steps_and_seconds(problem, mode, rounds=1 if quick else 5)
        work = operations_a_step(problem.field, mode.method) * steps
        name = mode.name or f"{mode.method.tableau} {mode.tolerance:g}"
        peak = peaks[mode.method.real]
        rows.append(
            (
                f"{name} ({mode.method.real})",
                short(steps),
                short(work / 1e6),
                short(1e3 * seconds),
                short(work / seconds / 1e9),
                short(peak / 1e9),
                f"{100 * work / seconds / peak:.0f} %",
            )
        )
    return Table(
        "3. Share of the processor's peak, one core",
        (
            "mode",
            "steps a patient",
            "Mflop a patient",
            "ms a patient",
            "GFlop/s",
            "peak GFlop/s",
            "share",
        ),
        rows,
        (_PEAK,),
    )


def _steps_and_seconds(
    problem: Problem, mode: Mode, *, rounds: int
) -> tuple[float, float]:
    """Of one patient; median."""
    engine = CompiledEngine(mode, threads=1)
    draws, plans = problem.ensemble, [problem.plan] * problem.ensemble.n_draws
    times = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        question = engine.question(problem.spec, draws.names, plans, ("INR",))
        chunks = list(question.chunks(draws.values))
        times.append((time.perf_counter() - begun) / len(plans))
    steps = np.concatenate([chunk.steps for chunk in chunks])
    return float(steps.mean()), median(times[1:])


def a_gradient(*, quick: bool) -> Table:
    """Value and gradient as a posterior needs them."""
    spec, parameters = library().spec, person("typical").parameters
    asked = np.linspace(5, 56, 10) * 24.0
    rows = []
    for mode in (MODES["reference"], MODES["population"]):
        engine = CompiledEngine(mode, threads=1)
        times = []
        for _ in range(2 if quick else 21):
            begun = time.perf_counter()
            sensitivities(
                spec,
                parameters,
                regimen(56),
                asked,
                by=_BY,
                outputs=("INR",),
                engine=engine,
            )
            times.append(time.perf_counter() - begun)
        rows.append((mode.name, short(1e3 * median(times[1:]))))
    return Table(
        "5. One patient's value and gradient, one core",
        ("mode", "ms"),
        rows,
        (f"10 INRs in 56 days, derivatives by {len(_BY)} parameters; goal 5 ms.",),
    )
