"""`twin verify sensitivity`: what carries the spread of a patient's dose and course."""

import time
from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.asked import asked
from twin.command_line.output import Json, done, hold, progress, say, table
from twin.command_line.record import write_record
from twin.command_line.record_sensitivity import Asked, document, record
from twin.command_line.tables_sensitivity import MAIN, SCALE_COLUMNS, scale_rows
from twin.credibility.global_sensitivity.patient import patient_model
from twin.credibility.global_sensitivity.study import broken_laws, study
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION
from twin.inference.noise import Noise
from twin.intake.ask import question_for
from twin.library import load_library
from twin.lifecycle import Twin, build
from twin.model_files import settings_file
from twin.population import load_population

SEED = 20261201
BASE_PICKS = 8192
_PICTURE = "sensitivity.png"


def sensitivity(
    patient: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PATIENT]",
            help="The patient's file; the model's reference patient if left out.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for sensitivity.md and its picture."),
    ] = None,
    draws: Annotated[
        int, typer.Option("--draws", min=64, help="Base picks, a power of 2.")
    ] = BASE_PICKS,
    seed: Annotated[int, typer.Option("--seed", help="Of all that is drawn.")] = SEED,
    _json: Json = False,
) -> None:
    """Share out the spread of a dose and a course: people, knowledge, laboratory.

    Exit status 1 when the figures break a law that such indices obey.
    """
    engine = CompiledEngine(POPULATION)
    twin, name = _twin(patient, engine)
    population = load_population(twin.library)
    model = patient_model(
        twin, population, Noise.of(settings_file("assays")), engine=engine
    )
    began = time.monotonic()
    with progress("sharing out the spread"):
        found = study(model, n_base=draws, seed=seed)
    question = Asked(name, twin, population, draws, time.monotonic() - began)
    shown = table(*SCALE_COLUMNS)
    for row in scale_rows(found, MAIN):
        shown.add_row(*row)
    say(shown, *(f"! {reason}" for reason in twin.scope.reasons))
    picture = None
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        from twin.command_line.plot_sensitivity import (  # noqa: PLC0415 - matplotlib
            draw_shares,
        )

        picture = draw_shares(
            out / _PICTURE, found, title=f"{name}: what carries the spread"
        )
        text = record(found, question, picture=_PICTURE)
        say(f"written to {write_record(out, 'sensitivity.md', text)}")
    broken = broken_laws(found)
    done(
        {
            **document(found, question),
            "picture": None if picture is None else str(picture),
            "broken_laws": broken,
        }
    )
    hold(broken)


def _twin(patient: Path | None, engine: CompiledEngine) -> tuple[Twin, str]:
    """The twin that is asked about, and how the record names it."""
    if patient is not None:
        return asked(patient).twin, patient.stem
    library = load_library()
    question = question_for(library.reference_patient, library)
    made = build(question.patient, library, engine=engine, warnings=question.warnings)
    return made, "the model's reference patient"
