"""Weighted draws as plain ones, and what can be said of them: mean, spread, quantiles.

Draws are the first axis of an array; the weights are given as logarithms, -inf for a
draw that counts for nothing.  Such a draw is not looked at, so its values may be NaN.
Draws of some weight that hold a NaN make the result NaN where it depends on them.
"""

import math

import numpy as np
import numpy.typing as npt

from twin.errors import NumericsError
from twin.inference.importance_weights import Floats, weights_of

Integers = npt.NDArray[np.int64]

# Numbers that are sorted at once: new pages of memory would cost more than the sorting.
_AT_ONCE = 8192


def resampled(log_weights: npt.ArrayLike, n: int, rng: np.random.Generator) -> Integers:
    """Which draws to take, each about n times its weight: systematic resampling.

    n equally spaced points with one random start are laid over the cumulated weights.
    A draw of weight w comes floor(n w) or ceil(n w) times, on average n w times.  One
    random number is used.  The order of the draws is kept.

    Args:
        log_weights: [draw].
        n: how many to take, 1 or more.
        rng: gives the start.

    Returns: numbers of draws, int64[n], not decreasing.

    Raises: NumericsError when no draw has any weight, or n is below 1.

    Source: Kitagawa (1996), J Comput Graph Stat 5:1; Carpenter, Clifford & Fearnhead
    (1999), IEE Proc Radar Sonar Navig 146:2.
    """
    if n < 1:
        raise NumericsError(f"n must be 1 or more to resample, got {n}")
    weights = weights_of(log_weights)
    cumulated = np.cumsum(weights)
    points = (rng.random() + np.arange(n)) * (cumulated[-1] / n)
    found = np.searchsorted(cumulated, points, side="right")
    # A point may be rounded up to the very end.
    return np.asarray(np.minimum(found, np.flatnonzero(weights)[-1]), np.int64)


def weighted_means(values: npt.ArrayLike, log_weights: npt.ArrayLike) -> Floats:
    """Σ w x with Σ w = 1.

    Args:
        values: [draw, ...], any unit.
        log_weights: [draw].

    Returns: float64[...], in the unit of the values.

    Raises: NumericsError when the lengths differ or no draw has any weight.
    """
    table, weights, shape = draws_that_count(values, log_weights)
    return np.asarray(weights @ table).reshape(shape)


