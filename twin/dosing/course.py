"""The course of a twin under a regimen: INR, concentrations, factors, organs.

What the full model says, in the units a clinician reads, and where it should not be
believed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from twin.dosing.candidates import DAYS_PER_WEEK, WeeklyPlan
from twin.dosing.laboratory import READ_FROM, Reading, read_by_laboratory
from twin.engine.simulate import Engine
from twin.inference.readings import LEVELS
from twin.lifecycle import Twin, predict
from twin.model_parameters import ENANTIOMERS
from twin.units import HOURS_PER_DAY
from twin.vocabulary.domain import TargetRange
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.prediction import Prediction
from twin.vocabulary.regimen import Dose, Regimen

_STEP_H = 4.0
_DAYS_AFTER_LAST_DOSE = 14

_OUTPUTS = ("S_plasma", "R_plasma", "VKORC1_occupancy", *READ_FROM)


@dataclass(frozen=True, slots=True)
class Course:
    """Every four hours from the first dose; what a dose does shows after it.

    regimen         in words; `doses` one by one
    is_proposal     whether it is the twin's own proposal or was asked about
    factors         level by factor, fraction of normal
    day_reached     first day in the target range, None when never
    days_in_range   how many of the days, by the INR before the day's dose
    """

    regimen: str
    doses: tuple[Dose, ...]
    is_proposal: bool
    days: int
    times_h: Floats
    inr: Floats
    s_plasma_mg_per_l: Floats
    r_plasma_mg_per_l: Floats
    target_occupancy: Floats
    factors: Mapping[str, Floats]
    highest_inr: float
    day_of_highest_inr: float
    last_inr: float
    day_reached: int | None
    days_in_range: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrganCourse:
    """Total concentration in every organ, mg/L, [time], by enantiomer and organ."""

    times_h: Floats
    mg_per_l: Mapping[str, Mapping[str, Floats]]


def regimen_of_plan(plan: WeeklyPlan, *, days: int, substance: str) -> Regimen:
    """The weekly plan, taken once a day."""
    return Regimen(
        tuple(
            Dose(
                float(HOURS_PER_DAY * day),
                plan.days_mg[day % DAYS_PER_WEEK],
                substance,
            )
            for day in range(days)
        )
    )


def days_of(regimen: Regimen, days: int | None) -> int:
    """How long to look: as asked, or two weeks beyond the last dose."""
    if days is not None:
        return days
    last = max((dose.time_h for dose in regimen.doses), default=0.0)
    return math.ceil(last / HOURS_PER_DAY) + _DAYS_AFTER_LAST_DOSE


def described(regimen: Regimen) -> str:
    """A regimen in words."""
    doses = regimen.doses
    if not doses:
        return "no dose"
    amounts = {dose.amount_mg for dose in doses}
    daily = [HOURS_PER_DAY * day for day in range(len(doses))]
    if len(amounts) == 1 and [dose.time_h for dose in doses] == daily:
        return f"{doses[0].amount_mg:g} mg once a day, {len(doses)} days"
    total = sum(dose.amount_mg for dose in doses)
    return f"{len(doses)} doses, {total:g} mg in all"


def course_of(
    twin: Twin,
    regimen: Regimen,
    *,
    days: int,
    target: TargetRange,
    engine: Engine,
    is_proposal: bool = False,
    words: str | None = None,
) -> Course:
    """The course under a regimen, by the full model.

    Where factor levels leave the clotting test's response surface the INR is that of
    the network.  Above what a laboratory reads it is shown as that limit.
    """
    times = np.arange(0.0, days * HOURS_PER_DAY + 0.5, _STEP_H)
    reading = read_by_laboratory(
        twin,
        predict(twin, regimen, times, outputs=_OUTPUTS, engine=engine, as_taken=True),
        engine=engine,
    )
    prediction = reading.prediction
    inr = reading.shown("INR")
    mornings = inr[:: int(HOURS_PER_DAY / _STEP_H)]
    inside = (mornings >= target.low) & (mornings <= target.high)
    highest = int(np.argmax(inr))
    return Course(
        words or described(regimen),
        regimen.doses,
        is_proposal,
        days,
        times,
        inr,
        prediction.typical("S_plasma"),
        prediction.typical("R_plasma"),
        prediction.typical("VKORC1_occupancy"),
        {factor: prediction.typical(output) for factor, output in LEVELS.items()},
        float(inr[highest]),
        float(times[highest]) / HOURS_PER_DAY,
        float(inr[-1]),
        int(np.argmax(inside)) if inside.any() else None,
        int(np.sum(inside)),
        _warnings(reading, target),
    )


def organ_course(
    twin: Twin, regimen: Regimen, *, days: int, engine: Engine
) -> OrganCourse:
    """Total drug in every organ under a regimen; the liver is the mean of its zones."""
    times = np.arange(0.0, days * HOURS_PER_DAY + 0.5, _STEP_H)
    species = {
        drug: [
            name
            for name in twin.library.spec.states
            if name.startswith(f"{drug}__") and name in twin.library.spec.concentrations
        ]
        for drug in ENANTIOMERS
    }
    prediction = predict(
        twin,
        regimen,
        times,
        outputs=tuple(name for names in species.values() for name in names),
        engine=engine,
        as_taken=True,
    )
    molar = twin.individual.parameters["molar_mass"]
    return OrganCourse(
        times,
        {
            drug: _organs(prediction, names, molar_mass=molar)
            for drug, names in species.items()
        },
    )


def _organs(
    prediction: Prediction, names: list[str], *, molar_mass: float
) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    zones: list[Floats] = []
    for name in names:
        organ = name.split("__", 1)[1]
        values = prediction.typical(name) * molar_mass
        if organ.startswith("liver_"):
            zones.append(values)
        else:
            found[organ] = values
    return {**found, "liver": np.mean(zones, axis=0)}


def _warnings(reading: Reading, target: TargetRange) -> tuple[str, ...]:
    """Where a course leaves the target, or what the model can say."""
    warnings = []
    prediction = reading.prediction
    inr, limit = reading.shown("INR"), reading.highest_inr
    if np.max(inr) > target.high:
        above = prediction.times_h[np.argmax(inr > target.high)] / HOURS_PER_DAY
        warnings.append(
            f"under this regimen the INR passes {target.high:g} on day {above:.0f} "
            f"and reaches {np.max(inr):.1f}"
        )
    if np.max(inr) < target.low:
        warnings.append(
            f"under this regimen the INR stays below {target.low:g}: it is at most "
            f"{np.max(inr):.1f}"
        )
    by_network = np.any(reading.by_network, axis=0)
    if np.any(by_network):
        first = prediction.times_h[np.argmax(by_network)] / HOURS_PER_DAY
        warnings.append(
            f"from day {first:.1f} factor levels lie outside those the clotting test's "
            "formula was fitted to: the INR there is that of the clotting network "
            "itself, which nobody has measured at such levels"
        )
    if np.max(inr) >= limit:
        first = prediction.times_h[np.argmax(inr >= limit)] / HOURS_PER_DAY
        warnings.append(
            f"from day {first:.1f} the INR is above {limit:g}, more than a laboratory "
            f"reads; it is shown as {limit:g}"
        )
    return tuple(warnings)
