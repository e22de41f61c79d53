"""The whole answer to a dosing question, as one value.

What the command line prints and the web service sends: what was understood, the dose
or why there is none, the course, reasons, warnings, what it rests on, and from which
model it came.  A proposal to a clinician, never an order.
"""

from dataclasses import dataclass
from typing import Literal

from twin.applicability import Caution, OutOfScope
from twin.dosing.course import Course, course_of, days_of, described, regimen_of_plan
from twin.dosing.findings import (
    EnantiomerFinding,
    GeneFinding,
    Physiology,
    drug_of,
    genes_of,
    physiology_of,
)
from twin.dosing.guideline_dose import GuidelineFinding, guideline_of
from twin.dosing.leverage import Driver, Unverified, hangs_on
from twin.dosing.passing_medicines import LOOKED_AT_DAYS
from twin.dosing.recommend import (
    Abstention,
    FullModelCheck,
    Recommendation,
    recommend,
    target_of,
)
from twin.engine.simulate import Engine
from twin.lifecycle import Twin
from twin.reproducibility import Provenance
from twin.vocabulary.domain import TargetRange
from twin.vocabulary.patient import Patient
from twin.vocabulary.regimen import Regimen, daily

NATURE = (
    "proposal for a clinician who knows the patient: decision support, not a "
    "prescription; no uncertainty is carried yet, it is the typical patient of this "
    "description"
)
CHECKED_ON = (
    "INR courses are checked on simulated patients and time courses on PCA: no public "
    "series of INRs with genotypes exists"
)
"""Said wherever a course is shown: by the report and by the page."""

_DAYS_PER_WEEK = 7
_INR_THAT_MATTERS = 0.1  # as fine as a laboratory reports it


@dataclass(frozen=True, slots=True)
class ScopeFinding:
    """Whether the model was made for such a patient."""

    status: Literal["in scope", "caution", "out of scope"]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MaintenanceDose:
    """The proposal, in closed form, and its check by the full model.

    plan            what can be dispensed, in words; None below half the smallest tablet
    plan_days_mg    the plan's seven days
    plan_inr        the steady INR of the plan, in closed form
    """

    dose_mg_per_day: float
    dose_mg_per_week: float
    plan: str | None
    plan_days_mg: tuple[float, ...]
    plan_mg_per_week: float | None
    plan_inr: float | None
    check: FullModelCheck


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that is said about one question.

    maintenance   None when there is no dose; then `no_dose` says why
    course        under the regimen asked about, or the proposal; None without either
    reasons       what was assumed because nobody measured or tested it
    label         what the drug's label says of such people, doses and targets
    guideline     what CPIC's guideline says, with the algorithms' doses
    """

    nature: str
    twin_digest: str
    patient: Patient
    scope: ScopeFinding
    target: TargetRange
    maintenance: MaintenanceDose | None
    no_dose: tuple[str, ...]
    drivers: tuple[Driver, ...]
    course: Course | None
    genotype: tuple[GeneFinding, ...]
    physiology: Physiology
    drug: tuple[EnantiomerFinding, ...]
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    label: tuple[str, ...]
    guideline: GuidelineFinding
    unverified: Unverified
    provenance: Provenance


def answer(
    twin: Twin,
    *,
    engine: Engine,
    regimen: Regimen | None = None,
    days: int | None = None,
) -> Answer:
    """The answer to "how much, and what happens?".

    Args:
        twin: from `twin.lifecycle.build`.
        engine: what integrates the full model.
        regimen: asked about; None looks at the proposal for 60 days.
        days: how long to look.
    """
    found = recommend(twin, engine=engine)
    target = target_of(twin)
    dose = found if isinstance(found, Recommendation) else None
    looked_at = _asked(regimen, days) or _proposed(twin, dose, days)
    course = (
        None
        if looked_at is None
        else course_of(
            twin,
            looked_at[0],
            days=looked_at[1],
            words=looked_at[2],
            target=target,
            engine=engine,
            is_proposal=regimen is None,
        )
    )
    unverified, drivers = (
        (Unverified((), 0), ()) if dose is None else hangs_on(twin, target.middle)
    )
    scope = scope_finding(twin)
    return Answer(
        NATURE,
        twin.digest,
        twin.patient,
        scope,
        target,
        None if dose is None else _maintenance(dose),
        found.reasons if isinstance(found, Abstention) else (),
        drivers,
        course,
        genes_of(twin.individual),
        physiology_of(twin.individual),
        drug_of(twin, _dose_for_half_life(twin, dose, regimen), engine=engine),
        twin.individual.reasons,
        (
            # Out of scope they are the reasons of no dose.
            *(scope.reasons if scope.status != "out of scope" else ()),
            *_check_warning(dose),
            *_unusual_dose(twin, dose),
            *(() if course is None else course.warnings),
        ),
        _label(twin, dose, target),
        guideline_of(twin),
        unverified,
        twin.provenance,
    )


def scope_finding(twin: Twin) -> ScopeFinding:
    """The twin's scope, for people and for JSON."""
    if isinstance(twin.scope, OutOfScope):
        return ScopeFinding("out of scope", twin.scope.reasons)
    if isinstance(twin.scope, Caution):
        return ScopeFinding("caution", twin.scope.reasons)
    return ScopeFinding("in scope", ())