def weighted_quantiles(
    values: npt.ArrayLike, log_weights: npt.ArrayLike, probabilities: npt.ArrayLike
) -> Floats:
    """Quantiles of weighted draws, between the lowest and the highest.

    Let x be sorted, W_i the weight cumulated to x_i (in all 1), n* the effective
    sample size (Σ w)² / Σ w².  The quantile of p is the mean of x over a window of
    the weight:

        Q(p) = n* ∫ x(u) du  from p (n* - 1)/n*  to  (p (n* - 1) + 1)/n*

    where x(u) = x_i for W_(i-1) < u < W_i.  With equal weights it is numpy's default
    (`linear`, type 7 of Hyndman & Fan); it increases with p, moves with the weights
    without jumps, and a draw of no weight has no part in it.

    Args:
        values: [draw, ...], any unit.
        log_weights: [draw].
        probabilities: [probability], each from 0 to 1.

    Returns: float64[probability, ...], in the unit of the values.

    Raises: NumericsError when the lengths differ, no draw has any weight, or a
        probability is not between 0 and 1.

    Source: Akinshin (2023), arXiv:2304.07265, weighted quantiles of type 7.
    """
    from twin.inference.resampling_kernels import window_means  # noqa: PLC0415 - numba

    asked = np.asarray(probabilities, dtype=np.float64)
    if asked.ndim != 1 or not np.all((asked >= 0.0) & (asked <= 1.0)):
        raise NumericsError(f"probabilities lie between 0 and 1, got {asked}")
    table, weights, shape = draws_that_count(values, log_weights)
    worth = max(1.0 / float(weights @ weights), 1.0)
    mass, starts = weights * worth, asked * (worth - 1.0)
    found = np.empty((asked.size, table.shape[1]))
    at_once = max(1, _AT_ONCE // weights.size)
    for first in range(0, table.shape[1], at_once):
        columns = np.ascontiguousarray(table[:, first : first + at_once].T)
        order = np.argsort(columns, axis=1).astype(np.int64, copy=False)
        means = np.empty((asked.size, len(columns)))
        window_means(columns, order, mass, starts, means)
        found[:, first : first + at_once] = means
    return found.reshape((asked.size, *shape))


def weighted_covariance(values: npt.ArrayLike, log_weights: npt.ArrayLike) -> Floats:
    """Covariance of the columns.

        C = Σ w (x - m)(x - m)ᵀ / (1 - Σ w²),   m = Σ w x,   Σ w = 1

    Without bias where the weights do not depend on the values; with equal weights the
    usual one, divided by n - 1.  Symmetric and not negative definite.

    Args:
        values: [draw, column].
        log_weights: [draw].

    Returns: float64[column, column], in the products of the columns' units.

    Raises: NumericsError when the shapes do not fit, or all weight is on one draw.

    Source: Galassi et al., GNU Scientific Library, weighted samples; as numpy's `cov`
    with `aweights`.
    """
    table, weights, shape = draws_that_count(values, log_weights)
    if len(shape) != 1:
        raise NumericsError(
            f"a covariance is of values [draw, column], got {len(shape) + 1} axes"
        )
    left = 1.0 - float(weights @ weights)
    if weights.size < 2 or left <= 0.0:
        raise NumericsError("one draw has all the weight: the spread cannot be known")
    centred = table - weights @ table
    scaled = centred * np.sqrt(weights / left)[:, None]
    return np.asarray(scaled.T @ scaled)


def weights_below(
    values: npt.ArrayLike, points: npt.ArrayLike, log_weights: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """The weight of the draws below a point, and of those equal to it.

    Args:
        values: [draw, ...], any unit; no NaN among draws of some weight.
        points: [...], in the unit of the values; no NaN.
        log_weights: [draw].

    Returns: two float64[...], each from 0 to 1.

    Raises: NumericsError when the shapes do not fit, a value is not a number, or no
        draw has any weight.
    """
    table, weights, shape = draws_that_count(values, log_weights)
    asked = np.asarray(points, dtype=np.float64)
    if asked.shape != shape:
        raise NumericsError(
            f"values of shape [draw, ...] with ... = {shape} are held against points "
            f"of that shape, got {asked.shape}"
        )
    asked = asked.reshape(table.shape[1])
    if np.isnan(table).any() or np.isnan(asked).any():
        raise NumericsError(
            "what is not a number is neither above nor below; give draws that failed "
            "a log weight of -inf, and leave out points that are not known"
        )
    below, equal = weights @ (table < asked), weights @ (table == asked)
    return np.minimum(below, 1.0).reshape(shape), np.minimum(equal, 1.0).reshape(shape)


def draws_that_count(
    values: npt.ArrayLike, log_weights: npt.ArrayLike
) -> tuple[Floats, Floats, tuple[int, ...]]:
    """The draws of some weight: values, weights, and the shape of a summary.

    Args:
        values: [draw, ...].
        log_weights: [draw].

    Returns: float64[draw, column], float64[draw] of sum 1, and what ... stands for.

    Raises: NumericsError when the lengths differ or no draw has any weight.
    """
    array = np.asarray(values, dtype=np.float64)
    weights = weights_of(log_weights)
    if array.ndim == 0 or len(array) != weights.size:
        raise NumericsError(
            f"values of shape {array.shape} need {weights.size} draws on the first "
            "axis, one for each log weight"
        )
    table = array.reshape(len(array), math.prod(array.shape[1:]))
    counts = weights > 0.0
    if not counts.all():
        table, weights = table[counts], weights[counts]
    return table, weights, array.shape[1:]
