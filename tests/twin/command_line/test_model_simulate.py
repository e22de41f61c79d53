"""`twin model simulate`: anybody's SBML, as a CSV or a refusal by name."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

MODELS = Path(__file__).resolve().parents[3] / "models"
TUBE = MODELS / "clotting" / "prothrombin_time_test_comp.xml"

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">
<model id="m"><listOfCompartments>
<compartment id="C" size="2" spatialDimensions="3" constant="true"/>
</listOfCompartments><listOfSpecies>
<species id="A" compartment="C" initialConcentration="3" hasOnlySubstanceUnits="false"
  boundaryCondition="false" constant="false"/>
<species id="B" compartment="C" initialAmount="1" hasOnlySubstanceUnits="true"
  boundaryCondition="false" constant="false"/>
</listOfSpecies><listOfParameters>
<parameter id="k" value="0.5" constant="true"/>
<parameter id="p" value="1" constant="false"/></listOfParameters>"""
DECAY = """<listOfReactions><reaction id="r" reversible="false"><listOfReactants>
<speciesReference species="A" stoichiometry="1" constant="true"/></listOfReactants>
<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">
<apply><times/><ci>k</ci><ci>A</ci><ci>C</ci></apply></math></kineticLaw></reaction>
</listOfReactions>"""
ALGEBRAIC = """<listOfRules><algebraicRule>
<math xmlns="http://www.w3.org/1998/Math/MathML"><apply><minus/><ci>p</ci><cn>2</cn>
</apply></math></algebraicRule></listOfRules>"""
NOT_FINITE = """<listOfRules><assignmentRule variable="B">
<math xmlns="http://www.w3.org/1998/Math/MathML"><apply><divide/><ci>p</ci><cn>0</cn>
</apply></math></assignmentRule></listOfRules>"""
TAIL = "</model></sbml>"


