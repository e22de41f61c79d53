"""One sample's records of a VCF file at the places asked about; runs in the child.

Lines are counted and measured as they stream by, so that a file's size does not
matter; only those near the places asked about are given to htslib (pysam), which
knows the format.  What is not clearly called - filtered, no depth, no genotype - comes
back as not called.
"""

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pysam

from twin.errors import ForeignFileError
from twin.foreign.limits import (
    LARGEST_HEADER_BYTES,
    LONGEST_LINE_OF_THE_PANEL_BYTES,
    LONGEST_NUMBER,
    MOST_LINES_OF_THE_PANEL,
)
from twin.foreign.stream import lines
from twin.vocabulary.variant import chromosome_number

_VERSION = re.compile(rb"##fileformat=VCFv4\.([1-5])\s*$")
_END = re.compile(rb"(?:^|;)END=(\d{1,12})(?:;|$)")
LONGEST_NAME = 100
_FIXED_COLUMNS = 9  # CHROM to FORMAT
_PASSED = {"PASS", "."}


@dataclass(slots=True)
class _Kept:
    """The header, the lines near the places, and what was seen of the rest."""

    header: list[bytes] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    n_lines: int = 0


def read(
    path: Path,
    *,
    regions: list[list[Any]],
    rsids: list[str],
    sample: str | None = None,
) -> dict[str, Any]:
    """The records of one sample that touch a region or carry one of the rsIDs.

    Args:
        path: of the file, plain or gzip.
        regions: [chromosome number, first base, last base], in any order.
        rsids: names to look for wherever they stand.
        sample: which of several; may be left out where there is one.

    Returns: samples, n_lines, records (as `VariantRecord`'s fields), and remarks.

    Raises: ForeignFileError naming the line and what is wrong with it.
    """
    kept = _kept(path, _by_chromosome(regions), {name.encode() for name in rsids})
    samples = kept.columns[_FIXED_COLUMNS:]
    chosen = _chosen(samples, sample)
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
        "remarks": remarks,
    }


_Regions = dict[str, list[tuple[int, int]]]


def _by_chromosome(regions: Iterable[list[Any]]) -> _Regions:
    found: _Regions = {}
    for chromosome, first, last in regions:
        found.setdefault(str(chromosome), []).append((int(first), int(last)))
    return found


def _kept(path: Path, regions: _Regions, rsids: set[bytes]) -> _Kept:
    kept = _Kept()
    known: dict[bytes, list[tuple[int, int]] | None] = {}
    header_bytes = 0
    last: tuple[int, bytes] = (0, b"")
    for number, line in lines(path):
        line = line.rstrip(b"\r")  # noqa: PLW2901 - the same line
        if not kept.columns:
            header_bytes += len(line)
            if header_bytes > LARGEST_HEADER_BYTES:
                raise ForeignFileError(
                    f"its header is longer than {LARGEST_HEADER_BYTES / 1e6:g} MB"
                )
            _take_header(kept, number, line)
            continue
        if not line:
            continue
        kept.n_lines += 1
        last = (number, line)
        parts = line.split(b"\t", 8)
        name = parts[0]
        if name not in known:
            text = name[:LONGEST_NAME].decode("utf-8", "replace")
            known[name] = regions.get(chromosome_number(text))
        spans = known[name]
        if spans is None:
            continue
        if _is_near(parts, spans, number) or (len(parts) > 2 and _named(parts, rsids)):
            _check_columns(kept, number, line)
            _keep(kept, number, line)
    if not kept.columns:
        raise ForeignFileError(
            "has no line #CHROM with the names of the columns; it is cut off, or no VCF"
        )
    if kept.n_lines:
        _check_columns(kept, *last)  # a file cut off in the middle of a line
    return kept


def _keep(kept: _Kept, number: int, line: bytes) -> None:
    if len(line) > LONGEST_LINE_OF_THE_PANEL_BYTES:
        raise ForeignFileError(
            f"line {number}, about the genes asked for, is {len(line) / 1e3:.0f} kB "
            "long; no allele of theirs is"
        )
    kept.lines.append(line)
    if len(kept.lines) > MOST_LINES_OF_THE_PANEL:
        raise ForeignFileError(
            f"has more than {MOST_LINES_OF_THE_PANEL} lines about the genes asked "
            "for; one sample has a few hundred"
        )


def _take_header(kept: _Kept, number: int, line: bytes) -> None:
    if number == 1:
        if line.startswith(b"BCF"):
            raise ForeignFileError("is BCF; write it as VCF (bcftools view)")
        if not line.startswith(b"##fileformat="):
            raise ForeignFileError(
                f"does not begin with ##fileformat=VCFv4.x but {_quoted(line)}; it "
                "has no header, or is no VCF"
            )
        if not _VERSION.match(line):
            raise ForeignFileError(
                f"is {_quoted(line)}; VCF 4.1 to 4.5 are read, write it as 4.2"
            )
    if line.startswith(b"#CHROM"):
        kept.columns = line.decode("utf-8", "replace").split("\t")
        if len(kept.columns) <= _FIXED_COLUMNS:
            raise ForeignFileError(
                "its line #CHROM names no sample (a list of sites, not of a person's "
                "genotypes); give a file with a FORMAT and a sample column"
            )
    elif not line.startswith(b"##"):
        raise ForeignFileError(
            f"line {number} is data, but the line #CHROM with the names of the "
            "columns is missing"
        )
    kept.header.append(line)


