"""`twin validate`: score the model against measurements, without refitting."""

import csv
import io
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.command_line.files import write_text
from twin.command_line.output import Json, done, progress, say, table
from twin.command_line.pkpd_file import read_measurements
from twin.command_line.validate_iwpc import validate_iwpc
from twin.credibility.pkpd_bands import Bands, assay_spread
from twin.credibility.pkpd_report import KindScore, PkpdReport, Row, score_studies
from twin.credibility.scores import FoldScore
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION
from twin.errors import InputError
from twin.library import load_library
from twin.model_files import settings_file
from twin.population import load_population

app = typer.Typer(add_completion=False)
ROW_COLUMNS = ("dataset", "kind", "time_h", "observed", "predicted", "lo90", "hi90")


@app.command()
def validate(
    pkpd: Annotated[
        Path | None,
        typer.Option(
            help="CSV of concentrations and clotting: subjects with dose rows, or "
            "mean curves of one enantiomer (docs/json.md has the columns).",
        ),
    ] = None,
    iwpc: Annotated[
        Path | None,
        typer.Option(
            help="CSV of stable doses in the columns of the International Warfarin "
            "Pharmacogenetics Consortium (docs/iwpc.md).",
        ),
    ] = None,
    sites: Annotated[
        str | None,
        typer.Option(metavar="1,2,...", help="Only these project sites of --iwpc."),
    ] = None,
    rows: Annotated[
        Path | None,
        typer.Option(help="Write each observation with its prediction to this CSV."),
    ] = None,
    _json: Json = False,
) -> None:
    """Score the model against a file of measurements; nothing is refitted.

    Name one file: --pkpd or --iwpc.
    """
    if (pkpd is None) == (iwpc is None):
        both = "not both" if pkpd is not None else "neither is named"
        raise InputError(f"name one file, --pkpd FILE or --iwpc FILE: {both}")
    file = pkpd or iwpc
    if rows is not None and file is not None and rows.exists() and rows.samefile(file):
        raise InputError(f"--rows {rows}: is the file that is read; name another")
    if pkpd is None and iwpc is not None:
        validate_iwpc(iwpc, sites=sites, rows=rows)
    elif pkpd is not None:
        if sites is not None:
            raise InputError("--sites goes with --iwpc FILE; leave it out here")
        _validate_pkpd(pkpd, rows)


def _validate_pkpd(pkpd: Path, rows: Path | None) -> None:
    library = load_library()
    found = read_measurements(pkpd, library)
    engine, population = CompiledEngine(), load_population(library)
    with progress(f"predicting {len(found.studies)} subjects"):
        report = score_studies(
            found.studies,
            library,
            engine=engine,
            of_no_study=found.of_no_study,
            bands=Bands(
                library,
                population,
                CompiledEngine(POPULATION),
                assay_spread(settings_file("priors")["posterior"]),
            ),
        )
    if rows is not None:
        write_text(rows, rows_text(report.rows))
    say(*_shown(report), *population.cautions)
    done(
        {
            "file": str(pkpd),
            "model_version": library.version,
            "model_sha256": library.spec.sha256,
            "estimates_date": library.estimates.date,
            "engine": engine.name,
            "cautions": population.cautions,
            "report": report,
        }
    )


def rows_text(rows: tuple[Row, ...]) -> str:
    """The rows as CSV; numbers in full precision, what is not known empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ROW_COLUMNS)
    for row in rows:
        values = (row.time_h, row.observed, row.predicted, row.lo90, row.hi90)
        writer.writerow(
            [
                row.dataset,
                row.kind,
                *("" if v is None else repr(v) for v in values),
            ]
        )
    return out.getvalue()


def _shown(report: PkpdReport) -> list[Any]:
    total = table(
        "kind",
        "used",
        "left out",
        "GMFE",
        "bias",
        "within 2-fold",
        "in 90 % band",
        "AUC GMFE",
    )
    for score in report.by_kind:
        area = report.area_scores.get(score.kind)
        total.add_row(
            score.kind,
            *_figures(score),
            "" if area is None else f"{_two(area.gmfe)} ({area.n} curves)",
        )
    each = table(
        "data set",
        "kind",
        "used",
        "left out",
        "GMFE",
        "bias",
        "within 2-fold",
        "in 90 % band",
    )
    for score in report.by_dataset:
        each.add_row(score.dataset, score.kind, *_figures(score))
    return [
        (
            f"{report.n_subjects} subjects or curves, typical twins with the bands of "
            "people not measured yet; nothing refitted"
        ),
        each,
        total,
        "bias: geometric mean of predicted/observed; GMFE: geometric mean fold error",
        *(f"left out: {reason} ({n})" for reason, n in report.left_out.items()),
        *(f"assumed for {n}: {what}" for what, n in report.assumptions.items()),
    ]


def _figures(score: KindScore) -> tuple[str, ...]:
    fold: FoldScore = score.score
    within = "" if fold.within_2_fold is None else f"{100 * fold.within_2_fold:.0f} %"
    left_out = sum(score.left_out.values())
    inside = "" if score.inside_90 is None else f"{100 * score.inside_90:.0f} %"
    return str(fold.n), str(left_out), _two(fold.gmfe), _two(fold.bias), within, inside


def _two(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
