"""The tables of models at large: the first result of one, and ensembles of others."""

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from tests.benchmarks import contenders
from tests.benchmarks.plain_numbers import Floats
from tests.benchmarks.race import Frontier, race
from tests.benchmarks.table import Table, short, small
from tests.benchmarks.twin_problem import Problem, problem
from tests.benchmarks.twin_tables import in_fresh_process
from tests.people import person
from twin.engine.lanes.kernel import Method
from twin.engine.modes import MODES, STRICT, Mode
from twin.engine.schedule import schedule
from twin.sbml.any_model import any_model
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import Regimen

_ROOT = Path(__file__).resolve().parents[2]
_WARFARIN = _ROOT / "models" / "warfarin" / "model.xml"
_CLOTTING = _ROOT / "models" / "clotting" / "prothrombin_time_test.xml"
_HOCKIN_MANN = "reference_models/BIOMD0000000335.xml"
_SPREAD = 0.2

_FIRST = """\
Medians of {times} fresh processes, from the first line of the program to the result of
one patient without doses; all species.  `kB kept`: kernel and observer.  Goals, of what
is made and run: 1000 ms with an empty cache, 50 ms with a full one (of which LLVM's own
library takes 35).  The fast mode makes two kernels: its own, and that in double."""
_OTHERS = """\
Ensembles of {draws}, rate constants log-normal with sd {spread}, 61 output times; the
modes' absolute tolerances suit the model's own units.  `err` and `x` as in table 1;
of libroadrunner's {settings} settings those that no other beats in both.  Without the
fast mode: on clotting cascades its own check refuses it."""


def first_results(*, quick: bool) -> Table:
    """A model never seen, and one in the cache, each in a fresh process."""
    parameters = {name: float(v) for name, v in person("typical").parameters.items()}
    modes = ("population",) if quick else tuple(MODES)
    models: tuple[tuple[str, Path, dict[str, float], float, tuple[str, ...]], ...] = (
        ("warfarin twin, 60 days", _WARFARIN, parameters, 1440.0, modes),
        ("prothrombin time test, 60 s", _CLOTTING, {}, 60.0, ("population",)),
    )
    rows = []
    for name, model, given, end, some in models:
        for mode in some:
            job = {
                "model": str(model),
                "parameters": given,
                "times": np.linspace(0.0, end, 61).tolist(),
                "mode": mode,
            }
            for state, answers, size in _cold_and_warm(job, 1 if quick else 5):
                parts = [
                    median(a[k] for a in answers) for k in ("import", "read", "run")
                ]
                total = median(sum(a.values()) for a in answers)
                rows.append(
                    (
                        name,
                        mode,
                        state,
                        *(f"{1e3 * seconds:.0f}" for seconds in [*parts, total]),
                        f"{size / 1024:.0f}",
                    )
                )
    return Table(
        "4. The first result of a model",
        (
            "model",
            "mode",
            "cache",
            "ms import",
            "ms read",
            "ms make, run",
            "ms in all",
            "kB kept",
        ),
        rows,
        (_FIRST.format(times=1 if quick else 5),),
    )


def _cold_and_warm(
    job: dict[str, object], times: int
) -> list[tuple[str, list[dict[str, float]], int]]:
    """Answers with an empty cache folder, then with a full one; its bytes."""
    cold, warm, size = [], [], 0
    for _ in range(times):
        with tempfile.TemporaryDirectory() as cache:
            cold.append(in_fresh_process("first", job | {"cache": cache}))
            warm.append(in_fresh_process("first", job | {"cache": cache}))
            size = sum(file.stat().st_size for file in Path(cache).glob("*.o"))
    return [("empty", cold, size), ("full", warm, size)]


def other_models(*, quick: bool) -> Table:
    """Clotting networks, in ensembles, beside libroadrunner."""
    n_draws, n_common, rounds = (64, 2, 1) if quick else (1000, 8, 5)
    problems = [
        (
            "prothrombin time test, 60 s",
            _network(_CLOTTING, 60.0, "network__rate", n_draws, nothing=1e-12),
            1e-6,
        )
    ]
    absent: tuple[str, ...] = ()
    if data := os.environ.get("TWIN_DATA"):
        file = Path(data) / _HOCKIN_MANN
        # Its unit is mol/L: 1e-12 of it is a lot.
        other = _network(file, 1200.0, "k", n_draws, nothing=1e-17)
        problems.append(("Hockin-Mann, 20 min", other, 1e-12))
    else:
        absent = ("Hockin-Mann: left out, TWIN_DATA does not say where its file is.",)
    rows = []
    for name, asked, floor in problems:
        mine = contenders.compiled(asked, _modes(floor))
        tolerances = (*contenders.PEERS_TOLERANCES, 1e-10)
        peers = contenders.roadrunner(asked, tolerances, n_draws=n_common)
        found = race(asked, [*mine, *peers], rounds=rounds, n_common=n_common)
        best = Frontier.of(found[len(mine) :])
        rows += [
            (
                name,
                r.name,
                r.setting,
                short(r.ms),
                small(r.error),
                small(r.widest) if number < len(mine) else "",
                f"{r.failed}",
                best.ratio(r) if number < len(mine) else "",
            )
            for number, r in enumerate(found)
            if number < len(mine) or (r.error, r.ms) in best.points
        ]
    return Table(
        "6. Other models, one core",
        (
            "model",
            "engine",
            "tolerance",
            "ms a run",
            "err",
            f"err of {n_draws}",
            "failed",
            "x libroadrunner",
        ),
        rows,
        (_OTHERS.format(draws=n_draws, spread=_SPREAD, settings=len(peers)), *absent),
    )


def _modes(floor: float) -> list[Mode]:
    """The named ones with this floor, in double; and as other people's are run."""
    others = (
        Mode("", Method("Rodas4"), 1e-3),
        Mode("", Method("Rodas5P"), 1e-3),
        Mode("", Method("Rodas5P"), STRICT.tolerance),
    )
    return [
        replace(mode, floor=floor)
        for mode in (*MODES.values(), *others)
        if mode.method.real == "double"
    ]


def _network(
    file: Path, end: float, varied: str, n_draws: int, *, nothing: float
) -> Problem:
    """A model of the file, its constants that begin with `varied` varied."""
    spec = any_model(file.read_text(encoding="utf-8")).spec
    drawn = np.random.default_rng(1)
    columns: dict[str, Floats] = {
        name: value * np.exp(_SPREAD * drawn.standard_normal(n_draws))
        for name, value in spec.constants.items()
        if name.startswith(varied)
    }
    times = np.linspace(0.0, end, 61)
    plan = schedule(spec, Regimen(()), times)
    often = schedule(spec, Regimen(()), np.linspace(0.0, end, 601))
    return problem(spec, Ensemble.of(columns), plan, often, (), nothing=nothing)
