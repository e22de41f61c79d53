"""The maintenance dose of a twin: in algebra, checked by the full model.

The answer is a value with its reasons; where no dose can be given that is a value
too.  It is a proposal to a clinician, never an order.
"""

from dataclasses import dataclass

import numpy as np

from twin.applicability import OutOfScope
from twin.dosing.candidates import WeeklyPlan, nearest_plan
from twin.dosing.closed_form import SteadyChain
from twin.dosing.passing_medicines import chain_of, why_no_one_dose
from twin.engine.simulate import Engine
from twin.lifecycle import Twin, predict
from twin.model_parameters import ENANTIOMERS
from twin.units import HOURS_PER_DAY
from twin.vocabulary.domain import TargetRange
from twin.vocabulary.regimen import daily

# The full model is run until the slowest factor and the drug have come to rest: ten
# half-lives of the slower enantiomer, and never less than the usual patient needs
# (95 % of the steady INR after 16 to 35 days; twice the longest).
_LEAST_DAYS_TO_REST = 70
_MOST_DAYS_TO_REST = 400
_HALF_LIVES_TO_REST = 10


@dataclass(frozen=True, slots=True)
class FullModelCheck:
    """The closed-form dose in the full model."""

    days: int
    inr_mean_of_last_day: float
    inr_lowest_of_last_day: float
    inr_highest_of_last_day: float
    days_to_95_percent: float


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A maintenance dose for the middle of the target range."""

    target: TargetRange
    dose_mg_per_day: float
    plan: WeeklyPlan | None
    plan_inr: float | None
    check: FullModelCheck


@dataclass(frozen=True, slots=True)
class Abstention:
    """No dose, and why."""

    target: TargetRange
    reasons: tuple[str, ...]


def target_of(twin: Twin) -> TargetRange:
    """The patient's stated range, that of the indication, or the drug's default."""
    if twin.patient.target_inr is None:
        if twin.patient.indication is not None:
            return twin.library.indications[twin.patient.indication].target
        return twin.library.target
    low, high = twin.patient.target_inr
    return TargetRange(low, high, "stated with the patient", "read")


def steady_chain(twin: Twin) -> SteadyChain:
    """The twin at rest on one dose a day, in algebra."""
    return chain_of(twin.individual, twin.library)


def recommend(twin: Twin, *, engine: Engine) -> Recommendation | Abstention:
    """The dose that keeps the middle of the target range.

    Solved in closed form, then simulated day by day with the full model.
    """
    target = target_of(twin)
    if isinstance(twin.scope, OutOfScope):
        return Abstention(target, twin.scope.reasons)
    chain = steady_chain(twin)
    dose = float(np.squeeze(chain.dose_for(target.middle)))
    if not np.isfinite(dose):
        drug_free = float(np.squeeze(chain.inr_at(0.0)))
        reason = (
            f"no dose keeps INR {target.middle:g}: without the drug it is "
            f"{drug_free:.2f}, and the model holds up to where the clotting test "
            "was modelled; check the target and the liver findings"
        )
        return Abstention(target, (reason,))
    library = twin.library
    if dose > library.farthest_dose_mg:
        reason = (
            f"INR {target.middle:g} would take {dose:.0f} mg/day, and the model was "
            f"fitted to doses up to {library.fitted_doses_mg[1]:g} mg/day: what holds "
            "there is not known; check the description, above all medicines, vitamin K "
            "and genes"
        )
        return Abstention(target, (reason,))
    reason_against = why_no_one_dose(
        twin, dose, target_inr=target.middle, engine=engine
    )
    if reason_against is not None:
        return Abstention(target, (reason_against,))
    plan = nearest_plan(
        dose, strengths_mg=library.tablets_mg, halves=library.half_tablets
    )
    plan_inr = (
        None
        if plan is None
        else float(np.squeeze(chain.inr(plan.weekly_mg / len(plan.days_mg))))
    )
    return Recommendation(
        target, dose, plan, plan_inr, _full_model_check(twin, chain, dose, engine)
    )


def _full_model_check(
    twin: Twin, chain: SteadyChain, dose_mg: float, engine: Engine
) -> FullModelCheck:
    slowest_h = max(float(np.squeeze(chain.half_life_h(d))) for d in ENANTIOMERS)
    needed = np.ceil(_HALF_LIVES_TO_REST * slowest_h / HOURS_PER_DAY)
    days = int(np.clip(needed, _LEAST_DAYS_TO_REST, _MOST_DAYS_TO_REST))
    last = (days - 1) * HOURS_PER_DAY
    daily_times = np.arange(0.0, last, HOURS_PER_DAY)
    hourly_times = np.arange(last, last + HOURS_PER_DAY + 0.5, 1.0)
    prediction = predict(
        twin,
        daily(dose_mg, days=days, substance=twin.library.substance),
        np.concatenate([daily_times, hourly_times]),
        outputs=("INR",),
        engine=engine,
    )
    inr = prediction.typical("INR")
    last_day = inr[len(daily_times) :]
    troughs = np.append(inr[: len(daily_times)], last_day[-1])
    reached = troughs >= troughs[0] + 0.95 * (troughs[-1] - troughs[0])
    return FullModelCheck(
        days,
        float(np.mean(last_day[:-1])),
        float(np.min(last_day)),
        float(np.max(last_day)),
        float(np.argmax(reached)),
    )
