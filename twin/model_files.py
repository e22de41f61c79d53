"""The files of `models/`: where they are, and their text.

The library is read from disk here; besides, only commands open files.  What the
files mean is the business of `twin.library`.
"""

import csv
import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twin.errors import LibraryError

_SECTIONS = {
    "priors": ("parameter", "scatter", "posterior"),
    "between_patients": ("effect", "correlation", "gene"),
    "assays": (
        "INR",
        "concentration",
        "activity",
        "albumin",
        "occasion",
        "adherence",
        "flags",
    ),
}
"""What a file of settings must have."""


def models_folder() -> Path:
    """`models/` of a checkout, or the copy that an installed package carries."""
    package = Path(__file__).resolve().parent
    for folder in (package.parent / "models", package / "_models"):
        if (folder / "MANIFEST.toml").is_file():
            return folder
    raise LibraryError(
        "the folder models/ is missing beside the package twin; "
        "install the package again, or run from a complete checkout"
    )


def content_sha256(drug: str = "warfarin") -> str:
    """SHA-256 over every table and model the drug's library is made of.

    Paths and contents, in order: an answer's provenance names all it rests on, not
    the SBML alone.
    """
    models = models_folder()
    found = hashlib.sha256()
    for folder in ("clotting", "genetics", "interactions", "physiology", drug):
        for path in sorted((models / folder).iterdir()):
            if path.suffix in {".csv", ".toml", ".xml"}:
                found.update(f"{folder}/{path.name}\0".encode())
                found.update(path.read_bytes())
    return found.hexdigest()


def model_sources(
    drug: str = "warfarin", *, replaced: Mapping[str, str] | None = None
) -> tuple[str, tuple[str, ...]]:
    """Name of the composed module, and the Antimony texts it is made of.

    `replaced`: source file -> the file that stands in for it (another form).
    """
    models = models_folder()
    settings = toml_of(models / drug / "model.toml")
    stand_in = replaced or {}
    return settings["identifier"], tuple(
        text_of(models / stand_in.get(s, s)) for s in settings["sources"]
    )


def alternative_forms() -> list[dict[str, Any]]:
    """Other forms of the model, as `models/alternatives/forms.toml` lists them."""
    return list(toml_of(models_folder() / "alternatives" / "forms.toml")["form"])


def form_names() -> tuple[str, ...]:
    """The published forms of the whole chain in `models/forms`, in order."""
    return tuple(sorted(path.parent.name for path in _forms().glob("*/form.toml")))


def form_source(name: str) -> str:
    """The Antimony text of a published form."""
    return text_of(_forms() / name / f"{name}.ant")


def form_files(name: str) -> tuple[str, dict[str, Any]]:
    """The SBML of a published form, and what its `form.toml` holds.

    Raises: LibraryError naming the forms there are, or what the file lacks.
    """
    if name not in form_names():
        raise LibraryError(
            f"models/forms has no form {name!r}; it has: {', '.join(form_names())}"
        )
    folder = _forms() / name
    needed = ("citation", "administration", "gene", "effect", "known", "output")
    return text_of(folder / f"{name}.xml"), toml_of(folder / "form.toml", *needed)


def form_draws(name: str) -> str:
    """The draws of a published form's population, as text.

    Raises: LibraryError when the file is not there.
    """
    return text_of(_forms() / name / "posterior_draws.csv")


def draws_converged(folder: str) -> bool:
    """Whether the chains behind a folder's `posterior_draws.csv` are said to agree.

    Args:
        folder: of `models/`, as `warfarin` or `forms/hamberg_2010`.

    Returns: False where no summary is there to say so: then the draws are provisional.
    """
    path = models_folder() / folder / "posterior.toml"
    return path.is_file() and toml_of(path).get("converged") is True


def form_weights() -> dict[str, Any]:
    """What `models/forms/weights.toml` holds: how much each form counts, and why."""
    return toml_of(_forms() / "weights.toml", "date", "command", "data", "form")


def _forms() -> Path:
    return models_folder() / "forms"


def settings_file(name: str, drug: str = "warfarin") -> dict[str, Any]:
    """A TOML file of the drug's folder, e.g. `priors` or `published_facts`."""
    return toml_of(models_folder() / drug / f"{name}.toml", *_SECTIONS.get(name, ()))


def clotting_test_source() -> str:
    """The Antimony text of the in-vitro clotting tests."""
    return text_of(models_folder() / "modules" / "clotting_tests.ant")


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, by column."""
    return list(csv.DictReader(text_of(path).splitlines()))


def table_of(path: Path, *needed: str) -> list[dict[str, str]]:
    """The rows of a CSV file that has at least one, and the columns `needed`."""
    rows = rows_of(path)
    if not rows:
        raise LibraryError(f"{path.name}: has no rows; restore the file")
    if missing := [name for name in needed if rows[0].get(name) is None]:
        raise LibraryError(f"{path.name}: no column {missing[0]!r}; restore the file")
    return rows


def toml_of(path: Path, *needed: str) -> dict[str, Any]:
    """What a TOML file holds; an error names the file, and which of `needed` lacks."""
    try:
        content = tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError as error:
        raise LibraryError(f"{path.name}: {error}; restore the file") from error
    missing = [name for name in needed if name not in content]
    if missing:
        raise LibraryError(f"{path.name}: {missing[0]!r} is missing; restore the file")
    return content


def text_of(path: Path) -> str:
    """A file's text; an error names the file and what to do."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise LibraryError(
            f"models/{path.parent.name}/{path.name} cannot be read "
            f"({error.strerror}); restore it from a complete checkout"
        ) from error
    except UnicodeDecodeError as error:
        raise LibraryError(
            f"models/{path.parent.name}/{path.name} is not UTF-8 text "
            f"(byte {error.start}); restore it from a complete checkout"
        ) from error
