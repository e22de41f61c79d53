"""`twin model emulate`: a fast stand-in for one patient's twin, and its worth."""

import math
from pathlib import Path
from time import perf_counter
from typing import Annotated

import numpy as np
import typer

from twin.command_line.asked import Asked, asked
from twin.command_line.options import PatientFile
from twin.command_line.output import Json, done, progress, say
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION
from twin.engine.surrogate import DOSE, CourseSurrogate
from twin.engine.surrogate_file import save_surrogate
from twin.engine.surrogate_training import train
from twin.errors import InputError
from twin.reproducibility import stream
from twin.units import HOURS_PER_DAY
from twin.vocabulary.ensemble import Ensemble

INPUTS = (
    "KiS",
    "VK__reserve",
    "F__m",
    "S__Vm_A",
    "S__Vm_B",
    "S__CL_linear",
    "R__CL_linear",
    "S__fu",
    "VK__intake",
)
"""Constants that move the INR most."""
# The box of a stand-in, wide enough for sliders: no claim about patients.  Outside it,
# and above the ceiling, the engine answers.
_FACTOR = math.exp(3 * 0.2)
_DOSE_MG = (1.0, 12.0)
_CEILING = 10.0
_FEWEST_RUNS, _MOST_RUNS, _LONGEST_DAYS = 500, 100_000, 120
_NATURE = "for sliders and first proposals only: the engine confirms what is shown"
_TIMED = 2048


def emulate(
    patient: PatientFile,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Surrogate (*.npz).")],
    days: Annotated[int, typer.Option(metavar="N", help="How many days of INR.")] = 42,
    runs: Annotated[
        int, typer.Option(metavar="N", help="Runs of the engine to train on.")
    ] = 6000,
    seed: Annotated[int, typer.Option(metavar="N", help="Of draws and networks.")] = 1,
    _json: Json = False,
) -> None:
    """Train a fast stand-in for one patient's twin under a daily dose.

    For sliders and first proposals only.  It knows where it holds: elsewhere the
    engine answers.  Needs the extra `training`.
    """
    if out.suffix.lower() != ".npz":
        raise InputError(f"--out {out}: name a file that ends in .npz")
    if not out.parent.is_dir():
        raise InputError(f"--out {out}: there is no folder {out.parent}; make it first")
    for option, value, low, high in (
        ("--days", days, 1, _LONGEST_DAYS),
        ("--runs", runs, _FEWEST_RUNS, _MOST_RUNS),
        ("--seed", seed, 0, 2**63),
    ):
        if not low <= value <= high:
            raise InputError(f"{option} {value}: give {low} to {high}")
    this, engine = asked(patient), CompiledEngine(POPULATION)
    began = perf_counter()
    with progress("training"):
        made = _trained(this, engine, days=days, runs=runs, seed=seed)
    seconds = perf_counter() - began
    save_surrogate(made, out)
    fast_us, engine_us = _speed_us(made, this, engine, seed)
    held = made.held_out
    say(
        f"{out}: INR of {days} days in {seconds:.0f} s; {_NATURE}",
        f"{held.n_draws} held-out draws, largest relative error over the days: "
        f"median {held.median:.2%}, 99th percentile {held.p99:.2%}, "
        f"worst {held.worst:.2%}",
        f"trusted: {held.trusted_share:.1%} of them, worst {held.trusted_worst:.2%}, "
        f"bound {made.bound:.1%}; the rest, and INR above {_CEILING:g}, by the engine",
        f"{fast_us:.1f} µs a course; the engine takes {engine_us:.0f} µs",
    )
    done(
        {
            "nature": _NATURE,
            "file": str(out),
            "twin_digest": this.twin.digest,
            "model_sha256": made.subject.model_sha256,
            "fixed_sha256": made.subject.fixed_sha256,
            "engine": made.engine,
            "output": made.subject.output,
            "times_h": made.subject.times_h,
            "domain": {
                name: {"low": low, "high": high}
                for name, low, high in zip(
                    made.domain.names,
                    made.domain.low.tolist(),
                    made.domain.high.tolist(),
                    strict=True,
                )
            },
            "ceiling": made.ceiling,
            "bound": made.bound,
            "disagreement": made.disagreement,
            "held_out": held,
            "n_runs": runs,
            "seed": seed,
            "training_s": seconds,
            "surrogate_us_per_course": fast_us,
            "engine_us_per_course": engine_us,
        }
    )


def _trained(
    this: Asked, engine: CompiledEngine, *, days: int, runs: int, seed: int
) -> CourseSurrogate:
    own = this.twin.ensemble.row(0)
    values = {**this.library.spec.constants, **own}
    return train(
        this.library.spec,
        own,
        {name: (values[name] / _FACTOR, values[name] * _FACTOR) for name in INPUTS},
        HOURS_PER_DAY * np.arange(days + 1.0),
        substance=this.library.substance,
        dose_mg=_DOSE_MG,
        output="INR",
        engine=engine,
        n_train=runs,
        n_held_out=max(1000, runs // 2),
        seed=seed,
        ceiling=_CEILING,
    )


def _speed_us(
    made: CourseSurrogate, this: Asked, engine: CompiledEngine, seed: int
) -> tuple[float, float]:
    """Microseconds a course, of the surrogate and of the engine, on the same draws."""
    cube = stream(seed, "surrogate", "speed").random((_TIMED, len(made.domain.names)))
    drawn = made.domain.at(cube)
    columns = dict(zip(made.domain.names, drawn.T, strict=True))
    doses = columns.pop(DOSE)
    ensemble = Ensemble.of({**this.twin.ensemble.row(0), **columns})
    marks = [perf_counter()]
    made.evaluate(drawn)
    marks.append(perf_counter())
    made.subject.by_engine(this.library.spec, ensemble, doses, engine)
    marks.append(perf_counter())
    fast, slow = np.diff(marks) / _TIMED * 1e6
    return float(fast), float(slow)
