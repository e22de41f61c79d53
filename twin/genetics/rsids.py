"""Genotypes as chips and letters give them: bases by rsID, to calls at positions."""

from collections.abc import Mapping

from twin.errors import GenotypeError
from twin.genetics.allele_definitions import GeneDefinition, Position
from twin.vocabulary.variant import SiteCall


def calls_of_rsids(
    gene: GeneDefinition, genotypes: Mapping[str, str]
) -> tuple[dict[int, SiteCall], list[str]]:
    """Calls from rsID genotypes such as `{"rs1799853": "C/T"}`, and remarks.

    Letters of the other strand are understood where both alleles can only be that
    (never for A/T and C/G).  `del` and repeat counts are read as CPIC writes them,
    D and I as chips do.

    Raises: GenotypeError for letters that are not the position's.
    """
    found: dict[int, SiteCall] = {}
    remarks: list[str] = []
    for position in gene.positions:
        if position.rsid is None or position.rsid not in genotypes:
            continue
        written = genotypes[position.rsid]
        phased = "|" in written
        parts = [p.strip() for p in written.replace("|", "/").split("/")]
        if len(parts) == 1 and len(parts[0]) == 2 and not position.is_indel:
            parts = list(parts[0])
        if len(parts) != 2:
            raise GenotypeError(
                f"{position.rsid}: {written!r} is no genotype; write both bases, "
                f"e.g. {position.ref}/{position.alts[0]}"
            )
        if position.is_indel and "-" in parts:
            raise GenotypeError(
                f"{position.rsid}: '-' may be a deletion or a place that was not read; "
                f"write {position.ref}/{position.alts[0]}, or . for what was not read"
            )
        bases = [_base(position, part) for part in parts]
        if None in bases and not position.is_indel:
            turned = [_base(position, part.translate(_OTHER_STRAND)) for part in parts]
            if None not in turned and not _palindromic(position):
                remarks.append(
                    f"{position.rsid} {written}: read on the minus strand, as "
                    f"{'/'.join(str(b) for b in turned)} on the plus strand"
                )
                bases = turned
        if None in bases:
            raise GenotypeError(
                f"{position.rsid}: {written!r} is not possible there; the alleles are "
                f"{', '.join((position.ref, *position.alts))} on the plus strand; "
                "write . for one that was not read"
            )
        pair = tuple(None if base == "." else base for base in bases)
        call = SiteCall((pair[0], pair[1]), "all" if phased else None)
        if call.is_known:
            found[position.position] = call
    return found, remarks


_OTHER_STRAND = str.maketrans("ACGTacgt", "TGCAtgca")


def _base(position: Position, written: str) -> str | None:
    if written in {".", "-", "N", "n", "0"}:
        return "."
    if written in position.written:
        return position.written[written]
    letters = written.upper()
    if position.is_indel and letters in {"D", "I"}:
        return _by_length(position, longer=letters == "I")
    return letters if letters in (position.ref, *position.alts) else None


def _by_length(position: Position, *, longer: bool) -> str | None:
    """The allele a chip calls D or I; None where there are more than two."""
    alleles = sorted({position.ref, *position.alts}, key=len)
    return alleles[-1 if longer else 0] if len(alleles) == 2 else None


def _palindromic(position: Position) -> bool:
    alleles = {position.ref, *position.alts}
    return bool(alleles & {a.translate(_OTHER_STRAND) for a in alleles})
