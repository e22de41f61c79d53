"""Paired differences: their value is plain, their intervals known in simple cases."""

import numpy as np
import pytest

from twin.credibility.paired import PairedDifference, paired_differences
from twin.reproducibility import stream

N = 400
DRAW = stream(20260102, "paired differences of made-up patients")
OBSERVED = np.exp(DRAW.normal(3.4, 0.4, N))
OURS = OBSERVED * np.exp(DRAW.normal(0, 0.2, N))
THEIRS = OBSERVED * np.exp(DRAW.normal(0, 0.3, N))
SITES = [str(i % 8) for i in range(N)]


def differences(ours, theirs, sites=SITES, **options) -> dict[str, PairedDifference]:
    found = paired_differences(
        OBSERVED, ours, {"theirs": theirs}, sites, **{"n_resamples": 500, **options}
    )
    return {each.figure: each for each in found}


def test_a_prediction_does_not_differ_from_itself():
    for each in differences(OURS, OURS).values():
        assert (each.difference, each.by_patients, each.by_sites) == (0, (0, 0), (0, 0))


def test_the_difference_is_that_of_the_means():
    found = differences(OURS, THEIRS)

    assert found["mae"].difference == pytest.approx(
        np.mean(np.abs(OURS - OBSERVED)) - np.mean(np.abs(THEIRS - OBSERVED))
    )


def test_exchanging_the_two_turns_the_interval_over():
    ours, theirs = (differences(*pair) for pair in ((OURS, THEIRS), (THEIRS, OURS)))

    for figure, each in ours.items():
        low, high = theirs[figure].by_patients
        assert each.by_patients == pytest.approx((-high, -low))


def test_the_interval_is_as_wide_as_the_standard_error_says():
    """Of a mean of 400: 3.92 of them, give or take the 500 resamples."""
    low, high = differences(OURS, THEIRS)["mae"].by_patients
    each = np.abs(OURS - OBSERVED) - np.abs(THEIRS - OBSERVED)

    assert high - low == pytest.approx(3.92 * np.std(each) / np.sqrt(N), rel=0.15)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    first, again, other = (
        differences(OURS, THEIRS, seed=seed)["mae"] for seed in (1, 1, 2)
    )

    assert first == again
    assert first.by_patients != other.by_patients


def test_where_sites_differ_other_sites_are_less_certain_than_other_patients():
    off = np.array([1.0 + 0.1 * int(site) for site in SITES])
    found = differences(OBSERVED * off, OBSERVED * 1.3)["mae"]

    assert found.by_sites is not None
    widths = [high - low for low, high in (found.by_patients, found.by_sites)]
    assert widths[1] > 2 * widths[0]


def test_what_is_alike_in_everybody_is_certain_whatever_the_sites_sizes():
    sites = ["small" if i < 5 else "middle" if i < 90 else "large" for i in range(N)]
    found = differences(OBSERVED + 1.0, OBSERVED + 3.0, sites)["mae"]

    assert found.by_patients == pytest.approx((-2.0, -2.0))
    assert found.by_sites == pytest.approx((-2.0, -2.0))


def test_one_site_says_nothing_of_others():
    assert differences(OURS, THEIRS, ["1"] * N)["mae"].by_sites is None


def test_nobody_differs_from_nobody():
    empty = np.array([])

    assert paired_differences(empty, empty, {"theirs": empty}, []) == ()
