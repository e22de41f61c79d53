"""What the alleles of a record are at a position of ours.

Insertions and deletions are compared by what they make of the sequence around them,
so that it does not matter where in a repeat, or with how many spare bases, they are
written.
"""

from dataclasses import replace

from twin.genetics.allele_definitions import GeneDefinition, Position
from twin.vocabulary.variant import UNDEFINED, VariantRecord

# Alternatives that stand for "anything but the reference" in blocks of reference.
_ANY_OTHER = frozenset({"<NON_REF>", "<*>"})


def where_it_is_defined(record: VariantRecord, gene: GeneDefinition) -> VariantRecord:
    """An insertion or deletion of ours written elsewhere in its repeat, put back.

    Else it would seem to take away, or to keep, bases of other positions.
    """
    letters = [n for n, alt in enumerate(record.alts, 1) if set(alt) <= set("ACGTacgt")]
    if len(letters) + sum(a in _ANY_OTHER for a in record.alts) < len(record.alts):
        return record
    for position in gene.positions:
        made = {n: made_of(position, record, n) for n in letters}
        if position.is_indel and made and set(made.values()) <= {*position.alts}:
            alts = tuple(
                made.get(n) or alt for n, alt in enumerate(record.alts, start=1)
            )
            return replace(
                record, position=position.position, ref=position.ref, alts=alts
            )
    return record


def is_structural(record: VariantRecord) -> bool:
    """Whether an alternative is more than letters: a symbol or a breakend."""
    return any(_is_no_sequence(alt.upper()) for alt in record.alts)


def _is_no_sequence(alt: str) -> bool:
    """A symbol (`<DEL>`), a breakend (`C[chr2:1000[`, `C.`), letters that are none."""
    return alt not in {*_ANY_OTHER, "*"} and bool(set(alt) - set("ACGT"))


def made_of(position: Position, record: VariantRecord, n: int) -> str | None:
    """The allele of `position` that the n-th allele of a record amounts to.

    None where it cannot be told: bases written N, and those another line took away.
    A structural variant is none of the alleles anybody has named.
    """
    if n == 0:
        unsure = "N" in record.ref.upper() or is_structural(record)
        return None if unsure else position.ref
    alt = record.alts[n - 1].upper()
    if _is_no_sequence(alt):
        return UNDEFINED
    if not alt or set(alt) - set("ACGT") or "N" in record.ref.upper():
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
