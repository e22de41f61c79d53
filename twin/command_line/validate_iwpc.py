"""`twin validate --iwpc`: stable doses of a table, predicted and scored.

Writes of patients nothing but the rows that were asked for; what is shown and the JSON
are aggregates.
"""

import csv
import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from twin.command_line.files import write_text
from twin.command_line.iwpc_rows import (
    TARGET_OUTSIDE,
    IwpcRow,
    iwpc_rows,
)
from twin.command_line.iwpc_table import chosen_sites, read_table
from twin.command_line.output import done, progress, say
from twin.command_line.show_stable_doses import shown
from twin.credibility.dose_predictions import DosePredictions, DosePredictor
from twin.credibility.population.predictor import predict_stable_doses
from twin.credibility.published_doses import published_doses
from twin.credibility.stable_dose_report import (
    Recorded,
    StableDoseReport,
    stable_dose_report,
)
from twin.library import Library, load_library
from twin.population import load_population
from twin.vocabulary.ensemble import Floats

ROW_COLUMNS = (
    "id",
    "predicted",
    "lo50",
    "hi50",
    "lo80",
    "hi80",
    "lo90",
    "hi90",
    "reason",
)
_COHORTS = (
    ("paper", "stable dose, target INR 2 to 3 or not known: the paper's patients"),
    ("both genes known", "of those, CYP2C9 and VKORC1 measured or completed"),
    ("any target", "every stable dose, whatever the target INR"),
)


def validate_iwpc(path: Path, *, sites: str | None, rows: Path | None) -> None:
    """Predict every row of the chosen sites, score those that can be, and say so."""
    library = load_library()
    table = read_table(path)
    asked = chosen_sites(sites, table)
    found = tuple(row for row in iwpc_rows(table, library) if row.site in asked)
    with progress(f"predicting {len(found)} patients"):
        predictions, report = scored(found, library, default_predictor(library))
    if rows is not None:
        write_text(rows, rows_text(found, predictions))
    say(*shown(report))
    done(
        {
            "file": str(path),
            "sites": asked,
            "model_version": library.version,
            "model_sha256": library.spec.sha256,
            "estimates_date": library.estimates.date,
            "report": report,
        }
    )


def default_predictor(library: Library) -> DosePredictor:
    """What the command predicts with."""
    return partial(
        predict_stable_doses, library=library, population=load_population(library)
    )


def scored(
    found: Sequence[IwpcRow], library: Library, predictor: DosePredictor
) -> tuple[DosePredictions, StableDoseReport]:
    """Predictions of the rows, and what they are worth.

    The predictor sees patients and targets; race goes to the published algorithms,
    doses, races and sites to the report.
    """
    described = [row for row in found if row.patient is not None]
    patients = [row.patient for row in found if row.patient is not None]
    targets = np.array([row.target_inr for row in described], dtype=np.float64)
    predictions = predictor(patients, targets).among([row.abstains for row in found])
    races = [row.labels["race"] for row in described]
    published = published_doses(patients, targets, races, library=library)
    here = np.array([row.patient is not None for row in found], dtype=bool)
    comparators = {name: _among(said, here) for name, said in published.items()}
    return predictions, stable_dose_report(_recorded(found), predictions, comparators)


def rows_text(found: Sequence[IwpcRow], predictions: DosePredictions) -> str:
    """Every row as CSV, six figures of each number; empty where the twin abstains."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ROW_COLUMNS)
    ends = np.stack([predictions.low, predictions.high], axis=1).reshape(-1, len(found))
    columns = np.concatenate([predictions.predicted[None], ends]).T.tolist()
    for row, values, reason in zip(found, columns, predictions.reasons, strict=True):
        numbers = [""] * len(values) if reason else [f"{v:.6g}" for v in values]
        writer.writerow([row.id, *numbers, reason])
    return out.getvalue()


def _recorded(found: Sequence[IwpcRow]) -> Recorded:
    observed = np.array(
        [
            np.nan if row.dose_mg_per_week is None else row.dose_mg_per_week
            for row in found
        ],
        dtype=np.float64,
    )
    paper = np.array([not row.not_scored for row in found], dtype=bool)
    genes = np.array([row.both_genes for row in found], dtype=bool)
    stable = np.array([row.not_scored in ("", TARGET_OUTSIDE) for row in found], bool)
    members = (paper, paper & genes, stable)
    kinds = dict.fromkeys(kind for row in found for kind in row.labels)
    return Recorded(
        observed,
        tuple(row.not_scored for row in found),
        tuple(
            (name, what, member)
            for (name, what), member in zip(_COHORTS, members, strict=True)
        ),
        {kind: tuple(row.labels[kind] for row in found) for kind in kinds},
        tuple(row.site for row in found),
        tuple(row.target_from for row in found),
    )


def _among(values: Floats, here: Any) -> Floats:
    among = np.full(len(here), np.nan)
    among[here] = values
    return among
