"""A laboratory's genetic file as calls of genes: VCF, PharmCAT's files.

What the file says of bases is called anew; what it only says in star alleles is
taken with the panel unknown.  Nothing is believed of a header: the reference bases
decide which genome the positions are on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from twin.errors import ForeignFileError, GenotypeError
from twin.foreign.killable import read_apart
from twin.foreign.stream import regular_file
from twin.genetics.allele_definitions import AlleleDefinitions, GeneDefinition
from twin.genetics.caller import call_gene
from twin.genetics.genome_build import (
    BUILD,
    OLDER_BUILD,
    check_build,
    is_shown,
    older_places,
)
from twin.genetics.site_calls import site_calls
from twin.intake.called_elsewhere import called_elsewhere, outside_calls
from twin.pharmacogenes import Pharmacogenes
from twin.vocabulary.genotype import GENES, GeneCall
from twin.vocabulary.variant import VariantRecord, chromosome_number

_MARGIN_BASES = 10
"""How far from a position a line may begin or end and still speak of it: the spare
bases around an insertion or deletion."""

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class LaboratoryResult:
    """What a file says of the genes.

    kind      of the file, in words
    sample    whose it is, as the file names it
    calls     by gene; a gene of which nothing was read has no pairs
    agreeing_bases   reference bases that agree with GRCh38's (VCF only)
    remarks   what was not believed, or said differently there
    """

    kind: str
    sample: str | None
    build: str
    calls: dict[str, GeneCall]
    agreeing_bases: int
    remarks: tuple[str, ...]


def laboratory_file(
    path: Path, genes: Pharmacogenes, *, sample: str | None = None
) -> LaboratoryResult:
    """Read a file of genotypes, whatever its kind, in a process of its own.

    Args:
        path: VCF (plain or gzip), PharmCAT's phenotype.json or outside-call TSV.
        genes: definitions to call against.
        sample: whose column, in a VCF of several people.

    Raises: ForeignFileError, GenotypeError; one line that says what is wrong.
    """
    start = _first_bytes(path)
    try:
        if start.lstrip()[:1] == b"{":
            return _pharmcat(path, genes.definitions)
        if _looks_tabular(start):
            calls, remarks = outside_calls(path, genes)
            return LaboratoryResult(
                "PharmCAT outside calls", None, "none stated", calls, 0, tuple(remarks)
            )
        return _vcf(path, genes.definitions, sample)
    except GenotypeError as error:
        raise GenotypeError(f"{path}: {error}") from error


def _first_bytes(path: Path) -> bytes:
    try:
        regular_file(path)
        with path.open("rb") as file:
            return file.read(4096)
    except ForeignFileError as error:
        raise ForeignFileError(f"{path}: {error}") from error
    except OSError as error:
        raise ForeignFileError(f"{path}: cannot be read ({error})") from error


def _looks_tabular(start: bytes) -> bool:
    """Whether the first line that is no remark is `GENE<tab>...`."""
    if start.startswith((_GZIP, b"##fileformat")):
        return False
    for line in start.splitlines():
        if line and not line.startswith(b"#"):
            name = line.split(b"\t")[0].strip()
            return b"\t" in line and name[:1].isalpha() and not name.startswith(b"chr")
    return False


def _vcf(
    path: Path, definitions: AlleleDefinitions, sample: str | None
) -> LaboratoryResult:
    rsids = [p.rsid for g in definitions for p in g.positions if p.rsid]
    found = read_apart(
        "vcf",
        path,
        regions=_regions(definitions),
        genes=[
            [
                chromosome_number(gene.chromosome),
                min(p.position for p in gene.positions),
                max(p.end for p in gene.positions),
                gene.gene,
            ]
            for gene in definitions
        ],
        rsids=rsids,
        sample=sample,
    )
    records = [
        VariantRecord(
            r["chromosome"],
            r["position"],
            r["ref"],
            tuple(r["alts"]),
            tuple(r["alleles"]),
            r["phase_set"],
            r["rsid"],
            r["end"],
        )
        for r in found["records"]
    ]
    agree = check_build(definitions, records)
    remarks = list(found["remarks"])
    shown = is_shown(definitions, records, agreeing=agree)
    if not shown:
        # Blocks of reference alone would fit any genome: without bases of ours that
        # agree, nothing of the file is known to be where it says.
        remarks.append(
            f"too few of its {found['n_lines']} lines have a reference base at a "
            f"position of the genes ({agree}): which build it is on cannot be told, "
            "and nothing is taken as tested"
        )
        records = []
    remarks += [
        f"{gene}: lines stand where {OLDER_BUILD} has its positions; if they were not "
        "lifted, its result is missing here"
        for gene in older_places(definitions, records)
    ]
    if shown and found["elsewhere"]:
        counted = ", ".join(f"{g} {n}" for g, n in sorted(found["elsewhere"].items()))
        remarks.append(
            "variants at none of the positions that tell named alleles apart are not "
            f"interpreted: {counted}"
        )
    calls = {gene.gene: _called(gene, records, remarks) for gene in definitions}
    return LaboratoryResult("VCF", found["sample"], BUILD, calls, agree, tuple(remarks))


def _called(
    gene: GeneDefinition, records: list[VariantRecord], remarks: list[str]
) -> GeneCall:
    """The call; lines that contradict each other cost only a gene nobody doses by."""
    source = "the VCF"
    try:
        return call_gene(gene, site_calls(gene, records), source=source)
    except GenotypeError as error:
        if gene.gene in GENES:
            raise
        remarks.append(f"{gene.gene}: {error}; it is taken as not tested")
        return call_gene(gene, {}, source=source)


def _regions(definitions: AlleleDefinitions) -> list[list[str | int]]:
    """Where the genes' positions lie, on our build and on the older one."""
    return [
        [
            chromosome_number(gene.chromosome),
            position.position + shift - _MARGIN_BASES,
            position.end + shift + _MARGIN_BASES,
        ]
        for gene in definitions
        for position in gene.positions
        for shift in (0, gene.grch37_offset)
    ]


