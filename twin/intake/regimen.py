"""A regimen as written: the same dose each day, or doses at times."""

from collections.abc import Mapping

from twin.errors import RegimenError, TwinError
from twin.intake.quantity import gathered, kind_of, quantity, refuse_unknown, warn
from twin.units import HOURS_PER_DAY
from twin.vocabulary.domain import Domain
from twin.vocabulary.regimen import Dose, Regimen, daily

MOST_DOSES = 1000
"""More than two a day for a year: a slip, or an attempt to keep the engine busy."""


def regimen_of(
    written: object, domain: Domain, substance: str, warnings: list[str]
) -> tuple[Regimen | None, int | None]:
    """The regimen asked about and for how many days; None when none is asked."""
    if written is None:
        return None, None
    if not isinstance(written, Mapping):
        raise RegimenError(
            "regimen: write {daily_dose: 5 mg, duration: 30 d} or {doses: [...]}; "
            f"got {kind_of(written)}"
        )
    refuse_unknown(written, ("daily_dose", "duration", "doses"), where="regimen")
    duration = written.get("duration")
    hours = (
        None if duration is None else quantity(duration, "duration", domain, warnings)
    )
    days = None if hours is None else _whole_days(hours)
    if (written.get("daily_dose") is None) == (written.get("doses") is None):
        raise RegimenError("regimen: give daily_dose or doses, one of the two")
    if written.get("daily_dose") is not None:
        if days is None:
            raise RegimenError("regimen: daily_dose needs a duration, e.g. 30 d")
        amount = quantity(written["daily_dose"], "dose", domain, warnings)
        return daily(amount, days=days, substance=substance), days
    doses = written["doses"]
    if not isinstance(doses, list) or not doses:
        raise RegimenError("regimen: doses must be a list of {time: 0 h, dose: 5 mg}")
    if len(doses) > MOST_DOSES:
        raise RegimenError(
            f"regimen: {len(doses)} doses are more than the {MOST_DOSES} that are "
            "taken; ask about a shorter time"
        )
    taken: list[Dose] = []
    unusual: list[str] = []
    for number, dose in enumerate(doses, start=1):
        taken.append(_dose(dose, f"dose {number}", domain, substance, unusual))
        if number > 1 and taken[-1].time_h <= taken[-2].time_h:
            raise RegimenError(
                f"dose {number}: {taken[-1].time_h:g} h is not after the dose before, "
                f"{taken[-2].time_h:g} h; put doses in order of time, one at a time"
            )
    if hours is not None and taken[-1].time_h >= hours:
        raise RegimenError(
            f"regimen: the dose at {taken[-1].time_h:g} h lies outside the duration "
            f"of {hours:g} h; lengthen it or leave the dose out"
        )
    for text in gathered(unusual):
        warn(warnings, text)
    return Regimen(tuple(taken)), days


def told_until_h(regimen: Regimen, days: int | None) -> float:
    """Until when it is said what was taken, h: the duration, else the last dose's day.

    A duration beyond the last dose says that no more was taken.
    """
    if days is not None:
        return float(HOURS_PER_DAY * days)
    return regimen.doses[-1].time_h + HOURS_PER_DAY


def _whole_days(hours: float) -> int:
    """Courses are looked at by the day."""
    if hours % HOURS_PER_DAY:
        less = int(hours // HOURS_PER_DAY)
        raise RegimenError(
            f"duration: {hours:g} h is not a number of whole days; "
            f"write {less} d or {less + 1} d"
        )
    return int(hours // HOURS_PER_DAY)


def _dose(
    written: object, where: str, domain: Domain, substance: str, warnings: list[str]
) -> Dose:
    if not isinstance(written, Mapping):
        raise RegimenError(
            f"{where}: write {{time: 0 h, dose: 5 mg}}; got {kind_of(written)}"
        )
    refuse_unknown(written, ("time", "dose"), where=where)
    for part in ("time", "dose"):
        if written.get(part) is None:
            raise RegimenError(
                f"{where}: {part} is missing; write {{time: 0 h, dose: 5 mg}}"
            )
    try:
        return Dose(
            quantity(written["time"], "dose_time", domain, warnings),
            quantity(written["dose"], "dose", domain, warnings),
            substance,
        )
    except TwinError as error:
        raise type(error)(f"{where}: {error}") from error
