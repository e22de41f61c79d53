"""`twin verify model-forms`: how forms predict people not seen, and their weights."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.fit import SUBJECTS, DataFolder, needed_folder
from twin.command_line.output import Json, done, progress, say, table
from twin.command_line.pkpd_file import read_studies
from twin.command_line.record import markdown_table, record_text, write_record
from twin.credibility.form_comparison import (
    Effort,
    FormComparison,
    compared_forms,
    form_left_out,
    our_left_out,
)
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION
from twin.forms.model_form import load_form
from twin.forms.population import load_form_population
from twin.forms.weights import OURS
from twin.inference.importance_weights import largest_k
from twin.library import Library, load_library
from twin.model_files import (
    draws_converged,
    form_names,
    models_folder,
    settings_file,
)
from twin.population import load_population

_COMMAND = "twin verify model-forms"
_DATA = (
    "O'Reilly 1963, 1968: activity of the prothrombin complex after single doses "
    "(development)"
)
_SOURCE = (
    "stacking of leave-one-subject-out densities: Yao et al. (2018) Bayesian Analysis "
    "13:917"
)
_COLUMNS = (
    "form",
    "elpd",
    "less than the best",
    "worst k",
    "subjects with k too high",
    "weight",
    "weight, expected",
    "pseudo-BMA+",
)


def model_forms(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for the record model_forms.md; the weights go into models/.",
        ),
    ] = None,
    data: DataFolder = None,
    draws: Annotated[
        int, typer.Option(min=50, help="Draws of each form's population, at most.")
    ] = 600,
    each: Annotated[
        int, typer.Option(min=8, help="Draws of each subject under each of them.")
    ] = 64,
    seed: int = 0,
    _json: Json = False,
) -> None:
    """Compare our twin and published forms by leave-one-subject-out, and stack them.

    Some ten minutes.  Each form needs the draws of its population (`twin model
    posterior --form NAME`).
    """
    library = load_library()
    studies = read_studies(needed_folder(data) / SUBJECTS, library)
    engine, effort = CompiledEngine(POPULATION), Effort(draws, each, seed)
    with progress("our twin"):
        population = load_population(library)
        left_out = {
            OURS: our_left_out(
                studies,
                library,
                population,
                limit_mg_per_l=settings_file("priors")["posterior"]["limit_mg_per_l"],
                engine=engine,
                effort=effort,
            )
        }
    hashes = {OURS: population.sha256}
    for name in form_names():
        with progress(name):
            form = load_form(name)
            population = load_form_population(form)
            left_out[name] = form_left_out(
                form, studies, library, population, engine=engine, effort=effort
            )
            hashes[name] = population.sha256
    n_measurements = sum(
        each.kind == "prothrombin_complex_activity"
        for study in studies
        for each in study.observations
    )
    compared = compared_forms(
        left_out, hashes, n_measurements=n_measurements, seed=seed
    )
    shown = table(*_COLUMNS)
    for row in comparison_rows(compared):
        shown.add_row(*row)
    say(shown)
    if out is not None:
        path = models_folder() / "forms" / "weights.toml"
        path.write_text(weights_text(compared), encoding="utf-8")
        text = _record(compared, library, seed)
        say(f"written to {write_record(out, 'model_forms.md', text)} and {path}")
        say("now run `twin model compile`")
    done(compared)


def comparison_rows(compared: FormComparison) -> list[tuple[str, ...]]:
    """Rows of the table, forms in order, with the standard errors."""
    return [
        (
            name,
            f"{score.left_out.total:.1f} ± {score.left_out.standard_error:.1f}",
            f"{score.difference:.1f} ± {score.difference_error:.1f}",
            f"{score.left_out.k.max():.2f}",
            f"{score.left_out.n_unsure} of {compared.n_subjects}",
            f"{score.weight:.2f}",
            f"{score.expected:.2f}",
            f"{score.pseudo_bma:.2f}",
        )
        for name, score in compared.scores.items()
    ]


def weights_text(compared: FormComparison) -> str:
    """What `models/forms/weights.toml` holds."""
    lines = [
        "# How much each form of the model counts: stacking weights on the data that",
        f"# all of them predict.  Written by `{_COMMAND}`; how they are",
        "# found is in docs/forms.md, the table in docs/verification/model_forms.md.",
        f"date = {dt.datetime.now(dt.UTC).date()}",
        f'command = "{_COMMAND}"',
        f'data = "{_DATA}"',
        f"subjects = {compared.n_subjects}",
        f"measurements = {compared.n_measurements}",
        f'source = "{_SOURCE}"',
        'evidence = "fitted"',
    ]
    for name, score in compared.scores.items():
        lines += [
            "",
            "[[form]]",
            f'name = "{name}"',
            f"weight = {score.weight:.4f}",
            f"expected_weight = {score.expected:.4f}",
            f"elpd = {score.left_out.total:.2f}",
            f"elpd_standard_error = {score.left_out.standard_error:.2f}",
            f"worst_k = {score.left_out.k.max():.2f}",
            f'draws_sha256 = "{score.draws_sha256}"',
            f"draws_converged = {str(draws_converged(_folder(name))).lower()}",
        ]
    return "\n".join(lines) + "\n"


def _folder(name: str) -> str:
    """Of `models/`, where the draws of a form lie."""
    return "warfarin" if name == OURS else f"forms/{name}"


def _said_of_draws(name: str) -> str:
    if draws_converged(_folder(name)):
        return ""
    return "; PROVISIONAL: no summary says that its chains agree"


def _record(compared: FormComparison, library: Library, seed: int) -> str:
    n_draws = next(iter(compared.scores.values())).left_out.n_draws
    body = [
        *_explained(compared),
        "",
        *markdown_table(_COLUMNS, comparison_rows(compared)),
        "",
        f"The stacked mixture has an elpd of {compared.mixture:.1f}.  Weights of",
        f"{n_draws} draws can be trusted up to k = {largest_k(n_draws):.2f}; of a form",
        "with subjects above it neither elpd nor weight can.",
        "",
        *_LIMITS,
        "",
        "Draws of the populations, by SHA-256:",
        "",
        *(
            f"- {name}: {score.draws_sha256[:16]}{_said_of_draws(name)}"
            for name, score in compared.scores.items()
        ),
    ]
    return record_text(
        "Forms of the model on people they had not seen",
        body,
        command=_COMMAND,
        library=library,
        seed=seed,
    )


def _explained(compared: FormComparison) -> list[str]:
    return [
        f"Data: {_DATA}.",
        f"{compared.n_subjects} subjects, {compared.n_measurements} activities: what",
        "our twin and both published forms predict, all of them.",
        "",
        "`elpd` is the sum over subjects of the ln density of all activities of one,",
        "predicted from all others: effects of the person integrated out, draws of the",
        "population reweighted to a posterior without him (Pareto smoothed importance",
        "sampling; from ours his concentrations are taken out too).  Standard errors",
        "are over subjects.  `weight` is by stacking; `expected` its mean over what so",
        "few subjects leave open; pseudo-BMA+ stands beside them for comparison.",
    ]


_LIMITS = (
    "What this does not say: the subjects were young, took one dose of some 100 mg,",
    "and nobody tested their genes.  How the forms do at rest, at a few mg a day, with",
    "an INR, is another question.  Our twin has learned from other people's data too,",
    "the published forms from these subjects alone, around their papers' numbers.",
)
