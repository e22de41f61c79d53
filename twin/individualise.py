"""A patient and the library become the value of every SBML parameter, with reasons.

Walks the scales downwards once: alleles -> enzyme rates -> organs of this body ->
vitamin K cycle and factors.  Typical values only; what varies between people of the
same description is not its business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twin.body_parameters import (
    Body,
    bound_fractions,
    enzyme_rates,
    parameters_of,
)
from twin.genetics.function import gene_function
from twin.genetics.possibilities import GeneFunction
from twin.interactions.co_medication import CoMedication, co_medication
from twin.kinetics import EnzymeRates
from twin.library import Library
from twin.physiology.anatomy import Anatomy, anatomy_of
from twin.physiology.elimination import functional_liver_share
from twin.physiology.organ_function import Kidney, Liver, assess_kidney, assess_liver
from twin.vocabulary.genotype import GENES
from twin.vocabulary.patient import Patient


@dataclass(frozen=True, slots=True, eq=False)
class Individual:
    """One patient, scale by scale, and the model's parameters that follow.

    parameters   SBML id -> value, everything that is not the model's own default
    genes        what each gene does, by name
    rates        what each enantiomer meets in this liver
    body         all of it that other medicines do not change
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
    body: Body
    reasons: tuple[str, ...]


def individualise(
    patient: Patient,
    library: Library,
    *,
    fed: bool = False,
    day: float | None = None,
    genes: Mapping[str, GeneFunction] | None = None,
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
    if genes is None:
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
    body = Body(patient, genes, anatomy, kidney, liver, working_kg, albumin, fed)
    rates = enzyme_rates(genes, medicines.effect, kidney, liver, working_kg, library)
    bound = bound_fractions(body, medicines.effect, library)
    return Individual(
        patient,
        parameters=MappingProxyType(
            parameters_of(body, medicines.effect, rates, bound, library)
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
        body=body,
        reasons=(
            *(reason for gene in genes.values() for reason in gene.reasons),
            *anatomy.reasons,
            *assumed,
            *kidney.reasons,
            *liver.reasons,
            *medicines.reasons,
        ),
    )


def _albumin(
    patient: Patient, library: Library, liver: Liver
) -> tuple[float, tuple[str, ...]]:
    if patient.albumin_g_per_l is not None:
        return patient.albumin_g_per_l, ()
    typical = library.drug.number("warfarin", "reference_albumin", unit="g/L")
    albumin = typical * liver.effects.albumin
    return albumin, (f"albumin not measured: taken as {albumin:.0f} g/L",)
