"""What every command promises: one answer, one line on bad input, an exit status."""

import json
import subprocess
import sys

import pytest

from tests.architecture.repository import ROOT
from tests.twin.command_line.terminal import EXAMPLES, document, run
from twin.command_line import _COMMANDS

PATIENT = EXAMPLES / "fda_1-3_AG.yaml"
CURVES = (
    "dataset,enantiomer,enantiomer_dose_mg,time_h,plasma_mg_per_L\n"
    "made_up_S_fasted,S,11.67,24,0.7\n"
    "made_up_S_fasted,S,11.67,48,0.4\n"
    "made_up_S_fasted,S,11.67,72,0.25\n"
)


def test_help_names_every_command():
    told = run("--help")

    assert told.returncode == 0
    for command in _COMMANDS:
        assert command in told.stdout


@pytest.mark.parametrize(
    "command", ["dose", "learn", "simulate", "explain", "validate"]
)
def test_every_command_has_help_and_takes_json(command):
    told = run(command, "--help")

    assert told.returncode == 0
    assert "--json" in told.stdout


def test_a_dose_by_code_that_is_kept_loads_no_more_than_it_needs():
    run("dose", PATIENT)  # keeps the code
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "twin", "dose", str(PATIENT)],
        capture_output=True,
        encoding="utf-8",
        cwd="/",
    )
    lines = (line.rpartition("|")[2].strip() for line in told.stderr.splitlines())
    loaded = {line.partition(".")[0] for line in lines}

    assert "numpy" in loaded
    # numba looks for a BLAS in scipy's: the rest of scipy stays where it is.
    assert loaded.isdisjoint({"libsbml", "matplotlib", "pandas", "roadrunner"})


def test_without_a_command_help_is_shown():
    assert "Usage" in run().stdout


def test_a_dose_is_told_to_a_person():
    told = run("dose", PATIENT)

    assert told.returncode == 0
    assert told.stderr == ""
    assert "PROPOSED MAINTENANCE DOSE" in told.stdout
    assert "decision support" in told.stdout
    assert "not verified in a source" in told.stdout


def test_a_dose_is_one_json_object_and_nothing_else():
    given = document("dose", PATIENT)

    assert given["maintenance"]["dose_mg_per_day"] > 0
    assert given["provenance"]["model_sha256"]
    assert len(given["course"]["inr"]) == len(given["course"]["times_h"])


def test_the_same_question_has_the_same_answer():
    assert document("dose", PATIENT) == document("dose", PATIENT)


def test_out_of_scope_there_is_no_dose_but_a_course():
    given = document("dose", EXAMPLES / "out_of_scope_pregnant.yaml")

    assert given["maintenance"] is None
    assert "pregnancy" in given["no_dose"][0]
    assert given["scope"]["status"] == "out of scope"
    assert given["course"]["is_proposal"] is False
    assert given["physiology"]["liver_mass_kg"] > 0


def test_an_option_asks_about_another_regimen():
    given = document("dose", PATIENT, "--daily-dose", "5 mg", "--days", "7")

    assert given["course"]["regimen"] == "5 mg once a day, 7 days"
    assert given["course"]["days"] == 7


def test_a_course_is_simulated_and_can_follow_any_id():
    told = document(
        "simulate", EXAMPLES / "regimen_10_mg_start.yaml", "--output", "S__liver_1"
    )

    assert told["outputs"]["S__liver_1"]["unit"] == "uM"
    assert told["times_h"][-1] == 14 * 24


def test_the_scales_are_walked_from_gene_to_laboratory():
    told = document("explain", PATIENT)
    names = [scale["name"] for scale in told["scales"]]

    assert names[0] == "gene"
    assert names[-1] == "laboratory"
    inr = told["scales"][-1]["figures"][-1]
    assert (inr["name"], inr["value"]) == ("INR", pytest.approx(2.5, abs=1e-6))


def test_a_picture_is_drawn(tmp_path):
    picture = tmp_path / "course.png"

    assert run("dose", PATIENT, "--plot", picture).returncode == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_file_of_measurements_is_scored_and_its_rows_written(tmp_path):
    data, rows = tmp_path / "curves.csv", tmp_path / "rows.csv"
    data.write_text(CURVES, encoding="utf-8")

    told = document("validate", "--pkpd", data, "--rows", rows)
    lines = rows.read_text(encoding="utf-8").splitlines()

    assert told["report"]["by_kind"][0]["score"]["n"] == 3
    assert lines[0] == "dataset,kind,time_h,observed,predicted,lo90,hi90"
    assert lines[1].startswith("made_up_S_fasted,warfarin_S_plasma,24.0,0.7,")
    predicted, low, high = map(float, lines[1].split(",")[-3:])
    assert 0.0 < low < predicted < high


