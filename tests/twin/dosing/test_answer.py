"""The whole answer: what it says hangs together."""

from dataclasses import replace

import numpy as np
import pytest

from tests.believed import believed_twin_of
from tests.people import engine, library, twin_of
from twin.dosing.answer import answer
from twin.dosing.course import course_of, days_of, described, organ_course
from twin.dosing.explanation import explain
from twin.dosing.findings import terminal_half_life_h
from twin.dosing.leverage import hangs_on
from twin.dosing.recommend import steady_chain
from twin.lifecycle import Twin, build
from twin.vocabulary.domain import TargetRange
from twin.vocabulary.regimen import Dose, Regimen, daily

TARGET = TargetRange(2.0, 3.0, "test", "read")


@pytest.fixture(scope="module")
def typical() -> Twin:
    return believed_twin_of()


@pytest.fixture(scope="module")
def given(typical):
    return answer(typical, engine=engine())


def test_the_week_is_seven_days(given):
    assert given.maintenance.dose_mg_per_week == pytest.approx(
        7 * given.maintenance.dose_mg_per_day
    )
    assert sum(given.maintenance.plan_days_mg) == given.maintenance.plan_mg_per_week


def test_the_proposal_is_looked_at_for_sixty_days(given):
    assert given.course.is_proposal
    assert given.course.days == 60
    assert len(given.course.doses) == 60
    assert given.course.last_inr == pytest.approx(given.maintenance.plan_inr, abs=0.15)


def test_the_reference_patient_has_no_driver(given):
    assert given.drivers == ()
    assert given.scope.status == "in scope"


def test_possible_alleles_weigh_one_together():
    untested = answer(believed_twin_of(genotype=None), engine=engine())

    for gene in untested.genotype:
        listed = sum(p.weight for p in gene.possibilities)
        assert listed + gene.rarer_weight == pytest.approx(1)
        assert gene.reported is None
        assert gene.tested is None


def test_what_was_asked_is_shown_beside_the_proposal(typical):
    asked = daily(5.0, days=10, substance=library().substance)

    found = answer(typical, engine=engine(), regimen=asked, days=10)

    assert found.course is not None
    assert not found.course.is_proposal
    assert found.course.regimen == "5 mg once a day, 10 days"
    assert found.maintenance is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"age": "12 a", "weight": "40 kg", "height": "150 cm"},
        {"sex": "female", "pregnant": True},
        {"active_bleeding": True},
        {"liver_disease": {"child_pugh_class": "C"}},
    ],
)
def test_out_of_scope_everything_is_shown_but_a_dose(changes):
    found = answer(believed_twin_of(**changes), engine=engine())

    assert found.maintenance is None
    assert found.no_dose
    assert found.course is None
    assert found.physiology.liver_mass_kg > 0
    assert all(d.half_life_h is not None and d.half_life_h > 0 for d in found.drug)


def test_half_life_follows_volume_and_clearance(given):
    """A drug cleared slowly from one well-mixed body: V ln 2/CL."""
    for drug in given.drug:
        expected = np.log(2) * drug.volume_l / drug.clearance_l_per_h
        assert drug.half_life_h == pytest.approx(expected, rel=0.1)


def test_half_life_does_not_depend_on_a_small_dose(typical):
    small, smaller = (
        terminal_half_life_h(typical, dose, engine=engine()) for dose in (5.0, 4.0)
    )

    assert small["R"] == pytest.approx(smaller["R"], rel=0.05)


def half_lives(twin):
    """Half-lives by enantiomer, h, where both can be read."""
    found = terminal_half_life_h(twin, 5.0, engine=engine())
    return {drug: hours for drug, hours in found.items() if hours is not None}


def test_a_drug_that_is_gone_before_it_can_be_read_has_no_half_life():
    gone = twin_of(
        weight="300 kg",
        height="230 cm",
        albumin="10 g/L",
        haematocrit="0.7 1",
        creatinine="0.1 mg/dL",
        co_medication=["rifampicin", "carbamazepine", "phenytoin"],
    )

    assert terminal_half_life_h(gone, 5.0, engine=engine())["S"] is None


def test_two_lost_alleles_of_cyp2c9_lengthen_the_half_life_of_s_only():
    lost = twin_of(genotype={"CYP2C9": {"diplotype": "*3/*3", "tested": "all"}})
    kept = twin_of(genotype={"CYP2C9": {"diplotype": "*1/*1", "tested": "all"}})

    slow, quick = (half_lives(twin) for twin in (lost, kept))

    assert slow["S"] > 2 * quick["S"]
    assert slow["R"] == pytest.approx(quick["R"], rel=0.02)


def test_an_unverified_number_moves_the_dose_as_its_elasticity_says(typical):
    found = hangs_on(typical, 2.5)[0]
    strongest = next(item for item in found.matter if item.file == "sbml")
    chain = steady_chain(typical)
    more = {**chain.parameters, strongest.name: 1.005 * strongest.value}
    grown = replace(chain, parameters=more)

    change = float(np.squeeze(np.log(grown.dose_for(2.5) / chain.dose_for(2.5))))

    assert change == pytest.approx(0.005 * (strongest.elasticity or 0), rel=0.1)


def test_only_unverified_numbers_are_called_so(typical):
    unverified = {
        (file, " ".join(key))
        for file, keys in library().unverified().items()
        for key in keys
    }

    named = {(m.file, m.name) for m in hangs_on(typical, 2.5)[0].matter}

    assert named <= unverified
    assert named


