"""From a sample's records to the two alleles at each position of a gene.

Insertions and deletions are compared by what they make of the sequence around them,
so that it does not matter where in a repeat, or with how many spare bases, a
laboratory writes them.  A position no record speaks of stays unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from twin.errors import GenotypeError
from twin.genetics.allele_definitions import GeneDefinition, Position
from twin.vocabulary.variant import UNDEFINED, SiteCall, VariantRecord

_UNPHASED = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one record says of one position; `speaks` False: nothing of that copy."""

    bases: tuple[str | None, ...]
    speaks_of_it: bool
    phase_set: str | None
    place: str


def chromosome_number(written: str) -> str:
    """`chr10`, `10` and `NC_000010.11` are one chromosome: `10`."""
    name = written.strip()
    if name.upper().startswith("NC_"):
        digits = name[3:].split(".")[0]
        number = int(digits) if digits.isdigit() else 0
        return {23: "X", 24: "Y"}.get(number, str(number))
    return name.removeprefix("chr").removeprefix("Chr").removeprefix("CHR")


def site_calls(
    gene: GeneDefinition, records: Iterable[VariantRecord]
) -> dict[int, SiteCall]:
    """The call at each position of a gene that at least one record speaks of.

    Raises: GenotypeError where two records of the sample contradict each other.
    """
    number = chromosome_number(gene.chromosome)
    near = [r for r in records if chromosome_number(r.chromosome) == number]
    found: dict[int, SiteCall] = {}
    for position in gene.positions:
        readings = [
            reading
            for record in near
            if (reading := _read(position, record)) and reading.speaks_of_it
        ]
        if readings:
            call = _combined(position, readings)
            if call.is_known:
                found[position.position] = call
    return found


def _read(position: Position, record: VariantRecord) -> _Reading | None:
    """What a record says of a position; None when it does not touch it."""
    last = record.end or record.position + len(record.ref) - 1
    if record.position > position.end or last < position.position:
        return None
    made = [_made_of(position, record, n) for n in range(len(record.alts) + 1)]
    speaks = _speaks_of(position, record, made, last)
    bases = tuple(None if a is None else made[a] for a in record.alleles)
    return _Reading(bases, speaks, record.phase_set, record.place)


def _speaks_of(
    position: Position, record: VariantRecord, made: list[str | None], last: int
) -> bool:
    """Whether the record would have shown the position's variants.

    A line about a substitution does not say whether bases are missing or added at
    the same place; a line about lengths, or one that covers the place as reference
    and names no substitution, does.
    """
    covers = record.position <= position.position and (
        last >= position.position + len(position.ref) - 1
    )
    if not position.is_indel:
        return covers
    if any(allele in position.alts for allele in made):
        return True
    if any(a is not None and made[a] == UNDEFINED for a in record.alleles):
        return True
    substitutes = any(len(a) == len(record.ref) for a in record.alts if a.isalpha())
    return covers and not substitutes


def _made_of(position: Position, record: VariantRecord, n: int) -> str | None:
    """The allele of `position` that the n-th allele of a record amounts to.

    None where it cannot be told: symbolic alleles, and bases a deletion took away.
    """
    if n == 0:
        return position.ref
    alt = record.alts[n - 1].upper()
    if not alt or set(alt) - set("ACGTN"):
        return None
    start, ref, alt = _trimmed(record.position, record.ref.upper(), alt)
    if len(ref) == len(alt):
        return _substituted(position, start, ref, alt)
    if not position.is_indel:
        inside = start <= position.position < start + len(ref)
        return UNDEFINED if inside else position.ref
    if start + len(ref) - 1 < position.position or start > position.end + 1:
        return position.ref
    before, after = start - position.position, start + len(ref) - position.position
    if before < 0 or after > len(position.repeat):
        return UNDEFINED
    window = position.repeat[:before] + alt + position.repeat[after:]
    for allele in (position.ref, *position.alts):
        if window == position.window(allele):
            return allele
    return UNDEFINED


