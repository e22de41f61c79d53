"""What an allele does, and how common it is: the tables behind `function.py`.

Activity is relative to the gene's reference allele, one allele at a time.  What is
not in the table is not known to the twin, and is refused by name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from twin.errors import GenotypeError, LibraryError
from twin.vocabulary.constant import ConstantTable, Spread
from twin.vocabulary.genotype import GENES, strand_parts

POOLED = "pooled"

# The allele against which the nomenclature of each gene is written.
REFERENCE_ALLELES: Mapping[str, str] = MappingProxyType(
    {"CYP2C9": "*1", "VKORC1": "G", "CYP4F2": "*1", "rs12777823": "G"}
)


@dataclass(frozen=True, slots=True)
class Allele:
    """One allele's function.

    activity        of this allele relative to the reference allele; for CYP2C9 the
                    intrinsic clearance of S-warfarin, for VKORC1 expression, for
                    CYP4F2 the rate of vitamin K catabolism, for rs12777823 a factor
                    on CYP2C9
    km_multiplier   of the enzyme's Km, so that its Vmax is activity x km_multiplier
    spread          of the activity
    cpic_function   as CPIC names it; of an allele whose kinetics nobody measured
                    the activity is the mean of its function's alleles
    """

    name: str
    activity: float
    km_multiplier: float = 1.0
    spread: Spread = field(default_factory=Spread)
    cpic_function: str = ""


@dataclass(frozen=True, slots=True)
class AlleleFunctions:
    """`allele_function.csv`: what each allele does.

    measured     alleles whose own effect is in the table, by gene, the reference first
    applies_in   populations in which rs12777823 is known to tag lost activity
    """

    alleles: Mapping[str, Mapping[str, Allele]]
    measured: Mapping[str, tuple[str, ...]]
    applies_in: frozenset[str]
    constants: ConstantTable

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Mapping[str, str]],
        *,
        cpic: Mapping[str, Mapping[str, str]] | None = None,
    ) -> "AlleleFunctions":
        """From the rows of the file, and CPIC's function of each named allele."""
        table = ConstantTable.from_rows(
            rows, name="allele_function.csv", keys=("gene", "allele", "quantity")
        )
        functions = {
            (gene, name): function
            for gene, named in (cpic or {}).items()
            if gene in GENES
            for name, function in named.items()
        }
        alleles: dict[str, dict[str, Allele]] = {gene: {} for gene in GENES}
        for gene, name, quantity in table.constants:
            if gene not in alleles:
                raise LibraryError(
                    f"allele_function.csv: gene {gene!r} is not used by the twin; "
                    f"it uses {', '.join(GENES)}"
                )
            if quantity == "activity":
                function = functions.get((gene, name), "")
                alleles[gene][name] = _allele(table, gene, name, function)
        for gene, reference in REFERENCE_ALLELES.items():
            if reference not in alleles[gene]:
                raise LibraryError(
                    f"allele_function.csv: {gene} has no activity for its reference "
                    f"allele {reference}; restore the row"
                )
        measured = {gene: tuple(known) for gene, known in alleles.items()}
        for (gene, name), function in functions.items():
            # Genes of one position have letters here, and CPIC's long names elsewhere.
            if name not in alleles[gene] and name.startswith("*"):
                alleles[gene][name] = _of_its_function(table, gene, name, function)
        return cls(
            MappingProxyType({g: MappingProxyType(a) for g, a in alleles.items()}),
            MappingProxyType(measured),
            frozenset(p for _, p, q in table.constants if q == "applies"),
            table,
        )

    def with_classes_of(self, other: "AlleleFunctions") -> "AlleleFunctions":
        """These measured alleles, and the named ones of another table by function."""
        alleles = {
            gene: MappingProxyType(
                {
                    **known,
                    **{
                        name: _of_its_function(
                            self.constants, gene, name, allele.cpic_function
                        )
                        for name, allele in other.alleles[gene].items()
                        if name not in known
                    },
                }
            )
            for gene, known in self.alleles.items()
        }
        return replace(self, alleles=MappingProxyType(alleles))

    def allele(self, gene: str, name: str) -> Allele:
        """The function of an allele.

        Raises: GenotypeError naming the alleles the twin knows.
        """
        known = self.alleles[gene]
        if name.startswith("["):
            return self._together(gene, name)
        if name not in known:
            raise GenotypeError(
                f"{gene} allele {name!r} is not defined; the alleles whose effect on "
                f"warfarin is known are {', '.join(self.measured[gene])}"
            )
        return known[name]

    def _together(self, gene: str, name: str) -> Allele:
        """`[*2 + *3]`: both variants in one protein, taken as the weaker of the two."""
        parts = [self.allele(gene, part) for part in strand_parts(name)]
        return replace(min(parts, key=lambda allele: allele.activity), name=name)

    def variants(self, gene: str) -> tuple[str, ...]:
        """The alleles of a gene other than its reference, as the table lists them."""
        return tuple(a for a in self.alleles[gene] if a != REFERENCE_ALLELES[gene])


