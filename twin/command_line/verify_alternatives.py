"""`twin verify alternatives`: other forms of the model, fitted to the same data."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.command_line.fit import DataFolder, development_data, fit_form
from twin.command_line.output import Json, done, progress, say, table
from twin.command_line.record import markdown_table, record_text, write_record
from twin.credibility.calibration.fit import Fit
from twin.credibility.scores import fold_score
from twin.library import load_library
from twin.model_files import alternative_forms, model_sources, settings_file
from twin.sbml.compiler import Preset, compile_antimony
from twin.vocabulary.estimate import FreeParameter, Priors

_DATA_SETS = (
    "concentration",
    "activity",
    "mean_curve",
    "stable_dose",
    "factor_level",
    "clearance",
    "site",
    "prior",
)


def alternatives(
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for alternatives.md.")
    ] = None,
    data: DataFolder = None,
    _json: Json = False,
) -> None:
    """Fit each form of models/alternatives/forms.toml and compare (some 15 minutes)."""
    development = development_data(data)
    rows, costs = [], {}
    for form in alternative_forms():
        say(f"{form['name']}: {form['why']}")
        with progress(f"fitting: {form['name']}"):
            spec_text, priors = form_of(form)
            fitted = fit_form(
                development,
                spec_text=spec_text,
                priors=priors,
                command="twin verify alternatives",
            )
        costs[form["name"]] = fitted.costs
        rows.append(_row(form, fitted))
    columns = ("form", "cost", *_DATA_SETS, "PCA GMFE", "conc. GMFE", "its parameters")
    shown = table(*columns)
    for row in rows:
        shown.add_row(*row)
    say(shown)
    if out is not None:
        text = record_text(
            "Forms of the model that were tried",
            [_EXPLANATION, "", *markdown_table(columns, rows)],
            command="twin verify alternatives",
            library=load_library(),
            seed=None,
        )
        say(f"written to {write_record(out, 'alternatives.md', text)}")
    done({"costs": costs})


def form_of(form: Mapping[str, Any]) -> tuple[str, Priors]:
    """A form's SBML, and what it lets the fit move."""
    replaced = {form["replaces"]: form["source"]} if "replaces" in form else {}
    top, sources = model_sources(replaced=replaced)
    fixed = form.get("fixed", {})
    presets = {name: Preset(v, "[definition] the form") for name, v in fixed.items()}
    priors = Priors.of(settings_file("priors")).without(*((name,) for name in fixed))
    if "parameter" in form:
        more = form["parameter"]
        priors = replace(
            priors,
            parameters=(
                *priors.parameters,
                FreeParameter.of(more, source="forms.toml"),
            ),
        )
    return compile_antimony(sources, top=top, presets=presets).flat, priors


def _row(form: Mapping[str, Any], fitted: Fit) -> tuple[str, ...]:
    own = {tuple(form["parameter"]["key"])} if "parameter" in form else set()
    own |= {("VKORC1_reference",), ("k_off",), ("F__m",)}
    return (
        form["name"],
        f"{fitted.cost:.1f}",
        *(f"{fitted.costs[name]:.1f}" for name in _DATA_SETS),
        _gmfe(fitted, "prothrombin_complex_activity"),
        _gmfe(fitted, "warfarin_racemate_plasma"),
        ", ".join(
            f"{e.key[0]} {e.value:.3g} (ln SD {e.ln_sd:.2f})"
            for e in fitted.estimates.estimates
            if e.key in own
        ),
    )


def _gmfe(fitted: Fit, kind: str) -> str:
    rows = [r for r in fitted.end.subject_rows if r.kind == kind and r.left_out is None]
    score = fold_score([r.observed for r in rows], [r.predicted for r in rows])
    return f"{score.gmfe:.3f}"


_EXPLANATION = (
    "Each form was fitted to the same development data from the same priors.  "
    "The cost is minus the log posterior up to a constant: half the sum of "
    "squared residuals, by data set.  A form with one parameter more should "
    "lower it by more than 2 to be worth having.  Forms that cost the same are not "
    "told apart by these data: the committed one keeps the binding because the drug "
    "is held by its target, not because the fit asks for it."
)
