"""A verdict says yes, or every reason against."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import NumericsError
from twin.inference.diagnostics import (
    Converged,
    NotConverged,
    judge_chains,
    judge_weights,
)
from twin.inference.importance_weights import effective_sample_size, pareto_smoothed
from twin.reproducibility import stream


def good(*parts: int) -> np.ndarray:
    return stream(0, "good chains").normal(size=(4, 500, *parts))


# ---- chains


def test_good_chains_have_converged():
    verdict = judge_chains({"a": good(), "b": good(2, 2)}, 0)

    assert isinstance(verdict, Converged)
    names = [f.name for f in verdict.figures]
    assert names == ["a", "b[0, 0]", "b[0, 1]", "b[1, 0]", "b[1, 1]"]
    assert all(f.rhat < 1.01 and f.bulk_ess > 400 for f in verdict.figures)


def spoilt(what: str) -> np.ndarray:
    draws = good(2)
    if what == "apart":
        draws[0, :, 1] += 2.0
    elif what == "lost":
        draws[2, 7, 1] = np.nan
    elif what == "still":
        draws[:, :, 1] = 4.0
    elif what == "short":
        return draws[:, :60]
    elif what == "alone":
        return draws[:1]
    elif what == "too short":
        return draws[:, :3]
    return draws


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("apart", r"do not agree, R-hat above 1\.01: x\[1\] \(1\.\d{4}\)$"),
        ("lost", r"not finite: x\[1\]$"),
        ("still", r"stuck at one value, or no unknown: x\[1\]$"),
        ("short", r"fewer than 400 effective draws in the bulk: x\[\d\] \(\d+\)"),
        ("alone", r"fewer than two chains .*: x\[0\], x\[1\]$"),
        ("too short", r"four draws in each: x\[0\], x\[1\]$"),
    ],
)
def test_what_is_wrong_with_chains_is_named(what, reason):
    verdict = judge_chains({"y": good(), "x": spoilt(what)}, 0)

    assert isinstance(verdict, NotConverged)
    assert any(re.search(reason, told) for told in verdict.reasons)


def test_a_divergence_is_reason_enough():
    verdict = judge_chains({"x": good()}, 3)

    assert isinstance(verdict, NotConverged)
    assert verdict.reasons == ("transitions that diverged: 3",)


def test_the_worst_are_named_first_and_the_rest_counted():
    draws = good(6)
    draws[0] += np.arange(6.0)

    verdict = judge_chains({"x": draws}, 0, min_ess=0.0)

    assert isinstance(verdict, NotConverged)
    (reason,) = verdict.reasons
    assert reason.partition(": ")[2].startswith("x[5] (")
    assert reason.endswith(" and 2 more")
    assert reason.count("x[") == 3


def test_the_limits_are_the_callers():
    short = {"x": good()[:, :60]}

    assert isinstance(judge_chains(short, 0), NotConverged)
    assert isinstance(judge_chains(short, 0, max_rhat=1.2, min_ess=50.0), Converged)


@pytest.mark.parametrize(
    ("draws", "divergences", "message"),
    [
        ({}, 0, "no draws to judge"),
        ({"x": np.empty((4, 100, 0))}, 0, "no draws to judge"),
        ({"x": np.zeros(100)}, 0, "x: chains are"),
        ({"x": np.zeros((4, 100))}, -1, "counted from 0"),
    ],
)
def test_what_cannot_be_judged_is_refused(draws, divergences, message):
    with pytest.raises(NumericsError, match=message):
        judge_chains(draws, divergences)


# ---- weights


def test_equal_weights_are_worth_all_draws():
    judged = judge_weights(np.full(512, -3.0), min_ess=512)

    assert judged.usable
    assert (judged.ess, judged.k, judged.reasons) == (512.0, -np.inf, ())


def test_mild_weights_are_used_smoothed():
    row = 0.5 * stream(0, "mild weights").normal(size=512)

    judged = judge_weights(row, min_ess=200)

    smoothed, k = pareto_smoothed(row)
    assert judged.usable
    assert judged.k == k
    assert np.array_equal(judged.smoothed, smoothed)
    assert judged.ess == effective_sample_size(smoothed)


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        (
            3.0 * stream(0, "wild weights").normal(size=512),
            ["a few draws carry too much", "the 512 draws are worth"],
        ),
        (np.full(512, -np.inf), ["no draw has any weight", "are worth 0.0 equal"]),
        (
            np.array([0.0] + [-np.inf] * 511),
            ["too few draws carry weight", "are worth 1.0 equal ones, fewer than 100"],
        ),
        (
            np.array([np.nan, np.inf] + [0.0] * 510),
            ["2 of 512 draws have a weight that is no number"],
        ),
        (
            np.full(64, np.nan),
            ["64 of 64 draws", "no draw has any weight", "are worth 0.0 equal"],
        ),
        (np.zeros(1), ["too few draws carry weight", "the 1 draws are worth 1.0"]),
    ],
    ids=["wild", "none", "one", "no numbers", "no number at all", "one draw"],
)
def test_what_is_wrong_with_weights_is_told(row, reasons):
    judged = judge_weights(row, min_ess=100)

    assert not judged.usable
    assert len(judged.reasons) == len(reasons)
    for told, reason in zip(judged.reasons, reasons, strict=True):
        assert reason in told


@given(st.lists(st.floats(), min_size=1, max_size=60))
def test_every_row_of_weights_has_a_verdict(row):
    judged = judge_weights(row, min_ess=10.0)

    assert 0.0 <= judged.ess <= len(row)
    assert not np.isnan(judged.k)
    assert not np.any(np.isnan(judged.smoothed))


def test_no_draws_are_refused():
    with pytest.raises(NumericsError, match="one number a draw"):
        judge_weights([], min_ess=1.0)


def test_the_judged_array_is_not_the_callers():
    row = np.array([0.0, np.nan, 1.0])
    judge_weights(row, min_ess=1.0)

    assert np.isnan(row[1])
