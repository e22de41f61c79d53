"""Measurements beside what was expected of them, and pairs that hardly go together.

What does not fit is said, with how improbable it is; it counts in full all the same.
"""

import math
from dataclasses import dataclass
from itertools import combinations

from scipy.special import ndtr

from twin.inference.asking import Expectation
from twin.inference.belief import Belief
from twin.inference.learn import Learning
from twin.inference.mode import Measured
from twin.inference.noise import Noise
from twin.vocabulary.observation import Observation

_UNITS = {"INR": "{INR}"}


@dataclass(frozen=True, slots=True)
class MeasurementFinding:
    """One measurement beside what all others let expect of it.

    value             in `unit`; where `below_limit`, the limit below which it lies
    expected_*        median and central 90 %, of a reading
    percentile        of the value among these, part of 1
    flag              why it hardly fits, or None; it counts in full all the same
    """

    time_h: float
    kind: str
    value: float
    unit: str
    below_limit: bool
    isi: float | None
    expected_median: float
    expected_low: float
    expected_high: float
    percentile: float
    flag: str | None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two of a kind close together that hardly go together; both count in full.

    probability   of differing by this or more, either way
    """

    kind: str
    times_h: tuple[float, float]
    values: tuple[float, float]
    probability: float
    says: str


def measurement_findings(
    learning: Learning, noise: Noise
) -> tuple[MeasurementFinding, ...]:
    """Each measurement with what was expected of it, in the order they were given."""
    return tuple(_measurement(each, noise) for each in learning.expectations)


def _measurement(expected: Expectation, noise: Noise) -> MeasurementFinding:
    seen = expected.observation
    return MeasurementFinding(
        seen.time_h,
        seen.kind,
        _shown_value(seen),
        unit_of(seen.kind),
        seen.is_below,
        seen.isi,
        expected.median,
        expected.low,
        expected.high,
        expected.percentile,
        _flag(expected, noise.improbable),
    )


def _flag(expected: Expectation, improbable: float) -> str | None:
    """Why a measurement hardly fits; one below a limit is never too high."""
    share = expected.percentile
    if share < improbable:
        return f"lower than expected: a chance of {chance(share)}"
    if share > 1.0 - improbable and not expected.observation.is_below:
        return f"higher than expected: a chance of {chance(1.0 - share)}"
    return None


def contradictions(belief: Belief) -> tuple[Contradiction, ...]:
    """Pairs of a kind within `together_h` that differ more than the twin can explain.

        z = (r_i - r_j)/sd,   sd² = R_ii + R_jj - 2 R_ij + (s_i - s_j)' C (s_i - s_j)

    r are the residuals at the mode, R the noise of measurement and occasion, s the
    slopes along the person's effects and C their covariance: all in the linear picture.
    What moves both alike (the population, alleles) has no part in it.
    """
    learning, measured = belief.learning, belief.measured
    if learning is None or measured is None:
        return ()
    noise = belief.person.noise
    found = []
    for i, j in combinations(range(len(learning.expectations)), 2):
        pair = [learning.expectations[k].observation for k in (i, j)]
        apart_h = abs(pair[0].time_h - pair[1].time_h)
        if (
            pair[0].kind == pair[1].kind
            and apart_h <= noise.together_h
            and not any(each.is_below for each in pair)
        ):
            probability = _together(learning, measured, i, j)
            if probability < 2.0 * noise.improbable:
                found.append(_contradiction(pair, probability))
    return tuple(found)


def _together(learning: Learning, measured: Measured, i: int, j: int) -> float:
    mode = learning.learned.mode
    noise, slopes = mode.noise, mode.slopes[i] - mode.slopes[j]
    residual = measured.ln_value - mode.predicted
    variance = noise[i, i] + noise[j, j] - 2.0 * noise[i, j]
    variance += slopes @ mode.covariance @ slopes
    return float(2.0 * ndtr(-abs(residual[i] - residual[j]) / math.sqrt(variance)))


def _contradiction(pair: list[Observation], probability: float) -> Contradiction:
    one, other = pair
    return Contradiction(
        one.kind,
        (one.time_h, other.time_h),
        (one.value, other.value),
        probability,
        f"{one.kind} {one.value:g} at {one.time_h:g} h and {other.value:g} at "
        f"{other.time_h:g} h: so far apart by a chance of {chance(probability)}; both "
        "count in full, ask which is right",
    )


def unit_of(kind: str) -> str:
    """UCUM code in which a kind of measurement is kept."""
    return _UNITS.get(kind, "%" if kind.endswith("_activity") else "mg/L")


def chance(probability: float) -> str:
    """A probability for people, at either end without endless digits."""
    if probability < 1e-6:
        return "less than one in a million"
    if probability > 1.0 - 1e-3:
        return "more than 99.9 %"
    return f"{100 * probability:.2g} %"


def _shown_value(seen: Observation) -> float:
    limit = seen.quantification_limit
    return limit if seen.is_below and limit is not None else seen.value
