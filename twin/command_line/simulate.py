"""`twin simulate`: the course under a regimen of one's own."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from twin.command_line.asked import Asked, asked
from twin.command_line.explain import coupling_document
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
from twin.command_line.output import Json, done, progress, say, table
from twin.dosing.course import course_of, days_of, described
from twin.dosing.laboratory import READ_FROM, Reading, read_by_laboratory
from twin.dosing.recommend import target_of
from twin.errors import InputError, RegimenError
from twin.lifecycle import couple, predict, predict_as_coupled
from twin.units import HOURS_PER_DAY
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.prediction import Prediction
from twin.vocabulary.regimen import Regimen

app = typer.Typer(add_completion=False)


class HowCoupled(StrEnum):
    """How the scales are solved."""

    CONCURRENT = "concurrent"
    CHOSEN = "chosen"


_USUAL = (
    "INR",
    "S_plasma",
    "R_plasma",
    "warfarin_plasma",
    "II_relative",
    "VII_relative",
    "IX_relative",
    "X_relative",
    "VKORC1_occupancy",
)
_SHORT = {
    **{f"{factor}_relative": factor for factor in ("II", "VII", "IX", "X")},
    "VKORC1_occupancy": "VKORC1\nheld",
}
_MOST_POINTS = 20_000


@app.command()
def simulate(
    patient: PatientFile,
    daily_dose: DailyDose = None,
    days: Days = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="An SBML id to follow, repeatable; `twin model describe` lists them.",
        ),
    ] = None,
    every_h: Annotated[
        float, typer.Option(metavar="HOURS", help="Time between two points.")
    ] = 24.0,
    coupling: Annotated[
        HowCoupled,
        typer.Option(
            help="concurrent: all scales together; chosen: as the measured numbers "
            "allow, falling back where a bound breaks."
        ),
    ] = HowCoupled.CONCURRENT,
    fed: Fed = False,
    genotype: GenotypeFile = None,
    sample: Sample = None,
    frequency_population: FrequencyPopulation = None,
    acknowledge: Acknowledge = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="PNG", callback=png, help="Draw the course."),
    ] = None,
    _json: Json = False,
) -> None:
    """Show the course under the regimen in the file or in the options."""
    with progress("simulating"):
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
        regimen = this.question.regimen
        if regimen is None:
            raise RegimenError(
                f"{patient}: no regimen is asked about; write regimen: {{daily_dose: "
                "5 mg, duration: 30 d}, or use --daily-dose '5 mg' --days 30"
            )
        n_days = days_of(regimen, this.question.days)
        outputs = tuple(dict.fromkeys(output or _USUAL))
        known = tuple(dict.fromkeys((*_known(this, outputs), *READ_FROM)))
        times, target = _times(n_days, every_h), target_of(this.twin)
        if coupling is HowCoupled.CHOSEN:
            prediction, how = _as_chosen(this, regimen, times, known)
        else:
            prediction, how = (
                predict(
                    this.twin,
                    regimen,
                    times,
                    outputs=known,
                    engine=this.engine,
                    as_taken=True,
                ),
                {"used": "concurrent"},
            )
        reading = read_by_laboratory(this.twin, prediction, engine=this.engine)
        # Warned is of every four hours, however seldom somebody wants to look.
        course = course_of(
            this.twin, regimen, days=n_days, target=target, engine=this.engine
        )
        if plot is not None:
            from twin.command_line.plot import draw  # noqa: PLC0415 - matplotlib

            draw(plot, this.twin, course, target=target, engine=this.engine)
    units = {name: unit_of(this, name) for name in outputs}
    scope = this.twin.scope
    say(f"{described(regimen)}, looked at for {n_days} days", _rows(reading, units))
    say(*(f"! {text}" for text in (*scope.reasons, *course.warnings)))
    done(
        {
            "twin_digest": this.twin.digest,
            "scope": {"status": type(scope).__name__, "reasons": scope.reasons},
            "target": target,
            "warnings": course.warnings,
            "regimen": described(regimen),
            "doses": regimen.doses,
            "days": n_days,
            "coupling": how,
            "times_h": times,
            "outputs": {
                name: {"unit": units[name], "values": reading.shown(name)}
                for name in outputs
            },
            "provenance": this.twin.provenance,
        }
    )


def _as_chosen(
    this: Asked, regimen: Regimen, times: Floats, outputs: tuple[str, ...]
) -> tuple[Prediction, dict[str, object]]:
    """The prediction by the chosen coupling, and what became of the choice."""
    chosen = couple(this.twin, regimen, times, engine=this.engine)
    coupled = predict_as_coupled(
        this.twin, chosen, regimen, times, outputs=outputs, engine=this.engine
    )
    bound = None if coupled.inr_bound is None else float(np.max(coupled.inr_bound))
    how = {
        **coupling_document(chosen),
        "used": "hierarchical" if coupled.hierarchical else "concurrent",
        "inr_error_bound": bound,
        "breach": None if coupled.breach is None else str(coupled.breach),
    }
    say(
        f"scales solved {how['used']}ly"
        + ("" if bound is None else f", INR right to {bound:.2g}")
        + ("" if coupled.breach is None else f": {coupled.breach}")
    )
    return coupled.prediction, how


def unit_of(this: Asked, name: str) -> str:
    """The unit of an output as the SBML has it, 1 where it is a ratio."""
    spec = this.library.spec
    if name in spec.units:
        return "1" if spec.units[name] == "ratio" else spec.units[name]
    return "uM" if name in spec.concentrations else "umol"


def readable(unit: str) -> str:
    """`mg/L` for the SBML's `mg_per_L`."""
    return unit.replace("_per_", "/").replace("per_", "1/")


def _times(n_days: int, every_h: float) -> "np.typing.NDArray[np.float64]":
    hours = n_days * HOURS_PER_DAY
    if not every_h > 0 or hours / every_h > _MOST_POINTS:
        raise InputError(
            f"--every-h: {every_h:g} h is not possible over {n_days} days; "
            f"write {hours / _MOST_POINTS:.2g} h or more"
        )
    return np.arange(0.0, hours + 1e-9 * hours, every_h)


def _known(this: Asked, outputs: tuple[str, ...]) -> tuple[str, ...]:
    spec = this.library.spec
    known = {*spec.states, *spec.constants, *spec.computed}
    if unknown := [name for name in outputs if name not in known]:
        raise InputError(
            f"--output: the model has no {unknown[0]!r}; "
            "`twin model describe` lists what it has"
        )
    return outputs


def _rows(reading: Reading, units: dict[str, str]) -> object:
    rows = table("day", *(_heading(name, unit) for name, unit in units.items()))
    times_h = reading.prediction.times_h
    step = max(1, len(times_h) // 60)
    columns = [reading.shown(name) for name in units]
    for i in range(0, len(times_h), step):
        rows.add_row(
            f"{times_h[i] / HOURS_PER_DAY:g}",
            *(f"{column[i]:.4g}" for column in columns),
        )
    return rows


def _heading(name: str, unit: str) -> str:
    if unit == "1":
        return _SHORT.get(name, name)
    return f"{name.removesuffix('_plasma')}\n{readable(unit)}"
