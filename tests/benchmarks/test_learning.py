"""What learning from measurements costs, road by road, printed.

One thread.  `learn` is what a request waits for; the slow road is a worker's.
"""

import sys
import time
from collections.abc import Callable
from functools import partial

import pytest

from tests.learning import Case, far_out, missed_tablet, ordinary
from twin.inference.asking import asked_of
from twin.inference.learn import learn
from twin.inference.patient_posterior import learn_slowly
from twin.inference.tempered import learn_tempered
from twin.reproducibility import stream


def told(what: str, work: Callable[[], str]) -> str:
    """Seconds of the clock and of the processor, which differ on a busy machine."""
    begun, busy = time.perf_counter(), time.process_time()
    found = work()
    clock, own = time.perf_counter() - begun, time.process_time() - busy
    return f"\n{what}: {clock:.2f} s ({own:.2f} s of the processor); {found}"


@pytest.mark.slow
def test_every_road(capsys):
    def middle(case: Case) -> str:
        asked = asked_of(*case)
        found = learn_tempered(
            asked, case[0].population, min_ess=100.0, rng=stream(1, "tempered")
        )
        return f"{len(found.steps) - 1} steps, worth {found.ess:.0f} draws"

    def quick(case: Case) -> str:
        found = learn(*case, rng=stream(1, "fast"))
        return ", ".join(f"{t.road} worth {t.ess:.0f} draws" for t in found.tried)

    def whole(case: Case) -> str:
        found = learn_slowly(*case)
        assert found.chains is not None
        return f"{found.chains.n_slopes} slopes, worth {found.ess:.0f} draws"

    cases = {"3 INRs": ordinary, "a missed tablet": missed_tablet, "far out": far_out}
    for name, case in cases.items():
        learn(*case(), rng=stream(1, "warm"))
        for road, work in (("learn", quick), ("tempered", middle), ("slow", whole)):
            row = told(f"{name}, {road}", partial(work, case()))
            with capsys.disabled():
                sys.stdout.write(row)
    with capsys.disabled():
        sys.stdout.write("\n")
