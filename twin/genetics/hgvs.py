"""Genomic HGVS names of variants, as reports and FHIR resources carry them.

Only what names one place of a chromosome: substitutions, deletions with their bases,
insertions are left to VCF.  Whose build the accession claims is not believed.
"""

import re

from twin.errors import GenotypeError
from twin.vocabulary.variant import VariantRecord

_SUBSTITUTION = re.compile(
    r"\s*(?P<accession>NC_\d{6}\.\d+):g\.(?P<position>\d+)"
    r"(?P<ref>[ACGT]+)>(?P<alt>[ACGT]+)\s*"
)
_ZYGOSITY: dict[str, tuple[int, int]] = {
    "heterozygous": (0, 1),
    "homozygous": (1, 1),
}


def looks_like_hgvs(name: str) -> bool:
    """Whether a name is meant as genomic HGVS."""
    return ":g." in name


def record_of_hgvs(name: str, zygosity: str) -> VariantRecord:
    """The record that `NC_000010.11:g.94942290C>T`, heterozygous, amounts to.

    Raises: GenotypeError saying what is read.
    """
    found = _SUBSTITUTION.fullmatch(name)
    if found is None:
        raise GenotypeError(
            f"{name!r} is not read; write a genomic substitution with its accession, "
            "e.g. NC_000010.11:g.94942290C>T, or give the VCF"
        )
    if zygosity not in _ZYGOSITY:
        raise GenotypeError(
            f"{name}: {zygosity!r} is not read; write one of {', '.join(_ZYGOSITY)}"
        )
    return VariantRecord(
        found["accession"],
        int(found["position"]),
        found["ref"],
        (found["alt"],),
        _ZYGOSITY[zygosity],
    )
