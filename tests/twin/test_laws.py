"""Laws that the whole twin keeps, whoever the patient and whatever the regimen.

The balance of mass stands in tests/twin/multiscale/test_mass_balance.py.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.people import (
    DESCRIBED,
    described,
    engine,
    genes_with,
    library,
    person,
    therapy,
)
from tests.twin.tables import FREQUENCIES
from twin.engine.simulate import simulate
from twin.lifecycle import TOLERANCE
from twin.multiscale.whole_model import course
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.genotype import GENES
from twin.vocabulary.regimen import Change, Dose, Regimen, daily

few = settings(max_examples=6, deadline=None)  # each is a simulation or two
SHOWN = ("INR", "S_plasma", "R_plasma", "F__VII", "F__II")


# ---- no dose, no drug


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"vitamin_k_intake": "20 ug/d"},
        {"vitamin_k_intake": "400 ug/d"},
        {"genotype": genes_with(VKORC1="A/A", CYP4F2="*3/*3")},
        {"genotype": None},
        {"liver_disease": {"child_pugh_class": "B"}, "albumin": "24 g/L"},
        {
            "sex": "female",
            "age": "92 a",
            "weight": "41 kg",
            "egfr": "18 mL/min/{1.73_m2}",
        },
    ],
)
def test_without_a_dose_there_is_no_drug_and_no_change_in_sixty_days(changes):
    found = course(
        described(**changes),
        library(),
        Regimen(),
        np.arange(0.0, 60 * 24.0 + 1, 12.0),
        outputs=SHOWN,
        engine=engine(),
        tolerance=1e-9,
    )

    assert not np.any(found["S_plasma"])
    assert not np.any(found["R_plasma"])
    for output in ("INR", "F__VII", "F__II"):
        assert found[output] == pytest.approx(
            np.full_like(found[output], found[output][0]), rel=1e-6
        )


# ---- nothing is ever less than nothing


@pytest.mark.parametrize("name", DESCRIBED)
def test_no_amount_and_no_level_is_ever_negative(name):
    spec = library().spec
    thirty_days = therapy(name, days=20).joined(
        Regimen(
            (Dose(240.0, 10.0, "vitamin K1"), Dose(480.0, 200.0, library().substance)),
            (Change(300.0, "VK__intake", 1.0),),
        )
    )

    found = course(
        person(name),
        library(),
        thirty_days,
        np.arange(0.0, 30 * 24.0, 2.0),
        outputs=(*spec.states, "VKORC1_free", "INR"),
        engine=engine(),
    )

    lowest = {output: float(np.min(values)) for output, values in found.items()}
    assert {o: v for o, v in lowest.items() if v < -TOLERANCE * np.max(found[o])} == {}
    assert lowest["INR"] > 0.9


# ---- time has no beginning


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_same_regimen_later_gives_the_same_course_later(name):
    times = np.arange(0.0, 10 * 24.0, 5.0)
    wait_h = 9.5 * 24.0
    regimen = therapy(name, days=8).joined(
        Regimen(changes=(Change(100.0, "VK__intake", 300.0),))
    )

    now, later = (
        course(
            person(name),
            library(),
            shown,
            times + start,
            outputs=SHOWN,
            engine=engine(),
            tolerance=1e-8,
        )
        for shown, start in ((regimen, 0.0), (regimen.shifted(wait_h), wait_h))
    )

    for output in SHOWN:
        assert later[output] == pytest.approx(now[output], rel=1e-6, abs=1e-9)


# ---- more of the drug


@few
@given(
    st.sampled_from(sorted(DESCRIBED)),
    st.floats(0.5, 10.0),
    st.floats(0.05, 1.0),
    st.integers(0, 9),
)
def test_more_drug_never_lowers_the_inr(name, dose_mg, less, extra_day):
    """Neither every day, nor in one tablet more."""
    substance = library().substance
    every_day = daily(dose_mg, days=10, substance=substance)
    one_more = every_day.joined(
        Regimen((Dose(24.0 * extra_day + 12.0, dose_mg, substance),))
    )
    fewer = daily(less * dose_mg, days=10, substance=substance)

    little, usual, more = (
        course(
            person(name),
            library(),
            regimen,
            np.arange(0.0, 14 * 24.0, 6.0),
            outputs=("INR",),
            engine=engine(),
            tolerance=1e-7,
        )["INR"]
        for regimen in (fewer, every_day, one_more)
    )

    assert np.all(little <= usual * (1 + 1e-6))
    assert np.all(usual <= more * (1 + 1e-6))


# ---- numbers that are shown are the model's, not the integrator's


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_tolerance_half_as_large_changes_nothing_that_is_shown(name):
    usual, tighter = (
        course(
            person(name),
            library(),
            therapy(name, days=30),
            np.arange(6.0, 30 * 24.0, 12.0),
            outputs=SHOWN,
            engine=engine(),
            tolerance=tolerance,
        )
        for tolerance in (TOLERANCE, TOLERANCE / 2)
    )

    assert np.max(np.abs(usual["INR"] - tighter["INR"])) < 1e-4
    for output in SHOWN:
        assert usual[output] == pytest.approx(tighter[output], rel=1e-4)


def test_relabelling_patients_relabels_their_courses_and_nothing_else():
    people = [dict(person(name).parameters) for name in DESCRIBED]
    spec = library().spec

    def courses(order: list[int]) -> np.ndarray:
        columns = {
            name: [people[i].get(name, spec.constants[name]) for i in order]
            for name in sorted(set().union(*people))
        }
        return simulate(
            spec,
            Ensemble.of(columns),
            daily(4.0, days=5, substance=library().substance),
            np.arange(0.0, 6 * 24.0, 12.0),
            outputs=SHOWN,
            engine=engine(),
            tolerance=TOLERANCE,
        ).values

    plain = courses([0, 1, 2])

    assert np.array_equal(courses([2, 0, 1]), plain[[2, 0, 1]])


# ---- what nobody looked for


@pytest.mark.parametrize("gene", ["CYP2C9", "VKORC1", "CYP4F2"])
def test_a_gene_nobody_tested_is_not_read_as_its_reference(gene):
    known = person("typical")
    unknown = described(genotype=genes_with(**{gene: None}))

    assert known.genes[gene].mean_activity == 1.0
    assert unknown.genes[gene].mean_activity != pytest.approx(1.0, abs=1e-3)
    assert dict(unknown.parameters) != dict(known.parameters)
    assert any(f"{gene} was not tested" in reason for reason in unknown.reasons)
    assert not any("not tested" in reason for reason in known.reasons)


def test_an_untested_tag_counts_where_it_was_seen_to_matter():
    genotype = genes_with(rs12777823=None)
    pooled = described(genotype=genotype)
    stated = described(
        genotype={**genotype, "frequency_population": "Sub-Saharan African"}
    )

    assert pooled.genes["rs12777823"].mean_activity == 1.0
    assert any("rs12777823 has no effect here" in r for r in pooled.reasons)
    assert stated.genes["rs12777823"].mean_activity < 1.0
    assert any("rs12777823 was not tested" in r for r in stated.reasons)


def test_a_narrow_panel_leaves_more_doubt_than_a_wide_one():
    narrow = described(
        genotype=genes_with(CYP2C9={"diplotype": "*1/*1", "tested": ["*2", "*3"]})
    )

    assert narrow.genes["CYP2C9"].mean_activity < 1.0
    assert narrow.parameters["S__Vm_A"] < person("typical").parameters["S__Vm_A"]
    assert any(
        "stay possible behind what was reported" in reason for reason in narrow.reasons
    )


@pytest.mark.parametrize("population", FREQUENCIES.populations)
def test_ancestry_moves_nothing_where_every_gene_was_tested(population):
    tested = genes_with()
    assert set(tested) == set(GENES)

    stated = described(genotype={**tested, "frequency_population": population})

    assert dict(stated.parameters) == dict(person("typical").parameters)


@pytest.mark.parametrize("population", FREQUENCIES.populations)
def test_ancestry_is_no_covariate_beside_the_untested_alleles(population):
    """Body, organs and routes other than the untested gene's stay as they are."""
    genotype = genes_with(CYP4F2=None)

    pooled = described(genotype=genotype)
    stated = described(genotype={**genotype, "frequency_population": population})

    moved = {
        name
        for name, value in stated.parameters.items()
        if value != pooled.parameters[name]
    }
    assert moved <= {"VK__catabolism", "VK__K_start", "KH2_start", "VK__KO_start"}
