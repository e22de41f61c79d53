"""A patient in a published form is moved, learned about and believed in as in ours."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.believed import draws_engine, noise, slopes_engine
from tests.people import described, genes_with, library
from twin.engine.simulate import simulate
from twin.forms.in_form import FormIndividual, form_parameters, individual_in
from twin.forms.model_form import ModelForm, load_form
from twin.inference.asking import measured_of
from twin.inference.belief import Belief, occasions
from twin.inference.course_reader import Sample
from twin.inference.courses import course_model
from twin.inference.form_levers import (
    levers_in_form,
    measurable,
    untested_ln_sds,
)
from twin.inference.learn import learn
from twin.inference.levers import Levers
from twin.inference.particles import prior_particles
from twin.inference.question import Person
from twin.model_files import form_names
from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.observation import Observation
from twin.vocabulary.population import prior_population
from twin.vocabulary.regimen import daily

FORMS = {name: load_form(name) for name in form_names()}
EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
TESTED: dict[str, Any] = {
    "CYP2C9": {"diplotype": "*1/*3", "tested": "all"},
    "VKORC1": "A/G",
}
UNTESTED: dict[str, Any] = {"CYP2C9": None, "VKORC1": None}
TAKEN = daily(5.0, days=21, substance="warfarin sodium")
PCA = "prothrombin_complex_activity"


def somebody(form: ModelForm, genes: dict[str, Any]) -> FormIndividual:
    patient = described(genotype=genes_with(**genes)).patient
    return individual_in(form, patient, library())


def levers(form: ModelForm, genes: dict[str, Any], **how: bool) -> Levers:
    return levers_in_form(somebody(form, genes), library(), **how)


def person(form: ModelForm, genes: dict[str, Any]) -> Person:
    population = prior_population(
        form.parameters_known, form.effects, n_draws=200, rng=stream(1, form.name)
    )
    return Person(
        levers(form, genes),
        population,
        noise(),
        form.spec,
        library().surrogate,
        slopes_engine(),
        draws_engine(),
    )


def nothing(own: Levers, n: int = 1) -> tuple[Floats, Floats]:
    return np.zeros((n, len(own.known))), np.zeros((n, len(own.effects.names)))


@EVERY_FORM
@pytest.mark.parametrize("genes", [TESTED, UNTESTED], ids=["tested", "untested"])
def test_where_nothing_moves_stands_the_typical_person(form, genes):
    own = levers(form, genes, mean_alleles=True)
    found = dict(zip(own.names, own.parameters(*nothing(own))[0], strict=True))
    typical = form_parameters(form, somebody(form, genes).patient, library())

    assert own.genes == ()
    assert found == pytest.approx(found | typical)
    assert {n: found[n] for n in set(found) - set(typical)} == {
        n: form.spec.constants[n] for n in set(found) - set(typical)
    }


@EVERY_FORM
@given(far=st.floats(-1.0, 1.0), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_each_lever_multiplies_its_own_constants(form, far, seed):
    own = levers(form, TESTED)
    dice = np.random.default_rng(seed)
    x, z = nothing(own)
    k, e = dice.integers(x.shape[1]), dice.integers(z.shape[1])
    x[0, k], z[0, e] = far, 0.5 * far
    moved = own.parameters(x, z)[0] / own.centre

    for name, factor in zip(own.names, moved, strict=True):
        expected = far * (name in form.known[k].constants)
        expected += 0.5 * far * (name in form.effects.effects[e].multiplies)
        assert factor == pytest.approx(np.exp(expected))


@EVERY_FORM
def test_untested_alleles_stay_apart_and_have_the_typical_mean(form):
    """But for pairs that together are rarer than one in 200."""
    own = levers(form, UNTESTED)
    typical = form_parameters(form, somebody(form, UNTESTED).patient, library())

    assert {gene.gene for gene in own.genes} == {"CYP2C9", "VKORC1"}
    for place, gene in enumerate(own.genes):
        constants = form.genes[gene.gene].constants
        columns = [own.names.index(name) for name in constants]
        alleles = np.zeros((len(gene.weights), 2), np.int64)
        alleles[:, place] = np.arange(len(gene.weights))
        values = own.parameters(*nothing(own, len(alleles)), alleles)[:, columns]

        assert gene.weights @ values.sum(axis=1) == pytest.approx(
            sum(typical[name] for name in constants), rel=0.01
        )
        assert values.sum(axis=1).max() == pytest.approx(own.centre[columns].sum())


@EVERY_FORM
def test_a_pair_that_is_taken_as_known_is_the_carrier_of_it(form):
    own = levers(form, {**TESTED, "VKORC1": None})
    (gene,) = own.genes
    fixed = own.fixed_at([gene.names.index("A/A")])
    carrier = levers(form, {**TESTED, "VKORC1": "A/A"})

    assert fixed.names == carrier.names
    assert fixed.centre == pytest.approx(carrier.centre)


@EVERY_FORM
def test_untested_genes_widen_what_they_act_on_and_nothing_else(form):
    wide = dict(
        zip(
            form.effects.names,
            untested_ln_sds(somebody(form, UNTESTED), library()),
            strict=True,
        )
    )

    assert 0.15 < wide["clearance"] < 0.3
    assert 0.2 < wide["sensitivity"] < 0.35
    assert wide["volume"] == 0.0
    assert not np.any(untested_ln_sds(somebody(form, TESTED), library()))


@EVERY_FORM
def test_slopes_of_a_forms_courses_are_those_of_differences(form):
    own = levers(form, TESTED)
    samples = [Sample(0, 24.0 * day, what) for day in (2, 9) for what in ("INR", PCA)]
    model = course_model(
        form.spec,
        [own],
        [TAKEN],
        samples,
        surrogate=library().surrogate,
        engine=slopes_engine(),
        tolerance=1e-6,
    )
    x, z = (0.1 * row[0] + 0.1 for row in nothing(own))
    weights = np.array([1.0, -0.5, 2.0, 0.3])
    by_x, by_z = model.pulled_back(model.at(x, z[None]), x, weights)
    step = 1e-3

    for place in range(len(x)):
        up = model.at(x + step * np.eye(len(x))[place], z[None]).ln_value
        down = model.at(x - step * np.eye(len(x))[place], z[None]).ln_value
        assert by_x[place] == pytest.approx(
            weights @ (up - down) / (2 * step), abs=0.01
        )
    for place in range(len(z)):
        up = model.at(x, (z + step * np.eye(len(z))[place])[None]).ln_value
        down = model.at(x, (z - step * np.eye(len(z))[place])[None]).ln_value
        slope = weights @ (up - down) / (2 * step)
        assert by_z[0, place] == pytest.approx(slope, abs=0.01)


@EVERY_FORM
def test_values_of_many_draws_are_those_of_each_alone(form):
    own = levers(form, TESTED)
    model = course_model(
        form.spec,
        [own, own],
        [TAKEN, daily(2.5, days=9, substance=form.substance)],
        [Sample(0, 100.0, "INR"), Sample(1, 30.0, PCA), Sample(1, 200.0, "INR")],
        surrogate=library().surrogate,
        engine=slopes_engine(),
        tolerance=1e-6,
    )
    dice = np.random.default_rng(3)
    x, z = (0.2 * dice.normal(size=each.shape) for each in nothing(own, 4))
    found = model.values(x, z, 1)

    assert found.shape == (4, 2)
    for number in range(4):
        alone = model.at(x[number], np.stack([z[number]] * 2)).ln_value[1:]
        assert found[number] == pytest.approx(alone, abs=1e-4)


@EVERY_FORM
@pytest.mark.parametrize("genes", [TESTED, UNTESTED], ids=["tested", "untested"])
def test_learning_in_a_form_brings_it_to_what_was_measured(form, genes):
    """INRs above what the form expects: sensitivity moves, and the forecast."""
    own = person(form, genes)
    days = [5.0, 9.0, 14.0]
    before = Belief(
        own,
        prior_particles(
            own.levers, own.population, n_known=100, n_each=4, rng=stream(2, "prior")
        ),
    )
    times = np.array([24.0 * day for day in (*days, 20.0)])
    expected = np.median(
        before.courses(TAKEN, times, outputs=("INR",), engine=draws_engine()).of("INR"),
        axis=0,
    )
    seen = [
        Observation(24.0 * day, "INR", float(1.25 * inr))
        for day, inr in zip(days, expected, strict=False)
    ]
    learned = learn(own, TAKEN, seen, n_known=100, rng=stream(3, form.name))
    after = Belief(
        own, learned.learned.particles, learned, measured_of(seen, own.noise)
    )
    course = simulate(
        form.spec,
        after.ensemble,
        TAKEN,
        times,
        outputs=("INR",),
        engine=draws_engine(),
    ).of("INR")
    weights = after.particles.weights
    drift = occasions(after, TAKEN, times[-1:])

    assert learned.ess > 30
    for place in range(3):
        assert weights @ course[:, place] == pytest.approx(
            1.25 * expected[place], rel=0.1
        )
    assert weights @ course[:, 3] > 1.05 * expected[3]
    assert np.all(drift.variance >= 0.0)
    sensitivity = own.population.effects.names.index("sensitivity")
    assert weights @ after.particles.z[:, sensitivity] < 0.0


def test_of_each_form_counts_what_it_computes():
    seen = [
        Observation(24.0, "INR", 1.2),
        Observation(24.0, "warfarin_S_plasma", 0.4),
        Observation(24.0, "warfarin_racemate_plasma", 0.9),
        Observation(48.0, PCA, 60.0),
    ]

    assert [o.kind for o in measurable(FORMS["hamberg_2010"], seen)] == [
        "INR",
        "warfarin_S_plasma",
        PCA,
    ]
    assert [o.kind for o in measurable(FORMS["falkenhagen_2023"], seen)] == [
        "INR",
        "warfarin_racemate_plasma",
        PCA,
    ]
