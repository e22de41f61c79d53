"""What the named alleles of a gene are: the bases they have at its positions.

Tables of CPIC and PharmVar.  Where an allele's row says nothing it has the reference
base, so every allele is a whole haplotype over the gene's positions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from twin.errors import GenotypeError, LibraryError
from twin.vocabulary.variant import chromosome_number

# Nucleic acid notation of IUPAC: what a letter stands for.
IUPAC: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        letter: frozenset(bases)
        for letter, bases in {
            "R": "AG",
            "Y": "CT",
            "S": "GC",
            "W": "AT",
            "K": "GT",
            "M": "AC",
            "B": "CGT",
            "D": "AGT",
            "H": "ACT",
            "V": "ACG",
            "N": "ACGT",
        }.items()
    }
)


@dataclass(frozen=True, slots=True)
class Position:
    """One place of the reference genome (GRCh38, plus strand) that tells alleles apart.

    position   of the first base of `ref`, counted from 1
    repeat     the reference from there on, as far as the same insertion or deletion
               could be written; `ref` itself for a substitution
    written    how CPIC writes the alleles where it is not the letters themselves
    """

    gene: str
    chromosome: str
    position: int
    rsid: str | None
    ref: str
    alts: tuple[str, ...]
    repeat: str
    written: Mapping[str, str]

    @property
    def is_indel(self) -> bool:
        """Whether bases come or go."""
        return any(len(alt) != len(self.ref) for alt in self.alts)

    @property
    def end(self) -> int:
        """The last base of `repeat`."""
        return self.position + len(self.repeat) - 1

    @property
    def name(self) -> str:
        """rsID, or the place where it has none."""
        return self.rsid or f"{self.chromosome}:{self.position}"

    def window(self, allele: str) -> str:
        """The bases from `position` to the end of the repeat, carrying an allele."""
        return allele + self.repeat[len(self.ref) :]


@dataclass(frozen=True, slots=True)
class NamedAllele:
    """One allele: the bases it may have wherever it differs from the reference.

    spellings   position -> bases; more than one where sub-alleles share the name
    """

    name: str
    spellings: tuple[Mapping[int, frozenset[str]], ...]

    @property
    def positions(self) -> frozenset[int]:
        """Where the allele differs from the reference, in any spelling."""
        return frozenset(p for spelling in self.spellings for p in spelling)


@dataclass(frozen=True, slots=True)
class GeneDefinition:
    """A gene's positions and alleles, the reference allele first.

    accession      of the chromosome, without version: `NC_000010`
    strand         of the gene, `+` or `-`; genotypes are held on the plus strand
    usual          the allele most people have: what is left of the counted variants
    grch37_offset  GRCh37 position less GRCh38 position
    synonyms       other names of alleles people type; the first of each is ours
    """

    gene: str
    chromosome: str
    accession: str
    strand: str
    usual: str
    grch37_offset: int
    positions: tuple[Position, ...]
    alleles: tuple[NamedAllele, ...]
    not_in_the_sequence: tuple[str, ...]
    synonyms: Mapping[str, str]

    @property
    def reference(self) -> str:
        """Name of the allele that has the reference base everywhere."""
        return self.alleles[0].name

    def allele(self, name: str) -> NamedAllele:
        """By name. Raises: GenotypeError naming some that are known."""
        for allele in self.alleles:
            if allele.name == name:
                return allele
        known = ", ".join(a.name for a in self.alleles[:6])
        raise GenotypeError(
            f"{self.gene}: allele {name!r} is not defined; {known} ... are"
        )

    def short(self, name: str) -> str:
        """The twin's short name of an allele that CPIC names at length."""
        return next((s for s, long in self.synonyms.items() if long == name), name)

    def positions_of(self, name: str) -> frozenset[int]:
        """Where an allele differs from the reference; nowhere that is known, if none.

        An allele that CPIC names but whose sequence shows no variant (a deletion of
        the gene) has no position.
        """
        found = next((a for a in self.alleles if a.name == name), None)
        return frozenset() if found is None else found.positions

    def look_alikes(self, name: str, *, positions: Iterable[int]) -> frozenset[str]:
        """Alleles that may have the bases of `name` at some positions; it is one."""
        reference = {p.position: frozenset({p.ref}) for p in self.positions}
        looked_at = frozenset(positions)

        def agree(
            one: Mapping[int, frozenset[str]], other: Mapping[int, frozenset[str]]
        ) -> bool:
            # Elsewhere both have the reference base.
            return all(
                one.get(p, reference[p]) & other.get(p, reference[p])
                for p in looked_at.intersection({*one, *other})
            )

        own = [s for a in self.alleles if a.name == name for s in a.spellings]
        return frozenset(
            {name}
            | {
                allele.name
                for allele in self.alleles
                for spelling in allele.spellings
                if any(agree(spelling, mine) for mine in own)
            }
        )

    def at(self, position: int) -> Position:
        """The gene's position at a place of the chromosome."""
        return next(p for p in self.positions if p.position == position)

    def named(self, rsid: str) -> Position:
        """The gene's position by its rsID."""
        return next(p for p in self.positions if p.rsid == rsid)

    def looked_at(self, names: Iterable[str]) -> frozenset[int]:
        """Every place that a test for some alleles looks at."""
        return frozenset().union(*(self.positions_of(name) for name in names))


