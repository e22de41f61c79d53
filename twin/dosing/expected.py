"""What may be expected of a patient of whom nothing was measured: distributions.

Every draw of what is not known of him gives a dose, an INR at rest and a course.  What
is shown of them is as a laboratory would read it, with where its spread comes from.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from twin.dosing.closed_form import SteadyChain
from twin.dosing.course import Course
from twin.dosing.dose_of_draws import ln_inrs_on
from twin.dosing.learned_course import (
    BAND,
    Band,
    DrawnCourses,
    drawn_courses,
    mixture_quantiles,
    shown_times,
)
from twin.dosing.learned_dose import (
    DoseDistribution,
    distribution_of,
    doses_of_draws,
)
from twin.dosing.medicines_of_draws import meanwhile_of
from twin.dosing.passing_medicines import chain_with
from twin.dosing.spread_shares import SpreadOf, spreads_of
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION
from twin.errors import IntegrationFailed, NumericsError
from twin.inference.belief import Belief
from twin.inference.readings import INR
from twin.inference.resampling import weighted_quantiles
from twin.lifecycle import Twin
from twin.units import HOURS_PER_DAY
from twin.vocabulary.domain import TargetRange
from twin.vocabulary.ensemble import Ensemble, Floats, frozen_array
from twin.vocabulary.prediction import LARGEST_FAILED_FRACTION
from twin.vocabulary.regimen import Regimen

_PLASMA = {"S-warfarin in plasma": "S_plasma", "R-warfarin in plasma": "R_plasma"}
_STEP = 0.05  # of the drifting effect, on the logarithm


@dataclass(frozen=True, slots=True)
class SteadyInr:
    """The INR at rest on a daily dose, over the draws.

    on                  what is taken, in words
    inr                 quantiles of the mean of the day, at `probabilities`
    reading             the same of one reading: occasion and assay besides
    below, within, above   probabilities of the mean of the day, sum 1, by the target
    reading_within      probability of one reading
    n_without           draws without an INR, without a part in these
    """

    on: str
    probabilities: tuple[float, ...]
    inr: tuple[float, ...]
    reading: tuple[float, ...]
    below: float
    within: float
    above: float
    reading_within: float
    n_draws: int
    n_without: int


@dataclass(frozen=True, slots=True)
class CourseBands:
    """Bands of the course that is shown, as a laboratory would read it.

    times_h   of all bands
    n_failed  draws that do not integrate, without a part in the bands
    """

    times_h: Floats
    inr: Band
    s_plasma_mg_per_l: Band
    r_plasma_mg_per_l: Band
    n_draws: int
    n_failed: int


@dataclass(frozen=True, slots=True)
class DrawsFinding:
    """What stands behind every distribution.

    n_known     draws of the population among them
    converged   whether chains that agree stand behind these
    """

    n_draws: int
    n_known: int
    population_sha256: str
    converged: bool
    says: str


def draws_finding(belief: Belief) -> DrawsFinding:
    """How many draws, of what."""
    population, particles = belief.person.population, belief.particles
    n_known = len(np.unique(particles.knowledge))
    said = (
        f"{particles.n} draws of all that is not known of this patient: {n_known} of "
        f"people in general, {particles.n // n_known} people for each"
    )
    return DrawsFinding(
        particles.n,
        n_known,
        population.sha256,
        population.converged,
        "; ".join((said, *population.cautions)),
    )


def steady_inr(
    twin: Twin, belief: Belief, mg_per_day: float, *, on: str, target: TargetRange
) -> tuple[SteadyInr, tuple[SpreadOf, ...]]:
    """The INR at rest, how probably it is in range, and where its spread comes from.

    Args:
        twin: with the target's patient; its draws are `belief`.
        belief: before any measurement.
        mg_per_day: mean of the week.
        on: the same in words.
        target: range of the INR.

    Raises: NumericsError where no draw has an INR.
    """
    ensemble = belief.ensemble
    chain = _chain(twin, belief)
    ln_inr = ln_inrs_on(chain, ensemble, mg_per_day)
    has = np.isfinite(ln_inr)
    if not np.any(has):
        raise NumericsError(f"no draw has an INR on {mg_per_day:g} mg/day")
    own, log_weights = ln_inr[has], belief.particles.log_weights[has]
    weights = np.exp(log_weights) / np.exp(log_weights).sum()
    variance = _reading_variance(belief, chain, ensemble, ln_inr, mg_per_day)
    sd, highest = np.sqrt(variance), twin.library.highest_readable_inr
    low, high = np.log(target.low), np.log(target.high)
    read = mixture_quantiles(own[:, None], np.array([sd]), log_weights, BAND)[:, 0]
    below, above = float(weights @ (own < low)), float(weights @ (own > high))
    found = SteadyInr(
        on,
        BAND,
        _readable(weighted_quantiles(own, log_weights, BAND), highest),
        _readable(read, highest),
        below,
        1.0 - below - above,
        above,
        float(weights @ (ndtr((high - own) / sd) - ndtr((low - own) / sd))),
        len(has),
        int(np.sum(~has)),
    )
    return found, _spreads(("INR at rest",), ln_inr[:, None], belief, [variance])


def _readable(ln_inr: Floats, highest: float) -> tuple[float, ...]:
    return tuple(float(one) for one in np.minimum(np.exp(ln_inr), highest))


def _reading_variance(
    belief: Belief,
    chain: SteadyChain,
    ensemble: Ensemble,
    ln_inr: Floats,
    mg_per_day: float,
) -> float:
    """Of one reading about the draw's own INR: drift of the person, and assay."""
    person = belief.person
    drifting = person.population.effects.names.index(person.noise.occasion_effect)
    factor = np.exp(_STEP * person.levers.exponents[drifting])
    moved = Ensemble(
        ensemble.names, frozen_array(ensemble.values * factor), ensemble.log_weights
    )
    slope = (ln_inrs_on(chain, moved, mg_per_day) - ln_inr) / _STEP
    drift = person.noise.occasion_ln_sd * float(np.nanmean(slope))
    return drift**2 + person.noise.ln_sd(INR) ** 2


