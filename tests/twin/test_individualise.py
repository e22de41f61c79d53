"""A description becomes parameters: each fact moves its own scale and no other."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.people import DESCRIBED, described, genes_with, library, person
from twin.errors import PatientError
from twin.individualise import Individual, individualise

few = settings(max_examples=25, deadline=None)
REFERENCE = person("typical")
WITHOUT_EFFECT = "rs12777823 has no effect here"


def moved_from_reference(individual: Individual) -> set[str]:
    """Kinds of parameters that changed: `S__V_liver_1` is `V_`, `S__Vm_A` is `Vm`."""
    changed = {
        name
        for name, value in individual.parameters.items()
        if value != REFERENCE.parameters.get(name)
    }
    return {
        re.sub(r"^[SR]__(V_|Q_|Kp_|CL_[a-z]+|[A-Za-z]+).*", r"\1", name)
        for name in changed
    }


# ---- whose numbers they are


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_number_is_a_constant_of_the_model(name):
    assert set(person(name).parameters) <= set(library().spec.constants)


def test_the_reference_patient_is_the_one_in_the_file():
    constants = library().spec.constants

    assert dict(REFERENCE.parameters) == pytest.approx(
        {name: constants[name] for name in REFERENCE.parameters}, rel=1e-12
    )


def test_both_enantiomers_are_in_one_body():
    """Volumes, flows and absorption are shared; binding and enzymes are not."""
    parameters = REFERENCE.parameters
    shared = [
        name.removeprefix("S__")
        for name in parameters
        if re.match(r"S__(V_|Q_|BP$|ka$|kd$|F_absorbed$|zone_weight)", name)
    ]

    assert len(shared) > 30
    for name in shared:
        assert parameters[f"S__{name}"] == parameters[f"R__{name}"], name


def test_the_enzymes_of_the_zones_are_those_of_the_liver():
    weights = [REFERENCE.parameters[f"S__zone_weight_{zone}"] for zone in range(1, 6)]

    assert sum(weights) == pytest.approx(5.0)
    assert weights == sorted(weights)


# ---- each fact on its own scale

CYCLE_AT_REST = {"VK__K_start", "KH2_start", "VK__KO_start"}
ENZYMES = {"Vm", "CL_linear"}
LOST = {"diplotype": "*2/*3", "tested": "all"}


@pytest.mark.parametrize(
    ("changes", "scale"),
    [
        ({"genotype": genes_with(CYP2C9=LOST)}, {"Vm", "Km"}),
        ({"genotype": genes_with(VKORC1="A/A")}, {"VKORC1_capacity", *CYCLE_AT_REST}),
        (
            {"genotype": genes_with(CYP4F2={"diplotype": "*3/*3", "tested": "all"})},
            {"VK__catabolism", *CYCLE_AT_REST},
        ),
        ({"vitamin_k_intake": "250 ug/d"}, {"VK__intake", *CYCLE_AT_REST}),
        ({"vitamin_k_intake": "100 ug/d"}, set()),  # the usual
        ({"albumin": "25 g/L"}, {"fu", "BP", "Kp_", "CL_renal"}),
        ({"egfr": "20 mL/min/{1.73_m2}"}, {*ENZYMES, "CL_renal"}),
        ({"egfr": "90 mL/min/{1.73_m2}"}, {"CL_renal"}),
        ({"co_medication": ["fluconazole"]}, {"inhibition", "activity"}),
        ({"co_medication": ["rifampicin"]}, {"induction", "activity"}),
        ({"co_medication": ["snake oil"]}, set()),
        ({"age": "85 a"}, {*ENZYMES, "Q_"}),
        ({"weight": "110 kg"}, {*ENZYMES, "Q_", "V_", "F__plasma"}),
        ({"cardiac_output": "4 L/min"}, {"Q_"}),
        ({"blood_volume": "6 L"}, {"V_", "F__plasma"}),
        ({"haematocrit": "30 %"}, {"BP", "F__plasma"}),
        ({"target_inr": {"low": "2.5 {INR}", "high": "3.5 {INR}"}}, set()),
        ({"active_bleeding": True}, set()),
    ],
)
def test_a_fact_moves_its_own_scale_and_no_other(changes, scale):
    assert moved_from_reference(described(**changes)) == scale


def test_food_slows_absorption_and_nothing_else():
    fed = individualise(REFERENCE.patient, library(), fed=True)

    assert moved_from_reference(fed) == {"ka"}
    assert fed.parameters["S__ka"] < REFERENCE.parameters["S__ka"]


def test_cirrhosis_reaches_every_scale():
    """Enzymes, binding, circulation, synthesis; the genes stay what they are."""
    cirrhosis = person("cirrhosis")

    assert moved_from_reference(cirrhosis) >= {
        *("Vm", "CL_linear", "CL_renal", "fu", "Kp_", "BP", "Q_"),
        *("F__synthesis", "PT__V", "F__plasma"),
    }
    assert cirrhosis.parameters["VKORC1_capacity"] == 1.0


# ---- laws


@few
@given(st.integers(20, 90), st.integers(0, 10))
def test_growing_older_never_makes_more_enzyme(age, years):
    young, old = described(age=f"{age} a"), described(age=f"{min(age + years, 90)} a")

    for name in ("S__Vm_A", "S__CL_linear", "R__CL_linear"):
        assert old.parameters[name] <= young.parameters[name]


@few
@given(st.integers(45, 120), st.integers(0, 30))
def test_a_heavier_body_is_larger_in_every_part(weight, more):
    light = described(weight=f"{weight} kg").parameters
    heavy = described(weight=f"{weight + more} kg").parameters

    for name in light:
        if name.startswith("S__V_") or name in {"F__plasma", "S__Vm_A", "R__CL_linear"}:
            assert heavy[name] >= light[name] * (1 - 1e-12), name


@few
@given(st.floats(12.0, 60.0), st.floats(0.5, 1.0))
def test_less_albumin_never_binds_more(albumin, part):
    """And what stays bound leaves the same unbound drug to the enzymes."""
    more = described(albumin=f"{albumin} g/L")
    less = described(albumin=f"{max(part * albumin, 10.0)} g/L")

    assert less.parameters["S__fu"] >= more.parameters["S__fu"]
    for name in ("S__Vm_A", "S__Km_A", "S__CL_linear"):
        assert less.parameters[name] == more.parameters[name]
    # Unbound clearance by the kidney does not see binding either.
    assert less.parameters["S__CL_renal"] / less.parameters["S__fu"] == pytest.approx(
        more.parameters["S__CL_renal"] / more.parameters["S__fu"]
    )


@few
@given(st.permutations(["fluconazole", "amiodarone", "rifampicin", "vitamin C"]))
def test_the_order_of_the_medicines_does_not_matter(medicines):
    plain = described(co_medication=sorted(medicines))

    assert dict(described(co_medication=medicines).parameters) == dict(plain.parameters)


# ---- what is said of it


def test_what_was_measured_needs_no_reason():
    measured = described(
        blood_volume="4.9 L",
        cardiac_output="5.5 L/min",
        haematocrit="45 %",
        albumin="43 g/L",
        egfr="90 mL/min/{1.73_m2}",
    )

    assert [r for r in measured.reasons if WITHOUT_EFFECT not in r] == []


@pytest.mark.parametrize(
    "words",
    [
        "blood volume 4.9 L from height and weight",
        "cardiac output 5.5 L/min from body surface",
        "haematocrit 0.45 of a typical adult",
        "albumin not measured: taken as 43 g/L",
        "kidney function not measured",
    ],
)
def test_what_was_not_measured_is_said(words):
    assert any(words in reason for reason in REFERENCE.reasons)


def test_a_medicine_nobody_modelled_is_reported_and_changes_nothing():
    individual = described(co_medication=["snake oil"])

    assert individual.co_medication.unknown == ("snake oil",)
    assert moved_from_reference(individual) == set()


def test_a_twin_cannot_be_changed_in_place():
    with pytest.raises(TypeError):
        REFERENCE.parameters["KiS"] = 1.0  # type: ignore[index]
    with pytest.raises(PatientError):
        described(weight="0.1 kg")
