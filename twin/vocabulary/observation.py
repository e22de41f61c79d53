"""A measurement on the twin's clock."""

import math
from dataclasses import dataclass

from twin.errors import ObservationError

CONCENTRATIONS = (
    "warfarin_racemate_plasma",
    "warfarin_S_plasma",
    "warfarin_R_plasma",
)
FACTOR_ACTIVITIES = tuple(
    f"factor_{name}_activity" for name in ("II", "VII", "IX", "X")
)
KINDS = (*CONCENTRATIONS, "prothrombin_complex_activity", "INR", *FACTOR_ACTIVITIES)


@dataclass(frozen=True, slots=True)
class Observation:
    """What was measured, when, and below what it cannot be told from nothing.

    value   in the canonical unit of its kind: mg/L for concentrations, % for
            activities of the prothrombin complex and of single factors, none for the
            INR
    isi     sensitivity index of the thromboplastin an INR was read with, if stated
    """

    time_h: float
    kind: str
    value: float
    quantification_limit: float | None = None
    isi: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ObservationError(
                f"observation kind {self.kind!r} is not known; "
                f"write one of: {', '.join(KINDS)}"
            )
        if not (math.isfinite(self.time_h) and math.isfinite(self.value)):
            raise ObservationError(
                f"{self.kind} at {self.time_h} h: time and value must be finite "
                f"numbers, got {self.value}; leave a missing value out"
            )
        if self.value < 0:
            raise ObservationError(
                f"{self.kind} at {self.time_h} h: {self.value} is negative; "
                "write 0 for a value below quantification"
            )
        if self.isi is not None and self.kind != "INR":
            raise ObservationError(
                f"{self.kind} at {self.time_h} h: only an INR has a sensitivity index"
            )

    @property
    def is_below(self) -> bool:
        """Whether it is known only to lie below the limit of quantification."""
        limit = self.quantification_limit
        return limit is not None and self.value < limit
