"""CPIC's words for a pair of alleles: activity score and metaboliser phenotype.

CPIC's table as it stands: what two functions make is read, not computed, and what it
does not list is indeterminate.  For people and for guidelines; the twin's own numbers
come from `function.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

INDETERMINATE = "Indeterminate"


@dataclass(frozen=True, slots=True)
class Phenotypes:
    """`cpic_function.csv` and `cpic_phenotype.csv`.

    functions   [gene][allele] -> CPIC's name of its function
    scores      [gene][allele] -> activity score, of genes that CPIC scores
    of_pair     [gene][two scores or functions, sorted] -> phenotype
    """

    functions: Mapping[str, Mapping[str, str]]
    scores: Mapping[str, Mapping[str, float]]
    of_pair: Mapping[str, Mapping[tuple[str, str], str]]

    @classmethod
    def from_rows(
        cls,
        *,
        functions: Iterable[Mapping[str, str]],
        phenotypes: Iterable[Mapping[str, str]],
    ) -> "Phenotypes":
        """From the rows of the two files."""
        by_allele: dict[str, dict[str, str]] = {}
        scores: dict[str, dict[str, float]] = {}
        of_pair: dict[str, dict[tuple[str, str], str]] = {}
        for row in functions:
            by_allele.setdefault(row["gene"], {})[row["allele"]] = row["function"]
            if row["activity_score"]:
                score = float(row["activity_score"])
                scores.setdefault(row["gene"], {})[row["allele"]] = score
        for row in phenotypes:
            pair = (row["first"], row["second"])
            of_pair.setdefault(row["gene"], {})[pair] = row["phenotype"]
        return cls(
            MappingProxyType(by_allele),
            MappingProxyType(scores),
            MappingProxyType(of_pair),
        )

    def activity_score(self, gene: str, pair: tuple[str, str]) -> float | None:
        """The sum of the alleles' scores; None where CPIC gives one of them none."""
        scores = self.scores.get(gene, {})
        if any(name not in scores for name in pair):
            return None
        return scores[pair[0]] + scores[pair[1]]

    def phenotype(self, gene: str, pair: tuple[str, str]) -> str | None:
        """CPIC's phenotype of a pair; None for genes that CPIC gives none."""
        table = self.of_pair.get(gene)
        if table is None:
            return None
        first, second = sorted(self._kind(gene, name) for name in pair)
        return table.get((first, second), INDETERMINATE)

    def _kind(self, gene: str, name: str) -> str:
        scores = self.scores.get(gene)
        if scores is None:
            return self.functions.get(gene, {}).get(name, "")
        return f"{scores[name]:.1f}" if name in scores else "n/a"
