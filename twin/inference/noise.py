"""What a measurement is worth: how it scatters about what it measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.inference.readings import ACTIVITY, INR
from twin.units import Quantity, to_canonical
from twin.vocabulary.ensemble import Floats


@dataclass(frozen=True, slots=True)
class Noise:
    """Spreads of measurements, and of a person from one occasion to another.

    ln_sds           by kind: INR, concentration, activity, albumin
    occasion_effect  which effect drifts
    occasion_ln_sd   how far, at rest
    occasion_h       how long an occasion lasts: correlation exp(-t/h)
    missed, missed_again, doubled   chances a tablet is
    improbable       part of what was expected, on either side, that is flagged
    together_h       two of a kind within this time are held against each other
    """

    ln_sds: Mapping[str, float]
    occasion_effect: str
    occasion_ln_sd: float
    occasion_h: float
    missed: float
    missed_again: float
    doubled: float
    improbable: float
    together_h: float

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Noise":
        """From what `assays.toml` holds."""
        occasion, adherence = content["occasion"], content["adherence"]
        flags = content["flags"]
        return cls(
            {
                kind: float(entry["ln_sd"])
                for kind, entry in content.items()
                if kind not in ("occasion", "adherence", "flags")
            },
            occasion["effect"],
            float(occasion["ln_sd"]),
            _hours(occasion["correlation_time"]),
            float(adherence["missed"]),
            float(adherence["missed_again"]),
            float(adherence["doubled"]),
            float(flags["improbable"]),
            _hours(flags["together_within"]),
        )

    def ln_sd(self, quantity: str) -> float:
        """Of a measurement of an output of the model, or of a reading."""
        if quantity == INR:
            return self.ln_sds["INR"]
        if quantity == ACTIVITY or quantity.endswith("_relative"):
            return self.ln_sds["activity"]
        return self.ln_sds["concentration"]

    def drift(self, times_h: Floats, others_h: Floats) -> Floats:
        """Covariance of the drifting effect between times, [time, other]."""
        apart = np.abs(np.subtract.outer(times_h, others_h))
        return np.asarray(self.occasion_ln_sd**2 * np.exp(-apart / self.occasion_h))


def _hours(written: str) -> float:
    value, unit = written.split()
    return to_canonical(Quantity(float(value), unit), "time")
