"""What is said of a gene: its possible diplotypes with weights, in CPIC's words.

A phenotype or a score is stated only where every possible diplotype has the same;
else each with its weight.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from twin.genetics.allele_definitions import GeneDefinition
from twin.genetics.allele_tables import AlleleFrequencies
from twin.genetics.phenotype import INDETERMINATE, Phenotypes
from twin.genetics.possibilities import pair_weights
from twin.vocabulary.genotype import GeneCall

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class WeightedDiplotype:
    """A pair of alleles and how probable it is, given what was read."""

    diplotype: str
    weight: float


@dataclass(frozen=True, slots=True)
class WeightedPhenotype:
    """A phenotype of CPIC and how probable it is."""

    phenotype: str
    weight: float


@dataclass(frozen=True, slots=True)
class WeightedScore:
    """An activity score of CPIC (None: it gives none) and how probable it is."""

    activity_score: float | None
    weight: float


@dataclass(frozen=True, slots=True)
class GeneReport:
    """One gene of a laboratory's file.

    diplotypes            every one possible, most probable first; weights sum to 1;
                          none where nothing was read, or nothing fits
    not_tested            alleles that could be there unseen
    positions_not_tested  places that were not read on both copies
    undefined             places with a base that no named allele has
    but_for_undefined     diplotypes that fit everything else then
    phenotype             CPIC's, where all possible diplotypes agree; else that it is
                          indeterminate; None for a gene that CPIC gives none
    activity              CPIC's activity score, where all agree; else None
    not_in_the_sequence   alleles that bases at positions cannot show (deletions of
                          the gene)
    remarks               what a reader must know, in sentences
    """

    gene: str
    diplotypes: tuple[WeightedDiplotype, ...]
    not_tested: tuple[str, ...]
    phenotype: str | None
    activity: float | None
    phenotypes: tuple[WeightedPhenotype, ...]
    activity_scores: tuple[WeightedScore, ...]
    positions_read: int
    positions_not_tested: tuple[str, ...]
    undefined: tuple[str, ...]
    but_for_undefined: tuple[str, ...]
    not_in_the_sequence: tuple[str, ...]
    remarks: tuple[str, ...]


def gene_report(
    call: GeneCall,
    gene: GeneDefinition,
    *,
    phenotypes: Phenotypes,
    frequencies: AlleleFrequencies,
    population: str | None = None,
) -> GeneReport:
    """The report of one gene's call.

    Raises: GenotypeError for a population the tables do not know.
    """
    weighed = _weighed(call, gene, frequencies, population)
    by_phenotype: dict[str, float] = {}
    by_score: dict[float | None, float] = {}
    for pair, weight in weighed:
        named = phenotypes.phenotype(gene.gene, pair)
        if named is not None:
            by_phenotype[named] = by_phenotype.get(named, 0.0) + weight
        score = phenotypes.activity_score(gene.gene, pair)
        by_score[score] = by_score.get(score, 0.0) + weight
    known = gene.gene in phenotypes.of_pair
    scored = gene.gene in phenotypes.scores
    return GeneReport(
        gene.gene,
        tuple(WeightedDiplotype("/".join(pair), w) for pair, w in weighed),
        call.not_tested,
        _agreed(by_phenotype) if known else None,
        next(iter(by_score)) if len(by_score) == 1 and scored else None,
        tuple(WeightedPhenotype(p, w) for p, w in _heaviest_first(by_phenotype)),
        tuple(WeightedScore(s, w) for s, w in _heaviest_first(by_score))
        if scored
        else (),
        call.positions_read,
        call.positions_not_tested,
        call.undefined,
        tuple("/".join(pair) for pair in call.but_for_undefined),
        gene.not_in_the_sequence,
        tuple(_remarks(call, gene)),
    )


def _weighed(
    call: GeneCall,
    gene: GeneDefinition,
    frequencies: AlleleFrequencies,
    population: str | None,
) -> list[tuple[tuple[str, str], float]]:
    if not call.pairs:
        return []
    names = [allele.name for allele in gene.alleles]
    shares = frequencies.of(
        gene.gene,
        population,
        named=[gene.short(name) for name in names],
        reference=gene.short(gene.usual),
    )
    pairs = [(gene.short(a), gene.short(b)) for a, b in call.pairs]
    weights = pair_weights(
        pairs, shares, rarest=min(shares.values()), half_read=call.half_read
    )
    together = zip(call.pairs, weights, strict=True)
    return sorted(together, key=lambda entry: -entry[1])


def _agreed(weights: dict[str, float]) -> str:
    return next(iter(weights)) if len(weights) == 1 else INDETERMINATE


def _heaviest_first(weights: dict[_T, float]) -> list[tuple[_T, float]]:
    return sorted(weights.items(), key=lambda entry: -entry[1])


def _remarks(call: GeneCall, gene: GeneDefinition) -> Iterable[str]:
    if not call.positions_read:
        return  # the counts beside it say so
    if call.undefined:
        yield (
            f"{gene.gene}: {', '.join(call.undefined)} has a base that no named allele "
            "has; what it does is not known"
        )
    if not call.pairs:
        yield f"{gene.gene}: no pair of named alleles fits what was read"
    elif any("[" in name for pair in call.pairs for name in pair):
        yield (
            f"{gene.gene}: no pair of named alleles fits; one strand carries the "
            "variants of two (in brackets), whose function together nobody has named"
        )
    if len(call.pairs) > 1 and not call.positions_not_tested:
        yield (
            f"{gene.gene}: several diplotypes fit, since the file does not say which "
            "variants lie on one strand"
        )
