"""Whether a genotype of a VCF line is believed: filters, quality, reads.

The sample's column is read as it is written, because a header's declarations may lie.
Where a genotype's quality is not stated it is taken from what is: likelihoods of the
genotypes, their probabilities, an imputed dosage, and last the line's own quality.
"""

import math
from collections.abc import Mapping, Sequence

_PASSED = {"PASS", "."}
_CALLED_REFERENCE = "RefCall"
"""DeepVariant's filter of a line whose genotype is the reference."""

LEAST_GENOTYPE_QUALITY = 20.0
"""Phred: one genotype in a hundred wrong (by definition of GQ); design choice."""
LEAST_DEPTH = 8
"""Where no quality is given: with 8 reads a second allele is missed in 1 of 128."""
LARGEST_DOSAGE_DOUBT = 0.02
"""Of an imputed dosage from the genotype: one genotype in a hundred, twice."""


def doubt(columns: Sequence[str], alleles: Sequence[int | None]) -> str | None:
    """Why a sample's genotype is not believed; None where it is.

    Args:
        columns: of the line, as text, the sample's own being the last.
        alleles: of the genotype.
    """
    written = dict(zip(columns[8].split(":"), columns[-1].split(":"), strict=False))
    is_reference = not any(alleles)
    for named in (columns[6], written.get("FT", ".")):
        failed = [
            name
            for name in named.split(";")
            if name not in _PASSED and not (is_reference and name == _CALLED_REFERENCE)
        ]
        if failed:
            return f"filtered ({', '.join(failed)})"
    try:
        depth = _depth(written, columns[7])
        quality = _quality(written, columns[5], alleles)
    except ValueError:
        return "its depth or quality is no number"
    if depth == 0:
        return "read depth 0"
    if quality is not None and quality < LEAST_GENOTYPE_QUALITY:
        return f"genotype quality below {LEAST_GENOTYPE_QUALITY:g}"
    if quality is None and depth is not None and depth < LEAST_DEPTH:
        return f"read depth below {LEAST_DEPTH}, and no genotype quality"
    return None


def _quality(
    written: Mapping[str, str], of_the_line: str, alleles: Sequence[int | None]
) -> float | None:
    """Phred, the least that is said of the genotype; None where nothing is."""
    stated = [q for n in ("GQ", "RGQ") for q in _numbers(written.get(n))]
    if stated:
        return min(stated)
    likelihoods = _numbers(written.get("PL"))
    likelihoods = likelihoods or [-10.0 * x for x in _numbers(written.get("GL"))]
    if len(likelihoods) > 1:
        return _apart(likelihoods)
    if probabilities := _numbers(written.get("GP")):
        return _of_probabilities(probabilities)
    if dosage := _numbers(written.get("DS")):
        carried = sum(1 for allele in alleles if allele)
        off = abs(sum(dosage) - carried)
        return 0.0 if off > LARGEST_DOSAGE_DOUBT else math.inf
    return min(_numbers(of_the_line), default=None)


def _of_probabilities(given: Sequence[float]) -> float:
    """VCF 4.3 writes them as parts of 1, earlier versions as Phred."""
    if max(given) <= 1.0 and math.isclose(sum(given), 1.0, abs_tol=0.05):
        wrong = max(1.0 - max(given), 0.0)
        return math.inf if wrong == 0.0 else -10.0 * math.log10(wrong)
    return _apart(given) if len(given) > 1 else math.inf


def _apart(phred: Sequence[float]) -> float:
    """How far the second best genotype is from the best."""
    best, second = sorted(phred)[:2]
    return second - best


def _depth(written: Mapping[str, str], about_the_line: str) -> float | None:
    """The least that is said of the reads; None where nothing is.

    The line's own depth counts where the sample has none: `Kept` keeps it only where
    there is one sample.
    """
    said = [d for n in ("DP", "MIN_DP") for d in _numbers(written.get(n))]
    by_allele = _numbers(written.get("AD"))
    if by_allele:
        said.append(sum(by_allele))
    if not said:
        for entry in about_the_line.split(";"):
            if entry.startswith("DP="):
                said += _numbers(entry.removeprefix("DP="))
    return min(said) if said else None


def _numbers(text: str | None) -> list[float]:
    """Numbers with commas between; a point is "not given"."""
    if text is None:
        return []
    return [float(part) for part in text.split(",") if part not in {".", ""}]
