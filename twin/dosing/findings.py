"""What the twin understood of a patient: genes, body, and the drug in it.

Views of an `Individual` for people to read, with the unit in every name; nothing is
decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from twin.dosing.recommend import steady_chain
from twin.engine.simulate import Engine
from twin.individualise import Individual
from twin.lifecycle import Twin, predict
from twin.model_parameters import ENANTIOMERS
from twin.physiology.distribution import steady_state_volume_l
from twin.physiology.elimination import zonal_hepatic_clearance
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.genotype import GENES, Diplotype, GeneCall
from twin.vocabulary.regimen import Dose, Regimen

# A single dose is followed as long as studies of warfarin do; distribution is over
# within a day, so the slope of the last four days is the terminal one.
_SLOPE_FROM_H, _SLOPE_TO_H, _SLOPE_STEP_H = 72.0, 168.0, 8.0

_LEAST_WEIGHT = 1e-3
"""Pairs of alleles below it are counted together; thousands are possible."""

_MEANING = {
    "CYP2C9": "clears S-warfarin at {share} of two *1",
    "VKORC1": "makes {share} of the drug's target that G/G makes",
    "CYP4F2": "breaks vitamin K down at {share} of two *1",
    "rs12777823": "leaves {share} of CYP2C9",
}


@dataclass(frozen=True, slots=True)
class PossibleAlleles:
    """A pair of alleles the person may carry, its activity, and how probable it is."""

    alleles: str
    relative_activity: float
    weight: float


@dataclass(frozen=True, slots=True)
class GeneFinding:
    """One gene as understood.

    reported        as the laboratory wrote it; None when not tested
    possibilities   pairs of alleles, most probable first, those that matter
    rarer_pairs     how many more are possible, and what they weigh together
    tested          alleles looked for; None when the gene was not tested
    not_tested      alleles that nobody looked for
    """

    gene: str
    reported: str | None
    meaning: str
    relative_activity: float
    possibilities: tuple[PossibleAlleles, ...]
    rarer_pairs: int
    rarer_weight: float
    tested: tuple[str, ...] | None
    not_tested: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Physiology:
    """This patient's body; what was not measured is predicted (see the reasons)."""

    body_surface_m2: float
    fat_free_mass_kg: float
    liver_mass_kg: float
    functional_liver_mass_kg: float
    cardiac_output_l_per_h: float
    blood_volume_l: float
    haematocrit: float
    albumin_g_per_l: float
    egfr_ml_per_min_per_1_73m2: float | None
    kidney_stage: str | None
    kidney_class: str
    child_pugh_class: str
    child_pugh_score: int | None


@dataclass(frozen=True, slots=True)
class EnantiomerFinding:
    """One enantiomer in this patient.

    intrinsic_clearance_l_per_h   of unbound drug, far from saturation
    clearance_l_per_h             of plasma, liver and kidney together
    half_life_h                   terminal, of the full model after one dose; None
                                  where the drug is gone before it can be read
    """

    enantiomer: str
    unbound_fraction: float
    intrinsic_clearance_l_per_h: float
    cyp2c9_share: float
    clearance_l_per_h: float
    renal_clearance_l_per_h: float
    volume_l: float
    half_life_h: float | None


def genes_of(individual: Individual) -> tuple[GeneFinding, ...]:
    """Each gene: what was reported, what it means, what stays possible."""
    return tuple(_gene(individual, gene) for gene in GENES)


def physiology_of(individual: Individual) -> Physiology:
    """The patient's body as the model has it."""
    anatomy, kidney, liver = individual.anatomy, individual.kidney, individual.liver
    return Physiology(
        anatomy.body_surface_m2,
        anatomy.fat_free_mass_kg,
        anatomy.masses_kg["liver"],
        individual.functional_liver_kg,
        anatomy.cardiac_output_l_per_h,
        anatomy.blood_volume_l,
        anatomy.haematocrit,
        individual.albumin_g_per_l,
        kidney.egfr_ml_per_min_per_1_73m2,
        kidney.kdigo,
        kidney.kidney_class,
        liver.child_pugh_class,
        liver.score,
    )


