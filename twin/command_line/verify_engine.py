"""`twin verify engine`: the compiled engine against libroadrunner, model by model."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import libsbml
import numpy as np
import typer

from twin.command_line.files import read_text
from twin.command_line.lsoda import LsodaReferee
from twin.command_line.output import Json, done, hold, progress, say, table
from twin.command_line.record import markdown_table, record_text, write_record
from twin.credibility.engine_agreement import (
    LARGEST_DIFFERENCE,
    Agreement,
    Trial,
    agreement,
    draws,
)
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import STRICT
from twin.engine.reference import ReferenceEngine
from twin.engine.simulate import Engine
from twin.forms.model_form import load_form
from twin.library import load_library
from twin.model_files import form_names, models_folder
from twin.reproducibility import stream
from twin.sbml.any_model import any_model
from twin.sbml.model_spec import ModelSpec
from twin.units import HOURS_PER_DAY
from twin.vocabulary.regimen import Regimen, daily

_SEED = 20261123
_OURS, _THEIRS = 1e-10, 1e-11
_COLUMNS = (
    "model",
    "to",
    "referee",
    "draws",
    "worst",
    "state",
    "typical",
    "referee fails",
    "engine fails",
)


@dataclass(frozen=True, slots=True)
class _Model:
    """A file, how far it is run (in its own time), and who is the referee."""

    file: str
    end: float
    by_lsoda: bool = False


# The clotting tests end when all is over; the reference models with what they are
# about: a test tube of seconds (the published ones count hours), a therapy of days.
OWN = (
    _Model("clotting/prothrombin_time_test.xml", 120.0),
    _Model("clotting/prothrombin_time_test_comp.xml", 120.0),
    _Model("clotting/activated_partial_thromboplastin_time_test.xml", 240.0),
    _Model("clotting/activated_partial_thromboplastin_time_test_comp.xml", 240.0),
    _Model("clotting/thrombin_generation_test.xml", 600.0),
    _Model("clotting/thrombin_generation_test_comp.xml", 600.0),
    _Model("warfarin/model.xml", 60 * HOURS_PER_DAY),
    _Model("warfarin/model_comp.xml", 60 * HOURS_PER_DAY),
    *(_Model(f"forms/{n}/{n}.xml", 60 * HOURS_PER_DAY) for n in form_names()),
)
_PUBLISHED = (
    _Model("BIOMD0000000335.xml", 1200.0),
    _Model("BIOMD0000000338.xml", 0.05),
    _Model("BIOMD0000000339.xml", 0.02),
    _Model("BIOMD0000000340.xml", 30 * HOURS_PER_DAY, by_lsoda=True),
    _Model(
        "MODEL1807180004__hartmann2016-blood-coagulation-model-for-simulating-"
        "anticoagulants.xml",
        10 * HOURS_PER_DAY,
    ),
)
_POINTS = 41
_DOSE_MG = 5.0


def engine(
    published: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Reference models to add, e.g. $TWIN_DATA/..."
        ),
    ] = None,
    draws_a_model: Annotated[
        int, typer.Option("--draws", help="Random draws of the constants.")
    ] = 100,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write the record into this folder."),
    ] = None,
    _json: Json = False,
) -> None:
    """Run every model on random draws by the compiled engine and by a referee.

    Exit status 1 when a state differs by more than 1e-6 of its largest value.
    """
    files = [(models_folder(), model) for model in OWN]
    if published is not None:
        files += [(published, model) for model in _PUBLISHED]
    compiled = CompiledEngine(replace(STRICT, tolerance=_OURS))
    referees: dict[bool, Engine] = {False: ReferenceEngine(), True: LsodaReferee()}
    rows: list[tuple[_Model, str, Agreement]] = []
    for folder, model in files:
        with progress(f"{model.file[:40]}: {draws_a_model} draws"):
            trial = trial_of(folder, model)
            ensemble = draws(
                trial.spec, trial.moved, draws_a_model, stream(_SEED, model.file)
            )
            referee = referees[model.by_lsoda]
            found = agreement(
                trial,
                ensemble,
                engine=compiled,
                referee=referee,
                engine_tolerance=_OURS,
                referee_tolerance=_THEIRS,
            )
            rows.append((model, referee.name, found))
    cells = [_cells(*row) for row in rows]
    shown = table(*_COLUMNS)
    for row in cells:
        shown.add_row(*row)
    say(shown)
    if out is not None:
        text = record_text(
            "The compiled engine against its referees",
            [*_explained(draws_a_model, compiled.name), *_listed(rows, cells)],
            command="twin verify engine",
            library=load_library(),
            seed=_SEED,
        )
        say(f"written to {write_record(out, 'engine.md', text)}")
    done({"largest_difference": LARGEST_DIFFERENCE, "models": [r for _, _, r in rows]})
    hold([found.name for _, _, found in rows if not found.holds])


def trial_of(folder: Path, model: _Model) -> Trial:
    """What is run of a model: its species, its constant parameters, its doses."""
    found = any_model(_with_every_value(read_text(folder / model.file)))
    spec, regimen = found.spec, Regimen()
    taken = _taken(model)
    if taken is not None:
        spec = any_model(spec.text, administrations=taken.administrations).spec
        days = round(model.end / HOURS_PER_DAY)
        (substance,) = {load_library().substance} & set(taken.administrations)
        regimen = daily(_DOSE_MG, days=days, substance=substance)
    document = libsbml.readSBMLFromString(spec.text).getModel()
    constants = [
        p.getId()
        for p in document.getListOfParameters()
        if p.getId() in spec.constants and p.getConstant()
    ]
    return Trial(
        model.file,
        spec,
        found.species,
        tuple(constants),
        regimen,
        np.linspace(0.0, model.end, _POINTS),
    )


def _taken(model: _Model) -> ModelSpec | None:
    """The model as its library has it, with where doses enter; None without any."""
    if model.file.startswith("warfarin/"):
        return load_library().spec
    if model.file.startswith("forms/"):
        return load_form(Path(model.file).stem).spec
    return None


def _with_every_value(text: str) -> str:
    """BIOMD0000000338 leaves out the time an event will write: 0, as its siblings."""
    document = libsbml.readSBMLFromString(text)
    for parameter in document.getModel().getListOfParameters():
        ruled = document.getModel().getRule(parameter.getId()) is not None
        if not (parameter.isSetValue() or ruled or parameter.getConstant()):
            started = document.getModel().getInitialAssignment(parameter.getId())
            if started is None:
                parameter.setValue(0.0)
    return str(libsbml.writeSBMLToString(document))


def _cells(model: _Model, referee: str, found: Agreement) -> tuple[str, ...]:
    return (
        found.name[:60],
        f"{model.end:g}",
        referee.removeprefix("lib"),
        str(found.n_draws),
        f"{found.worst:.1e}",
        found.state,
        f"{found.typical:.1e}",
        str(len(found.referee_failed)),
        str(len(found.engine_failed)),
    )


def _explained(n: int, name: str) -> list[str]:
    return [
        f"{n} draws a model: every constant parameter at once by its own log-normal",
        "factor of 10 % (shares by their odds; the first draw is the model as it",
        "stands).  Each state at",
        f"{_POINTS} times, its largest difference scaled by its largest value in that",
        "draw; pools below 1e-12 of the model's largest are noise of both.  Relative",
        f"tolerances: ours {_OURS:g} ({name}), referee {_THEIRS:g}.  Times are in each",
        "model's own unit.",
        "",
    ]


def _listed(
    rows: list[tuple[_Model, str, Agreement]], cells: list[tuple[str, ...]]
) -> list[str]:
    lines = markdown_table(_COLUMNS, cells)
    for _, referee, found in rows:
        for who, failed in (
            (referee, found.referee_failed),
            ("the compiled engine", found.engine_failed),
        ):
            if failed:
                numbers = ", ".join(str(draw) for draw, _ in failed)
                _, first = failed[0]
                said = f"{found.name}: {who} gave up on draws {numbers}; of the first"
                lines += ["", f"{said} it says: {first}."]
    return lines
