"""CPIC's guideline for one patient: its path, and the doses it multiplies.

The published algorithms' doses, before and after the path's steps, beside the twin's
own.  A second opinion to read, not a part of the twin's proposal.
"""

from dataclasses import dataclass

from twin.applicability import OutOfScope
from twin.dosing.published_algorithms import (
    AlgorithmDose,
    algorithm_dose,
    algorithms_of,
)
from twin.dosing.recommend import target_of
from twin.genetics.guideline import Branch, Guideline, Path, follow
from twin.genetics.guideline_facts import guideline_facts
from twin.interactions.effect import in_the_table, left_of
from twin.interactions.exposure import acts, is_there_at_rest
from twin.lifecycle import Twin


@dataclass(frozen=True, slots=True)
class AdjustedDose:
    """An algorithm's dose, and what the guideline's steps make of it, mg/day.

    branch      of the figure, where none is chosen; else None
    low, high   the range of the steps' percentages; both the dose without any
    ignored     other medicines that act and that this algorithm does not count
    """

    branch: Branch | None
    algorithm: AlgorithmDose
    low_mg_per_day: float
    high_mg_per_day: float
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuidelineFinding:
    """What the guideline says of this patient.

    doses   by the pharmacogenetic algorithms where a path starts from them, by the
            clinical ones where it says to dose clinically; of the chosen path, or of
            every one
    """

    guideline: Guideline
    doses: tuple[AdjustedDose, ...]


def guideline_of(twin: Twin) -> GuidelineFinding:
    """The guideline's path for a twin's patient, with figures."""
    library = twin.library
    facts = guideline_facts(
        twin.patient.genotype,
        dict(twin.individual.genes),
        definitions=library.definitions,
        phenotypes=library.phenotypes,
        table=library.guideline,
        child=twin.patient.age_years < library.domain.smallest_age_years,
    )
    found = follow(facts, library.guideline)
    if isinstance(twin.scope, OutOfScope) or facts.child or facts.beyond_algorithm:
        return GuidelineFinding(found, ())
    here = _medicines_at_rest(twin)
    acting = _acting(twin)
    paths = found.paths if found.chosen is None else (found.chosen,)
    return GuidelineFinding(
        found,
        tuple(
            _adjusted(
                algorithm_dose(
                    algorithm,
                    twin.patient,
                    medicines=here,
                    body_surface_m2=twin.individual.anatomy.body_surface_m2,
                    target_inr=target_of(twin).middle,
                    cyp2c9=facts.cyp2c9,
                    vkorc1=facts.vkorc1,
                ),
                path,
                branch=path.branch if found.chosen is None else None,
                ignored=tuple(sorted(acting - (here & algorithm.medicines))),
            )
            for path in paths
            for algorithm in algorithms_of(library.algorithms)
            if algorithm.needs_genotype != path.dose_clinically
        ),
    )


def _medicines_at_rest(twin: Twin) -> frozenset[str]:
    table = twin.library.interactions
    return frozenset(
        name
        for name, each in in_the_table(twin.patient.co_medication, table)
        if is_there_at_rest(each, table)
    )


def _acting(twin: Twin) -> frozenset[str]:
    """Medicines that do something to the drug, now or before it has come to rest."""
    table = twin.library.interactions
    return frozenset(
        name
        for name, _ in left_of(twin.patient.co_medication, table)
        if acts(name, table)
    )


def _adjusted(
    dose: AlgorithmDose, path: Path, *, branch: Branch | None, ignored: tuple[str, ...]
) -> AdjustedDose:
    ends = [factor * dose.dose_mg_per_day for factor in path.dose_factor]
    return AdjustedDose(branch, dose, min(ends), max(ends), ignored)
