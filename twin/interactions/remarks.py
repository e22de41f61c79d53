"""What a prescriber must know of a patient's other medicines, in sentences."""

from collections.abc import Iterable

from twin.interactions.effect import Known, left_of, settled_by
from twin.interactions.exposure import (
    acts,
    are_there_together,
    assumed_dose_mg,
    is_there_at_rest,
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
    """Sentences on the medicines that are in the table, of which anything is left."""
    taken = left_of(medicines, interactions)
    acting = [(name, each) for name, each in taken if acts(name, interactions)]
    doubts = [*_watch(acting), *_together(acting, interactions)]
    doubts += [
        f"{name}: {interactions.hazards[name].says}"
        for name, _ in taken
        if name in interactions.hazards
    ]
    for name, each in acting:
        if when := _when(each, name, interactions):
            doubts.append(when)
        if said := unlike_the_usual_dose(each, name, interactions):
            doubts.append(said)
        if (usual := assumed_dose_mg(each, name, interactions)) is not None:
            doubts.append(
                f"{name}: its dose is not stated and {usual:g} mg/d is taken; the "
                "proposal follows it, state the dose"
            )
        if not_read := unread_effects(name, interactions):
            doubts.append(
                f"{name}: its effect on {', '.join(not_read)} was not read in a source"
            )
    return doubts


def _watch(acting: Known) -> list[str]:
    if not acting:
        return []
    names = ", ".join(sorted(name for name, _ in acting))
    said = (
        f"check the INR more often when {names} is started, stopped or changed: people "
        "differ in how much it does"
    )
    return [said]


def _together(acting: Known, interactions: Interactions) -> list[str]:
    """Said of medicines that act and are there at one time."""
    combined = [
        name
        for name, each in acting
        if any(
            are_there_together(each, other, interactions)
            for _, other in acting
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
    """For which time the dose is, where the medicine starts or stops."""
    if is_there_at_rest(each, interactions):
        return _while_taken(each, name, interactions)
    if (
        each.start_day is not None
        and each.start_day > interactions.timing.begins_with_drug_days
    ):
        return (
            f"{name} starts on day {each.start_day:g}: the dose is for before, and "
            "must be found anew when it starts; a course that goes so far shows what "
            "happens if it is not"
        )
    done = settled_by(each, name, interactions)
    verb = "ended" if each.stop_day is not None and each.stop_day <= 0 else "stops"
    if done <= 0:
        return None
    return (
        f"{name} {verb} on day {each.stop_day:g}: the dose is for when its effect has "
        f"gone, by about day {done}; until then another is needed, and the course "
        "shows what this one does"
    )


def _while_taken(each: CoMedicine, name: str, interactions: Interactions) -> str | None:
    if each.stop_day is not None:
        return (
            f"{name} stops on day {each.stop_day:g}: the dose is for while it is "
            "taken, and must be found anew as its effect goes"
        )
    if each.start_day is None:
        return None
    full = settled_by(each, name, interactions)
    if full <= interactions.timing.begins_with_drug_days:
        return None
    verb = "began" if each.start_day <= 0 else "begins"
    return (
        f"{name} {verb} on day {each.start_day:g}: the dose is for its whole effect, "
        f"reached by about day {full}; until then another is needed, and the course "
        "shows what this one does"
    )


def unread_effects(name: str, interactions: Interactions) -> list[str]:
    """What a medicine does, or does not, that nobody has read in a source."""
    return list(
        dict.fromkeys(
            TARGETS_IN_WORDS[target]
            for (medicine, target, _), c in interactions.constants.constants.items()
            if medicine == name and c.evidence == "unverified"
        )
    )
