"""A patient and the library become the value of every SBML parameter, with reasons.

Walks the scales downwards once: alleles -> enzyme rates -> organs of this body ->
vitamin K cycle and factors.  Typical values only; what varies between people of the
same description is not its business.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twin.genetics.function import gene_function
from twin.genetics.possibilities import GeneFunction
from twin.interactions.effect import (
    CoMedication,
    Effect,
    co_medication,
    days_to_rest,
    effects_over,
)
from twin.kinetics import EnzymeRates, r_warfarin_rates, s_warfarin_rates
from twin.library import Library
from twin.model_parameters import (
    ENANTIOMERS,
    clotting_scale_parameters,
    enzyme_scale_parameters,
    organ_scale_parameters,
)
from twin.physiology.anatomy import Anatomy, anatomy_of
from twin.physiology.distribution import (
    unbound_fraction,
)
from twin.physiology.elimination import functional_liver_share
from twin.physiology.organ_function import Kidney, Liver, assess_kidney, assess_liver
from twin.vocabulary.genotype import GENES
from twin.vocabulary.patient import Patient
from twin.vocabulary.regimen import Change


@dataclass(frozen=True, slots=True, eq=False)
class Individual:
    """One patient, scale by scale, and the model's parameters that follow.

    parameters   SBML id -> value, everything that is not the model's own default
    genes        what each gene does, by name
    rates        what each enantiomer meets in this liver
    reasons      what was assumed or not measured, in sentences
    """

    patient: Patient
    parameters: Mapping[str, float]
    genes: Mapping[str, GeneFunction]
    anatomy: Anatomy
    kidney: Kidney
    liver: Liver
    co_medication: CoMedication
    functional_liver_kg: float
    unbound_fraction: Mapping[str, float]
    albumin_g_per_l: float
    rates: Mapping[str, EnzymeRates]
    reasons: tuple[str, ...]


def individualise(
    patient: Patient,
    library: Library,
    *,
    fed: bool = False,
    day: float | None = None,
) -> Individual:
    """The typical twin of a patient.

    Args:
        patient: covariates; what is None is predicted and said so in `reasons`.
        library: of the drug.
        fed: whether tablets are taken with food (slower absorption).
        day: at which other medicines are looked at; None while they are taken and
            have come to rest.

    Raises: PatientError, GenotypeError for what the tables do not know.
    """
    liver = assess_liver(
        patient.liver_disease,
        albumin_g_per_l=patient.albumin_g_per_l,
        function=library.organ_function,
    )
    kidney = assess_kidney(
        age_years=patient.age_years,
        sex=patient.sex,
        function=library.organ_function,
        egfr=patient.egfr_ml_per_min_per_1_73m2,
        creatinine_mg_per_dl=patient.creatinine_mg_per_dl,
        liver=liver.effects,
    )
    anatomy = anatomy_of(
        patient.sex,
        age_years=patient.age_years,
        height_cm=patient.height_cm,
        weight_kg=patient.weight_kg,
        organs=library.organs,
        flows=library.flows,
        size=library.size,
        cardiac_output_l_per_h=patient.cardiac_output_l_per_h,
        blood_volume_l=patient.blood_volume_l,
        haematocrit=patient.haematocrit,
        cardiac_output_factor=liver.effects.cardiac_output,
        haematocrit_factor=liver.effects.haematocrit,
    )
    genes = {
        gene: gene_function(
            gene,
            patient.genotype,
            functions=library.alleles,
            frequencies=library.frequencies,
            definitions=library.definitions,
        )
        for gene in GENES
    }
    medicines = co_medication(
        patient.co_medication, interactions=library.interactions, day=day
    )
    working_kg = anatomy.masses_kg["liver"] * functional_liver_share(
        patient.age_years,
        loss_per_year=library.size.liver_loss_per_year,
        loss_starts_years=library.size.liver_loss_starts_years,
        disease_share=liver.effects.functional_mass,
    )
    albumin, assumed = _albumin(patient, library, liver)
    body = _Body(patient, genes, anatomy, kidney, liver, working_kg, albumin, fed)
    rates = enzyme_rates(genes, medicines.effect, kidney, liver, working_kg, library)
    bound = _bound(body, medicines.effect, library)
    return Individual(
        patient,
        parameters=MappingProxyType(
            _parameters(body, medicines.effect, rates, bound, library)
        ),
        genes=MappingProxyType(genes),
        anatomy=anatomy,
        kidney=kidney,
        liver=liver,
        co_medication=medicines,
        functional_liver_kg=working_kg,
        unbound_fraction=MappingProxyType(bound),
        albumin_g_per_l=albumin,
        rates=MappingProxyType(rates),
        reasons=(
            *(reason for gene in genes.values() for reason in gene.reasons),
            *anatomy.reasons,
            *assumed,
            *kidney.reasons,
            *liver.reasons,
            *medicines.reasons,
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Body:
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
    individual: Individual, library: Library, *, days: int, fed: bool = False
) -> tuple[dict[str, float], tuple[Change, ...]]:
    """Parameters at the first dose, and their changes as medicines come and go.

    One value a day, at its middle, until the last medicine has come to rest.

    Args:
        individual: from `individualise`.
        library: of the drug.
        days: how long the course is.
        fed: as given to `individualise`.

    Returns: parameters of day 0 with the cycle at rest there, and the changes from
    the second day on; the parameters as they are, and no change, where no medicine
    starts or stops.
    """
    medicines = individual.patient.co_medication
    if not any(medicine.changes_in_time for medicine in medicines):
        return dict(individual.parameters), ()
    body = _Body(
        individual.patient,
        individual.genes,
        individual.anatomy,
        individual.kidney,
        individual.liver,
        individual.functional_liver_kg,
        individual.albumin_g_per_l,
        fed,
    )
    rest = min(days, math.ceil(days_to_rest(medicines, library.interactions)))
    at = [0.0, *(day + _MIDDAY for day in range(rest + 1))]
    effects = effects_over(medicines, interactions=library.interactions, days=at)
    start, *daily = (_parameters_under(body, effect, library) for effect in effects)
    now = dict(start)
    changes = []
    for day, values in enumerate(daily):
        for name, value in values.items():
            if name in _INITIAL_VALUES or math.isclose(
                value, now[name], rel_tol=_SMALLEST_CHANGE
            ):
                continue
            now[name] = value
            changes.append(Change(day * _HOURS_PER_DAY, name, value))
    return start, tuple(changes)


_MIDDAY = 0.5
_HOURS_PER_DAY = 24.0
_SMALLEST_CHANGE = 1e-3
_INITIAL_VALUES = frozenset({"VK__K_start", "KH2_start", "VK__KO_start"})


def _parameters_under(
    body: _Body, effect: Effect, library: Library
) -> dict[str, float]:
    rates = enzyme_rates(
        body.genes, effect, body.kidney, body.liver, body.working_kg, library
    )
    return _parameters(body, effect, rates, _bound(body, effect, library), library)


def _bound(body: _Body, effect: Effect, library: Library) -> dict[str, float]:
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


def _parameters(
    body: _Body,
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


def _albumin(
    patient: Patient, library: Library, liver: Liver
) -> tuple[float, tuple[str, ...]]:
    if patient.albumin_g_per_l is not None:
        return patient.albumin_g_per_l, ()
    typical = library.drug.number("warfarin", "reference_albumin", unit="g/L")
    albumin = typical * liver.effects.albumin
    return albumin, (f"albumin not measured: taken as {albumin:.0f} g/L",)


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
