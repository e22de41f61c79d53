"""What learning from measurements costs, printed; budgets are for people to judge."""

import sys
import time

from tests.believed import noise, population
from tests.twin.dosing.learners import draws, inrs, slopes, taking, typical
from twin.dosing.learned_answer import learned_answer
from twin.dosing.learning import learned_from


def test_learning_once_everything_is_loaded(capsys):
    observations = inrs((4, 1.6), (7, 2.1), (10, 2.4), (14, 2.6))
    twin, told = typical(), taking(6.0, 14)
    seconds = {}
    for _ in range(2):  # the first compiles
        begun = time.perf_counter()
        twins = learned_from(
            twin,
            population(),
            noise(),
            told,
            observations,
            slopes=slopes(),
            draws=draws(),
        )
        seconds["learning from 4 INRs"] = time.perf_counter() - begun
        begun = time.perf_counter()
        learned_answer(*twins, told_until_h=336.0)
        seconds["the whole answer"] = time.perf_counter() - begun

    with capsys.disabled():
        for what, taken in seconds.items():
            sys.stdout.write(f"\n{what}: {taken:.2f} s")
        sys.stdout.write("\n")