def _chain(twin: Twin, belief: Belief) -> SteadyChain:
    levers = belief.person.levers
    return chain_with(dict(zip(levers.names, levers.centre, strict=True)), twin.library)


def needed_dose(
    twin: Twin, belief: Belief, inr: float
) -> tuple[DoseDistribution, tuple[SpreadOf, ...]]:
    """The doses that keep an INR, and where their spread comes from."""
    dose = doses_of_draws(belief, twin.library, inr)
    found = distribution_of(dose, belief, twin.library, inr)
    spreads = _spreads(("dose",), np.log(dose)[:, None], belief, [0.0])
    variances = spreads[0].variances if spreads else None
    return replace(found, spread=variances), spreads


@dataclass(frozen=True, slots=True)
class ExpectedCourse:
    """Bands, or why there are none; where the spread at the course's end comes from."""

    bands: CourseBands | None
    spread: tuple[SpreadOf, ...]
    warnings: tuple[str, ...]


def expected_course(twin: Twin, belief: Belief, course: Course) -> ExpectedCourse:
    """Bands of a course: every draw under its doses, the medicines on their days.

    Args:
        twin: whose draws are `belief`.
        belief: before any measurement.
        course: the typical one.
    """
    found = _drawn(twin, belief, course)
    n = belief.particles.n
    if found is None or found.n_failed > LARGEST_FAILED_FRACTION * n:
        n_failed = n if found is None else found.n_failed
        said = (
            f"no bands are shown: {n_failed} of {n} draws do not integrate, more than "
            "1 %, and those that are left may mislead"
        )
        return ExpectedCourse(None, (), (said,))
    noise = belief.person.noise
    sds = {output: noise.ln_sd(output) for output in _PLASMA.values()}
    s_plasma, r_plasma = (found.band_of(output, sd) for output, sd in sds.items())
    bands = CourseBands(
        found.times_h,
        found.band(twin.library.highest_readable_inr),
        s_plasma,
        r_plasma,
        n,
        found.n_failed,
    )
    said = (
        f"{found.n_failed} of {n} draws do not integrate: the bands are of the others"
    )
    return ExpectedCourse(
        bands,
        _spread_at_end(found, belief, course, sds),
        (said,) if found.n_failed else (),
    )


def _drawn(twin: Twin, belief: Belief, course: Course) -> DrawnCourses | None:
    """None where no draw integrates."""
    until_h = course.days * HOURS_PER_DAY

    def drawn(own: Belief) -> DrawnCourses:
        return drawn_courses(
            own,
            Regimen(course.doses),
            (),
            shown_times(until_h),
            outputs=tuple(_PLASMA.values()),
            meanwhile=meanwhile_of(twin, days=course.days),
        )

    try:
        return drawn(belief)
    except IntegrationFailed:
        return None
    except NumericsError:  # short reals were too far off in a draw that was checked
        person = replace(belief.person, draws=CompiledEngine(POPULATION))
        return drawn(replace(belief, person=person))


def _spread_at_end(
    found: DrawnCourses, belief: Belief, course: Course, sds: dict[str, float]
) -> tuple[SpreadOf, ...]:
    """From plasma to INR, at the last time shown."""
    last = np.full((belief.particles.n, 1 + len(_PLASMA)), np.nan)
    columns = [found.ln_of(output)[:, -1] for output in sds]
    last[found.which] = np.stack([*columns, found.ln_inr[:, -1]], axis=1)
    return _spreads(
        tuple(f"{name} on day {course.days}" for name in (*_PLASMA, INR)),
        last,
        belief,
        [*(sd**2 for sd in sds.values()), float(found.reading_variance[-1])],
    )


def _spreads(
    quantities: tuple[str, ...],
    ln_values: Floats,
    belief: Belief,
    measurement: list[float],
) -> tuple[SpreadOf, ...]:
    """Nothing where too few draws are left to tell kinds apart."""
    try:
        return spreads_of(quantities, ln_values, belief, measurement=measurement)
    except NumericsError:
        return ()
