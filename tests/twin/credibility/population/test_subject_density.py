"""The density of an unseen subject, by weighted draws, plain draws and quadrature."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm
from scipy.stats import t as student

from tests.people import library
from twin.credibility.pkpd import Study
from twin.credibility.population.evidence import FREEDOM
from twin.credibility.population.form_evidence import FormEvidence, form_evidence
from twin.credibility.population.subject_density import (
    PeopleDraws,
    subject_densities,
)
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION
from twin.forms.model_form import load_form
from twin.reproducibility import stream
from twin.vocabulary.observation import Observation

FORM = load_form("hamberg_2010")
N_EFFECTS = len(FORM.effects.names)
SENSITIVITY = FORM.effects.names.index("sensitivity")
PCA = "prothrombin_complex_activity"


def study(name: str, mg: float, activities: dict[float, float]) -> Study:
    seen = [Observation(time, PCA, value) for time, value in activities.items()]
    seen.append(Observation(24.0, "warfarin_racemate_plasma", 8.0))
    return Study(name, ((0.0, mg),), tuple(seen), age_years=30.0)


@pytest.fixture(scope="module")
def evidence() -> FormEvidence:
    studies = [
        study("one", 100.0, {0.0: 100.0, 24.0: 20.0, 48.0: 12.0, 96.0: 15.0}),
        study("two", 60.0, {24.0: 30.0, 72.0: 15.0}),
    ]
    return form_evidence(FORM, studies, library(), engine=CompiledEngine(POPULATION))


def draws_for(evidence: FormEvidence, n: int, which: list[int]) -> PeopleDraws:
    dice = stream(1, "draws")
    x = 0.2 * dice.normal(size=(n, len(FORM.known)))
    ln_sds = FORM.effects.ln_sds[which]
    roots = np.broadcast_to(np.diag(ln_sds), (n, len(which), len(which)))
    shape = (n, len(evidence.subjects.observed))
    return PeopleDraws(x, which, roots, np.full(shape, 0.15), np.zeros(shape))


def counted(evidence: FormEvidence) -> np.ndarray:
    return np.ones(len(evidence.subjects.observed), np.bool_)


def test_concentrations_stay_out_of_what_forms_have_in_common(evidence):
    assert evidence.subjects.model.group.tolist() == [0, 0, 0, 0, 1, 1]
    assert np.exp(evidence.subjects.observed[1]) == pytest.approx(20.0)
    assert np.all(evidence.subjects.activity)


def test_genes_nobody_tested_are_part_of_how_subjects_differ(evidence):
    by_effect = dict(zip(FORM.effects.names, evidence.untested_sd, strict=True))

    assert by_effect["clearance"] > 0.1
    assert by_effect["sensitivity"] > 0.1
    assert by_effect["volume"] == 0.0


def test_one_effect_by_quadrature(evidence):
    draws = draws_for(evidence, 3, [SENSITIVITY])
    found = subject_densities(
        evidence.subjects, draws, counted(evidence), n_each=400, rng=stream(2, "own")
    )
    ln_sd = FORM.effects.ln_sds[SENSITIVITY]
    at = np.linspace(-6 * ln_sd, 6 * ln_sd, 2001)
    z = np.zeros((len(at), N_EFFECTS))
    z[:, SENSITIVITY] = at
    for number in range(3):
        x = np.repeat(draws.x[[number]], len(at), axis=0)
        for subject in range(2):
            own = evidence.subjects.model.group == subject
            predicted = evidence.subjects.model.values(x, z, subject)
            apart = (evidence.subjects.observed[own] - predicted) / 0.15
            each = student.logpdf(apart, FREEDOM) - np.log(0.15)
            ln_product = each.sum(axis=1) + norm.logpdf(at, 0.0, ln_sd)
            exact = logsumexp(ln_product) + np.log(at[1] - at[0])

            assert found.ln_density[number, subject] == pytest.approx(exact, abs=0.12)
    assert found.worth.min() > 100


def test_all_effects_by_plain_draws_of_the_prior(evidence):
    draws = draws_for(evidence, 2, list(range(N_EFFECTS)))
    found = subject_densities(
        evidence.subjects, draws, counted(evidence), n_each=1000, rng=stream(3, "own")
    )
    z = stream(4, "plain").normal(size=(20_000, N_EFFECTS)) * FORM.effects.ln_sds
    for number in range(2):
        x = np.repeat(draws.x[[number]], len(z), axis=0)
        for subject in range(2):
            own = evidence.subjects.model.group == subject
            predicted = evidence.subjects.model.values(x, z, subject)
            apart = (evidence.subjects.observed[own] - predicted) / 0.15
            each = student.logpdf(apart, FREEDOM) - np.log(0.15)
            plain = logsumexp(each.sum(axis=1)) - np.log(len(z))

            assert found.ln_density[number, subject] == pytest.approx(plain, abs=0.15)


def test_what_is_not_counted_has_no_part(evidence):
    """A subject of whom nothing counts is as probable as anything: ln 1."""
    draws = draws_for(evidence, 2, list(range(N_EFFECTS)))
    of_first = evidence.subjects.model.group == 0
    found = subject_densities(
        evidence.subjects, draws, of_first, n_each=2000, rng=stream(5, "own")
    )

    assert found.ln_density[:, 1] == pytest.approx([0.0, 0.0], abs=0.1)
    assert np.all(np.abs(found.ln_density[:, 0]) > 0.2)


def test_below_quantification_counts_with_its_tail(evidence):
    """Far below the limit is as good as certain, far above next to impossible."""
    family = evidence.subjects
    limits = []
    for limit in (1000.0, 1.0):
        observed = np.full(len(family.observed), np.log(limit))
        censored = replace(
            family, observed=observed, censored=np.ones(len(observed), np.bool_)
        )
        limits.append(
            subject_densities(
                censored,
                draws_for(evidence, 2, [SENSITIVITY]),
                counted(evidence),
                n_each=200,
                rng=stream(6, "limit"),
            ).ln_density
        )

    assert limits[0] == pytest.approx(np.zeros((2, 2)), abs=0.05)
    assert np.all(limits[1] < -5.0)
