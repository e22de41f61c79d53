"""Stable doses by the typical twin, with the scatter that people show about it.

The plainest distribution that can be held against data: one dose of the typical chain
at rest, and about it a log-normal as wide as what no covariate explains.  It knows of
no uncertainty of the parameters and makes nobody's interval wider than anybody else's,
but for genes that were not tested.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from twin.credibility.calibration.stable_doses import (
    StableDoses,
    StablePatient,
    predict_doses,
)
from twin.credibility.dose_predictions import DosePredictions
from twin.genetics.function import gene_function
from twin.library import Library
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.genotype import Diplotype
from twin.vocabulary.patient import Patient

_DAYS_PER_WEEK = 7.0
# The genes that the table can leave open; those nobody there tested are at their mean.
_OPEN_GENES = ("CYP2C9", "VKORC1")
_RAREST_WEIGHT = 1e-3  # pairs below it together move the spread by less than 1 %
_Variant = tuple[Patient, float]


def typical_with_scatter(
    patients: Sequence[Patient],
    target_inrs: Floats,
    *,
    library: Library,
    ln_sd: float,
) -> DosePredictions:
    """Typical stable doses with log-normal intervals.

        median = exp(m),   m = sum w ln D(g),   SD² = s² + sum w (ln D(g) - m)²

    where g runs over the pairs of alleles that an untested CYP2C9 or VKORC1 may hide,
    weighed by Hardy-Weinberg over pooled frequencies; with both genes tested there is
    one g and SD = s.

    Args:
        patients: n of them.
        target_inrs: the INR each is to keep, [n].
        library: of the drug.
        ln_sd: s, what no covariate explains, of ln dose.

    Returns: doses in mg/week; an abstention where no dose keeps the INR, or only one
        beyond the farthest that is ever proposed.

    Assumes: what an untested gene adds is near enough to log-normal, and independent of
        the rest.  Alleles outside a panel that reported *1, CYP4F2 and rs12777823 are
        at their mean and widen nothing.
    """
    variants = [_variants(patient, library) for patient in patients]
    crowd = [
        StablePatient(patient, float(inr), 1.0, "")
        for each, inr in zip(variants, target_inrs, strict=True)
        for patient, _ in each
    ]
    owner = np.repeat(np.arange(len(patients)), [len(each) for each in variants])
    weight = np.array([w for each in variants for _, w in each], dtype=np.float64)
    weekly = np.full(len(crowd), np.nan)
    if crowd:
        weekly = predict_doses(StableDoses.of(crowd), library) * _DAYS_PER_WEEK
    ln_dose = np.log(weekly)
    mean = np.bincount(owner, weight * ln_dose, len(patients))
    off = weight * (ln_dose - mean[owner]) ** 2
    genes = np.bincount(owner, off, len(patients))
    farthest = library.farthest_dose_mg * _DAYS_PER_WEEK
    median = np.exp(mean)
    variance = ln_sd**2 + genes
    return DosePredictions.of_log_normal(
        median,
        np.sqrt(variance),
        reasons=[_reason(dose, farthest) for dose in median],
        method="typical twin, log-normal scatter of what no covariate explains "
        f"(SD of ln dose {ln_sd:g}), wider for genes not tested",
        shares={
            "not explained": np.asarray(ln_sd**2 / variance),
            "genes not tested": np.asarray(genes / variance),
        },
    )


def _variants(patient: Patient, library: Library) -> list[_Variant]:
    """The patient with each genotype that is possible, weights summing to 1."""
    choices = [
        _pairs(gene, patient, library)
        for gene in _OPEN_GENES
        if patient.genotype.of(gene) is None
    ]
    if not choices:
        return [(patient, 1.0)]
    found: list[_Variant] = []
    for pairs in product(*choices):
        genotype = patient.genotype
        for pair, _ in pairs:
            genotype = genotype.with_result(pair.gene, pair)
        weight = float(np.prod([share for _, share in pairs]))
        found.append((replace(patient, genotype=genotype), weight))
    return found


def _pairs(
    gene: str, patient: Patient, library: Library
) -> list[tuple[Diplotype, float]]:
    """Pairs of alleles of an untested gene, all alleles looked for, with weights."""
    known = gene_function(
        gene,
        patient.genotype,
        functions=library.alleles,
        frequencies=library.frequencies,
        definitions=library.definitions,
    )
    everything = frozenset(library.alleles.variants(gene))
    kept = [p for p in known.possibilities if p.weight >= _RAREST_WEIGHT]
    total = sum(p.weight for p in kept)
    return [(Diplotype(gene, p.names, everything), p.weight / total) for p in kept]


def _reason(weekly_mg: float, farthest_mg: float) -> str:
    if not np.isfinite(weekly_mg):
        return "no dose keeps the target INR in the twin"
    if weekly_mg > farthest_mg:
        return f"the dose would be above {farthest_mg:g} mg/week: none is proposed"
    return ""