def _allele(table: ConstantTable, gene: str, name: str, function: str) -> Allele:
    activity = table.number(gene, name, "activity", unit="1")
    if activity < 0:
        raise LibraryError(
            f"allele_function.csv: activity of {gene} {name} is {activity}; "
            "it cannot be negative"
        )
    km_multiplier = table.constants.get((gene, name, "km_multiplier"))
    return Allele(
        name,
        activity,
        1.0 if km_multiplier is None else km_multiplier.value,
        table.constants[gene, name, "activity"].spread,
        function,
    )


def _of_its_function(
    table: ConstantTable, gene: str, name: str, function: str
) -> Allele:
    """An allele whose kinetics nobody measured: as others of its CPIC function."""
    key = (gene, function, "activity_of_function")
    if key not in table.constants:
        raise LibraryError(
            f"allele_function.csv: {gene} {name} has {function!r}, which has no "
            "activity_of_function; add the row"
        )
    known = table.constants[key]
    return Allele(name, known.value, 1.0, known.spread, function)


@dataclass(frozen=True, slots=True)
class AlleleFrequencies:
    """`allele_frequency.csv`: how common each variant is, pooled and by population.

    frequencies  [gene][population][allele]; the reference allele is what is left
    uncounted    share taken for an allele that nobody has met, or counted as none:
                 a small number, for none found is not none there
    """

    frequencies: Mapping[str, Mapping[str, Mapping[str, float]]]
    uncounted: float
    constants: ConstantTable

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, str]]) -> "AlleleFrequencies":
        """From the rows of the file."""
        table = ConstantTable.from_rows(
            rows, name="allele_frequency.csv", keys=("gene", "allele", "population")
        )
        frequencies: dict[str, dict[str, dict[str, float]]] = {}
        uncounted = table.number("any", "uncounted", POOLED, unit="1")
        for gene, allele, population in table.constants:
            if gene == "any":
                continue
            share = table.number(gene, allele, population, unit="1")
            if not 0 <= share <= 1:
                raise LibraryError(
                    f"allele_frequency.csv: {gene} {allele} in {population} is "
                    f"{share}; a frequency lies between 0 and 1"
                )
            frequencies.setdefault(gene, {}).setdefault(population, {})[allele] = share
        missing = [gene for gene in GENES if POOLED not in frequencies.get(gene, {})]
        if missing:
            raise LibraryError(
                f"allele_frequency.csv: no pooled frequency of {missing[0]}; add it"
            )
        return cls(MappingProxyType(frequencies), uncounted, table)

    @property
    def populations(self) -> tuple[str, ...]:
        """The populations a clinician may state."""
        names = {p for gene in self.frequencies.values() for p in gene}
        return tuple(sorted(names - {POOLED}))

    def of(
        self,
        gene: str,
        population: str | None,
        *,
        named: Iterable[str] = (),
        reference: str | None = None,
    ) -> dict[str, float]:
        """Frequencies of a gene's alleles, the reference allele included; sum 1.

        A variant nobody has counted in the stated population keeps its pooled
        frequency: uncounted is not absent.

        Args:
            named: alleles that exist; those nobody counted get a small share.
            reference: the gene's, for genes the warfarin twin does not use.

        Raises: GenotypeError naming the populations known.
        """
        if population is not None and population not in self.populations:
            raise GenotypeError(
                f"frequency_population {population!r} is not in the table; write one "
                f"of: {', '.join(self.populations)}; or leave it out to pool them"
            )
        rest = reference or REFERENCE_ALLELES[gene]
        counted = self.frequencies.get(gene, {})
        shares = dict.fromkeys((n for n in named if n != rest), 0.0)
        shares |= counted.get(POOLED, {})
        shares |= counted.get(population or POOLED, {})
        shares.pop(rest, None)
        shares = {n: max(share, self.uncounted) for n, share in shares.items()}
        counted_there = set(counted.get(population or POOLED, {}))
        there = sum(share for n, share in shares.items() if n in counted_there)
        if there > 1:
            raise LibraryError(
                f"allele_frequency.csv: variants of {gene} sum to {there:.3f} in "
                f"{population or POOLED}; correct the rows"
            )
        elsewhere = sum(shares.values()) - there
        if there + elsewhere > 1:
            # Borrowed from the pool, they only get the room that is left.
            room = (1 - there) / elsewhere
            shares = {
                n: share if n in counted_there else share * room
                for n, share in shares.items()
            }
        variants = min(sum(shares.values()), 1.0)
        return {rest: 1 - variants, **shares}

    def counted_in(self, gene: str, population: str) -> frozenset[str]:
        """Variants of a gene that somebody has counted in a population."""
        return frozenset(self.frequencies[gene].get(population, {}))
