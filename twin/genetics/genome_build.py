"""Is a file written for the reference genome that our positions are on?

Decided by the reference bases at the positions themselves: headers and accession
numbers are copied from other files and lie.
"""

from collections.abc import Iterable, Mapping

from twin.errors import GenotypeError
from twin.genetics.allele_definitions import AlleleDefinitions, GeneDefinition, Position
from twin.vocabulary.variant import VariantRecord, chromosome_number

BUILD = "GRCh38"
OLDER_BUILD = "GRCh37"

_LIFT = (
    f"give a file aligned to {BUILD}, or lift it (CrossMap, Picard LiftoverVcf); "
    "positions are not lifted here"
)


def reference_bases(definitions: AlleleDefinitions) -> dict[tuple[str, int], str]:
    """(chromosome number, position) -> the base of GRCh38, as far as we hold it."""
    return {
        (chromosome_number(gene.chromosome), position.position + offset): base
        for gene in definitions
        for position in gene.positions
        for offset, base in enumerate(position.repeat)
    }


def check_build(
    definitions: AlleleDefinitions, records: Iterable[VariantRecord]
) -> int:
    """How many reference bases agree with GRCh38; none may disagree.

    Raises: GenotypeError where a base disagrees, where an rsID stands at another
    place, or where the records fit GRCh37's positions and not ours.
    """
    ours = reference_bases(definitions)
    known = list(records)
    agree = sum(_agreement(record, ours, definitions) for record in known)
    older = sum(_fits_older(record, definitions) for record in known)
    alleles_older = sum(_names_an_allele(r, definitions, older=True) for r in known)
    alleles_ours = sum(_names_an_allele(r, definitions) for r in known)
    if (older and older >= agree) or alleles_older > alleles_ours:
        raise GenotypeError(
            f"{older} records stand at {OLDER_BUILD} positions of the genes and "
            f"{agree} at {BUILD} positions: the file is of the older build, whatever "
            f"its header says; {_LIFT}"
        )
    for record in known:
        _check_name(record, definitions)
    return agree


def is_shown(
    definitions: AlleleDefinitions, records: Iterable[VariantRecord], *, agreeing: int
) -> bool:
    """Whether the records show that they are on GRCh38, once none disagrees.

    One that names an allele of ours, or our rsID, where we have it is enough.  Blocks
    of reference begin anywhere: of four letters one is right by chance, so it takes
    several of them.

    Args:
        definitions: of the genes.
        records: of a sample.
        agreeing: how many of their bases agree, by `check_build`.
    """
    return agreeing >= _FEWEST_BASES or any(
        _names_an_allele(record, definitions) or _our_names(record, definitions)
        for record in records
    )


_FEWEST_BASES = 4
"""By chance all of four letters agree in 1 of 256 (design choice)."""


def older_places(
    definitions: AlleleDefinitions, records: Iterable[VariantRecord]
) -> tuple[str, ...]:
    """Genes of which lines stand where the older build has their positions.

    In a file that otherwise fits ours, these may be a part that was not lifted.
    """
    found = [
        gene.gene
        for record in records
        for gene in definitions
        if _place_of(record, gene, gene.grch37_offset)
    ]
    variants = {
        gene.gene
        for record in records
        for gene in definitions
        if _names_an_allele_of(record, gene, gene.grch37_offset)
    }
    return tuple(
        gene
        for gene in dict.fromkeys(found)
        if found.count(gene) > 1 or gene in variants
    )


def _agreement(
    record: VariantRecord,
    ours: Mapping[tuple[str, int], str],
    definitions: AlleleDefinitions,
) -> int:
    number = chromosome_number(record.chromosome)
    agree = 0
    for offset, base in enumerate(record.ref.upper()):
        wanted = ours.get((number, record.position + offset))
        if wanted is None or base == "N":
            continue
        if base != wanted:
            older = (
                f"; it fits {OLDER_BUILD}" if _fits_older(record, definitions) else ""
            )
            raise GenotypeError(
                f"{record.chromosome}:{record.position + offset}: the reference base "
                f"is given as {base}, {BUILD} has {wanted} on the plus strand: the "
                f"record is of another build or strand, whatever it says of "
                f"itself{older}; {_LIFT}"
            )
        agree += 1
    return agree


def _fits_older(record: VariantRecord, definitions: AlleleDefinitions) -> bool:
    """Whether a record is one of our positions, where the older build has it."""
    return any(_place_of(record, g, g.grch37_offset) for g in definitions)


def _place_of(
    record: VariantRecord, gene: GeneDefinition, shift: int
) -> Position | None:
    """The gene's position that a record, so far shifted, has the reference of."""
    if chromosome_number(gene.chromosome) != chromosome_number(record.chromosome):
        return None
    found = (
        position
        for position in gene.positions
        if record.position - shift == position.position
        and record.ref.upper() == position.ref
    )
    return next(found, None)


def _names_an_allele(
    record: VariantRecord, definitions: AlleleDefinitions, *, older: bool = False
) -> bool:
    """Whether a record has the reference and another allele of one of our positions."""
    return any(
        _names_an_allele_of(record, gene, gene.grch37_offset if older else 0)
        for gene in definitions
    )


def _names_an_allele_of(
    record: VariantRecord, gene: GeneDefinition, shift: int
) -> bool:
    place = _place_of(record, gene, shift)
    return place is not None and not set(place.alts).isdisjoint(
        alt.upper() for alt in record.alts
    )


def _our_names(record: VariantRecord, definitions: AlleleDefinitions) -> set[str]:
    """Our rsIDs a record has; `check_build` has seen that they are at their places."""
    written = set((record.rsid or "").split(";"))
    return {p.rsid for g in definitions for p in g.positions if p.rsid} & written


def _check_name(record: VariantRecord, definitions: AlleleDefinitions) -> None:
    """An rsID of ours away from its place: the place or the name is wrong."""
    for name in (record.rsid or "").split(";"):
        for gene in definitions:
            for position in gene.positions:
                if (
                    name
                    and name == position.rsid
                    and not _touches(record, gene, position.position, position.end)
                ):
                    raise GenotypeError(
                        f"{name} stands at {record.place}; on {BUILD} it is "
                        f"{gene.chromosome}:{position.position}: the file is of "
                        f"another build, whatever its header says; {_LIFT}"
                    )


def _touches(
    record: VariantRecord, gene: GeneDefinition, first: int, last: int
) -> bool:
    if chromosome_number(record.chromosome) != chromosome_number(gene.chromosome):
        return False
    end = record.end or record.position + len(record.ref) - 1
    return record.position <= last + 1 and end >= first - 1