def twin(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "twin", "model", "simulate", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def rows_of(text: str) -> tuple[list[str], np.ndarray]:
    head, *rows = csv.reader(text.splitlines())
    return head, np.array(rows, dtype=np.float64)


@pytest.fixture
def decay(tmp_path) -> str:
    (tmp_path / "decay.xml").write_text(HEAD + DECAY + TAIL)
    return str(tmp_path / "decay.xml")


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize(
    ("form", "start"),
    [((), (3.0, 1.0)), (("--amounts",), (6.0, 1.0)), (("--concentrations",), (3, 0.5))],
    ids=["as meant", "amounts", "concentrations"],
)
def test_species_are_what_is_asked_for(decay, engine, form, start):
    run = twin(decay, "--end", "4", "--points", "5", "--engine", engine, *form)
    head, rows = rows_of(run.stdout)

    assert run.returncode == 0, run.stderr
    assert head == ["time", "A", "B"]
    assert rows[:, 0].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert rows[0, 1:].tolist() == pytest.approx(start)
    assert rows[:, 1] == pytest.approx(start[0] * np.exp(-0.5 * rows[:, 0]), rel=2e-6)


def test_a_constant_can_be_set(decay, tmp_path):
    out = tmp_path / "course.csv"
    run = twin(
        *(decay, "--end", "4", "--points", "3"), *("--set", "k=0", "--out", str(out))
    )

    assert run.returncode == 0, run.stderr
    assert rows_of(out.read_text())[1][:, 1].tolist() == [3.0, 3.0, 3.0]


def test_json_holds_the_course_or_names_its_file(decay, tmp_path):
    asked = (decay, "--end", "4", "--points", "3", "--json")
    out = tmp_path / "course.csv"

    here, there = (
        json.loads(twin(*asked, *to).stdout) for to in ((), ("--out", str(out)))
    )

    assert here["columns"] == there["columns"] == ["time", "A", "B"]
    assert (here["n_species"], here["n_times"], here["file"]) == (2, 3, None)
    assert (there["n_species"], there["n_times"]) == (2, 3)
    assert (there["file"], there["rows"]) == (str(out), None)
    assert here["rows"] == rows_of(out.read_text())[1].tolist()
    assert here["engine"].startswith("compiled ")


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_course_that_is_not_finite_is_an_error_never_nan(tmp_path, engine):
    (tmp_path / "n.xml").write_text(HEAD + NOT_FINITE + TAIL)
    run = twin(
        *(str(tmp_path / "n.xml"), "--end", "4", "--points", "3", "--json"),
        *("--engine", engine),
    )

    assert run.returncode == 1
    assert "not finite" in json.loads(run.stdout)["error"]["message"]


@pytest.mark.parametrize(
    ("old", "new"), [('size="2"', 'size="0"'), ('size="2"', 'size="-1"')]
)
def test_a_volume_of_the_file_is_above_nothing_or_set_so(tmp_path, old, new):
    (tmp_path / "v.xml").write_text(HEAD.replace(old, new, 1) + DECAY + TAIL)
    asked = (str(tmp_path / "v.xml"), "--end", "1", "--points", "2")

    refused, set_right = twin(*asked), twin(*asked, "--set", "C=2")

    assert refused.returncode == 2
    assert "compartment C: size" in refused.stderr
    assert set_right.returncode == 0, set_right.stderr


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_model_that_contradicts_itself_is_refused_for_both_engines(tmp_path, engine):
    (tmp_path / "z.xml").write_text(HEAD + DECAY.replace('"A"', '"Z"') + TAIL)
    run = twin(
        *(str(tmp_path / "z.xml"), "--end", "1", "--points", "2", "--engine", engine)
    )

    assert run.returncode == 2
    assert "model m is not valid: reaction r names species 'Z'" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_submodels_run_as_one():
    compiled, reference = (
        rows_of(
            twin(
                *(str(TUBE), "--end", "30", "--points", "7", "--engine", engine),
                *("--tolerance", "1e-9"),
            ).stdout
        )[1]
        for engine in ("compiled", "reference")
    )

    size = np.abs(reference).max(axis=0)
    assert (np.abs(compiled - reference) <= 1e-6 * size).all()


def test_what_is_not_supported_is_named_with_a_status_of_its_own(tmp_path):
    (tmp_path / "a.xml").write_text(HEAD + ALGEBRAIC + TAIL)
    run = twin(str(tmp_path / "a.xml"), "--end", "1", "--points", "2")

    assert run.returncode == 3
    assert run.stdout == ""
    assert "model m uses algebraic rule" in run.stderr
    assert "pass the reference engine instead" in run.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--end", "0", "--points", "3"), "--end 0.0: give a finite time above 0"),
        (("--end", "1", "--points", "1"), "--points 1: give 2 to"),
        (("--end", "1", "--points", "3", "--set", "k"), "--set k: write ID=NUMBER"),
        (("--end", "1", "--points", "3", "--set", "k=nan"), "k=nan: write ID=NUMBER"),
        (("--end", "1", "--points", "3", "--set", "z=1"), "z is no constant of m"),
        (
            ("--end", "1", "--points", "3", "--set", "k=1", "--set", "k=2"),
            "--set k=2: k is already set to 1; give it once",
        ),
        (("--end", "1", "--points", "3", "--set", "C=0"), "C: size 0 makes no"),
        (("--end", "1", "--points", "3", "--set", "C=-2"), "C: size -2 makes no"),
        (
            ("--end", "1", "--points", "3", "--amounts", "--concentrations"),
            "exclude each other",
        ),
    ],
)
def test_a_slip_is_told_in_one_line(decay, options, said):
    run = twin(decay, *options)

    assert run.returncode == 2
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_the_model_is_not_overwritten_by_its_course(decay):
    before = Path(decay).read_text()

    run = twin(decay, "--end", "1", "--points", "3", "--out", decay)

    assert run.returncode == 2
    assert "that is the model; name another file" in run.stderr
    assert Path(decay).read_text() == before


@pytest.mark.parametrize("content", [None, "", "not XML"])
def test_a_file_that_is_no_model_is_named(tmp_path, content):
    file = tmp_path / "some.xml"
    if content is not None:
        file.write_text(content)

    run = twin(str(file), "--end", "1", "--points", "3")

    assert run.returncode == 2
    assert str(file) in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_the_tolerance_that_was_used_is_named(decay):
    run = twin(decay, "--end", "1", "--points", "3", "--tolerance", "1e-3", "--json")
    given = json.loads(run.stdout)

    assert given["tolerance"] == 1e-3
    assert "Rodas5P double 0.001" in given["engine"]
