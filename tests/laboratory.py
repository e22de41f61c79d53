"""Genotype files as laboratories write them, made of the allele definitions."""

import random
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.twin.tables import DEFINITIONS
from twin.genetics.allele_definitions import GeneDefinition, Position
from twin.vocabulary.variant import VariantRecord

HEADER = (
    "##fileformat=VCFv4.2",
    '##FILTER=<ID=LowQual,Description="low quality">',
    '##INFO=<ID=END,Number=1,Type=Integer,Description="end of the block">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="depth">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="genotype quality">',
    '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="phase set">',
    *(f"##contig=<ID=chr{n}>" for n in (*range(1, 23), "X", "Y")),
)

Pair = tuple[str, str]


def records(
    gene: GeneDefinition,
    pair: Pair,
    *,
    phased: bool = False,
    withheld: Iterable[int] = (),
    rng: random.Random | None = None,
) -> list[VariantRecord]:
    """One record for each position of a gene that is not withheld.

    Unphased, the two bases come in an order that tells nothing of the strands.
    """
    rng = rng or random.Random(1)
    left_out = set(withheld)
    first, second = (rng.choice(gene.allele(name).spellings) for name in pair)
    found = []
    for position in gene.positions:
        if position.position in left_out:
            continue
        bases = [
            rng.choice(sorted(spelling.get(position.position, {position.ref})))
            for spelling in (first, second)
        ]
        if not phased:
            bases.sort(key=(position.ref, *position.alts).index)
        found.append(_record(position, bases, phased=phased))
    return found


def _record(position: Position, bases: list[str], *, phased: bool) -> VariantRecord:
    alleles = (position.ref, *position.alts)
    return VariantRecord(
        position.chromosome,
        position.position,
        position.ref,
        position.alts,
        tuple(alleles.index(base) for base in bases),
        "all" if phased else None,
        position.rsid,
    )


def everyone_reference() -> list[VariantRecord]:
    """Every position of every gene, read and found to be the reference."""
    return [
        record
        for gene in DEFINITIONS
        for record in records(gene, (gene.reference, gene.reference))
    ]


def line(record: VariantRecord, **changes: str) -> str:
    """A record as a line of VCF; `changes` by column name, e.g. FILTER, FORMAT."""
    sign = "/" if record.phase_set is None else "|"
    calls = sign.join("." if a is None else str(a) for a in record.alleles)
    columns = {
        "CHROM": record.chromosome,
        "POS": str(record.position),
        "ID": record.rsid or ".",
        "REF": record.ref,
        "ALT": ",".join(record.alts) or ".",
        "QUAL": ".",
        "FILTER": "PASS",
        "INFO": "." if record.end is None else f"END={record.end}",
        "FORMAT": "GT",
        "SAMPLE": calls,
    } | changes
    return "\t".join(columns.values())


def vcf(
    lines: Iterable[str],
    *,
    header: Iterable[str] = HEADER,
    samples: Iterable[str] = ("S1",),
) -> str:
    """The text of a VCF file, lines in the order of their places."""
    columns = "\t".join(
        [
            *("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"),
            *samples,
        ]
    )
    return "\n".join([*header, columns, *lines]) + "\n"


def write(path: Path, pairs: Mapping[str, Pair] | None = None) -> Path:
    """A whole file: these pairs of alleles, every other gene as the reference."""
    chosen = pairs or {}
    found = [
        record
        for gene in DEFINITIONS
        for record in records(
            gene, chosen.get(gene.gene, (gene.reference, gene.reference))
        )
    ]
    found.sort(key=lambda r: (r.chromosome, r.position))
    path.write_text(vcf(line(record) for record in found), encoding="utf-8")
    return path
