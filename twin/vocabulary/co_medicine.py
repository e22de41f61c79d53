"""A medicine taken beside the drug: what, how much, from when to when."""

import math
from dataclasses import dataclass

from twin.errors import PatientError


@dataclass(frozen=True, slots=True)
class CoMedicine:
    """One other medicine.  Days count from the drug's first dose.

    name              as written, or as the table of medicines has it
    daily_dose_mg     None: the usual dose
    start_day         None: for so long that it is at rest
    stop_day          None: it goes on
    acknowledged      the user knows that the twin does not know this medicine
    """

    name: str
    daily_dose_mg: float | None = None
    start_day: float | None = None
    stop_day: float | None = None
    acknowledged: bool = False

    def __post_init__(self) -> None:
        if self.daily_dose_mg is not None and not (
            math.isfinite(self.daily_dose_mg) and self.daily_dose_mg > 0
        ):
            raise PatientError(
                f"{self.name}: {self.daily_dose_mg} mg is no daily dose; leave the "
                "medicine out if it is not taken"
            )
        start = -math.inf if self.start_day is None else self.start_day
        if self.stop_day is not None and self.stop_day <= start:
            raise PatientError(
                f"{self.name}: stops on day {self.stop_day:g}, before it starts"
            )

    @property
    def changes_in_time(self) -> bool:
        """Whether it starts or stops at a time that is known."""
        return self.start_day is not None or self.stop_day is not None
