"""The simulation of an exported model, as SED-ML Level 1 Version 4.

One time course, its columns as a report and the INR as a plot; what a simulator needs
to show the figures the twin shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import libsedml

_LEVEL, _VERSION = 1, 4
_CVODE = "KISAO:0000019"
_RELATIVE_TOLERANCE = "KISAO:0000209"
_ABSOLUTE_TOLERANCE = "KISAO:0000211"
_SBML = "urn:sedml:language:sbml.level-3.version-2"
_SBML_CORE = "http://www.sbml.org/sbml/level3/version2/core"
_PARAMETER = ("Parameters", "parameter")
_TIME = "urn:sedml:symbol:time"


@dataclass(frozen=True, slots=True)
class TimeCourse:
    """What is simulated: until when, in how many steps, which SBML ids."""

    end_h: float
    n_steps: int
    outputs: Sequence[str]
    species: frozenset[str]
    relative_tolerance: float = 1e-9
    absolute_tolerance: float = 1e-12


def sedml(course: TimeCourse, *, model_file: str, plotted: str) -> str:
    """The SED-ML document that runs `model_file`.

    Args:
        course: what is asked.
        model_file: location of the SBML, beside this document.
        plotted: the output that is drawn over time.
    """
    document = libsedml.SedDocument(_LEVEL, _VERSION)
    document.getNamespaces().add(_SBML_CORE, "sbml")
    model = document.createModel()
    model.setId("model")
    model.setSource(model_file)
    model.setLanguage(_SBML)
    _simulation(document, course)
    task = document.createTask()
    task.setId("task")
    task.setModelReference("model")
    task.setSimulationReference("simulation")
    _generator(document, "time", symbol=_TIME)
    for name in course.outputs:
        many, one = ("Species", "species") if name in course.species else _PARAMETER
        place = f"sbml:listOf{many}/sbml:{one}[@id='{name}']"
        target = f"/sbml:sbml/sbml:model/{place}"
        _generator(document, name, target=target)
    _report(document, ("time", *course.outputs))
    _plot(document, plotted)
    return str(libsedml.writeSedMLToString(document))


def _simulation(document: Any, course: TimeCourse) -> None:
    simulation = document.createUniformTimeCourse()
    simulation.setId("simulation")
    simulation.setInitialTime(0.0)
    simulation.setOutputStartTime(0.0)
    simulation.setOutputEndTime(course.end_h)
    simulation.setNumberOfSteps(course.n_steps)
    algorithm = simulation.createAlgorithm()
    algorithm.setKisaoID(_CVODE)
    for kisao, value in (
        (_RELATIVE_TOLERANCE, course.relative_tolerance),
        (_ABSOLUTE_TOLERANCE, course.absolute_tolerance),
    ):
        parameter = algorithm.createAlgorithmParameter()
        parameter.setKisaoID(kisao)
        parameter.setValue(f"{value:g}")


def _generator(
    document: Any, name: str, *, symbol: str | None = None, target: str | None = None
) -> None:
    generator = document.createDataGenerator()
    generator.setId(f"dg_{name}")
    generator.setName(name)
    variable = generator.createVariable()
    variable.setId(f"v_{name}")
    variable.setTaskReference("task")
    if symbol is not None:
        variable.setSymbol(symbol)
    if target is not None:
        variable.setTarget(target)
    generator.setMath(libsedml.parseFormula(f"v_{name}"))


def _report(document: Any, names: Sequence[str]) -> None:
    report = document.createReport()
    report.setId("report")
    report.setName("time course")
    for name in names:
        data = report.createDataSet()
        data.setId(f"ds_{name}")
        data.setLabel(name)
        data.setDataReference(f"dg_{name}")


def _plot(document: Any, name: str) -> None:
    plot = document.createPlot2D()
    plot.setId("plot")
    plot.setName(name)
    curve = plot.createCurve()
    curve.setId("curve")
    curve.setName(name)
    curve.setXDataReference("dg_time")
    curve.setYDataReference(f"dg_{name}")
    curve.setLogX(False)
    curve.setLogY(False)