def drug_of(
    twin: Twin, dose_mg: float, *, engine: Engine
) -> tuple[EnantiomerFinding, ...]:
    """S and R: binding, clearance, volume and half-life.

    Args:
        dose_mg: of the tablet, after which the half-life is read.
    """
    half_lives = terminal_half_life_h(twin, dose_mg, engine=engine)
    return tuple(_enantiomer(twin, drug, half_lives[drug]) for drug in ENANTIOMERS)


def terminal_half_life_h(
    twin: Twin, dose_mg: float, *, engine: Engine
) -> Mapping[str, float | None]:
    """ln 2 over the slope of ln C in plasma, 72 to 168 h after one dose.

    From the full model, binding to the target included: at very low concentrations
    what the target releases makes it longer than V ln 2 / CL.
    """
    outputs = {drug: f"{drug}_plasma" for drug in ENANTIOMERS}
    times = np.arange(_SLOPE_FROM_H, _SLOPE_TO_H + 1.0, _SLOPE_STEP_H)
    prediction = predict(
        twin,
        Regimen((Dose(0.0, dose_mg, twin.library.substance),)),
        times,
        outputs=tuple(outputs.values()),
        engine=engine,
    )
    return {
        drug: _half_life_h(times, prediction.typical(output))
        for drug, output in outputs.items()
    }


def _half_life_h(times_h: Floats, concentration: Floats) -> float | None:
    """From the slope of ln C; None where nothing is left, or nothing falls."""
    if np.any(concentration <= 0):
        return None
    slope = np.polyfit(times_h, np.log(concentration), 1)[0]
    return float(-np.log(2.0) / slope) if slope < 0 else None


def _gene(individual: Individual, gene: str) -> GeneFinding:
    function = individual.genes[gene]
    result = individual.patient.genotype.of(gene)
    meaning = _MEANING[gene].format(share=f"{100 * function.mean_activity:.0f} %")
    if not function.is_certain:
        meaning += ", on average over what is possible"
    every = function.possibilities
    shown = tuple(p for p in every if p.weight >= _LEAST_WEIGHT) or every[:1]
    return GeneFinding(
        gene,
        function.reported,
        meaning,
        function.mean_activity,
        tuple(PossibleAlleles("/".join(p.names), p.activity, p.weight) for p in shown),
        len(every) - len(shown),
        1.0 - sum(p.weight for p in shown) if len(shown) < len(every) else 0.0,
        _tested(result),
        function.not_tested,
    )


def _tested(result: Diplotype | GeneCall | None) -> tuple[str, ...] | None:
    if result is None:
        return None
    if isinstance(result, Diplotype):
        return tuple(sorted(result.tested, key=_star_number))
    found = {name for pair in result.pairs for name in pair} - {*result.not_tested}
    return tuple(sorted(found, key=_star_number))


def _star_number(name: str) -> tuple[float, str]:
    digits = name.lstrip("[*").split(" ")[0]
    return (float(digits) if digits.isdigit() else float("inf"), name)


def _enantiomer(twin: Twin, drug: str, half_life_h: float | None) -> EnantiomerFinding:
    individual = twin.individual
    parameters = steady_chain(twin).parameters
    rates = individual.rates[drug]
    fu = individual.unbound_fraction[drug]
    blood_plasma = float(np.asarray(parameters[f"{drug}__BP"]))
    renal = float(np.asarray(parameters[f"{drug}__CL_renal"]))
    hepatic = blood_plasma * zonal_hepatic_clearance(
        rates.intrinsic_clearance_l_per_h,
        unbound_fraction=fu / blood_plasma,
        liver_flow_l_per_h=individual.anatomy.flows_l_per_h["liver"],
        zone_weights=twin.library.kinetics.zone_weights,
    )
    partition = {
        name.removeprefix(f"{drug}__Kp_"): value
        for name, value in individual.parameters.items()
        if name.startswith(f"{drug}__Kp_")
    }
    return EnantiomerFinding(
        drug,
        fu,
        rates.intrinsic_clearance_l_per_h,
        rates.cyp2c9_intrinsic_clearance_l_per_h / rates.intrinsic_clearance_l_per_h,
        hepatic + renal,
        renal,
        steady_state_volume_l(
            individual.anatomy.volumes_l,
            partition=partition,
            blood_plasma_ratio=blood_plasma,
        ),
        half_life_h,
    )
