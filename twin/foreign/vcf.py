"""One sample's records of a VCF file at the places asked about; runs in the child.

Lines are counted and measured as they stream by, so that a file's size does not
matter; only those near the places asked about are given to htslib (pysam), which
knows the format.  What is not clearly called - filtered, too few reads, no genotype -
comes back as not called.
"""

import re
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pysam

from twin.errors import ForeignFileError
from twin.foreign.limits import (
    LARGEST_HEADER_BYTES,
    LARGEST_PANEL_BYTES,
    LONGEST_LINE_OF_THE_PANEL_BYTES,
    LONGEST_NUMBER,
    MOST_LINES_OF_THE_PANEL,
)
from twin.foreign.stream import lines
from twin.vocabulary.variant import chromosome_number

_VERSION = re.compile(rb"##fileformat=VCFv4\.([1-5])\s*$")
_END = re.compile(rb"(?:^|;)END=(\d{1,12})(?:;|$)")
_SVLEN = re.compile(rb"(?:^|;)SVLEN=(-?\d{1,12})(?:[,;]|$)")
_ADDS_NOTHING = (b"<DEL", b"<DUP", b"<INV", b"<CNV")  # they cover SVLEN bases
LONGEST_NAME = 100
_FIXED_COLUMNS = 9  # CHROM to FORMAT
_PASSED = {"PASS", "."}

LEAST_GENOTYPE_QUALITY = 20.0
"""Phred: one genotype in a hundred wrong (by definition of GQ); design choice."""
LEAST_DEPTH = 8
"""Where no quality is given: with 8 reads a second allele is missed in 1 of 128."""


@dataclass(slots=True)
class _Kept:
    """The header, the lines near the places, and what was seen of the rest."""

    header: list[bytes] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    n_bytes: int = 0
    n_lines: int = 0
    elsewhere: dict[str, int] = field(default_factory=dict)


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
    kept = _kept(
        path,
        _by_chromosome(regions),
        _Genes([tuple(gene) for gene in genes]),
        rsids={name.encode() for name in rsids},
        sample=sample,
    )
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
        "elsewhere": kept.elsewhere,
        "remarks": remarks,
    }


@dataclass(frozen=True, slots=True)
class _Spans:
    """Stretches of one chromosome, apart and in order."""

    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, pieces: Iterable[tuple[int, int]]) -> "_Spans":
        starts: list[int] = []
        ends: list[int] = []
        for first, last in sorted(pieces):
            if ends and first <= ends[-1] + 1:
                ends[-1] = max(ends[-1], last)
            else:
                starts.append(first)
                ends.append(last)
        return cls(starts, ends)

    def touch(self, first: int, last: int) -> bool:
        """Whether any of them shares a base with `first` to `last`."""
        n = bisect_right(self.starts, last) - 1
        return n >= 0 and self.ends[n] >= first


def _by_chromosome(regions: Iterable[list[Any]]) -> dict[str, _Spans]:
    found: dict[str, list[tuple[int, int]]] = {}
    for chromosome, first, last in regions:
        found.setdefault(str(chromosome), []).append((int(first), int(last)))
    return {chromosome: _Spans.of(pieces) for chromosome, pieces in found.items()}


@dataclass(frozen=True, slots=True)
class _Genes:
    """Chromosome number, first and last base, and name of each."""

    spans: list[tuple[str, int, int, str]]

    def at(self, number: str, position: int) -> str | None:
        for chromosome, first, last, name in self.spans:
            if chromosome == number and first <= position <= last:
                return name
        return None


_CARRIED = re.compile(rb"(?:^|[/|])[1-9]")


