"""Predicted against observed change of exposure under other medicines."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from twin.individualise import individualise
from twin.interactions.observed import ObservedChange
from twin.library import Library
from twin.model_parameters import ENANTIOMERS
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.genotype import Diplotype
from twin.vocabulary.patient import Patient

_TWO_FOLD = 2.0


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """One study, and what the twin predicts for it: ratios of exposure."""

    study: ObservedChange
    s_predicted: float
    r_predicted: float


@dataclass(frozen=True, slots=True)
class GenotypeInteraction:
    """Predicted change of S by genotype; no study is at hand to hold it against."""

    medicine: str
    daily_dose_mg: float
    cyp2c9: str
    s_clearance_change: float
    s_ratio: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of ratios predicted and observed: geometric mean fold error, share in bounds.

    within_guest   inside the bounds of Guest (2011), which narrow as the effect does
    """

    n: int
    gmfe: float
    within_two_fold: float
    within_guest: float


def exposure_ratio(
    patient: Patient, medicine: CoMedicine, library: Library
) -> dict[str, float]:
    """Exposure with a medicine over that without, of total S and R at rest.

    AUC is dose over clearance of the total: fu CLint (low extraction) and kidney.
    """
    clearances = [
        _clearance(replace(patient, co_medication=taken), library)
        for taken in ((), (medicine,))
    ]
    return {d: clearances[0][d] / clearances[1][d] for d in ENANTIOMERS}


def _clearance(patient: Patient, library: Library) -> dict[str, float]:
    found = individualise(patient, library)
    return {
        drug: found.unbound_fraction[drug]
        * found.rates[drug].intrinsic_clearance_l_per_h
        + found.parameters[f"{drug}__CL_renal"]
        for drug in ENANTIOMERS
    }


def interaction_rows(patient: Patient, library: Library) -> tuple[InteractionRow, ...]:
    """Every study of the table, predicted for a typical patient."""
    rows = []
    for study in library.observed_interactions:
        medicine = CoMedicine(study.medicine, study.daily_dose_mg)
        ratio = exposure_ratio(patient, medicine, library)
        rows.append(InteractionRow(study, ratio["S"], ratio["R"]))
    return tuple(rows)


def by_genotype(
    patient: Patient,
    library: Library,
    *,
    medicines: Iterable[tuple[str, float]],
    diplotypes: Iterable[tuple[str, str]],
) -> tuple[GenotypeInteraction, ...]:
    """The same medicine in people with other CYP2C9 alleles."""
    every = frozenset(library.alleles.variants("CYP2C9"))
    found = []
    genotypes = list(diplotypes)
    for name, dose in medicines:
        for alleles in genotypes:
            person = replace(
                patient,
                genotype=patient.genotype.with_result(
                    "CYP2C9", Diplotype("CYP2C9", alleles, every)
                ),
            )
            ratio = exposure_ratio(person, CoMedicine(name, dose), library)["S"]
            found.append(
                GenotypeInteraction(
                    name, dose, "/".join(alleles), 1.0 / ratio - 1.0, ratio
                )
            )
    return tuple(found)


def agreement(pairs: Iterable[tuple[float, float]]) -> Agreement:
    """Of (predicted, observed) ratios.

    Source of the narrowing bounds: Guest (2011) Drug Metab Dispos 39:170, with
    delta = 1.
    """
    known = list(pairs)
    n = len(known)
    if n == 0:
        return Agreement(0, math.nan, math.nan, math.nan)
    logs = [abs(math.log(predicted / observed)) for predicted, observed in known]
    return Agreement(
        n,
        math.exp(sum(logs) / n),
        sum(log <= math.log(_TWO_FOLD) for log in logs) / n,
        sum(_in_guest(predicted, observed) for predicted, observed in known) / n,
    )


def _in_guest(predicted: float, observed: float) -> bool:
    size = observed if observed >= 1 else 1 / observed
    limit = (1 + 2 * (size - 1)) / size
    return observed / limit <= predicted <= observed * limit
