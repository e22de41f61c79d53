"""`twin verify genotypes`: every published allele, and positions withheld at random."""

import json
import random
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.files import read_text
from twin.command_line.fit import DataFolder, needed_folder
from twin.command_line.output import Json, done, hold, progress, say, table
from twin.command_line.record import markdown_table, record_text, write_record
from twin.command_line.trapped_files import Trap, sprung
from twin.credibility.genotypes import GenotypeScore, every_definition, some_withheld
from twin.credibility.published_alleles import Person, PublishedGene, vcf_of
from twin.genetics.gene_report import GeneReport, gene_report
from twin.intake.laboratory import laboratory_file
from twin.library import load_library
from twin.pharmacogenes import Pharmacogenes, load_pharmacogenes

SEED = 20261122
_FOLDER = Path("pharmacogenes/allele_definitions")
_COLUMNS = (
    "gene",
    "calls",
    "exact",
    "among several",
    "nothing read",
    "wrong",
    "unsound",
    "silent reference",
)
_SECONDS = 2.0
_MEMORY_MB = 300.0

Out = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Write the record into this folder."),
]


def genotypes(
    data: DataFolder = None,
    files: Annotated[
        int, typer.Option(metavar="N", help="Files with positions withheld.")
    ] = 1000,
    out: Out = None,
    _json: Json = False,
) -> None:
    """Call published alleles from files made of CPIC's definitions, and bad files.

    Exit status 1 when a call is wrong, lists what the bases exclude, or is silent
    about what it did not see; when a bad file is not refused within two seconds and
    300 MB.
    """
    library, tables = load_library(), load_pharmacogenes()
    genes = published_genes(needed_folder(data), tables)
    with tempfile.TemporaryDirectory() as folder:
        caller = partial(called, tables=tables, folder=Path(folder))
        with progress("every published definition"):
            phased = every_definition(genes, caller, phased=True, seed=SEED)
            unphased = every_definition(genes, caller, phased=False, seed=SEED)
        with progress(f"{files} files with positions withheld"):
            withheld = some_withheld(genes, caller, n=files, seed=SEED)
        with progress("bad files"):
            traps = tuple(sprung(Path(folder), tables))
    parts = {
        "Every published definition, phased": phased,
        "Every published definition, unphased": unphased,
        f"{files} files with positions withheld at random": withheld,
    }
    _show(parts, traps)
    if out is not None:
        text = record_text(
            "Genes called from files",
            _body(parts, traps),
            command="twin verify genotypes",
            library=library,
            seed=SEED,
        )
        say(f"written to {write_record(out, 'genotypes.md', text)}")
    done({"seed": SEED, "scores": parts, "bad_files": traps})
    hold(_broken(parts, traps))


def published_genes(folder: Path, tables: Pharmacogenes) -> tuple[PublishedGene, ...]:
    """The genes of our tables that CPIC publishes, from the published files."""
    found = []
    for gene in tables.definitions:
        path = folder / _FOLDER / f"{gene.gene}_translation.json"
        if path.is_file():
            found.append(PublishedGene.of(json.loads(read_text(path))))
    return tuple(found)


def called(
    people: Sequence[Person],
    rng: random.Random,
    *,
    tables: Pharmacogenes,
    folder: Path,
) -> dict[str, GeneReport]:
    """What the twin says of one file: written, and read by the process apart."""
    path = folder / "case.vcf"
    text = vcf_of(people, rng)
    if text.endswith("SAMPLE\n"):  # nothing was left to write: no file at all
        text += "chr1\t1\t.\tN\tA\t.\tPASS\t.\tGT\t0/0\n"
    path.write_text(text, encoding="utf-8")
    result = laboratory_file(path, tables)
    return {
        person.gene.gene: gene_report(
            result.calls[person.gene.gene],
            tables.definitions.genes[person.gene.gene],
            phenotypes=tables.phenotypes,
            frequencies=tables.frequencies,
        )
        for person in people
    }


_Parts = dict[str, tuple[GenotypeScore, ...]]


def _cells(score: GenotypeScore) -> tuple[str, ...]:
    counts = (
        score.n,
        score.exact,
        score.ambiguous,
        score.nothing_read,
        score.wrong,
        score.unsound,
        score.silent_reference,
    )
    return (score.gene, *map(str, counts))


def _trap_cells(trap: Trap) -> tuple[str, ...]:
    return (trap.name, f"{trap.seconds:.2f}", f"{trap.memory_mb:.0f}", trap.answer)


def _show(parts: _Parts, traps: tuple[Trap, ...]) -> None:
    for heading, scores in parts.items():
        shown = table(*_COLUMNS, title=heading)
        for score in scores:
            shown.add_row(*_cells(score))
        say(shown)
    shown = table("bad file", "s", "MB", "answer")
    for trap in traps:
        shown.add_row(*_trap_cells(trap))
    say(shown)


def _body(parts: _Parts, traps: tuple[Trap, ...]) -> list[str]:
    lines = [
        "Files are made of CPIC's published definitions, not of our tables, and read",
        "as anybody's; with positions withheld they are also written as untidily as",
        "laboratories do (one variant a line, spare bases around an indel, half calls,",
        "filtered lines, other names of chromosomes).  *Among several*: other",
        "diplotypes have the same bases.  *Unsound*: one is listed that the bases",
        "exclude.  *Silent reference*: only the reference pair is listed where the",
        "person carries, or could carry unseen, another allele.",
    ]
    for heading, scores in parts.items():
        lines += [
            "",
            f"## {heading}",
            "",
            *markdown_table(_COLUMNS, map(_cells, scores)),
        ]
    lines += [
        "",
        "## Bad files",
        "",
        "Seconds of the whole command, and the largest memory of its processes.",
        "",
        *markdown_table(("file", "s", "MB", "answer"), map(_trap_cells, traps)),
    ]
    return lines


def _broken(parts: _Parts, traps: tuple[Trap, ...]) -> list[str]:
    broken = [
        f"{heading}: {score.gene}"
        for heading, scores in parts.items()
        for score in scores
        if score.wrong or score.unsound or score.silent_reference
    ]
    broken += [
        f"{heading}: {score.gene} is ambiguous though phased"
        for heading, scores in parts.items()
        if heading.endswith(", phased")
        for score in scores
        if score.exact != score.n
    ]
    return broken + [
        f"bad file: {trap.name}"
        for trap in traps
        if not trap.refused or trap.seconds > _SECONDS or trap.memory_mb > _MEMORY_MB
    ]
