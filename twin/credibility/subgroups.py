"""Scores for every subgroup: who is served worse than the average hides.

The labels come beside the predictions and are an argument, never a covariate: nothing
here or below can make a prediction depend on them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.credibility.dose_predictions import LEVELS, DosePredictions
from twin.credibility.scores import (
    ErrorScore,
    IntervalScore,
    error_score,
    interval_score,
    log_ratio,
)
from twin.vocabulary.ensemble import Floats

FEWEST = 20
"""Below this a group's figures say more of chance than of the group: not shown."""
TWIN = "twin"
_Chosen = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MethodScore:
    """What one way of predicting reaches on some patients; intervals if it has any."""

    method: str
    error: ErrorScore
    intervals: tuple[IntervalScore, ...]


@dataclass(frozen=True, slots=True)
class GroupScore:
    """One group of a subgroup's kind: `sex`, `female`.

    too_few   n is below `FEWEST`: there are no scores
    """

    kind: str
    label: str
    n: int
    too_few: bool
    methods: tuple[MethodScore, ...]


@dataclass(frozen=True, slots=True)
class SiteSpread:
    """How far sites differ, over those with `FEWEST` patients or more.

    geometric_bias, within_20_percent   lowest and highest of a site
    ln_sd                               SD over sites of the mean ln(predicted/observed)
    between_sites_share                 part of the variance of ln(predicted/observed)
                                        that lies between sites, all sites counted
    """

    n_sites: int
    geometric_bias: tuple[float, float]
    within_20_percent: tuple[float, float]
    ln_sd: float
    between_sites_share: float


def method_scores(
    observed: Floats,
    predictions: DosePredictions,
    comparators: Mapping[str, Floats],
    chosen: _Chosen,
) -> tuple[MethodScore, ...]:
    """The twin's scores on the chosen patients [n], then each comparator's.

    Args:
        observed: [n]; numbers where chosen.
        predictions: of n patients; given where chosen.
        comparators: name -> predictions [n].
        chosen: bool[n].
    """
    seen = observed[chosen]
    intervals = tuple(
        interval_score(seen, low[chosen], high[chosen], level=level)
        for level, low, high in zip(
            LEVELS, predictions.low, predictions.high, strict=True
        )
    )
    ours = MethodScore(
        TWIN, error_score(seen, predictions.predicted[chosen]), intervals
    )
    return (
        ours,
        *(
            MethodScore(name, error_score(seen, said[chosen]), ())
            for name, said in comparators.items()
        ),
    )


def group_scores(
    observed: Floats,
    predictions: DosePredictions,
    comparators: Mapping[str, Floats],
    chosen: _Chosen,
    labels: Mapping[str, Sequence[str]],
) -> tuple[GroupScore, ...]:
    """`method_scores` within each group; kinds in the order given, labels sorted.

    Args:
        labels: kind of group -> the label of each of n patients.
    """
    found = []
    for kind, of_each in labels.items():
        named = np.asarray(of_each, dtype=object)
        for label in sorted(set(named[chosen]), key=_in_order):
            here = chosen & (named == label)
            n = int(np.count_nonzero(here))
            few = n < FEWEST
            scores = (
                () if few else method_scores(observed, predictions, comparators, here)
            )
            found.append(GroupScore(kind, str(label), n, few, scores))
    return tuple(found)


def site_spread(
    observed: Floats, predicted: Floats, sites: Sequence[str]
) -> SiteSpread | None:
    """How far sites differ; None with fewer than two sites of `FEWEST` patients.

    Args:
        observed, predicted: [n], positive.
        sites: n labels.
    """
    names, site = np.unique(np.asarray(sites, dtype=object), return_inverse=True)
    if not len(names):
        return None
    off = log_ratio(observed, predicted)
    sizes = np.bincount(site)
    means = np.bincount(site, off) / sizes
    large = sizes >= FEWEST
    if np.count_nonzero(large) < 2:
        return None
    within = [
        error_score(observed[site == k], predicted[site == k]).within_20_percent or 0.0
        for k in np.flatnonzero(large)
    ]
    total = np.sum((off - np.mean(off)) ** 2)
    between = np.sum(sizes * (means - np.mean(off)) ** 2)
    return SiteSpread(
        int(np.count_nonzero(large)),
        (float(np.exp(means[large].min())), float(np.exp(means[large].max()))),
        (min(within), max(within)),
        float(np.std(means[large], ddof=1)),
        float(between / total) if total > 0 else 0.0,
    )


def _in_order(label: str) -> tuple[int, str]:
    """Numbers by size, then words by the alphabet."""
    return (int(label), "") if label.isdecimal() else (10**9, label)
