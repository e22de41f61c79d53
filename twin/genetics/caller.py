"""From the alleles at a gene's positions to the pairs of named alleles that fit them.

A pair fits when its two haplotypes have, at every position that was read, the bases
that were found; phased positions must fit on the same strands.  What was not read
fits everything: it is never taken for the reference.  How probable a pair is follows
from how common its alleles are, in `function.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from twin.genetics.allele_definitions import GeneDefinition, NamedAllele, Position
from twin.vocabulary.genotype import GeneCall, on_one_strand
from twin.vocabulary.variant import SiteCall

_Matches = npt.NDArray[np.bool_]
_Fitting = dict[tuple[str, str], float]
"""Pairs of names that fit, and how probable each makes what was read of one copy."""


@dataclass(frozen=True, slots=True)
class _Haplotype:
    """A name, and the bases it may have at each position of the gene."""

    name: str
    bases: Mapping[int, frozenset[str]]


def call_gene(
    gene: GeneDefinition, calls: Mapping[int, SiteCall], *, source: str
) -> GeneCall:
    """Every pair of named alleles that fits the calls.

    Args:
        gene: its definition.
        calls: position -> what was found; positions left out were not read.
        source: where the calls come from, for people to read.

    Returns: the call; where no pair of defined alleles fits, pairs in which one
    strand carries several alleles' variants (`[*2 + *3]`), and none at all where a
    base was found that no allele has; those that fit but for it are kept apart.
    """
    read = {p: c for p, c in calls.items() if c.is_known}
    found = _explained(gene, read)
    pairs = tuple(found)
    strange = [
        p
        for p in gene.positions
        if p.position in read and _strange(p, read[p.position])
    ]
    nearest: tuple[tuple[str, str], ...] = ()
    if strange and not pairs:
        nearest = tuple(_explained(gene, _without_strange(read, strange)))
    unread = [p for p in gene.positions if _unread(read.get(p.position))]
    return GeneCall(
        gene.gene,
        pairs,
        not_tested=_not_tested(gene, unread),
        positions_not_tested=tuple(p.name for p in unread),
        positions_read=len(gene.positions) - len(unread),
        undefined=tuple(p.name for p in strange),
        but_for_undefined=nearest,
        source=source,
        half_read=tuple(found.values()) if min(found.values(), default=1) < 1 else (),
    )


def _explained(gene: GeneDefinition, read: Mapping[int, SiteCall]) -> _Fitting:
    """Pairs of named alleles; where none fits, with two alleles on one strand."""
    named = _haplotypes(gene.alleles)
    return _fitting(named, gene, read) or _fitting(
        [*named, *_combinations(gene, read)], gene, read
    )


def _without_strange(
    read: Mapping[int, SiteCall], strange: Iterable[Position]
) -> dict[int, SiteCall]:
    """The calls with bases nobody has named taken as not read."""
    left = dict(read)
    for position in strange:
        call = left.pop(position.position)
        known = {position.ref, *position.alts}
        bases = tuple(base if base in known else None for base in call.bases)
        if bases != (None, None):
            left[position.position] = SiteCall((bases[0], bases[1]), call.phase_set)
    return left


def call_of_diplotype(
    gene: GeneDefinition,
    alleles: tuple[str, str],
    *,
    tested: Iterable[str],
    source: str,
) -> GeneCall:
    """The pairs a panel cannot tell from the diplotype it reported.

    Args:
        gene: its definition.
        alleles: as reported.
        tested: alleles the panel looks for; the reported ones are always among them.
        source: where it was reported.

    Raises: GenotypeError for an allele that is not defined.
    """
    looked_at = gene.looked_at((*tested, *(gene.allele(a).name for a in alleles)))
    first, second = (gene.look_alikes(a, positions=looked_at) for a in alleles)
    pairs = dict.fromkeys(
        _ordered(a, b, gene)
        for a in (x.name for x in gene.alleles if x.name in first)
        for b in (x.name for x in gene.alleles if x.name in second)
    )
    unread = [p for p in gene.positions if p.position not in looked_at]
    return GeneCall(
        gene.gene,
        tuple(pairs),
        not_tested=_not_tested(gene, unread),
        positions_not_tested=tuple(p.name for p in unread),
        positions_read=len(looked_at),
        source=source,
    )


def _unread(call: SiteCall | None) -> bool:
    return call is None or None in call.bases


def _strange(position: Position, call: SiteCall) -> bool:
    known = {position.ref, *position.alts, None}
    return any(base not in known for base in call.bases)


def _not_tested(gene: GeneDefinition, unread: Iterable[Position]) -> tuple[str, ...]:
    """Alleles that could be there unseen: one of their positions was not read."""
    missing = {position.position for position in unread}
    reference = gene.alleles[0].positions
    return tuple(
        allele.name
        for allele in gene.alleles
        if (allele.positions or reference) & missing
    )


def _haplotypes(alleles: Iterable[NamedAllele]) -> list[_Haplotype]:
    return [
        _Haplotype(allele.name, spelling)
        for allele in alleles
        for spelling in allele.spellings
    ]


def _combinations(
    gene: GeneDefinition, read: Mapping[int, SiteCall]
) -> list[_Haplotype]:
    """Two alleles on one strand, of those whose variants were all seen."""
    seen = [
        haplotype
        for haplotype in _haplotypes(gene.alleles)
        if haplotype.bases
        and all(
            p not in read or (set(read[p].bases) & bases)
            for p, bases in haplotype.bases.items()
        )
        and any(p in read for p in haplotype.bases)
    ]
    return [
        _Haplotype(on_one_strand(a.name, b.name), {**a.bases, **b.bases})
        for a, b in combinations(seen, 2)
        if not set(a.bases) & set(b.bases)
    ]


def _fitting(
    haplotypes: list[_Haplotype], gene: GeneDefinition, read: Mapping[int, SiteCall]
) -> _Fitting:
    """Unordered pairs of names, each once, in the order of the gene's alleles."""
    if not read:
        return {}
    fits = np.ones((len(haplotypes), len(haplotypes)), dtype=bool)
    probable = np.ones(fits.shape)
    for block in _blocks(read):
        first, second = _block_matches(haplotypes, gene, read, block)
        direct = np.outer(first, second)
        fits &= direct | direct.T
        if any(None in read[position].bases for position in block):
            probable *= (direct.astype(float) + direct.T) / 2.0
    found: _Fitting = {}
    for a, b in np.argwhere(np.triu(fits)):
        pair = _ordered(haplotypes[a].name, haplotypes[b].name, gene)
        found[pair] = max(found.get(pair, 0.0), float(probable[a, b]))
    return found


