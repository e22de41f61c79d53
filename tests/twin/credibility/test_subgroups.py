"""Scores of groups: those of the patients in it, whatever the others are."""

import numpy as np
import pytest

from twin.credibility.dose_predictions import DosePredictions
from twin.credibility.scores import error_score
from twin.credibility.subgroups import (
    FEWEST,
    TWIN,
    group_scores,
    method_scores,
    site_spread,
)
from twin.reproducibility import stream

N = 120
DRAW = stream(20260103, "groups of made-up patients")
OBSERVED = np.exp(DRAW.normal(3.4, 0.4, N))
MEDIAN = OBSERVED * np.exp(DRAW.normal(0, 0.3, N))
PREDICTIONS = DosePredictions.of_log_normal(
    MEDIAN, 0.3, reasons=[""] * N, method="test"
)
FIXED = {"fixed": np.full(N, 35.0)}
ALL = np.ones(N, dtype=bool)
LABELS = {
    "sex": ["female" if i % 3 else "male" for i in range(N)],
    "site": ["10" if i < FEWEST - 1 else "2" if i < 70 else "9" for i in range(N)],
}


def groups(labels=LABELS, chosen=ALL, comparators=FIXED):
    return group_scores(OBSERVED, PREDICTIONS, comparators, chosen, labels)


def test_everybody_is_in_one_group_of_each_kind():
    found = groups()

    for kind in LABELS:
        assert sum(group.n for group in found if group.kind == kind) == N


def test_groups_are_listed_by_number_then_by_the_alphabet():
    assert [group.label for group in groups()] == ["female", "male", "2", "9", "10"]


def test_a_group_has_the_scores_of_its_members():
    women = np.array(LABELS["sex"]) == "female"
    group = groups()[0]

    assert group.methods[0].error == error_score(OBSERVED[women], MEDIAN[women])
    assert group.methods[1].error == error_score(OBSERVED[women], np.full(80, 35.0))
    assert [method.method for method in group.methods] == [TWIN, "fixed"]


def test_a_small_group_is_counted_and_not_scored():
    small, large = (g for g in groups() if g.label in ("10", "2"))
    small, large = sorted((small, large), key=lambda group: group.n)

    assert (small.n, small.too_few, small.methods) == (FEWEST - 1, True, ())
    assert not large.too_few
    assert large.methods


def test_who_is_not_chosen_is_in_no_group():
    chosen = np.array(LABELS["site"]) == "9"

    assert {g.label for g in groups(chosen=chosen) if g.kind == "site"} == {"9"}


def test_labels_move_no_score_of_everybody():
    renamed = {"sex": LABELS["sex"][::-1]}
    whole = method_scores(OBSERVED, PREDICTIONS, FIXED, ALL)

    assert groups({"all": ["all"] * N})[0].methods == whole
    assert sum(g.n for g in groups(renamed)) == N


def test_a_comparator_without_intervals_has_none():
    ours, fixed = method_scores(OBSERVED, PREDICTIONS, FIXED, ALL)

    assert [interval.level for interval in ours.intervals] == [0.5, 0.8, 0.9]
    assert fixed.intervals == ()


def test_sites_that_are_all_alike_do_not_spread():
    sites = [str(i % 4) for i in range(N)]
    spread = site_spread(OBSERVED, 1.2 * OBSERVED, sites)

    assert spread is not None
    assert spread.geometric_bias == pytest.approx((1.2, 1.2))
    assert spread.ln_sd == pytest.approx(0.0, abs=1e-12)


def test_a_difference_between_sites_is_found():
    sites = [str(i % 2) for i in range(N)]
    off = np.where(np.arange(N) % 2 == 0, 1.0, 1.5)
    spread = site_spread(OBSERVED, off * OBSERVED, sites)

    assert spread is not None
    assert spread.geometric_bias == pytest.approx((1.0, 1.5))
    assert spread.within_20_percent == (0.0, 1.0)
    assert spread.between_sites_share == pytest.approx(1.0)


@pytest.mark.parametrize("sites", [["1"] * N, [str(i) for i in range(N)]])
def test_one_site_or_only_small_ones_say_nothing(sites):
    assert site_spread(OBSERVED, MEDIAN, sites) is None
