"""Options that would lose something, or that say nothing, are answered clearly."""

import json

import pytest

from tests.architecture.repository import ROOT
from tests.twin.command_line.terminal import EXAMPLES, document, run
from tests.twin.command_line.test_terminal import speak

PATIENT = EXAMPLES / "fda_1-3_AG.yaml"


def test_a_bound_that_cannot_be_told_is_null_with_its_reason():
    told = document(
        "simulate", PATIENT, "--daily-dose", "100 mg", "--days", "30",
        "--coupling", "chosen", "--every-h", "240",
    )  # fmt: skip
    bounds = told["coupling"]["inr_error_bounds"]

    assert {entry["bound"] for entry in bounds} == {None}
    assert all("clotting time is known" in entry["reason"] for entry in bounds)


def test_what_json_cannot_say_leaves_one_error_and_no_half_answer():
    told = speak("sys.excepthook = _defect; output.done({'a': 1, 'b': float('inf')})")

    assert told.returncode == 1
    assert json.loads(told.stdout)["error"]["kind"] == "ValueError"


def test_fewer_days_than_doses_are_refused():
    told = run("simulate", EXAMPLES / "regimen_10_mg_start.yaml", "--days", "2")

    assert told.returncode == 2
    assert "on day 14; write --days 14 or more" in told.stderr


def test_a_picture_of_another_kind_is_refused_before_anything_is_computed():
    told = run("dose", "/nowhere.yaml", "--plot", "x.pdf")

    assert told.returncode == 2
    assert "name a file that ends in .png" in told.stderr


def test_a_machine_that_names_no_command_gets_one_object():
    told = run("--json")

    assert told.returncode == 2
    assert "name a command" in json.loads(told.stdout)["error"]["message"]


def test_json_may_be_asked_for_before_the_command():
    told = run("--json", "model", "describe", "--evidence", "fitted")

    assert json.loads(told.stdout)["model"]


@pytest.mark.parametrize("arguments", [("--json", "--help"), ("dose", "--help")])
def test_help_is_for_people_whoever_asks(arguments):
    assert "Usage" in run(*arguments, "--json").stdout


def test_who_has_no_data_is_told_where_they_are_published(monkeypatch):
    monkeypatch.delenv("TWIN_DATA", raising=False)

    told = run("verify", "science")
    *_, section = told.stderr.split("(README, ")
    headings = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()

    assert told.returncode == 2
    assert "ClinPGx file PS206767" in told.stderr
    assert f"## {section.split(chr(34))[1]}" in headings


def test_a_course_warns_as_a_dose_does():
    told = document("simulate", PATIENT, "--daily-dose", "10 mg", "--days", "30")

    assert told["target"]["high"] == 3
    assert any("the INR passes 3 on day" in warning for warning in told["warnings"])


def test_a_population_may_be_stated_beside_the_file():
    pooled, stated = (
        document("dose", EXAMPLES / "hard_nothing_tested.yaml", *options)
        for options in ((), ("--frequency-population", "East Asian"))
    )

    assert (
        stated["maintenance"]["dose_mg_per_day"]
        < 0.9 * pooled["maintenance"]["dose_mg_per_day"]
    )


def test_an_archive_takes_the_place_of_a_file_only(tmp_path):
    folder = tmp_path / "kept.omex"
    folder.mkdir()
    for out in (folder, tmp_path / "no" / "x.omex"):
        told = run(
            "model", "export", PATIENT, "--daily-dose", "5 mg", "--days", "3",
            "--out", out,
        )  # fmt: skip

        assert told.returncode == 2
        assert "cannot be written" in told.stderr
    assert folder.is_dir()


def test_steps_that_do_not_fill_the_course_are_refused(tmp_path):
    told = run(
        "model", "export", PATIENT, "--daily-dose", "5 mg", "--days", "30",
        "--every-h", "7", "--out", tmp_path / "x.omex",
    )  # fmt: skip

    assert told.returncode == 2
    assert "whole number of such steps" in told.stderr
