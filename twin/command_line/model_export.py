"""`twin model export`: a patient's model and regimen for anybody's simulator."""

import math
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from twin.body_parameters import changes_over
from twin.command_line.asked import Asked, asked
from twin.command_line.files import write_text
from twin.command_line.options import (
    Acknowledge,
    DailyDose,
    Days,
    Fed,
    FrequencyPopulation,
    GenotypeFile,
    PatientFile,
    Sample,
)
from twin.command_line.output import Json, done, progress, say
from twin.dosing.course import days_of
from twin.errors import InputError, RegimenError
from twin.exchange.dosed_model import dosed_model
from twin.exchange.omex import MODEL_FILE, ArchiveNote, write_archive
from twin.exchange.sedml import TimeCourse, sedml
from twin.units import HOURS_PER_DAY
from twin.vocabulary.regimen import Regimen

_OUTPUTS = (
    "INR",
    "S_plasma",
    "R_plasma",
    "VKORC1_occupancy",
    "II_relative",
    "VII_relative",
    "IX_relative",
    "X_relative",
)


class Form(StrEnum):
    """What is written."""

    ARCHIVE = ".omex"
    MODEL = ".xml"


def export(
    patient: PatientFile,
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="*.omex: COMBINE archive with SED-ML and metadata; *.xml: SBML alone.",
        ),
    ],
    daily_dose: DailyDose = None,
    days: Days = None,
    every_h: Annotated[
        float, typer.Option(metavar="HOURS", help="Time between two points.")
    ] = 1.0,
    fed: Fed = False,
    genotype: GenotypeFile = None,
    sample: Sample = None,
    frequency_population: FrequencyPopulation = None,
    acknowledge: Acknowledge = None,
    _json: Json = False,
) -> None:
    """Write the patient's model with the regimen in it, to run elsewhere.

    The file holds ages, sizes and genes as numbers of the model, no name and no date
    of a person; it is still about one person.
    """
    _form(out)
    with progress("writing"):
        this = asked(
            patient,
            daily_dose=daily_dose,
            days=days,
            fed=fed,
            genotype=genotype,
            sample=sample,
            frequency_population=frequency_population,
            acknowledge=acknowledge or (),
        )
        written_days = write_export(this, out, every_h=every_h)
    scope = this.twin.scope
    say(f"written: {out}", *(f"! {reason}" for reason in scope.reasons))
    done(
        {
            "written": str(out),
            "scope": {"status": type(scope).__name__, "reasons": scope.reasons},
            "model": this.library.spec.identifier,
            "model_version": this.library.version,
            "twin_digest": this.twin.digest,
            "days": written_days,
            "outputs": _OUTPUTS,
        }
    )


def write_export(this: Asked, out: Path, *, every_h: float) -> int:
    """Write the model or the archive a file's name asks for; how many days it runs.

    Raises: InputError, RegimenError in one line.
    """
    regimen = this.question.regimen
    if regimen is None:
        raise RegimenError(
            "no regimen to export; write regimen: {daily_dose: 5 mg, duration: 30 d} "
            "in the patient's file, or use --daily-dose '5 mg' --days 30"
        )
    days = days_of(regimen, this.question.days)
    end_h = float(days * HOURS_PER_DAY)
    model = _model(this, regimen, days)
    if _form(out) is Form.MODEL:
        write_text(out, model)
        return days
    spec = this.library.spec
    course = TimeCourse(end_h, _steps(end_h, every_h), _OUTPUTS, frozenset(spec.states))
    write_archive(
        out,
        sbml=model,
        sedml=sedml(course, model_file=MODEL_FILE, plotted="INR"),
        note=_note(this),
    )
    return days


def _form(out: Path) -> Form:
    try:
        return Form(out.suffix.lower())
    except ValueError as error:
        raise InputError(
            f"--out {out}: name a file that ends in .omex (archive) or .xml (SBML)"
        ) from error


def _steps(end_h: float, every_h: float) -> int:
    if not 0 < every_h <= end_h or end_h / every_h > _MOST_STEPS:
        raise InputError(
            f"--every-h {every_h:g}: write hours above 0, at most {_MOST_STEPS} points"
        )
    steps = round(end_h / every_h)
    if not math.isclose(steps * every_h, end_h, rel_tol=1e-9):
        raise InputError(
            f"--every-h {every_h:g}: {end_h:g} h are not a whole number of such steps; "
            f"write e.g. {end_h / steps:g}"
        )
    return steps


_MOST_STEPS = 100_000


def _model(this: Asked, regimen: Regimen, days: int) -> str:
    start, changes = changes_over(this.twin.individual.body, this.library, days=days)
    return dosed_model(
        this.library.spec,
        start,
        regimen.joined(Regimen(changes=changes)),
        note=f"[computed] twin {this.twin.digest[:12]}; twin.individualise",
    )


def _note(this: Asked) -> ArchiveNote:
    about = this.twin.provenance
    return ArchiveNote(
        title=f"{about.model} {about.model_version}, one patient, one regimen",
        description=(
            f"Twin {this.twin.digest}; software {about.software_version}; model "
            f"SHA-256 {about.model_sha256}; tables {about.library_sha256}. Amounts in "
            "umol, time in hours. Decision support, not a decision."
        ),
        creator="The Patient Twin authors",
        created=datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