def _pharmcat(path: Path, definitions: AlleleDefinitions) -> LaboratoryResult:
    found = read_apart("pharmcat", path)
    if not any(gene.gene in found["genes"] for gene in definitions):
        raise ForeignFileError(
            f"{path}: its geneReports name none of the genes asked for; give the "
            "phenotype.json of PharmCAT 3"
        )
    sites = [s for report in found["genes"].values() for s in report["sites"]]
    records = [
        r for site in sites if (r := _record_of_site(site, definitions)) is not None
    ]
    agree = check_build(definitions, records)
    calls: dict[str, GeneCall] = {}
    remarks: list[str] = []
    for gene in definitions:
        report = found["genes"].get(gene.gene)
        if report is not None and report["source"] == "OUTSIDE":
            try:
                call = called_elsewhere(gene, report["labels"], remarks)
            except GenotypeError as error:
                remarks.append(f"{error}; {gene.gene} is taken as not tested")
                call = call_gene(gene, {}, source="called elsewhere")
            calls[gene.gene] = call
            continue
        call = call_gene(gene, site_calls(gene, records), source="PharmCAT's positions")
        calls[gene.gene] = call
        if report is not None:
            remarks += _disagreement(gene, call, report["labels"])
    return LaboratoryResult(
        f"PharmCAT phenotype file (matcher {found['version']})",
        found["sample"],
        BUILD,
        calls,
        agree,
        tuple(remarks),
    )


def _record_of_site(
    site: dict[str, object], definitions: AlleleDefinitions
) -> VariantRecord | None:
    """A position of PharmCAT's as a record; None where nothing was called.

    Where it lists no reference base (variants of interest) that is ours: its
    positions are on our build.
    """
    call = site["call"]
    if not isinstance(call, str) or not call:
        return None
    bases = call.replace("|", "/").split("/")
    ref = str(site["ref"]) or definitions.reference_at(
        str(site["chromosome"]), int(str(site["position"]))
    )
    letters = list(dict.fromkeys(b for b in bases if b not in {ref, "."}))
    if ref is None:
        return None  # a position of nobody's: it tells none of our alleles apart
    alleles = tuple(
        None if b == "." else 0 if b == ref else 1 + letters.index(b) for b in bases
    )
    phase = site["phase_set"]
    phased = bool(site["phased"]) or "|" in call
    return VariantRecord(
        str(site["chromosome"]),
        int(str(site["position"])),
        ref,
        tuple(letters),
        alleles,
        (str(phase) if phase is not None else "all") if phased else None,
        None if site["rsid"] is None else str(site["rsid"]),
    )


def _disagreement(
    gene: GeneDefinition, call: GeneCall, labels: Iterable[str]
) -> list[str]:
    """Said where PharmCAT's own diplotype is none of those that fit."""
    fitting = {frozenset(pair) for pair in call.pairs}
    return [
        f"{gene.gene}: PharmCAT says {label}, which does not fit the bases it lists"
        for label in labels
        if "/" in label and fitting and frozenset(label.split("/")) not in fitting
    ]
