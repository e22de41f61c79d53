"""Files of people with known alleles, made from CPIC's own definitions.

Made from the published files and not from our tables, so that a slip in making the
tables shows.  What a laboratory may leave out is left out at random.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twin.genetics.allele_definitions import IUPAC

HEADER = (
    "##fileformat=VCFv4.2",
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
    *(f"##contig=<ID=chr{n}>" for n in range(1, 23)),
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tSAMPLE",
)


@dataclass(frozen=True, slots=True)
class PublishedGene:
    """One gene as published: positions, and the bases of each allele.

    alleles   (name people use, position -> base as written) in the published order
    """

    gene: str
    chromosome: str
    positions: tuple[Mapping[str, Any], ...]
    alleles: tuple[tuple[str, Mapping[int, str]], ...]
    reference: str

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "PublishedGene":
        """From a published `*_translation.json`."""
        places = [variant["position"] for variant in content["variants"]]
        parents = content.get("suballelesMap") or {}
        named = [a for a in content["namedAlleles"] if not a["structuralVariant"]]
        return cls(
            content["gene"],
            content["chromosome"],
            tuple(content["variants"]),
            tuple(
                (
                    parents.get(a["name"], a["name"]),
                    {
                        place: base
                        for place, base in zip(places, a["alleles"], strict=True)
                        if base is not None and not a["reference"]
                    },
                )
                for a in named
            ),
            next(a["name"] for a in named if a["reference"]),
        )

    def hidden_by(self, withheld: frozenset[int]) -> frozenset[str]:
        """Alleles whose every variant stands at a withheld position."""
        return frozenset(
            name for name, bases in self.alleles if bases and set(bases) <= withheld
        )


@dataclass(frozen=True, slots=True)
class Person:
    """What one made-up person carries in one gene, and what is withheld of it."""

    gene: PublishedGene
    alleles: tuple[int, int]
    phased: bool
    withheld: frozenset[int]

    @property
    def truth(self) -> tuple[str, str]:
        """Names of the two alleles."""
        first, second = self.alleles
        return self.gene.alleles[first][0], self.gene.alleles[second][0]

    def lines(self, rng: random.Random) -> Iterator[tuple[str, int, str]]:
        """(chromosome, position, line of VCF) of each position not withheld."""
        for variant in self.gene.positions:
            place = variant["position"]
            if place in self.withheld:
                continue
            alleles = [variant["ref"], *variant["alts"]]
            copies = [
                alleles.index(_base(self.gene.alleles[a][1].get(place), variant, rng))
                for a in self.alleles
            ]
            if not self.phased:
                rng.shuffle(copies)
            sign = "|" if self.phased else "/"
            columns = (
                *(self.gene.chromosome, str(place), variant["rsid"] or "."),
                *(variant["ref"], ",".join(variant["alts"]), ".", "PASS", ".", "GT"),
                sign.join(map(str, copies)),
            )
            yield self.gene.chromosome, place, "\t".join(columns)


def vcf_of(people: Iterable[Person], rng: random.Random) -> str:
    """One file in which each gene is that of one of the people."""
    rows = sorted(
        (line for person in people for line in person.lines(rng)),
        key=lambda row: (int(row[0].removeprefix("chr")), row[1]),
    )
    return "\n".join([*HEADER, *(row[2] for row in rows)]) + "\n"


def _base(written: str | None, variant: Mapping[str, Any], rng: random.Random) -> str:
    if written is None:
        return str(variant["ref"])
    return rng.choice(sorted(IUPAC.get(written, {written})))
