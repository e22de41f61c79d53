"""One sample's records of a VCF file at the places asked about; runs in the child.

Lines are counted and measured as they stream by, so that a file's size does not
matter; only those near the places asked about are given to htslib (pysam), which
knows the format.  What is not clearly called - filtered, too few reads, no genotype -
comes back as not called.
"""

import re
import tempfile
from pathlib import Path
from typing import Any

import pysam

from twin.errors import ForeignFileError
from twin.foreign.limits import LONGEST_NUMBER
from twin.foreign.vcf_evidence import doubt
from twin.foreign.vcf_lines import (
    FIXED_COLUMNS,
    Kept,
    kept_lines,
    last_base,
)
from twin.foreign.vcf_places import Genes, by_chromosome

_MOST_NAMED = 5


def read(
    path: Path,
    *,
    regions: list[list[Any]],
    genes: list[list[Any]],
    rsids: list[str],
    sample: str | None = None,
) -> dict[str, Any]:
    """The records of one sample that touch a region or carry one of the rsIDs.

    Args:
        path: of the file, plain or gzip.
        regions: [chromosome number, first base, last base], in any order.
        genes: [chromosome number, first base, last base, name]: where variants outside
            the regions are counted.
        rsids: names to look for wherever they stand.
        sample: which of several; may be left out where there is one.

    Returns: samples, n_lines, records (as `VariantRecord`'s fields), elsewhere (how
    many other variants of the sample lie in each gene), and remarks.

    Raises: ForeignFileError naming the line and what is wrong with it.
    """
    kept = kept_lines(
        path,
        by_chromosome(regions),
        Genes([tuple(gene) for gene in genes]),
        rsids={name.encode() for name in rsids},
        sample=sample,
    )
    if not kept.n_lines:
        raise ForeignFileError(
            "has a header and no line of data; was it written to the end?"
        )
    records, remarks = _parsed(kept)
    return {
        "samples": kept.columns[FIXED_COLUMNS:],
        "sample": kept.sample,
        "n_lines": kept.n_lines,
        "records": records,
        "elsewhere": kept.elsewhere,
        "remarks": remarks,
    }


def _parsed(kept: Kept) -> tuple[list[dict[str, Any]], list[str]]:
    """The kept lines as htslib reads them; what it reads of each, we have checked."""
    lines, remarks = _with_genotype(kept.lines)
    for columns in lines:
        _check_genotype(columns)
    read = _by_htslib(kept, lines)
    doubts: dict[str, list[str]] = {}
    for record, columns in zip(read, lines, strict=True):
        fixed = [column.encode() for column in columns]
        last, start = last_base(fixed, record["position"]), record["position"]
        if last > start + len(record["ref"]) - 1:
            record["end"] = last
        why = doubt(columns, record["alleles"])
        if why is not None and any(a is not None for a in record["alleles"]):
            doubts.setdefault(why, []).append(f"{columns[0]}:{columns[1]}")
            record["alleles"] = [None] * len(record["alleles"])
    remarks += [
        f"{_some(places)}: {why}; taken as not tested" for why, places in doubts.items()
    ]
    return read, remarks


def _with_genotype(lines: list[list[bytes]]) -> tuple[list[list[str]], list[str]]:
    """The lines that give a genotype, as text; those of copies alone say no base."""
    written = [[c.decode("utf-8", "replace") for c in line] for line in lines]
    given = [line for line in written if _has_genotype(line)]
    without = [f"{line[0]}:{line[1]}" for line in written if not _has_genotype(line)]
    if without and not given:
        raise ForeignFileError(
            f"{_some(without)}: no GT in FORMAT; genotypes are needed"
        )
    said = [f"{_some(without)}: no genotype (GT) there; not read"] if without else []
    return given, said


def _has_genotype(line: list[str]) -> bool:
    return "GT" in line[8].split(":")


def _some(places: list[str]) -> str:
    """A few of the places, and how many more."""
    more = len(places) - _MOST_NAMED
    named = ", ".join(places[:_MOST_NAMED])
    return named if more <= 0 else f"{named} and {more} more lines"


def _by_htslib(kept: Kept, lines: list[list[str]]) -> list[dict[str, Any]]:
    """One record a line; INFO is read by ourselves and stays outside."""
    pysam.set_verbosity(0)
    names = "\t".join([*kept.columns[:FIXED_COLUMNS], kept.sample])
    body = "\n".join("\t".join([*c[:7], ".", *c[8:]]) for c in lines)
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "kept.vcf"
        header = b"\n".join(kept.header)
        small.write_bytes(header + f"\n{names}\n{body}\n".encode())
        try:
            with pysam.VariantFile(str(small)) as file:
                read = [_record(record, kept.sample) for record in file]
        except (ValueError, OSError, KeyError, UnicodeDecodeError) as error:
            raise ForeignFileError(
                f"is not VCF as htslib reads it ({error}); check the line of the genes "
                "asked about"
            ) from error
    if len(read) != len(lines):
        raise ForeignFileError(
            f"htslib reads {len(read)} of {len(lines)} lines about the genes "
            "asked about; the file is damaged"
        )
    return read


def _check_genotype(columns: list[str]) -> None:
    """htslib passes over numbers of alleles that the line does not have."""
    alts = [] if columns[4] == "." else columns[4].split(",")
    names, parts = columns[8].split(":"), columns[-1].split(":")
    genotype = parts[names.index("GT")] if names.index("GT") < len(parts) else "."
    for number in re.findall(r"\d+", genotype):
        if len(number) > LONGEST_NUMBER or int(number) > len(alts):
            raise ForeignFileError(
                f"{columns[0]}:{columns[1]}: genotype {genotype[:20]} names allele "
                f"{number[:12]}, but the line has {len(alts)} beside the reference"
            )


def _record(record: Any, sample: str) -> dict[str, Any]:
    call = record.samples[sample]
    alleles = list(call.allele_indices or ())
    phase_set = None
    if call.phased and len(alleles) == 2:
        number = call.get("PS") if "PS" in record.format else None
        phase_set = "all" if number is None else str(number)
    return {
        "chromosome": record.chrom,
        "position": int(record.pos),
        "ref": str(record.ref).upper(),
        "alts": [str(a) for a in record.alts or () if a != "."],
        "alleles": alleles,
        "phase_set": phase_set,
        "rsid": record.id,
        "end": None,
    }
