"""One person's most probable effects, and how sharply the measurements hold them.

Gauss-Newton on the logarithms of the measurements, with exact slopes of the engine's
own steps.  Around the mode everything is linear and normal: what a left-out
measurement should have been, and what a missed tablet would have done, follow from it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from twin.errors import IntegrationFailed
from twin.inference.courses import CourseModel
from twin.inference.noise import Noise
from twin.vocabulary.ensemble import Floats

_MOST_STEPS = 12
_CLOSE = 0.05  # of a posterior standard deviation
_LN_ROOT_2PI = 0.5 * np.log(2 * np.pi)
_FARTHEST = 6.0  # prior standard deviations in one step


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Measurements of one person as logarithms.

    ln_value  float64[sample]; of one below quantification, its limit
    ln_sd     float64[sample], of the measurement itself
    below     bool[sample], below quantification
    """

    ln_value: Floats
    ln_sd: Floats
    below: npt.NDArray[np.bool_]
    time_h: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Mode:
    """The mode, and what is linear about it.

    z           float64[effect]
    covariance  float64[effect, effect], of the effects given the measurements
    predicted   float64[sample], ln, at the mode
    slopes      float64[sample, effect]
    noise       float64[sample, sample], covariance of measurement and occasion
    pull        float64[sample], d ln likelihood / d prediction
    hold        float64[sample, sample], how firmly: minus its second derivative
    n_steps     how many times courses and slopes were asked for
    """

    z: Floats
    covariance: Floats
    predicted: Floats
    slopes: Floats
    noise: Floats
    pull: Floats
    hold: Floats
    n_steps: int


def find_mode(
    course: CourseModel,
    measured: Measured,
    x: Floats,
    prior: Floats,
    noise: Noise,
    *,
    start: Floats | None = None,
) -> Mode:
    """The mode of one person's effects given the population's parameters.

        minimise  r' R^-1 r + z' C^-1 z,    r = y - f(x, z)

    where R is the error of measurement and the drift from occasion to occasion.  A
    value below quantification pulls as far as the prediction lies above the limit.

    Args:
        course: of one group, slopes along the effects.
        measured: what was found, in the order of the course's samples.
        x: float64[known].
        prior: float64[effect, effect], C.
        noise: of occasions.
        start: float64[effect]; 0 if left out.

    Raises: IntegrationFailed where the course at the start does not integrate.
    """
    drifting = course.effect_names.index(noise.occasion_effect)
    precision: Floats = np.asarray(np.linalg.inv(prior), np.float64)
    spread = np.sqrt(np.diag(prior))
    z = np.zeros(len(prior)) if start is None else np.array(start)
    found = course.at(x, z[None])
    r_matrix = _noise(found.slopes[:, drifting], measured, noise)
    cost = _cost(z, found.ln_value, measured, precision, r_matrix)
    n_steps = 1
    for _ in range(_MOST_STEPS):
        slopes = found.slopes
        r_matrix = _noise(slopes[:, drifting], measured, noise)
        cost = _cost(z, found.ln_value, measured, precision, r_matrix)
        pull, hold = pull_and_hold(found.ln_value, measured, r_matrix)
        information = slopes.T @ hold @ slopes + precision
        step = np.linalg.solve(information, slopes.T @ pull - precision @ z)
        step *= min(1.0, _FARTHEST / np.max(np.abs(step) / spread))
        within = np.sqrt(np.diag(np.linalg.inv(information)))
        size = float(np.max(np.abs(step) / within))
        for _ in range(6):
            try:
                tried = course.at(x, (z + step)[None])
                n_steps += 1
                better = _cost(z + step, tried.ln_value, measured, precision, r_matrix)
            except IntegrationFailed:
                better = np.inf
            if better <= cost + 1e-9 * abs(cost):
                z, found, cost = z + step, tried, better
                break
            step = 0.3 * step
        else:
            break
        if size < _CLOSE:
            break
    r_matrix = _noise(found.slopes[:, drifting], measured, noise)
    pull, hold = pull_and_hold(found.ln_value, measured, r_matrix)
    information = found.slopes.T @ hold @ found.slopes + precision
    return Mode(
        z,
        np.asarray(np.linalg.inv(information), np.float64),
        found.ln_value,
        found.slopes,
        r_matrix,
        pull,
        hold,
        n_steps,
    )


def ln_likelihood(predicted: Floats, measured: Measured, noise: Floats) -> Floats:
    """ln probability of the measurements for many predictions, float64[draw].

    Args:
        predicted: float64[draw, sample], ln.
        measured: what was found.
        noise: float64[sample, sample], covariance.
    """
    seen = ~measured.below
    missed = measured.ln_value[seen] - predicted[:, seen]
    root = np.linalg.cholesky(noise[np.ix_(seen, seen)])
    whitened = np.linalg.solve(root, missed.T)
    found = -0.5 * np.sum(whitened**2, axis=0) - np.sum(np.log(np.diag(root)))
    found -= 0.5 * np.log(2 * np.pi) * np.sum(seen)
    if np.any(measured.below):
        below = measured.below
        scaled = (measured.ln_value[below] - predicted[:, below]) / np.sqrt(
            np.diag(noise)[below]
        )
        found = found + np.sum(log_ndtr(scaled), axis=1)
    return np.asarray(np.where(np.isfinite(found), found, -np.inf))


def _noise(drifting: Floats, measured: Measured, noise: Noise) -> Floats:
    """R: measurement on the diagonal, and the drift as far as it moves each sample."""
    drift = noise.drift(measured.time_h, measured.time_h)
    return np.asarray(
        np.diag(measured.ln_sd**2) + drifting[:, None] * drift * drifting[None, :]
    )


def _cost(
    z: Floats, predicted: Floats, measured: Measured, precision: Floats, noise: Floats
) -> float:
    likelihood = ln_likelihood(predicted[None], measured, noise)[0]
    return float(0.5 * z @ precision @ z - likelihood)


def pull_and_hold(
    predicted: Floats, measured: Measured, noise: Floats
) -> tuple[Floats, Floats]:
    """Gradient of ln likelihood by the prediction, and how firmly it holds it.

    float64[sample] and float64[sample, sample].
    """
    n = len(predicted)
    pull, hold = np.zeros(n), np.zeros((n, n))
    seen = np.flatnonzero(~measured.below)
    inverse = np.linalg.inv(noise[np.ix_(seen, seen)])
    pull[seen] = inverse @ (measured.ln_value[seen] - predicted[seen])
    hold[np.ix_(seen, seen)] = inverse
    for k in np.flatnonzero(measured.below):
        sd = np.sqrt(noise[k, k])
        scaled = (measured.ln_value[k] - predicted[k]) / sd
        rate = np.exp(-0.5 * scaled**2 - _LN_ROOT_2PI - log_ndtr(scaled))
        pull[k] = -rate / sd
        hold[k, k] = rate * (rate + scaled) / sd**2
    return pull, hold
