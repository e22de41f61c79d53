"""The report on stable doses: counts add up, abstentions are kept, nobody is named."""

import numpy as np
import pytest

from twin.credibility.dose_predictions import DosePredictions
from twin.credibility.scores import error_score
from twin.credibility.stable_dose_report import (
    Recorded,
    StableDoseReport,
    stable_dose_report,
)
from twin.reproducibility import digest, plain, stream

N = 90
DRAW = stream(20260105, "report on made-up patients")
OBSERVED = np.exp(DRAW.normal(3.4, 0.4, N))
REASONS = ["no weight" if i % 9 == 0 else "" for i in range(N)]
OUTSIDE = np.arange(N) % 5 == 0
SHARES = {"unknown gene": np.full(N, 0.25)}
PREDICTED = DosePredictions.of_log_normal(
    OBSERVED * np.exp(DRAW.normal(0, 0.3, N)),
    0.3,
    reasons=REASONS,
    method="test",
    shares=SHARES,
)
FIXED = np.where(np.array(REASONS) == "", 35.0, np.nan)


def recorded(**changes) -> Recorded:
    whole = {
        "observed": OBSERVED,
        "not_scored": tuple("other target" if out else "" for out in OUTSIDE),
        "cohorts": (
            ("paper", "the paper's", ~OUTSIDE),
            ("all", "everybody", np.ones(N, dtype=bool)),
            ("few", "hardly anybody", np.arange(N) < 10),
        ),
        "labels": {"sex": tuple("female" if i % 2 else "male" for i in range(N))},
        "sites": tuple(str(i % 3) for i in range(N)),
        "target_from": ("stated target",) * N,
    }
    return Recorded(**{**whole, **changes})


def report(**changes) -> StableDoseReport:
    return stable_dose_report(
        recorded(**changes), PREDICTED, {"fixed": FIXED}, n_resamples=100
    )


def test_every_row_is_predicted_or_abstained_from_and_scored_or_told_why():
    found = report()

    assert found.n_predicted + sum(found.abstained.values()) == found.n_rows == N
    assert found.n_scored + sum(found.not_scored.values()) == found.n_predicted
    assert sum(found.target_from.values()) == found.n_predicted


def test_the_scores_are_over_those_of_the_cohort_who_are_predicted():
    chosen = ~OUTSIDE & PREDICTED.given
    paper = report().cohorts[0]

    assert (paper.n_eligible, paper.n) == (np.sum(~OUTSIDE), np.sum(chosen))
    assert paper.methods[0].error == error_score(
        OBSERVED[chosen], PREDICTED.predicted[chosen]
    )


def test_a_cohort_of_few_is_counted_and_not_scored():
    few = report().cohorts[2]

    assert few.too_few
    assert few.methods == ()
    assert few.differences == ()


def test_the_difference_is_that_of_the_scores_beside_it():
    paper = report().cohorts[0]
    ours, fixed = (method.error.mae for method in paper.methods)

    assert ours is not None
    assert fixed is not None
    assert paper.differences[0].difference == pytest.approx(ours - fixed)


def test_the_spread_is_told_by_source_where_it_is_known():
    assert report().spread_shares == pytest.approx({"unknown gene": 0.25})


def test_labels_move_nothing_but_the_groups():
    turned = report(labels={"sex": tuple("male" for _ in range(N))})

    assert turned.cohorts == report().cohorts
    assert turned.groups != report().groups


def test_the_report_is_the_same_each_time():
    assert digest(plain(report())) == digest(plain(report()))


def test_a_table_without_doses_is_counted_and_not_scored():
    found = report(
        observed=np.full(N, np.nan),
        not_scored=("no dose is recorded",) * N,
        cohorts=(("paper", "the paper's", np.zeros(N, dtype=bool)),),
    )

    assert (found.n_scored, found.groups, found.sites) == (0, (), None)
    assert found.n_predicted > 0
