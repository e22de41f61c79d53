"""Was the model made for a patient like this?

The answer is one of three values, `InScope`, `Caution` or `OutOfScope`, the last two
with their reasons.  Out of scope a twin may be built and studied, but gives no dose.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from twin.interactions.effect import CoMedication
from twin.interactions.exposure import unlike_the_usual_dose
from twin.library import Library
from twin.physiology.organ_function import Kidney
from twin.vocabulary.patient import ChildPughClass, Patient


@dataclass(frozen=True, slots=True)
class InScope:
    """The model was made for patients like this one."""

    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Caution:
    """The model answers, and these are reasons to trust it less."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutOfScope:
    """The model was not made for this patient; no dose comes from it."""

    reasons: tuple[str, ...]


Scope = InScope | Caution | OutOfScope

_GENES_THAT_MATTER_MOST = ("CYP2C9", "VKORC1")


def scope_of(
    patient: Patient,
    library: Library,
    *,
    child_pugh_class: ChildPughClass,
    medicines: CoMedication,
    kidney: Kidney | None = None,
    warnings: Iterable[str] = (),
) -> Scope:
    """Where the patient stands; `warnings` are those of the intake.

    Never narrows: what is out of scope stays so whatever else is known.
    """
    domain = library.domain
    against = []
    if patient.age_years < domain.smallest_age_years:
        against.append(
            f"age {patient.age_years:g} is below {domain.smallest_age_years:g}: "
            f"{domain.smallest_age_why}"
        )
    if patient.pregnant:
        against.append(f"pregnancy: {domain.pregnancy_why}")
    if patient.active_bleeding:
        against.append(f"active bleeding: {domain.bleeding_why}")
    if child_pugh_class in domain.failing_liver_classes:
        against.append(domain.failing_liver_why)
    against += [
        f"{name}: its effect on warfarin is not known here; no dose is given until "
        "that is acknowledged (co_medication: acknowledged: true, or --acknowledge)"
        for name in medicines.not_acknowledged
    ]
    if against:
        return OutOfScope(tuple(against))
    doubts = [*warnings]
    doubts += [
        f"{name}: its effect on warfarin is not in the table and is not modelled"
        for name in medicines.unknown
    ]
    doubts += [
        f"{call.gene}: a base was read at {', '.join(call.undefined)} that no named "
        "allele has; what it does is not known, ask the laboratory"
        for call in patient.genotype.calls
        if call.undefined
    ]
    doubts += _medicine_doubts(patient, medicines, library)
    if child_pugh_class != "none":
        doubts.append(
            f"Child-Pugh {child_pugh_class}: no doses of such patients were fitted"
        )
    doubts += [
        f"{gene} was not tested: the dose is that of an average over its alleles"
        for gene in _GENES_THAT_MATTER_MOST
        if patient.genotype.of(gene) is None
    ]
    if kidney is not None and kidney.kidney_class == "severe":
        doubts.append("severe kidney disease: its factor rests on few patients")
    if kidney is not None and kidney.conflict is not None:
        doubts.append(kidney.conflict)
    return Caution(tuple(doubts)) if doubts else InScope()


def _medicine_doubts(
    patient: Patient, medicines: CoMedication, library: Library
) -> list[str]:
    """What a prescriber must know of medicines whose effect is in the table."""
    doubts = []
    if len(medicines.known) > 1:
        doubts.append(
            f"the effects of {', '.join(medicines.known)} are combined; together they "
            "were never modelled"
        )
    for each in patient.co_medication:
        name = library.interactions.known_as(each.name)
        if name is None:
            continue
        if each.stop_day is not None and each.stop_day <= 0:
            doubts.append(
                f"{name} ended on day {each.stop_day:g}: the dose is for when its "
                "effect has gone; the course shows what is left of it"
            )
        elif each.stop_day is not None and each.is_there_at_rest:
            doubts.append(
                f"{name} stops on day {each.stop_day:g}: the dose is for while it is "
                "taken, and must be found anew as its effect goes"
            )
        elif each.start_day is not None and each.start_day > 0:
            doubts.append(
                f"{name} starts on day {each.start_day:g}: the dose is for before, and "
                "must be found anew when it starts; the course shows what happens if "
                "it is not"
            )
        if said := unlike_the_usual_dose(each, name, library.interactions):
            doubts.append(said)
        unverified = [
            target
            for (
                medicine,
                target,
                _,
            ), c in library.interactions.constants.constants.items()
            if medicine == name and c.evidence == "unverified"
        ]
        if unverified:
            doubts.append(
                f"{name}: its effect on {', '.join(dict.fromkeys(unverified))} was "
                "not read in a source; watch the INR"
            )
    return doubts
