"""The same course three times: libroadrunner, COPASI and the compiled engine.

Species are as the model means them: amounts where they have only substance units or
their compartment no extent, else concentrations.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import basico
import COPASI
import libsbml
import numpy as np
import roadrunner

from tests.crosscheck.constructs.case import Case
from twin.engine.compiled import CompiledEngine
from twin.engine.simulate import simulate
from twin.sbml.any_model import any_model
from twin.vocabulary.ensemble import Ensemble, Floats
from twin.vocabulary.regimen import Regimen

Courses = Mapping[str, Floats]


@dataclass(frozen=True)
class Watched:
    """Names of what may change."""

    amounts: tuple[str, ...]
    concentrations: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return self.amounts + self.concentrations + self.others


def _flat(text: str) -> libsbml.SBMLDocument:
    """The document, its submodels taken in by libsbml."""
    document = libsbml.readSBMLFromString(text)
    if document.getPlugin("comp") is not None:
        flat = libsbml.ConversionProperties()
        flat.addOption("flatten comp", True)
        assert document.convert(flat) == libsbml.LIBSBML_OPERATION_SUCCESS
    return document


def watched(text: str) -> Watched:
    model = _flat(text).getModel()
    points = {
        c.getId()
        for c in model.getListOfCompartments()
        if c.getSpatialDimensionsAsDouble() == 0
    }
    amounts: list[str] = []
    concentrations: list[str] = []
    for species in model.getListOfSpecies():
        amount = species.getHasOnlySubstanceUnits()
        amount = amount or species.getCompartment() in points
        (amounts if amount else concentrations).append(species.getId())
    others = [*model.getListOfParameters(), *model.getListOfCompartments()]
    return Watched(
        tuple(amounts),
        tuple(concentrations),
        tuple(o.getId() for o in others if not o.getConstant()),
    )


def times_of(case: Case) -> Floats:
    return np.linspace(0.0, case.end, case.points)


def in_roadrunner(case: Case) -> Courses:
    """Flattened beforehand: this build of libroadrunner reads past submodels."""
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    text = case.text
    if "listOfSubmodels" in text:
        text = libsbml.writeSBMLToString(_flat(text))
    runner = roadrunner.RoadRunner(text)
    runner.integrator.relative_tolerance = 1e-10
    runner.integrator.absolute_tolerance = 1e-14
    runner.integrator.maximum_num_steps = 1_000_000
    seen = watched(case.text)
    runner.timeCourseSelections = [
        *seen.amounts,
        *(f"[{name}]" for name in seen.concentrations),
        *seen.others,
    ]
    table = np.array(runner.simulate(0.0, case.end, case.points))
    return dict(zip(seen.names, table.T, strict=True))


def in_copasi(case: Case) -> Courses:
    seen = watched(case.text)
    loaded = basico.load_model_from_string(case.text)
    assert loaded is not None, "COPASI cannot load it"
    try:
        model = loaded.getModel()
        columns = dict.fromkeys(seen.names, "")
        for species in model.getMetabolites():
            name = species.getSBMLId()
            reference = (
                species.getValueReference()
                if name in seen.amounts
                else species.getConcentrationReference()
            )
            columns[name] = reference.getCN().getString()
        for other in [*model.getModelValues(), *model.getCompartments()]:
            if other.getSBMLId() in seen.others:
                columns[other.getSBMLId()] = (
                    other.getValueReference().getCN().getString()
                )
        table = basico.run_time_course_with_output(
            list(columns.values()),
            values=times_of(case).tolist(),
            start_time=0.0,
            r_tol=1e-11,
            a_tol=1e-14,
            max_steps=1_000_000,
            use_initial_values=True,
            model=loaded,
        )
        assert len(table) == case.points, COPASI.CCopasiMessage.getAllMessageText()
        per_amount = model.getQuantity2NumberFactor()
        found = dict(zip(columns, table.to_numpy(dtype=float).T, strict=True))
        return {
            name: values / per_amount if name in seen.amounts else values
            for name, values in found.items()
        }
    finally:
        basico.remove_datamodel(loaded)


REFEREES = {"roadrunner": in_roadrunner, "copasi": in_copasi}


def compiled(case: Case, engine: CompiledEngine) -> Courses:
    """Our own answer; all that may change is asked for at once."""
    seen = watched(case.text)
    found = simulate(
        any_model(case.text).spec,
        Ensemble.of({}),
        Regimen(),
        times_of(case),
        outputs=seen.names,
        engine=engine,
    )
    return {name: found.typical(name) for name in seen.names}


def difference(ours: Floats, theirs: Floats) -> float:
    """Largest, in parts of the largest value they show."""
    if not np.array_equal(np.isfinite(ours), np.isfinite(theirs)):
        return np.inf
    finite = np.isfinite(theirs)
    if not finite.any():
        return 0.0
    scale = max(float(np.max(np.abs(theirs[finite]))), 1e-9)
    return float(np.max(np.abs(ours[finite] - theirs[finite]))) / scale
