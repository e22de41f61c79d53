"""`twin verify inference`: whether what is learned from measurements is right."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.fit import DataFolder
from twin.command_line.inference_forms import forms
from twin.command_line.inference_input import bad_input
from twin.command_line.inference_parts import (
    Section,
    Setting,
    apparatus,
    finite,
    prose,
)
from twin.command_line.inference_patients import speed, tablets
from twin.command_line.inference_ranks import ranks, roads
from twin.command_line.inference_sites import sites
from twin.command_line.inference_subjects import subjects
from twin.command_line.output import Json, done, hold, progress, say
from twin.command_line.record import record_text, write_record
from twin.dosing.answer import CHECKED_ON
from twin.errors import InputError
from twin.reproducibility import plain

SEED = 20261124
RECORD = "inference.md"
PARTS: dict[str, Callable[[Setting], Section]] = {
    "ranks": ranks,
    "roads": roads,
    "speed": speed,
    "oreilly": subjects,
    "forms": forms,
    "tablets": tablets,
    "sites": sites,
    "bad_input": bad_input,
}
_WORK = Path("build/verify-inference")


def inference(
    parts: Annotated[
        str,
        typer.Option(metavar="A,B,...", help=f"Some of {', '.join(PARTS)}."),
    ] = ",".join(PARTS),
    out: Annotated[
        Path | None,
        typer.Option("--out", help=f"Folder for {RECORD} and its pictures."),
    ] = None,
    data: DataFolder = None,
    replicates: Annotated[
        int, typer.Option(min=1, help="Of the calibration, by each road at most.")
    ] = 500,
    slow_hours: Annotated[
        float,
        typer.Option(
            min=0.0,
            help="Hours in which replicates by the slow road are begun; 0: those there "
            "are.",
        ),
    ] = 0.0,
    sample: Annotated[
        float,
        typer.Option(min=0.001, max=1.0, help="Part of the patients, for a look."),
    ] = 1.0,
    work: Annotated[
        Path,
        typer.Option(help="Folder where results are kept, to go on."),
    ] = _WORK,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Of all that is drawn.")] = SEED,
    _json: Json = False,
) -> None:
    """Check learning on invented patients, on volunteers and on stable doses.

    Within an hour on two cores, but for the calibration of the slow road, which takes
    the hours it is given.  The record is of the parts that are named; results that are
    kept are not made again, so that all parts together cost what is still missing.

    Exit status 1 when a check does not hold.
    """
    names = [name.strip() for name in parts.split(",")]
    if strange := [name for name in names if name not in PARTS]:
        raise InputError(f"--parts {strange[0]!r}: write some of {', '.join(PARTS)}")
    setting = Setting(
        work, out, data, workers, seed, sample, max(1, replicates), slow_hours
    )
    sections = {}
    for name in dict.fromkeys(names):
        with progress(name):
            sections[name] = PARTS[name](setting)
        say(f"{name}: {sections[name].title}", *sections[name].lines, "")
    broken = [row for section in sections.values() for row in section.broken]
    if out is not None:
        text = record_text(
            "Learning from measurements",
            record_body(sections),
            command="twin verify inference",
            library=apparatus(1).library,
            seed=seed,
        )
        say(f"written to {write_record(out, RECORD, text)}")
    done(
        {
            "seed": seed,
            "population_sha256": apparatus(1).population.sha256,
            "hold": not broken,
            "broken": broken,
            "parts": {n: finite(plain(s.figures)) for n, s in sections.items()},
        }
    )
    hold(broken)


def record_body(sections: dict[str, Section]) -> list[str]:
    """The record below its heading."""
    population = apparatus(1).population
    broken = [row for section in sections.values() for row in section.broken]
    lines = [
        f"{CHECKED_ON}.",
        "",
        *prose(
            f"{population.n_draws} draws of the population (SHA-256 "
            f"{population.sha256[:16]})."
        ),
        *(f"{caution[:1].upper()}{caution[1:]}." for caution in population.cautions),
        "",
        f"Parts in this record: {', '.join(sections)}.",
        "",
        *(
            ["Checks that do not hold:", "", *(f"- {row}" for row in broken)]
            if broken
            else ["Every check holds."]
        ),
    ]
    for section in sections.values():
        lines += ["", f"## {section.title}", "", *section.lines]
    return lines
