"""The development data, arranged for the population posterior.

Single doses of volunteers, mean curves of studies, the start of therapy, clearances of
volunteers and stable doses: each with the model that predicts it and its slopes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.credibility.calibration.objective import (
    CalibrationData,
    GroupLevel,
)
from twin.credibility.pkpd import OUTPUTS, Study, subject_of
from twin.credibility.population.clearances import Clearances, clearances_of
from twin.credibility.population.dose_slopes import DoseModel, dose_model
from twin.engine.compiled import CompiledEngine
from twin.individualise import individualise
from twin.inference.course_reader import Sample
from twin.inference.courses import CourseModel, course_model
from twin.inference.levers import Levers
from twin.inference.patient_levers import levers_of
from twin.inference.readings import ACTIVITY
from twin.library import Library
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.estimate import FreeParameter
from twin.vocabulary.patient import Patient
from twin.vocabulary.regimen import Dose, Regimen, daily

FREEDOM = 4.0
"""Of Student's t about courses: one wrong row cannot pull.  A design choice."""

PEOPLE_OF_A_MEAN = 10.0
"""Whose mean a curve of a study is, where the file does not say; unverified."""

FIRMLY_SEEN = ("volume",)
"""Effects of a subject that the data hold to less than half of their spread."""
OF_SUBJECTS = (
    "clearance_S",
    "volume",
    "sensitivity",
    "turnover",
    "clearance_R",
    "absorption",
    "slow_turnover",
)
"""What a single dose can show: all but vitamin K eaten and synthesis, since activities
start at 100 %.  `clearance_S` comes before the one that depends on it."""

_CURVE_DAYS = 2
# Of a step: far below the scatter of any sample.  Slopes then agree with values to .03
# along a direction of the posterior; at 1e-2, to .1, and long paths lose their energy.
_TOLERANCE = 4e-3


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Courses with what was measured of them.

    labels    of the groups
    observed  float64[sample], logarithm; of a censored one, that of its limit
    censored  bool[sample], below quantification
    activity  bool[sample], prothrombin complex activity; else a concentration, a level
    """

    labels: tuple[str, ...]
    model: CourseModel
    observed: Floats
    censored: npt.NDArray[np.bool_]
    activity: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All data sets, ready for the sampler.

    untested_sd  float64[effect], what genes nobody tested add to its ln SD
    """

    known: tuple[FreeParameter, ...]
    effects: BetweenPatients
    subjects: Family
    curves: Family
    starts: Family
    clearances: Clearances
    doses: DoseModel
    untested_sd: Floats


def evidence_of(
    data: CalibrationData,
    library: Library,
    known: Sequence[FreeParameter],
    effects: BetweenPatients,
    *,
    engine: CompiledEngine,
    limit_mg_per_l: float,
) -> Evidence:
    """The development data around the library's point estimates.

    Args:
        data: as read.
        library: its estimates are x = 0.
        known: population parameters, in the order of x.
        effects: of people, in the order of z.
        engine: what integrates.
        limit_mg_per_l: below it a concentration was not told from nothing.
    """
    return Evidence(
        tuple(known),
        effects,
        family_of(
            data.subjects,
            library,
            known,
            effects,
            engine=engine,
            limit_mg_per_l=limit_mg_per_l,
        ),
        family_of(
            data.mean_curves,
            library,
            known,
            effects,
            engine=engine,
            limit_mg_per_l=limit_mg_per_l,
        ),
        _starts(data.group_levels, library, known, effects, engine=engine),
        clearances_of(data.group_clearances, library, known, effects),
        dose_model(data.stable_doses, library, known, effects),
        untested_ln_sds(library, effects),
    )


def untested_ln_sds(library: Library, effects: BetweenPatients) -> Floats:
    """Spread of what genes nobody tested add to each effect, float64[effect].

    A normal on the logarithm stands for the few pairs of alleles that are common:
    CYP2C9 in the clearance of S, as far as it goes that way; VKORC1 as if it were a Ki.
    """
    genes = individualise(_volunteer(library), library).genes
    part = {
        ("CYP2C9", "clearance_S"): library.kinetics.cyp2c9_share_of_s,
        ("VKORC1", "sensitivity"): 1.0,
    }
    found = np.zeros(len(effects.effects))
    for (gene, effect), share in part.items():
        pairs = genes[gene].possibilities
        weight = np.array([pair.weight for pair in pairs])
        activity = np.log([max(pair.activity, 0.05) for pair in pairs])
        variance = weight @ (activity - weight @ activity) ** 2
        found[effects.names.index(effect)] = share * np.sqrt(variance)
    return found


def _volunteer(library: Library) -> Patient:
    nobody = Study("nobody", (), ())
    return subject_of(nobody, library)[0]


def _levers(
    patient: Patient,
    library: Library,
    known: Sequence[FreeParameter],
    effects: BetweenPatients,
    *,
    fed: bool = False,
) -> Levers:
    individual = individualise(patient, library, fed=fed)
    return levers_of(individual, library, known, effects, mean_alleles=True)


def family_of(
    studies: Sequence[Study],
    library: Library,
    known: Sequence[FreeParameter],
    effects: BetweenPatients,
    *,
    engine: CompiledEngine,
    limit_mg_per_l: float,
) -> Family:
    """Courses of subjects or mean curves with what was measured; see `evidence_of`."""
    levers, regimens = [], []
    samples: list[Sample] = []
    observed, censored = [], []
    for group, study in enumerate(studies):
        patient, _ = subject_of(study, library)
        levers.append(_levers(patient, library, known, effects, fed=study.fed))
        doses = tuple(Dose(t, mg, library.substance) for t, mg in study.doses_mg)
        regimens.append(Regimen(doses))
        for seen in study.observations:
            # Before the first dose there is nothing to predict.
            if seen.time_h <= 0 and seen.kind != ACTIVITY:
                continue
            below = seen.value <= (seen.quantification_limit or 0.0)
            samples.append(Sample(group, seen.time_h, OUTPUTS.get(seen.kind, ACTIVITY)))
            observed.append(np.log(limit_mg_per_l if below else seen.value))
            censored.append(below)
    return Family(
        tuple(study.dataset for study in studies),
        _courses(levers, regimens, samples, library, engine),
        np.array(observed),
        np.array(censored),
        np.array([s.quantity == ACTIVITY for s in samples]),
    )


def _courses(
    levers: Sequence[Levers],
    regimens: Sequence[Regimen],
    samples: Sequence[Sample],
    library: Library,
    engine: CompiledEngine,
) -> CourseModel:
    return course_model(
        library.spec,
        levers,
        regimens,
        samples,
        surrogate=library.surrogate,
        engine=engine,
        tolerance=_TOLERANCE,
    )


def _starts(
    levels: Sequence[GroupLevel],
    library: Library,
    known: Sequence[FreeParameter],
    effects: BetweenPatients,
    *,
    engine: CompiledEngine,
) -> Family:
    doses = sorted({level.daily_mg for level in levels})
    own = [_levers(levels[0].patient, library, known, effects) for _ in doses]
    samples = [Sample(doses.index(v.daily_mg), v.time_h, v.output) for v in levels]
    regimens = [
        daily(mg, days=_CURVE_DAYS, substance=library.substance) for mg in doses
    ]
    nothing = np.zeros(len(samples), np.bool_)
    return Family(
        tuple(f"{mg:g} mg daily" for mg in doses),
        _courses(own, regimens, samples, library, engine),
        np.log([level.observed for level in levels]),
        nothing,
        nothing,
    )
