"""`twin learn` as a person or a program meets it: examples, JSON, a picture, errors."""

import json
import re
from typing import Any

import pytest

from tests.architecture.repository import ROOT
from tests.twin.command_line.terminal import EXAMPLES, document, run
from twin.dosing.answer import CHECKED_ON

FILES = sorted(EXAMPLES.glob("learn_*.yaml"))
MISSED = EXAMPLES / "learn_missed_tablets.yaml"


def test_there_are_examples_and_the_list_names_them():
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")

    assert len(FILES) == 3
    assert all(f"`{path.name}`" in listed for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_told_to_a_person(path, tmp_path):
    picture = tmp_path / "learned.png"

    told = run("learn", path, "--plot", picture)

    assert told.returncode == 0, told.stderr
    assert told.stderr == ""
    assert "maintenance dose, mg/day" in told.stdout
    assert "they may be used" in told.stdout
    assert CHECKED_ON[:60] in told.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_same_seed_gives_the_same_object_in_every_process():
    one, other = (
        document("learn", MISSED, "--seed", "3", "--daily-dose", "7.5 mg")
        for _ in range(2)
    )

    assert one == other
    assert one["adherence"]["probability_not_as_told"] > 0.5
    assert one["forecast"]["regimen"] == "7.5 mg once a day, as asked"
    assert {dose["amount_mg"] for dose in one["forecast"]["doses"]} == {7.5}


def paths(value: Any, inside: str = "") -> set[str]:
    """Every field of a JSON document, by its place."""
    if isinstance(value, dict):
        return {
            found
            for name, item in value.items()
            for found in ({f"{inside}{name}"} | paths(item, f"{inside}{name}."))
        }
    if isinstance(value, list):
        return {found for item in value for found in paths(item, inside)}
    return set()


def test_what_is_documented_of_the_object_is_what_it_holds():
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    section = text.partition("## `twin learn PATIENT`")[2].partition("\n## ")[0]
    parts = re.split(r"\n### ", section)
    told = document("learn", EXAMPLES / "learn_below_quantification.yaml")
    places = {
        "diagnostics": told["diagnostics"],
        "measurements[]": told["measurements"][0],
        "adherence": told["adherence"],
        "maintenance.before": told["maintenance"]["before"],
        "forecast": told["forecast"],
    }

    assert _fields(parts[0]) == set(told)
    for part in parts[1:]:
        name = re.findall(r"`([^`]*)`", part.splitlines()[0])[0]
        assert _fields(part) == set(places.pop(name)), name
    assert places == {}


def _fields(part: str) -> set[str]:
    """Names in the first column of a table."""
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_a_file_with_measurements_may_still_be_asked_for_a_dose():
    told = document("dose", MISSED)

    assert any("`twin learn` learns from them" in w for w in told["warnings"])


def test_contradictory_inrs_are_taken_and_told(tmp_path):
    path = tmp_path / "patient.json"
    path.write_text(
        json.dumps(
            {
                "age": "65 a",
                "sex": "male",
                "weight": "75 kg",
                "height": "172 cm",
                "regimen": {"daily_dose": "5 mg", "duration": "7 d"},
                "observations": [
                    {"time": "120 h", "INR": 1.5},
                    {"time": "121 h", "INR": 4.2},
                ],
            }
        ),
        encoding="utf-8",
    )
    told = run("learn", path)

    assert told.returncode == 0, told.stderr
    assert "both count in full" in " ".join(told.stdout.split())


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"time": "7 d", "INR": 45}, "was 4.5 {INR} meant?"),
        ({"time": "7 d", "INR": "2.3 mg/L"}, "a number alone will do"),
        ({"time": "30 d", "INR": 2.3}, "after what is told of the doses"),
    ],
)
def test_a_slip_is_one_line_that_names_file_and_entry(tmp_path, entry, words):
    path = tmp_path / "patient.json"
    patient = {"age": "65 a", "sex": "male", "weight": "75 kg", "height": "172 cm"}
    regimen = {"daily_dose": "5 mg", "duration": "14 d"}
    path.write_text(
        json.dumps(patient | {"regimen": regimen, "observations": [entry]}),
        encoding="utf-8",
    )
    told = run("learn", path)

    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.startswith(f"error: {path}: observation 1: ")
    assert words in told.stderr
