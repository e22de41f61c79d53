"""Files of people with known alleles, made from CPIC's own definitions.

Made from the published files and not from our tables, so that a slip in making the
tables shows.  What a laboratory may leave out is left out at random.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin.genetics.allele_definitions import IUPAC

HEADER = (
    "##fileformat=VCFv4.2",
    '##FILTER=<ID=LowQual,Description="low quality">',
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
    """What one made-up person carries in one gene, and what is withheld of it.

    untidy   whether lines are written as laboratories also do: several alleles on
             lines of their own, spare bases around an indel, filtered or uncalled in
             place of left out
    """

    gene: PublishedGene
    alleles: tuple[int, int]
    phased: bool
    withheld: frozenset[int]
    untidy: bool = False

    @property
    def truth(self) -> tuple[str, str]:
        """Names of the two alleles."""
        first, second = self.alleles
        return self.gene.alleles[first][0], self.gene.alleles[second][0]

    def may_be(self, first: str, second: str) -> bool:
        """Whether a pair has the file's bases wherever it was read, strands apart."""
        spelled = [
            [bases for name, bases in self.gene.alleles if name == wanted]
            for wanted in (first, second)
        ]
        return any(
            self._has_same_bases(one, other)
            for one in spelled[0]
            for other in spelled[1]
        )

    def _has_same_bases(self, one: Mapping[int, str], other: Mapping[int, str]) -> bool:
        own = [self.gene.alleles[a][1] for a in self.alleles]
        return all(
            any(
                _fits(a, one, v) and _fits(b, other, v)
                for a, b in ((own[0], own[1]), (own[1], own[0]))
            )
            for v in self.gene.positions
            if v["position"] not in self.withheld
        )

    def lines(self, rng: random.Random) -> Iterator[tuple[str, int, str]]:
        """(chromosome, position, line of VCF) of each position not withheld."""
        for variant in self.gene.positions:
            place = variant["position"]
            if place in self.withheld:
                if self.untidy and rng.random() < _SHARE_UNTIDY:
                    yield from self._unread_line(variant, rng)
                continue
            alleles = [variant["ref"], *variant["alts"]]
            copies = [
                alleles.index(_base(self.gene.alleles[a][1].get(place), variant, rng))
                for a in self.alleles
            ]
            if not self.phased:
                rng.shuffle(copies)
            if self.untidy and len(variant["alts"]) > 1:
                yield from self._one_a_line(variant, copies)
            else:
                yield self._line(variant, variant["alts"], copies)

    def _one_a_line(
        self, variant: Mapping[str, Any], copies: Sequence[int]
    ) -> Iterator[tuple[str, int, str]]:
        for number, alt in enumerate(variant["alts"], start=1):
            own = [int(copy == number) for copy in copies]
            yield self._line(variant, [alt], own)

    def _unread_line(
        self, variant: Mapping[str, Any], rng: random.Random
    ) -> Iterator[tuple[str, int, str]]:
        """A line that says nothing which counts: not called, or not believed."""
        if rng.random() < _SHARE_UNTIDY:
            yield self._line(variant, variant["alts"], [None, None])
        else:
            yield self._line(variant, variant["alts"], [0, 0], filtered="LowQual")

    def _line(
        self,
        variant: Mapping[str, Any],
        alts: Sequence[str],
        copies: Sequence[int | None],
        *,
        filtered: str = "PASS",
    ) -> tuple[str, int, str]:
        place, ref = variant["position"], variant["ref"]
        chromosome = self.gene.chromosome
        shown = chromosome.removeprefix("chr") if self.untidy else chromosome
        spare = ""
        if self.untidy and any(len(alt) != len(ref) for alt in alts):
            spare = _next_base(variant)
        sign = "|" if self.phased else "/"
        columns = (
            *(shown, str(place), variant["rsid"] or ".", ref + spare),
            *(",".join(alt + spare for alt in alts), ".", filtered, ".", "GT"),
            sign.join("." if copy is None else str(copy) for copy in copies),
        )
        return chromosome, place, "\t".join(columns)


_SHARE_UNTIDY = 0.5


def _next_base(variant: Mapping[str, Any]) -> str:
    """The base behind an indel where its HGVS name tells it: a repeat goes on."""
    shift = variant["cpicPosition"] - variant["position"] - 1
    longest = max((variant["ref"], *variant["alts"]), key=len)
    slides = shift >= (1 if len(variant["ref"]) > 1 else 0)
    return str(longest[1]) if slides else ""


def _fits(
    own: Mapping[int, str], other: Mapping[int, str], variant: Mapping[str, Any]
) -> bool:
    """Whether two haplotypes may have the same base at a position."""
    place, ref = variant["position"], variant["ref"]

    def bases(haplotype: Mapping[int, str]) -> frozenset[str]:
        written = haplotype.get(place, ref)
        return IUPAC.get(written, frozenset({written}))

    return bool(bases(own) & bases(other))


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
