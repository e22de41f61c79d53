"""`twin verify forms`: published forms of the model beside our own."""

from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.fit import CURVES, SUBJECTS, DataFolder, needed_folder
from twin.command_line.output import Json, done, progress, say, table
from twin.command_line.pkpd_file import read_studies
from twin.command_line.record import markdown_table, record_text, write_record
from twin.credibility.forms import (
    GenotypeDoses,
    label_doses,
    predict_rows_in_form,
)
from twin.credibility.pkpd import PredictedRow, predict_rows
from twin.credibility.scores import FoldScore, fold_score
from twin.engine.compiled import CompiledEngine
from twin.engine.simulate import Engine
from twin.forms.model_form import ModelForm, load_form
from twin.forms.weights import OURS
from twin.library import Library, load_library
from twin.model_files import form_names, settings_file

_SCORES = ("model", "data", "kind", "n", "GMFE", "bias", "within 2-fold")
Scores = dict[str, dict[str, FoldScore]]
"""By model and by kind of observation."""


def forms(
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the record forms.md.")
    ] = None,
    data: DataFolder = None,
    _json: Json = False,
) -> None:
    """Doses and courses of each form of models/forms beside our twin's.

    Nothing is fitted: each form has the numbers of its paper.
    """
    library, engine = load_library(), CompiledEngine()
    published = [load_form(name) for name in form_names()]
    facts = settings_file("published_facts")
    with progress("doses of the label's genotypes, and courses"):
        doses = label_doses(published, facts, library, engine=engine)
        scores = _scores(published, needed_folder(data), library, engine)
    tolerance = facts["fda_label"]["tolerance_mg"]
    inside = inside_label(doses, tolerance_mg=tolerance)
    columns, cells = dose_table(doses, tolerance_mg=tolerance)
    for head, rows in ((columns, cells), (_SCORES, _score_cells(scores))):
        shown = table(*head)
        for row in rows:
            shown.add_row(*row)
        say(shown)
    if out is not None:
        body = [
            *_explained(published, facts["fda_label"]["target_inr"]),
            "",
            *markdown_table(columns, cells),
            "",
            *_SCORES_EXPLAINED,
            "",
            *markdown_table(_SCORES, _score_cells(scores)),
        ]
        text = record_text(
            "Published forms of the model beside our own",
            body,
            command="twin verify forms",
            library=library,
            seed=None,
        )
        say(f"written to {write_record(out, 'forms.md', text)}")
    done({"doses": doses, "inside_label": inside, "scores": scores})


def inside_label(
    doses: tuple[GenotypeDoses, ...], *, tolerance_mg: float
) -> dict[str, int]:
    """Model -> how many cells of the label's table hold its dose."""
    return {
        model: sum(row.inside(model, tolerance_mg=tolerance_mg) for row in doses)
        for model in doses[0].doses_mg_per_day
    }


def dose_table(
    doses: tuple[GenotypeDoses, ...], *, tolerance_mg: float
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Columns and rows of the table of doses; the last row counts cells."""
    models = tuple(doses[0].doses_mg_per_day)
    inside = inside_label(doses, tolerance_mg=tolerance_mg)
    rows = [
        (
            row.cyp2c9,
            row.vkorc1,
            "{:g} to {:g}".format(*row.label_mg_per_day),
            *(f"{row.doses_mg_per_day[model]:.1f}" for model in models),
        )
        for row in doses
    ]
    within = f"± {tolerance_mg:g}"
    total = (
        "cells held",
        "",
        within,
        *(f"{inside[m]} of {len(doses)}" for m in models),
    )
    return ("CYP2C9", "VKORC1", "label, mg/day", *models), [*rows, total]


def _scores(
    published: list[ModelForm], folder: Path, library: Library, engine: Engine
) -> Scores:
    studies = [
        study
        for file in (SUBJECTS, CURVES)
        for study in read_studies(folder / file, library)
    ]
    said = {OURS: predict_rows(studies, library, engine=engine)}
    for form in published:
        said[form.name] = predict_rows_in_form(form, studies, library, engine=engine)
    return {model: _by_kind(rows) for model, rows in said.items()}


def _by_kind(rows: tuple[PredictedRow, ...]) -> dict[str, FoldScore]:
    scored = [row for row in rows if row.left_out is None]
    found = {}
    for kind in sorted({row.kind for row in scored}):
        of_kind = [row for row in scored if row.kind == kind]
        found[kind] = fold_score(
            [row.observed for row in of_kind], [row.predicted for row in of_kind]
        )
    return found


def _score_cells(scores: Scores) -> list[tuple[str, ...]]:
    return [
        (
            model,
            _DATA[kind],
            kind,
            str(score.n),
            f"{score.gmfe:.2f}",
            f"{score.bias:.2f}",
            f"{score.within_2_fold:.0%}",
        )
        for model, by_kind in scores.items()
        for kind, score in by_kind.items()
    ]


_DATA = {
    "warfarin_racemate_plasma": "O'Reilly",
    "prothrombin_complex_activity": "O'Reilly",
    "warfarin_S_plasma": "mean curves",
    "warfarin_R_plasma": "mean curves",
}


def _explained(published: list[ModelForm], inr: float) -> list[str]:
    return [
        f"The daily dose, mg, that brings an INR of {inr:g} at rest: the typical",
        "patient of the label's table, every allele tested.  Ours in closed form, the",
        "others by a year of steady intake.  What each form is: `docs/forms.md`.",
        "",
        *(
            f"- `{form.name}` {form.version} (SHA-256 {form.sha256[:16]}): "
            f"{form.citation}"
            for form in published
        ),
    ]


_SCORES_EXPLAINED = (
    "The development data, each subject as for our own twin.  Ours was fitted to",
    "them, the forms to other people's.  O'Reilly's volunteers were young and took one",
    "dose of some 100 mg, far from the doses the forms were made for.  The activity of",
    "the prothrombin complex is read off a form's INR.",
)
