"""O'Reilly's activities of the prothrombin complex, arranged for a published form.

They are what our twin and every form can be held against: single doses, genes that
nobody tested.  The concentrations of the same subjects stay out, for one form knows no
racemate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.pkpd import Study, subject_of
from twin.credibility.population.evidence import Family
from twin.engine.compiled import CompiledEngine
from twin.forms.in_form import individual_in
from twin.forms.model_form import ModelForm
from twin.inference.course_reader import Sample
from twin.inference.courses import course_model
from twin.inference.form_levers import levers_in_form, untested_ln_sds
from twin.inference.readings import ACTIVITY
from twin.library import Library
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Dose, Regimen


@dataclass(frozen=True, slots=True, eq=False)
class FormEvidence:
    """The activities of all subjects, with the form that predicts them.

    untested_sd  float64[effect], what genes nobody tested add to its ln SD
    """

    form: ModelForm
    subjects: Family
    untested_sd: Floats


def form_evidence(
    form: ModelForm,
    studies: Sequence[Study],
    library: Library,
    *,
    engine: CompiledEngine,
) -> FormEvidence:
    """The activities in a form, around the numbers of its paper.

    Args:
        form: with an INR, off which the activity is read.
        studies: subjects, each taken to be who `subject_of` says, as for our twin.
        library: of our twin: alleles, their frequencies, the law of the clotting test.
        engine: what integrates; in double.
    """
    individuals = [
        individual_in(form, subject_of(study, library)[0], library) for study in studies
    ]
    seen = [
        (group, each)
        for group, study in enumerate(studies)
        for each in study.observations
        if each.kind == ACTIVITY
    ]
    model = course_model(
        form.spec,
        [levers_in_form(each, library, mean_alleles=True) for each in individuals],
        [
            Regimen(tuple(Dose(t, mg, form.substance) for t, mg in study.doses_mg))
            for study in studies
        ],
        [Sample(group, each.time_h, ACTIVITY) for group, each in seen],
        surrogate=library.surrogate,
        engine=engine,
    )
    return FormEvidence(
        form,
        Family(
            tuple(study.dataset for study in studies),
            model,
            np.log([each.value for _, each in seen]),
            np.zeros(len(seen), np.bool_),
            np.ones(len(seen), np.bool_),
        ),
        untested_ln_sds(individuals[0], library),
    )
