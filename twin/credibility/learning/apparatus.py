"""With what people are invented and learned back: the roads that answers take.

What is verified is what a request runs: `twin.dosing.learning.learned_from`, which
`twin learn` and the service call, and the model, draws and engines they call it with.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.learning.ranks import Road
from twin.dosing.learning import learned_from
from twin.dosing.recommend import steady_chain, target_of
from twin.engine.compiled import CompiledEngine
from twin.errors import NumericsError
from twin.forms.in_form import individual_in
from twin.forms.model_form import ModelForm
from twin.forms.population import load_form_population
from twin.inference.form_levers import levers_in_form
from twin.inference.learn import Learning
from twin.inference.noise import Noise
from twin.inference.question import Person
from twin.library import Library
from twin.lifecycle import Twin, believe, build
from twin.vocabulary.observation import Observation
from twin.vocabulary.patient import Patient
from twin.vocabulary.population import Population
from twin.vocabulary.regimen import Regimen

_SEEDS = 2**31
_SMALLEST_DOSE_MG, _LARGEST_DOSE_MG = 0.5, 15.0
_HALF_TABLETS_MG = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Apparatus:
    """Model, population, laws of measurement, and the engines of a request.

    slopes, draws   as in `learned_from`
    chains          for slopes on the slow road, asked thousands of times
    """

    library: Library
    population: Population
    noise: Noise
    slopes: CompiledEngine
    draws: CompiledEngine
    chains: CompiledEngine

    def twin(self, patient: Patient) -> Twin:
        """The typical twin of a patient."""
        return build(patient, self.library, engine=self.slopes)

    def person(self, twin: Twin) -> Person:
        """Who is learned about, before anything was measured."""
        believed = believe(
            twin,
            self.population,
            self.noise,
            slopes=self.slopes,
            draws=self.draws,
            n_known=1,
            n_each=1,
        )
        if believed.belief is None:
            raise NumericsError("a twin that believes carries no draws")
        return believed.belief.person

    def person_in(self, form: ModelForm, patient: Patient) -> Person:
        """The same patient in a published form, people differing as that form says."""
        own = individual_in(form, patient, self.library)
        return Person(
            levers_in_form(own, self.library),
            load_form_population(form),
            self.noise,
            form.spec,
            self.library.surrogate,
            self.slopes,
            self.draws,
        )

    def learned(
        self,
        twin: Twin,
        taken: Regimen,
        seen: Sequence[Observation],
        *,
        rng: np.random.Generator,
    ) -> tuple[Twin, Twin]:
        """The twin before and after, as a request gets them."""
        return learned_from(
            twin,
            self.population,
            self.noise,
            taken,
            seen,
            slopes=self.slopes,
            draws=self.draws,
            seed=int(rng.integers(_SEEDS)),
        )

    def road(self, twin: Twin) -> Road:
        """How a request learns of this patient."""

        def learn(
            _person: Person,
            told: Regimen,
            seen: Sequence[Observation],
            rng: np.random.Generator,
        ) -> Learning:
            _, after = self.learned(twin, told, seen, rng=rng)
            return learning_of(after)

        return learn


def learning_of(twin: Twin) -> Learning:
    """What a conditioned twin has learned.

    Raises: NumericsError for a twin that has not.
    """
    if twin.belief is None or twin.belief.learning is None:
        raise NumericsError("this twin has not learned; call `condition` first")
    return twin.belief.learning


def dispensed_mg(twin: Twin) -> float:
    """The typical dose of a patient in half tablets of 1 mg, mg/day.

    0.5 to 15; where no dose keeps the target, 0.5.
    """
    dose = np.squeeze(steady_chain(twin).dose_for(target_of(twin).middle))
    tablets = np.nan_to_num(np.round(dose / _HALF_TABLETS_MG) * _HALF_TABLETS_MG)
    return float(np.clip(tablets, _SMALLEST_DOSE_MG, _LARGEST_DOSE_MG))
