"""The INR of a twin that carries draws: bands over time, and where they come from.

A band is of what a laboratory would read: draws of the person, the drift from one
occasion to the next, and the assay.  Each draw follows its own account of the tablets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from twin.dosing.medicines_of_draws import Meanwhile
from twin.engine.prepared_courses import prepare_courses
from twin.errors import IntegrationFailed
from twin.inference.adherence import AS_TOLD, Account
from twin.inference.belief import Belief, Drift, occasions
from twin.inference.course_reader import Sample, course_reader
from twin.inference.readings import INR
from twin.inference.spread import Spread, spread_of
from twin.units import HOURS_PER_DAY
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Dose, Regimen

BAND = (0.05, 0.10, 0.25, 0.5, 0.75, 0.90, 0.95)
"""Probabilities of a band's lines: 90 %, 80 % and 50 % about the median."""

ONE_FORM = "one form of the model: how forms differ is not carried yet"

_FINE_STEP_H, _COARSE_STEP_H = 6.0, 24.0
_FINE_DAYS = 42  # longer courses are shown by the day
_FIRST_H = 1e-3  # the INR at rest, before the first dose acts

_FAINTEST = float(np.log(1e-4))  # mg/L: no assay finds less

_NEAR = 1e-6  # of a quantile, on the logarithm
_MOST_STEPS = 60
_FLAT = 1e-12  # no density is taken to be less
_ROOT_TWO_PI = float(np.sqrt(2.0 * np.pi))
_REACH = 6.0  # standard deviations beyond the outermost draws
_NO_WEIGHT = 1e-12  # of all: such a draw moves no quantile


@dataclass(frozen=True, slots=True)
class Band:
    """Quantiles of what a laboratory would read, each float64[time]."""

    q05: Floats
    q10: Floats
    q25: Floats
    median: Floats
    q75: Floats
    q90: Floats
    q95: Floats

    def at(self, which: slice) -> "Band":
        """At some of the times."""
        lines = (self.q05, self.q10, self.q25, self.median, self.q75, self.q90)
        return Band(*(line[which] for line in (*lines, self.q95)))


@dataclass(frozen=True, slots=True)
class SpreadFinding:
    """Variances on the logarithm, by where they come from; [time] or one number.

    person        of this person, as far as measurements leave it open
    knowledge     of the population's parameters
    form          between forms of the model; `form_reason` says why it is 0
    measurement   of one reading: occasion and assay
    """

    person: Floats
    knowledge: Floats
    form: Floats
    form_reason: str
    measurement: Floats


@dataclass(frozen=True, slots=True, eq=False)
class DrawnCourses:
    """ln INR of every draw that integrates.

    ln_inr    float64[draw, time]; `drift` what occasions do on top
    ln_levels by output, float64[draw, time], what was asked for besides
    assay_sd  of one reading of the INR, on the logarithm
    which     int64[kept], their numbers among all draws
    n_failed  draws that do not integrate, without a part in what follows
    """

    times_h: Floats
    which: npt.NDArray[np.int64]
    ln_inr: Floats
    ln_levels: Mapping[str, Floats]
    knowledge: npt.NDArray[np.int64]
    log_weights: Floats
    drift: Drift
    assay_sd: float
    n_failed: int

    @property
    def reading_variance(self) -> Floats:
        """float64[time], of one reading about a draw's own INR, on the logarithm."""
        return np.asarray(self.drift.variance + self.assay_sd**2)

    def band(self, highest: float) -> Band:
        """What a laboratory would read, up to `highest`."""
        lines = mixture_quantiles(
            self.ln_inr + self.drift.mean,
            np.sqrt(self.reading_variance),
            self.log_weights,
            BAND,
        )
        return Band(*np.minimum(np.exp(lines), highest))

    def ln_of(self, output: str) -> Floats:
        """Of a concentration, float64[draw, time]; never below what an assay finds."""
        return np.maximum(self.ln_levels[output], _FAINTEST)

    def band_of(self, output: str, assay_sd: float) -> Band:
        """What an assay of such a spread would find of a concentration."""
        lines = mixture_quantiles(
            self.ln_of(output),
            np.full(len(self.times_h), assay_sd),
            self.log_weights,
            BAND,
        )
        return Band(*np.exp(lines))

    def spread(self, which: slice = slice(None)) -> SpreadFinding:
        """Variances of ln INR as read at some of the times."""
        found = spread_of(
            (self.ln_inr + self.drift.mean)[:, which],
            self.knowledge,
            self.log_weights,
            measurement=self.reading_variance[which],
        )
        return spread_finding(found)


def spread_finding(found: Spread) -> SpreadFinding:
    """Variances with the reason for the kind that is not carried."""
    return SpreadFinding(
        found.person, found.knowledge, found.form, ONE_FORM, found.measurement
    )