def _check_warning(dose: Recommendation | None) -> tuple[str, ...]:
    """Said when the full model does not confirm the closed form."""
    if dose is None:
        return ()
    wanted, found = dose.target.middle, dose.check.inr_mean_of_last_day
    if abs(found - wanted) <= _INR_THAT_MATTERS:
        return ()
    said = (
        f"after {dose.check.days} days on this dose the full model gives a mean INR of "
        f"{found:.2f}, not {wanted:.2f}: closed form and full model disagree in this "
        "patient; trust neither without INRs"
    )
    return (said,)


def _unusual_dose(twin: Twin, dose: Recommendation | None) -> tuple[str, ...]:
    """Said when hardly any patient the model was fitted to took such a dose."""
    if dose is None:
        return ()
    low, high = twin.library.fitted_doses_mg
    if low <= dose.dose_mg_per_day <= high:
        return ()
    said = (
        f"{dose.dose_mg_per_day:.2g} mg/day lies outside {low:g} to {high:g} mg/day, "
        "where all but 1 % of the fitted patients' doses lie: check the description, "
        "above all medicines and genes, before believing it"
    )
    return (said,)


def _label(
    twin: Twin, dose: Recommendation | None, target: TargetRange
) -> tuple[str, ...]:
    """What the label says of this age, weight, target and dose."""
    values = {
        "age": twin.patient.age_years,
        "weight": twin.patient.weight_kg,
        "target_inr": target.high,
        "maintenance_dose": None if dose is None else dose.dose_mg_per_day,
    }
    return tuple(
        f"{band.says} ({band.source})"
        for band in twin.library.label_bands
        if (value := values.get(band.quantity)) is not None and band.holds(value)
    )


def _maintenance(dose: Recommendation) -> MaintenanceDose:
    plan = dose.plan
    return MaintenanceDose(
        dose.dose_mg_per_day,
        dose.dose_mg_per_day * _DAYS_PER_WEEK,
        None if plan is None else plan.text,
        () if plan is None else plan.days_mg,
        None if plan is None else plan.weekly_mg,
        dose.plan_inr,
        dose.check,
    )


_LookedAt = tuple[Regimen, int, str | None]


def _asked(regimen: Regimen | None, days: int | None) -> _LookedAt | None:
    if regimen is None:
        return None
    return regimen, days_of(regimen, days), described(regimen)


def _proposed(
    twin: Twin, dose: Recommendation | None, days: int | None
) -> _LookedAt | None:
    """The plan of tablets from the first day; without one, the bare dose."""
    if dose is None:
        return None
    n_days, substance = days or LOOKED_AT_DAYS, twin.library.substance
    if dose.plan is None:
        bare = daily(dose.dose_mg_per_day, days=n_days, substance=substance)
        return bare, n_days, None
    plan = regimen_of_plan(dose.plan, days=n_days, substance=substance)
    return plan, n_days, f"{dose.plan.text}, from the first day, {n_days} days"


def _dose_for_half_life(
    twin: Twin, dose: Recommendation | None, regimen: Regimen | None
) -> float:
    if dose is not None:
        return dose.dose_mg_per_day
    if regimen is not None and regimen.doses:
        return regimen.doses[0].amount_mg
    return max(twin.library.tablets_mg)
