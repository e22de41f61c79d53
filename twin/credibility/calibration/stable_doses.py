"""Stable doses of a population: what the typical twin of each patient needs.

The chain at rest for thousands of patients at once: patients with the same genes
and medicines share their enzymes, and differ in liver mass.  Opens no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.body_parameters import enzyme_rates
from twin.dosing.closed_form import SteadyChain
from twin.genetics.function import gene_function
from twin.genetics.possibilities import GeneFunction
from twin.individualise import individualise
from twin.intake.ask import reference_patient
from twin.interactions.co_medication import co_medication
from twin.library import Library
from twin.model_parameters import ENANTIOMERS
from twin.physiology.body_size import body_surface_m2, liver_volume_l
from twin.physiology.distribution import unbound_fraction
from twin.physiology.elimination import functional_liver_share, renal_clearance_l_per_h
from twin.physiology.organ_function import assess_kidney, assess_liver
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.genotype import GENES, Genotype
from twin.vocabulary.patient import Patient

_ONCE_DAILY_H = 24.0


@dataclass(frozen=True, slots=True)
class StablePatient:
    """A patient whose dose no longer changes, and the INR it keeps.

    site   where they were treated; never a covariate of the prediction
    """

    patient: Patient
    inr: float
    dose_mg_per_day: float
    site: str


@dataclass(frozen=True, slots=True, eq=False)
class StableDoses:
    """A population, arranged so that it can be predicted quickly and repeatedly.

    groups   (genotype, medicines) and which patients [index] have them
    """

    age_years: Floats
    height_cm: Floats
    weight_kg: Floats
    inr: Floats
    observed_mg_per_day: Floats
    sites: tuple[str, ...]
    groups: tuple[tuple[Genotype, tuple[CoMedicine, ...], tuple[int, ...]], ...]

    @classmethod
    def of(cls, people: Sequence[StablePatient]) -> "StableDoses":
        """From patients described by age, size, genes and medicines."""
        grouped: dict[tuple[Genotype, tuple[CoMedicine, ...]], list[int]] = {}
        for index, person in enumerate(people):
            key = (person.patient.genotype, person.patient.co_medication)
            grouped.setdefault(key, []).append(index)
        return cls(
            frozen_array([p.patient.age_years for p in people]),
            frozen_array([p.patient.height_cm for p in people]),
            frozen_array([p.patient.weight_kg for p in people]),
            frozen_array([p.inr for p in people]),
            frozen_array([p.dose_mg_per_day for p in people]),
            tuple(p.site for p in people),
            tuple((g, m, tuple(index)) for (g, m), index in grouped.items()),
        )

    @property
    def n(self) -> int:
        """How many patients there are."""
        return len(self.observed_mg_per_day)


def predict_doses(population: StableDoses, library: Library) -> Floats:
    """The typical maintenance dose of each patient for the INR it keeps, mg/day, [n].

    The same chain as `twin.dosing.recommend`, kidney and liver taken as healthy for
    the age.
    """
    surface = body_surface_m2(
        population.height_cm, population.weight_kg, size=library.size
    )
    working_kg = (
        liver_volume_l(surface, size=library.size)
        * library.organs.density_kg_per_l["liver"]
        * functional_liver_share(
            population.age_years,
            loss_per_year=library.size.liver_loss_per_year,
            loss_starts_years=library.size.liver_loss_starts_years,
        )
    )
    parameters = _parameters(population, library, working_kg)
    amounts = library.spec.administration(library.substance).amount_per_mg
    by_drug = {species.split("__")[0]: amount for species, amount in amounts.items()}
    # The inhibition wanted depends on two genes and the INR only: few combinations.
    columns = [parameters["VKORC1_capacity"], parameters["VK__catabolism"]]
    different, which = np.unique(
        np.stack([*columns, population.inr], axis=1), axis=0, return_inverse=True
    )
    of_different = SteadyChain(
        {
            **parameters,
            "VKORC1_capacity": different[:, 0],
            "VK__catabolism": different[:, 1],
        },
        by_drug,
        library.surrogate,
    )
    wanted = of_different.inhibition_keeping(different[:, 2])[which.ravel()]
    chain = SteadyChain(
        parameters, by_drug, library.surrogate, interval_h=_ONCE_DAILY_H
    )
    return chain.refined(chain.dose_giving(wanted), population.inr)


def _parameters(
    population: StableDoses, library: Library, working_kg: Floats
) -> dict[str, float | Floats]:
    """SBML parameters of the chain at rest, numbers or [n]."""
    kidney = assess_kidney(
        age_years=library.domain.smallest_age_years,
        sex="male",
        function=library.organ_function,
    )
    liver = assess_liver(None, albumin_g_per_l=None, function=library.organ_function)
    values: dict[str, Floats] = {}
    capacity = np.empty(population.n)
    catabolism = np.empty(population.n)
    for genotype, medicines, index in population.groups:
        genes = _genes(genotype, library)
        effects = co_medication(medicines, interactions=library.interactions)
        rates = enzyme_rates(genes, effects.effect, kidney, liver, 1.0, library)
        here = list(index)
        capacity[here] = genes["VKORC1"].mean_activity
        catabolism[here] = genes["CYP4F2"].mean_activity
        for drug, rate in rates.items():
            # Rates are proportional to functional liver mass; those are of 1 kg.
            of_drug: dict[str, float | Floats] = {
                "Vm_A": rate.vm_umol_per_h[0] * working_kg[here],
                "Vm_B": rate.vm_umol_per_h[1] * working_kg[here],
                "CL_linear": rate.linear_l_per_h * working_kg[here],
                "Km_A": rate.km_um[0],
                "Km_B": rate.km_um[1],
                "inhibition": rate.inhibition,
                "induction": rate.induction,
                "activity_linear": rate.linear_activity,
            }
            for name, value in of_drug.items():
                column = values.setdefault(f"{drug}__{name}", np.empty(population.n))
                column[here] = value
    reference = individualise(reference_patient(library), library)
    constant = {**library.spec.constants, **reference.parameters}
    # Volumes only shape the swing between doses: the reference's, by weight.
    heavier = population.weight_kg / reference.patient.weight_kg
    values |= {
        name: value * heavier
        for name, value in reference.parameters.items()
        if name.split("__")[-1].startswith("V_")
    }
    albumin = library.drug.number("warfarin", "reference_albumin", unit="g/L")
    for drug in ENANTIOMERS:
        constant[f"{drug}__fu"] = unbound_fraction(
            library.drug.number(drug, "unbound_fraction", unit="1"),
            albumin_g_per_l=albumin,
            reference_albumin_g_per_l=albumin,
        )
        constant[f"{drug}__CL_renal"] = renal_clearance_l_per_h(
            library.kinetics.renal_ml_per_h_per_kg[drug],
            reference_weight_kg=library.kinetics.reference_weight_kg,
            relative_filtration=kidney.relative_filtration,
        )
    return {
        **constant,
        **values,
        "VKORC1_capacity": capacity,
        "VK__catabolism": catabolism,
    }


def _genes(genotype: Genotype, library: Library) -> dict[str, GeneFunction]:
    return {
        gene: gene_function(
            gene,
            genotype,
            functions=library.alleles,
            frequencies=library.frequencies,
            definitions=library.definitions,
        )
        for gene in GENES
    }