def _kept(
    path: Path,
    regions: Mapping[str, _Spans],
    genes: _Genes,
    *,
    rsids: set[bytes],
    sample: str | None,
) -> _Kept:
    kept = _Kept()
    known: dict[bytes, tuple[str, _Spans] | None] = {}
    column = empty = 0
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
            if kept.columns:
                whose = _chosen(kept.columns[_FIXED_COLUMNS:], sample)
                column = kept.columns.index(whose, _FIXED_COLUMNS)
            continue
        if not line:
            empty += 1
            if empty > _MOST_EMPTY_LINES:
                raise ForeignFileError(f"has more than {_MOST_EMPTY_LINES} empty lines")
            continue
        kept.n_lines += 1
        last = (number, line)
        parts = line.split(b"\t", 8)
        name = parts[0]
        if name not in known:
            text = chromosome_number(name[:LONGEST_NAME].decode("utf-8", "replace"))
            known[name] = (text, regions[text]) if text in regions else None
        place = known[name]
        if place is None:
            continue
        chromosome, spans = place
        if _is_near(parts, spans, number) or (len(parts) > 2 and _named(parts, rsids)):
            _check_columns(kept, number, line)
            _keep(kept, number, line)
        elif (gene := genes.at(chromosome, int(parts[1]))) is not None:
            written = line.split(b"\t")
            if len(written) > column and _CARRIED.search(
                written[column].split(b":")[0]
            ):
                kept.elsewhere[gene] = kept.elsewhere.get(gene, 0) + 1
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
    if b"\0" in line:
        raise ForeignFileError(
            f"line {number} holds a byte that is no text (0); the file is damaged"
        )
    kept.lines.append(line)
    kept.n_bytes += len(line)
    if len(kept.lines) > MOST_LINES_OF_THE_PANEL or kept.n_bytes > LARGEST_PANEL_BYTES:
        raise ForeignFileError(
            f"has more than {MOST_LINES_OF_THE_PANEL} lines, or "
            f"{LARGEST_PANEL_BYTES / 1e6:g} MB, about the positions asked for; one "
            "sample has a few hundred lines"
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


_MOST_EMPTY_LINES = 1000


def _is_near(parts: list[bytes], spans: _Spans, number: int) -> bool:
    if len(parts) < 4:
        raise ForeignFileError(
            f"line {number} has {len(parts)} columns; the file is cut off or damaged"
        )
    if not parts[1].isdigit() or len(parts[1]) > LONGEST_NUMBER:
        raise ForeignFileError(f"line {number}: POS {_quoted(parts[1])} is no number")
    start = int(parts[1])
    return spans.touch(start, _last_base(parts, start))


def _last_base(parts: list[bytes], start: int) -> int:
    """Of the reference's part, or of what END or SVLEN says is covered."""
    end = start + len(parts[3]) - 1
    if len(parts) <= 7:
        return end
    if b"END=" in parts[7] and (found := _END.search(parts[7])):
        end = max(end, int(found[1]))
    if b"SVLEN=" in parts[7] and parts[4].upper().startswith(_ADDS_NOTHING):
        length = _SVLEN.search(parts[7])
        end = max(end, start + abs(int(length[1]))) if length else end
    return end


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
    """The kept lines as htslib reads them; what it reads of each, we have checked."""
    pysam.set_verbosity(0)
    remarks: list[str] = []
    column = kept.columns.index(sample, _FIXED_COLUMNS)
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
        last, start = _last_base(fixed, record["position"]), record["position"]
        if last > start + len(record["ref"]) - 1:
            record["end"] = last
        _believe(record, columns, column, remarks)
    return read, remarks


def _believe(
    record: dict[str, Any], columns: list[str], column: int, remarks: list[str]
) -> None:
    """Take a genotype that is doubtful as not read, and say so."""
    doubt = _doubt(columns[6], _by_name(columns[8], columns[column]))
    if doubt is not None and any(a is not None for a in record["alleles"]):
        remarks.append(f"{columns[0]}:{columns[1]}: {doubt}; taken as not tested")
        record["alleles"] = [None] * len(record["alleles"])


def _by_name(names: str, values: str) -> dict[str, str]:
    """The sample's column as written: declarations of the header may lie."""
    return dict(zip(names.split(":"), values.split(":"), strict=False))


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
