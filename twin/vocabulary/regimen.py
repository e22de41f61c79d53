"""Doses on the twin's clock (hours since its start), and what changes meanwhile."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from twin.errors import RegimenError


@dataclass(frozen=True, slots=True)
class Dose:
    """One oral dose.  `substance` names an administration of the drug's model."""

    time_h: float
    amount_mg: float
    substance: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.time_h) and self.time_h >= 0):
            raise RegimenError(
                f"a dose cannot be taken at {self.time_h} h; "
                "the twin's clock starts at 0 h"
            )
        if not (math.isfinite(self.amount_mg) and self.amount_mg > 0):
            raise RegimenError(
                f"{self.amount_mg} mg at {self.time_h} h is no dose; write more than "
                "0 mg, and nothing at all for a tablet that was not taken"
            )


@dataclass(frozen=True, slots=True)
class Infusion:
    """An amount given at a constant rate over `duration_h` hours."""

    time_h: float
    duration_h: float
    amount_mg: float
    substance: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.time_h) and self.time_h >= 0):
            raise RegimenError(
                f"an infusion cannot begin at {self.time_h} h; "
                "the twin's clock starts at 0 h"
            )
        for what, value in (("mg", self.amount_mg), ("h", self.duration_h)):
            if not (math.isfinite(value) and value > 0):
                raise RegimenError(
                    f"an infusion of {value} {what} at {self.time_h} h is none; "
                    "write more than 0"
                )


@dataclass(frozen=True, slots=True)
class Change:
    """From `time_h` on, the model's `parameter` has another value (diet, drugs)."""

    time_h: float
    parameter: str
    value: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.time_h) and self.time_h >= 0):
            raise RegimenError(f"change at {self.time_h} h: time must be 0 h or later")
        if not math.isfinite(self.value):
            raise RegimenError(
                f"change of {self.parameter} at {self.time_h} h: "
                f"the new value must be finite, got {self.value}"
            )


@dataclass(frozen=True, slots=True)
class Repeated:
    """Doses that were taken again and again before time 0, until nothing changed.

    The doses of one period, on its own clock; the last period ends at 0.
    """

    doses: tuple[Dose, ...]
    period_h: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.period_h) and self.period_h > 0):
            raise RegimenError(f"a period lasts more than 0 h, got {self.period_h}")
        late = [dose.time_h for dose in self.doses if dose.time_h >= self.period_h]
        if late:
            raise RegimenError(
                f"a dose at {late[0]} h is not within a period of {self.period_h} h"
            )


@dataclass(frozen=True, slots=True)
class Regimen:
    """What is taken and what changes, earliest first; a substance once at a time.

    before  what was taken until time 0; nothing else is known of that time
    """

    doses: tuple[Dose, ...] = ()
    changes: tuple[Change, ...] = ()
    infusions: tuple[Infusion, ...] = ()
    before: Repeated | None = None

    def __post_init__(self) -> None:
        for substance in {dose.substance for dose in self.doses}:
            times = [d.time_h for d in self.doses if d.substance == substance]
            if any(later <= earlier for earlier, later in pairwise(times)):
                raise RegimenError(
                    f"{substance} is taken at {times} h; write each time once, "
                    "earliest first"
                )
        changes = [change.time_h for change in self.changes]
        if changes != sorted(changes):
            raise RegimenError(f"changes must be in time order, got {changes}")

    def shifted(self, by_h: float) -> "Regimen":
        """All of it moved to a time `by_h` hours on."""
        return Regimen(
            tuple(replace(dose, time_h=by_h + dose.time_h) for dose in self.doses),
            tuple(replace(each, time_h=by_h + each.time_h) for each in self.changes),
            tuple(replace(each, time_h=by_h + each.time_h) for each in self.infusions),
            self.before,
        )

    def joined(self, other: "Regimen") -> "Regimen":
        """Both regimens on one clock.

        Raises: RegimenError when both say what was taken before it starts.
        """
        if self.before is not None and other.before is not None:
            raise RegimenError("two regimens cannot both have been taken before")
        return Regimen(
            tuple(sorted(self.doses + other.doses, key=lambda d: d.time_h)),
            tuple(sorted(self.changes + other.changes, key=lambda c: c.time_h)),
            tuple(sorted(self.infusions + other.infusions, key=lambda i: i.time_h)),
            self.before or other.before,
        )


def daily(
    amount_mg: float, *, days: int, substance: str, start_h: float = 0.0
) -> Regimen:
    """The same dose once a day for `days` days."""
    return Regimen(
        tuple(Dose(start_h + 24.0 * day, amount_mg, substance) for day in range(days))
    )
