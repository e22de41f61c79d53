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
from twin.foreign.vcf_evidence import believe
from twin.foreign.vcf_lines import (
    FIXED_COLUMNS,
    Genes,
    Kept,
    by_chromosome,
    chosen_sample,
    kept_lines,
    last_base,
)


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
    samples = kept.columns[FIXED_COLUMNS:]
    chosen = chosen_sample(samples, sample)
    if not kept.n_lines:
        raise ForeignFileError(
            "has a header and no line of data; was it written to the end?"
        )
    records, remarks = _parsed(kept, chosen)
    return {
        "samples": samples,
        "sample": chosen,
        "n_lines": kept.n_lines,
        "records": records,
        "elsewhere": kept.elsewhere,
        "remarks": remarks,
    }


def _parsed(kept: Kept, sample: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The kept lines as htslib reads them; what it reads of each, we have checked."""
    pysam.set_verbosity(0)
    remarks: list[str] = []
    column = kept.columns.index(sample, FIXED_COLUMNS)
    written = [line.decode("utf-8", "replace").split("\t") for line in kept.lines]
    for columns in written:
        _check_genotype(columns, column)
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "kept.vcf"
        small.write_bytes(b"\n".join([*kept.header, *kept.lines]) + b"\n")
        try:
            with pysam.VariantFile(str(small)) as file:
                read = [_record(record, sample) for record in file]
        except (ValueError, OSError, KeyError, UnicodeDecodeError) as error:
            raise ForeignFileError(
                f"is not VCF as htslib reads it ({error}); check the line of the genes "
                "asked about"
            ) from error
    if len(read) != len(kept.lines):
        raise ForeignFileError(
            f"htslib reads {len(read)} of {len(kept.lines)} lines about the genes "
            "asked about; the file is damaged"
        )
    for record, columns, line in zip(read, written, kept.lines, strict=True):
        fixed = line.split(b"\t", 8)
        last, start = last_base(fixed, record["position"]), record["position"]
        if last > start + len(record["ref"]) - 1:
            record["end"] = last
        believe(record, columns, column, remarks)
    return read, remarks


def _check_genotype(columns: list[str], column: int) -> None:
    """htslib passes over numbers of alleles that the line does not have."""
    alts = [] if columns[4] == "." else columns[4].split(",")
    names = columns[8].split(":")
    if "GT" not in names:
        raise ForeignFileError(
            f"{columns[0]}:{columns[1]} has no GT in its FORMAT; genotypes are needed"
        )
    parts = columns[column].split(":")
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
