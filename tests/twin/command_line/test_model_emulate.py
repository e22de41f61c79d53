"""`twin model emulate`: what it prints, what it writes, what it refuses."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.twin.command_line.terminal import EXAMPLES
from twin.command_line import output
from twin.command_line.model_emulate import INPUTS, emulate
from twin.engine.surrogate import DOSE
from twin.engine.surrogate_file import load_surrogate
from twin.errors import InputError

PATIENT = EXAMPLES / "patient.json"


def test_a_patients_surrogate_is_written_with_its_errors(tmp_path, monkeypatch):
    pytest.importorskip("sklearn")
    file = tmp_path / "twin.npz"
    voice = output._Voice(json=True, answer=(tmp_path / "answer.json").open("w"))
    monkeypatch.setattr(output, "_voice", voice)

    emulate(PATIENT, file, days=7, runs=500, seed=1)

    voice.answer.close()
    said = json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))
    made = load_surrogate(file)
    assert "sliders and first proposals only" in said["nature"]
    assert tuple(said["domain"]) == (*INPUTS, DOSE) == made.domain.names
    assert said["held_out"]["trusted_worst"] <= said["bound"] == made.bound
    assert said["surrogate_us_per_course"] < said["engine_us_per_course"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"out": Path("twin.txt")}, "--out twin.txt"),
        ({"out": Path("nowhere/twin.npz")}, "there is no folder nowhere"),
        ({"days": 0}, "--days 0"),
        ({"runs": 499}, "--runs 499"),
        ({"seed": -1}, "--seed -1"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_runs(options, found):
    given = {"out": Path("twin.npz"), "days": 42, "runs": 6000, "seed": 1, **options}

    with pytest.raises(InputError, match=found):
        emulate(PATIENT, **given)


def test_help_says_what_it_is_for():
    app = typer.Typer()
    app.command()(emulate)

    shown = CliRunner().invoke(app, ["--help"]).output

    assert "first proposals only" in " ".join(shown.split())
