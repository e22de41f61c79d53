"""The whole model of one patient, all scales at once: the concurrent solution.

What every claim of this room is measured against, and what a hierarchical solution
falls back to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

import numpy as np
import numpy.typing as npt

from twin.engine.schedule import Schedule, schedule
from twin.engine.simulate import Engine, simulate
from twin.errors import ModelError
from twin.individualise import Individual
from twin.library import Library
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats
from twin.vocabulary.regimen import Regimen

TOLERANCE = 1e-6
"""Relative tolerance of a course that is shown."""

TIGHT = 1e-10
"""Relative tolerance where small differences of large numbers are taken."""


class LinearisingEngine(Engine, Protocol):
    """An engine that also knows how the rates of change depend on the state."""

    def jacobian(
        self,
        spec: ModelSpec,
        parameters: dict[str, float],
        plan: Schedule,
        *,
        tolerance: float,
    ) -> Floats:
        """float64[state, state] of the amounts where `plan` ends, 1/h."""
        ...


def course(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    times_h: npt.ArrayLike,
    *,
    outputs: Iterable[str],
    engine: Engine,
    tolerance: float = TOLERANCE,
    spec: ModelSpec | None = None,
) -> dict[str, Floats]:
    """Output -> float64[time] of the patient's model, or of a part of it.

    Args:
        individual: whose parameters are set.
        library: whose model is run, unless `spec` names a part of it.

    Raises: IntegrationFailed when the engine gives up.
    """
    model = library.spec if spec is None else spec
    named = tuple(dict.fromkeys(outputs))
    prediction = simulate(
        model,
        Ensemble.of(
            {k: v for k, v in individual.parameters.items() if k in model.constants}
        ),
        regimen,
        times_h,
        outputs=named,
        engine=engine,
        tolerance=tolerance,
    )
    return {name: prediction.typical(name) for name in named}


def jacobian(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    at_h: float,
    *,
    engine: LinearisingEngine,
    tolerance: float = TOLERANCE,
) -> Floats:
    """float64[state, state] of the whole model at a time, order of its states, 1/h."""
    plan = schedule(library.spec, regimen, np.array([at_h]))
    return engine.jacobian(
        library.spec, dict(individual.parameters), plan, tolerance=tolerance
    )


def value(individual: Individual, library: Library, parameter: str) -> float:
    """A constant of the patient's model: the patient's own, else the model's."""
    if parameter in individual.parameters:
        return individual.parameters[parameter]
    if parameter not in library.spec.constants:
        raise ModelError(
            f"model {library.spec.identifier} has no constant {parameter!r}; "
            "names are SBML ids"
        )
    return library.spec.constants[parameter]


def altered(individual: Individual, changes: Mapping[str, float]) -> Individual:
    """The same patient with some constants of the model set otherwise."""
    return replace(
        individual,
        parameters=MappingProxyType({**individual.parameters, **changes}),
    )
