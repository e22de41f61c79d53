"""What a twin says of many stable doses: a value, intervals, or why it says nothing.

The seam between whoever predicts and whoever scores: a `DosePredictor` is asked about
patients and the INR each is to keep, and never sees a dose, a site or a race.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Protocol

import numpy as np
import numpy.typing as npt

from twin.errors import ObservationError
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.patient import Patient

LEVELS = (0.5, 0.8, 0.9)
"""Of the central intervals, narrowest first."""


@dataclass(frozen=True, slots=True, eq=False)
class DosePredictions:
    """Stable doses of n patients, mg/week; NaN where the twin abstains.

    predicted   float64[n], the one number for whoever wants one
    low, high   float64[level, n], ends of the central intervals of `LEVELS`
    reasons     a sentence for each patient the twin abstains from, else ""
    method      how they were made, in a sentence
    shares      source of spread -> float64[n], its part of the variance of ln dose;
                they need not be given, nor add up to 1
    """

    predicted: Floats
    low: Floats
    high: Floats
    reasons: tuple[str, ...]
    method: str
    shares: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n, ends = self.n, (len(LEVELS), self.n)
        if (
            self.predicted.shape != (n,)
            or self.low.shape != ends
            or self.high.shape != ends
            or any(share.shape != (n,) for share in self.shares.values())
        ):
            raise ObservationError(
                f"predictions of {n} patients need shapes ({n},), {ends} and {ends}, "
                f"got {self.predicted.shape}, {self.low.shape} and {self.high.shape}"
            )
        given = self.given
        inwards = np.concatenate([self.low[::-1], self.high])[:, given]
        if not (
            np.all(np.isfinite(inwards) & (inwards > 0))
            and np.all(np.diff(inwards, axis=0) >= 0)
            and np.all(np.isfinite(self.predicted[given]) & (self.predicted[given] > 0))
        ):
            raise ObservationError(
                "a prediction needs positive numbers, each interval within the next "
                "wider one; give a reason in place of a number that is not known"
            )
        ends_of_none = np.concatenate([self.low, self.high])[:, ~given]
        if not (
            np.all(np.isnan(self.predicted[~given])) and np.all(np.isnan(ends_of_none))
        ):
            raise ObservationError("who is abstained from has NaN in place of a dose")

    @property
    def n(self) -> int:
        """How many patients were asked about."""
        return len(self.reasons)

    @property
    def given(self) -> npt.NDArray[np.bool_]:
        """bool[n]: who has a prediction."""
        return np.array([not reason for reason in self.reasons], dtype=bool)

    @classmethod
    def of_log_normal(
        cls,
        median: npt.ArrayLike,
        ln_sd: npt.ArrayLike,
        *,
        reasons: Sequence[str],
        method: str,
        shares: Mapping[str, Floats] | None = None,
    ) -> "DosePredictions":
        """From medians [n], mg/week, and standard deviations of ln dose, [n] or one."""
        z = np.array([[NormalDist().inv_cdf(0.5 + 0.5 * level)] for level in LEVELS])
        centre = _known(median, reasons)
        spread = np.exp(z * np.asarray(ln_sd, dtype=np.float64))
        return cls(
            frozen_array(centre),
            frozen_array(centre / spread),
            frozen_array(centre * spread),
            tuple(reasons),
            method,
            shares or {},
        )

    @classmethod
    def of_draws(
        cls,
        predicted: npt.ArrayLike,
        draws: npt.ArrayLike,
        *,
        reasons: Sequence[str],
        method: str,
        shares: Mapping[str, Floats] | None = None,
    ) -> "DosePredictions":
        """From values [n] and equally weighted draws [draw, n], mg/week.

        Intervals are quantiles of the draws, linear between them.
        """
        tails = np.array([0.5 - 0.5 * level for level in LEVELS])
        values = np.asarray(draws, dtype=np.float64)
        return cls(
            frozen_array(_known(predicted, reasons)),
            frozen_array(_known(np.quantile(values, tails, axis=0), reasons)),
            frozen_array(_known(np.quantile(values, 1.0 - tails, axis=0), reasons)),
            tuple(reasons),
            method,
            shares or {},
        )

    def among(self, reasons: Sequence[str]) -> "DosePredictions":
        """These predictions among more patients, who have a reason instead.

        Args:
            reasons: of all; "" for those that were predicted, in their order.
        """
        asked = np.array([not reason for reason in reasons], dtype=bool)
        if np.count_nonzero(asked) != self.n:
            raise ObservationError(
                f"{np.count_nonzero(asked)} patients were to be predicted, "
                f"{self.n} are; ask for as many as have no reason"
            )
        own = iter(self.reasons)
        return DosePredictions(
            _spread(self.predicted, asked),
            _spread(self.low, asked),
            _spread(self.high, asked),
            tuple(reason or next(own) for reason in reasons),
            self.method,
            {name: _spread(share, asked) for name, share in self.shares.items()},
        )


class DosePredictor(Protocol):
    """Predicts stable doses of patients from nothing but themselves."""

    def __call__(
        self, patients: Sequence[Patient], target_inrs: Floats
    ) -> DosePredictions:
        """For n patients and the INR that each is to keep, [n]."""
        ...


def _known(values: npt.ArrayLike, reasons: Sequence[str]) -> Floats:
    """Values [..., n] with NaN where there is a reason."""
    absent = np.array([bool(reason) for reason in reasons], dtype=bool)
    return np.where(absent, np.nan, np.asarray(values, dtype=np.float64))


def _spread(values: Floats, asked: npt.NDArray[np.bool_]) -> Floats:
    """Values [..., asked] at their places among all, NaN elsewhere."""
    among = np.full((*values.shape[:-1], len(asked)), np.nan)
    among[..., asked] = values
    return frozen_array(among)