def _is_near(parts: list[bytes], spans: list[tuple[int, int]], number: int) -> bool:
    if len(parts) < 4:
        raise ForeignFileError(
            f"line {number} has {len(parts)} columns; the file is cut off or damaged"
        )
    if not parts[1].isdigit() or len(parts[1]) > LONGEST_NUMBER:
        raise ForeignFileError(f"line {number}: POS {_quoted(parts[1])} is no number")
    start = int(parts[1])
    end = start + len(parts[3]) - 1
    if len(parts) > 7 and b"END=" in parts[7] and (found := _END.search(parts[7])):
        end = max(end, int(found[1]))
    return any(start <= last and end >= first for first, last in spans)


def _named(parts: list[bytes], rsids: set[bytes]) -> bool:
    return parts[2] != b"." and not rsids.isdisjoint(parts[2].split(b";"))


def _check_columns(kept: _Kept, number: int, line: bytes) -> None:
    found, wanted = line.count(b"\t") + 1, len(kept.columns)
    if found != wanted:
        raise ForeignFileError(
            f"line {number} has {found} columns where the header names {wanted}; the "
            "file is cut off or damaged"
        )


def _quoted(text: bytes) -> str:
    return repr(text[:40].decode("utf-8", "replace"))


def _chosen(samples: list[str], asked: str | None) -> str:
    if asked is not None:
        if asked not in samples:
            raise ForeignFileError(
                f"has no sample {asked!r}; it has {', '.join(samples[:10])}"
            )
        return asked
    if len(samples) > 1:
        named = ", ".join(samples[:5]) + (" ..." if len(samples) > 5 else "")
        raise ForeignFileError(
            f"holds {len(samples)} samples ({named}); say whose is meant with --sample"
        )
    return samples[0]


def _parsed(kept: _Kept, sample: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The kept lines as htslib reads them."""
    pysam.set_verbosity(0)
    remarks: list[str] = []
    column = kept.columns.index(sample, _FIXED_COLUMNS)
    for line in kept.lines:
        _check_genotype(line.decode("utf-8", "replace").split("\t"), column)
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "kept.vcf"
        small.write_bytes(b"\n".join([*kept.header, *kept.lines]) + b"\n")
        try:
            with pysam.VariantFile(str(small)) as file:
                records = [_record(record, sample, remarks) for record in file]
        except (ValueError, OSError, KeyError, UnicodeDecodeError) as error:
            raise ForeignFileError(
                f"is not VCF as htslib reads it ({error}); check the line of the genes "
                "asked about"
            ) from error
    if len(records) != len(kept.lines):
        raise ForeignFileError(
            f"htslib reads {len(records)} of {len(kept.lines)} lines about the genes "
            "asked about; the file is damaged"
        )
    return records, remarks


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


def _record(record: Any, sample: str, remarks: list[str]) -> dict[str, Any]:
    call = record.samples[sample]
    alleles = list(call.allele_indices or ())
    place = f"{record.chrom}:{record.pos}"
    doubt = _doubt(record, call)
    if doubt is not None and any(a is not None for a in alleles):
        remarks.append(f"{place}: {doubt}; taken as not tested")
        alleles = [None] * len(alleles)
    phase_set = None
    if call.phased and len(alleles) == 2:
        number = call.get("PS") if "PS" in record.format else None
        phase_set = "all" if number is None else str(number)
    end = int(record.stop)
    return {
        "chromosome": record.chrom,
        "position": int(record.pos),
        "ref": str(record.ref).upper(),
        "alts": [str(a) for a in record.alts or () if a != "."],
        "alleles": alleles,
        "phase_set": phase_set,
        "rsid": record.id,
        "end": end if end > record.pos + len(record.ref) - 1 else None,
    }


def _doubt(record: Any, call: Any) -> str | None:
    """Why a genotype is not believed."""
    filters = [name for name in record.filter if name not in _PASSED]
    if filters:
        return f"filtered ({', '.join(filters)})"
    own = call.get("FT") if "FT" in record.format else None
    if own and str(own) not in _PASSED:
        return f"filtered ({own})"
    for name, what in (("DP", "read depth 0"), ("MIN_DP", "read depth 0")):
        if name in record.format and call.get(name) == 0:
            return what
    if "GQ" in record.format and call.get("GQ") == 0:
        return "genotype quality 0"
    return None
