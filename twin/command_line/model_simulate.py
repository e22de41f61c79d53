"""`twin model simulate`: anybody's SBML, run by the compiled engine or the referee."""

import csv
import math
import sys
from dataclasses import replace
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from twin.command_line.files import write_text
from twin.command_line.output import Json, done, say, wants_json
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import STRICT
from twin.engine.reference import ReferenceEngine
from twin.engine.simulate import Engine, simulate
from twin.errors import InputError
from twin.foreign.model import text_of
from twin.sbml.any_model import AnyModel, any_model
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats
from twin.vocabulary.regimen import Regimen

_MOST_POINTS = 1_000_000


class Which(StrEnum):
    """What integrates."""

    COMPILED = "compiled"
    REFERENCE = "reference"


def simulate_model(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="SBML (*.xml) or COMBINE (*.omex).")
    ],
    end: Annotated[float, typer.Option(help="Last time, in the model's units.")],
    points: Annotated[int, typer.Option(help="Times from 0 to the end, both counted.")],
    engine: Annotated[
        Which, typer.Option(help="compiled to machine code, or libroadrunner.")
    ] = Which.COMPILED,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV; standard output without.")
    ] = None,
    amounts: Annotated[
        bool, typer.Option("--amounts", help="Every species as an amount.")
    ] = False,
    concentrations: Annotated[
        bool, typer.Option("--concentrations", help="Every species as a concentration.")
    ] = False,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="ID=NUMBER",
            help="Another value of a constant, repeatable.",
        ),
    ] = None,
    tolerance: Annotated[
        float, typer.Option(help="Relative tolerance of a step, for either engine.")
    ] = STRICT.tolerance,
    _json: Json = False,
) -> None:
    """Run any SBML of Level 2 or 3 from its initial state, and write its species.

    Columns are time, then species as the model means them (amount or concentration).
    What the compiled engine does not have is named, with exit status 3; the
    reference engine may have it.  Neither sees an event whose trigger is true for less
    than a step: ask for points so close that one falls within.
    """
    times = _times(end, points)
    if amounts and concentrations:
        raise InputError("--amounts and --concentrations exclude each other; give one")
    if out is not None and out.exists() and out.samefile(model):
        raise InputError(f"--out {out}: that is the model; name another file")
    found_model = any_model(text_of(model))
    spec, species = found_model.spec, found_model.species
    settings = _settings(setting or [], spec)
    _check_volumes(found_model, settings)
    form = "amount({})" if amounts else "[{}]" if concentrations else "{}"
    integrates = _engine(engine, tolerance)
    found = simulate(
        spec,
        Ensemble.of(settings),
        Regimen(),
        times,
        outputs=tuple(form.format(name) for name in species),
        engine=integrates,
        tolerance=tolerance,
    )
    course = np.column_stack([times, found.values[0]]).tolist()
    if out is not None:
        write_text(out, _csv(species, course))
        say(f"{len(species)} species at {points} times: {out}")
    elif not wants_json():
        sys.stdout.write(_csv(species, course))
    done(
        {
            "model": spec.identifier,
            "model_sha256": spec.sha256,
            "engine": integrates.name,
            "tolerance": tolerance,
            "file": None if out is None else str(out),
            "n_species": len(species),
            "n_times": points,
            "columns": ["time", *species],
            "rows": course if out is None else None,
        }
    )


def _times(end: float, points: int) -> Floats:
    if not (math.isfinite(end) and end > 0):
        raise InputError(f"--end {end}: give a finite time above 0")
    if not 2 <= points <= _MOST_POINTS:
        raise InputError(f"--points {points}: give 2 to {_MOST_POINTS}")
    return np.linspace(0.0, end, points)


def _settings(written: list[str], spec: ModelSpec) -> dict[str, float]:
    """`ID=NUMBER` each."""
    found: dict[str, float] = {}
    for setting in written:
        name, _, number = setting.partition("=")
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise InputError(f"--set {setting}: write ID=NUMBER")
        if name not in spec.constants:
            raise InputError(
                f"--set {setting}: {name} is no constant of {spec.identifier}; "
                "`twin model inspect` counts them, the file names them"
            )
        if name in found:
            raise InputError(
                f"--set {setting}: {name} is already set to {found[name]:g}; give it "
                "once"
            )
        found[name] = value
    return found


def _check_volumes(model: AnyModel, settings: dict[str, float]) -> None:
    """Whether every volume that divides an amount is above 0."""
    for name in sorted(model.volumes):
        size = settings.get(name, model.spec.constants[name])
        if size <= 0:
            raise InputError(
                f"compartment {name}: size {size:g} makes no concentrations; give one "
                f"above 0, e.g. --set {name}=1"
            )


def _engine(which: Which, tolerance: float) -> Engine:
    if which is Which.REFERENCE:
        return ReferenceEngine()
    return CompiledEngine(replace(STRICT, tolerance=tolerance))


def _csv(species: tuple[str, ...], course: list[list[float]]) -> str:
    """Time, then the species; numbers as short as they are exact."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["time", *species])
    writer.writerows(map(repr, row) for row in course)
    return text.getvalue()
