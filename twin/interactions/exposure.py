"""How much of a medicine there is: by its dose, and as it comes and goes."""

import math
from collections.abc import Iterable

from twin.interactions.medicines import ENZYMES, OTHER_TARGETS, Interactions
from twin.units import HOURS_PER_DAY
from twin.vocabulary.co_medicine import CoMedicine

_HALF_LIVES_TO_REST = 7.0
_A_LITTLE_LESS = 0.9


def level(
    medicine: CoMedicine, name: str, interactions: Interactions, day: float | None
) -> float:
    """Share of its level at rest, 0 to 1.

    On no day in particular (None): whether it is there when the drug has come to rest;
    what ends before, or begins much later, is not.

    Rises as 1 - 2^(-t/onset), falls as 2^(-t/half-life) once it is stopped.
    """
    about = interactions.medicines[name]
    if day is None:
        return 1.0 if is_there_at_rest(medicine, interactions) else 0.0
    start = -math.inf if medicine.start_day is None else medicine.start_day
    if day < start:
        return 0.0
    stop = math.inf if medicine.stop_day is None else medicine.stop_day
    taken_h = (min(day, stop) - start) * HOURS_PER_DAY
    reached = 1.0 - 2.0 ** (-taken_h / about.onset_half_life_h)
    since_h = max(day - stop, 0.0) * HOURS_PER_DAY
    return float(reached * 2.0 ** (-since_h / about.half_life_h))


def is_there_at_rest(medicine: CoMedicine, interactions: Interactions) -> bool:
    """Whether the drug comes to rest in its presence.

    It begins with the drug or soon after, and goes on until the drug's own effect has
    come to rest; a shorter course passes before.
    """
    timing, start, stop = interactions.timing, medicine.start_day, medicine.stop_day
    begun = start is None or start <= timing.begins_with_drug_days
    return begun and (stop is None or stop > timing.drug_at_rest_days)


def dose_ratio(name: str, each: CoMedicine, table: Interactions) -> float:
    """The dose in usual doses."""
    about = table.medicines[name]
    if each.daily_dose_mg is None or about.usual_daily_dose_mg is None:
        return 1.0
    return each.daily_dose_mg / about.usual_daily_dose_mg


def by_dose(name: str, each: CoMedicine, table: Interactions) -> float:
    """How an effect seen in people at the usual dose follows the dose.

    By the power the table has.  Else in proportion up to the usual dose, between none
    without the medicine and what was seen; beyond that dose nothing is known of it.
    """
    exponent = table.value(name, "any", "dose_exponent")
    ratio = dose_ratio(name, each, table)
    return min(ratio, 1.0) if exponent is None else float(ratio**exponent)


def unbound_umol_per_l(name: str, each: CoMedicine, table: Interactions) -> float:
    found = table.medicines[name].unbound_umol_per_l
    return (found or 0.0) * dose_ratio(name, each, table)


def days_to_rest(medicines: Iterable[CoMedicine], interactions: Interactions) -> float:
    """Days after the last start or stop until nothing changes any more."""
    slowest_h = math.log(2.0) / min(interactions.turnover_per_h.values())
    last = 0.0
    for each in medicines:
        name = interactions.known_as(each.name)
        if name is None:
            continue
        about = interactions.medicines[name]
        for day, half_life in (
            (each.start_day, about.onset_half_life_h),
            (each.stop_day, about.half_life_h),
        ):
            if day is not None:
                settles = _HALF_LIVES_TO_REST * (half_life + slowest_h)
                last = max(last, day + settles / HOURS_PER_DAY)
    return last


_BY_LEVEL = ("ki", "kinact")


def acts(name: str, interactions: Interactions) -> bool:
    """Whether a medicine does anything to the drug that is modelled."""
    seen = ("activity", "synthesis", "factor")
    return _by_level(name, interactions) or _has(name, seen, interactions)


def follows_the_dose(name: str, interactions: Interactions) -> bool:
    """Whether more of it does more, as far as the table knows."""
    if interactions.value(name, "any", "dose_exponent") is not None:
        return True
    seen = ("activity", "factor")
    return _by_level(name, interactions) or _has(name, seen, interactions)


def _by_level(name: str, interactions: Interactions) -> bool:
    """Whether it acts by its level in plasma, not by an effect seen in people."""
    return any(
        interactions.value(name, enzyme, quantity) is not None
        for enzyme in ENZYMES
        for quantity in _BY_LEVEL
    )


def _has(name: str, quantities: Iterable[str], interactions: Interactions) -> bool:
    """Whether it has an effect seen in people that is not 1, which is none."""
    return any(
        interactions.value(name, target, quantity) not in {None, 1.0}
        for target in (*ENZYMES, *OTHER_TARGETS)
        for quantity in quantities
    )


def assumed_dose_mg(
    each: CoMedicine, name: str, interactions: Interactions
) -> float | None:
    """The usual dose where none is stated and the effect hangs on it."""
    if each.daily_dose_mg is not None or not follows_the_dose(name, interactions):
        return None
    return interactions.medicines[name].usual_daily_dose_mg


def unlike_the_usual_dose(
    each: CoMedicine, name: str, interactions: Interactions
) -> str | None:
    """What to say of a dose far from the usual; None where there is nothing to say."""
    ratio = dose_ratio(name, each, interactions)
    seen_in_people = not _by_level(name, interactions)
    falls = seen_in_people and follows_the_dose(name, interactions)
    least = _A_LITTLE_LESS if falls else 0.5
    if not acts(name, interactions) or least <= ratio <= 2.0:
        return None
    usual = interactions.medicines[name].usual_daily_dose_mg
    about = f"{name}: {each.daily_dose_mg:g} mg/d is {ratio:.3g} times the usual"
    if falls and ratio < 1.0:
        return f"{about} {usual:g}; its effect is taken to fall with the dose"
    if interactions.value(name, "any", "dose_exponent") is not None:
        return f"{about} {usual:g}; its effect is carried beyond what was studied"
    if seen_in_people:
        return f"{about} {usual:g}, at which its effect is known; taken unchanged"
    linear = "" if interactions.medicines[name].dose_linear else ", which it does not"
    return f"{about} {usual:g}; its level is taken to follow the dose{linear}"


def are_there_together(
    one: CoMedicine, other: CoMedicine, interactions: Interactions
) -> bool:
    """Whether something of both is there on any day."""
    starts, ends = [], []
    for each in (one, other):
        name = interactions.known_as(each.name)
        starts.append(-math.inf if each.start_day is None else each.start_day)
        lasts_h = 0.0 if name is None else interactions.medicines[name].half_life_h
        end = math.inf if each.stop_day is None else each.stop_day
        ends.append(end + _HALF_LIVES_TO_REST * lasts_h / HOURS_PER_DAY)
    return max(starts) < min(ends)
