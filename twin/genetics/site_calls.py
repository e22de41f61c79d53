"""From a sample's records to the two alleles at each position of a gene.

Every line of the sample that speaks of a position is heard, and the lines are put
together; a position no record speaks of stays unknown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from twin.errors import GenotypeError
from twin.genetics.allele_definitions import GeneDefinition, Position
from twin.genetics.record_alleles import is_structural, made_of, where_it_is_defined
from twin.vocabulary.variant import (
    UNDEFINED,
    SiteCall,
    VariantRecord,
    chromosome_number,
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one record says of one position.

    bases   of each copy; None where the record does not say
    about   alleles other than the reference that the record speaks of; none for a
            block of reference, which speaks of all
    """

    bases: tuple[str | None, ...]
    about: frozenset[str]
    phase_set: str | None
    place: str

    @property
    def is_called(self) -> bool:
        """Whether any copy was read."""
        return any(base is not None for base in self.bases)


def site_calls(
    gene: GeneDefinition, records: Iterable[VariantRecord]
) -> dict[int, SiteCall]:
    """The call at each position of a gene that at least one record speaks of.

    Raises: GenotypeError where two records of the sample contradict each other.
    """
    number = chromosome_number(gene.chromosome)
    near = [r for r in records if chromosome_number(r.chromosome) == number]
    near = [where_it_is_defined(record, gene) for record in near]
    near = [_without_stray_stars(record, near) for record in near]
    found: dict[int, SiteCall] = {}
    for position in gene.positions:
        readings = [reading for record in near if (reading := _read(position, record))]
        if readings:
            call = _combined(position, readings)
            if call.is_known:
                found[position.position] = call
    return found


def _without_stray_stars(
    record: VariantRecord, near: Iterable[VariantRecord]
) -> VariantRecord:
    """`*` says that another line took the base away; without one, it stays undefined.

    Where that line is there, it says what became of the place.
    """
    if "*" not in record.alts or any(_takes_away(r, record.position) for r in near):
        return record
    alts = tuple("<DEL>" if alt == "*" else alt for alt in record.alts)
    return replace(record, alts=alts)


def _takes_away(record: VariantRecord, position: int) -> bool:
    last = record.end or record.position + len(record.ref) - 1
    return record.position < position <= last and any(
        alt.startswith("<DEL") or (alt.isalpha() and len(alt) < len(record.ref))
        for alt in record.alts
    )


def _read(position: Position, record: VariantRecord) -> _Reading | None:
    """What a record says of a position; None when it says nothing of it."""
    last = record.end or record.position + len(record.ref) - 1
    if record.position > position.end or last < position.position:
        return None
    made = [made_of(position, record, n) for n in range(len(record.alts) + 1)]
    if not _speaks_of(position, record, made, last):
        return None
    bases = tuple(None if a is None else made[a] for a in record.alleles)
    about = frozenset(m for m in made[1:] if m is not None and m != position.ref)
    return _Reading(bases, about, record.phase_set, record.place)


def _speaks_of(
    position: Position, record: VariantRecord, made: list[str | None], last: int
) -> bool:
    """Whether the record would have shown the position's variants.

    A line about a substitution does not say whether bases are missing or added at
    the same place, and a line about lengths does not say which letter stands there;
    a structural variant's line says nothing of either where the sample lacks it.
    """
    shows = [made[a] for a in record.alleles if a is not None]
    if UNDEFINED in shows:
        return True
    if any(allele in position.alts for allele in made):
        return True
    if is_structural(record):
        return False
    covers = record.position <= position.position and (
        last >= position.position + len(position.ref) - 1
    )
    lengths = {len(alt) for alt in record.alts if alt.isalpha()}
    if position.is_indel:
        return covers and len(record.ref) not in lengths
    return covers and (not lengths or len(record.ref) in lengths)


def _combined(position: Position, readings: list[_Reading]) -> SiteCall:
    """One call out of every line of the place.

    One variant a line is a common way of writing several: there 0 means "not this
    one", so a base other than the reference wins over the reference of a line about
    another.  Lines about the same allele must agree; what a line was about and could
    not tell stays unknown, whatever the others say.
    """
    called = [reading for reading in readings if reading.is_called]
    if not called:
        return SiteCall((None, None))
    kept: list[_Reading] = []
    for reading in called:
        same = next((k for k in kept if k.about & reading.about), None)
        if same is None:
            kept.append(reading)
        elif _unordered(same) == _unordered(reading):
            kept[kept.index(same)] = _agreed(same, reading)
        else:
            raise _contradiction(position, (same, reading))
    told = frozenset().union(*(reading.about for reading in kept))
    missed = frozenset().union(
        *(reading.about for reading in readings if not reading.is_called)
    )
    call = _merged(position, kept)
    if missed - told:
        bases = tuple(None if b == position.ref else b for b in call.bases)
        return SiteCall((bases[0], bases[1]), call.phase_set)
    return call


def _unordered(reading: _Reading) -> list[str]:
    return sorted(str(base) for base in reading.bases)


def _agreed(one: _Reading, other: _Reading) -> _Reading:
    """The same call twice; strands only where both say the same of them."""
    same = (one.bases, one.phase_set) == (other.bases, other.phase_set)
    phase_set = one.phase_set if same else None
    return _Reading(one.bases, one.about | other.about, phase_set, one.place)


def _merged(position: Position, readings: list[_Reading]) -> SiteCall:
    """Lines about different alleles, put together."""
    changed = [
        r for r in readings if any(b not in {None, position.ref} for b in r.bases)
    ]
    if not changed:
        best = max(readings, key=lambda r: sum(b is not None for b in r.bases))
        return _call(position, best.bases, best.phase_set)
    if len(changed) == 1:
        return _call(position, changed[0].bases, changed[0].phase_set)
    variants = [
        base
        for reading in changed
        for base in reading.bases
        if base not in {None, position.ref}
    ]
    if len(variants) != 2 or len(changed) != 2:
        raise _contradiction(position, changed)
    phases = {reading.phase_set for reading in changed}
    if len(phases) > 1 or None in phases:
        return SiteCall((variants[0], variants[1]))
    slots: list[str | None] = [None, None]
    for reading in changed:
        for copy, base in enumerate(reading.bases[:2]):
            if base not in {None, position.ref}:
                if slots[copy] is not None:
                    raise _contradiction(position, changed)
                slots[copy] = base
    return SiteCall((slots[0], slots[1]), phases.pop())


def _contradiction(position: Position, readings: Iterable[_Reading]) -> GenotypeError:
    places = ", ".join(dict.fromkeys(reading.place for reading in readings))
    return GenotypeError(
        f"{position.name}: the lines at {places} cannot both be right for two copies; "
        "write the position on one line"
    )


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
