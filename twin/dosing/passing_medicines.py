"""Whether one maintenance dose serves while other medicines come and go.

The dose is for the time when the drug has come to rest.  Where a medicine passes
before, or comes later, the same dose may meanwhile bleed; then no dose is proposed, and
both that it lies between are named.
"""

from dataclasses import replace

import numpy as np

from twin.dosing.closed_form import Parameters, SteadyChain
from twin.engine.simulate import Engine
from twin.individualise import Individual, individualise
from twin.interactions.effect import left_of
from twin.interactions.exposure import acts
from twin.library import Library
from twin.lifecycle import Twin, predict
from twin.units import HOURS_PER_DAY
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.regimen import daily

LOOKED_AT_DAYS = 60
"""How long a proposal's course is followed where nobody asks for more."""


def chain_of(individual: Individual, library: Library) -> SteadyChain:
    """An individual at rest on one dose a day, in algebra."""
    return chain_with(individual.parameters, library)


def chain_with(own: Parameters, library: Library) -> SteadyChain:
    """The same of parameters by SBML id, numbers or float64[draw]."""
    parameters = {**library.spec.constants, **own}
    amounts = library.spec.administration(library.substance).amount_per_mg
    by_drug = {species.split("__")[0]: amount for species, amount in amounts.items()}
    return SteadyChain(parameters, by_drug, library.surrogate, interval_h=HOURS_PER_DAY)


def why_no_one_dose(
    twin: Twin, dose_mg_per_day: float, *, target_inr: float, engine: Engine
) -> str | None:
    """What the dose would do while medicines come and go, where that is dangerous.

    Args:
        twin: from `twin.lifecycle.build`.
        dose_mg_per_day: the maintenance dose for when the drug has come to rest.
        target_inr: middle of the range.
        engine: what integrates the full model.

    Returns: None where no medicine comes or goes, or the INR stays below the limit.
    """
    comes_or_goes = passing(twin)
    if not comes_or_goes:
        return None
    days = np.arange(0.0, LOOKED_AT_DAYS + 1.0)
    inr = predict(
        twin,
        daily(dose_mg_per_day, days=LOOKED_AT_DAYS, substance=twin.library.substance),
        days * HOURS_PER_DAY,
        outputs=("INR",),
        engine=engine,
        as_taken=True,
    ).typical("INR")
    if np.max(inr) <= twin.library.dangerous_inr:
        return None
    highest = min(float(np.max(inr)), twin.library.highest_readable_inr)
    on_board = [replace(m, start_day=None, stop_day=None) for m in comes_or_goes]
    doses = [_dose_with(twin, taken, target_inr) for taken in (on_board, [])]
    names = " and ".join(sorted(m.name for m in comes_or_goes))
    return (
        f"no one dose serves while {names} is started or stopped: "
        f"{dose_mg_per_day:.2g} mg/day would take the INR to {highest:.1f} on day "
        f"{days[np.argmax(inr)]:.0f}. With it at rest the dose would be {doses[0]:.2g} "
        f"mg/day, without it {doses[1]:.2g}; look at the course of a regimen of yours"
    )


def passing(twin: Twin) -> list[CoMedicine]:
    """Medicines that act on the drug and start or stop at a known time."""
    table = twin.library.interactions
    return [
        each
        for name, each in left_of(twin.patient.co_medication, table)
        if each.changes_in_time and acts(name, table)
    ]


def _dose_with(twin: Twin, taken: list[CoMedicine], target_inr: float) -> float:
    """The maintenance dose with some medicines in place of those that pass, mg/day."""
    own = passing(twin)
    others = [each for each in twin.patient.co_medication if each not in own]
    patient = replace(twin.patient, co_medication=(*others, *taken))
    chain = chain_of(individualise(patient, twin.library), twin.library)
    return float(np.squeeze(chain.dose_for(target_inr)))
