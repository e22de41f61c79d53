"""Whom the model was made for: who is refused, who is doubted, and why."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people import library, person
from twin.applicability import Caution, InScope, OutOfScope, Scope, scope_of
from twin.interactions.co_medication import co_medication
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.genotype import GeneCall, Genotype
from twin.vocabulary.patient import ChildPughClass, Patient

ADULT = person("typical").patient
AGAINST: dict[str, dict[str, Any]] = {
    "age": {"age_years": 17.9},
    "pregnancy": {"pregnant": True},
    "active bleeding": {"active_bleeding": True},
}


def scope(
    patient: Patient = ADULT,
    *,
    child_pugh_class: ChildPughClass = "none",
    unknown_medicines: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Scope:
    return scope_of(
        patient,
        library(),
        child_pugh_class=child_pugh_class,
        medicines=co_medication(
            [CoMedicine(name, acknowledged=True) for name in unknown_medicines],
            interactions=library().interactions,
        ),
        warnings=warnings,
    )


def test_an_adult_without_anything_remarkable_is_in_scope():
    assert scope() == InScope()


def test_the_eighteenth_birthday_counts():
    assert scope(replace(ADULT, age_years=18.0)) == InScope()


@pytest.mark.parametrize(("reason", "change"), AGAINST.items())
def test_who_the_model_was_not_made_for_hears_why(reason, change):
    found = scope(replace(ADULT, **change))

    assert isinstance(found, OutOfScope)
    assert len(found.reasons) == 1
    assert found.reasons[0].startswith(reason)


def test_a_failing_liver_is_out_of_scope_and_a_diseased_one_is_doubted():
    assert isinstance(scope(child_pugh_class="C"), OutOfScope)
    for grade in ("A", "B"):
        found = scope(child_pugh_class=grade)
        assert isinstance(found, Caution)
        assert f"Child-Pugh {grade}" in found.reasons[0]


@given(
    st.sets(st.sampled_from(sorted(AGAINST)), min_size=1),
    st.sampled_from(["none", "A", "B", "C"]),
    st.lists(st.text(min_size=1, max_size=5), max_size=3),
)
def test_what_is_out_of_scope_stays_so_whatever_else_is_known(
    reasons, grade, medicines
):
    patient = ADULT
    for reason in reasons:
        patient = replace(patient, **AGAINST[reason])

    found = scope(patient, child_pugh_class=grade, unknown_medicines=tuple(medicines))

    assert isinstance(found, OutOfScope)
    assert len(found.reasons) == len(reasons) + (grade == "C")


def test_every_doubt_is_told():
    found = scope(
        child_pugh_class="A",
        unknown_medicines=("moonshine", "snake oil"),
        warnings=("weight: 160 kg is above 157 kg",),
    )

    assert isinstance(found, Caution)
    assert [reason.split(":")[0] for reason in found.reasons] == [
        "weight",
        "moonshine",
        "snake oil",
        "Child-Pugh A",
    ]


def test_an_unknown_medicine_blocks_the_dose_until_it_is_acknowledged():
    taken = [CoMedicine("moonshine")]
    unknown = co_medication(taken, interactions=library().interactions)

    found = scope_of(ADULT, library(), child_pugh_class="none", medicines=unknown)

    assert isinstance(found, OutOfScope)
    assert "acknowledged" in found.reasons[0]
    assert isinstance(scope(unknown_medicines=("moonshine",)), Caution)


@pytest.mark.parametrize(
    ("medicine", "said"),
    [
        (CoMedicine("fluconazole", stop_day=10.0), "for when its effect has gone"),
        (CoMedicine("fluconazole", stop_day=60.0), "for while it is taken"),
        (CoMedicine("fluconazole", start_day=15.0), "starts on day 15"),
        (CoMedicine("amiodarone", start_day=-1.0), "for its whole effect"),
        (CoMedicine("fluconazole"), "check the INR more often when fluconazole"),
        (CoMedicine("fluconazole", stop_day=-5.0), "ended on day -5"),
        (CoMedicine("capecitabine", 500.0), "at which its effect is known"),
        (CoMedicine("zafirlukast"), "was not read in a source"),
    ],
)
def test_what_a_prescriber_must_know_of_a_medicine_is_said(medicine, said):
    patient = replace(ADULT, co_medication=(medicine,))
    medicines = co_medication(
        patient.co_medication, interactions=library().interactions
    )

    found = scope_of(patient, library(), child_pugh_class="none", medicines=medicines)

    assert isinstance(found, Caution)
    assert any(said in reason for reason in found.reasons)


def test_a_doubt_is_no_refusal_and_a_refusal_forgets_the_doubts():
    doubted = scope(warnings=("x",))
    refused = scope(replace(ADULT, pregnant=True), warnings=("x",))

    assert isinstance(doubted, Caution)
    assert isinstance(refused, OutOfScope)
    assert not any(reason == "x" for reason in refused.reasons)


@pytest.mark.parametrize(
    ("call", "out"),
    [
        (GeneCall("CYP2C9", (), undefined=("rs1799853",)), True),
        (GeneCall("CYP2C9", (), positions_read=80), True),
        (GeneCall("VKORC1", (), undefined=("rs9923231",)), True),
        (GeneCall("CYP4F2", (), undefined=("rs2108622",)), False),
    ],
)
def test_a_gene_that_reads_as_nothing_named_gives_no_dose(call, out):
    patient = replace(ADULT, genotype=Genotype.of_results([call]))

    found = scope(patient)

    assert isinstance(found, OutOfScope if out else Caution)
    assert any(reason.startswith(f"{call.gene}: ") for reason in found.reasons)


def test_an_allele_of_every_panel_that_was_not_looked_for_is_said():
    call = GeneCall("CYP2C9", (("*1", "*1"), ("*1", "*3")), ("*3",), positions_read=1)
    patient = replace(ADULT, genotype=Genotype.of_results([call]))

    found = scope(patient)

    assert isinstance(found, Caution)
    assert any("CYP2C9 *3 were not looked for" in reason for reason in found.reasons)


def test_a_target_that_is_not_the_indications_is_said():
    patient = replace(ADULT, indication="mechanical_mitral_valve")
    stated = scope(replace(patient, target_inr=(2.0, 3.0)))
    usual = scope(replace(patient, target_inr=(2.5, 3.5)))

    assert isinstance(stated, Caution)
    assert "is not that of the indication" in stated.reasons[0]
    assert usual == InScope()
