"""`twin dose`: the maintenance dose of a patient, with all that belongs to it."""

from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.asked import asked
from twin.command_line.files import png
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
from twin.command_line.show_answer import shown
from twin.dosing.answer import answer
from twin.dosing.grounds import load_grounds

app = typer.Typer(add_completion=False)


@app.command()
def dose(
    patient: PatientFile,
    daily_dose: DailyDose = None,
    days: Days = None,
    fed: Fed = False,
    genotype: GenotypeFile = None,
    sample: Sample = None,
    frequency_population: FrequencyPopulation = None,
    acknowledge: Acknowledge = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="PNG",
            callback=png,
            help="Draw INR and plasma with bands, factors and organ concentrations.",
        ),
    ] = None,
    _json: Json = False,
) -> None:
    """Propose a maintenance dose; show the course, the reasons and the warnings."""
    with progress("building the twin"):
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
        question = this.question
        grounds = load_grounds(this.library, slopes=this.engine)
        given = answer(
            grounds.believed(this.twin),
            engine=this.engine,
            regimen=question.regimen,
            days=question.days,
        )
        if plot is not None and given.course is not None:
            from twin.command_line.plot import draw  # noqa: PLC0415 - matplotlib

            draw(
                plot,
                this.twin,
                given.course,
                target=given.target,
                engine=this.engine,
                bands=given.bands,
            )
    say(*shown(given))
    if plot is not None:
        say(
            f"drawn: {plot}"
            if given.course
            else "nothing drawn: no dose is proposed; ask with --daily-dose"
        )
    done(given)
