"""`twin genotype`: a laboratory's file as diplotypes, and CPIC's tree for warfarin."""

from pathlib import Path
from typing import Annotated, Any

import typer

from twin.command_line.options import FrequencyPopulation
from twin.command_line.output import Json, done, say, table
from twin.genetics.gene_report import GeneReport, gene_report
from twin.intake.laboratory import LaboratoryResult, laboratory_file
from twin.pharmacogenes import load_pharmacogenes

app = typer.Typer(add_completion=False)

_SHOWN = 5


@app.command()
def genotype(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="VCF (GRCh38; plain or gzip), PharmCAT's phenotype.json or its "
            "outside-call TSV.",
        ),
    ],
    sample: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose column, in a VCF of several people."),
    ] = None,
    frequency_population: FrequencyPopulation = None,
    _json: Json = False,
) -> None:
    """Call the genes of a laboratory's file; what was not tested stays possible."""
    genes = load_pharmacogenes()
    result = laboratory_file(file, genes, sample=sample)
    reports = [
        gene_report(
            result.calls[gene.gene],
            gene,
            phenotypes=genes.phenotypes,
            frequencies=genes.frequencies,
            population=frequency_population,
        )
        for gene in genes.definitions
    ]
    _show(result, reports)
    done(_document(result, reports, frequency_population))


def _document(
    result: LaboratoryResult, reports: list[GeneReport], population: str | None
) -> dict[str, Any]:
    return {
        "file": {
            "kind": result.kind,
            "sample": result.sample,
            "build": result.build,
            "agreeing_reference_bases": result.agreeing_bases,
        },
        "frequency_population": population,
        "genes": reports,
        "remarks": result.remarks,
    }


def _show(result: LaboratoryResult, reports: list[GeneReport]) -> None:
    whose = "" if result.sample is None else f", sample {result.sample}"
    say(f"{result.kind}{whose}; {result.build}")
    found = table("gene", "diplotype", "weight", "phenotype", "score", "positions read")
    for report in reports:
        every = report.positions_read + len(report.positions_not_tested)
        shown = report.diplotypes[:_SHOWN]
        rest = len(report.diplotypes) - len(shown)
        found.add_row(
            report.gene,
            "\n".join(
                (*(d.diplotype for d in shown), *([f"and {rest} more"] if rest else []))
            )
            or "-",
            "\n".join(_percent(d.weight) for d in shown),
            _likely([(p.phenotype, p.weight) for p in report.phenotypes]),
            _likely([(s.activity_score, s.weight) for s in report.activity_scores]),
            f"{report.positions_read} of {every}",
        )
    say(found)
    for remark in (*result.remarks, *(r for report in reports for r in report.remarks)):
        say(f"! {remark}")


def _likely(weighed: list[tuple[Any, float]]) -> str:
    if not weighed:
        return "-"
    if len(weighed) == 1:
        return "-" if weighed[0][0] is None else str(weighed[0][0])
    return "\n".join(
        f"{'no score' if value is None else value} {_percent(weight)}"
        for value, weight in weighed[:_SHOWN]
    )


def _percent(weight: float) -> str:
    return f"{100 * weight:.1f} %" if weight >= 0.001 else "<0.1 %"
