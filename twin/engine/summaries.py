"""Summaries of ensembles that are never held at once: memory flat to a million twins.

Values are counted in bins that are narrow against the value (a thousandth): counts do
not depend on the order in which draws come, so neither does a summary.  Whoever needs
more digits than that needs the draws themselves (`simulate`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise, repeat

import numpy as np
import numpy.typing as npt

from twin.engine.courses import Courses
from twin.engine.simulate import Engine, check_question, parts_of
from twin.errors import IntegrationFailed, NumericsError
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats, frozen_array
from twin.vocabulary.prediction import LARGEST_FAILED_FRACTION
from twin.vocabulary.regimen import Regimen

# Bits of a double that name its bin: sign, exponent and ten of the fraction.
_DROPPED_BITS = 42
QUANTILE_ERROR = 2.0**-11
"""Largest relative error of a quantile: half a bin."""

# Keys that wait to be counted together.
_PATIENCE = 1 << 20


@dataclass(frozen=True, slots=True)
class TimeInRange:
    """The part of the time that an output is within [low, high].

    Between two output times the course is taken as straight (Rosendaal 1993).
    """

    output: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Exceedance:
    """The probability that an output is above a value."""

    output: str
    above: float


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What an ensemble does, without its draws.

    quantiles      float64[quantile, time, output], to `QUANTILE_ERROR`
    mean           float64[time, output]
    time_in_range  for each range: mean part of the time, and its quantiles
    exceedance     for each: float64[time] of probabilities, then that of ever
    """

    times_h: Floats
    outputs: tuple[str, ...]
    asked: tuple[float, ...]
    quantiles: Floats
    mean: Floats
    time_in_range: tuple[tuple[float, Floats], ...]
    exceedance: tuple[tuple[Floats, float], ...]
    n_draws: int
    n_failed: int


def summarise(
    spec: ModelSpec,
    ensembles: Ensemble | Iterable[Ensemble],
    regimens: Regimen | Iterable[Regimen],
    times_h: npt.ArrayLike,
    *,
    outputs: tuple[str, ...],
    engine: Engine,
    quantiles: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95),
    ranges: Sequence[TimeInRange] = (),
    exceedances: Sequence[Exceedance] = (),
    tolerance: float | None = None,
) -> Summary:
    """Summaries over all draws of one or many ensembles, each taken once.

    Args:
        ensembles: one, or a stream of parts that is never held as a whole.
        regimens: one for all, or a stream of one a draw, in the draws' order.
        quantiles: between 0 and 1, increasing.
        ranges, exceedances: of outputs that are asked for.

    Raises: IntegrationFailed when more than 1 % of the draws fail, NumericsError when
    there is none, or when a range is asked of a single time.
    """
    if isinstance(ensembles, Ensemble):
        ensembles = (ensembles,)
    named = {*(r.output for r in ranges), *(e.output for e in exceedances)}
    if lacking := sorted(named.difference(outputs)):
        raise NumericsError(f"{', '.join(lacking)}: summarised, but not an output")
    asked = tuple(quantiles)
    if list(asked) != sorted(asked) or not all(0 <= q <= 1 for q in asked):
        raise NumericsError(f"quantiles lie between 0 and 1 and increase, got {asked}")
    times = frozen_array(np.atleast_1d(np.asarray(times_h, np.float64)))
    if ranges and len(times) < 2:
        raise NumericsError(
            f"the part of the time within a range needs two output times or more, got "
            f"{len(times)}; give a first and a last one"
        )
    tally = _Tally(times, outputs, tuple(ranges), tuple(exceedances))
    each = repeat(regimens) if isinstance(regimens, Regimen) else iter(regimens)
    for ensemble in ensembles:
        check_question(spec, ensemble.names, outputs)
        own = list(islice(each, ensemble.n_draws))
        for part in parts_of(spec, ensemble, own, times):
            for found in part.courses(engine, outputs, tolerance):
                last = found.first + len(found.values)
                weights = part.ensemble.log_weights[found.first : last]
                tally.add(found, np.exp(weights))
    return tally.summary(asked)


