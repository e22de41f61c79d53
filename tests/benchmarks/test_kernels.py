"""What the closed form costs, by numba's kernels: printed, not asserted."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from tests.people import library, person
from twin.dosing.closed_form import SteadyChain
from twin.dosing.passing_medicines import chain_of

LOADING = """
import json, time
begun = time.perf_counter()
import numba
imported = time.perf_counter()
import twin.coagulation.clotting_test_kernels
import twin.coagulation.cycle_kernels
import twin.dosing.removal_kernels
print(json.dumps([imported - begun, time.perf_counter() - imported]))
"""


def milliseconds(work: Callable[[], object], *, tries: int = 7) -> float:
    """Of the quickest of several runs."""
    taken = []
    for _ in range(tries):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return 1000 * min(taken)


def population(n: int) -> SteadyChain:
    """The typical patient `n` times, in other bodies and with other genes."""
    chain = chain_of(person("typical"), library())
    dice = np.random.default_rng(1)
    varied = {
        name: np.asarray(value) * dice.uniform(0.9, 1.1, n)
        for name, value in chain.parameters.items()
        if name.startswith(("S__", "R__", "VKORC1_capacity", "VK__catabolism"))
    }
    return replace(chain, parameters={**chain.parameters, **varied})


def test_the_closed_form_says_what_it_costs(capsys):
    figures = {}
    for n in (1, 200, 5000):
        chain = population(n)
        cycle, dose = partial(chain.cycle_at, 3.0), partial(chain.dose_for, 2.5)
        figures[f"vitamin K cycle at rest, {n}"] = milliseconds(cycle)
        figures[f"dose for an INR, {n}"] = milliseconds(dose)

    with capsys.disabled():
        for what, taken in figures.items():
            sys.stdout.write(f"\n{what}: {taken:.3f} ms")
        sys.stdout.write("\n")


def test_loading_the_kernels_says_what_it_costs(capsys):
    loads = [sys.executable, "-c", LOADING]
    runs = [
        json.loads(subprocess.run(loads, check=True, capture_output=True).stdout)
        for _ in range(3)
    ]
    numba, kernels = min(runs, key=sum)

    with capsys.disabled():
        sys.stdout.write(f"\nimport numba: {numba:.2f} s; kernels: {kernels:.2f} s\n")
