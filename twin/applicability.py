"""Was the model made for a patient like this?

The answer is one of three values, `InScope`, `Caution` or `OutOfScope`, the last two
with their reasons.  Out of scope a twin may be built and studied, but gives no dose.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from twin.genetics.allele_tables import REFERENCE_ALLELES
from twin.interactions.co_medication import CoMedication
from twin.interactions.remarks import remarks_on, why_it_blocks
from twin.library import Library
from twin.physiology.organ_function import Kidney
from twin.vocabulary.genotype import GeneCall
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
    unknown_genes = _unknown_genes(patient)
    against += [
        f"{why}; no dose comes from a gene whose work is not known: ask the laboratory"
        for gene, why in unknown_genes.items()
        if gene in _GENES_THAT_MATTER_MOST
    ]
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
    doubts += unknown_genes.values()
    doubts += remarks_on(patient.co_medication, library.interactions)
    doubts += _target_doubts(patient, library)
    if child_pugh_class != "none":
        doubts.append(
            f"Child-Pugh {child_pugh_class}: no doses of such patients were fitted"
        )
    doubts += _open_genes(patient, library)
    if kidney is not None and kidney.kidney_class == "severe":
        doubts.append("severe kidney disease: its factor rests on few patients")
    if kidney is not None and kidney.conflict is not None:
        doubts.append(kidney.conflict)
    return Caution(tuple(doubts)) if doubts else InScope()


def _unknown_genes(patient: Patient) -> dict[str, str]:
    """Genes in which something was read that nobody has named, and what to say."""
    found = {}
    for call in patient.genotype.calls:
        if call.undefined:
            found[call.gene] = (
                f"{call.gene}: at {', '.join(call.undefined)} was read what no named "
                "allele has"
            )
        elif not call.possible and call.positions_read:
            found[call.gene] = (
                f"{call.gene}: no pair of named alleles fits what was read"
            )
    return found


def _open_genes(patient: Patient, library: Library) -> list[str]:
    """Said where an allele that every panel has was not looked for."""
    said = []
    for gene in _GENES_THAT_MATTER_MOST:
        result = patient.genotype.of(gene)
        if result is None:
            said.append(f"{gene} was not tested")
            continue
        unseen: set[str] = set()
        if isinstance(result, GeneCall):
            unseen = set(result.not_tested) if len(result.pairs) > 1 else unseen
        elif REFERENCE_ALLELES[gene] in result.alleles:
            unseen = set(library.panels[gene]["panel"]) - result.tested
        missing = [a for a in library.panels[gene]["panel"] if a in unseen]
        if missing:
            said.append(f"{gene} {' and '.join(missing)} were not looked for")
    return [f"{one}: the dose is that of an average over its alleles" for one in said]


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
