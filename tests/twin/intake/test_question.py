"""What a person wrote: understood, warned about or refused by name."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people import library
from twin.errors import (
    GenotypeError,
    InputError,
    PatientError,
    RegimenError,
    UnitError,
)
from twin.intake.ask import gene_names
from twin.intake.question import Question, question_of
from twin.units import accepted_units
from twin.vocabulary.domain import Domain
from twin.vocabulary.genotype import Diplotype

PATIENT = {"age": "65 a", "sex": "male", "weight": "75 kg", "height": "172 cm"}
DOMAIN = library().domain
ELSEWHERE = {"dose", "dose_time", "duration", "target_inr"}
FIELDS = sorted(
    name
    for name in set(DOMAIN.fields) - ELSEWHERE
    if not name.startswith("co_medicine_")
)
OF_THE_LIVER = ("bilirubin", "baseline_inr")
ANY = (0.0, 1e9)
ONE_BY_ONE = replace(
    DOMAIN,
    derived={n: replace(li, hard=ANY, soft=ANY) for n, li in DOMAIN.derived.items()},
)
"""The domain without what fields must be together."""


def ask(**changes: Any) -> Question:
    return asked_within(DOMAIN, **changes)


def asked_within(domain: Domain, **changes: Any) -> Question:
    return question_of(
        {**PATIENT, **changes},
        domain=domain,
        substance=library().substance,
        genes=gene_names(library()),
        indications=library().indications,
    )


def with_field(name: str, written: Any) -> Question:
    if name in OF_THE_LIVER:
        return ask(liver_disease={"child_pugh_class": "A", name: written})
    return asked_within(ONE_BY_ONE, **{name: written})


def test_a_patient_in_other_units_is_the_same_patient():
    same = ask(age="780 mo", weight={"value": 75000, "unit": "g"}, height="1.72 m")

    assert same.patient == ask().patient


def test_missing_is_none_and_no_default():
    patient = ask().patient

    assert patient.albumin_g_per_l is None
    assert patient.egfr_ml_per_min_per_1_73m2 is None
    assert patient.genotype.diplotypes == ()


@given(st.data())
def test_inside_the_soft_limits_nothing_is_said(data):
    name = data.draw(st.sampled_from(FIELDS))
    limits = DOMAIN.fields[name]
    value = data.draw(st.floats(*limits.soft))

    found = with_field(name, {"value": value, "unit": accepted_units(limits.kind)[0]})

    assert found.warnings == ()


@given(st.data())
def test_outside_the_soft_limits_a_warning_names_the_field(data):
    name = data.draw(st.sampled_from(FIELDS))
    limits = DOMAIN.fields[name]
    value = data.draw(st.floats(*limits.hard))
    if limits.soft[0] <= value <= limits.soft[1]:
        return

    found = with_field(name, {"value": value, "unit": accepted_units(limits.kind)[0]})

    assert len(found.warnings) == 1
    assert found.warnings[0].startswith(f"{name} ")


@given(st.data())
def test_outside_the_hard_limits_what_is_accepted_is_said(data):
    name = data.draw(st.sampled_from(FIELDS))
    limits = DOMAIN.fields[name]
    value = data.draw(st.floats(-1e9, 1e9))
    if limits.hard[0] <= value <= limits.hard[1]:
        return

    with pytest.raises(PatientError, match=f"{name}: .*outside what is accepted"):
        with_field(name, {"value": value, "unit": accepted_units(limits.kind)[0]})


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["5 mg", "65 a", "*1/*3", "all", "A/G", "2 {INR}"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["value", "unit", "diplotype", "tested", "low", "doses", "time", "INR"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *PATIENT,
                *FIELDS,
                "genotype",
                "liver_disease",
                "co_medication",
                "pregnant",
                "target_inr",
                "regimen",
                "observations",
                "unknown",
            ]
        ),
        anything,
        max_size=4,
    )
)
def test_whatever_is_written_is_answered_or_refused_in_one_line(changes):
    with suppress(InputError):
        assert ask(**changes).patient.age_years > 0


@pytest.mark.parametrize("name", ["race", "ethnicity", "name", "birth_date", "mrn"])
def test_who_somebody_is_has_no_field(name):
    with pytest.raises(PatientError, match=f"field '{name}' is not known"):
        ask(**{name: "x"})


def test_the_plus_strand_means_the_same_base():
    plus = ask(genotype={"VKORC1": "T/C"}).patient.genotype.of("VKORC1")

    assert plus is not None
    assert plus.text == "G/A"


def test_letters_of_two_strands_in_one_diplotype_are_refused():
    with pytest.raises(GenotypeError, match="mixes the letters of both strands"):
        ask(genotype={"VKORC1": "A/C"})


def test_the_order_of_two_alleles_does_not_matter():
    assert (
        ask(genotype={"CYP2C9": "*3/*1"}).patient
        == ask(genotype={"CYP2C9": "*1/*3"}).patient
    )


def test_a_panel_that_is_not_stated_is_a_warning():
    found = ask(genotype={"CYP2C9": "*1/*3"})
    diplotype = found.patient.genotype.of("CYP2C9")

    assert "the panel is not stated" in found.warnings[0]
    assert isinstance(diplotype, Diplotype)
    assert diplotype.tested == {"*2", "*3"}


def test_all_alleles_tested_leaves_nothing_to_warn_of():
    found = ask(genotype={"CYP2C9": {"diplotype": "*1/*1", "tested": "all"}})

    assert found.warnings == ()


def test_a_found_allele_was_tested_for():
    found = ask(genotype={"CYP2C9": {"diplotype": "*1/*8", "tested": ["*2"]}})
    diplotype = found.patient.genotype.of("CYP2C9")

    assert isinstance(diplotype, Diplotype)
    assert diplotype.tested == {"*2", "*8"}


@pytest.mark.parametrize(
    ("genotype", "complaint"),
    [
        ({"CYP2C9": "*1/*99"}, "allele '\\*99' is not known"),
        ({"CYP2C9": "*3"}, "no diplotype"),
        ({"CYP2D6": "*1/*4"}, "'CYP2D6' is not used"),
        ({"VKORC1": "A/X"}, "allele 'X' is not known"),
        ({"CYP2C9": {"diplotype": "*1/*1", "tested": "some"}}, "tested must be"),
    ],
)
def test_a_genotype_that_cannot_be_understood_is_refused(genotype, complaint):
    with pytest.raises(GenotypeError, match=complaint):
        ask(genotype=genotype)


@pytest.mark.parametrize(
    ("regimen", "complaint"),
    [
        ({"daily_dose": "5 mg"}, "needs a duration"),
        ({"duration": "30 d"}, "one of the two"),
        ({"doses": []}, "must be a list"),
        ({"doses": [{"time": "0 h"}]}, "dose 1: dose is missing"),
        (
            {
                "doses": [
                    {"time": "24 h", "dose": "5 mg"},
                    {"time": "0 h", "dose": "5 mg"},
                ]
            },
            "dose 2: 0 h is not after",
        ),
        (
            {"duration": "2 d", "doses": [{"time": "2 d", "dose": "5 mg"}]},
            "outside the duration",
        ),
        ({"doses": [{"time": "1 h", "dose": "5 mg"}] * 1001}, "more than the 1000"),
        (
            {"daily_dose": "5 mg", "duration": "1.5 d"},
            "duration: 36 h is not a number of whole days; write 1 d or 2 d",
        ),
    ],
)
def test_a_regimen_that_cannot_be_taken_is_refused(regimen, complaint):
    with pytest.raises((RegimenError, InputError), match=complaint):
        ask(regimen=regimen)


def test_a_daily_dose_is_one_dose_a_day():
    found = ask(regimen={"daily_dose": "5 mg", "duration": "1 wk"})

    assert found.days == 7
    assert found.regimen is not None
    assert [d.time_h for d in found.regimen.doses] == [24.0 * day for day in range(7)]


def test_the_same_warning_is_said_once():
    doses = [{"time": f"{12 * n} h", "dose": "100 mg"} for n in range(9)]

    (warning,) = ask(regimen={"doses": doses}).warnings

    assert warning.startswith("dose 100 mg is unusual")


def test_many_unusual_doses_are_gathered():
    doses = [{"time": f"{190 + n} d", "dose": f"{30 + n} mg"} for n in range(99)]

    when, how_much = ask(regimen={"doses": doses}).warnings

    assert when.startswith("dose_time 4560 h is unusual")
    assert how_much.startswith("dose 30 mg is unusual")
    assert how_much.endswith("; so are 98 more values")


def test_a_number_without_a_unit_is_no_quantity():
    with pytest.raises(UnitError, match="has no unit"):
        ask(weight="75")


def test_nothing_twice_in_the_medicines():
    with pytest.raises(PatientError, match="listed more than once"):
        ask(co_medication=["Amiodarone", " amiodarone"])
