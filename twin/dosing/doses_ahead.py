"""What will be taken next if all goes on as it was told."""

from dataclasses import dataclass

from twin.units import HOURS_PER_DAY
from twin.vocabulary.regimen import Dose, Regimen

_LOOKED_BACK_DAYS = 14
_LONGEST_PERIOD_DAYS = 7
_STILL_TAKEN_H = 36.0
"""So long after its last dose a regimen is taken to go on; later it was stopped."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Doses to come, and in words where they are from."""

    doses: tuple[Dose, ...]
    words: str


def doses_ahead(
    told: Regimen,
    *,
    from_h: float,
    until_h: float,
    substance: str,
    daily_mg: float | None = None,
) -> Ahead:
    """The doses from `from_h` until before `until_h`.

    As asked; else the rhythm of the last two weeks where they have one of up to seven
    days; else the last dose once a day.  None where the last dose lies back so far that
    it was stopped.

    Args:
        told: at least one dose, earliest first, all before `from_h`.
        from_h, until_h: on the twin's clock, h.
        substance: of the tablets.
        daily_mg: asked about, once a day at the hour of the last dose told.
    """
    last = told.doses[-1]
    if daily_mg is not None:
        amounts = [daily_mg]
        words = f"{daily_mg:g} mg once a day, as asked"
    elif from_h - last.time_h > _STILL_TAKEN_H:
        held = from_h - last.time_h
        words = f"no more doses: none is told for the last {held:g} h"
        return Ahead((), words)
    else:
        amounts = _rhythm(told)
        words = (
            f"{amounts[0]:g} mg once a day, as last told"
            if len(amounts) == 1
            else f"{', '.join(f'{mg:g}' for mg in amounts)} mg in turn, once a day, as "
            "told of the last two weeks"
        )
    time_h, number = last.time_h + HOURS_PER_DAY, 0
    doses: list[Dose] = []
    while time_h < until_h:
        if time_h >= from_h:
            doses.append(Dose(time_h, amounts[number % len(amounts)], substance))
        time_h, number = time_h + HOURS_PER_DAY, number + 1
    return Ahead(tuple(doses), words)


def _rhythm(told: Regimen) -> list[float]:
    """Amounts of the days to come, in turn, mg."""
    last = told.doses[-1]
    first = last.time_h - HOURS_PER_DAY * (_LOOKED_BACK_DAYS - 1)
    lately = {d.time_h: d.amount_mg for d in told.doses if d.time_h >= first}
    days = [first + HOURS_PER_DAY * day for day in range(_LOOKED_BACK_DAYS)]
    if first >= told.doses[0].time_h and sorted(lately) == days:
        amounts = [lately[day] for day in days]
        for period in range(1, _LONGEST_PERIOD_DAYS + 1):
            if amounts[period:] == amounts[:-period]:
                return amounts[-period:]
    return [last.amount_mg]
