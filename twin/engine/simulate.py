"""The one entry point: a model, an ensemble and regimens become a prediction.

The engine that integrates is an argument; this function checks what goes in,
keeps failed draws as NaN and counts them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from twin.engine.courses import Courses
from twin.engine.schedule import Schedule, schedule
from twin.errors import NumericsError
from twin.sbml.infusions import with_inflows
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats, frozen_array
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
    check_question(spec, ensemble.names, outputs, tolerance)
    times = frozen_array(np.atleast_1d(np.asarray(times_h, dtype=np.float64)))
    if isinstance(regimens, Regimen):
        regimens = [regimens] * ensemble.n_draws
    values = np.full((ensemble.n_draws, len(times), len(outputs)), np.nan)
    failures: list[tuple[int, str]] = []
    for part in parts_of(spec, ensemble, regimens, times):
        for found in part.courses(engine, outputs, tolerance):
            values[part.draws[found.first : found.first + len(found.values)]] = (
                found.values
            )
            failures += [(int(part.draws[n]), reason) for n, reason in found.failures]
    failures.sort()
    return Prediction(times, outputs, frozen_array(values), tuple(failures)).trusted(
        most_failed
    )


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Draws that run the same model: into which something drips, or nothing.

    Whether somebody else's regimen infuses changes no bit of a draw's.

    draws  i64[draw], their numbers in the whole ensemble
    """

    spec: ModelSpec
    draws: npt.NDArray[np.int64]
    ensemble: Ensemble
    plans: list[Schedule]

    def courses(
        self, engine: Engine, outputs: tuple[str, ...], tolerance: float | None
    ) -> Iterator[Courses]:
        """Of the draws, in order; see `Engine`."""
        return engine.courses(
            self.spec, self.ensemble, self.plans, outputs, tolerance=tolerance
        )


def parts_of(
    spec: ModelSpec, ensemble: Ensemble, regimens: Sequence[Regimen], times: Floats
) -> list[Part]:
    """An ensemble with a regimen a draw, by what drips.

    Raises: NumericsError unless there is a regimen for each draw.
    """
    if len(regimens) != ensemble.n_draws:
        raise NumericsError(
            f"{len(regimens)} regimens for {ensemble.n_draws} draws; "
            "give one for all, or one a draw"
        )
    return [
        Part(
            each.spec,
            each.places,
            ensemble
            if len(each.places) == ensemble.n_draws
            else ensemble.rows(each.places),
            each.plans,
        )
        for each in plans_of(spec, regimens, times)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Plans:
    """Regimens that run the same model, and what they do to it.

    places  i64[regimen], theirs in the whole list
    plans   one a regimen; one object for those that are one
    """

    spec: ModelSpec
    places: npt.NDArray[np.int64]
    plans: list[Schedule]


def plans_of(
    spec: ModelSpec, regimens: Sequence[Regimen], times: Floats
) -> list[Plans]:
    """Regimens as plans, by what drips."""
    known = {id(regimen): regimen for regimen in regimens}
    ready = {key: ready_for(spec, [each]) for key, each in known.items()}
    plans = {key: schedule(ready[key], each, times) for key, each in known.items()}
    by_model: dict[str, list[int]] = {}
    for place, regimen in enumerate(regimens):
        by_model.setdefault(ready[id(regimen)].sha256, []).append(place)
    return [
        Plans(
            ready[id(regimens[places[0]])],
            np.array(places, np.int64),
            [plans[id(regimens[place])] for place in places],
        )
        for places in by_model.values()
    ]


def ready_for(spec: ModelSpec, regimens: Iterable[Regimen]) -> ModelSpec:
    """The model, with an inflow wherever one of these regimens infuses."""
    infused = {i.substance for regimen in regimens for i in regimen.infusions}
    entered = [spec.administration(name).amount_per_mg for name in sorted(infused)]
    species = [s for amounts in entered for s in amounts]
    return with_inflows(spec, species) if species else spec


def check_question(
    spec: ModelSpec,
    names: tuple[str, ...],
    outputs: tuple[str, ...],
    tolerance: float | None = None,
) -> None:
    """Whether a model has these parameters and outputs.

    Raises: ModelError for a name it lacks, NumericsError for one it computes itself,
        or for a tolerance that is none.
    """
    spec.require(names, what="parameter")
    spec.require(outputs, what="output")
    settable = [name for name in names if name not in spec.constants]
    if settable:
        raise NumericsError(
            f"{', '.join(settable)} is computed by model {spec.identifier}; "
            "set the constants it is made of"
        )
    if tolerance is not None and not 0 < tolerance < 1:
        raise NumericsError(
            f"a relative tolerance lies between 0 and 1, not {tolerance}"
        )
