"""`twin explain`: walk the scales of a patient's answer, from variant to INR."""

import math
from collections.abc import Iterator
from textwrap import shorten
from typing import Any

import numpy as np
import typer

from twin.applicability import OutOfScope
from twin.command_line.asked import Asked, asked
from twin.command_line.options import (
    Acknowledge,
    DailyDose,
    Fed,
    FrequencyPopulation,
    GenotypeFile,
    PatientFile,
    Sample,
)
from twin.command_line.output import Json, done, progress, say, table
from twin.dosing.explanation import explain as scales_of
from twin.dosing.figures import Scale
from twin.dosing.recommend import Recommendation, recommend
from twin.lifecycle import couple
from twin.multiscale.coupling import Coupling
from twin.units import HOURS_PER_DAY
from twin.vocabulary.regimen import Regimen, daily

app = typer.Typer(add_completion=False)
_DAYS_COUPLED = 42  # a therapy that has come to rest
_NO_BOUND = (
    "no bound: a factor level leaves the box in which the clotting time is known"
)


@app.command()
def explain(
    patient: PatientFile,
    daily_dose: DailyDose = None,
    fed: Fed = False,
    genotype: GenotypeFile = None,
    sample: Sample = None,
    frequency_population: FrequencyPopulation = None,
    acknowledge: Acknowledge = None,
    _json: Json = False,
) -> None:
    """Walk the scales from variant to INR, at the maintenance dose."""
    with progress("building the twin"):
        this = asked(
            patient,
            daily_dose=daily_dose,
            fed=fed,
            genotype=genotype,
            sample=sample,
            frequency_population=frequency_population,
            acknowledge=acknowledge or (),
        )
        found = recommend(this.twin, engine=this.engine)
    proposed = isinstance(found, Recommendation)
    if this.question.regimen is not None:
        dose, whose = _mean_daily_mg(this.question.regimen), "asked about"
    elif isinstance(found, Recommendation):
        dose, whose = found.dose_mg_per_day, "proposed maintenance dose"
    else:
        dose, whose = None, "no dose is proposed"
    scales = scales_of(this.twin, dose)
    coupling = None if dose is None else _coupling(this, dose)
    no_dose = () if isinstance(found, Recommendation) else found.reasons
    say(*_shown(scales, dose, whose, no_dose))
    scope = this.twin.scope
    if not isinstance(scope, OutOfScope):  # else they are the reasons of no dose
        say(*(f"! {reason}" for reason in scope.reasons))
    if coupling is not None:
        say(*_shown_coupling(coupling))
    say(
        "decision support, not a prescription; typical values, `twin dose` has the "
        "distributions"
    )
    done(
        {
            "twin_digest": this.twin.digest,
            "dose_mg_per_day": dose,
            "dose_is_proposal": proposed and this.question.regimen is None,
            "no_dose": no_dose,
            "scope": {"status": type(scope).__name__, "reasons": scope.reasons},
            "scales": scales,
            "coupling": None if coupling is None else coupling_document(coupling),
            "reasons": this.twin.individual.reasons,
            "provenance": this.twin.provenance,
        }
    )


def _mean_daily_mg(regimen: Regimen) -> float:
    """Of the regimen's days, the last dose's day included."""
    total = sum(dose.amount_mg for dose in regimen.doses)
    return total / (1 + regimen.doses[-1].time_h // HOURS_PER_DAY)


def _shown(
    scales: tuple[Scale, ...],
    dose: float | None,
    whose: str,
    no_dose: tuple[str, ...],
) -> Iterator[Any]:
    yield f"At rest on {dose:.2f} mg/day ({whose})" if dose is not None else whose
    yield from (f"  - {reason}" for reason in no_dose)
    for number, scale in enumerate(scales, start=1):
        yield f"{number}. {scale.name}: {scale.what}"
        rows = table("", "", "", "")
        rows.show_header = False
        for column in rows.columns[:3]:
            column.no_wrap = True
        for figure in scale.figures:
            unit = "" if figure.unit == "1" else f" {figure.unit}"
            rows.add_row(
                figure.name,
                f"{figure.value:.4g}{unit}",
                figure.evidence,
                shorten(figure.source, 70, placeholder=" …"),
            )
        yield rows


def _coupling(this: Asked, dose_mg_per_day: float) -> Coupling:
    """The coupling chosen for the patient on this dose."""
    regimen = daily(
        dose_mg_per_day, days=_DAYS_COUPLED, substance=this.library.substance
    )
    times = np.arange(0.0, _DAYS_COUPLED * HOURS_PER_DAY + 0.5, HOURS_PER_DAY)
    with progress("measuring how the scales couple"):
        return couple(this.twin, regimen, times, engine=this.engine)


def coupling_document(coupling: Coupling) -> dict[str, object]:
    """The choice and its numbers, as a command's JSON has them."""
    return {
        "chosen": "hierarchical" if coupling.hierarchical else "concurrent",
        "exchange_h": coupling.exchange_h,
        "time_constant_ratio": coupling.separation.figure,
        "target_held_share": coupling.held_share,
        "inr_error_bounds": [
            {
                "every_h": hours,
                "bound": bound if math.isfinite(bound) else None,
                "reason": None if math.isfinite(bound) else _NO_BOUND,
            }
            for hours, bound in coupling.error_bounds.items()
        ],
        "limits": coupling.limits,
        "reasons": coupling.reasons,
    }


def _shown_coupling(coupling: Coupling) -> Iterator[str]:
    chosen = (
        f"scales may be solved one after the other, exchanging every "
        f"{coupling.exchange_h:g} h"
        if coupling.hierarchical
        else "scales must be solved together"
    )
    yield f"Coupling of the scales: {chosen} (the answers here solve them together)"
    yield from (f"  - {reason}" for reason in coupling.reasons)
