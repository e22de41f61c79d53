"""An ensemble cut into shards for many processes or machines, by Dask.

A shard is some consecutive draws; what it gives depends on nothing else, so the whole
is the same to the byte however many workers there are, in whatever order they finish,
and whether or not one was lost on the way (its shards are run again by another).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.engine.compiled import CompiledEngine
from twin.engine.lanes import machine
from twin.engine.modes import Mode
from twin.engine.simulate import simulate
from twin.errors import Cancelled, NumericsError
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats, frozen_array
from twin.vocabulary.prediction import LARGEST_FAILED_FRACTION, Prediction
from twin.vocabulary.regimen import Regimen

# Told how many shards are done, of how many; says whether to go on.
Progress = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where shards are run.

    scheduler  address of a Dask scheduler; without one, processes of this machine
    workers    how many of those, 0 for one a processor core
    shard      draws a shard
    """

    scheduler: str | None = None
    workers: int = 0
    shard: int = 2048


def simulate_on(
    cluster: Cluster,
    spec: ModelSpec,
    ensemble: Ensemble,
    regimens: Regimen | Sequence[Regimen],
    times_h: npt.ArrayLike,
    *,
    outputs: tuple[str, ...],
    mode: Mode,
    tolerance: float | None = None,
    most_failed: float = LARGEST_FAILED_FRACTION,
    progress: Progress | None = None,
) -> Prediction:
    """As `simulate` with the compiled engine of `mode`, shard by shard.

    Args:
        progress: called after each shard; where it says False the rest is called off.

    Raises: Cancelled when called off; IntegrationFailed as `simulate`; NumericsError
        when workers have different processors or engines (their results would differ
        in the last bits).
    """
    times = frozen_array(np.atleast_1d(np.asarray(times_h, np.float64)))
    shards = list(_shards(cluster.shard, ensemble, regimens))
    values = np.full((ensemble.n_draws, len(times), len(outputs)), np.nan)
    failures: list[tuple[int, str]] = []
    engines: set[str] = set()
    with _client(cluster) as client:
        from distributed import as_completed  # noqa: PLC0415 - half a second

        common = client.scatter((spec, times, outputs, mode, tolerance), broadcast=True)
        futures = {
            client.submit(_run, shard, common, pure=False, retries=3): shard
            for shard in shards
        }
        for done, (future, result) in enumerate(
            as_completed(futures, with_results=True), start=1
        ):
            first = futures[future].first
            values[first : first + len(result.values)] = result.values
            failures += [(first + draw, reason) for draw, reason in result.failures]
            engines.add(result.engine)
            if progress is not None and not progress(done, len(shards)):
                client.cancel(list(futures), force=True)
                raise Cancelled(f"called off after {done} of {len(shards)} shards")
    if len(engines) > 1:
        raise NumericsError(
            f"the workers are not alike ({'; '.join(sorted(engines))}): their results "
            "agree to the tolerance, not to the byte; use workers of one processor and "
            "one version"
        )
    found = Prediction(times, outputs, frozen_array(values), tuple(sorted(failures)))
    return found.trusted(most_failed)


@dataclass(frozen=True, slots=True, eq=False)
class _Shard:
    first: int
    names: tuple[str, ...]
    values: Floats
    regimens: Regimen | Sequence[Regimen]


@dataclass(frozen=True, slots=True, eq=False)
class _Result:
    values: Floats
    failures: tuple[tuple[int, str], ...]
    engine: str


def _shards(
    size: int, ensemble: Ensemble, regimens: Regimen | Sequence[Regimen]
) -> Iterator[_Shard]:
    for first in range(0, ensemble.n_draws, size):
        own = (
            regimens
            if isinstance(regimens, Regimen)
            else tuple(regimens[first : first + size])
        )
        values = np.array(ensemble.values[first : first + size])
        yield _Shard(first, ensemble.names, values, own)


def _run(
    shard: _Shard,
    common: tuple[ModelSpec, Floats, tuple[str, ...], Mode, float | None],
) -> _Result:
    """In a worker: one shard on one thread."""
    spec, times, outputs, mode, tolerance = common
    engine = _engine(mode)
    columns = {name: shard.values[:, i] for i, name in enumerate(shard.names)}
    found = simulate(
        spec,
        Ensemble.of(columns),
        shard.regimens,
        times,
        outputs=outputs,
        engine=engine,
        tolerance=tolerance,
        most_failed=1.0,
    )
    made_by = f"{engine.name}, LLVM {machine.version()}"
    return _Result(np.array(found.values), found.failures, made_by)


@cache
def _engine(mode: Mode) -> CompiledEngine:
    """One engine a worker and mode: its models are loaded once."""
    return CompiledEngine(mode, threads=1)


@contextmanager
def _client(cluster: Cluster) -> Iterator[Any]:
    """A client of the scheduler, or of processes that end with it."""
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415 - half a second
    except ImportError as error:
        raise NumericsError(
            "shards need Dask: install the extra `patient-twin[cluster]`"
        ) from error
    if cluster.scheduler is not None:
        with Client(cluster.scheduler) as client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=cluster.workers or None,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
        ) as local,
        Client(local) as client,
    ):
        yield client
