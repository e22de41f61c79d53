"""What a prescriber must know of a patient's other medicines, in sentences."""

from collections.abc import Iterable, Sequence

from twin.interactions.exposure import (
    acts,
    are_there_together,
    assumed_dose_mg,
    days_to_rest,
    unlike_the_usual_dose,
)
from twin.interactions.medicines import TARGETS_IN_WORDS, Interactions
from twin.vocabulary.co_medicine import CoMedicine


def why_it_blocks(written: str, interactions: Interactions) -> str:
    """Why no dose comes while a medicine is not acknowledged."""
    name = interactions.known_as(written)
    if name is not None:
        why = interactions.hazards[name].says
        return f"{name}: {why}; no dose is given until that is acknowledged"
    like = interactions.resembling(written)
    meant = "" if like is None else f" (did you mean {like}?)"
    return (
        f"{written}: its effect on warfarin is not known here{meant}; no dose is given "
        "until that is acknowledged"
    )


def remarks_on(
    medicines: Iterable[CoMedicine], interactions: Interactions
) -> list[str]:
    """Sentences on the medicines that are in the table, hazards first."""
    taken = [
        (each, name)
        for each in medicines
        if (name := interactions.known_as(each.name)) is not None
    ]
    doubts = _together(taken, interactions)
    for each, name in taken:
        if name in interactions.hazards:
            doubts.append(f"{name}: {interactions.hazards[name].says}")
        if when := _when(each, name, interactions):
            doubts.append(when)
        if said := unlike_the_usual_dose(each, name, interactions):
            doubts.append(said)
        if (usual := assumed_dose_mg(each, name, interactions)) is not None:
            doubts.append(
                f"{name}: its dose is not stated and {usual:g} mg/d is taken; the "
                "proposal follows it, state the dose"
            )
        doubts += _not_read(name, interactions)
    return doubts


def _together(
    taken: Sequence[tuple[CoMedicine, str]], interactions: Interactions
) -> list[str]:
    """Said of medicines that act, and are there at one time."""
    acting = [(each, name) for each, name in taken if acts(name, interactions)]
    combined = [
        name
        for each, name in acting
        if any(
            are_there_together(each, other, interactions)
            for other, _ in acting
            if other is not each
        )
    ]
    if not combined:
        return []
    said = (
        f"the effects of {', '.join(sorted(combined))} are combined; together they "
        "were never modelled"
    )
    return [said]


def _when(each: CoMedicine, name: str, interactions: Interactions) -> str | None:
    if each.stop_day is not None and each.stop_day <= 0:
        gone = days_to_rest([each], interactions)
        if gone <= 0 or not acts(name, interactions):
            return f"{name} ended on day {each.stop_day:g}; nothing of it is left"
        return (
            f"{name} ended on day {each.stop_day:g}: the dose is for when its effect "
            f"has gone, by about day {gone:.0f}; until then another is needed, and the "
            "course shows what is left of it"
        )
    if each.stop_day is not None and each.is_there_at_rest:
        return (
            f"{name} stops on day {each.stop_day:g}: the dose is for while it is "
            "taken, and must be found anew as its effect goes"
        )
    if each.start_day is not None and each.start_day > 0:
        return (
            f"{name} starts on day {each.start_day:g}: the dose is for before, and "
            "must be found anew when it starts; the course shows what happens if it "
            "is not"
        )
    return None


def _not_read(name: str, interactions: Interactions) -> list[str]:
    """Said where what a medicine does, or does not, stands in no source read."""
    unverified = dict.fromkeys(
        TARGETS_IN_WORDS[target]
        for (medicine, target, _), c in interactions.constants.constants.items()
        if medicine == name and c.evidence == "unverified"
    )
    acting = acts(name, interactions)
    if not unverified or (name in interactions.hazards and not acting):
        return []
    if not acting:
        what = "that it leaves warfarin's level and effect unchanged"
    else:
        what = f"its effect on {', '.join(unverified)}"
    return [f"{name}: {what} was not read in a source; watch the INR"]
