"""Learning where the truth is of another model: patients of published forms.

Half of the invented patients are what our twin believes people to be; the others are
drawn from published forms of the whole chain, which have other equations and whose
people differ in other ways, and are learned by our twin all the same.  Asked are the
next INR and the maintenance dose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from twin.credibility.forecast_scores import wilson_interval
from twin.credibility.forms import steady_doses
from twin.credibility.learning.apparatus import (
    Apparatus,
    dispensed_mg,
    learning_of,
)
from twin.credibility.learning.people import invented_patient
from twin.credibility.learning.replicates import at_days
from twin.credibility.learning.simulated import invented_on
from twin.dosing.learned_course import DrawnCourses, drawn_courses
from twin.dosing.learned_dose import dose_distribution, doses_of_draws
from twin.dosing.learned_findings import diagnostics_of
from twin.dosing.recommend import target_of
from twin.errors import NumericsError
from twin.forms.model_form import load_form
from twin.forms.weights import OURS
from twin.inference.adherence import AS_TOLD
from twin.inference.belief import Belief
from twin.lifecycle import Twin, believe
from twin.reproducibility import stream
from twin.vocabulary.observation import Observation
from twin.vocabulary.patient import Patient
from twin.vocabulary.regimen import Regimen, daily

FORMS = (OURS, "falkenhagen_2023", OURS, "hamberg_2010")
"""Whose truth a patient has, in turn."""

MEASURED_DAYS = (4, 7, 10, 14, 21, 28)
AFTER = (0, 1, 3, 5)
"""Numbers of INRs after which the next one and the dose are asked for."""

LEVELS = (0.5, 0.8, 0.9)
_WITHIN = 0.2  # of the true dose


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said of a patient after some INRs.

    below     probability that was given to INRs below the one that came
    width     ratio of the ends of the 90 % band of the next INR
    dose      median maintenance dose, mg/day; None where none was given
    usable    whether the draws said of themselves that they may be used; nothing is
              shown to anybody where not
    """

    n_seen: int
    below: float
    width: float
    dose: float | None
    usable: bool


@dataclass(frozen=True, slots=True)
class TruthLearned:
    """One invented patient.

    form   whose truth
    dose   that keeps the middle of the target range in truth, mg/day; None where none
    """

    number: int
    form: str
    dose: float | None
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class FormShare:
    """All patients of one form (or of several) after so many INRs.

    n            patients who got an answer; `abstained` the others
    coverage     share of next INRs inside the central 50, 80 and 90 %, with Wilson's
                 95 % interval
    width        median ratio of the ends of the 90 % band
    within       share of doses within a fifth of the true one, with the same interval
    error        median of |ln(dose/true)|
    bias         median of dose/true
    n_doses      patients with a dose and a true one; where 0, the three before say
                 nothing
    """

    form: str
    n_seen: int
    n: int
    abstained: int
    coverage: tuple[tuple[float, float, float], ...]
    width: float
    within: tuple[float, float, float]
    error: float
    bias: float
    n_doses: int


def truth_learned(apparatus: Apparatus, number: int, *, seed: int) -> TruthLearned:
    """One patient; the same number and seed give the same.

    The dose that our twin would begin with, every day; INRs on six days.

    Args:
        apparatus: with what the patient is learned.
        number: which patient; their forms come in turn.
        seed: of all patients.
    """
    rng = stream(seed, "truths of forms", str(number))
    form = FORMS[number % len(FORMS)]
    twin = apparatus.twin(invented_patient(apparatus.library, rng))
    told = daily(
        dispensed_mg(twin),
        days=MEASURED_DAYS[-1],
        substance=apparatus.library.substance,
    )
    seen, dose = _truth(apparatus, twin, form, told, rng)
    asked = tuple(
        _asked(apparatus, twin, told, seen, n_seen, rng=rng) for n_seen in AFTER
    )
    return TruthLearned(number, form, dose, asked)


