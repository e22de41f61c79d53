"""The one entry point: a model, an ensemble and regimens become a prediction.

The engine that integrates is an argument; this function checks what goes in,
keeps failed draws as NaN and counts them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from twin.engine.courses import Courses
from twin.engine.schedule import Schedule, schedule
from twin.errors import NumericsError
from twin.sbml.infusions import with_inflows
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, frozen_array
from twin.vocabulary.prediction import LARGEST_FAILED_FRACTION, Prediction
from twin.vocabulary.regimen import Regimen


class Engine(Protocol):
    """What can integrate the draws of an ensemble."""

    @property
    def name(self) -> str:
        """Name, version and what else a result depends on, for provenance."""
        ...

    def courses(
        self,
        spec: ModelSpec,
        ensemble: Ensemble,
        plans: Sequence[Schedule],
        outputs: tuple[str, ...],
        *,
        tolerance: float | None,
    ) -> Iterator[Courses]:
        """Courses of consecutive draws, from the first to the last.

        plans      one a draw, all with the same output times
        tolerance  relative, of a step; None for the engine's own
        """
        ...


def simulate(
    spec: ModelSpec,
    ensemble: Ensemble,
    regimens: Regimen | Sequence[Regimen],
    times_h: npt.ArrayLike,
    *,
    outputs: tuple[str, ...],
    engine: Engine,
    tolerance: float | None = None,
    most_failed: float = LARGEST_FAILED_FRACTION,
) -> Prediction:
    """Integrate every draw and read `outputs` at `times_h`.

    Args:
        spec: the model.
        ensemble: parameters that differ from the model's own, [draw, parameter].
        regimens: one for all draws, or one a draw.
        times_h: float64[time], strictly increasing, h.  At the time of a dose the
            output is the one just after it.
        outputs: SBML ids of states (as concentrations where the model means them so)
            or computed quantities.
        engine: what integrates: `twin.engine.compiled`, or the referee,
            `twin.engine.reference`.
        tolerance: relative, of a step; left out, the engine's own.
        most_failed: the largest part of the draws that may fail; 1 to look at failures.

    Returns: float64[draw, time, output]; a failed draw is NaN and named.

    Raises: IntegrationFailed when a larger part fails; ModelError and NumericsError for
        what cannot be asked.
    """
    check_question(spec, ensemble, outputs)
    several = [regimens] if isinstance(regimens, Regimen) else regimens
    spec = ready_for(spec, several)
    if tolerance is not None and not 0 < tolerance < 1:
        raise NumericsError(
            f"a relative tolerance lies between 0 and 1, not {tolerance}"
        )
    times = frozen_array(np.atleast_1d(np.asarray(times_h, dtype=np.float64)))
    if isinstance(regimens, Regimen):
        plans = [schedule(spec, regimens, times)] * ensemble.n_draws
    else:
        known = {id(regimen): regimen for regimen in regimens}
        planned = {key: schedule(spec, each, times) for key, each in known.items()}
        plans = [planned[id(regimen)] for regimen in regimens]
    if len(plans) != ensemble.n_draws:
        raise NumericsError(
            f"{len(plans)} regimens for {ensemble.n_draws} draws; "
            "give one for all, or one a draw"
        )
    values = np.full((ensemble.n_draws, len(times), len(outputs)), np.nan)
    failures: list[tuple[int, str]] = []
    for part in engine.courses(spec, ensemble, plans, outputs, tolerance=tolerance):
        values[part.first : part.first + len(part.values)] = part.values
        failures += part.failures
    found = Prediction(times, outputs, frozen_array(values), tuple(failures))
    return found.trusted(most_failed)


def ready_for(spec: ModelSpec, regimens: Iterable[Regimen]) -> ModelSpec:
    """The model, with an inflow wherever one of these regimens infuses."""
    infused = {i.substance for regimen in regimens for i in regimen.infusions}
    entered = [spec.administration(name).amount_per_mg for name in sorted(infused)]
    species = [s for amounts in entered for s in amounts]
    return with_inflows(spec, species) if species else spec


def check_question(
    spec: ModelSpec, ensemble: Ensemble, outputs: tuple[str, ...]
) -> None:
    """Whether a model has these parameters and outputs.

    Raises: ModelError for a name it lacks, NumericsError for one it computes itself.
    """
    spec.require(ensemble.names, what="parameter")
    spec.require(outputs, what="output")
    settable = [name for name in ensemble.names if name not in spec.constants]
    if settable:
        raise NumericsError(
            f"{', '.join(settable)} is computed by model {spec.identifier}; "
            "set the constants it is made of"
        )