def _substituted(position: Position, start: int, ref: str, alt: str) -> str:
    """A change of letters; an indel's place keeps its length."""
    if position.is_indel:
        return position.ref
    offset = position.position - start
    if not 0 <= offset < len(ref):
        return position.ref
    return (
        alt[offset]
        if alt[offset] in position.alts
        else (position.ref if alt[offset] == position.ref else UNDEFINED)
    )


def _trimmed(start: int, ref: str, alt: str) -> tuple[int, str, str]:
    """The same change without bases that both share at the ends."""
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    shared = 0
    while shared < min(len(ref), len(alt)) and ref[shared] == alt[shared]:
        shared += 1
    return start + shared, ref[shared:], alt[shared:]


def _combined(position: Position, readings: list[_Reading]) -> SiteCall:
    """One call out of every record of the place.

    One variant a line is a common way of writing several: there 0 means "not this
    one", so a base other than the reference wins over the reference.
    """
    if len(readings) == 1:
        return _call(position, readings[0].bases, readings[0].phase_set)
    told = [r for r in readings if any(b is not None for b in r.bases)]
    if not told:
        return SiteCall((None, None))
    changed = [r for r in told if any(b not in {None, position.ref} for b in r.bases)]
    if len(changed) <= 1:
        # Reference lines agree with each other, and yield to the one that differs.
        best = changed[0] if changed else max(told, key=_completeness)
        return _call(position, best.bases, best.phase_set)
    distinct = dict.fromkeys((r.bases, r.phase_set) for r in changed)
    if len(distinct) == 1:
        return _call(position, changed[0].bases, changed[0].phase_set)
    return _merged(position, changed)


def _completeness(reading: _Reading) -> int:
    return sum(base is not None for base in reading.bases)


def _merged(position: Position, changed: list[_Reading]) -> SiteCall:
    """Two lines that each show a variant: both are there, one on each copy."""
    variants = [
        base
        for reading in changed
        for base in reading.bases
        if base not in {None, position.ref}
    ]
    places = ", ".join(dict.fromkeys(r.place for r in changed))
    if len(variants) != 2 or len(changed) != 2:
        raise GenotypeError(
            f"{position.name}: the lines at {places} cannot both be right for two "
            "copies; write the position on one line"
        )
    phases = {r.phase_set for r in changed}
    if len(phases) == 1 and phases != {_UNPHASED}:
        first, second = (r.bases for r in changed)
        slots: list[str | None] = [None, None]
        for bases in (first, second):
            for copy, base in enumerate(bases[:2]):
                if base not in {None, position.ref}:
                    if slots[copy] is not None:
                        raise GenotypeError(
                            f"{position.name}: the lines at {places} put two alleles "
                            "on one strand; write the position on one line"
                        )
                    slots[copy] = base
        return SiteCall((slots[0], slots[1]), phases.pop())
    return SiteCall((variants[0], variants[1]))


def _call(
    position: Position, bases: tuple[str | None, ...], phase_set: str | None
) -> SiteCall:
    if len(bases) > 2:
        raise GenotypeError(
            f"{position.name}: the genotype has {len(bases)} copies; people have two "
            "of this gene, correct the line"
        )
    if not bases:
        return SiteCall((None, None))
    # One copy written for a gene everybody has two of: the other was not read.
    pair = (bases[0], bases[1] if len(bases) == 2 else None)
    return SiteCall(pair, phase_set)


def calls_of_rsids(
    gene: GeneDefinition, genotypes: Mapping[str, str]
) -> tuple[dict[int, SiteCall], list[str]]:
    """Calls from rsID genotypes such as `{"rs1799853": "C/T"}`, and remarks.

    Letters of the other strand are understood where both alleles can only be that
    (never for A/T and C/G).  `del` and repeat counts are read as CPIC writes them.

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
    return letters if letters in (position.ref, *position.alts) else None


def _palindromic(position: Position) -> bool:
    alleles = {position.ref, *position.alts}
    return bool(alleles & {a.translate(_OTHER_STRAND) for a in alleles})
