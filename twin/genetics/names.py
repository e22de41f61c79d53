"""How the alleles of a gene are written by people and laboratories."""

from collections.abc import Mapping
from dataclasses import dataclass

from twin.genetics.allele_definitions import GeneDefinition
from twin.genetics.phenotype import Phenotypes


@dataclass(frozen=True, slots=True)
class GeneNames:
    """What may be typed for a gene.

    reference   the allele reported when none of those tested for is found
    alleles     known alleles, the reference included
    measured    those of them whose own effect on the drug somebody measured
    synonyms    other spellings (the plus strand's letters), to our names
    panel       alleles every laboratory's test has, taken as tested by default
    definition  the gene's positions, for results written by rsID
    phenotypes  CPIC's activity scores and phenotypes, for results written so
    """

    reference: str
    alleles: tuple[str, ...]
    measured: tuple[str, ...]
    synonyms: Mapping[str, str]
    panel: frozenset[str]
    definition: GeneDefinition
    phenotypes: Phenotypes

    def ours(self, name: str) -> str:
        """The twin's short name of an allele that CPIC names at length."""
        return self.definition.short(name)
