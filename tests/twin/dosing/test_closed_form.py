"""The chain at rest: laws, its inverse, and the full model as second opinion."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.people import engine, library, person
from twin.dosing.closed_form import SteadyChain
from twin.engine.simulate import simulate
from twin.individualise import Individual, individualise
from twin.intake.ask import gene_names
from twin.intake.question import question_of
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import Dose, Regimen, daily

doses = st.floats(0.3, 15.0)
few = settings(max_examples=12, deadline=None)  # a dose is a search: 0.03 s each


def chain_of(individual: Individual) -> SteadyChain:
    found = library()
    amounts = found.spec.administration(found.substance).amount_per_mg
    return SteadyChain(
        {**found.spec.constants, **individual.parameters},
        {species.split("__")[0]: amount for species, amount in amounts.items()},
        found.surrogate,
    )


def cell(cyp2c9: str, vkorc1: str) -> Individual:
    """The label's patient, 65 years and 75 kg."""
    found = library()
    genotype = {
        **found.reference_patient["genotype"],
        "CYP2C9": {"diplotype": cyp2c9, "tested": "all"},
        "VKORC1": vkorc1,
    }
    question = question_of(
        {**found.reference_patient, "genotype": genotype},
        domain=found.domain,
        substance=found.substance,
        genes=gene_names(found),
        indications=found.indications,
    )
    return individualise(question.patient, found)


CHAIN = chain_of(person("typical"))


@few
@given(doses)
def test_the_dose_that_keeps_the_inr_of_a_dose_is_that_dose(dose):
    inr = CHAIN.inr(dose)

    assert CHAIN.dose_for(inr) == pytest.approx(dose, rel=1e-6)


@few
@given(st.floats(1.2, 5.0))
def test_the_inr_of_the_dose_for_an_inr_is_that_inr(inr):
    assert CHAIN.inr(CHAIN.dose_for(inr)) == pytest.approx(inr, rel=1e-7)


@few
@given(doses, st.floats(0.01, 1.0))
def test_more_drug_never_lowers_the_inr(dose, less):
    low, high = CHAIN.inr(np.array([less * dose, dose]))

    assert low <= high


@few
@given(doses)
def test_unbound_drug_balances_what_comes_in(dose):
    rate = dose / 24 * CHAIN.amount_per_mg["S"]
    unbound = CHAIN.unbound_um("S", rate)

    removed = CHAIN.unbound_clearance_l_per_h("S", unbound) * unbound

    assert removed == pytest.approx(
        rate * person("typical").parameters["S__F_absorbed"]
    )


def test_no_dose_is_the_drug_free_inr():
    assert np.squeeze(CHAIN.inr(0.0)) == pytest.approx(CHAIN.inr_at(0.0))
    assert CHAIN.inr(0.0) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("inr", [0.5, 0.99, 1e6])
def test_an_inr_that_no_dose_keeps_is_nan(inr):
    assert np.all(np.isnan(CHAIN.dose_for(inr)))


def test_many_draws_are_answered_as_one_by_one():
    people = [person(name) for name in ("typical", "sensitive", "cirrhosis")]
    stacked = {
        name: np.array(
            [{**library().spec.constants, **p.parameters}[name] for p in people]
        )
        for name in CHAIN.parameters
    }
    together = SteadyChain(stacked, CHAIN.amount_per_mg, CHAIN.surrogate)

    apart = [float(np.squeeze(chain_of(p).dose_for(2.5))) for p in people]

    assert together.dose_for(2.5) == pytest.approx(apart, rel=1e-9)


@pytest.mark.parametrize("vkorc1", ["G/G", "A/G", "A/A"])
@pytest.mark.parametrize(
    "cyp2c9", ["*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3"]
)
def test_the_full_model_agrees_when_the_dose_is_spread_over_the_day(cyp2c9, vkorc1):
    individual = cell(cyp2c9, vkorc1)
    chain = chain_of(individual)
    dose = float(np.squeeze(chain.dose_for(2.5)))
    hours, days = 8, 80
    spread = Regimen(
        tuple(
            Dose(float(t), dose * hours / 24, library().substance)
            for t in range(0, days * 24, hours)
        )
    )

    prediction = simulate(
        library().spec,
        Ensemble.of(dict(individual.parameters)),
        spread,
        np.arange((days - 1) * 24.0, days * 24.0 + 0.5, 1.0),
        outputs=("INR",),
        engine=engine(),
        tolerance=1e-7,
    )

    # What is left is the swing within eight hours and the liver's extraction.
    assert np.mean(prediction.typical("INR")) == pytest.approx(2.5, abs=0.03)


@few
@given(st.floats(0.05, 1.0))
def test_less_enzyme_never_asks_for_more_drug(share):
    parameters = dict(CHAIN.parameters)
    for allele in ("A", "B"):
        name = f"S__Vm_{allele}"
        parameters[name] = share * float(np.asarray(parameters[name]))
    less = SteadyChain(parameters, CHAIN.amount_per_mg, CHAIN.surrogate)

    assert less.dose_for(2.5) <= CHAIN.dose_for(2.5) * (1 + 1e-9)


@few
@given(st.floats(0.1, 10.0))
def test_protein_binding_does_not_move_the_dose_of_a_drug_cleared_slowly(factor):
    """Unbound drug is what is cleared and what acts; only the kidney sees the total."""
    parameters = dict(CHAIN.parameters)
    for drug in ("S", "R"):
        parameters[f"{drug}__CL_renal"] = 0.0
    plain = SteadyChain(parameters, CHAIN.amount_per_mg, CHAIN.surrogate)
    for drug in ("S", "R"):
        parameters = {**parameters, f"{drug}__fu": factor * 0.01}
    bound = SteadyChain(parameters, CHAIN.amount_per_mg, CHAIN.surrogate)

    assert bound.dose_for(2.5) == pytest.approx(plain.dose_for(2.5))


@pytest.mark.parametrize("cyp2c9", ["*1/*1", "*1/*3", "*3/*3"])
def test_the_full_model_keeps_the_inr_of_the_dose_taken_once_a_day(cyp2c9):
    individual = cell(cyp2c9, "A/G")
    chain = replace(chain_of(individual), interval_h=24.0)
    dose = float(np.squeeze(chain.dose_for(2.5)))
    days = 90

    prediction = simulate(
        library().spec,
        Ensemble.of(dict(individual.parameters)),
        daily(dose, days=days, substance=library().substance),
        np.arange((days - 1) * 24.0, days * 24.0 - 0.5, 1.0),
        outputs=("INR",),
        engine=engine(),
        tolerance=1e-7,
    )

    assert np.mean(prediction.typical("INR")) == pytest.approx(2.5, abs=0.01)


@few
@given(st.floats(1.0, 48.0))
def test_the_longer_between_doses_the_more_drug_keeps_an_inr(interval_h):
    swinging = replace(CHAIN, interval_h=interval_h)

    assert swinging.dose_for(2.5) >= CHAIN.dose_for(2.5) * (1 - 1e-9)


@few
@given(st.floats(1.2, 4.0))
def test_the_swinging_dose_for_an_inr_gives_that_inr(inr):
    swinging = replace(CHAIN, interval_h=24.0)

    assert swinging.inr(swinging.dose_for(inr)) == pytest.approx(inr, rel=1e-5)


def test_a_short_interval_is_a_steady_input():
    often = replace(CHAIN, interval_h=0.1)

    assert often.dose_for(2.5) == pytest.approx(CHAIN.dose_for(2.5), rel=1e-5)
