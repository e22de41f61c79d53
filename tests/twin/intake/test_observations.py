"""Measurements as somebody writes them: understood, warned about or refused by name."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people import library
from tests.twin.intake.test_question import ask
from twin.errors import InputError, ObservationError, PatientError, UnitError
from twin.intake.observations import LIMITS, MOST_OBSERVATIONS
from twin.intake.question import Question
from twin.units import accepted_units, canonical_unit
from twin.vocabulary.observation import FACTOR_ACTIVITIES, KINDS, Observation

REGIMEN = {"daily_dose": "5 mg", "duration": "14 d"}
DOMAIN = library().domain


def measured(*entries: Any, regimen: Any = REGIMEN, **more: Any) -> Question:
    return ask(regimen=regimen, observations=list(entries), **more)


def one(**entry: Any) -> Observation:
    (found,) = measured({"time": "72 h", **entry}).observations
    return found


def test_nothing_measured_is_nothing_to_learn():
    assert ask().observations == ()
    assert ask().not_learned == ()


def test_an_inr_may_be_a_number_alone_or_carry_its_unit():
    assert one(INR=2.3) == one(INR="2.3 {INR}") == one(INR={"value": 2.3, "unit": "1"})
    assert one(INR=2.3) == Observation(72.0, "INR", 2.3)


def test_a_time_is_on_the_twins_clock():
    assert one(time="3 d", INR=2) == one(time="72 h", INR=2)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_measured_and_be_below_quantification(kind):
    limits = DOMAIN.measured[LIMITS[kind]]
    value = {"value": sum(limits.soft) / 2, "unit": canonical_unit(limits.kind)}
    low = {"value": limits.soft[0], "unit": canonical_unit(limits.kind)}

    assert one(**{kind: value}).value == sum(limits.soft) / 2
    below = one(**{kind: {"below": low}})
    assert (below.value, below.quantification_limit) == (0.0, limits.soft[0])
    assert below.is_below


@pytest.mark.parametrize("kind", FACTOR_ACTIVITIES)
def test_a_factor_is_in_per_cent_of_normal(kind):
    assert one(**{kind: "0.35 1"}) == one(**{kind: "35 %"})
    assert one(**{kind: "35 %"}).value == 35.0


def test_the_order_in_which_measurements_are_written_does_not_matter():
    first, second = {"time": "3 d", "INR": 1.8}, {"time": "7 d", "INR": 2.4}

    assert measured(first, second).observations == measured(second, first).observations


def test_a_laboratory_may_state_its_reagent():
    assert one(INR=2.3, isi=1.4).isi == 1.4
    assert one(INR=2.3).isi is None


def test_two_values_that_contradict_each_other_are_both_taken():
    found = measured({"time": "96 h", "INR": 1.4}, {"time": "97 h", "INR": 4.2})

    assert [seen.value for seen in found.observations] == [1.4, 4.2]
    assert found.warnings == ()


def test_albumin_is_a_trait_of_the_patient_and_that_is_said():
    found = measured(
        {"time": "0 h", "albumin": "36 g/L"}, {"time": "72 h", "albumin": "3.8 g/dL"}
    )

    assert found.patient.albumin_g_per_l == 37.0
    assert found.observations == ()
    assert "the mean of 2, taken as exact" in found.notes[0]
    with pytest.raises(PatientError, match="keep one of them"):
        measured({"time": "0 h", "albumin": "36 g/L"}, albumin="40 g/L")


def test_an_albumin_that_changed_is_warned_of():
    found = measured(
        {"time": "0 h", "albumin": "25 g/L"}, {"time": "72 h", "albumin": "41 g/L"}
    )

    assert "albumin changed from 25 to 41 g/L" in found.warnings[0]


def test_where_nobody_learns_it_is_said_that_measurements_are_not_used():
    assert (
        "1 of the file is not used"
        in measured({"time": "3 d", "INR": 1.8}).not_learned[0]
    )


def test_a_value_hard_to_believe_is_taken_with_a_warning():
    found = measured({"time": "7 d", "INR": 9}, {"time": "8 d", "INR": 10})

    assert len(found.observations) == 2
    assert found.warnings[0].startswith("INR 9 {INR} is unusual")
    assert found.warnings[0].endswith("so are 1 more values")


def test_the_highest_inr_is_that_which_a_laboratory_reads():
    assert DOMAIN.measured["INR"].hard[1] == library().highest_readable_inr


S = "warfarin_S_plasma"
REFUSED: tuple[tuple[dict[str, Any], type[InputError], str], ...] = (
    ({"INR": "2.3 mg/L"}, UnitError, "unit 'mg/L' is not accepted.*a number alone"),
    ({S: "30 ug/dL"}, UnitError, "'ug/dL' is not accepted here; write one of: mg/L"),
    ({S: 0.4}, UnitError, "has no unit; write '0.8 mg/L'"),
    ({"INR": 45}, PatientError, "no laboratory reads.*was 4.5 .INR. meant"),
    ({"INR": 450}, PatientError, "no laboratory reads an INR above 15$"),
    ({"INR": -2.3}, PatientError, "-2.3 .INR. is outside"),
    ({"INR": "high"}, PatientError, "'high' is not a number"),
    ({"INR": math.inf}, PatientError, "too large"),
    ({"INR": True}, PatientError, "true is no quantity"),
    ({"INR": "2,3"}, PatientError, "with a point for decimals"),
    ({S: "-0.4 mg/L"}, PatientError, "below quantification is written"),
    ({S: "0 mg/L"}, PatientError, "below quantification is written .below: 0.1"),
    ({S: {"below": "0.1"}}, UnitError, "below: .*has no unit"),
    ({"INR": {"above": 8}}, ObservationError, "cannot be learned from"),
    ({"albumin": {"below": "20 g/L"}}, ObservationError, "not a limit"),
    ({"time": "-2 d", "INR": 1.1}, PatientError, "a value from before it is written"),
    ({"time": None, "INR": 2.3}, ObservationError, "time is missing"),
    ({"time": "3", "INR": 2.3}, UnitError, "'3' has no unit"),
    ({"time": "0 h", S: "0.4 mg/L"}, ObservationError, "before the first dose"),
    ({"time": "15 d", "INR": 2.3}, ObservationError, "after what.*duration: 15 d"),
    ({}, ObservationError, "none is there"),
    ({"INR": 2.3, S: "0.4 mg/L"}, ObservationError, "holds one measurement"),
    ({"PTT": "40 s"}, PatientError, "field 'PTT' is not known; known fields: time"),
    ({S: "0.4 mg/L", "isi": 1.1}, ObservationError, "belongs to an INR"),
    ({"INR": 2.3, "isi": 9}, PatientError, "isi: 9 .ISI. is outside"),
)  # fmt: skip


@pytest.mark.parametrize(("entry", "kind", "words"), REFUSED)
def test_what_cannot_be_is_refused_by_its_number(entry, kind, words):
    good = {"time": "48 h", "INR": 1.4}

    with pytest.raises(kind, match=f"^observation 2: .*{words}"):
        measured(good, {"time": "72 h", **entry})


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("INR 2.3", "write a list of entries such as .time: 7 d, INR: 2.3"),
        ([], "got an empty list"),
        (["2.3"], "observation 1: write e.g. .time"),
        (
            [{"time": "72 h", "INR": 2.3}] * 2,
            "observation 2: the same as observation 1",
        ),
        (
            [{"time": f"{n} h", "INR": 2.3} for n in range(MOST_OBSERVATIONS + 1)],
            f"more than the {MOST_OBSERVATIONS} that are taken",
        ),
    ],
)
def test_a_list_that_is_none_is_refused(written, words):
    with pytest.raises(ObservationError, match=words):
        ask(regimen=REGIMEN, observations=written)


def test_without_doses_a_measurement_tells_nothing():
    with pytest.raises(ObservationError, match="nothing is said of what was taken"):
        ask(observations=[{"time": "72 h", "INR": 2.3}])


def test_a_dose_of_a_gram_is_refused_before_anything_is_learned():
    with pytest.raises(PatientError, match="dose: 1000 mg is outside"):
        measured({"time": "72 h", "INR": 2}, regimen={**REGIMEN, "daily_dose": "1 g"})


def test_a_list_of_doses_tells_of_the_day_after_its_last():
    doses = [{"time": f"{day} d", "dose": "5 mg"} for day in range(3)]

    assert measured({"time": "3 d", "INR": 2}, regimen={"doses": doses}).observations
    with pytest.raises(ObservationError, match="until then"):
        measured({"time": "73 h", "INR": 2}, regimen={"doses": doses})
    stopped = {"doses": doses, "duration": "5 d"}
    assert measured({"time": "5 d", "INR": 2}, regimen=stopped).observations


@given(st.data())
def test_every_value_inside_the_soft_limits_is_taken_without_a_word(data):
    kind = data.draw(st.sampled_from(KINDS))
    limits = DOMAIN.measured[LIMITS[kind]]
    value = data.draw(st.floats(*limits.soft))
    unit = accepted_units(limits.kind)[0]

    found = measured({"time": "72 h", kind: {"value": value, "unit": unit}})

    assert found.warnings == ()
    assert found.observations[0].value == value
