"""Every SBML parameter of one body, under whatever other medicines do to it.

What a body is was decided in `individualise`; here its numbers become the model's,
once for medicines at rest, and day by day where they come and go.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from twin.genetics.possibilities import GeneFunction
from twin.interactions.effect import Effect, effects_over
from twin.interactions.exposure import days_to_rest
from twin.kinetics import EnzymeRates, r_warfarin_rates, s_warfarin_rates
from twin.library import Library
from twin.model_parameters import (
    ENANTIOMERS,
    clotting_scale_parameters,
    enzyme_scale_parameters,
    organ_scale_parameters,
)
from twin.physiology.anatomy import Anatomy
from twin.physiology.distribution import unbound_fraction
from twin.physiology.organ_function import Kidney, Liver
from twin.units import HOURS_PER_DAY
from twin.vocabulary.patient import Patient
from twin.vocabulary.regimen import Change


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """All of a patient that other medicines do not change."""

    patient: Patient
    genes: Mapping[str, GeneFunction]
    anatomy: Anatomy
    kidney: Kidney
    liver: Liver
    working_kg: float
    albumin_g_per_l: float
    fed: bool


def changes_over(
    body: Body, library: Library, *, days: int
) -> tuple[dict[str, float], tuple[Change, ...]]:
    """Parameters at the first dose, and their changes as medicines come and go.

    One value a day, at its middle, until the last medicine has come to rest.

    Args:
        body: of an individual.
        library: of the drug.
        days: how long the course is.

    Returns: parameters of day 0 with the cycle at rest there, and the changes from
    the second day on; no change where no medicine starts or stops.
    """
    medicines = body.patient.co_medication
    if not any(medicine.changes_in_time for medicine in medicines):
        (effect,) = effects_over(
            medicines, interactions=library.interactions, days=[0.0]
        )
        return parameters_under(body, effect, library), ()
    rest = min(days, math.ceil(days_to_rest(medicines, library.interactions)))
    at = [0.0, *(day + _MIDDAY for day in range(rest + 1))]
    effects = effects_over(medicines, interactions=library.interactions, days=at)
    start, *daily = (parameters_under(body, effect, library) for effect in effects)
    now = dict(start)
    changes = []
    for day, values in enumerate(daily):
        for name, value in values.items():
            if name in _INITIAL_VALUES or math.isclose(
                value, now[name], rel_tol=_SMALLEST_CHANGE
            ):
                continue
            now[name] = value
            changes.append(Change(day * HOURS_PER_DAY, name, value))
    return start, tuple(changes)


_MIDDAY = 0.5
_SMALLEST_CHANGE = 1e-3
_INITIAL_VALUES = frozenset({"VK__K_start", "KH2_start", "VK__KO_start"})


def parameters_under(body: Body, effect: Effect, library: Library) -> dict[str, float]:
    rates = enzyme_rates(
        body.genes, effect, body.kidney, body.liver, body.working_kg, library
    )
    return parameters_of(
        body, effect, rates, bound_fractions(body, effect, library), library
    )


def bound_fractions(body: Body, effect: Effect, library: Library) -> dict[str, float]:
    """Unbound fraction of each enantiomer, with what other medicines displace."""
    number = library.drug.number
    displaced = effect.factors["protein_binding"]
    return {
        drug: min(
            displaced
            * unbound_fraction(
                number(drug, "unbound_fraction", unit="1"),
                albumin_g_per_l=body.albumin_g_per_l,
                reference_albumin_g_per_l=number(
                    "warfarin", "reference_albumin", unit="g/L"
                ),
            ),
            1.0,
        )
        for drug in ENANTIOMERS
    }


def parameters_of(
    body: Body,
    effect: Effect,
    rates: Mapping[str, EnzymeRates],
    bound: Mapping[str, float],
    library: Library,
) -> dict[str, float]:
    parameters = dict(library.fitted_constants)
    for drug in ENANTIOMERS:
        parameters |= organ_scale_parameters(drug, bound[drug], body.anatomy, library)
        parameters |= enzyme_scale_parameters(
            drug, rates[drug], bound[drug], body.kidney, library, fed=body.fed
        )
    return parameters | clotting_scale_parameters(
        body.patient,
        body.genes,
        body.anatomy,
        body.liver,
        parameters,
        library,
        factors=effect.factors,
    )


def enzyme_rates(
    genes: Mapping[str, GeneFunction],
    effect: Effect,
    kidney: Kidney,
    liver: Liver,
    working_kg: float,
    library: Library,
) -> dict[str, EnzymeRates]:
    """What each enantiomer meets in a liver of `working_kg` functional mass.

    Proportional to that mass; genes, medicines and organ disease multiply.
    """
    number = library.drug.number
    kidney_factor = kidney.intrinsic_clearance_factor
    enzymes = liver.effects.enzyme_activity
    grams = working_kg * 1000.0
    cyp2c9 = enzymes["CYP2C9"] * genes["rs12777823"].mean_activity
    return {
        "S": s_warfarin_rates(
            genes["CYP2C9"].typical,
            functional_liver_mass_g=grams,
            kinetics=library.kinetics,
            effect=effect,
            abundance=cyp2c9 * kidney_factor,
            other_routes=enzymes["CYP3A4"] * kidney_factor,
        ),
        "R": r_warfarin_rates(
            functional_liver_mass_g=grams * kidney_factor,
            kinetics=library.kinetics,
            reference_unbound_fraction=number("R", "unbound_fraction", unit="1"),
            effect=effect,
            abundance=enzymes,
        ),
    }
