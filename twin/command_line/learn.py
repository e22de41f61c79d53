"""`twin learn`: measurements in, a twin that knows them out, with what it learned."""

from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.asked import asked
from twin.command_line.files import png
from twin.command_line.options import (
    Acknowledge,
    Fed,
    FrequencyPopulation,
    GenotypeFile,
    PatientFile,
    Sample,
)
from twin.command_line.output import Json, done, progress, say
from twin.command_line.show_learned import shown
from twin.dosing.grounds import load_grounds
from twin.dosing.learned_answer import learned_answer
from twin.dosing.learning import learned_from
from twin.errors import InputError, ObservationError
from twin.intake.quantity import quantity
from twin.intake.regimen import told_until_h
from twin.library import Library

app = typer.Typer(add_completion=False)


@app.command()
def learn(
    patient: PatientFile,
    daily_dose: Annotated[
        str | None,
        typer.Option(
            metavar="AMOUNT",
            help="What will be taken once a day from now on, e.g. '4 mg'; as it was "
            "told if left out.",
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Of the draws: same seed, same numbers."),
    ] = 0,
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
            help="Draw measured INRs, bands before and after, doses.",
        ),
    ] = None,
    _json: Json = False,
) -> None:
    """Learn from the measurements in the file, taken under its regimen."""
    with progress("learning"):
        this = asked(
            patient,
            fed=fed,
            genotype=genotype,
            sample=sample,
            frequency_population=frequency_population,
            acknowledge=acknowledge or (),
            learning=True,
        )
        question = this.question
        if question.regimen is None or not question.observations:
            raise ObservationError(
                f"{patient}: nothing was measured that could be learned from; write "
                "observations: [{time: 7 d, INR: 2.3}] and, in regimen, what was taken"
            )
        grounds = load_grounds(this.library, slopes=this.engine)
        before, after = learned_from(
            this.twin,
            grounds.population,
            grounds.noise,
            question.regimen,
            question.observations,
            slopes=grounds.slopes,
            draws=grounds.draws,
            seed=seed,
        )
        given = learned_answer(
            before,
            after,
            told_until_h=told_until_h(question.regimen, question.days),
            daily_mg=_amount(daily_dose, this.library),
            notes=question.notes,
        )
        if plot is not None:
            from twin.command_line.plot_learned import (  # noqa: PLC0415 - matplotlib
                draw,
            )

            draw(plot, given)
    say(*shown(given))
    if plot is not None:
        say(f"drawn: {plot}")
    done(given)


def _amount(written: str | None, library: Library) -> float | None:
    if written is None:
        return None
    try:
        return quantity(written, "dose", library.domain, [])
    except InputError as error:
        raise type(error)(f"option: {error}") from error