def _blocks(read: Mapping[int, SiteCall]) -> list[list[int]]:
    """Positions whose strands are known together; others stand alone."""
    together: dict[str, list[int]] = {}
    alone = []
    for position, call in read.items():
        if call.phase_set is None or call.bases[0] == call.bases[1]:
            alone.append([position])
        else:
            together.setdefault(call.phase_set, []).append(position)
    return [*together.values(), *alone]


def _block_matches(
    haplotypes: list[_Haplotype],
    gene: GeneDefinition,
    read: Mapping[int, SiteCall],
    block: list[int],
) -> tuple[_Matches, _Matches]:
    """Which haplotypes have the block's first, and which its second, bases."""
    reference = {position.position: position.ref for position in gene.positions}

    def matches(copy: int) -> _Matches:
        return np.array(
            [
                all(
                    (base := read[p].bases[copy]) is None
                    or base in haplotype.bases.get(p, (reference[p],))
                    for p in block
                )
                for haplotype in haplotypes
            ]
        )

    return matches(0), matches(1)


def _ordered(first: str, second: str, gene: GeneDefinition) -> tuple[str, str]:
    """The reference first, then by star number, as laboratories write them."""
    return (
        (first, second)
        if _rank(first, gene) <= _rank(second, gene)
        else (
            second,
            first,
        )
    )


def _rank(name: str, gene: GeneDefinition) -> tuple[int, float, str]:
    combined = name.startswith("[")
    digits = "".join(c for c in name.lstrip("[*").split("+")[0] if c.isdigit())
    star = name.lstrip("[").startswith("*")
    number = float(digits) if star and digits else float("inf")
    return (int(combined), number if star else float(name != gene.reference), name)
