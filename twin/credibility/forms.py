"""Published forms of the model beside our own: doses at rest, people in studies.

Nothing is fitted: each form predicts with the numbers its paper gives.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.pkpd import (
    PredictedRow,
    Study,
    predicted_row,
    subject_of,
)
from twin.credibility.typical import Facts, genotyped, typical_question, typical_twin
from twin.dosing.recommend import steady_chain
from twin.engine.simulate import Engine, simulate
from twin.errors import NumericsError
from twin.forms.in_form import form_parameters
from twin.forms.model_form import ModelForm
from twin.forms.readings import kinds_of, outputs_for, reading
from twin.forms.weights import OURS
from twin.library import Library
from twin.lifecycle import TOLERANCE
from twin.units import HOURS_PER_DAY
from twin.vocabulary.ensemble import Ensemble, Floats
from twin.vocabulary.regimen import Dose, Infusion, Regimen

# A year of steady intake: some seventy half-lives of S-warfarin in a *3/*3.
_AT_REST_H = 366 * HOURS_PER_DAY
_DOSES_MG_PER_DAY = (0.01, 200.0)
_HALVINGS = 30  # of the bracket in ln dose: to 1e-8


@dataclass(frozen=True, slots=True)
class GenotypeDoses:
    """The daily dose that one INR takes in one cell of the label's table.

    label_mg_per_day   the label's range
    doses_mg_per_day   by model, ours first
    """

    cyp2c9: str
    vkorc1: str
    label_mg_per_day: tuple[float, float]
    doses_mg_per_day: Mapping[str, float]

    def inside(self, model: str, *, tolerance_mg: float) -> bool:
        """Whether a model's dose lies in the label's range, or by so much outside."""
        low, high = self.label_mg_per_day
        dose = self.doses_mg_per_day[model]
        return low - tolerance_mg <= dose <= high + tolerance_mg


def steady_doses(
    form: ModelForm,
    people: Sequence[Mapping[str, float]],
    *,
    inr: float,
    engine: Engine,
) -> Floats:
    """The daily dose that brings each person to an INR at rest, taken evenly.

    By bisection in ln dose, each trial a year of steady inflow by the engine: the
    form's own equations and no second copy of them.

    Args:
        form: whose constants `people` are.
        people: parameters by SBML id, one mapping a person, all of the same names.
        inr: wanted, above the form's INR without the drug.
        engine: what integrates.

    Returns: float64[person], mg of the form's substance a day.

    Raises: NumericsError where no dose of 0.01 to 200 mg a day brings it about.
    """
    names = tuple(people[0])
    ensemble = Ensemble.of({n: np.array([each[n] for each in people]) for n in names})
    low, high = (np.full(len(people), np.log(dose)) for dose in _DOSES_MG_PER_DAY)
    least, most = (
        _inr_at_rest(form, ensemble, np.exp(ln_dose), engine) for ln_dose in (low, high)
    )
    if not np.all((least < inr) & (inr <= most)):
        raise NumericsError(
            f"{form.name}: no dose of {_DOSES_MG_PER_DAY[0]:g} to "
            f"{_DOSES_MG_PER_DAY[1]:g} mg a day brings an INR of {inr:g}"
        )
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        too_little = _inr_at_rest(form, ensemble, np.exp(middle), engine) < inr
        low = np.where(too_little, middle, low)
        high = np.where(too_little, high, middle)
    return np.asarray(np.exp(0.5 * (low + high)))


def _inr_at_rest(
    form: ModelForm, ensemble: Ensemble, mg_per_day: Floats, engine: Engine
) -> Floats:
    """float64[draw], the INR at the end of a year of steady intake."""
    amounts = mg_per_day * _AT_REST_H / HOURS_PER_DAY
    inflows = [
        Regimen(infusions=(Infusion(0.0, _AT_REST_H, float(mg), form.substance),))
        for mg in amounts
    ]
    prediction = simulate(
        form.spec,
        ensemble,
        inflows,
        [_AT_REST_H],
        outputs=(form.outputs["INR"].id,),
        engine=engine,
        tolerance=TOLERANCE,
    )
    return np.asarray(prediction.values[:, 0, 0])


def label_doses(
    forms: Iterable[ModelForm], facts: Facts, library: Library, *, engine: Engine
) -> tuple[GenotypeDoses, ...]:
    """The cells of the label's table, by our twin and by each form.

    Args:
        forms: to be held beside ours.
        facts: with the label's table and its typical patient.
        library: of the drug.
        engine: what integrates.
    """
    label = facts["fda_label"]
    target = label["target_inr"]
    cells = [
        (cyp2c9, vkorc1, (float(low), float(high)))
        for cyp2c9, ranges in label["mg_per_day"].items()
        for vkorc1, (low, high) in zip(label["vkorc1"], ranges, strict=True)
    ]
    genotypes = [genotyped(cyp2c9, vkorc1) for cyp2c9, vkorc1, _ in cells]
    doses = {
        OURS: [
            float(
                np.squeeze(
                    steady_chain(
                        typical_twin(facts, library, engine=engine, genotype=genotype)
                    ).dose_for(target)
                )
            )
            for genotype in genotypes
        ]
    }
    patients = [
        typical_question(facts, library, genotype=genotype).patient
        for genotype in genotypes
    ]
    for form in forms:
        people = [form_parameters(form, patient, library) for patient in patients]
        found = steady_doses(form, people, inr=target, engine=engine)
        doses[form.name] = found.tolist()
    return tuple(
        GenotypeDoses(*cell, {name: found[n] for name, found in doses.items()})
        for n, cell in enumerate(cells)
    )


def predict_rows_in_form(
    form: ModelForm,
    studies: Iterable[Study],
    library: Library,
    *,
    engine: Engine,
    tolerance: float = TOLERANCE,
) -> tuple[PredictedRow, ...]:
    """Every observation that a form computes, beside what the form says of it.

    A subject is who `subject_of` takes them to be, as for our own twin; observations
    of other kinds are not among the rows.

    Args:
        form: that predicts.
        studies: subjects or mean curves.
        library: of the drug; alleles nobody tested are weighed by its frequencies.
        engine: what integrates.
        tolerance: relative.

    Returns: rows in the order of the studies and of their observations.
    """
    rows: list[PredictedRow] = []
    for study in studies:
        seen = [each for each in study.observations if each.kind in kinds_of(form)]
        if not seen:
            continue
        patient, _ = subject_of(study, library)
        times = np.unique([each.time_h for each in seen])
        kinds = sorted({each.kind for each in seen})
        prediction = simulate(
            form.spec,
            Ensemble.of(form_parameters(form, patient, library)),
            Regimen(tuple(Dose(t, mg, form.substance) for t, mg in study.doses_mg)),
            times,
            outputs=outputs_for(form, kinds),
            engine=engine,
            tolerance=tolerance,
        )
        courses = {
            kind: reading(form, prediction, kind, surrogate=library.surrogate)[0]
            for kind in kinds
        }
        rows += [
            predicted_row(
                study.dataset,
                each,
                float(courses[each.kind][np.searchsorted(times, each.time_h)]),
            )
            for each in seen
        ]
    return tuple(rows)