def test_food_hardly_changes_what_the_dose_hangs_on(typical):
    eating = build(typical.patient, library(), engine=engine(), fed=True)
    fed, fasting = (
        {m.name: m.elasticity for m in hangs_on(twin, 2.5)[0].matter}
        for twin in (eating, typical)
    )

    assert fed == pytest.approx(fasting, abs=0.03)


def test_a_medicine_that_is_not_taken_is_no_unverified_ground(typical):
    names = {m.name for m in hangs_on(typical, 2.5)[0].matter}

    assert not any("rifampicin" in name for name in names)


def test_drivers_name_what_differs_and_by_how_much():
    twin = twin_of(
        age="80 a", genotype={"CYP2C9": {"diplotype": "*3/*3", "tested": "all"}}
    )
    found = {driver.trait: driver for driver in hangs_on(twin, 2.5)[1]}

    assert found["CYP2C9"].factor < 0.6
    assert found["age"].factor < 1
    assert "body" not in found


def test_albumin_moves_what_is_measured_but_no_steady_input():
    low, usual = (twin_of(albumin=f"{albumin} g/L") for albumin in (22, 43))
    steady = [
        float(np.squeeze(replace(steady_chain(twin), interval_h=0.0).dose_for(2.5)))
        for twin in (low, usual)
    ]
    once_a_day = [
        float(np.squeeze(steady_chain(twin).dose_for(2.5))) for twin in (low, usual)
    ]

    assert steady[0] == pytest.approx(steady[1], rel=0.001)
    # what is left is the larger swing of a drug that leaves faster
    assert 1.0 < once_a_day[0] / once_a_day[1] < 1.08
    unbound = [twin.individual.unbound_fraction["S"] for twin in (low, usual)]
    assert unbound[0] > 1.7 * unbound[1]


def test_a_course_that_passes_the_target_says_so(typical):
    course = course_of(
        typical,
        daily(15.0, days=20, substance=library().substance),
        days=20,
        target=TARGET,
        engine=engine(),
    )

    assert "passes 3" in course.warnings[0]


def test_levels_beyond_the_clotting_test_are_not_read_as_numbers(typical):
    course = course_of(
        typical,
        daily(100.0, days=14, substance=library().substance),
        days=14,
        target=TARGET,
        engine=engine(),
    )

    assert "more than a laboratory reads" in course.warnings[-1]


def test_without_a_duration_the_look_goes_beyond_the_last_dose():
    regimen = Regimen((Dose(0.0, 5.0, "x"), Dose(30.0, 5.0, "x")))

    assert days_of(regimen, None) == 2 + 14
    assert days_of(regimen, 5) == 5
    assert described(regimen) == "2 doses, 10 mg in all"


def test_the_scales_end_at_the_inr_of_the_dose(typical):
    dose = float(np.squeeze(steady_chain(typical).dose_for(2.5)))

    scales = explain(typical, dose)

    assert scales[-1].figures[-1].value == pytest.approx(2.5)
    assert all(figure.evidence for scale in scales for figure in scale.figures)
    assert len(explain(typical, None)) == 3


def test_the_twin_has_another_name_when_the_patient_differs(typical):
    assert twin_of(age="66 a").digest != typical.digest
    assert believed_twin_of().digest == typical.digest
    assert twin_of().digest == typical.parent
    assert replace(typical).digest == typical.digest


def test_no_inr_is_shown_above_what_a_laboratory_reads():
    limit = library().highest_readable_inr

    found = answer(
        believed_twin_of(),
        engine=engine(),
        regimen=daily(200.0, days=10, substance=library().substance),
        days=10,
    )

    assert found.course is not None
    assert found.course.highest_inr == limit
    assert any(f"above {limit:g}" in warning for warning in found.course.warnings)


def test_a_slowly_cleared_drug_is_followed_until_it_rests():
    slow = believed_twin_of(
        age="95 a",
        genotype={"CYP2C9": {"diplotype": "*6/*6", "tested": "all"}, "VKORC1": "A/A"},
    )

    found = answer(slow, engine=engine())

    assert found.maintenance is not None
    check = found.maintenance.check
    assert check.days > 70
    assert check.inr_mean_of_last_day == pytest.approx(2.5, abs=0.03)


def test_a_dose_that_hardly_any_fitted_patient_took_is_said_to_be_so():
    found = answer(
        believed_twin_of(
            age="30 a",
            weight="140 kg",
            co_medication=["rifampicin"],
            genotype={"CYP2C9": {"diplotype": "*1/*1", "tested": "all"}},
        ),
        engine=engine(),
    )

    assert found.maintenance is not None
    assert found.maintenance.dose_mg_per_day > library().fitted_doses_mg[1]
    assert any("fitted patients' doses" in warning for warning in found.warnings)


def test_organs_follow_the_medicines_days():
    taken = [{"medicine": "fluconazole", "daily_dose": "400 mg", "start": "10 d"}]
    regimen = daily(5.0, days=30, substance="warfarin sodium")
    organs = organ_course(
        twin_of(co_medication=taken), regimen, days=30, engine=engine()
    )
    blood = organs.mg_per_l["S"]["venous"]
    morning = 24 // 4

    assert blood[29 * morning] > 1.3 * blood[10 * morning]


def test_out_of_scope_the_reasons_are_said_once():
    refused = answer(believed_twin_of(co_medication=["moonshine"]), engine=engine())

    assert len(refused.no_dose) == 1
    assert not set(refused.no_dose) & set(refused.warnings)


def test_the_driver_names_the_medicines_that_are_there():
    later = {"medicine": "fluconazole", "start": "58 d"}
    given = answer(
        believed_twin_of(co_medication=["amiodarone", later]), engine=engine()
    )
    (driver,) = (d for d in given.drivers if d.trait == "co-medication")

    assert driver.value == "amiodarone"