def shown_times(until_h: float) -> Floats:
    """When bands are shown, h: just after the start, then evenly up to `until_h`."""
    fine = until_h <= HOURS_PER_DAY * _FINE_DAYS
    step = _FINE_STEP_H if fine else _COARSE_STEP_H
    # The last day's own grid, so that the same hour of each day is among them.
    own = np.arange(until_h % step or step, until_h + 0.5 * step, step)
    return np.concatenate([[_FIRST_H], own[own > 2 * _FIRST_H]])


def drawn_courses(
    belief: Belief,
    told: Regimen,
    ahead: Sequence[Dose],
    times_h: Floats,
    *,
    outputs: Sequence[str] = (),
    meanwhile: Meanwhile | None = None,
) -> DrawnCourses:
    """Every draw under what was told, by its own account, and what is to come.

    Args:
        belief: before or after measurements.
        told: what was said to have been taken.
        ahead: doses to come, later than those.
        times_h: float64[time], strictly increasing, later than 0.
        outputs: of the model, asked for besides the INR.
        meanwhile: what other medicines that come and go change; only before anything
            was measured.

    Raises: IntegrationFailed where no draw integrates.
    """
    person, particles = belief.person, belief.particles
    accounts = (AS_TOLD,) if belief.learning is None else belief.learning.accounts
    asked_for = (INR, *outputs)
    samples = [Sample(0, float(t), one) for one in asked_for for t in times_h]
    levers = person.levers
    reader = course_reader(person.spec, samples, levers.names, person.surrogate)
    regimens = [_with(account, told, ahead) for account in accounts]
    rows = levers.parameters(particles.x, particles.z, particles.alleles)
    follows = particles.pattern
    if meanwhile is not None:
        rows, regimens = meanwhile.of_draws(levers, rows, regimens[0])
        follows = np.arange(len(rows))
    asked = prepare_courses(
        person.spec,
        regimens,
        reader.times,
        names=levers.names,
        outputs=reader.outputs,
        engine=person.draws,
    )
    found = asked.at(rows, follows)
    read = reader.values(found.values, rows)
    counts = np.all(np.isfinite(read), axis=1) & (particles.log_weights > -np.inf)
    if not np.any(counts):
        reason = found.failures[0][1] if found.failures else "no draw has any weight"
        raise IntegrationFailed(len(read), len(read), reason)
    by_output = read[counts].reshape(-1, len(asked_for), len(times_h))
    drift = occasions(belief, _with(AS_TOLD, told, ahead), times_h)
    return DrawnCourses(
        np.asarray(times_h, dtype=np.float64),
        np.flatnonzero(counts),
        by_output[:, 0],
        {name: by_output[:, n] for n, name in enumerate(asked_for) if n},
        particles.knowledge[counts],
        particles.log_weights[counts],
        Drift(drift.mean[counts], drift.variance),
        person.noise.ln_sd(INR),
        len(found.failures),
    )


def _with(account: Account, told: Regimen, ahead: Sequence[Dose]) -> Regimen:
    taken = account.regimen(told)
    return replace(taken, doses=(*taken.doses, *ahead))


def mixture_quantiles(
    centres: Floats,
    sd: Floats,
    log_weights: Floats,
    probabilities: Sequence[float],
) -> Floats:
    """Quantiles of a weighted mixture of normals, float64[probability, time].

        sum_i w_i Φ((q - m_i)/s) = p,   found by Newton's steps, halved where they leave
                                        what is known to hold q

    Args:
        centres: float64[draw, time], m.
        sd: float64[time], s, above 0; all draws share it.
        log_weights: float64[draw].
        probabilities: each between 0 and 1.
    """
    weights = np.exp(log_weights - np.max(log_weights))
    counts = weights > _NO_WEIGHT * weights.sum()
    weights, own = weights[counts] / weights[counts].sum(), centres[counts]
    mean = weights @ own
    whole_sd = np.sqrt(weights @ (own - mean) ** 2 + sd**2)
    found = np.empty((len(probabilities), len(sd)))
    for place, probability in enumerate(probabilities):
        low = own.min(axis=0) - _REACH * sd
        high = own.max(axis=0) + _REACH * sd
        at = np.clip(mean + ndtri(probability) * whole_sd, low, high)
        for _ in range(_MOST_STEPS):
            apart = (at - own) / sd
            missed = weights @ ndtr(apart) - probability
            low, high = np.where(missed < 0, at, low), np.where(missed < 0, high, at)
            density = weights @ np.exp(-0.5 * apart**2) / (_ROOT_TWO_PI * sd)
            step = at - missed / np.maximum(density, _FLAT)
            inside = (step >= low) & (step <= high)
            before, at = at, np.where(inside, step, 0.5 * (low + high))
            if np.all(np.abs(at - before) < _NEAR):
                break
        found[place] = at
    return found
