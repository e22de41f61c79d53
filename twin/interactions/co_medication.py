"""A patient's other medicines: what they do together, and which are not known."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from twin.errors import PatientError
from twin.interactions.effect import Effect, effects_of, in_the_table, is_gone
from twin.interactions.exposure import assumed_dose_mg
from twin.interactions.medicines import ENZYMES, TARGETS_IN_WORDS, Interactions
from twin.interactions.remarks import unread_effects
from twin.vocabulary.co_medicine import CoMedicine

_UNKNOWN_MEDICINE = (
    "no effect on warfarin is in the table, none is modelled; "
    "watch the INR when it starts or stops"
)


@dataclass(frozen=True, slots=True)
class CoMedication:
    """The effect at one instant, which medicines are not known, and the reasons.

    not_acknowledged   those without which no dose comes: not known, or a hazard
    """

    effect: Effect
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    not_acknowledged: tuple[str, ...]
    reasons: tuple[str, ...]


def co_medication(
    medicines: Iterable[CoMedicine],
    *,
    interactions: Interactions,
    day: float | None = None,
) -> CoMedication:
    """What the medicines do, all together.

        activity = amount / (1 + sum I/Ki)
        d amount/dt = k (synthesis - amount) - sum kinact I/(KI + I) amount

    The order does not matter.  A medicine that is not in the table changes nothing
    and is reported: unknown is not harmless.

    Raises: PatientError where one medicine is listed under two names, or the drug
    itself is listed.

    Args:
        medicines: with doses and days; a name twice is the intake's to refuse.
        interactions: the table.
        day: since the drug's first dose; None for the state at rest, with what is
            taken from the first dose on: neither what ended before nor what begins
            later.

    Assumes: average concentrations of the co-medicine in plasma, unbound, at the
    enzyme; effects independent of one another and of the co-medicine's own genes.
    Source: Fahmi (2009) Drug Metab Dispos 37:1658 for the three ways together.
    """
    taken = sorted(medicines, key=lambda m: m.name)
    for each in taken:
        if interactions.is_the_drug_itself(each.name):
            raise PatientError(
                f"co_medication: {each.name} is the drug that is dosed here; take it "
                "off the list, and ask about a dose of it under regimen"
            )
    known = in_the_table(taken, interactions)
    for (name, one), (again, other) in pairwise(sorted(known, key=lambda k: k[0])):
        if name == again:
            raise PatientError(
                f"co_medication: {one.name} and {other.name} are the same medicine "
                f"({name}); keep one of them, with the whole daily dose"
            )
    unknown = [m for m in taken if interactions.known_as(m.name) is None]
    (effect,) = effects_of(known, interactions, [day])
    reasons = [_reason(name, each, interactions) for name, each in known]
    reasons += [f"{m.name}: {_UNKNOWN_MEDICINE}" for m in unknown]
    return CoMedication(
        effect,
        tuple(name for name, _ in known),
        tuple(m.name for m in unknown),
        tuple(
            m.name
            for m in taken
            if not m.acknowledged and _must_be_acknowledged(m, interactions)
        ),
        tuple(reasons),
    )


def _must_be_acknowledged(each: CoMedicine, interactions: Interactions) -> bool:
    name = interactions.known_as(each.name)
    gone = name is not None and is_gone(each, name, interactions)
    return interactions.blocks(each.name) and not gone


def _reason(name: str, each: CoMedicine, table: Interactions) -> str:
    """What a medicine does at rest, in one sentence."""
    for_ever = CoMedicine(each.name, each.daily_dose_mg)
    (alone,) = effects_of([(name, for_ever)], table, [None])
    parts = [
        f"{enzyme} x{alone.activity(enzyme):.2g}"
        for enzyme in ENZYMES
        if abs(alone.activity(enzyme) - 1.0) > 0.005
    ]
    parts += [
        f"{TARGETS_IN_WORDS[target]} x{factor:.2g}"
        for target, factor in alone.factors.items()
        if factor != 1.0
    ]
    dose = "" if each.daily_dose_mg is None else f" {each.daily_dose_mg:g} mg/d"
    if (assumed := assumed_dose_mg(each, name, table)) is not None:
        dose = f" (no dose stated: {assumed:g} mg/d taken)"
    when = ""
    if each.start_day is not None:
        when += f", from day {each.start_day:g}"
    if each.stop_day is not None:
        when += f", until day {each.stop_day:g}"
    if is_gone(each, name, table):
        return f"{name}{dose}{when}: nothing of it is left"
    if parts:
        return f"{name}{dose}{when}: {', '.join(parts)}"
    unread = " (not read in a source)" if unread_effects(name, table) else ""
    return (
        f"{name}{dose}{when}: no effect on warfarin's kinetics or target is "
        f"modelled{unread}"
    )
