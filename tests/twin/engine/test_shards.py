"""Ensembles in shards: the same bytes by any number of workers, lost ones too."""

import os
import signal

import numpy as np
import pytest

from tests.people import library, person
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION
from twin.engine.shards import Cluster, simulate_on
from twin.engine.simulate import simulate
from twin.errors import Cancelled
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import daily

distributed = pytest.importorskip("distributed")

pytestmark = [
    # Dask's own clean-up of processes and sockets that a killed worker leaves
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

DRAWS = 480
TIMES_H = np.arange(31) * 24.0


def people() -> Ensemble:
    rng = np.random.default_rng(3)
    return Ensemble.of(
        {
            **dict(person("typical").parameters),
            "KiS": 0.0025 * np.exp(0.3 * rng.standard_normal(DRAWS)),
        }
    )


def therapies():
    """Every third person misses a dose."""
    full = daily(5.0, days=30, substance=library().substance)
    missed = daily(5.0, days=7, substance=library().substance).joined(
        daily(5.0, days=22, substance=library().substance, start_h=8 * 24.0)
    )
    return [missed if draw % 3 == 0 else full for draw in range(DRAWS)]


def sharded(progress=None, **options):
    return simulate_on(
        Cluster(shard=40, **options),
        library().spec,
        people(),
        therapies(),
        TIMES_H,
        outputs=("INR",),
        mode=POPULATION,
        progress=progress,
    )


def test_a_worker_is_killed_in_the_middle_and_no_byte_differs():
    alone = simulate(
        library().spec,
        people(),
        therapies(),
        TIMES_H,
        outputs=("INR",),
        engine=CompiledEngine(POPULATION),
    )
    seen: list[tuple[int, int]] = []
    killed: list[int] = []

    def kill_one(done: int, of: int) -> bool:
        seen.append((done, of))
        if done == 2:
            pids = distributed.default_client().run(os.getpid)
            killed.append(min(pids.values()))
            os.kill(killed[0], signal.SIGKILL)
        return True

    with_two = sharded(kill_one, workers=2)

    assert len(killed) == 1
    assert seen == [(done, 12) for done in range(1, 13)]
    assert with_two.values.tobytes() == alone.values.tobytes()


def test_who_no_longer_wants_the_answer_can_call_it_off():
    with pytest.raises(Cancelled, match="called off after 3 of 12 shards"):
        sharded(lambda done, _: done < 3, workers=1)
