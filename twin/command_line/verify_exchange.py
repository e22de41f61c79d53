"""`twin verify exchange`: the exported archive in simulators that are not ours."""

import json
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from twin.command_line.asked import Asked, asked
from twin.command_line.model_export import write_export
from twin.command_line.output import Json, done, hold, progress, say, table
from twin.command_line.record import markdown_table, record_text, write_record
from twin.errors import InputError
from twin.library import load_library
from twin.lifecycle import predict
from twin.vocabulary.ensemble import Floats

_TOLERANCE = 1e-4
_DAYS = 60
_EVERY_H = 6.0
_CASES = {
    "*1/*1 G/G, 5 mg": ("fda_1-1_GG.yaml", "5 mg"),
    "amiodarone, *1/*3, 3 mg": ("hard_amiodarone.yaml", "3 mg"),
    "Child-Pugh B, 2 mg": ("hard_cirrhosis.yaml", "2 mg"),
    "amiodarone and fluconazole come and go, 4 mg": (
        "medicines_over_time.yaml",
        "4 mg",
    ),
    "paracetamol, doxycycline and vitamin K come and go, 4 mg": (
        "antibiotic_and_vitamin_k.yaml",
        "4 mg",
    ),
}
_COLUMNS = ("patient", "simulator", "largest difference of INR", "INR on the last day")

# Run by another interpreter, which has tellurium; it prints the INR it plotted.
_TELLURIUM = """
import json, sys, tempfile, zipfile
import matplotlib; matplotlib.use("Agg")
import tellurium as te
from tellurium.sedml.tesedml import executeCombineArchive
te.setDefaultPlottingEngine("matplotlib")
folder = tempfile.mkdtemp()
zipfile.ZipFile(sys.argv[1]).extractall(folder)
found = executeCombineArchive(sys.argv[1], workingDir=folder, createOutputs=False)
(result,) = found.values()
inr = result["dataGenerators"]["dg_INR"][:, 0]
print("INR:" + json.dumps([te.__version__, [float(x) for x in inr]]))
"""


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """One patient's archive in one simulator."""

    patient: str
    simulator: str
    largest_difference: float
    last_inr: float


def exchange(
    examples: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the example patients are.")
    ] = Path("examples"),
    tellurium: Annotated[
        Path | None,
        typer.Option(metavar="PYTHON", help="An interpreter that has tellurium."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write the record into this folder."),
    ] = None,
    _json: Json = False,
) -> None:
    """Run exported archives in COPASI and tellurium; the INR must be ours.

    Exit status 1 when one differs by more than 1e-4.
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (file, dose) in _CASES.items():
            with progress(f"exporting and running: {name}"):
                rows += _case(name, examples / file, dose, Path(folder), tellurium)
    shown = table(*_COLUMNS)
    for row in rows:
        shown.add_row(*_cells(row))
    say(shown)
    if tellurium is None:
        say("tellurium was not asked: name its interpreter with --tellurium")
    if out is not None:
        body = [
            f"`twin model export` for {_DAYS} days, the archive unpacked and run from",
            f"its SED-ML, against the twin's own course; asked: {_TOLERANCE:g}.",
            "",
            *markdown_table(_COLUMNS, map(_cells, rows)),
        ]
        text = record_text(
            "Models for other simulators",
            body,
            command="twin verify exchange",
            library=load_library(),
            seed=None,
        )
        say(f"written to {write_record(out, 'exchange.md', text)}")
    done({"tolerance": _TOLERANCE, "rows": rows})
    hold(
        [
            f"{row.patient} in {row.simulator}"
            for row in rows
            if not row.largest_difference <= _TOLERANCE
        ]
    )


def _case(
    name: str, patient: Path, dose: str, folder: Path, tellurium: Path | None
) -> list[ExchangeRow]:
    archive = folder / "patient.omex"
    this = asked(patient, daily_dose=dose, days=_DAYS)
    write_export(this, archive, every_h=_EVERY_H)
    ours = _ours(this)
    theirs = [_in_copasi(archive, folder)]
    if tellurium is not None:
        theirs.append(_in_tellurium(archive, tellurium))
    return [
        ExchangeRow(name, simulator, float(np.max(np.abs(inr - ours))), float(inr[-1]))
        for simulator, inr in theirs
    ]


def _cells(row: ExchangeRow) -> tuple[str, ...]:
    return (
        row.patient,
        row.simulator,
        f"{row.largest_difference:.1e}",
        f"{row.last_inr:.4f}",
    )


def _ours(this: Asked) -> Floats:
    assert this.question.regimen is not None
    times = np.arange(0.0, _DAYS * 24.0 + _EVERY_H / 2, _EVERY_H)
    return predict(
        this.twin,
        this.question.regimen,
        times,
        outputs=("INR",),
        engine=this.engine,
        tolerance=1e-9,
        as_taken=True,
    ).typical("INR")


def _in_copasi(archive: Path, folder: Path) -> tuple[str, Floats]:
    try:
        import basico  # noqa: PLC0415 - a tool for developers
        import COPASI  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            "COPASI is not installed: pip install copasi-basico"
        ) from error
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    data = COPASI.CRootContainer.addDatamodel()
    if not data.importSEDML(str(folder / "simulation.sedml")):
        raise InputError(f"COPASI cannot read {archive}")
    problem = data.getTask("Time-Course").getProblem()
    course = basico.run_time_course_with_output(
        ["Time", "Values[INR]"],
        start_time=0.0,
        duration=problem.getDuration(),
        intervals=problem.getStepNumber(),
        model=data,
    )
    version = COPASI.CVersion.VERSION.getVersion()
    return f"COPASI {version}", course["Values[INR]"].to_numpy()


def _in_tellurium(archive: Path, python: Path) -> tuple[str, Floats]:
    ran = subprocess.run(  # noqa: S603 - the interpreter the user named
        [str(python), "-c", _TELLURIUM, str(archive)],
        capture_output=True,
        text=True,
        check=False,
    )
    for line in ran.stdout.splitlines():
        if line.startswith("INR:"):
            version, inr = json.loads(line.removeprefix("INR:"))
            return f"tellurium {version}", np.array(inr)
    raise InputError(f"{python}: tellurium did not run: {ran.stderr[-300:].strip()}")
