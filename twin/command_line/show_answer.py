"""An answer as tables and sentences for a person at a terminal."""

from collections.abc import Callable, Iterator
from textwrap import shorten
from typing import Any

from twin.command_line.output import table
from twin.command_line.show_expected import (
    bands_table,
    dose_needed,
    grounds,
    spread_table,
)
from twin.dosing.answer import Answer
from twin.dosing.course import Course
from twin.dosing.findings import EnantiomerFinding
from twin.dosing.guideline_dose import AdjustedDose
from twin.units import HOURS_PER_DAY

_SHOWN_DAYS = (0, 1, 2, 3, 4, 5, 7, 10, 14, 21, 28, 42, 60, 90, 180, 365)
_LIKELY = 0.01
_MATTERS = 0.02
_MOST_SHOWN = 8


def shown(answer: Answer) -> Iterator[Any]:
    """The dose first, then the course, then what it rests on."""
    yield from _dose(answer)
    yield from _warnings(answer)
    if answer.course is not None:
        yield from _course(answer.course)
        if answer.bands is not None:
            yield from bands_table(answer.bands, _days(answer.course))
    yield from spread_table(answer)
    yield _genotype(answer)
    yield from _guideline(answer)
    yield _body(answer)
    yield _drug(answer)
    if answer.drivers:
        yield _drivers(answer)
    yield "Assumed, because nobody measured or tested it"
    yield from (f"  - {reason}" for reason in answer.reasons)
    yield from _unverified(answer)
    yield from grounds(answer)
    yield from _provenance(answer)


def _dose(answer: Answer) -> Iterator[str]:
    target = answer.target
    wanted = f"INR {target.low:g} to {target.high:g}, aiming at {target.middle:g}"
    yield f"Target: {wanted} ({target.source})"
    yield ""
    given = answer.maintenance
    if given is None:
        yield "NO DOSE IS PROPOSED"
        yield from (f"  - {reason}" for reason in answer.no_dose)
        yield ""
        return
    check = given.check
    yield (
        f"PROPOSED MAINTENANCE DOSE  {given.dose_mg_per_day:.2f} mg/day"
        f"  =  {given.dose_mg_per_week:.1f} mg/week of warfarin sodium"
    )
    if given.plan is None:
        yield "  no tablets make this dose, three a day at most: ask a pharmacist"
    else:
        yield (
            f"  tablets: {given.plan}  ({given.plan_mg_per_week:g} mg/week, "
            f"steady INR {given.plan_inr:.2f})"
        )
    yield (
        f"  closed form {answer.target.middle:.2f}; full model on day {check.days}"
        f"{_under_which_medicines(answer)}: "
        f"mean {check.inr_mean_of_last_day:.2f}, "
        f"{check.inr_lowest_of_last_day:.2f} to {check.inr_highest_of_last_day:.2f} "
        "within the day"
    )
    yield f"  95 % of the steady INR after {check.days_to_95_percent:.0f} days"
    yield from dose_needed(given, target)
    yield f"  {answer.nature}"
    yield ""


def _under_which_medicines(answer: Answer) -> str:
    """Said where the course below follows medicines as they come and go instead."""
    if not any(m.changes_in_time for m in answer.patient.co_medication):
        return ""
    return " under the medicines the dose is for, at rest"


def _warnings(answer: Answer) -> Iterator[str]:
    if answer.scope.status != "in scope":
        yield f"Scope: {answer.scope.status}"
    if answer.warnings:
        yield "WARNINGS"
        yield from (f"  ! {warning}" for warning in answer.warnings)
        yield ""


def _guideline(answer: Answer) -> Iterator[Any]:
    if answer.label:
        yield "What the label says"
        yield from (f"  - {sentence}" for sentence in answer.label)
    found = answer.guideline.guideline
    yield "What CPIC's 2017 guideline says"
    for path in found.paths:
        if found.chosen is None:
            yield f"  if ancestry is {path.branch}:"
        for step in path.steps:
            yield f"  - {step.says} ({step.strength}; {step.because})"
        yield from (f"    {note}" for note in path.notes)
        branch = None if found.chosen is not None else path.branch
        yield from (
            f"    {_algorithm_dose(dose)}"
            for dose in answer.guideline.doses
            if dose.branch == branch
        )
    yield from (f"    {note}" for note in found.notes)
    yield ""


def _algorithm_dose(dose: AdjustedDose) -> str:
    own = f"{dose.algorithm.name}: {dose.algorithm.dose_mg_per_day:.1f} mg/day"
    if dose.ignored:
        own += f" (without {', '.join(dose.ignored)}, which it does not count)"
    ends = (f"{dose.low_mg_per_day:.1f}", f"{dose.high_mg_per_day:.1f}")
    if ends[0] == ends[1]:
        same = ends[0] == f"{dose.algorithm.dose_mg_per_day:.1f}"
        return own if same else f"{own}, after these steps {ends[0]}"
    return f"{own}, after these steps {ends[0]} to {ends[1]}"


def _course(course: Course) -> Iterator[Any]:
    whose = "the proposal" if course.is_proposal else "the regimen asked about"
    yield f"Course under {whose}: {course.regimen}"
    rows = table(
        "day", "INR", "S mg/L", "R mg/L", "II", "VII", "IX", "X", "VKORC1 held"
    )
    per_day = int(HOURS_PER_DAY / (course.times_h[1] - course.times_h[0]))
    for day in _days(course):
        i = day * per_day
        rows.add_row(
            str(day),
            f"{course.inr[i]:.2f}",
            f"{course.s_plasma_mg_per_l[i]:.2f}",
            f"{course.r_plasma_mg_per_l[i]:.2f}",
            *(f"{100 * level[i]:.0f} %" for level in course.factors.values()),
            f"{100 * course.target_occupancy[i]:.0f} %",
        )
    yield rows
    reached = (
        "never in the target range"
        if course.day_reached is None
        else f"in the target range from day {course.day_reached}, "
        f"on {course.days_in_range} of {course.days + 1} mornings"
    )
    yield (
        f"  before the day's dose; {reached}; highest INR {course.highest_inr:.2f} "
        f"on day {course.day_of_highest_inr:.0f}"
    )


