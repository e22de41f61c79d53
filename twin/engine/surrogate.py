"""A fast stand-in for the engine: two small networks that must agree, or the engine.

It stands for one output of one model at fixed times, under one dose a day, over a box
of inputs.  Outside the box, where the networks differ, or for any other model it does
not answer; `courses_or_engine` then runs the engine.  For sliders and first proposals
only: what is shown to a prescriber as an answer is computed by the engine.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from twin.engine.simulate import Engine, check_question, simulate
from twin.errors import ModelError, NumericsError
from twin.reproducibility import digest
from twin.sbml.model_spec import ModelSpec
from twin.units import HOURS_PER_DAY
from twin.vocabulary.ensemble import Ensemble, Floats
from twin.vocabulary.prediction import LARGEST_FAILED_FRACTION, Prediction
from twin.vocabulary.regimen import Regimen, daily

Flags = npt.NDArray[np.bool_]

DOSE = "dose_mg"
"""The input that is no constant of the model: what is taken once a day, mg."""
_ROWS_AT_ONCE = 4096  # so that the memory does not grow with the ensemble


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """The box of inputs, `low` and `high` each float64[input].

    names  SBML ids of constants, and last `DOSE`
    """

    names: tuple[str, ...]
    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        if not len(self.names) == len(set(self.names)) == self.low.size:
            raise NumericsError(f"a domain needs each input once, got {self.names}")
        if self.names[-1] != DOSE or self.low[-1] <= 0:
            raise NumericsError(f"a domain's last input is {DOSE}, from more than 0 mg")
        for name, low, high in zip(self.names, self.low, self.high, strict=True):
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                raise NumericsError(
                    f"{name}: a domain from {low:g} to {high:g} is empty; "
                    "give a lowest and a higher highest value"
                )

    def holds(self, inputs: Floats) -> Flags:
        """bool[draw]: whether [draw, input] is within; NaN is not."""
        found = (inputs >= self.low) & (inputs <= self.high)
        return np.asarray(found.all(axis=1))

    def at(self, cube: Floats) -> Floats:
        """Inputs [draw, input] at places of the unit cube; logarithmic if positive."""
        low, high = self._scale(self.low), self._scale(self.high)
        values = low + cube * (high - low)
        values = np.where(self.low > 0, np.exp(values), values)
        return np.clip(values, self.low, self.high)

    def standard(self, inputs: Floats) -> Floats:
        """[draw, input] within the box, to mean 0 and variance 1 over it."""
        low, high = self._scale(self.low), self._scale(self.high)
        return math.sqrt(12.0) * ((self._scale(inputs) - low) / (high - low) - 0.5)

    def _scale(self, inputs: Floats) -> Floats:
        positive = self.low > 0
        return np.where(positive, np.log(np.where(positive, inputs, 1.0)), inputs)


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What exactly a surrogate stands for.

    entry_sha256  of where a dose of `substance` enters the model, and how much
    fixed         every constant of the model that is no input, names and float64
    times_h       float64[time], h; doses are at 0, 24, ... h, the last before the end
    """

    model_sha256: str
    entry_sha256: str
    substance: str
    fixed_names: tuple[str, ...]
    fixed_values: Floats
    output: str
    times_h: Floats

    @property
    def fixed_sha256(self) -> str:
        """Digest of the fixed constants, for provenance."""
        return digest([self.fixed_names, self.fixed_values])

    def is_of(self, spec: ModelSpec, ensemble: Ensemble) -> Flags:
        """bool[draw]: whether it is this model with these fixed constants."""
        same = np.full(
            ensemble.n_draws,
            spec.sha256 == self.model_sha256
            and self.substance in spec.administrations
            and entry_sha256(spec, self.substance) == self.entry_sha256,
        )
        for name, value in zip(self.fixed_names, self.fixed_values, strict=True):
            column = _column(spec, ensemble, name)
            same &= (column == value) | (np.isnan(column) & np.isnan(value))
        return same

    def by_engine(
        self,
        spec: ModelSpec,
        ensemble: Ensemble,
        doses_mg: Floats,
        engine: Engine,
        most_failed: float = LARGEST_FAILED_FRACTION,
    ) -> Prediction:
        """The output itself, under a dose [draw] once a day, or none for 0 mg."""
        days = max(1, math.ceil(float(self.times_h[-1]) / HOURS_PER_DAY))
        regimens = [
            daily(dose, days=days, substance=self.substance) if dose else Regimen()
            for dose in doses_mg.tolist()
        ]
        return simulate(
            spec,
            ensemble,
            regimens,
            self.times_h,
            outputs=(self.output,),
            engine=engine,
            most_failed=most_failed,
        )


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Relative errors on fresh draws: the largest over the times of each draw.

    median, p99, worst  of draws estimated below the ceiling, trusted or not
    trusted_share       of all `n_draws`, 0 to 1
    trusted_worst       of the trusted ones; one more such draw lies beyond it with
                        a probability of 1 / (trusted ones + 1)
    """

    n_draws: int
    median: float
    p99: float
    worst: float
    trusted_share: float
    trusted_worst: float


@dataclass(frozen=True, slots=True, eq=False)
class Emulated:
    """Courses without the engine.

    values   float64[draw, time], NaN outside the domain
    trusted  bool[draw]: within the domain and below the ceiling, the networks agree
    """

    values: Floats
    trusted: Flags


@dataclass(frozen=True, slots=True, eq=False)
class CourseSurrogate:
    """Two networks, each tanh layers and a linear last one, and how far they hold.

    weights       float64[network, from, to] a layer; biases float64[network, 1, to]
    centre, scale float64[time], of what the networks give: see `squeezed`
    ceiling       of the output; above it nothing is trusted
    disagreement  largest difference of the networks that is trusted, squeezed
    bound         relative error of the output; held by every trusted held-out draw
    engine        what it was trained from
    """

    subject: Subject
    domain: Domain
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    centre: Floats
    scale: Floats
    ceiling: float
    disagreement: float
    bound: float
    held_out: HeldOut
    engine: str

    def __post_init__(self) -> None:
        times = (self.subject.times_h.size,)
        widths = [len(self.domain.names), *(b.shape[-1] for b in self.biases)]
        shapes = [(2, above, below) for above, below in pairwise(widths)]
        if (
            [w.shape for w in self.weights] != shapes
            or [b.shape for b in self.biases] != [(2, 1, b) for b in widths[1:]]
            or not self.centre.shape == self.scale.shape == times == (widths[-1],)
        ):
            raise ModelError("a surrogate's layers do not fit together; train it again")

    def evaluate(self, inputs: npt.ArrayLike) -> Emulated:
        """Courses at inputs [draw, input], in the order of `domain.names`."""
        given = np.asarray(inputs, dtype=np.float64)
        if given.ndim != 2 or given.shape[1] != len(self.domain.names):
            raise NumericsError(
                f"this surrogate takes [draw, input] of {', '.join(self.domain.names)};"
                f" got shape {given.shape}"
            )
        values = np.full((len(given), self.centre.size), np.nan)
        trusted = np.zeros(len(given), dtype=np.bool_)
        within = np.flatnonzero(self.domain.holds(given))
        for first in range(0, within.size, _ROWS_AT_ONCE):
            rows = within[first : first + _ROWS_AT_ONCE]
            values[rows], apart = self.estimate(given[rows])
            below = (values[rows] <= self.ceiling).all(axis=1)
            trusted[rows] = below & (apart <= self.disagreement)
        return Emulated(values, trusted)

    def estimate(self, inputs: Floats) -> tuple[Floats, Floats]:
        """Values [draw, time] within the box, and how far the networks differ."""
        layer = self.domain.standard(inputs)[np.newaxis]
        for weights, biases in zip(self.weights[:-1], self.biases[:-1], strict=True):
            layer = np.tanh(layer @ weights + biases)
        level = self.scale * (layer @ self.weights[-1] + self.biases[-1]) + self.centre
        apart = np.abs(level[0] - level[1]).max(axis=1)
        return released(level.mean(axis=0), self.ceiling), apart


def squeezed(values: Floats, ceiling: float) -> Floats:
    """What the networks learn of positive values: y = -ln(1/v + 1/(2 · ceiling)).

    The logarithm well below the ceiling; flat above, where nobody wants detail.
    """
    return np.asarray(-np.log(1.0 / values + 0.5 / ceiling))


def released(level: Floats, ceiling: float) -> Floats:
    """Values from what the networks give; infinite above all they can mean."""
    inverse = np.exp(-level) - 0.5 / ceiling
    found = np.full_like(inverse, np.inf)
    return np.divide(1.0, inverse, out=found, where=inverse > 0)


def courses_or_engine(
    surrogate: CourseSurrogate,
    spec: ModelSpec,
    ensemble: Ensemble,
    doses_mg: npt.ArrayLike,
    *,
    engine: Engine,
    largest_error: float,
) -> tuple[Floats, Flags]:
    """The surrogate's output where it may be trusted, the engine's elsewhere.

    Args:
        surrogate: from `twin.engine.surrogate_training` or `surrogate_file`.
        spec, ensemble: as for `simulate`; a column left out is the model's own.
        doses_mg: once a day, float64[draw] or one for all; 0 for none.
        engine: for the draws that are not trusted, and for all of them when the
            surrogate stands for another model or its bound exceeds `largest_error`.
        largest_error: relative, that the caller can bear.

    Returns: float64[draw, time] at `subject.times_h`, and bool[draw], by the engine.
    A draw that the engine fails on is NaN; above 1 % of all it raises.
    """
    subject = surrogate.subject
    check_question(spec, ensemble.names, (subject.output,))
    doses = np.asarray(doses_mg, dtype=np.float64)
    if doses.shape not in {(), (1,), (ensemble.n_draws,)}:
        raise NumericsError(
            f"{doses.size} doses for {ensemble.n_draws} draws; give one, or one a draw"
        )
    doses = np.broadcast_to(doses, (ensemble.n_draws,))
    values = np.full((ensemble.n_draws, subject.times_h.size), np.nan)
    by_engine = np.ones(ensemble.n_draws, dtype=np.bool_)
    if surrogate.bound <= largest_error:
        rows = np.flatnonzero(subject.is_of(spec, ensemble))
        columns = [_column(spec, ensemble, n) for n in surrogate.domain.names[:-1]]
        found = surrogate.evaluate(np.column_stack([*columns, doses])[rows])
        values[rows] = found.values
        by_engine[rows] = ~found.trusted
    left = np.flatnonzero(by_engine)
    if left.size:
        part = ensemble.rows(left)
        most_failed = LARGEST_FAILED_FRACTION * ensemble.n_draws / left.size
        run = subject.by_engine(spec, part, doses[left], engine, most_failed)
        values[left] = run.values[:, :, 0]
    return values, by_engine


def _column(spec: ModelSpec, ensemble: Ensemble, name: str) -> Floats:
    if name in ensemble.names:
        return ensemble.column(name)
    return np.full(ensemble.n_draws, spec.constants.get(name, math.nan))


def entry_sha256(spec: ModelSpec, substance: str) -> str:
    """Digest of where a dose enters the model, and how much of it."""
    return digest(spec.administration(substance).amount_per_mg)
