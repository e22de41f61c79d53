"""`twin verify sensitivity`: its record, its picture, its answer; SALib only here."""

import json
import subprocess
import sys

import pytest

from tests.architecture.repository import ROOT
from twin.command_line import _run, output, verify_sensitivity
from twin.command_line.verify_sensitivity import sensitivity
from twin.credibility.global_sensitivity.patient import POPULATION
from twin.vocabulary.scales import SCALES

PATIENT = ROOT / "examples" / "hard_nothing_tested.yaml"


def test_the_record_says_what_made_it_and_what_was_lost(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(output, "_voice", output._Voice(json=True))
    sensitivity(patient=PATIENT, out=tmp_path, draws=64, seed=5)

    answer = json.loads(capsys.readouterr().out)
    text = (tmp_path / "sensitivity.md").read_text(encoding="utf-8")
    assert "seed 5" in text
    assert "64 base picks" in text
    assert f"{answer['n_population_draws']} draws of the population" in text
    assert answer["population_sha256"][:16] in text
    assert answer["model_sha256"][:16] in text
    assert "lost because a run has no value: at most " in text
    assert "VKORC1 not tested" in text
    for scale in SCALES:
        assert scale in text
    assert "-0 " not in text
    assert (tmp_path / "sensitivity.png").read_bytes().startswith(b"\x89PNG")
    assert answer["picture"] == str(tmp_path / "sensitivity.png")
    assert answer["seed"] == 5
    assert len(answer["by_scale"]["first"]) == len(answer["by_scale"]["factors"])
    assert POPULATION in answer["by_effect"]["factors"]
    carried = sum(
        share[0] for kind in answer["carried"].values() for share in kind.values()
    )
    assert carried == pytest.approx(1.0)


def test_a_broken_law_is_an_exit_status(monkeypatch, capsys):
    monkeypatch.setattr(verify_sensitivity, "broken_laws", lambda _found: ["a law"])

    assert _run(["verify", "sensitivity", "--draws", "64"]) == 1
    assert "a law" in capsys.readouterr().err


@pytest.mark.parametrize("draws", ["100", "65"])
def test_a_number_that_is_no_power_of_two_is_refused(draws, capsys):
    assert _run(["verify", "sensitivity", "--draws", draws]) != 0
    assert "powers of 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    "asked",
    [
        ["dose", "examples/fda_1-1_GG.yaml", "--json"],
        ["verify", "sensitivity", "--help"],
    ],
    ids=lambda asked: asked[0],
)
def test_salib_is_loaded_by_this_command_alone(asked):
    code = (
        f"import sys; sys.argv = ['twin', *{asked!r}]\n"
        "from twin.command_line import main\n"
        "try:\n    main()\n"
        "except SystemExit as ended:\n    assert not ended.code\n"
        "print('loaded', 'SALib' in sys.modules, file=sys.stderr)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert told.stderr.strip().endswith("loaded False")
