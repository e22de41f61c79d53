"""What a sequencer or a chip found at one place of the genome.

A record is what a line of VCF says of one sample; a site call is what that means at
a position the twin's alleles are defined by.  None is "not known", never reference.
"""

from dataclasses import dataclass

from twin.errors import GenotypeError


@dataclass(frozen=True, slots=True)
class VariantRecord:
    """One sample at one place, on the plus strand, as written.

    chromosome   as written: `chr10`, `10`, `NC_000010.11`
    position     of the first base of `ref`, counted from 1
    alleles      of the sample: 0 for `ref`, n for the n-th of `alts`, None for "not
                 called"; one entry where only one copy was written
    phase_set    records with the same one tell which alleles lie on one strand;
                 None where the phase is not known
    end          last base of a block of reference (gVCF); None for a single record
    """

    chromosome: str
    position: int
    ref: str
    alts: tuple[str, ...]
    alleles: tuple[int | None, ...]
    phase_set: str | None = None
    rsid: str | None = None
    end: int | None = None

    def __post_init__(self) -> None:
        if self.position < 1:
            raise GenotypeError(
                f"{self.chromosome}:{self.position}: positions are counted from 1"
            )
        for allele in self.alleles:
            if allele is not None and not 0 <= allele <= len(self.alts):
                raise GenotypeError(
                    f"{self.place}: genotype names allele {allele}, but the line has "
                    f"{len(self.alts)} beside the reference; correct the line"
                )

    @property
    def place(self) -> str:
        """As people write it."""
        return f"{self.chromosome}:{self.position}"


@dataclass(frozen=True, slots=True)
class SiteCall:
    """The two bases, or longer alleles, found at one position of a gene.

    bases   one for each copy; None where a copy was not read, and `?` where it was
            read and is none of the alleles anybody has defined
    """

    bases: tuple[str | None, str | None]
    phase_set: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether anything at all was read."""
        return self.bases != (None, None)


UNDEFINED = "?"


def chromosome_number(written: str) -> str:
    """`chr10`, `10` and `NC_000010.11` are one chromosome: `10`."""
    name = written.strip().upper()
    if name.startswith("NC_"):
        digits = name[3:].split(".")[0]
        number = int(digits) if digits.isdigit() and len(digits) <= 6 else 0
        return {23: "X", 24: "Y"}.get(number, str(number))
    return name.removeprefix("CHR")
