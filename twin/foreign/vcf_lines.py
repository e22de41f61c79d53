"""The lines of a VCF file near the places asked about, as they stream by.

Every line is measured and counted; only those that matter are kept.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from twin.errors import ForeignFileError
from twin.foreign.limits import (
    LARGEST_HEADER_BYTES,
    LARGEST_PANEL_BYTES,
    LONGEST_LINE_OF_THE_PANEL_BYTES,
    LONGEST_NUMBER,
    MOST_LINES_OF_THE_PANEL,
)
from twin.foreign.stream import lines
from twin.foreign.vcf_places import Genes, Spans
from twin.vocabulary.variant import chromosome_number

_VERSION = re.compile(rb"##fileformat=VCFv4\.([1-5])\s*$")
_END = re.compile(rb"(?:^|;)END=(\d{1,12})(?:;|$)")
_SVLEN = re.compile(rb"(?:^|;)SVLEN=(-?\d{1,12})(?:[,;]|$)")
_CARRIED = re.compile(rb"(?:^|[/|])[1-9]")
_ADDS_NOTHING = (b"<DEL", b"<DUP", b"<INV", b"<CNV")  # they cover SVLEN bases
_LONGEST_NAME = 100
_MOST_EMPTY_LINES = 1000
_MOST_CHROMOSOMES = 100_000
_SPAN_OF_INFO = (b"END=", b"SVLEN=")
FIXED_COLUMNS = 9  # CHROM to FORMAT


@dataclass(slots=True)
class Kept:
    """The header, the lines near the places, and what was seen of the rest.

    header     without the line #CHROM
    columns    names in the line #CHROM
    sample     whose column is kept
    lines      each as its ten columns: the nine fixed ones and the sample's; of INFO
               only what is read
    elsewhere  variants of the sample in a gene but near no place asked about, by gene
    """

    header: list[bytes] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    sample: str = ""
    lines: list[list[bytes]] = field(default_factory=list)
    n_bytes: int = 0
    n_lines: int = 0
    elsewhere: dict[str, int] = field(default_factory=dict)


def kept_lines(
    path: Path,
    regions: Mapping[str, Spans],
    genes: Genes,
    *,
    rsids: set[bytes],
    sample: str | None,
) -> Kept:
    """Everything of a file that concerns the places asked about.

    Args:
        path: of the file, plain or gzip.
        regions: lines that touch one of these are kept, by chromosome number,
        genes: variants of the sample in one of these are counted,
        rsids: and lines with one of these names are kept, on those chromosomes.
        sample: whose column; may be None where there is one.

    Raises: ForeignFileError naming the line and what is wrong with it.
    """
    kept = Kept()
    known: dict[bytes, tuple[str, Spans] | None] = {}
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
                kept.sample = _chosen(kept.columns[FIXED_COLUMNS:], sample)
                column = kept.columns.index(kept.sample, FIXED_COLUMNS)
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
            _check_chromosome(name, number, n_known=len(known))
            text = chromosome_number(name.decode("utf-8", "replace"))
            known[name] = (text, regions[text]) if text in regions else None
        place = known[name]
        if place is None:
            continue
        chromosome, spans = place
        if _is_near(parts, spans, number) or (len(parts) > 2 and _named(parts, rsids)):
            _check_columns(kept, number, line)
            _keep(kept, number, line, column)
        elif (gene := genes.at(chromosome, int(parts[1]))) and _carried(line, column):
            kept.elsewhere[gene] = kept.elsewhere.get(gene, 0) + 1
    if not kept.columns:
        raise ForeignFileError(
            "has no line #CHROM with the names of the columns; it is cut off, or no VCF"
        )
    if kept.n_lines:
        _check_columns(kept, *last)  # a file cut off in the middle of a line
    return kept


def _carried(line: bytes, column: int) -> bool:
    """Whether the sample has an allele other than the reference there."""
    written = line.split(b"\t")
    return len(written) > column and bool(
        _CARRIED.search(written[column].split(b":")[0])
    )


def _check_chromosome(name: bytes, number: int, *, n_known: int) -> None:
    if len(name) > _LONGEST_NAME or n_known >= _MOST_CHROMOSOMES:
        raise ForeignFileError(
            f"line {number}: {_quoted(name)}: more than {_MOST_CHROMOSOMES} "
            f"chromosomes and scaffolds, or a name longer than {_LONGEST_NAME} "
            "letters; the file is damaged, or no VCF"
        )


def _keep(kept: Kept, number: int, line: bytes, column: int) -> None:
    """What of a line is read, within the limits."""
    if b"\0" in line:
        raise ForeignFileError(
            f"line {number} holds a byte that is no text (0); the file is damaged"
        )
    columns = line.split(b"\t")
    only_one = len(columns) == FIXED_COLUMNS + 1  # else the depth is of all of them
    read = (*_SPAN_OF_INFO, b"DP=") if only_one else _SPAN_OF_INFO
    info = b";".join(e for e in columns[7].split(b";") if e.startswith(read))
    cut = [*columns[:7], info or b".", columns[8], columns[column]]
    length = sum(len(part) for part in cut)
    if length > LONGEST_LINE_OF_THE_PANEL_BYTES:
        raise ForeignFileError(
            f"line {number}, about the genes asked for, has {length / 1e3:.0f} kB of "
            "alleles and genotype; none of theirs is that long"
        )
    kept.lines.append(cut)
    kept.n_bytes += length
    if len(kept.lines) > MOST_LINES_OF_THE_PANEL or kept.n_bytes > LARGEST_PANEL_BYTES:
        raise ForeignFileError(
            f"has more than {MOST_LINES_OF_THE_PANEL} lines, or "
            f"{LARGEST_PANEL_BYTES / 1e6:g} MB, about the positions asked for; one "
            "sample has a few hundred lines"
        )


def _take_header(kept: Kept, number: int, line: bytes) -> None:
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
        if len(kept.columns) <= FIXED_COLUMNS:
            raise ForeignFileError(
                "its line #CHROM names no sample (a list of sites, not of a person's "
                "genotypes); give a file with a FORMAT and a sample column"
            )
    elif not line.startswith(b"##"):
        raise ForeignFileError(
            f"line {number} is data, but the line #CHROM with the names of the "
            "columns is missing"
        )
    else:
        kept.header.append(line)


def _is_near(parts: list[bytes], spans: Spans, number: int) -> bool:
    if len(parts) < 4:
        raise ForeignFileError(
            f"line {number} has {len(parts)} columns; the file is cut off or damaged"
        )
    if not parts[1].isdigit() or len(parts[1]) > LONGEST_NUMBER:
        raise ForeignFileError(f"line {number}: POS {_quoted(parts[1])} is no number")
    start = int(parts[1])
    return spans.touch(start, last_base(parts, start))


def last_base(parts: list[bytes], start: int) -> int:
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


def _check_columns(kept: Kept, number: int, line: bytes) -> None:
    found, wanted = line.count(b"\t") + 1, len(kept.columns)
    if found != wanted:
        raise ForeignFileError(
            f"line {number} has {found} columns where the header names {wanted}; the "
            "file is cut off or damaged"
        )


def _quoted(text: bytes) -> str:
    return repr(text[:40].decode("utf-8", "replace"))


def _chosen(samples: list[str], asked: str | None) -> str:
    """The one asked for, or the only one. Raises: ForeignFileError naming some."""
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
