"""Carboxylation to factor levels to the prothrombin time, row by row, and back.

The surrogate's polynomial is summed term after term over a block of plasmas at once,
as the processor's wide registers like it; a row's bits do not depend on the block or
on its neighbours.
"""

import math

import numpy as np
import numpy.typing as npt

from twin.kernels import Floats, kernel, part

Integers = npt.NDArray[np.int64]

_BLOCK = 64
_HALVINGS = 50
_LEAST_RATIO = 1e-4

# What the factors have in common, in the first columns of `synthesis`.
_X0, _M, _PARTIAL, _CAPACITY = range(4)


@part
def _level(synthesis: Floats, row: int, w: float, x: float) -> float:
    """F = S g^m (1 + a m (1 - g)),   g = (x/(x+w)) / (x0/(x0+w))"""
    x0, m = synthesis[_X0, row], synthesis[_M, row]
    production = (x / (x + w)) / (x0 / (x0 + w))
    nearly = 1.0 + synthesis[_PARTIAL, row] * m * (1.0 - production)
    return synthesis[_CAPACITY, row] * production**m * nearly


@part
def _polynomial(
    logarithms: Floats, n: int, exponents: Integers, coefficients: Floats, total: Floats
) -> None:
    """ln(PT/PT0) of `n` plasmas: sums of products of powers, in the terms' order."""
    n_terms, n_factors = exponents.shape
    powers = np.ones((n_factors, exponents.max() + 1, _BLOCK))
    for factor in range(n_factors):
        for power in range(1, powers.shape[1]):
            for row in range(n):
                powers[factor, power, row] = (
                    powers[factor, power - 1, row] * logarithms[factor, row]
                )
    product = np.empty(_BLOCK)
    for row in range(n):
        total[row] = 0.0
    for term in range(n_terms):
        for row in range(n):
            product[row] = 1.0
        for factor in range(n_factors):
            power = exponents[term, factor]
            if power > 0:
                for row in range(n):
                    product[row] *= powers[factor, power, row]
        for row in range(n):
            total[row] += product[row] * coefficients[term]


@kernel("void(float64[:, ::1], float64[::1])")
def synthesise(synthesis: Floats, level: Floats) -> None:
    """Level of one factor relative to normal when x stays where it is.

    synthesis  float64[6, row]  read only: x0, m, partial, capacity; w; x
    level      float64[row]     out
    """
    for row in range(level.size):
        level[row] = _level(synthesis, row, synthesis[4, row], synthesis[5, row])


@kernel("void(float64[:, ::1], int64[:, ::1], float64[::1], float64[::1])")
def clot(
    levels: Floats, exponents: Integers, coefficients: Floats, ratio: Floats
) -> None:
    """PT over PT0 by the polynomial, whatever the domain.

    levels        float64[factor, row]   read only
    exponents     int64[term, factor]    read only
    coefficients  float64[term]          read only
    ratio         float64[row]           out
    """
    logarithms, total = np.empty((levels.shape[0], _BLOCK)), np.empty(_BLOCK)
    for start in range(0, ratio.size, _BLOCK):
        n = min(_BLOCK, ratio.size - start)
        for factor in range(levels.shape[0]):
            for row in range(n):
                logarithms[factor, row] = math.log(levels[factor, start + row])
        _polynomial(logarithms, n, exponents, coefficients, total)
        for row in range(n):
            ratio[start + row] = math.exp(total[row])


@part
def _levels(
    synthesis: Floats,
    start: int,
    n: int,
    made: Floats,
    follows: Integers,
    log_ratio: Floats,
    levels: Floats,
) -> None:
    """Levels of a block at ln x, of what follows it and of what does not."""
    for factor in range(follows.size):
        for row in range(n):
            level = made[factor, start + row]
            if follows[factor]:
                x = math.exp(log_ratio[row])
                level = _level(synthesis, start + row, level, x)
            levels[factor, row] = level


@part
def _inside(levels: Floats, row: int, box: Floats) -> bool:
    inside = True
    for factor in range(box.shape[1]):
        level = levels[factor, row]
        inside &= box[0, factor] <= level <= box[1, factor]
    return inside


@part
def _inr(
    levels: Floats,
    isi: Floats,
    start: int,
    n: int,
    exponents: Integers,
    coefficients: Floats,
    inr: Floats,
) -> None:
    for factor in range(levels.shape[0]):
        for row in range(n):
            levels[factor, row] = math.log(levels[factor, row])
    _polynomial(levels, n, exponents, coefficients, inr)
    for row in range(n):
        inr[row] = math.exp(inr[row]) ** isi[start + row]


@kernel(
    "void(float64[:, ::1], float64[:, ::1], int64[::1], float64[:, ::1],"
    " int64[:, ::1], float64[::1], float64[::1])"
)
def keep(
    synthesis: Floats,
    made: Floats,
    follows: Integers,
    box: Floats,
    exponents: Integers,
    coefficients: Floats,
    ratio: Floats,
) -> None:
    """x = KH2/Kc at which the steady INR is what is wanted; the INR falls with x.

    synthesis     float64[7, row]       read only: x0, m, partial, capacity; ISI, the
                                        INR wanted, the highest x
    made          float64[factor, row]  read only: w of what follows x, else the level
    follows       int64[factor]         read only: 1 of what follows x, else 0
    box           float64[2, factor]    read only: lowest and highest level known
    exponents     int64[term, factor]   read only
    coefficients  float64[term]         read only
    ratio         float64[row]          out: x; NaN where none keeps the INR with all
                                        levels in the box
    """
    levels, inr = np.empty((follows.size, _BLOCK)), np.empty(_BLOCK)
    low, high, middle = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    possible = np.empty(_BLOCK, np.bool_)
    isi, wanted = synthesis[4], synthesis[5]
    for start in range(0, ratio.size, _BLOCK):
        n = min(_BLOCK, ratio.size - start)
        for row in range(n):
            low[row] = math.log(_LEAST_RATIO)
            high[row] = math.log(synthesis[6, start + row])
        for _ in range(_HALVINGS):  # the smallest ln x whose levels are in the box
            for row in range(n):
                middle[row] = 0.5 * (low[row] + high[row])
            _levels(synthesis, start, n, made, follows, middle, levels)
            for row in range(n):
                if _inside(levels, row, box):
                    high[row] = middle[row]
                else:
                    low[row] = middle[row]
        for row in range(n):
            low[row], high[row] = high[row], math.log(synthesis[6, start + row])
        _levels(synthesis, start, n, made, follows, low, levels)
        _inr(levels, isi, start, n, exponents, coefficients, inr)
        for row in range(n):
            possible[row] = inr[row] >= wanted[start + row]
        _levels(synthesis, start, n, made, follows, high, levels)
        _inr(levels, isi, start, n, exponents, coefficients, inr)
        for row in range(n):
            possible[row] &= inr[row] <= wanted[start + row]
        for _ in range(_HALVINGS):
            for row in range(n):
                middle[row] = 0.5 * (low[row] + high[row])
            _levels(synthesis, start, n, made, follows, middle, levels)
            _inr(levels, isi, start, n, exponents, coefficients, inr)
            for row in range(n):
                if inr[row] > wanted[start + row]:
                    low[row] = middle[row]
                else:
                    high[row] = middle[row]
        for row in range(n):
            found = math.exp(0.5 * (low[row] + high[row]))
            ratio[start + row] = found if possible[row] else np.nan
