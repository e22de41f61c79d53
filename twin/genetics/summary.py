"""What a score or a phenotype says of the alleles: every pair that has it.

Laboratories often report CPIC's activity score or phenotype alone.  It stands for
many pairs, which stay possible by their frequencies.
"""

from itertools import combinations_with_replacement

from twin.errors import GenotypeError
from twin.genetics.allele_definitions import GeneDefinition
from twin.genetics.phenotype import Phenotypes


def pairs_with(
    gene: GeneDefinition,
    phenotypes: Phenotypes,
    *,
    score: float | None = None,
    phenotype: str | None = None,
) -> tuple[tuple[str, str], ...]:
    """The pairs of named alleles with a score, or else with a phenotype.

    Args:
        gene: its definition.
        phenotypes: CPIC's.
        score: activity score.
        phenotype: in CPIC's words, in letters of any size.

    Raises: GenotypeError listing those there are, where no pair has it.
    """
    table: dict[float | str, list[tuple[str, str]]] = {}
    names = [allele.name for allele in gene.alleles]
    for pair in combinations_with_replacement(names, 2):
        found = (
            phenotypes.activity_score(gene.gene, pair)
            if score is not None
            else phenotypes.phenotype(gene.gene, pair)
        )
        if found is not None:
            table.setdefault(found, []).append(pair)
    wanted = score if score is not None else (phenotype or "").casefold()
    for found, pairs in table.items():
        if wanted == (found.casefold() if isinstance(found, str) else found):
            return tuple(pairs)
    listed = ", ".join(str(known) for known in sorted(table, key=str)) or "none"
    raise GenotypeError(
        f"{gene.gene}: no pair of alleles has {described(score, phenotype)}; CPIC's "
        f"for {gene.gene} are: {listed}"
    )


def described(score: float | None, phenotype: str | None) -> str:
    """A score or a phenotype in words."""
    return repr(phenotype) if score is None else f"activity score {score:g}"
