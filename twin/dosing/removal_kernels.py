"""Removal of the drug by the liver and the kidney at rest, row by row, and back.

Rows are independent.  Those of a search are taken in blocks, side by side, as the
processor's wide registers like them; a row's bits do not depend on the block or on
its neighbours.
"""

import math

import numpy as np

from twin.kernels import Floats, kernel, part

_BLOCK = 64
_HALVINGS = 50
_NEWTON_STEPS = 12
_LOWEST_MG, _HIGHEST_MG = 1e-4, 1e4  # per day

# Columns of a drug: of A and of B, then a concentration, an input or one mg's input.
_LINEAR, _FASTEST_A, _KM_A, _FASTEST_B, _KM_B, _GIVEN, _KI = range(7)
_COLUMNS = 7


@part
def _removed(drug: Floats, row: int, unbound: float) -> float:
    return (
        drug[_LINEAR, row] * unbound
        + drug[_FASTEST_A, row] * unbound / (drug[_KM_A, row] + unbound)
        + drug[_FASTEST_B, row] * unbound / (drug[_KM_B, row] + unbound)
    )


@part
def _slope(drug: Floats, row: int, unbound: float) -> float:
    a, b = drug[_KM_A, row] + unbound, drug[_KM_B, row] + unbound
    return (
        drug[_LINEAR, row]
        + drug[_FASTEST_A, row] * drug[_KM_A, row] / (a * a)
        + drug[_FASTEST_B, row] * drug[_KM_B, row] / (b * b)
    )


@part
def _climb(drug: Floats, rate: Floats, n: int, unbound: Floats) -> None:
    """The concentration at which removal is the rate.

    removed(Cu) is concave: from the unsaturated answer, which is too low, Newton's
    steps climb to the root and never pass it.
    """
    for row in range(n):
        unbound[row] = rate[row] / _slope(drug, row, 0.0)
    for _ in range(_NEWTON_STEPS):
        for row in range(n):
            missing = rate[row] - _removed(drug, row, unbound[row])
            unbound[row] += missing / _slope(drug, row, unbound[row])


@kernel("void(float64[:, ::1], float64[::1], float64[::1])")
def remove(drug: Floats, removed: Floats, slope: Floats) -> None:
    """Removal at a concentration, and how it rises with it.

    drug     float64[6, row]  read only: linear, fastest and Km of A, of B; unbound
    removed  float64[row]     out
    slope    float64[row]     out
    """
    for row in range(removed.size):
        removed[row] = _removed(drug, row, drug[_GIVEN, row])
        slope[row] = _slope(drug, row, drug[_GIVEN, row])


@kernel("void(float64[:, ::1], float64[::1])")
def balance(drug: Floats, unbound: Floats) -> None:
    """Unbound drug that balances a steady input.

    drug     float64[6, row]  read only: linear, fastest and Km of A, of B; input
    unbound  float64[row]     out
    """
    _climb(drug, drug[_GIVEN], unbound.size, unbound)


@kernel("void(float64[:, :, ::1], float64[::1], float64[::1])")
def inhibiting(drugs: Floats, inhibition: Floats, dose: Floats) -> None:
    """Daily dose of a tablet of several drugs that inhibit together.

        inhibition = sum over drugs of  Cu(dose input)/Ki

    drugs       float64[drug, 7, row]  read only: linear, fastest and Km of A, of B;
                                       input per mg/day, Ki
    inhibition  float64[row]           read only
    dose        float64[row]           out: mg/day; NaN of a row with a NaN
    """
    n_drugs = drugs.shape[0]
    block = np.empty((n_drugs, _COLUMNS, _BLOCK))
    low, high, rate = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    unbound, together = np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, dose.size, _BLOCK):
        n = min(_BLOCK, dose.size - start)
        for drug in range(n_drugs):
            for column in range(_COLUMNS):
                for row in range(n):
                    block[drug, column, row] = drugs[drug, column, start + row]
        for row in range(n):
            low[row], high[row] = math.log(_LOWEST_MG), math.log(_HIGHEST_MG)
        for _ in range(_HALVINGS):
            for row in range(n):
                together[row] = 0.0
            for drug in range(n_drugs):
                own = block[drug]
                for row in range(n):
                    middle = math.exp(0.5 * (low[row] + high[row]))
                    rate[row] = middle * own[_GIVEN, row]
                _climb(own, rate, n, unbound)
                for row in range(n):
                    together[row] += unbound[row] / own[_KI, row]
            for row in range(n):
                middle = 0.5 * (low[row] + high[row])
                too_little = together[row] < inhibition[start + row]
                low[row] = middle if too_little else low[row]
                high[row] = high[row] if too_little else middle
        for row in range(n):
            found = math.exp(0.5 * (low[row] + high[row]))
            lost = math.isnan(together[row]) or not math.isfinite(
                inhibition[start + row]
            )
            dose[start + row] = np.nan if lost else found
