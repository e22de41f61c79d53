"""Was the model made for a patient like this?

The answer is one of three values, `InScope`, `Caution` or `OutOfScope`, the last two
with their reasons.  Out of scope a twin may be built and studied, but gives no dose.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from twin.interactions.effect import CoMedication
from twin.interactions.remarks import remarks_on, why_it_blocks
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
        why_it_blocks(name, library.interactions) for name in medicines.not_acknowledged
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
    doubts += remarks_on(patient.co_medication, library.interactions)
    doubts += _target_doubts(patient, library)
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


def _target_doubts(patient: Patient, library: Library) -> list[str]:
    """Said where the stated range of the INR is none of the indication's."""
    if patient.target_inr is None or patient.indication is None:
        return []
    why = library.indications[patient.indication]
    ranges = [(range_.low, range_.high) for range_ in (why.target, *why.others)]
    if patient.target_inr in ranges:
        return []
    low, high = patient.target_inr
    usual = " or ".join(f"{a:g} to {b:g}" for a, b in dict.fromkeys(ranges))
    said = (
        f"the stated target, INR {low:g} to {high:g}, is not that of the indication "
        f"({why.name}): {usual}"
    )
    return [said]
