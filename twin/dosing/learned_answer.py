"""All that a twin which has learned has to say, as one value.

What the command line prints and the page shows: whether the draws may be used, what
was expected of each measurement, which tablets, what is different about this person,
the dose before and after, and the next INRs with where their spread comes from.
"""

from dataclasses import dataclass

from twin.applicability import OutOfScope
from twin.dosing.answer import CHECKED_ON, ScopeFinding, scope_finding
from twin.dosing.doses_ahead import Ahead, doses_ahead
from twin.dosing.learned_course import (
    Band,
    DrawnCourses,
    SpreadFinding,
    drawn_courses,
    shown_times,
)
from twin.dosing.learned_dose import DoseDistribution, dose_distribution
from twin.dosing.learned_findings import (
    AdherenceFinding,
    Diagnostics,
    EffectFinding,
    PairFinding,
    adherence_finding,
    diagnostics_of,
    effect_findings,
    pair_findings,
)
from twin.dosing.learned_measurements import (
    Contradiction,
    MeasurementFinding,
    contradictions,
    measurement_findings,
)
from twin.dosing.recommend import target_of
from twin.errors import NumericsError
from twin.lifecycle import Twin
from twin.reproducibility import Provenance
from twin.units import HOURS_PER_DAY
from twin.vocabulary.domain import TargetRange
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.patient import Patient
from twin.vocabulary.regimen import Dose

NATURE = (
    "a twin conditioned on measurements, for a clinician who knows the patient: "
    "decision support, not a prescription"
)
FORECAST_DAYS = 7


@dataclass(frozen=True, slots=True)
class DoseFinding:
    """The maintenance dose before and after the measurements; None where none is given.

    no_dose   why there is none
    """

    before: DoseDistribution | None
    after: DoseDistribution | None
    no_dose: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next INRs, as a laboratory would read them.

    regimen      what is taken to come, in words; `doses` one by one
    from_h       until here the doses are told
    times_h      float64[time], one a day
    ln_spread    variances of ln INR at these times, by where they come from
    """

    regimen: str
    doses: tuple[Dose, ...]
    from_h: float
    times_h: Floats
    band: Band
    ln_spread: SpreadFinding


@dataclass(frozen=True, slots=True)
class LearnedCourse:
    """Bands of the INR over what was told and what is to come, before and after."""

    doses: tuple[Dose, ...]
    times_h: Floats
    before: Band
    after: Band


@dataclass(frozen=True, slots=True)
class LearnedAnswer:
    """Everything that is said about a twin which has learned.

    twin_digest     of the twin; `parent_digest` of the one it was learned from
    forecast        None where the draws may not be used
    reasons         what was assumed because nobody measured or tested it
    """

    nature: str
    checked_on: str
    twin_digest: str
    parent_digest: str
    patient: Patient
    scope: ScopeFinding
    target: TargetRange
    diagnostics: Diagnostics
    measurements: tuple[MeasurementFinding, ...]
    contradictions: tuple[Contradiction, ...]
    adherence: AdherenceFinding
    effects: tuple[EffectFinding, ...]
    alleles: tuple[PairFinding, ...]
    maintenance: DoseFinding
    forecast: Forecast | None
    course: LearnedCourse
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    provenance: Provenance


def learned_answer(
    before: Twin,
    after: Twin,
    *,
    told_until_h: float,
    daily_mg: float | None = None,
    notes: tuple[str, ...] = (),
) -> LearnedAnswer:
    """What a conditioned twin has to say.

    Args:
        before: from `believe`.
        after: from `condition`, learned from it.
        told_until_h: until when it is said what was taken, h; no measurement is later.
        daily_mg: what will be taken once a day; as it was told if left out.
        notes: what else was made of the measurements.

    Raises: NumericsError for a twin that has not learned; IntegrationFailed where no
        draw integrates.
    """
    if (
        before.belief is None
        or after.belief is None
        or after.belief.learning is None
        or after.taken is None
    ):
        raise NumericsError("this twin has not learned; call `condition` first")
    told, learning = after.taken, after.belief.learning
    target, scope = target_of(after), scope_finding(after)
    diagnostics = diagnostics_of(learning)
    measurements = measurement_findings(learning, after.belief.person.noise)
    opposed = contradictions(after.belief)
    until = told_until_h + HOURS_PER_DAY * FORECAST_DAYS
    ahead = doses_ahead(
        told,
        from_h=told_until_h,
        until_h=until,
        substance=after.library.substance,
        daily_mg=daily_mg,
    )
    times = shown_times(until)
    courses = [
        drawn_courses(twin.belief, told, ahead.doses, times)
        for twin in (before, after)
        if twin.belief is not None
    ]
    bands = [course.band(after.library.highest_readable_inr) for course in courses]
    forecast = None
    if diagnostics.usable:
        forecast = _forecast(courses[1], bands[1], told_until_h, ahead)
    return LearnedAnswer(
        NATURE,
        CHECKED_ON,
        after.digest,
        before.digest,
        after.patient,
        scope,
        target,
        diagnostics,
        measurements,
        opposed,
        adherence_finding(learning, told),
        effect_findings(before.belief, after.belief),
        pair_findings(before.belief, after.belief),
        _maintenance(before, after, target, diagnostics),
        forecast,
        LearnedCourse((*told.doses, *ahead.doses), times, *bands),
        (*after.individual.reasons, *notes),
        (
            *(() if diagnostics.usable else (diagnostics.says,)),
            *scope.reasons,
            *(each.says for each in opposed),
            *(
                f"{m.kind} at {m.time_h:g} h is {m.flag}"
                for m in measurements
                if m.flag is not None
            ),
            *_lost(courses),
            *after.belief.person.population.cautions,
        ),
        after.provenance,
    )


def _forecast(
    course: DrawnCourses, band: Band, from_h: float, ahead: Ahead
) -> Forecast:
    per_day = round(HOURS_PER_DAY / (course.times_h[-1] - course.times_h[-2]))
    daily = slice(
        len(course.times_h) - 1 - per_day * (FORECAST_DAYS - 1), None, per_day
    )
    return Forecast(
        ahead.words,
        ahead.doses,
        from_h,
        course.times_h[daily],
        band.at(daily),
        course.spread(daily),
    )


def _maintenance(
    before: Twin, after: Twin, target: TargetRange, diagnostics: Diagnostics
) -> DoseFinding:
    against: tuple[str, ...] = ()
    if isinstance(after.scope, OutOfScope):
        against = after.scope.reasons
    elif not diagnostics.usable:
        against = diagnostics.reasons
    if against or before.belief is None or after.belief is None:
        return DoseFinding(None, None, against)
    first, then = (
        dose_distribution(belief, after.library, target.middle)
        for belief in (before.belief, after.belief)
    )
    no_dose: tuple[str, ...] = ()
    if then.mg_per_day is None:
        no_dose = (f"no dose keeps INR {target.middle:g} in any draw",)
    return DoseFinding(first, then, no_dose)


def _lost(courses: list[DrawnCourses]) -> tuple[str, ...]:
    return tuple(
        f"{course.n_failed} draws {when} do not integrate and have no part in the bands"
        for course, when in zip(courses, ("before", "after"), strict=True)
        if course.n_failed
    )
