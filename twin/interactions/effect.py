"""What co-medicines do to the body's drug at one instant, and how it comes and goes.

Three ways of meeting an enzyme: a medicine may sit in its place (at once, with its own
level), destroy it (it is made anew at the enzyme's pace), or change how much of it is
made (at that pace too).  Others act on vitamin K, its enzyme, the factors' synthesis
or the binding in plasma, with the medicine's level.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from twin.interactions.exposure import (
    by_dose,
    days_to_rest,
    level,
    unbound_umol_per_l,
)
from twin.interactions.medicines import (
    ENZYMES,
    OTHER_TARGETS,
    Enzyme,
    Interactions,
)
from twin.units import HOURS_PER_DAY
from twin.vocabulary.co_medicine import CoMedicine

_STEP_H = 6.0


def _ones() -> Mapping[Enzyme, float]:
    return MappingProxyType(dict.fromkeys(ENZYMES, 1.0))


def _zeros() -> Mapping[Enzyme, float]:
    return MappingProxyType(dict.fromkeys(ENZYMES, 0.0))


@dataclass(frozen=True, slots=True)
class Effect:
    """The joint effect of medicines at one instant; nothing of it by default.

    inhibition   sum of I/Ki, by enzyme
    amount       of enzyme, relative to a body without the medicines
    factors      on vitamin K intake, VKORC1, factor synthesis, unbound fraction
    """

    inhibition: Mapping[Enzyme, float] = field(default_factory=_zeros)
    amount: Mapping[Enzyme, float] = field(default_factory=_ones)
    factors: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(dict.fromkeys(OTHER_TARGETS, 1.0))
    )

    def activity(self, enzyme: Enzyme) -> float:
        """amount / (1 + sum of I/Ki), far from the substrate's saturation."""
        return self.amount[enzyme] / (1.0 + self.inhibition[enzyme])


def effects_over(
    medicines: Iterable[CoMedicine],
    *,
    interactions: Interactions,
    days: Sequence[float],
) -> tuple[Effect, ...]:
    """The joint effect on each of several days, earliest first."""
    known = in_the_table(sorted(medicines, key=lambda m: m.name), interactions)
    return effects_of(known, interactions, list(days))


Known = Sequence[tuple[str, CoMedicine]]
"""Medicines of the table, each by its name there."""


def in_the_table(
    medicines: Iterable[CoMedicine], interactions: Interactions
) -> list[tuple[str, CoMedicine]]:
    """Those that are known, by the table's names."""
    return [
        (name, each)
        for each in medicines
        if (name := interactions.known_as(each.name)) is not None
    ]


def effects_of(
    known: Known, table: Interactions, days: Sequence[float | None]
) -> tuple[Effect, ...]:
    """The joint effect on each day, earliest first; None is "at rest"."""
    amounts = {enzyme: _amounts(known, enzyme, table, days) for enzyme in ENZYMES}
    return tuple(
        _effect(known, table, day, {e: amounts[e][n] for e in ENZYMES})
        for n, day in enumerate(days)
    )


def _effect(
    known: Known,
    table: Interactions,
    day: float | None,
    amount: dict[Enzyme, float],
) -> Effect:
    inhibition = dict.fromkeys(ENZYMES, 0.0)
    factors = dict.fromkeys(OTHER_TARGETS, 1.0)
    for name, each in known:
        share = level(each, name, table, day)
        for enzyme in ENZYMES:
            inhibition[enzyme] += _inhibition(name, each, enzyme, table) * share
        for target in OTHER_TARGETS:
            factor = table.value(name, target, "factor")
            if factor is not None:
                at_rest = _scaled(factor, by_dose(name, each, table))
                factors[target] *= 1.0 + (at_rest - 1.0) * share
    return Effect(
        MappingProxyType(inhibition),
        MappingProxyType(amount),
        MappingProxyType(factors),
    )


def _scaled(factor: float, strength: float) -> float:
    """So many times the effect; what lowers never lowers to nothing."""
    if factor >= 1.0:
        return 1.0 + (factor - 1.0) * strength
    return 1.0 / (1.0 + (1.0 / factor - 1.0) * strength)


def settled_by(each: CoMedicine, name: str, table: Interactions) -> int:
    """First whole day from which the effect is what it will stay, within a tenth.

    0 where nothing changes after the first dose.
    """
    last = math.ceil(days_to_rest([each], table))
    if last <= 0:
        return 0
    *before, rest = effects_of([(name, each)], table, [float(d) for d in range(last)])
    moving = [day for day, now in enumerate(before) if _differ(now, rest)]
    return moving[-1] + 1 if moving else 0


