"""Whether a genotype of a VCF line is believed: filters, quality, reads.

The sample's column is read as it is written, because a header's declarations may lie.
Where a genotype's quality is not stated it is taken from what is: likelihoods of the
genotypes, their probabilities, an imputed dosage.  The line's own quality is of there
being any variant, in anybody: a variant without it is doubted, a reference is not.
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
        quality = _quality(written, alleles)
        of_the_line = min(_numbers(columns[5]), default=math.inf)
    except ValueError:
        return "its depth or quality is no number"
    if depth == 0:
        return "read depth 0"
    if quality is not None and quality < LEAST_GENOTYPE_QUALITY:
        return f"genotype quality below {LEAST_GENOTYPE_QUALITY:g}"
    if quality is None and depth is not None and depth < LEAST_DEPTH:
        return f"read depth below {LEAST_DEPTH}, and no genotype quality"
    if quality is None and not is_reference and of_the_line < LEAST_GENOTYPE_QUALITY:
        return f"a variant on a line of quality below {LEAST_GENOTYPE_QUALITY:g}"
    return None


def _quality(written: Mapping[str, str], alleles: Sequence[int | None]) -> float | None:
    """Phred, the least that is said of the genotype; None where nothing is."""
    stated = [q for n in ("GQ", "RGQ") for q in _numbers(written.get(n))]
    if stated:
        return min(stated)
    likelihoods = _numbers(written.get("PL"))
    likelihoods = likelihoods or [-10.0 * x for x in _numbers(written.get("GL"))]
    if len(likelihoods) > 1:
        return _apart(likelihoods, alleles)
    if probabilities := _numbers(written.get("GP")):
        return _apart(_phred(probabilities), alleles)
    if dosage := _numbers(written.get("DS")):
        carried = sum(1 for allele in alleles if allele)
        off = abs(sum(dosage) - carried)
        return 0.0 if off > LARGEST_DOSAGE_DOUBT else math.inf
    return None


def _phred(given: Sequence[float]) -> list[float]:
    """VCF 4.3 writes probabilities as parts of 1, earlier versions as Phred."""
    if max(given) <= 1.0 and math.isclose(sum(given), 1.0, abs_tol=0.05):
        return [-10.0 * math.log10(max(part, _LEAST_PROBABILITY)) for part in given]
    return list(given)


_LEAST_PROBABILITY = 1e-10


def _apart(phred: Sequence[float], alleles: Sequence[int | None]) -> float:
    """How far the best other genotype is behind the one that was called.

    Below 0 where another is likelier.  Genotypes are in the order of VCF: of two
    copies a <= b, number b (b + 1)/2 + a.
    """
    called = sorted(allele for allele in alleles if allele is not None)
    number = called[0] if len(called) == 1 else None
    if len(called) == 2:
        number = called[1] * (called[1] + 1) // 2 + called[0]
    if number is None or number >= len(phred) or len(phred) < 2:
        best, second = sorted([*phred, math.inf])[:2]
        return second - best
    others = [value for n, value in enumerate(phred) if n != number]
    return min(others) - phred[number]


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
    found = [float(part) for part in text.split(",") if part not in {".", ""}]
    if not all(map(math.isfinite, found)):
        raise ValueError
    return found