def form_share(
    patients: Sequence[TruthLearned], n_seen: int, *, form: str
) -> FormShare:
    """Of patients after so many INRs; `form` is how they are called together."""
    pairs = [(p, a) for p in patients for a in p.asked if a.n_seen == n_seen]
    shown = [(p, a) for p, a in pairs if a.usable]
    if not shown:
        raise NumericsError(f"{form}: nobody got an answer after {n_seen} INRs")
    below = np.array([a.below for _, a in shown])
    ratio = np.array([a.dose / p.dose for p, a in shown if a.dose and p.dose])
    inside = int(np.sum(np.abs(ratio - 1.0) <= _WITHIN))
    return FormShare(
        form,
        n_seen,
        len(shown),
        len(pairs) - len(shown),
        tuple(
            _share(int(np.sum(np.abs(below - 0.5) <= 0.5 * level)), len(shown))
            for level in LEVELS
        ),
        float(np.median([a.width for _, a in shown])),
        _share(inside, len(ratio)),
        float(np.median(np.abs(np.log(ratio)))) if len(ratio) else 0.0,
        float(np.median(ratio)) if len(ratio) else 1.0,
        len(ratio),
    )


def _share(n_inside: int, n: int) -> tuple[float, float, float]:
    return (n_inside / n if n else 0.0, *wilson_interval(n_inside, n))


def _truth(
    apparatus: Apparatus,
    twin: Twin,
    form: str,
    told: Regimen,
    rng: np.random.Generator,
) -> tuple[tuple[Observation, ...], float | None]:
    """What is measured, and the dose that keeps the target in truth."""
    inr, asked = target_of(twin).middle, at_days(MEASURED_DAYS)
    if form == OURS:
        person = apparatus.person(twin)
        truth = invented_on(person, told, AS_TOLD, asked, rng=rng)
        dose = doses_of_draws(Belief(person, truth.particle), twin.library, inr)[0]
        return truth.seen, float(dose) if np.isfinite(dose) else None
    return _truth_in(apparatus, twin.patient, form, told, inr, rng)


def _truth_in(
    apparatus: Apparatus,
    patient: Patient,
    name: str,
    told: Regimen,
    inr: float,
    rng: np.random.Generator,
) -> tuple[tuple[Observation, ...], float | None]:
    form = load_form(name)
    person = apparatus.person_in(form, patient)
    truth = invented_on(person, told, AS_TOLD, at_days(MEASURED_DAYS), rng=rng)
    drawn = truth.particle.ensemble(person.levers)
    parameters: Mapping[str, float] = dict(
        zip(drawn.names, drawn.values[0].tolist(), strict=True)
    )
    try:
        dose = steady_doses(form, [parameters], inr=inr, engine=apparatus.slopes)
    except NumericsError:
        return truth.seen, None
    return truth.seen, float(dose[0])


def _asked(
    apparatus: Apparatus,
    twin: Twin,
    told: Regimen,
    seen: Sequence[Observation],
    n_seen: int,
    *,
    rng: np.random.Generator,
) -> Asked:
    """The next INR and the dose after the first `n_seen`, as a request says them."""
    coming = seen[n_seen]
    since_h = seen[n_seen - 1].time_h if n_seen else coming.time_h
    taken = replace(told, doses=tuple(d for d in told.doses if d.time_h < since_h))
    ahead = tuple(d for d in told.doses if since_h <= d.time_h < coming.time_h)
    usable = True
    if n_seen:
        _, own = apparatus.learned(twin, taken, seen[:n_seen], rng=rng)
        usable = diagnostics_of(learning_of(own)).usable
    else:
        own = believe(
            twin,
            apparatus.population,
            apparatus.noise,
            slopes=apparatus.slopes,
            draws=apparatus.draws,
            seed=int(rng.integers(2**31)),
            n_known=512,
        )
    if own.belief is None:
        raise NumericsError("a twin that believes carries no draws")
    course = drawn_courses(own.belief, taken, ahead, np.array([coming.time_h]))
    band = course.band(twin.library.highest_readable_inr)
    doses = dose_distribution(own.belief, twin.library, target_of(twin).middle)
    dose = None
    if doses.mg_per_day is not None:
        dose = doses.mg_per_day[doses.probabilities.index(0.5)]
    return Asked(
        n_seen,
        _below(course, coming.value),
        float(band.q95[0] / band.q05[0]),
        dose,
        usable,
    )


def _below(course: DrawnCourses, inr: float) -> float:
    """Probability of a reading below this INR."""
    centres = course.ln_inr[:, 0] + course.drift.mean[:, 0]
    sd = np.sqrt(course.reading_variance[0])
    weights = np.exp(course.log_weights - course.log_weights.max())
    return float(weights @ ndtr((np.log(inr) - centres) / sd) / weights.sum())