@dataclass(frozen=True, slots=True)
class AlleleDefinitions:
    """Every gene's definition, by its name."""

    genes: Mapping[str, GeneDefinition]

    def __iter__(self) -> Any:
        return iter(self.genes.values())

    def reference_at(self, chromosome: str, place: int) -> str | None:
        """The reference allele of the position there; None where there is none."""
        number = chromosome_number(chromosome)
        near = (g for g in self if chromosome_number(g.chromosome) == number)
        found = (p.ref for g in near for p in g.positions if p.position == place)
        return next(found, None)

    @classmethod
    def of(
        cls,
        about: Mapping[str, Any],
        *,
        positions: Iterable[Mapping[str, str]],
        definitions: Iterable[Mapping[str, str]],
        functions: Iterable[Mapping[str, str]],
    ) -> "AlleleDefinitions":
        """From `pharmacogenes.toml` and the rows of the three tables.

        Raises: LibraryError naming the gene whose rows do not fit together.
        """
        places = _by_gene(positions)
        bases = _by_gene(definitions)
        named = _by_gene(functions)
        return cls(
            MappingProxyType(
                {
                    gene: _gene(
                        gene,
                        entry,
                        places.get(gene, []),
                        bases.get(gene, []),
                        [row["allele"] for row in named.get(gene, [])],
                    )
                    for gene, entry in about.items()
                }
            )
        )


_Rows = list[Mapping[str, str]]


def _by_gene(rows: Iterable[Mapping[str, str]]) -> dict[str, _Rows]:
    found: dict[str, _Rows] = {}
    for row in rows:
        found.setdefault(row["gene"], []).append(row)
    return found


def _gene(
    gene: str,
    about: Mapping[str, Any],
    places: _Rows,
    bases: _Rows,
    named: list[str],
) -> GeneDefinition:
    if not places or not bases:
        file = "allele_definition.csv" if places else "allele_position.csv"
        raise LibraryError(f"{file}: there is nothing of {gene}; restore the file")
    positions = tuple(_position(gene, about["chromosome"], row) for row in places)
    known = {position.position: position for position in positions}
    spellings: dict[str, dict[int, frozenset[str]]] = {}
    for row in bases:
        where = int(row["position"])
        if where not in known:
            raise LibraryError(
                f"allele_definition.csv: {gene} {row['allele']} names {where}, which "
                "allele_position.csv does not list"
            )
        allowed = IUPAC.get(row["base"], frozenset({row["base"]}))
        if not allowed <= {known[where].ref, *known[where].alts}:
            raise LibraryError(
                f"allele_definition.csv: {gene} {row['allele']} has {row['base']} at "
                f"{where}, which is none of that position's alleles"
            )
        if allowed == {known[where].ref}:
            raise LibraryError(
                f"allele_definition.csv: {gene} {row['allele']} has the reference "
                f"base at {where}; such rows are left out"
            )
        spellings.setdefault(row["allele"], {})[where] = allowed
    reference = about["reference_allele"]
    by_name: dict[str, list[Mapping[int, frozenset[str]]]] = {reference: [{}]}
    for label, spelling in spellings.items():
        name = label.split(":")[0]
        by_name.setdefault(name, []).append(MappingProxyType(spelling))
    return GeneDefinition(
        gene,
        about["chromosome"],
        about["accession"],
        about["strand"],
        about.get("usual_allele", reference),
        about["grch37_offset"],
        positions,
        tuple(NamedAllele(name, tuple(found)) for name, found in by_name.items()),
        tuple(name for name in named if name not in by_name),
        MappingProxyType(dict(about.get("synonyms", {}))),
    )


def _position(gene: str, chromosome: str, row: Mapping[str, str]) -> Position:
    return Position(
        gene,
        chromosome,
        int(row["position"]),
        row["rsid"] or None,
        row["ref"],
        tuple(row["alts"].split()),
        row["repeat"],
        MappingProxyType(dict(pair.rsplit("=", 1) for pair in row["written"].split())),
    )