@dataclass(eq=False)
class _Tally:
    times_h: Floats
    outputs: tuple[str, ...]
    ranges: tuple[TimeInRange, ...]
    exceedances: tuple[Exceedance, ...]
    n_draws: int = 0
    failures: list[str] = field(default_factory=list)
    weight: float = 0.0

    def __post_init__(self) -> None:
        shape = (len(self.times_h), len(self.outputs))
        self.total = np.zeros(shape)
        self.counts = _Counts(shape[0] * shape[1])
        self.inside = [_Counts(1) for _ in self.ranges]
        self.inside_total = np.zeros(len(self.ranges))
        self.above = [np.zeros(shape[0]) for _ in self.exceedances]
        self.ever = np.zeros(len(self.exceedances))

    def add(self, found: Courses, weights: Floats) -> None:
        """Count some draws; failed ones are only counted as such."""
        self.n_draws += len(found.values)
        whole = np.all(np.isfinite(found.values), axis=(1, 2))
        said = dict(found.failures)
        self.failures += [
            said.get(found.first + int(draw), "an output is not finite")
            for draw in np.flatnonzero(~whole)
        ]
        values, weights = found.values[whole], weights[whole]
        if not len(values):
            return
        self.weight += float(weights.sum())
        self.total += np.einsum("d,dto->to", weights, values)
        self.counts.add(values.reshape(len(values), -1), weights)
        for number, wanted in enumerate(self.ranges):
            course = values[:, :, self.outputs.index(wanted.output)]
            part = time_within(self.times_h, course, wanted.low, wanted.high)
            self.inside[number].add(part[:, np.newaxis], weights)
            self.inside_total[number] += float(weights @ part)
        for number, limit in enumerate(self.exceedances):
            over = values[:, :, self.outputs.index(limit.output)] > limit.above
            self.above[number] += weights @ over
            self.ever[number] += float(weights @ over.any(axis=1))

    def summary(self, asked: tuple[float, ...]) -> Summary:
        """The end of the stream."""
        failed = len(self.failures)
        if not self.n_draws:
            raise NumericsError("no draws came to be summarised; give one or more")
        if failed > LARGEST_FAILED_FRACTION * self.n_draws:
            raise IntegrationFailed(failed, self.n_draws, self.failures[0])
        shape = (len(asked), len(self.times_h), len(self.outputs))
        return Summary(
            self.times_h,
            self.outputs,
            asked,
            frozen_array(self.counts.quantiles(asked).reshape(shape)),
            frozen_array(self.total / self.weight),
            tuple(
                (float(total) / self.weight, frozen_array(c.quantiles(asked)[:, 0]))
                for total, c in zip(self.inside_total, self.inside, strict=True)
            ),
            tuple(
                (frozen_array(above / self.weight), float(ever) / self.weight)
                for above, ever in zip(self.above, self.ever, strict=True)
            ),
            self.n_draws,
            failed,
        )


class _Counts:
    """Weights by position and bin, as two sorted arrays."""

    def __init__(self, n_positions: int) -> None:
        self._n = n_positions
        self._keys: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._weights: Floats = np.empty(0)
        self._waiting: list[tuple[npt.NDArray[np.int64], Floats]] = []
        self._n_waiting = 0

    def add(self, values: Floats, weights: Floats) -> None:
        """values float64[draw, position]."""
        bins = _bins(values)
        keys = bins + (np.arange(self._n, dtype=np.int64) << 23)
        spread = np.broadcast_to(weights[:, np.newaxis], keys.shape)
        self._waiting.append((keys.ravel(), spread.ravel()))
        self._n_waiting += keys.size
        if self._n_waiting > _PATIENCE:
            self._settle()

    def _settle(self) -> None:
        keys = np.concatenate([self._keys, *(k for k, _ in self._waiting)])
        weights = np.concatenate([self._weights, *(w for _, w in self._waiting)])
        self._keys, where = np.unique(keys, return_inverse=True)
        self._weights = np.bincount(where, weights).astype(np.float64)
        self._waiting, self._n_waiting = [], 0

    def quantiles(self, asked: tuple[float, ...]) -> Floats:
        """float64[quantile, position]: the middle of the bin each falls into."""
        self._settle()
        found = np.full((len(asked), self._n), np.nan)
        for position, (keys, weights) in enumerate(self._by_position()):
            if not len(keys):
                continue
            reached = np.cumsum(weights)
            places = np.searchsorted(reached, np.array(asked) * reached[-1])
            found[:, position] = _middle(keys[np.minimum(places, len(keys) - 1)])
        return found

    def _by_position(self) -> Iterator[tuple[npt.NDArray[np.int64], Floats]]:
        edges = np.searchsorted(
            self._keys, np.arange(self._n + 1, dtype=np.int64) << 23
        )
        for position, (first, last) in enumerate(pairwise(edges)):
            bins = self._keys[first:last] - (position << 23)
            yield bins, self._weights[first:last]


def _bins(values: Floats) -> npt.NDArray[np.int64]:
    """The bin of each value, in the order of the values, below 2^23."""
    bits = np.ascontiguousarray(values + 0.0).view(np.int64) >> _DROPPED_BITS
    half = np.int64(1) << (63 - _DROPPED_BITS)
    # Negative numbers have their bits in the other order.
    return np.where(bits < 0, -bits - 1 - half, bits) + half


def _middle(bins: npt.NDArray[np.int64]) -> Floats:
    half = np.int64(1) << (63 - _DROPPED_BITS)
    signed = bins - half
    bits = np.where(signed < 0, -(signed + half) - 1, signed)
    low = (bits << _DROPPED_BITS).view(np.float64)
    high = ((bits + 1) << _DROPPED_BITS).view(np.float64)
    return np.asarray(np.where(bits == 0, 0.0, 0.5 * (low + high)), np.float64)


def time_within(times_h: Floats, course: Floats, low: float, high: float) -> Floats:
    """float64[draw]: part of the time that a straight-lined course is in [low, high].

    course  float64[draw, time]
    """
    before, after = course[:, :-1], course[:, 1:]
    change = after - before
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        to_low, to_high = (low - before) / change, (high - before) / change
    enters, leaves = np.minimum(to_low, to_high), np.maximum(to_low, to_high)
    inside = np.clip(leaves, 0.0, 1.0) - np.clip(enters, 0.0, 1.0)
    flat = change == 0
    level = ((before >= low) & (before <= high)).astype(np.float64)
    part = np.where(flat, level, inside)
    lengths = np.diff(times_h)
    return np.asarray(part @ lengths / lengths.sum(), np.float64)
