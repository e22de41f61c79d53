"""A regimen as arrays: break points in time, and what happens at each."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from twin.errors import ModelError, NumericsError
from twin.sbml.infusions import inflow_of
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.regimen import Dose, Infusion, Regimen


@dataclass(frozen=True, slots=True)
class Break:
    """At `time_h`, first set `parameters`, then add `amounts` to species."""

    time_h: float
    amounts: Mapping[str, float]
    parameters: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """Break points in time order, and the times at which outputs are wanted.

    before    breaks of a period that is repeated until nothing changes; it ends at 0
    period_h  its length, 0 where there is none
    """

    breaks: tuple[Break, ...]
    times_h: Floats
    before: tuple[Break, ...] = ()
    period_h: float = 0.0

    @property
    def end_h(self) -> float:
        """The last time anybody asks about."""
        return float(self.times_h[-1])


def schedule(spec: ModelSpec, regimen: Regimen, times_h: Floats) -> Schedule:
    """What `regimen` does to `spec` up to the last of `times_h`.

    times_h  float64[time], strictly increasing, 0 or later

    Raises: ModelError when the model takes no such substance or parameter.
    """
    times = np.asarray(times_h, dtype=np.float64)
    if times.ndim != 1 or len(times) == 0:
        raise NumericsError("output times must be a list of at least one time")
    if times[0] < 0 or np.any(np.diff(times) <= 0) or not np.all(np.isfinite(times)):
        raise NumericsError("output times must be finite, 0 or later, and increase")
    amounts = _amounts(spec, regimen.doses)
    parameters: dict[float, dict[str, float]] = {}
    for change in regimen.changes:
        if change.parameter not in spec.constants:
            raise ModelError(
                f"model {spec.identifier} has no constant {change.parameter!r}; "
                "only constants can change on a day"
            )
        parameters.setdefault(change.time_h, {})[change.parameter] = change.value
    for time_h, rates in _infusion_rates(spec, regimen.infusions).items():
        parameters.setdefault(time_h, {}).update(rates)
    before = regimen.before
    return Schedule(
        _breaks(amounts, parameters, until_h=float(times[-1])),
        frozen_array(times),
        _breaks(_amounts(spec, before.doses), {}) if before else (),
        before.period_h if before else 0.0,
    )


def _amounts(spec: ModelSpec, doses: Iterable[Dose]) -> dict[float, dict[str, float]]:
    """Time -> species -> amount."""
    amounts: dict[float, dict[str, float]] = {}
    for dose in doses:
        entering = spec.administration(dose.substance).amount_per_mg
        for species, per_mg in entering.items():
            at = amounts.setdefault(dose.time_h, {})
            at[species] = at.get(species, 0.0) + dose.amount_mg * per_mg
    return amounts


def _infusion_rates(
    spec: ModelSpec, infusions: Iterable[Infusion]
) -> dict[float, dict[str, float]]:
    """Time -> inflow -> its rate from then on; infusions at one time add up."""
    steps: dict[str, dict[float, float]] = {}
    for infusion in infusions:
        rate_mg_per_h = infusion.amount_mg / infusion.duration_h
        entering = spec.administration(infusion.substance).amount_per_mg
        for species, per_mg in entering.items():
            step = steps.setdefault(inflow_of(species), {})
            rate = rate_mg_per_h * per_mg
            end_h = infusion.time_h + infusion.duration_h
            step[infusion.time_h] = step.get(infusion.time_h, 0.0) + rate
            step[end_h] = step.get(end_h, 0.0) - rate
    rates: dict[float, dict[str, float]] = {}
    for inflow, step in steps.items():
        total, last = 0.0, max(step)
        for time_h in sorted(step):
            # The last end is exactly nothing, whatever the sums round to.
            total = 0.0 if time_h == last else total + step[time_h]
            rates.setdefault(time_h, {})[inflow] = total
    return rates


def _breaks(
    amounts: Mapping[float, Mapping[str, float]],
    parameters: Mapping[float, Mapping[str, float]],
    *,
    until_h: float = math.inf,
) -> tuple[Break, ...]:
    return tuple(
        Break(t, amounts.get(t, {}), parameters.get(t, {}))
        for t in sorted({*amounts, *parameters})
        if t <= until_h
    )
