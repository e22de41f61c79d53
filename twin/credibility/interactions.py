"""Predicted against observed change of exposure under other medicines.

S, R and what was only measured as the racemate are three different things, and are
never set against one another.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from twin.engine.simulate import Engine
from twin.individualise import individualise
from twin.interactions.observed import (
    ANALYTES,
    Analyte,
    ObservedChange,
    StudyDays,
)
from twin.library import Library
from twin.lifecycle import build, predict
from twin.model_parameters import ENANTIOMERS
from twin.units import HOURS_PER_DAY
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.genotype import Diplotype
from twin.vocabulary.patient import Patient
from twin.vocabulary.regimen import Dose, Regimen, daily

_TWO_FOLD = 2.0
_NO_CHANGE = (0.8, 1.25)
_NOTHING_MODELLED = 0.005
_DAILY_MG = 5.0
_SINGLE_MG = 25.0
_DAYS_TO_REST = 40
_DAYS_OF_AREA = 20

Kind = Literal["set by it", "nothing modelled", "independent"]


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """One study, and what the twin predicts for it: ratios of exposure."""

    study: ObservedChange
    s_predicted: float
    r_predicted: float
    racemate_predicted: float

    def predicted(self, analyte: Analyte) -> float:
        """The ratio of one analyte."""
        ratios = (self.s_predicted, self.r_predicted, self.racemate_predicted)
        return dict(zip(ANALYTES, ratios, strict=True))[analyte]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One analyte of one study, predicted and observed.

    kind   "set by it": the table was solved from this study, and predicts a change;
           "nothing modelled": no change is predicted, and none was seen, or the row
           of the table rests on this very study;
           "independent": the table knows nothing of the study
    """

    study: ObservedChange
    analyte: Analyte
    predicted: float
    observed: float
    kind: Kind


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
) -> dict[Analyte, float]:
    """Exposure with a medicine over that without, of total drug at rest.

        AUC = dose / CL,   AUC of the racemate = AUC of S + AUC of R, of equal doses

    CL is the clearance of the total: fu CLint (low extraction) and kidney.
    """
    with_it, without = (
        {
            drug: 1.0 / clearance
            for drug, clearance in _clearance(
                replace(patient, co_medication=taken), library
            ).items()
        }
        for taken in ((medicine,), ())
    )
    return _ratios(with_it, without)


def exposure_ratio_on(
    days: StudyDays,
    patient: Patient,
    medicine: CoMedicine,
    library: Library,
    *,
    engine: Engine,
) -> dict[Analyte, float]:
    """The same on a study's days, by the full model: enzymes come and go slowly.

    After a single dose of warfarin its whole area, else its level before the day's
    dose in people who were on warfarin at rest when the medicine began.

    Assumes: 5 mg of warfarin a day, or 25 mg once: how much cancels in the ratio as
    long as no enzyme saturates.
    """
    first_day = 0.0 if days.measured_day is None else float(_DAYS_TO_REST)
    taken = replace(medicine, start_day=first_day, stop_day=first_day + days.taken_days)
    with_it, without = (
        _exposure(days, replace(patient, co_medication=co_medication), library, engine)
        for co_medication in ((taken,), ())
    )
    return _ratios(with_it, without)


def _exposure(
    days: StudyDays, patient: Patient, library: Library, engine: Engine
) -> dict[str, float]:
    """Area or level of each enantiomer, in any unit."""
    substance = library.substance
    if days.measured_day is not None:
        until = _DAYS_TO_REST + days.measured_day - 1
        regimen = daily(_DAILY_MG, days=math.ceil(until), substance=substance)
        times_h = np.array([0.0, until * HOURS_PER_DAY])
    else:
        assert days.warfarin_day is not None  # StudyDays has one of the two
        start_h = (days.warfarin_day - 1) * HOURS_PER_DAY
        regimen = Regimen((Dose(start_h, _SINGLE_MG, substance),))
        end_h = _DAYS_OF_AREA * HOURS_PER_DAY
        times_h = np.unique([0.0, start_h, *(start_h + np.geomspace(0.1, end_h, 200))])
    outputs = tuple(f"{drug}_plasma" for drug in ENANTIOMERS)
    found = predict(
        build(patient, library, engine=engine),
        regimen,
        times_h,
        outputs=outputs,
        engine=engine,
        as_taken=True,
    )
    curves = {drug: found.typical(f"{drug}_plasma") for drug in ENANTIOMERS}
    if days.measured_day is not None:
        return {drug: float(curve[-1]) for drug, curve in curves.items()}
    return {drug: _whole_area(curve, times_h) for drug, curve in curves.items()}


def _whole_area(curve: Floats, times_h: Floats) -> float:
    """Trapezoids, and an exponential tail as steep as the last two points."""
    slope_per_h = math.log(curve[-2] / curve[-1]) / (times_h[-1] - times_h[-2])
    return float(np.trapezoid(curve, times_h) + curve[-1] / slope_per_h)


def _ratios(
    with_it: Mapping[str, float], without: Mapping[str, float]
) -> dict[Analyte, float]:
    return {
        "S": with_it["S"] / without["S"],
        "R": with_it["R"] / without["R"],
        "racemate": sum(with_it.values()) / sum(without.values()),
    }


def _clearance(patient: Patient, library: Library) -> dict[str, float]:
    found = individualise(patient, library)
    return {
        drug: found.unbound_fraction[drug]
        * found.rates[drug].intrinsic_clearance_l_per_h
        + found.parameters[f"{drug}__CL_renal"]
        for drug in ENANTIOMERS
    }


def interaction_rows(
    patient: Patient, library: Library, *, engine: Engine
) -> tuple[InteractionRow, ...]:
    """Every study of the table, predicted for a typical patient."""
    rows = []
    for study in library.observed_interactions:
        medicine = CoMedicine(study.medicine, study.daily_dose_mg)
        if study.days is None:
            ratio = exposure_ratio(patient, medicine, library)
        else:
            ratio = exposure_ratio_on(
                study.days, patient, medicine, library, engine=engine
            )
        rows.append(InteractionRow(study, ratio["S"], ratio["R"], ratio["racemate"]))
    return tuple(rows)


def comparisons(rows: Iterable[InteractionRow]) -> tuple[Comparison, ...]:
    """Each analyte that a study measured, like against like."""
    found = []
    for row in rows:
        for analyte in ANALYTES:
            observed = row.study.ratio(analyte)
            if observed is not None:
                predicted = row.predicted(analyte)
                kind = _kind(row.study, predicted, observed)
                found.append(Comparison(row.study, analyte, predicted, observed, kind))
    return tuple(found)


def _kind(study: ObservedChange, predicted: float, observed: float) -> Kind:
    if abs(predicted - 1.0) < _NOTHING_MODELLED and (
        study.basis == "same study" or no_change(observed)
    ):
        return "nothing modelled"
    return "independent" if study.basis == "independent" else "set by it"


def no_change(ratio: float) -> bool:
    """Whether a ratio lies within the usual bounds of sameness, 0.80 to 1.25."""
    low, high = _NO_CHANGE
    return low <= ratio <= high


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
