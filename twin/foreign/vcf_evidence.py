"""Whether a genotype of a VCF line is believed: filters, quality, reads.

The sample's column is read as it is written, because a header's declarations may lie.
"""

from collections.abc import Mapping
from typing import Any

_PASSED = {"PASS", "."}

LEAST_GENOTYPE_QUALITY = 20.0
"""Phred: one genotype in a hundred wrong (by definition of GQ); design choice."""
LEAST_DEPTH = 8
"""Where no quality is given: with 8 reads a second allele is missed in 1 of 128."""


def believe(
    record: dict[str, Any], columns: list[str], column: int, remarks: list[str]
) -> None:
    """Take a genotype that is doubtful as not read, and say so.

    Args:
        record: of the line, as `VariantRecord`'s fields; its alleles may be emptied.
        columns: of the line, as text.
        column: which of them is the sample's.
        remarks: to which the doubt is added.
    """
    doubt = _doubt(columns[6], _by_name(columns[8], columns[column]))
    if doubt is not None and any(a is not None for a in record["alleles"]):
        remarks.append(f"{columns[0]}:{columns[1]}: {doubt}; taken as not tested")
        record["alleles"] = [None] * len(record["alleles"])


def _by_name(names: str, values: str) -> dict[str, str]:
    """The sample's column as written: declarations of the header may lie."""
    return dict(zip(names.split(":"), values.split(":"), strict=False))


def _doubt(filters: str, written: Mapping[str, str]) -> str | None:
    """Why a genotype is not believed."""
    for named in (filters, written.get("FT", ".")):
        failed = [name for name in named.split(";") if name not in _PASSED]
        if failed:
            return f"filtered ({', '.join(failed)})"
    try:
        depth = _depth(written)
        qualities = [q for n in ("GQ", "RGQ") for q in _numbers(written.get(n))]
        likelihoods = _numbers(written.get("PL")) or _numbers(written.get("GL"))
    except ValueError:
        return "its depth or quality is no number"
    if depth == 0:
        return "read depth 0"
    if qualities and min(qualities) < LEAST_GENOTYPE_QUALITY:
        return f"genotype quality {min(qualities):g}, below {LEAST_GENOTYPE_QUALITY:g}"
    if not qualities and depth is not None and depth < LEAST_DEPTH:
        return f"read depth {depth:g}, below {LEAST_DEPTH}, and no genotype quality"
    if len(likelihoods) > 1 and len(set(likelihoods)) == 1:
        return "all genotypes are equally likely there"
    return None


def _depth(written: Mapping[str, str]) -> float | None:
    """The least that is said of the reads; None where nothing is."""
    said = [d for n in ("DP", "MIN_DP") for d in _numbers(written.get(n))]
    by_allele = _numbers(written.get("AD"))
    if by_allele:
        said.append(sum(by_allele))
    return min(said) if said else None


def _numbers(text: str | None) -> list[float]:
    """Numbers with commas between; a point is "not given"."""
    if text is None:
        return []
    return [float(part) for part in text.split(",") if part not in {".", ""}]
