"""Prepared courses are the courses of `simulate`, to the last bit, in every mode."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.one_compartment import INJECTION, TABLET, K, spec
from twin.engine.compiled import CompiledEngine
from twin.engine.kept_threads import kept_threads
from twin.engine.modes import FAST, MODES, REFERENCE
from twin.engine.prepared_courses import prepare_courses
from twin.engine.simulate import simulate
from twin.errors import NumericsError
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import Dose, Infusion, Regimen, daily

TIMES_H = np.linspace(0.0, 48.0, 13)
REGIMENS = (
    daily(5.0, days=2, substance=TABLET),
    Regimen(infusions=(Infusion(2.0, 6.0, 12.0, INJECTION),)),
    Regimen((Dose(3.0, 2.0, INJECTION),)),
)
NAMES, OUTPUTS = ("k", "growth"), ("drug", "gut")
RUNAWAY = 5.0
N = 300


def rows(n: int = N) -> np.ndarray:
    dice = np.random.default_rng(7)
    return np.column_stack([K * np.exp(dice.normal(0.0, 0.5, n)), np.zeros(n)])


def prepared(regimens=REGIMENS, *, mode=REFERENCE, threads=1):
    return prepare_courses(
        *(spec(), regimens, TIMES_H),
        names=NAMES,
        outputs=OUTPUTS,
        engine=CompiledEngine(mode, threads),
    )


def simulated(values, group_of_row, mode=REFERENCE):
    return simulate(
        spec(),
        Ensemble.of(dict(zip(NAMES, values.T, strict=True))),
        [REGIMENS[group] for group in group_of_row],
        TIMES_H,
        outputs=OUTPUTS,
        engine=CompiledEngine(mode, threads=1),
        most_failed=1.0,
    )


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_they_are_what_simulate_finds(mode, threads):
    whose = np.arange(N) % len(REGIMENS)

    found = prepared(mode=mode, threads=threads).at(rows(), whose)

    assert found.values.tobytes() == simulated(rows(), whose, mode).values.tobytes()
    assert found.failures == ()


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_a_row_that_fails_is_named_and_disturbs_nobody(mode):
    whose, values = np.arange(N) % len(REGIMENS), rows()
    values[[4, 250], 1] = RUNAWAY

    found = prepared(mode=mode).at(values, whose)

    expected = simulated(values, whose, mode)
    assert [row for row, _ in found.failures] == [4, 250]
    assert found.failures == expected.failures
    assert found.values.tobytes() == expected.values.tobytes()


def test_one_regimen_needs_no_group():
    found = prepared(REGIMENS[0]).at(rows(5))

    assert found.values.tobytes() == simulated(rows(5), [0] * 5).values.tobytes()


def test_a_row_that_is_not_finite_fails():
    values = rows(20)
    values[11, 0] = np.nan

    found = prepared(REGIMENS[0]).at(values)

    assert found.failures == ((11, "k is nan, not a finite number"),)
    assert np.all(np.isnan(found.values[11]))
    without = prepared(REGIMENS[0]).at(rows(20)).values
    assert found.values[12:].tobytes() == without[12:].tobytes()


def test_no_rows_have_no_courses():
    assert prepared().at(np.empty((0, 2)), []).values.shape == (0, 13, 2)


def test_short_reals_are_checked_as_ever():
    careless = replace(FAST, tolerance=0.9, floor=1e3)

    with pytest.raises(NumericsError, match="short reals"):
        prepared(REGIMENS[0], mode=careless).at(np.tile([0.7, 0.0], (N, 1)))


@pytest.mark.parametrize(
    ("values", "groups", "message"),
    [
        (np.ones((4, 3)), [0] * 4, r"the shape \[row, 2\], not \[4, 3\]"),
        (np.ones(2), [0], r"the shape \[row, 2\], not \[2\]"),
        (np.ones((4, 2)), None, "3 regimens; say which"),
        (np.ones((4, 2)), [0, 1, 2], "for each of 4 rows"),
        (np.ones((4, 2)), [0.0, 1.0, 2.0, 0.0], "a whole number"),
        (np.ones((2, 2)), [0, 3], "groups are 0 to 2, got 0 to 3"),
        (np.ones((2, 2)), [-1, 0], "groups are 0 to 2, got -1 to 0"),
    ],
)
def test_another_shape_or_group_is_refused(values, groups, message):
    with pytest.raises(NumericsError, match=message):
        prepared().at(values, groups)


# ---- threads that stay


def test_who_asks_while_threads_are_lent_gets_others():
    with kept_threads(2) as first, kept_threads(2) as second:
        assert first is not second
    with kept_threads(2) as again:
        assert again in (first, second)


FORKED = """
import os, signal, sys, time, warnings
warnings.simplefilter("ignore")
from tests.twin.engine.test_prepared_courses import prepared, rows, REGIMENS
common = prepared(REGIMENS[0], threads=2)
here = common.at(rows()).values.tobytes()
time.sleep(0.2)  # both threads are idle when the process forks
child = os.fork()
if child == 0:
    signal.alarm(30)  # leaves no process behind that waits for ever
    os._exit(0 if common.at(rows()).values.tobytes() == here else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_starts_threads_of_its_own():
    subprocess.run([sys.executable, "-c", FORKED], check=True, timeout=60)
