"""Variance-based indices from picks of any kind: numbers, alleles, whole draws.

Two independent sets of picks, A and B; for each factor the model is run again on A with
that factor's picks from B.  A factor is taken as a whole: the draws of a posterior are
one factor, so their correlations stay what they are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.vocabulary.ensemble import Floats

Picks = Mapping[str, npt.NDArray[Any]]
"""Name of a column -> picks, [base, ...]."""
Model = Callable[[Picks], Floats]
"""Picks -> float64[base, output], NaN where there is no value."""

_NORMAL_95 = 1.959963984540054
_RESAMPLES = 200


@dataclass(frozen=True, slots=True, eq=False)
class Indices:
    """First-order and total indices, float64[factor, output] and float64[output].

    first, total    shares of the variance; `_half` are half widths of their intervals
                    of 95 % (bootstrap over the base picks)
    variance        of each output
    n_base, n_lost  base picks, and how many of them were lost for an output because one
                    of their runs has no value
    """

    factors: tuple[str, ...]
    outputs: tuple[str, ...]
    first: Floats
    first_half: Floats
    total: Floats
    total_half: Floats
    variance: Floats
    n_base: int
    n_lost: npt.NDArray[np.int64]

    @property
    def together(self) -> Floats:
        """float64[output], what only several factors do together: 1 - sum of first."""
        return np.asarray(1.0 - self.first.sum(axis=0))

    def of(self, factor: str, output: str) -> tuple[float, float]:
        """First-order and total index."""
        row, column = self.factors.index(factor), self.outputs.index(output)
        return float(self.first[row, column]), float(self.total[row, column])


def pick_freeze(
    a: Picks,
    b: Picks,
    factors: Mapping[str, Sequence[str]],
    model: Model,
    *,
    outputs: Sequence[str],
    rng: np.random.Generator,
) -> Indices:
    """Indices of factors, each one or several columns of picks.

    Args:
        a, b: picks that are independent of each other, factor by factor; columns of one
            factor may depend on one another.
        factors: name -> its columns; what no factor names stays as in A.
        model: what is asked.
        outputs: names of its columns.
        rng: of the bootstrap.
    """
    at_a, at_b = model(a), model(b)
    mixed = np.stack(
        [model({**a, **{name: b[name] for name in own}}) for own in factors.values()]
    )
    return indices_of(
        at_a, at_b, mixed, factors=tuple(factors), outputs=tuple(outputs), rng=rng
    )


def indices_of(
    at_a: Floats,
    at_b: Floats,
    mixed: Floats,
    *,
    factors: tuple[str, ...],
    outputs: tuple[str, ...],
    rng: np.random.Generator,
) -> Indices:
    """Indices from values that are there.

        first_i = mean(f_B (f_ABi - f_A))/V        total_i = mean((f_A - f_ABi)²)/(2 V)

    f centred; V the variance over A and B.  The second is never negative; the first may
    be by chance.

    Args:
        at_a, at_b: float64[base, output].
        mixed: float64[factor, base, output], A with one factor from B.
        rng: of the bootstrap.

    Source: Saltelli et al. (2010), Comput Phys Commun 181:259-270, table 2 (b) and (f);
    the total index is that of Jansen (1999), Comput Phys Commun 117:35-43.
    """
    n_base, n_outputs = at_a.shape
    shape = (len(factors), n_outputs)
    first, total = np.zeros(shape), np.zeros(shape)
    first_half, total_half = np.zeros(shape), np.zeros(shape)
    variance = np.zeros(n_outputs)
    lost = np.zeros(n_outputs, np.int64)
    for place in range(n_outputs):
        own_a, own_b, own = at_a[:, place], at_b[:, place], mixed[:, :, place]
        whole = np.isfinite(own_a) & np.isfinite(own_b)
        whole &= np.all(np.isfinite(own), axis=0)
        lost[place] = n_base - np.sum(whole)
        if np.sum(whole) < 2:
            first[:, place], total[:, place] = np.nan, np.nan
            continue
        table = _table(own_a[whole], own_b[whole], own[:, whole])
        n = int(np.sum(whole))
        counts = rng.multinomial(n, np.full(n, 1.0 / n), size=_RESAMPLES)
        found = _indices(table.mean(axis=0)[None], len(factors))
        again = _indices(counts @ table / n, len(factors))
        variance[place] = found.variance[0]
        first[:, place], total[:, place] = found.first[0], found.total[0]
        first_half[:, place] = _NORMAL_95 * again.first.std(axis=0, ddof=1)
        total_half[:, place] = _NORMAL_95 * again.total.std(axis=0, ddof=1)
    return Indices(
        factors,
        outputs,
        first,
        first_half,
        total,
        total_half,
        variance,
        n_base,
        lost,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    first: Floats
    total: Floats
    variance: Floats


def _table(at_a: Floats, at_b: Floats, mixed: Floats) -> Floats:
    """What the indices are means of, [base, 2 + 2 factors]: moments, then products."""
    centre = 0.5 * (at_a.mean() + at_b.mean())
    at_a, at_b, mixed = at_a - centre, at_b - centre, mixed - centre
    moments = np.stack([0.5 * (at_a + at_b), 0.5 * (at_a**2 + at_b**2)], axis=1)
    products = at_b * (mixed - at_a)
    squares = 0.5 * (mixed - at_a) ** 2
    return np.concatenate([moments, products.T, squares.T], axis=1)


def _indices(means: Floats, n_factors: int) -> _Found:
    variance = means[:, 1] - means[:, 0] ** 2
    scale = np.where(variance > 0, variance, 1.0)[:, None]
    return _Found(
        means[:, 2 : 2 + n_factors] / scale, means[:, 2 + n_factors :] / scale, variance
    )
