"""The library of models: what it is made of, and what it says of a damaged file.

Damage is done to a copy of the product's packages and models, in another process.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.repository import ROOT
from tests.people import library
from tests.twin.tables import rows
from twin.errors import LibraryError
from twin.library import load_library
from twin.model_files import models_folder
from twin.vocabulary.estimate import NO_ESTIMATES, Estimate, Estimates

LOADER = """
import json, sys
from pathlib import Path
import twin.library
from twin.errors import TwinError
from twin.inference.noise import Noise
from twin.model_files import settings_file
from twin.population import load_population

models = Path(twin.library.__file__).parents[1] / "models"
answers = {}


def load():
    load_population(twin.library.load_library())
    Noise.of(settings_file("assays"))



for name, content in json.load(sys.stdin):
    path = models / name
    whole = path.read_bytes()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content.encode("latin-1"))
    try:
        load()
        answer = ["", "loaded"]
    except TwinError as error:
        answer = [type(error).__name__, str(error)]
    answers[name] = answer
    path.write_bytes(whole)
load()
print(json.dumps({"where": str(models), "answers": answers}))
"""

Copy = Callable[[list[tuple[str, str | None]]], dict[str, tuple[str, str]]]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    """A copy of the product whose files may be damaged; each answers for itself."""
    place = tmp_path_factory.mktemp("copy")
    for package in ("twin", "models"):
        shutil.copytree(
            ROOT / package,
            place / package,
            ignore=shutil.ignore_patterns("__pycache__"),
        )

    def damaged(files: list[tuple[str, str | None]]) -> dict[str, tuple[str, str]]:
        told = subprocess.run(
            [sys.executable, "-c", LOADER],
            cwd=place,
            env={**os.environ, "PYTHONPATH": str(place)},
            input=json.dumps(files),
            capture_output=True,
            encoding="utf-8",
        )
        assert told.returncode == 0, told.stderr
        found = json.loads(told.stdout)
        assert Path(found["where"]) == place / "models"
        return {name: tuple(answer) for name, answer in found["answers"].items()}

    return damaged


def content(name: str) -> str:
    """A model file, a character a byte."""
    return (models_folder() / name).read_bytes().decode("latin-1")


NEEDED = sorted(
    path.relative_to(models_folder()).as_posix()
    for folder in ("clotting", "genetics", "interactions", "physiology", "warfarin")
    for path in (models_folder() / folder).iterdir()
    if (path.suffix in {".csv", ".toml"} or path.name == "model.xml")
    # of the fit only
    and path.name not in {"posterior.toml", "published_facts.toml"}
)


# ---- damage


def test_a_missing_file_is_named_with_where_to_get_it(copy):
    answers = copy([(name, None) for name in NEEDED])

    assert len(NEEDED) >= 18
    for name in NEEDED:
        kind, words = answers[name]
        assert kind == "LibraryError", name
        assert f"models/{name} cannot be read" in words
        assert "restore it from a complete checkout" in words


def test_an_empty_file_is_named(copy):
    answers = copy([(name, "") for name in NEEDED])

    for name in NEEDED:
        kind, words = answers[name]
        assert kind in {"LibraryError", "ModelError"}, (name, words)
        assert Path(name).name in words or name.endswith(".xml")


def test_a_file_that_is_not_text_is_named(copy):
    answers = copy([(n, content(n)[:50] + "\xff\xfe") for n in NEEDED])

    for name in NEEDED:
        kind, words = answers[name]
        assert kind == "LibraryError"
        assert f"models/{name} is not UTF-8 text (byte 50); restore it" in words


@pytest.mark.parametrize(
    ("name", "written", "instead", "words"),
    [
        (
            "warfarin/drug.csv",
            ",308.33,",
            ",about 300,",
            "drug.csv, line 2: value must",
        ),
        ("warfarin/drug.csv", ",308.33,g/mol", ",308.33,kg/mol", "take 'g/mol'"),
        ("warfarin/drug.csv", "molar_mass", "mass", "no row for warfarin molar_mass"),
        ("warfarin/products.toml", "[tablets]", "[tablet]", "'tablets' is missing"),
        ("warfarin/target.toml", "high = 3.0", "high = ", "target.toml: Invalid value"),
        ("warfarin/model.xml", "</sbml>", "", "not an XML document"),
        (
            "warfarin/model.xml",
            "level3/version2",
            "level2/version4",
            "convert it first",
        ),
        ("genetics/panels.toml", "[VKORC1]", "[VKORC]", "'VKORC1' is missing"),
        (
            "clotting/prothrombin_time_surrogate.csv",
            "b_II,-0.1858",
            "b_II,x0.1858",
            "a row is no coefficient",
        ),
    ],
)
def test_a_slip_in_a_file_is_answered_with_its_place(
    copy, name, written, instead, words
):
    assert written in content(name)
    ((kind, said),) = copy(
        [(name, content(name).replace(written, instead, 1))]
    ).values()

    assert kind in {"LibraryError", "ModelError"}
    assert any(part in said for part in words.split("? ")), said


def test_a_surrogate_that_was_cut_short_is_not_used(copy):
    name = "clotting/prothrombin_time_surrogate.csv"
    lines = content(name).splitlines(keepends=True)

    ((kind, words),) = copy([(name, "".join(lines[:100]))]).values()

    assert kind == "LibraryError"
    assert f"99 coefficients of {len(lines) - 1}" in words


def test_without_its_models_the_package_says_so(tmp_path):
    shutil.copytree(ROOT / "twin", tmp_path / "twin")

    told = subprocess.run(
        [sys.executable, "-c", "from twin import load_library; load_library()"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
    )

    assert (
        "LibraryError: the folder models/ is missing beside the package" in told.stderr
    )


# ---- fitted values


def estimates(*entries: tuple[str, tuple[str, ...], float]) -> Estimates:
    return Estimates(
        "2026-01-01",
        "by hand",
        ("made up",),
        tuple(Estimate(f, key, value, 1.0, 0.1, "") for f, key, value in entries),
    )


def test_a_fitted_value_replaces_its_row_and_says_so():
    fitted = load_library(
        estimates=estimates(("drug.csv", ("S", "partition_scale"), 1.5))
    )
    plain = load_library(estimates=NO_ESTIMATES)
    key = ("S", "partition_scale")

    assert fitted.drug.constants[key].value == 1.5
    assert fitted.drug.constants[key].evidence == "fitted"
    assert plain.drug.constants[key].evidence == "prior"
    assert fitted.drug.constants[key].unit == plain.drug.constants[key].unit
    changed = {
        k for k, c in fitted.drug.constants.items() if c != plain.drug.constants[k]
    }
    assert changed == {key}


def test_a_fitted_allele_reaches_the_gene():
    fitted = load_library(
        estimates=estimates(("allele_function.csv", ("CYP2C9", "*3", "activity"), 0.2))
    )

    assert fitted.alleles.allele("CYP2C9", "*3").activity == 0.2
    assert fitted.fitted_constants == {}


def test_a_fitted_constant_of_the_model_waits_to_be_set():
    fitted = load_library(estimates=estimates(("sbml", ("KiS",), 0.004)))

    assert fitted.fitted_constants == {"KiS": 0.004}


def test_every_committed_estimate_stands_in_the_library():
    found = library()
    for estimate in found.estimates.estimates:
        if estimate.file == "sbml":
            assert found.fitted_constants[estimate.key[0]] == estimate.value
            assert found.spec.notes[estimate.key[0]].startswith("[fitted]")
        else:
            row = found.tables[estimate.file].constants[estimate.key]
            assert (row.value, row.evidence) == (estimate.value, "fitted")


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("drug.csv", ("S", "colour")),
        ("drug.csv", ("S",)),
        ("drugs.csv", ("S", "partition_scale")),
        ("sbml", ("KiX",)),
        ("sbml", ("INR",)),
    ],
)
def test_an_estimate_of_what_does_not_exist_is_refused(file, key):
    with pytest.raises(LibraryError, match=r"fitted\.toml names .* not (have|exist)"):
        load_library(estimates=estimates((file, key, 1.0)))


# ---- one value changed


def test_one_constant_can_be_changed_and_nothing_else_changes():
    found = library()
    key = ("CYP2C9", "*2", "activity")
    changed = found.with_constant("allele_function.csv", key, 0.6)

    assert changed.alleles.allele("CYP2C9", "*2").activity == 0.6
    assert found.alleles.allele("CYP2C9", "*2").activity != 0.6
    moved = [
        (name, k)
        for name, table in changed.tables.items()
        for k, constant in table.constants.items()
        if constant != found.tables[name].constants[k]
    ]
    assert moved == [("allele_function.csv", key)]


def test_a_number_that_nobody_has_read_is_listed_as_such():
    listed = library().unverified()
    in_the_file: list[Any] = [
        row["quantity"]
        for row in rows("warfarin/drug.csv")
        if row["evidence"] == "unverified"
    ]

    assert [key[-1] for key in listed["drug.csv"]] == in_the_file
    assert ("VK__T0",) in listed["sbml"]
    assert not {key[0] for key in listed["sbml"]} & library().fitted_constants.keys()
