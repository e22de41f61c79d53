"""`twin model describe`: every constant with unit, evidence and source."""

from collections import Counter
from collections.abc import Mapping
from textwrap import shorten
from typing import Annotated

import typer

from twin.command_line.output import Json, done, say, table
from twin.errors import InputError
from twin.forms.model_form import ModelForm, load_form
from twin.library import Library, load_library
from twin.model_files import form_names
from twin.sbml.evidence import evidence_of
from twin.sbml.model_spec import ModelSpec

_UNMARKED = "not marked"


def describe(
    evidence: Annotated[
        str | None,
        typer.Option(
            metavar="MARK",
            help="Only constants known so: read, derived, prior, fitted, unverified, "
            "computed, definition.",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="A form of models/forms, in place of our own model."
        ),
    ] = None,
    _json: Json = False,
) -> None:
    """List the model's constants, outputs and tables, with evidence and source."""
    if form is None:
        library = load_library()
        spec, version = library.spec, library.version
        entries = [*_constants(spec, library.fitted_constants), *_rows(library)]
    else:
        if form not in form_names():
            raise InputError(f"--form {form!r}: write one of {', '.join(form_names())}")
        published = load_form(form)
        spec, version = published.spec, published.version
        entries = [*_constants(spec, {}), *_settings(published)]
    marks = Counter(str(entry["evidence"]) for entry in entries)
    if evidence is not None and evidence not in marks:
        raise InputError(
            f"--evidence: nothing is marked {evidence!r}; "
            f"write one of: {', '.join(sorted(marks))}"
        )
    kept = [e for e in entries if evidence is None or e["evidence"] == evidence]
    rows = table("where", "id", "value", "unit", "evidence", "source")
    for entry in kept:
        rows.add_row(
            str(entry["file"]),
            str(entry["id"]),
            f"{entry['value']:.6g}",
            str(entry["unit"]),
            str(entry["evidence"]),
            shorten(str(entry["source"]), 60, placeholder=" …"),
        )
    say(
        f"{spec.identifier} {version}, sha256 {spec.sha256}",
        f"{len(spec.states)} states, {len(spec.constants)} constants, "
        f"{len(spec.computed)} computed quantities",
        rows,
        ", ".join(f"{n} {mark}" for mark, n in sorted(marks.items())),
        f"states: {', '.join(spec.states)}",
        f"computed: {', '.join(spec.computed)}",
    )
    done(
        {
            "model": spec.identifier,
            "model_version": version,
            "model_sha256": spec.sha256,
            "states": spec.states,
            "computed": [{"id": n, "unit": spec.units[n]} for n in spec.computed],
            "constants": kept,
            "evidence_counts": marks,
        }
    )


def _constants(spec: ModelSpec, fitted: Mapping[str, float]) -> list[dict[str, object]]:
    found = []
    for name, value in spec.constants.items():
        known = evidence_of(spec.notes.get(name, ""))
        mark = _UNMARKED if known is None else known.mark
        found.append(
            {
                "file": "sbml",
                "id": name,
                "value": fitted.get(name, value),
                "unit": spec.units[name],
                "evidence": "fitted" if name in fitted else mark,
                "source": "" if known is None else known.source,
            }
        )
    return found


def _rows(library: Library) -> list[dict[str, object]]:
    return [
        {
            "file": file,
            "id": " ".join(key),
            "value": constant.value,
            "unit": constant.unit,
            "evidence": constant.evidence,
            "source": constant.source,
        }
        for file, made in library.tables.items()
        for key, constant in made.constants.items()
    ]


def _settings(form: ModelForm) -> list[dict[str, object]]:
    """What a form's `form.toml` holds of numbers."""
    doses = [
        (f"{species} per mg", amount, "1", form.dose_evidence, form.dose_source)
        for species, amount in form.spec.administration(
            form.substance
        ).amount_per_mg.items()
    ]
    alleles = [
        (f"{gene} {name}", known.value, of.unit, known.evidence, known.source)
        for gene, of in form.genes.items()
        for name, known in of.alleles.items()
    ]
    effects = [
        (
            f"ln SD between people: {effect.name}",
            effect.ln_sd,
            "1",
            effect.evidence,
            effect.source,
        )
        for effect in form.effects.effects
    ]
    known = [
        (f"ln SD in general: {k.name}", k.ln_sd, "1", k.evidence, k.source)
        for k in form.known
    ]
    columns = ("id", "value", "unit", "evidence", "source")
    return [
        {"file": "form.toml", **dict(zip(columns, row, strict=True))}
        for row in (*doses, *alleles, *effects, *known)
    ]
