"""`twin model`: make the SBML files, their manifest and the fitted values."""

import hashlib
import tomllib
from pathlib import Path

import typer

from twin.command_line.files import write_text
from twin.command_line.fit import fit_estimates
from twin.command_line.model_alleles import alleles
from twin.command_line.model_describe import describe
from twin.command_line.model_emulate import emulate
from twin.command_line.model_export import export
from twin.command_line.model_inspect import inspect
from twin.command_line.model_simulate import simulate_model
from twin.command_line.model_surrogate import surrogate
from twin.command_line.output import Json, done, progress, say
from twin.command_line.posterior import posterior
from twin.errors import LibraryError
from twin.individualise import individualise
from twin.intake.ask import reference_patient
from twin.library import load_library
from twin.model_files import (
    clotting_test_source,
    form_names,
    form_source,
    model_sources,
    models_folder,
)
from twin.sbml.compiler import (
    CompiledModel,
    Preset,
    compile_antimony,
    with_presets,
)

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("alleles")(alleles)
app.command("describe")(describe)
app.command("emulate")(emulate)
app.command("export")(export)
app.command("inspect")(inspect)
app.command("simulate")(simulate_model)
app.command("surrogate")(surrogate)
app.command("fit")(fit_estimates)
app.command("posterior")(posterior)


@app.callback()
def _group() -> None:
    """Make and inspect the models."""


CLOTTING_TESTS = (
    "prothrombin_time_test",
    "activated_partial_thromboplastin_time_test",
    "thrombin_generation_test",
)


@app.command("compile")
def compile_models(_json: Json = False) -> None:
    """Compile the Antimony sources of `models/` to SBML, and renew the manifest."""
    folder = models_folder()
    with progress("compiling models"):
        compiled = compiled_files()
        for path, text in compiled.items():
            write_text(folder / path, text)
        renewed = _renew_manifest(folder)
    say(f"compiled {len(compiled)} files; manifest of {renewed} files renewed")
    done({"files": sorted(compiled), "manifest_entries": renewed})


def compiled_files() -> dict[str, str]:
    """Path below `models/` -> SBML text, as the sources give it now."""
    model = compile_drug()
    files = {
        "warfarin/model.xml": model.flat,
        "warfarin/model_comp.xml": model.composed,
    }
    source = clotting_test_source()
    for name in CLOTTING_TESTS:
        test = compile_antimony([source], top=name, presets={})
        files[f"clotting/{name}.xml"] = test.flat
        files[f"clotting/{name}_comp.xml"] = test.composed
    for name in form_names():
        # of one module each: composed and flattened they are the same
        form = compile_antimony([form_source(name)], top=name, presets={})
        files[f"forms/{name}/{name}.xml"] = form.flat
    return files


def compile_drug(drug: str = "warfarin") -> CompiledModel:
    """The drug's model, carrying the values of its reference patient."""
    top, sources = model_sources(drug)
    bare = compile_antimony(sources, top=top, presets={})
    library = load_library(drug, spec_text=bare.flat)
    described = ", ".join(
        f"{name} {library.reference_patient[name]}"
        for name in ("age", "sex", "weight", "height")
    )
    individual = individualise(reference_patient(library), library)
    fitted = library.fitted_constants
    presets = {
        name: Preset(
            value,
            f"[fitted] to {', '.join(library.estimates.data)}, {library.estimates.date}"
            if name in fitted
            else f"[computed] reference patient: {described}; twin.individualise",
        )
        for name, value in individual.parameters.items()
    }
    return with_presets(bare, presets)


def _renew_manifest(folder: Path) -> int:
    """Write the SHA-256 of every listed file; every file must be listed."""
    path = folder / "MANIFEST.toml"
    text = path.read_text(encoding="utf-8")
    listed = {entry["path"]: entry for entry in tomllib.loads(text)["file"]}
    present = {
        str(p.relative_to(folder)).replace("\\", "/")
        for p in folder.rglob("*")
        if p.is_file() and p != path
    }
    if missing := sorted(present - set(listed)):
        raise LibraryError(
            f"models/MANIFEST.toml does not list {', '.join(missing)}; "
            "add what it is, its source, licence and evidence"
        )
    if gone := sorted(set(listed) - present):
        raise LibraryError(f"models/MANIFEST.toml lists missing {', '.join(gone)}")
    for name, entry in listed.items():
        now = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        text = text.replace(
            f'path = "{name}"\nsha256 = "{entry["sha256"]}"',
            f'path = "{name}"\nsha256 = "{now}"',
        )
    path.write_text(text, encoding="utf-8")
    return len(listed)
