"""What a table of stable doses says of a twin, beside what others say of the table.

Aggregates only: no row and no identity leaves this module.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.credibility.dose_predictions import DosePredictions
from twin.credibility.paired import (
    N_RESAMPLES,
    SEED,
    PairedDifference,
    paired_differences,
)
from twin.credibility.subgroups import (
    FEWEST,
    GroupScore,
    MethodScore,
    SiteSpread,
    group_scores,
    method_scores,
    site_spread,
)
from twin.vocabulary.ensemble import Floats

_Chosen = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cohort:
    """Patients that belong together, and who of them the twin predicts.

    n_eligible    how many rows belong to it
    n             how many of these the twin predicts: the scores are over them
    differences   the twin's figures less each comparator's, on the same patients
    """

    name: str
    what: str
    n_eligible: int
    n: int
    too_few: bool
    methods: tuple[MethodScore, ...]
    differences: tuple[PairedDifference, ...]


@dataclass(frozen=True, slots=True)
class StableDoseReport:
    """Scores of predicted stable doses, mg/week.

    n_rows, n_predicted, n_scored   of the rows that were asked for
    abstained     reason -> rows without a prediction
    not_scored    reason -> rows with a prediction that are not in the first cohort
    target_from   where the INR to be kept is taken from -> rows with a prediction
    cohorts       the first one is scored by groups too
    spread_shares mean part of the variance of ln dose, by source, in the first cohort
    """

    method: str
    n_rows: int
    n_predicted: int
    n_scored: int
    abstained: Mapping[str, int]
    not_scored: Mapping[str, int]
    target_from: Mapping[str, int]
    cohorts: tuple[Cohort, ...]
    groups: tuple[GroupScore, ...]
    sites: SiteSpread | None
    spread_shares: Mapping[str, float]
    fewest: int
    seed: int
    n_resamples: int


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """What a table holds of n patients besides what predicts their dose.

    observed      float64[n], mg/week; NaN where no stable dose is recorded
    not_scored    why each is not in the first cohort, or ""
    cohorts       (name, what it is, bool[n]), the main one first
    labels        kind of group -> the label of each, for the report alone
    sites         where each was treated
    target_from   where the INR each is to keep is taken from
    """

    observed: Floats
    not_scored: tuple[str, ...]
    cohorts: tuple[tuple[str, str, _Chosen], ...]
    labels: Mapping[str, tuple[str, ...]]
    sites: tuple[str, ...]
    target_from: tuple[str, ...]


def stable_dose_report(
    recorded: Recorded,
    predictions: DosePredictions,
    comparators: Mapping[str, Floats],
    *,
    seed: int = SEED,
    n_resamples: int = N_RESAMPLES,
) -> StableDoseReport:
    """Scores overall, by cohort and by group, with paired differences.

    Args:
        recorded: of n rows.
        predictions: of the same n rows; NaN with a reason where the twin abstains.
        comparators: name -> doses [n], mg/week; numbers wherever there is a prediction.
        seed, n_resamples: of the bootstrap.
    """
    given = predictions.given
    cohorts = tuple(
        _cohort(
            name, what, member, recorded, predictions, comparators, seed, n_resamples
        )
        for name, what, member in recorded.cohorts
    )
    main = recorded.cohorts[0][2] & given
    observed = recorded.observed
    return StableDoseReport(
        method=predictions.method,
        n_rows=predictions.n,
        n_predicted=int(np.count_nonzero(given)),
        n_scored=int(np.count_nonzero(main)),
        abstained=_counted(predictions.reasons),
        not_scored=_counted(
            why for why, known in zip(recorded.not_scored, given, strict=True) if known
        ),
        target_from=_counted(
            source
            for source, known in zip(recorded.target_from, given, strict=True)
            if known
        ),
        cohorts=cohorts,
        groups=group_scores(observed, predictions, comparators, main, recorded.labels),
        sites=site_spread(
            observed[main], predictions.predicted[main], _at(recorded.sites, main)
        ),
        spread_shares={
            name: float(np.mean(share[main]))
            for name, share in predictions.shares.items()
            if np.any(main)
        },
        fewest=FEWEST,
        seed=seed,
        n_resamples=n_resamples,
    )


def _cohort(
    name: str,
    what: str,
    member: _Chosen,
    recorded: Recorded,
    predictions: DosePredictions,
    comparators: Mapping[str, Floats],
    seed: int,
    n_resamples: int,
) -> Cohort:
    chosen = member & predictions.given
    n = int(np.count_nonzero(chosen))
    few = n < FEWEST
    return Cohort(
        name,
        what,
        int(np.count_nonzero(member)),
        n,
        few,
        ()
        if few
        else method_scores(recorded.observed, predictions, comparators, chosen),
        ()
        if few
        else paired_differences(
            recorded.observed[chosen],
            predictions.predicted[chosen],
            {other: said[chosen] for other, said in comparators.items()},
            _at(recorded.sites, chosen),
            seed=seed,
            n_resamples=n_resamples,
        ),
    )


def _at(labels: Sequence[str], chosen: _Chosen) -> list[str]:
    return [label for label, here in zip(labels, chosen, strict=True) if here]


def _counted(reasons: Iterable[str]) -> dict[str, int]:
    """Reason -> how often, the commonest first; what is empty is no reason."""
    counts = Counter(reason for reason in reasons if reason)
    return dict(counts.most_common())
