"""What a laboratory found, and what it looked for.

A reported *1 only means "none of the alleles tested for": the panel is part of
the result.  Computing activities from it is the business of `twin.genetics`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from twin.errors import GenotypeError

GENES = ("CYP2C9", "VKORC1", "CYP4F2", "rs12777823")


@dataclass(frozen=True, slots=True)
class Diplotype:
    """Two alleles of one gene, in a fixed order, and the alleles tested for."""

    gene: str
    alleles: tuple[str, str]
    tested: frozenset[str]

    def __post_init__(self) -> None:
        if self.gene not in GENES:
            raise GenotypeError(
                f"gene {self.gene!r} is not used by the twin; "
                f"write one of: {', '.join(GENES)}"
            )

    @property
    def text(self) -> str:
        """As a laboratory writes it: `*1/*3`, `A/G`."""
        return "/".join(self.alleles)


def on_one_strand(first: str, second: str) -> str:
    """The name of two alleles' variants on one strand: `[*2 + *3]`."""
    return f"[{first}{_AND}{second}]"


def strand_parts(name: str) -> list[str]:
    """The alleles of a name: `[*2 + *3]` has two, `*2` is its own."""
    return name.strip("[]").split(_AND)


_AND = " + "


@dataclass(frozen=True, slots=True)
class GeneCall:
    """What a laboratory's data leave possible for one gene.

    pairs                 of alleles that fit what was read, unordered; none where
                          nothing fits, or nothing was read
    not_tested            alleles that could be there unseen
    positions_not_tested  places of the genome that were not read, or only one copy
    undefined             places with a base that no defined allele has
    but_for_undefined     pairs that fit everything else, where such a base was read
    source                where it was read, for people
    summary               the score or phenotype reported in place of a pair
    half_read             of each of `pairs`, how probable it makes what was read of one
                          copy alone; empty where no place was read so
    """

    gene: str
    pairs: tuple[tuple[str, str], ...]
    not_tested: tuple[str, ...] = ()
    positions_not_tested: tuple[str, ...] = ()
    positions_read: int = 0
    undefined: tuple[str, ...] = ()
    but_for_undefined: tuple[tuple[str, str], ...] = ()
    source: str = ""
    summary: str = ""
    half_read: tuple[float, ...] = ()

    @property
    def possible(self) -> tuple[tuple[str, str], ...]:
        """Pairs that fit, or that fit but for a base nobody has named."""
        return self.pairs or self.but_for_undefined

    @property
    def text(self) -> str:
        """The pair where it is the only one; else that several are possible."""
        if self.summary:
            return self.summary
        if len(self.pairs) == 1:
            return "/".join(self.pairs[0])
        if not self.pairs:
            nearest = ", ".join("/".join(p) for p in self.but_for_undefined[:3])
            but = f"; {nearest} but for {', '.join(self.undefined)}" if nearest else ""
            return f"no defined alleles fit{but}"
        return f"{len(self.pairs)} pairs of alleles possible"


@dataclass(frozen=True, slots=True)
class Genotype:
    """The results that are known; a gene without one was not tested.

    `diplotypes` are as somebody wrote them down, `calls` as the twin read them from
    positions of the genome; a gene has one or the other.

    `frequency_population` is stated by a clinician, and read for three things: it
    weighs the alleles that nobody tested for (None: pooled over populations), the
    rs12777823 tag counts only in the populations where its effect was seen, and
    CPIC's guideline asks for it.
    """

    diplotypes: tuple[Diplotype, ...] = ()
    frequency_population: str | None = None
    calls: tuple[GeneCall, ...] = ()

    def __post_init__(self) -> None:
        genes = [result.gene for result in self.results]
        twice = sorted({gene for gene in genes if genes.count(gene) > 1})
        if twice:
            raise GenotypeError(
                f"{', '.join(twice)} is given more than once; keep one result a gene"
            )

    def of(self, gene: str) -> Diplotype | GeneCall | None:
        """The result for a gene, or None when it was not tested."""
        return next((each for each in self.results if each.gene == gene), None)

    @property
    def results(self) -> tuple[Diplotype | GeneCall, ...]:
        """All of them, one a gene."""
        return tuple[Diplotype | GeneCall, ...]((*self.diplotypes, *self.calls))

    def with_result(self, gene: str, result: Diplotype | GeneCall) -> "Genotype":
        """The same genotype with another result for one gene."""
        others = [each for each in self.results if each.gene != gene]
        return Genotype.of_results((*others, result), self.frequency_population)

    @classmethod
    def of_results(
        cls,
        results: Iterable[Diplotype | GeneCall],
        frequency_population: str | None = None,
    ) -> "Genotype":
        """From results of either kind."""
        known = tuple(results)
        return cls(
            tuple(each for each in known if isinstance(each, Diplotype)),
            frequency_population,
            tuple(each for each in known if isinstance(each, GeneCall)),
        )

    @property
    def untested_genes(self) -> tuple[str, ...]:
        """Genes the twin would use and nobody has looked at."""
        return tuple(gene for gene in GENES if self.of(gene) is None)
