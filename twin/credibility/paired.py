"""One prediction against another on the same patients: differences with intervals.

A difference that is taken patient by patient is not blurred by how much patients
differ.  Two intervals stand beside each other.  Drawing patients anew says what more
patients of these sites would tell.  Drawing sites anew, each with all of its patients,
says what other sites would tell: doses of one site share its target, its diet and what
it calls stable, so that this interval is the wider, and with few sites a rough one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.scores import within_20_percent
from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats

SEED = 20090219  # any number would do; this one is in the record
N_RESAMPLES = 2000
_FIGURES = ("mae", "within_20_percent")
_TAILS = (2.5, 97.5)
_RESAMPLES_AT_ONCE = 100  # keeps the matrix of counts small
_Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """A figure of ours less that of a comparator, on the same patients.

    figure        `mae`: below 0 is better; `within_20_percent`: above 0 is better
    by_patients   95 % interval, patients drawn anew
    by_sites      95 % interval, sites drawn anew; None where there is one site only
    """

    comparator: str
    figure: str
    difference: float
    by_patients: _Interval
    by_sites: _Interval | None


def paired_differences(
    observed: Floats,
    predicted: Floats,
    comparators: Mapping[str, Floats],
    sites: Sequence[str],
    *,
    seed: int = SEED,
    n_resamples: int = N_RESAMPLES,
) -> tuple[PairedDifference, ...]:
    """Differences in mean absolute error and in the share within 20 %.

    Percentile bootstrap.  All figures and comparators share their resamples, so that
    they can be read side by side; the same seed gives the same intervals.

    Args:
        observed, predicted: [n], positive, in one unit.
        comparators: name -> predictions [n].
        sites: where each patient was treated, n labels.
        seed: of the resamples.
        n_resamples: how many.

    Returns: two differences a comparator; none where n is 0.

    Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapters 8, 13.
    """
    if observed.size == 0 or not comparators:
        return ()
    names = [(other, figure) for other in comparators for figure in _FIGURES]
    ours = _figures(observed, predicted)
    columns = np.concatenate(
        [ours - _figures(observed, said) for said in comparators.values()], axis=1
    )
    patients = _ends(_by_patients(columns, seed=seed, n_resamples=n_resamples))
    by_sites = _by_sites(columns, sites, seed=seed, n_resamples=n_resamples)
    of_sites = None if by_sites is None else _ends(by_sites)
    return tuple(
        PairedDifference(
            comparator,
            figure,
            float(np.mean(columns[:, j])),
            patients[j],
            None if of_sites is None else of_sites[j],
        )
        for j, (comparator, figure) in enumerate(names)
    )


def _figures(observed: Floats, predicted: Floats) -> Floats:
    """What each patient adds to each of `_FIGURES`, [n, figure]."""
    within = within_20_percent(observed, predicted)
    return np.stack([np.abs(predicted - observed), within], axis=1)


def _by_patients(columns: Floats, *, seed: int, n_resamples: int) -> Floats:
    """Means of resampled patients, [resample, column]."""
    n = len(columns)
    draw = stream(seed, "paired differences", "patients")
    equal = np.full(n, 1.0 / n)
    sizes = [
        min(_RESAMPLES_AT_ONCE, n_resamples - start)
        for start in range(0, n_resamples, _RESAMPLES_AT_ONCE)
    ]
    parts = [draw.multinomial(n, equal, size=size) @ columns / n for size in sizes]
    return np.concatenate(parts)


def _by_sites(
    columns: Floats, sites: Sequence[str], *, seed: int, n_resamples: int
) -> Floats | None:
    """Means over the patients of resampled sites, [resample, column]."""
    names, site = np.unique(np.asarray(sites), return_inverse=True)
    if len(names) < 2:
        return None
    sizes = np.bincount(site)
    totals = np.stack([np.bincount(site, column) for column in columns.T], axis=1)
    draw = stream(seed, "paired differences", "sites")
    equal = np.full(len(names), 1.0 / len(names))
    counts = draw.multinomial(len(names), equal, size=n_resamples)
    return np.asarray((counts @ totals) / (counts @ sizes)[:, None])


def _ends(resampled: Floats) -> list[_Interval]:
    low, high = np.percentile(resampled, _TAILS, axis=0)
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