def is_gone(each: CoMedicine, name: str, table: Interactions) -> bool:
    """Whether it ended so long before the first dose that nothing of it is left.

    Some time at least, because what it did beside the kinetics is not followed
    (platelets, the bowel's lining), and until the enzymes are made anew.
    """
    lasting = table.timing.lasting_days
    ended = each.stop_day is not None and each.stop_day <= -lasting
    return ended and settled_by(each, name, table) <= 0


def left_of(
    medicines: Iterable[CoMedicine], interactions: Interactions
) -> list[tuple[str, CoMedicine]]:
    """Those of the table that are taken, to come, or not gone yet, by its names."""
    return [
        (name, each)
        for name, each in in_the_table(medicines, interactions)
        if not is_gone(each, name, interactions)
    ]


def _differ(one: Effect, other: Effect) -> bool:
    ratios = [one.activity(enzyme) / other.activity(enzyme) for enzyme in ENZYMES]
    ratios += [one.factors[target] / other.factors[target] for target in OTHER_TARGETS]
    return any(abs(math.log(ratio)) > _A_TENTH for ratio in ratios)


_A_TENTH = math.log(1.1)


def _inhibition(
    name: str, each: CoMedicine, enzyme: Enzyme, table: Interactions
) -> float:
    """I/Ki at rest; from an activity seen in people where that is what is known."""
    found = 0.0
    ki = table.value(name, enzyme, "ki")
    if ki is not None:
        found += unbound_umol_per_l(name, each, table) / ki
    activity = table.value(name, enzyme, "activity")
    if activity is not None:
        found += (1.0 / activity - 1.0) * by_dose(name, each, table)
    return found


def _drive(
    known: Known, enzyme: Enzyme, table: Interactions, day: float | None
) -> tuple[float, float]:
    """(relative synthesis, rate of inactivation in 1/h) at one instant."""
    synthesis, inactivation = 1.0, 0.0
    for name, each in known:
        share = level(each, name, table, day)
        fold = table.value(name, enzyme, "synthesis")
        if fold is not None:
            synthesis *= 1.0 + (fold - 1.0) * share
        kinact = table.value(name, enzyme, "kinact")
        if kinact is not None:
            half = table.value(name, enzyme, "ki_inactivation") or math.inf
            unbound = unbound_umol_per_l(name, each, table) * share
            inactivation += kinact * unbound / (half + unbound)
    return synthesis, inactivation


def _amounts(
    known: Known, enzyme: Enzyme, table: Interactions, days: Sequence[float | None]
) -> list[float]:
    """The enzyme's amount on each day, by its history; None is "at rest"."""
    k = table.turnover_per_h[enzyme]
    moving = [
        (name, each)
        for name, each in known
        if table.value(name, enzyme, "synthesis") is not None
        or table.value(name, enzyme, "kinact") is not None
    ]
    if not moving:
        return [1.0] * len(days)
    if all(day is None for day in days) or not any(
        each.changes_in_time for _, each in moving
    ):
        return [_at_rest(k, *_drive(moving, enzyme, table, None))] * len(days)
    now = min(_first_day(each) for _, each in moving)
    amount = _at_rest(k, *_drive(moving, enzyme, table, now))
    found = []
    for day in days:
        if day is None:
            found.append(_at_rest(k, *_drive(moving, enzyme, table, None)))
            continue
        while now < day:
            step = min(_STEP_H / HOURS_PER_DAY, day - now)
            synthesis, loss = _drive(moving, enzyme, table, now + step / 2.0)
            rest = _at_rest(k, synthesis, loss)
            left = math.exp(-(k + loss) * step * HOURS_PER_DAY)
            amount = rest + (amount - rest) * left
            now += step
        found.append(amount)
    return found


def _at_rest(k: float, synthesis: float, inactivation: float) -> float:
    return k * synthesis / (k + inactivation)


def _first_day(each: CoMedicine) -> float:
    """From where on the past matters: its start, or its stop when it was at rest."""
    if each.start_day is not None:
        return max(each.start_day, -_LONGEST_HISTORY_DAYS)
    return 0.0 if each.stop_day is None else min(each.stop_day, 0.0)


_LONGEST_HISTORY_DAYS = 730.0
"""Nothing that began before is still coming: ten half-lives of the slowest."""