def _days(course: Course) -> list[int]:
    return [day for day in _SHOWN_DAYS if day <= course.days]


def _genotype(answer: Answer) -> Any:
    rows = table("gene", "reported", "what it means", "possible", "not tested")
    for gene in answer.genotype:
        likely = [p for p in gene.possibilities if p.weight >= _LIKELY][:4]
        shown_share = sum(p.weight for p in likely)
        possible = ", ".join(f"{p.alleles} {100 * p.weight:.0f} %" for p in likely)
        if shown_share < 1 - _LIKELY / 2:
            possible += f", others {100 * (1 - shown_share):.0f} %"
        rows.add_row(
            gene.gene,
            gene.reported or "not tested",
            gene.meaning,
            possible,
            _few(gene.not_tested),
        )
    return rows


def _body(answer: Answer) -> Any:
    body = answer.physiology
    stage = "" if body.kidney_stage is None else f", {body.kidney_stage}"
    egfr = body.egfr_ml_per_min_per_1_73m2
    score = (
        "" if body.child_pugh_score is None else f" ({body.child_pugh_score} points)"
    )
    rows = table("body", "", "organ function", "")
    for left, right in (
        (
            ("body surface", f"{body.body_surface_m2:.2f} m2"),
            ("liver mass", f"{body.liver_mass_kg:.2f} kg"),
        ),
        (
            ("fat-free mass", f"{body.fat_free_mass_kg:.1f} kg"),
            ("working liver mass", f"{body.functional_liver_mass_kg:.2f} kg"),
        ),
        (
            ("cardiac output", f"{body.cardiac_output_l_per_h / 60:.1f} L/min"),
            ("Child-Pugh", f"{body.child_pugh_class}{score}"),
        ),
        (
            ("blood volume", f"{body.blood_volume_l:.1f} L"),
            (
                "eGFR",
                "not measured" if egfr is None else f"{egfr:.0f} mL/min/1.73 m2{stage}",
            ),
        ),
        (
            ("haematocrit", f"{body.haematocrit:.2f}"),
            ("kidney disease", body.kidney_class),
        ),
        (("albumin", f"{body.albumin_g_per_l:.0f} g/L"), ("", "")),
    ):
        rows.add_row(*left, *right)
    return rows


def _drug(answer: Answer) -> Any:
    rows = table("warfarin", *(drug.enantiomer for drug in answer.drug))
    for name, text in _DRUG_ROWS:
        rows.add_row(name, *(text(drug) for drug in answer.drug))
    return rows


_DRUG_ROWS: tuple[tuple[str, Callable[[EnantiomerFinding], str]], ...] = (
    ("unbound fraction in plasma, %", lambda d: f"{100 * d.unbound_fraction:.2f}"),
    ("CLint of unbound drug, L/h", lambda d: f"{d.intrinsic_clearance_l_per_h:.1f}"),
    ("  by CYP2C9, %", lambda d: f"{100 * d.cyp2c9_share:.0f}"),
    ("clearance of plasma, L/h", lambda d: f"{d.clearance_l_per_h:.3f}"),
    ("volume of distribution, L", lambda d: f"{d.volume_l:.1f}"),
    (
        "terminal half-life, h",
        lambda d: "not seen" if d.half_life_h is None else f"{d.half_life_h:.0f}",
    ),
)


def _drivers(answer: Answer) -> Any:
    rows = table("why this dose", "here", "reference", "dose changes by")
    for driver in answer.drivers:
        change = 100 * (driver.factor - 1)
        if round(change) != 0:
            rows.add_row(
                driver.trait, driver.value, driver.reference, f"{change:+.0f} %"
            )
    if not rows.row_count:
        rows.add_row("nothing", "as the reference patient", "", "")
    return rows


def _unverified(answer: Answer) -> Iterator[Any]:
    matter = [
        item
        for item in answer.unverified.matter
        if item.elasticity is not None and abs(item.elasticity) >= _MATTERS
    ]
    if not matter:
        return
    rows = table("not verified in a source", "value", "1 % more changes the dose by")
    for item in matter[:_MOST_SHOWN]:
        rows.add_row(
            f"{item.name}: {shorten(item.source, 48, placeholder=' …')}",
            f"{item.value:g} {'' if item.unit in ('1', 'ratio') else item.unit}",
            f"{item.elasticity or 0:+.2f} %",
        )
    yield rows
    rest = len(answer.unverified.matter) - len(matter[:_MOST_SHOWN])
    yield (
        f"  and {rest} others that hardly move it; "
        f"{answer.unverified.without_effect} do not touch this patient's dose"
    )


def _provenance(answer: Answer) -> Iterator[str]:
    made = answer.provenance
    yield ""
    yield (
        f"model {made.model} {made.model_version} ({made.model_sha256[:12]}), "
        f"parameters {made.parameters_sha256[:12]}, twin {answer.twin_digest[:12]}"
    )
    yield f"software {made.software_version}, {made.engine}"


def _few(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_SHOWN
    if more <= 1:
        return ", ".join(names) or "nothing known"
    return f"{', '.join(names[:_MOST_SHOWN])} and {more} more"
