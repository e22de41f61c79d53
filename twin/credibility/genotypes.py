"""Are the genes of a file called right, and is nothing untested called normal?"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from twin.credibility.published_alleles import Person, PublishedGene
from twin.genetics.gene_report import GeneReport

Caller = Callable[[Sequence[Person], random.Random], dict[str, GeneReport]]
"""People of one file, one a gene, to what is reported of each gene."""


@dataclass(frozen=True, slots=True)
class GenotypeScore:
    """How many calls of one gene were right.

    exact             the truth is the only diplotype
    ambiguous         the truth is among several
    nothing_read      no position was written, and nothing is said of the gene
    wrong             the truth is not among them
    unsound           a diplotype is listed whose bases are not those of the file
    silent_reference  only the reference pair is listed for somebody who carries
                      another, or where an allele could be hidden
    """

    gene: str
    n: int
    exact: int
    ambiguous: int
    nothing_read: int
    wrong: int
    unsound: int
    silent_reference: int


def every_definition(
    genes: Sequence[PublishedGene], caller: Caller, *, phased: bool, seed: int
) -> tuple[GenotypeScore, ...]:
    """Each allele of each gene, with the reference and with itself."""
    rng = random.Random(seed)  # noqa: S311 - dice for cases
    by_gene = [
        [
            Person(gene, pair, phased, frozenset())
            for index in range(len(gene.alleles))
            for pair in ((_reference(gene), index), (index, index))
        ]
        for gene in genes
    ]
    return _scores(genes, _files(by_gene), caller, rng)


def some_withheld(
    genes: Sequence[PublishedGene], caller: Caller, *, n: int, seed: int
) -> tuple[GenotypeScore, ...]:
    """`n` files of random people with positions withheld at random."""
    rng = random.Random(seed)  # noqa: S311 - dice for cases
    files = (tuple(_some_person(gene, rng) for gene in genes) for _ in range(n))
    return _scores(genes, files, caller, rng)


def _reference(gene: PublishedGene) -> int:
    return next(i for i, (_, bases) in enumerate(gene.alleles) if not bases)


def _files(by_gene: list[list[Person]]) -> Iterator[tuple[Person, ...]]:
    for people in zip_longest(*by_gene):
        yield tuple(person for person in people if person is not None)


def _some_person(gene: PublishedGene, rng: random.Random) -> Person:
    n = len(gene.alleles)
    share = rng.random()
    return Person(
        gene,
        (rng.randrange(n), rng.randrange(n)),
        rng.random() < 0.5,
        frozenset(p["position"] for p in gene.positions if rng.random() < share),
        untidy=rng.random() < 0.5,
    )


def _scores(
    genes: Sequence[PublishedGene],
    files: Iterable[tuple[Person, ...]],
    caller: Caller,
    rng: random.Random,
) -> tuple[GenotypeScore, ...]:
    counted = {gene.gene: [0] * 7 for gene in genes}
    for people in files:
        reports = caller(people, rng)
        for person in people:
            verdict = _verdict(person, reports[person.gene.gene])
            counted[person.gene.gene] = [
                before + now
                for before, now in zip(counted[person.gene.gene], verdict, strict=True)
            ]
    return tuple(GenotypeScore(gene, *counts) for gene, counts in counted.items())


def _verdict(person: Person, report: GeneReport) -> tuple[int, ...]:
    listed = {frozenset(d.diplotype.split("/")) for d in report.diplotypes}
    weights = sum(d.weight for d in report.diplotypes)
    truth = frozenset(person.truth)
    reference = frozenset({person.gene.reference})
    if len(person.withheld) == len(person.gene.positions):
        return (1, 0, 0, int(not listed), int(bool(listed)), 0, 0)
    right = truth in listed and abs(weights - 1) < 1e-9
    alone = right and len(listed) == 1
    unsound = any(not person.may_be(*d.diplotype.split("/")) for d in report.diplotypes)
    silent = listed == {reference} and (
        truth != reference or bool(person.gene.hidden_by(person.withheld))
    )
    return (
        1,
        int(alone),
        int(right and not alone),
        0,
        int(not right),
        int(unsound),
        int(silent),
    )
