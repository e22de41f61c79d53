"""Patients in the published forms: alleles, age, what has no effect and is said."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people import described, genes_with, library
from tests.twin.tables import ALLELES
from twin.errors import NumericsError
from twin.forms.in_form import (
    allele_value,
    form_parameters,
    individual_in,
    relative_effect,
    with_effects,
)
from twin.forms.model_form import ModelForm, load_form
from twin.model_files import form_names
from twin.vocabulary.patient import Patient

FORMS = {name: load_form(name) for name in form_names()}
EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
HAMBERG, FALKENHAGEN = FORMS["hamberg_2010"], FORMS["falkenhagen_2023"]


def somebody(**changes) -> Patient:
    return described(**changes).patient


def carrier(cyp2c9: str, vkorc1: str = "G/G", **changes) -> Patient:
    """A person all of whose alleles were tested."""
    genotype = genes_with(CYP2C9={"diplotype": cyp2c9, "tested": "all"}, VKORC1=vkorc1)
    return somebody(genotype=genotype, **changes)


def of(form: ModelForm, patient: Patient) -> dict[str, float]:
    return form_parameters(form, patient, library())


def clearance(form: ModelForm, patient: Patient) -> float:
    found = of(form, patient)
    return sum(found[name] for name in form.genes["CYP2C9"].constants)


# ---- alleles

PUBLISHED = {
    "hamberg_2010": ({"*1": 0.174, "*2": 0.0879, "*3": 0.0422}, {"G": 2.05, "A": 0.96}),
    "falkenhagen_2023": (
        {"*1": 0.1, "*2": 0.0505, "*3": 0.0243},
        {"G": 0.17, "A": 0.0796},
    ),
}


@EVERY_FORM
def test_each_allele_brings_its_published_value(form):
    by_cyp2c9, by_vkorc1 = PUBLISHED[form.name]
    cyp2c9 = itertools.combinations_with_replacement(by_cyp2c9, 2)
    vkorc1 = itertools.combinations_with_replacement(by_vkorc1, 2)
    for (a, b), (c, d) in itertools.product(cyp2c9, vkorc1):
        found = of(form, carrier(f"{a}/{b}", f"{c}/{d}"))
        values = [
            [found[name] for name in form.genes[gene].constants]
            for gene in ("CYP2C9", "VKORC1")
        ]

        assert sorted(values[0]) == sorted([by_cyp2c9[a], by_cyp2c9[b]])
        assert sorted(values[1]) == sorted([by_vkorc1[c], by_vkorc1[d]])


@EVERY_FORM
def test_our_own_priors_would_give_the_published_ratios(form):
    """What is lent to alleles the paper lacks holds for those it has: 0.51 and 0.24."""
    gene = form.genes["CYP2C9"]
    for name in ("*2", "*3"):
        published = gene.alleles[name].value / gene.alleles["*1"].value
        prior = ALLELES.allele("CYP2C9", name)

        assert relative_effect("CYP2C9", prior, library()) == pytest.approx(
            published, rel=0.01
        )


@EVERY_FORM
@pytest.mark.parametrize("name", ["*5", "*8", "*11", "*14"])
def test_an_allele_the_paper_lacks_is_related_to_the_reference(form, name):
    allele = library().alleles.allele("CYP2C9", name)
    gene = form.genes["CYP2C9"]
    value = allele_value(gene, allele, library())
    share = library().kinetics.cyp2c9_share_of_s

    assert value == pytest.approx(
        gene.alleles["*1"].value * (1 - share * (1 - allele.activity))
    )
    assert clearance(form, carrier(f"*1/{name}")) == gene.alleles["*1"].value + value
    assert any(
        f"CYP2C9 {name}: not in {form.name}" in reason and "(unverified)" in reason
        for reason in individual_in(form, carrier(f"*1/{name}"), library()).reasons
    )


@EVERY_FORM
def test_what_was_not_tested_is_weighed_and_not_taken_as_normal(form):
    unknown = somebody(genotype=genes_with(CYP2C9=None, VKORC1=None))
    shares = library().frequencies.of("VKORC1", None)
    g, a = (form.genes["VKORC1"].alleles[name].value for name in "GA")
    found = individual_in(form, unknown, library())
    sensitivity = [found.parameters[name] for name in form.genes["VKORC1"].constants]

    assert clearance(form, carrier("*1/*1")) > clearance(form, unknown)
    assert clearance(form, unknown) > clearance(form, carrier("*2/*2"))
    assert sensitivity == pytest.approx([shares["A"] * a + (1 - shares["A"]) * g] * 2)
    assert any("CYP2C9 was not tested" in reason for reason in found.reasons)


@EVERY_FORM
def test_the_mean_over_pairs_is_the_sum_of_the_places(form):
    """Alleles add, so weighing each place is weighing the pairs."""
    unknown = individual_in(form, somebody(genotype=genes_with(CYP2C9=None)), library())
    gene = form.genes["CYP2C9"]
    over_pairs = sum(
        possible.weight
        * sum(allele_value(gene, allele, library()) for allele in possible.alleles)
        for possible in unknown.genes["CYP2C9"].possibilities
    )

    assert sum(unknown.parameters[name] for name in gene.constants) == pytest.approx(
        over_pairs, rel=1e-12
    )


# ---- age and the rest


def test_age_goes_into_hambergs_form_alone():
    old, young = carrier("*1/*1", age="85 a"), carrier("*1/*1", age="40 a")

    assert of(HAMBERG, old)["age"] == 85.0
    assert of(HAMBERG, young)["age"] == 40.0
    assert of(FALKENHAGEN, old) == of(FALKENHAGEN, young)


@EVERY_FORM
def test_the_reference_person_is_the_file_as_it_stands(form):
    reference = carrier("*1/*1", age="71 a")

    assert of(form, reference) == {
        name: form.spec.constants[name] for name in of(form, reference)
    }


IGNORED: dict[str, dict[str, Any]] = {
    "liver disease": {"liver_disease": {"child_pugh_class": "B"}},
    "albumin": {"albumin": "25 g/L"},
    "kidney function": {"egfr": "25 mL/min/1.73m2"},
    "vitamin K from food": {"vitamin_k_intake": "300 ug/d"},
    "amiodarone": {"co_medication": ["amiodarone"]},
}


@EVERY_FORM
@pytest.mark.parametrize("what", IGNORED)
def test_what_a_form_does_not_know_has_no_effect_and_is_said(form, what):
    plain, stated = carrier("*1/*1"), carrier("*1/*1", **IGNORED[what])
    reasons = individual_in(form, stated, library()).reasons
    (said,) = [reason for reason in reasons if "without effect" in reason]

    assert of(form, stated) == of(form, plain)
    assert what in said
    assert what not in " ".join(
        reason
        for reason in individual_in(form, plain, library()).reasons
        if "without effect" in reason
    )
    assert f"{form.name} does not know {'; '.join(form.does_not_know)}" in reasons


# ---- differences between people


@EVERY_FORM
@given(eta=st.floats(-2.0, 2.0), which=st.integers(0, 2))
def test_an_effect_multiplies_its_own_constants_and_no_others(form, eta, which):
    typical = of(form, carrier("*1/*2", "A/G"))
    effect = form.effects.effects[which]
    found = with_effects(form, typical, {effect.name: eta})
    before = {**form.spec.constants, **typical}

    assert set(found) == {*typical, *effect.multiplies}
    for name, value in found.items():
        factor = np.exp(eta) if name in effect.multiplies else 1.0
        assert value == before[name] * factor


@EVERY_FORM
def test_nobody_differs_where_every_eta_is_nought(form):
    typical = of(form, carrier("*1/*3"))
    found = with_effects(form, typical, dict.fromkeys(form.effects.names, 0.0))

    assert {name: float(found[name]) for name in typical} == typical


@EVERY_FORM
def test_a_column_of_etas_gives_a_column_of_people(form):
    typical = of(form, carrier("*1/*1"))
    etas = np.linspace(-1.0, 1.0, 5)
    found = with_effects(form, typical, {"clearance": etas})

    assert found["CL_first"] == pytest.approx(typical["CL_first"] * np.exp(etas))


@EVERY_FORM
def test_an_effect_that_a_form_does_not_have_is_refused(form):
    with pytest.raises(NumericsError, match="has no effect 'appetite'; it has clear"):
        with_effects(form, {}, {"appetite": 0.1})
