"""The whole answer to a dosing question, as one value.

What the command line prints and the web service sends: what was understood, the dose
or why there is none, the course, reasons, warnings, what it rests on, and from which
model it came.  A proposal to a clinician, never an order.
"""

from dataclasses import dataclass
from typing import Literal

from twin.applicability import Caution, OutOfScope
from twin.dosing.course import Course, course_of, days_of, described, regimen_of_plan
from twin.dosing.dose_remarks import check_warning, label_says, unusual_dose
from twin.dosing.expected import (
    CourseBands,
    DrawsFinding,
    SteadyInr,
    draws_finding,
    expected_course,
    needed_dose,
    steady_inr,
)
from twin.dosing.findings import (
    EnantiomerFinding,
    GeneFinding,
    Physiology,
    drug_of,
    genes_of,
    physiology_of,
)
from twin.dosing.guideline_dose import GuidelineFinding, guideline_of
from twin.dosing.learned_dose import DoseDistribution
from twin.dosing.leverage import Driver, Unverified, hangs_on
from twin.dosing.passing_medicines import LOOKED_AT_DAYS
from twin.dosing.recommend import (
    Abstention,
    FullModelCheck,
    Recommendation,
    recommend,
    target_of,
)
from twin.dosing.spread_shares import SpreadOf
from twin.engine.simulate import Engine
from twin.errors import NumericsError
from twin.lifecycle import Twin
from twin.reproducibility import Provenance
from twin.vocabulary.domain import TargetRange
from twin.vocabulary.patient import Patient
from twin.vocabulary.regimen import Regimen, daily

NATURE = (
    "proposal for a clinician who knows the patient: decision support, not a "
    "prescription; a single figure is that of the typical patient of this description, "
    "intervals and bands are of all that is not known of this one before a measurement"
)
CHECKED_ON = (
    "INR courses are checked on simulated patients and time courses on PCA: no public "
    "series of INRs with genotypes exists"
)
"""Said wherever a course is shown: by the report and by the page."""

_DAYS_PER_WEEK = 7


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
    needed          doses that this patient may turn out to need
    on_plan         the INR this patient may turn out to have on the plan
    """

    dose_mg_per_day: float
    dose_mg_per_week: float
    plan: str | None
    plan_days_mg: tuple[float, ...]
    plan_mg_per_week: float | None
    plan_inr: float | None
    check: FullModelCheck
    needed: DoseDistribution
    on_plan: SteadyInr


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that is said about one question.

    maintenance   None when there is no dose; then `no_dose` says why
    course        under the regimen asked about, or the proposal; None without either
    bands         of that course; None where more than 1 % of the draws failed
    spread        where the spread of dose, INR and concentrations comes from
    draws         what stands behind every distribution
    reasons       what was assumed because nobody measured or tested it
    label         what the drug's label says of such people, doses and targets
    guideline     what CPIC's guideline says, with the algorithms' doses
    """

    nature: str
    checked_on: str
    twin_digest: str
    patient: Patient
    scope: ScopeFinding
    target: TargetRange
    maintenance: MaintenanceDose | None
    no_dose: tuple[str, ...]
    drivers: tuple[Driver, ...]
    course: Course | None
    bands: CourseBands | None
    spread: tuple[SpreadOf, ...]
    draws: DrawsFinding
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
        twin: from `believe`, before any measurement.
        engine: what integrates the full model of the typical patient.
        regimen: asked about; None looks at the proposal for 60 days.
        days: how long to look.

    Raises: NumericsError for a twin that carries no draws.
    """
    if twin.belief is None:
        raise NumericsError("this twin carries no draws; call `believe` first")
    belief = twin.belief
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
    maintenance, spread = (None, ()) if dose is None else _maintenance(twin, dose)
    expected = None if course is None else expected_course(twin, belief, course)
    return Answer(
        NATURE,
        CHECKED_ON,
        twin.digest,
        twin.patient,
        scope,
        target,
        maintenance,
        found.reasons if isinstance(found, Abstention) else (),
        drivers,
        course,
        None if expected is None else expected.bands,
        (*(() if expected is None else expected.spread), *spread),
        draws_finding(belief),
        genes_of(twin.individual),
        physiology_of(twin.individual),
        drug_of(twin, _dose_for_half_life(twin, dose, regimen), engine=engine),
        twin.individual.reasons,
        (
            # Out of scope they are the reasons of no dose.
            *(scope.reasons if scope.status != "out of scope" else ()),
            *check_warning(dose),
            *unusual_dose(twin, dose),
            *(() if course is None else course.warnings),
            *(() if expected is None else expected.warnings),
            *(() if course is None else belief.person.population.cautions),
        ),
        label_says(twin, dose, target),
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


def _maintenance(
    twin: Twin, dose: Recommendation
) -> tuple[MaintenanceDose, tuple[SpreadOf, ...]]:
    """The proposal with its distributions, and where their spread comes from."""
    assert twin.belief is not None
    belief, plan, target = twin.belief, dose.plan, dose.target
    taken_mg, words = dose.dose_mg_per_day, f"{dose.dose_mg_per_day:.2f} mg/day"
    if plan is not None:
        taken_mg, words = plan.weekly_mg / len(plan.days_mg), plan.text
    needed, of_dose = needed_dose(twin, belief, target.middle)
    on_plan, of_inr = steady_inr(twin, belief, taken_mg, on=words, target=target)
    found = MaintenanceDose(
        dose.dose_mg_per_day,
        dose.dose_mg_per_day * _DAYS_PER_WEEK,
        None if plan is None else plan.text,
        () if plan is None else plan.days_mg,
        None if plan is None else plan.weekly_mg,
        dose.plan_inr,
        dose.check,
        needed,
        on_plan,
    )
    return found, (*of_inr, *of_dose)


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
