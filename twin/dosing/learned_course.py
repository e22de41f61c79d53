"""The INR of a twin that carries draws: bands over time, and where they come from.

A band is of what a laboratory would read: draws of the person, the drift from one
occasion to the next, and the assay.  Each draw follows its own account of the tablets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from twin.engine.prepared_courses import prepare_courses
from twin.errors import IntegrationFailed
from twin.inference.adherence import AS_TOLD, Account
from twin.inference.belief import Belief, Drift, occasions
from twin.inference.course_reader import Sample, course_reader
from twin.inference.readings import INR
from twin.inference.spread import Spread, spread_of
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Dose, Regimen

BAND = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Probabilities of a band's lines: 90 % and 50 % about the median."""

ONE_FORM = "one form of the model: how forms differ is not carried yet"

_HALVINGS = 20  # of a bracket of a few units of ln INR: to 1e-5
_REACH = 6.0  # standard deviations beyond the outermost draws
_NO_WEIGHT = 1e-12  # of all: such a draw moves no quantile


@dataclass(frozen=True, slots=True)
class Band:
    """Quantiles of the INR a laboratory would read, each float64[time]."""

    q05: Floats
    q25: Floats
    median: Floats
    q75: Floats
    q95: Floats

    def at(self, which: slice) -> "Band":
        """At some of the times."""
        lines = (self.q05, self.q25, self.median, self.q75, self.q95)
        return Band(*(line[which] for line in lines))


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
    assay_sd  of one reading, on the logarithm
    n_failed  draws that do not integrate, without a part in what follows
    """

    times_h: Floats
    ln_inr: Floats
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


def drawn_courses(
    belief: Belief, told: Regimen, ahead: Sequence[Dose], times_h: Floats
) -> DrawnCourses:
    """Every draw under what was told, by its own account, and what is to come.

    Args:
        belief: before or after measurements.
        told: what was said to have been taken.
        ahead: doses to come, later than those.
        times_h: float64[time], strictly increasing, later than 0.

    Raises: IntegrationFailed where no draw integrates.
    """
    person, particles = belief.person, belief.particles
    accounts = (AS_TOLD,) if belief.learning is None else belief.learning.accounts
    samples = [Sample(0, float(t), INR) for t in times_h]
    levers = person.levers
    reader = course_reader(person.spec, samples, levers.names, person.surrogate)
    asked = prepare_courses(
        person.spec,
        [_with(account, told, ahead) for account in accounts],
        reader.times,
        names=levers.names,
        outputs=reader.outputs,
        engine=person.draws,
    )
    rows = levers.parameters(particles.x, particles.z, particles.alleles)
    found = asked.at(rows, particles.pattern)
    ln_inr = reader.values(found.values, rows)
    counts = np.all(np.isfinite(ln_inr), axis=1) & (particles.log_weights > -np.inf)
    if not np.any(counts):
        reason = found.failures[0][1] if found.failures else "no draw has any weight"
        raise IntegrationFailed(len(ln_inr), len(ln_inr), reason)
    drift = occasions(belief, _with(AS_TOLD, told, ahead), times_h)
    return DrawnCourses(
        np.asarray(times_h, dtype=np.float64),
        ln_inr[counts],
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

        sum_i w_i Φ((q - m_i)/s) = p,   found by bisection in q

    Args:
        centres: float64[draw, time], m.
        sd: float64[time], s, above 0; all draws share it.
        log_weights: float64[draw].
        probabilities: each between 0 and 1.
    """
    weights = np.exp(log_weights - np.max(log_weights))
    counts = weights > _NO_WEIGHT * weights.sum()
    weights, own = weights[counts] / weights[counts].sum(), centres[counts]
    found = np.empty((len(probabilities), len(sd)))
    for place, probability in enumerate(probabilities):
        low = own.min(axis=0) - _REACH * sd
        high = own.max(axis=0) + _REACH * sd
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            below = weights @ ndtr((middle - own) / sd) < probability
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        found[place] = 0.5 * (low + high)
    return found
