"""Concentrations and clotting of people in studies, predicted without refitting.

A study's subject becomes the typical twin of what is known of them; what is not
known is assumed from the library and said.  Opens no file, fits nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.coagulation.assays import prothrombin_complex_activity
from twin.engine.simulate import Engine
from twin.errors import InputError
from twin.inference.readings import LEVELS
from twin.intake.ask import question_for
from twin.library import Library
from twin.lifecycle import TOLERANCE, build, predict
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.observation import Observation
from twin.vocabulary.patient import Patient
from twin.vocabulary.prediction import Prediction
from twin.vocabulary.regimen import Dose, Regimen

# kind of observation -> output of the model; the activity is computed from levels
OUTPUTS = {
    "warfarin_racemate_plasma": "warfarin_plasma",
    "warfarin_S_plasma": "S_plasma",
    "warfarin_R_plasma": "R_plasma",
    "INR": "INR",
}
_BELOW_QUANTIFICATION = "observed 0: below quantification"
_NO_GENOTYPE = (
    "genotype not tested: alleles weighed by pooled frequencies; "
    "a genotype in a data set's name is not used"
)
_NOTHING_PREDICTED = "nothing to compare with: the prediction is 0"


@dataclass(frozen=True, slots=True)
class UnscoredRow:
    """A row of a file that cannot be scored: kept, with the reason.

    dataset, kind      empty where the row does not say
    time_h, observed   None where they are no numbers
    predicted          None where the time allows no prediction
    """

    dataset: str
    kind: str
    time_h: float | None
    observed: float | None
    left_out: str
    predicted: float | None = None
    lo90: float | None = None
    hi90: float | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """One subject, or the mean of a group: who, what was taken, what was measured.

    sex, age_years, weight_kg, height_cm   None when the data do not say
    doses_mg   (time h, mg of the library's substance)
    fed        taken with food
    unscored   (place among the study's rows, row): what cannot be an observation
    """

    dataset: str
    doses_mg: tuple[tuple[float, float], ...]
    observations: tuple[Observation, ...]
    fed: bool = False
    sex: str | None = None
    age_years: float | None = None
    weight_kg: float | None = None
    height_cm: float | None = None
    unscored: tuple[tuple[int, UnscoredRow], ...] = ()


@dataclass(frozen=True, slots=True)
class PredictedRow:
    """An observation with its prediction; `left_out` says why it is not scored.

    lo90 and hi90 bound the 90 % band; None while the twin carries no uncertainty.
    """

    dataset: str
    kind: str
    time_h: float
    observed: float
    predicted: float
    lo90: float | None = None
    hi90: float | None = None
    left_out: str | None = None


def mg_of_tablet(enantiomer_mg: float, enantiomer: str, library: Library) -> float:
    """The racemic dose that brings so much of one enantiomer's acid.

    mg = m / (salt factor x share of the enantiomer)
    """
    number = library.drug.number
    share_s = number("warfarin", "share_s", unit="1")
    share = share_s if enantiomer == "S" else 1 - share_s
    return enantiomer_mg / (number("warfarin", "salt_factor", unit="1") * share)


def subject_of(study: Study, library: Library) -> tuple[Patient, tuple[str, ...]]:
    """The patient a study's subject is taken to be, and what was assumed.

    Raises: InputError naming the data set when a covariate is impossible.
    """
    volunteer = library.healthy_volunteer
    assumed = [_NO_GENOTYPE]
    nobody = (study.sex, study.age_years, study.weight_kg, study.height_cm)
    if all(known is None for known in nobody):
        described = ", ".join(f"{f} {volunteer[f]}" for f in COVARIATES)
        assumed.append(f"subjects not described: a healthy volunteer ({described})")
    document: dict[str, object] = {}
    for name, value, unit in (
        ("sex", study.sex, None),
        ("age", study.age_years, "a"),
        ("weight", study.weight_kg, "kg"),
        ("height", study.height_cm, "cm"),
    ):
        if value is not None:
            document[name] = value if unit is None else {"value": value, "unit": unit}
        elif name == "height" and study.sex in library.organs.height_cm:
            height = library.organs.height_cm[study.sex]  # type: ignore[index]
            document[name] = f"{height:g} cm"
            assumed.append(
                f"height not given: {height:g} cm, the reference {study.sex} adult's"
            )
        else:
            document[name] = volunteer[name]
            if len(assumed) == 1:
                assumed.append(f"{name} not given: {volunteer[name]}")
    try:
        question = question_for(document, library)
    except InputError as error:
        raise type(error)(f"{study.dataset}: {error}") from error
    return question.patient, tuple(assumed)


COVARIATES = ("sex", "age", "weight", "height")


def predict_rows(
    studies: Iterable[Study],
    library: Library,
    *,
    engine: Engine,
    tolerance: float = TOLERANCE,
) -> tuple[PredictedRow, ...]:
    """Every observation beside what the subject's typical twin says; one run each.

    Args:
        studies: subjects or mean curves.
        library: of the drug; one with other estimates predicts with those.
        engine: what integrates.
        tolerance: relative.

    Returns: rows in the order of the studies and of their observations.
    """
    rows: list[PredictedRow] = []
    for study in studies:
        points = [(seen.time_h, seen.kind) for seen in study.observations]
        said = _predicted(study, points, library, engine=engine, tolerance=tolerance)
        rows += [
            predicted_row(study.dataset, seen, value)
            for seen, value in zip(study.observations, said, strict=True)
        ]
    return tuple(rows)


def rows_in_order(
    study: Study, library: Library, *, engine: Engine, tolerance: float = TOLERANCE
) -> tuple[PredictedRow | UnscoredRow, ...]:
    """Every row of a study as the file has them, the unscored ones included."""
    rows: list[PredictedRow | UnscoredRow] = list(
        predict_rows([study], library, engine=engine, tolerance=tolerance)
    )
    points = [
        (row.time_h, row.kind)
        for _, row in study.unscored
        if row.time_h is not None and row.time_h >= 0
    ]
    # A run of its own: what cannot be scored must not touch what can.
    said = _predicted(study, points, library, engine=engine, tolerance=tolerance)
    at = dict(zip(points, said, strict=True))
    for place, row in study.unscored:
        here = None if row.time_h is None else at.get((row.time_h, row.kind))
        predicted = None if here is None else max(here, 0.0)
        rows.insert(place, replace(row, predicted=predicted))
    return tuple(rows)


def _predicted(
    study: Study,
    points: Sequence[tuple[float, str]],
    library: Library,
    *,
    engine: Engine,
    tolerance: float,
) -> list[float]:
    """What the subject's typical twin says at (time h, kind); one run for all."""
    if not points:
        return []
    patient, _ = subject_of(study, library)
    twin = build(patient, library, engine=engine, fed=study.fed)
    times = np.unique([time_h for time_h, _ in points])
    kinds = {kind for _, kind in points}
    prediction = predict(
        twin,
        Regimen(tuple(Dose(t, mg, library.substance) for t, mg in study.doses_mg)),
        times,
        outputs=_outputs_for(kinds),
        engine=engine,
        tolerance=tolerance,
    )
    courses = {kind: _course(kind, prediction, library) for kind in kinds}
    return [
        float(courses[kind][np.searchsorted(times, time_h)]) for time_h, kind in points
    ]


def _outputs_for(kinds: Iterable[str]) -> tuple[str, ...]:
    wanted: list[str] = []
    for kind in sorted(kinds):
        wanted += [OUTPUTS[kind]] if kind in OUTPUTS else LEVELS.values()
    return tuple(dict.fromkeys(wanted))


def _course(kind: str, prediction: Prediction, library: Library) -> Floats:
    """float64[time] of one kind of observation."""
    if kind in OUTPUTS:
        return prediction.typical(OUTPUTS[kind])
    surrogate = library.surrogate
    # Below its box the test no longer clots in a time anybody could read; the edge
    # of the box stands for "lowest that is told apart".
    box = dict(
        zip(
            surrogate.factors,
            zip(surrogate.lowest, surrogate.highest, strict=True),
            strict=True,
        )
    )
    levels = {
        factor: np.clip(prediction.typical(output), *box[factor])
        for factor, output in LEVELS.items()
    }
    return prothrombin_complex_activity(levels, surrogate=surrogate)


def predicted_row(dataset: str, seen: Observation, predicted: float) -> PredictedRow:
    """An observation beside its prediction, left out of scores where one is 0."""
    # The integrator's zero is some 1e-12 on either side.
    predicted = max(predicted, 0.0)
    left_out = (
        _BELOW_QUANTIFICATION
        if seen.value <= (seen.quantification_limit or 0.0)
        else _NOTHING_PREDICTED
        if predicted <= 0
        else None
    )
    return PredictedRow(
        dataset, seen.kind, seen.time_h, seen.value, predicted, left_out=left_out
    )
