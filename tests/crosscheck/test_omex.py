"""The archive that `twin model export` writes, run by a simulator that is not ours."""

import zipfile
from pathlib import Path

import basico
import COPASI
import pytest
from typer.testing import CliRunner

from tests.people import engine, library
from twin.command_line.asked import asked
from twin.command_line.model import app
from twin.lifecycle import predict

PATIENT = Path(__file__).parents[2] / "examples" / "hard_amiodarone.yaml"
DAYS = 30


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    """The archive of one example, as the command writes it."""
    path = tmp_path_factory.mktemp("omex") / "patient.omex"
    made = CliRunner().invoke(
        app,
        [
            *("export", str(PATIENT), "--out", str(path)),
            *("--daily-dose", "3 mg", "--days", str(DAYS), "--every-h", "6"),
        ],
        catch_exceptions=False,
    )
    assert made.exit_code == 0
    return path


def test_it_holds_what_an_archive_should(archive):
    with zipfile.ZipFile(archive) as file:
        names = set(file.namelist())
        metadata = file.read("metadata.rdf").decode()
        manifest = file.read("manifest.xml").decode()

    assert {"manifest.xml", "metadata.rdf", "model.xml", "simulation.sedml"} <= names
    assert "The Patient Twin authors" in metadata
    assert library().spec.sha256 in metadata
    assert 'location="simulation.sedml"' in manifest
    assert "amiodarone" not in metadata


def test_copasi_runs_it_to_our_figures(archive, tmp_path):
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path)
    data = COPASI.CRootContainer.addDatamodel()
    assert data.importSEDML(str(tmp_path / "simulation.sedml"))
    problem = data.getTask("Time-Course").getProblem()
    course = basico.run_time_course_with_output(
        ["Time", "Values[INR]"],
        start_time=0.0,
        duration=problem.getDuration(),
        intervals=problem.getStepNumber(),
        model=data,
    )
    times, theirs = course["Time"].to_numpy(), course["Values[INR]"].to_numpy()
    this = asked(PATIENT, daily_dose="3 mg", days=DAYS)
    assert this.question.regimen is not None

    ours = predict(
        this.twin,
        this.question.regimen,
        times,
        outputs=("INR",),
        engine=engine(),
        tolerance=1e-9,
        as_taken=True,
    ).typical("INR")

    assert times[-1] == DAYS * 24
    assert theirs == pytest.approx(ours, abs=1e-4)
    assert ours.max() > 1.5
