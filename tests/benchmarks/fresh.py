"""What is measured in a process of its own: first results, and memory.

`python -m tests.benchmarks.fresh first JOB.json` and `... crowd JOB.json` print JSON.
"""

import json
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_BEGUN = time.perf_counter()


def first(job: dict[str, Any]) -> dict[str, float]:
    """Seconds to load the engine, to read a model, and to its first result."""
    from twin.engine.compiled import CompiledEngine  # noqa: PLC0415
    from twin.engine.modes import MODES  # noqa: PLC0415
    from twin.engine.object_cache import ObjectCache  # noqa: PLC0415
    from twin.engine.simulate import simulate  # noqa: PLC0415
    from twin.sbml.any_model import any_model  # noqa: PLC0415
    from twin.vocabulary.ensemble import Ensemble  # noqa: PLC0415
    from twin.vocabulary.regimen import Regimen  # noqa: PLC0415

    imported = time.perf_counter()
    found = any_model(Path(job["model"]).read_text(encoding="utf-8"))
    read = time.perf_counter()
    simulate(
        found.spec,
        Ensemble.of(job["parameters"]),
        Regimen(()),
        job["times"],
        outputs=found.species,
        engine=CompiledEngine(
            MODES[job["mode"]], cache=ObjectCache(Path(job["cache"]))
        ),
    )
    done = time.perf_counter()
    return {"import": imported - _BEGUN, "read": read - imported, "run": done - read}


def crowd(job: dict[str, Any]) -> dict[str, float]:
    """Seconds and peak memory of many twins, summarised in parts."""
    from tests.benchmarks.twin_problem import (  # noqa: PLC0415
        ensemble,
        morning_times,
        regimen,
    )
    from tests.people import library  # noqa: PLC0415
    from twin.engine.compiled import CompiledEngine  # noqa: PLC0415
    from twin.engine.modes import MODES  # noqa: PLC0415
    from twin.engine.summaries import TimeInRange, summarise  # noqa: PLC0415
    from twin.vocabulary.ensemble import Ensemble  # noqa: PLC0415

    engine = CompiledEngine(MODES[job["mode"]])

    def parts(n_draws: int) -> Iterator[Ensemble]:
        for number, begin in enumerate(range(0, n_draws, job["part"])):
            yield ensemble(min(job["part"], n_draws - begin), seed=number)

    def run(n_draws: int) -> int:
        return summarise(
            library().spec,
            parts(n_draws),
            regimen(),
            morning_times(),
            outputs=("INR",),
            engine=engine,
            ranges=(TimeInRange("INR", 2.0, 3.0),),
        ).n_failed

    run(64)
    before = _most_memory_mb()
    begun = time.perf_counter()
    failed = run(job["draws"])
    seconds = time.perf_counter() - begun
    return {
        "seconds": seconds,
        "before_mb": before,
        "peak_mb": _most_memory_mb(),
        "failed": failed,
    }


def _most_memory_mb() -> float:
    """The most this program ever held.

    Not `getrusage`: what that calls a process's most is its parent's at first.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return math.nan
    lines = status.read_text(encoding="ascii").splitlines()
    (most,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(most) / 1024


if __name__ == "__main__":
    task = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps({"first": first, "crowd": crowd}[sys.argv[1]](task)))