def test_a_row_that_is_left_out_stays_among_the_rows(tmp_path):
    data, rows = tmp_path / "curves.csv", tmp_path / "rows.csv"
    data.write_text(
        CURVES + "made_up_S_fasted,S,11.67,96,<0.1\n,,,,\n", encoding="utf-8"
    )

    told = run("validate", "--pkpd", data, "--rows", rows)
    *_, below, empty = rows.read_text().splitlines()
    name, kind, time_h, observed, predicted, *_ = below.split(",")

    assert "left out: below quantification (1)" in told.stdout
    assert (name, kind, time_h, observed) == (
        "made_up_S_fasted",
        "warfarin_S_plasma",
        "96.0",
        "",
    )
    assert float(predicted) > 0
    assert empty == ",,,,,,"


def test_every_constant_is_listed_with_its_evidence():
    told = document("model", "describe", "--evidence", "unverified")

    assert {"VK__phi0", "F__w_II"} <= {c["id"] for c in told["constants"]}
    assert all(c["source"] for c in told["constants"])


BAD = (
    (("dose", "/nowhere.yaml"), 2, "there is no such file"),
    (("dose", "/"), 2, "is a folder"),
    (("dose", PATIENT, "--daily-dose", "5"), 2, "has no unit"),
    (("dose", PATIENT, "--days", "-3"), 2, "outside what is accepted"),
    (("dose", PATIENT, "--days", "soon"), 2, "--days"),
    (("dose", PATIENT, "--plot", "/nowhere/x.png"), 2, "cannot be written"),
    (("dose", PATIENT, "--louder"), 2, "louder"),
    (("dose",), 2, "PATIENT"),
    (("simulate", PATIENT), 2, "no regimen is asked"),
    (("learn", PATIENT), 2, "nothing was measured that could be learned from"),
    (("learn", PATIENT, "--seed", "-1"), 2, "--seed"),
    (("simulate", PATIENT, "--daily-dose", "5 mg", "--every-h", "0"), 2, "--every-h"),
    (("validate", "--pkpd", PATIENT), 2, "no known layout"),
    (("cook",), 2, "cook"),
)


@pytest.mark.parametrize(("arguments", "status", "words"), BAD)
def test_bad_input_ends_in_one_clear_line(arguments, status, words):
    told = run(*arguments)

    assert told.returncode == status
    assert told.stdout == ""
    assert told.stderr.startswith("error: ")
    assert told.stderr.count("\n") == 1
    assert words in told.stderr


@pytest.mark.parametrize(("arguments", "status", "words"), BAD[:7])
def test_bad_input_is_one_json_object_when_a_machine_asks(arguments, status, words):
    told = run(*arguments, "--json")
    error = json.loads(told.stdout)["error"]

    assert told.returncode == status == error["exit_status"]
    assert words in error["message"]


@pytest.mark.parametrize(
    "command",
    [
        ("model", "compile"),
        ("model", "describe"),
        ("model", "fit"),
        ("model", "surrogate"),
        ("verify", "alternatives"),
        ("verify", "forms"),
        ("verify", "inputs"),
        ("verify", "multiscale"),
        ("verify", "science"),
    ],
    ids=" ".join,
)
def test_every_command_of_a_group_takes_json(command):
    told = run(*command, "--help")

    assert told.returncode == 0
    assert "--json" in told.stdout


def test_a_group_without_a_command_says_what_to_do():
    told = run("model")

    assert told.returncode == 2
    assert "--help" in told.stderr


def speak(code: str) -> subprocess.CompletedProcess[str]:
    """A process that has claimed standard output for a machine, then runs `code`."""
    start = "import os, sys; from twin.command_line import _defect, output; "
    return subprocess.run(
        [sys.executable, "-c", f"{start}output.claim(machine=True); {code}"],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
    )


def test_what_libraries_print_does_not_reach_the_answer():
    told = speak("os.write(1, b'CVODE: mxstep'); print('noise'); output.done({'a': 1})")

    assert json.loads(told.stdout) == {"a": 1}


def test_a_defect_of_the_program_is_json_too():
    told = speak("sys.excepthook = _defect; 1 / 0")

    assert told.returncode == 1
    assert json.loads(told.stdout)["error"]["kind"] == "ZeroDivisionError"
    assert "Traceback" in told.stderr


def test_a_reader_that_goes_away_is_no_disaster():
    with subprocess.Popen(
        [sys.executable, "-m", "twin", "model", "describe"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
    ) as told:
        assert told.stdout is not None
        assert told.stderr is not None
        told.stdout.readline()
        told.stdout.close()

        assert told.stderr.read() == b""


def test_a_seldom_look_does_not_hide_what_happens_between():
    asked = ("simulate", PATIENT, "--daily-dose", "10 mg", "--days", "30")
    often, seldom = (document(*asked, "--every-h", h) for h in ("24", "800"))

    assert seldom["times_h"] == [0.0]
    assert seldom["warnings"] == often["warnings"]
    assert any("the INR passes 3" in text for text in seldom["warnings"])


def test_no_inr_is_printed_that_no_laboratory_reads():
    given = document("simulate", PATIENT, "--daily-dose", "100 mg", "--days", "14")

    assert max(given["outputs"]["INR"]["values"]) == 15.0
    assert any("it is shown as 15" in text for text in given["warnings"])
