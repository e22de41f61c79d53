"""The vitamin K cycle at rest, row by row: where it settles, and what settles it there.

Rows are independent.  They are taken in blocks small enough for the nearest cache,
and within a block side by side, as the processor's wide registers like them; a row's
bits do not depend on the block or on its neighbours.
"""

import math

import numpy as np

from twin.kernels import Floats, kernel, part

_BLOCK = 64

# Halvings of a bracket: 2^-60 of it is below the spacing of float64.
_HALVINGS = 60

# Of a flux: what sixty halvings and a subtraction may leave of a perfect balance.
_ROUNDING = 1e-9

_MOST_INHIBITION = 1e6

# Columns of a cycle: V and Km of K and of KO; last the I or the KH2 that is given.
_POOL, _KC, _D, _LOSS, _BYPASS, _V_K, _KM_K, _V_KO, _KM_KO, _GIVEN = range(10)
_COLUMNS = 10


@part
def _formed(cycle: Floats, row: int, hydroquinone: float) -> float:
    """Carboxylation rate, which forms the epoxide."""
    return cycle[_D, row] * hydroquinone / (hydroquinone + cycle[_KC, row])


@part
def _epoxide(cycle: Floats, row: int, hydroquinone: float, inhibition: float) -> float:
    """KO that balances its formation: the positive root of a quadratic.

    loss KO^2 + b KO - formed apparent = 0
    """
    formed, loss = _formed(cycle, row, hydroquinone), cycle[_LOSS, row]
    apparent = cycle[_KM_KO, row] * (1.0 + inhibition)
    b = cycle[_V_KO, row] + loss * apparent - formed
    root = math.sqrt(b * b + 4.0 * loss * formed * apparent)
    # The stable form of the positive root, whichever sign b has.
    if b >= 0.0:
        return 2.0 * formed * apparent / (b + root)
    return (root - b) / (2.0 * loss)


@part
def _balance(cycle: Floats, row: int, hydroquinone: float, inhibition: float) -> float:
    """dKH2/dt when KO and the pool are at rest; falls with KH2 and with I."""
    quinone = cycle[_POOL, row] - hydroquinone
    quinone -= _epoxide(cycle, row, hydroquinone, inhibition)
    if quinone < 0.0:
        quinone = 0.0
    reduced = (
        cycle[_V_K, row] * quinone / (cycle[_KM_K, row] * (1.0 + inhibition) + quinone)
    )
    return (
        reduced
        + cycle[_BYPASS, row] * quinone
        - _formed(cycle, row, hydroquinone)
        - cycle[_LOSS, row] * hydroquinone
    )


@part
def _copied(source: Floats, start: int, n: int, target: Floats) -> None:
    for column in range(_COLUMNS):
        for row in range(n):
            target[column, row] = source[column, start + row]


@kernel("void(float64[:, ::1], float64[:, ::1])")
def settle(cycle: Floats, settled: Floats) -> None:
    """Where the cycle settles under an inhibition.

    cycle    float64[column, row]  read only; the last column is I
    settled  float64[2, row]       out: KH2 and KO; NaN of a row with a NaN
    """
    block, low, high = np.empty((_COLUMNS, _BLOCK)), np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, cycle.shape[1], _BLOCK):
        n = min(_BLOCK, cycle.shape[1] - start)
        _copied(cycle, start, n, block)
        for row in range(n):
            low[row], high[row] = 0.0, block[_POOL, row]
        for _ in range(_HALVINGS):
            for row in range(n):
                middle = 0.5 * (low[row] + high[row])
                rising = _balance(block, row, middle, block[_GIVEN, row]) > 0.0
                low[row] = middle if rising else low[row]
                high[row] = high[row] if rising else middle
        for row in range(n):
            hydroquinone = 0.5 * (low[row] + high[row])
            if math.isnan(_balance(block, row, hydroquinone, block[_GIVEN, row])):
                hydroquinone = np.nan
            settled[0, start + row] = hydroquinone
            settled[1, start + row] = _epoxide(
                block, row, hydroquinone, block[_GIVEN, row]
            )


@kernel("void(float64[:, ::1], float64[::1])")
def inhibit(cycle: Floats, inhibition: Floats) -> None:
    """The inhibition under which the cycle settles at a KH2.

    cycle       float64[column, row]  read only; the last column is KH2
    inhibition  float64[row]          out: I; NaN where no inhibition does it
    """
    for row in range(cycle.shape[1]):
        hydroquinone = cycle[_GIVEN, row]
        rounding = _ROUNDING * _formed(cycle, row, hydroquinone)
        reachable = (
            _balance(cycle, row, hydroquinone, 0.0) >= -rounding
            and _balance(cycle, row, hydroquinone, _MOST_INHIBITION) <= 0.0
        )
        low, high = 0.0, math.log1p(_MOST_INHIBITION)  # in ln(1 + I)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if _balance(cycle, row, hydroquinone, math.expm1(middle)) > 0.0:
                low = middle
            else:
                high = middle
        found = math.expm1(0.5 * (low + high))
        inhibition[row] = found if reachable else np.nan
