import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.tables import INTERACTIONS
from twin.errors import PatientError
from twin.interactions.co_medication import co_medication
from twin.interactions.effect import Effect, effects_over
from twin.interactions.exposure import days_to_rest, level, unlike_the_usual_dose
from twin.interactions.medicines import ENZYMES
from twin.vocabulary.co_medicine import CoMedicine

names = st.sampled_from(sorted(INTERACTIONS.medicines))
several = st.lists(names, max_size=4, unique=True)
doses = st.floats(0.1, 5000)
days = st.floats(0, 200)


def effect(*medicines: CoMedicine, day: float | None = None) -> Effect:
    return co_medication(medicines, interactions=INTERACTIONS, day=day).effect


@given(several)
def test_the_order_of_medicines_does_not_matter(medicines):
    taken = [CoMedicine(name) for name in medicines]

    one, other = effect(*taken), effect(*reversed(taken))

    assert one == other


@given(names)
def test_a_medicine_taken_for_ever_is_at_rest_on_any_day(name):
    at_rest = effect(CoMedicine(name))

    assert effect(CoMedicine(name), day=3.0) == at_rest
    assert effect(CoMedicine(name), day=None) == at_rest


@given(names, days)
def test_a_medicine_that_starts_later_does_nothing_before(name, day):
    assert effect(CoMedicine(name, start_day=day + 1), day=day) == Effect()


@given(names)
def test_a_medicine_comes_to_rest_and_goes_again(name):
    started = CoMedicine(name, start_day=0.0)
    stopped = CoMedicine(name, stop_day=0.0)
    rest = days_to_rest([started, stopped], INTERACTIONS)
    full = effect(CoMedicine(name))

    there = effect(started, day=rest + 60)
    gone = effect(stopped, day=rest + 60)

    for enzyme in ENZYMES:
        assert there.activity(enzyme) == pytest.approx(full.activity(enzyme), rel=0.05)
        assert gone.activity(enzyme) == pytest.approx(1.0, rel=0.05)


@given(names, st.lists(days, min_size=2, max_size=8, unique=True))
def test_several_days_at_once_are_the_days_one_by_one(name, asked):
    medicine = CoMedicine(name, start_day=0.0, stop_day=20.0)
    asked = sorted(asked)

    together = effects_over([medicine], interactions=INTERACTIONS, days=asked)

    for day, found in zip(asked, together, strict=True):
        alone = effect(medicine, day=day)
        for enzyme in ENZYMES:
            assert found.activity(enzyme) == pytest.approx(
                alone.activity(enzyme), rel=0.01
            )


def test_inhibition_is_there_within_days_and_induction_takes_weeks():
    inhibitor = CoMedicine("fluconazole", start_day=0.0)
    inducer = CoMedicine("rifampicin", start_day=0.0)
    full_inhibition = effect(CoMedicine("fluconazole")).activity("CYP2C9")
    full_induction = effect(CoMedicine("rifampicin")).activity("CYP2C9")

    after_five = effect(inhibitor, day=5.0).activity("CYP2C9")
    assert (1 - after_five) / (1 - full_inhibition) > 0.9
    induced = [
        (effect(inducer, day=day).activity("CYP2C9") - 1) / (full_induction - 1)
        for day in (2.0, 7.0, 21.0)
    ]
    assert induced[0] < 0.35 < induced[1] < 0.85 < induced[2]


def test_amiodarone_comes_over_weeks_and_goes_over_months():
    taken = CoMedicine("amiodarone", start_day=0.0, stop_day=100.0)
    full = 1 - effect(CoMedicine("amiodarone")).activity("CYP2C9")

    def share(day: float) -> float:
        return (1 - effect(taken, day=day).activity("CYP2C9")) / full

    assert 0.3 < share(10.0) < 0.7
    assert share(49.0) > 0.9
    assert share(130.0) > 0.6
    assert share(300.0) < 0.15


def test_more_amiodarone_inhibits_more_and_ever_less_so():
    activity = [
        effect(CoMedicine("amiodarone", dose)).activity("CYP2C9")
        for dose in (100.0, 200.0, 300.0, 400.0)
    ]
    steps = [a - b for a, b in pairwise(activity)]

    assert activity == sorted(activity, reverse=True)
    assert steps == sorted(steps, reverse=True)


@given(doses, doses)
def test_a_competitive_inhibitor_follows_its_dose(one, other):
    def inhibition(dose: float) -> float:
        return effect(CoMedicine("fluconazole", dose)).inhibition["CYP2C9"]

    assert inhibition(one) / inhibition(other) == pytest.approx(one / other)


def test_an_enzyme_that_is_destroyed_is_made_again_at_its_own_pace():
    stopped = CoMedicine("clarithromycin", stop_day=0.0)
    k = INTERACTIONS.turnover_per_h["CYP3A4"]
    lost = 1 - effect(CoMedicine("clarithromycin")).amount["CYP3A4"]

    left = 1 - effect(stopped, day=4.0).amount["CYP3A4"]

    assert lost > 0.5
    # the medicine itself is gone within a day: what remains is the enzyme's return
    assert lost * math.exp(-k * 96) < left < lost * math.exp(-k * 72)


@pytest.mark.parametrize(
    "written",
    [
        "Rifampin",
        "RIFAMPICIN",
        " rifampicin ",
        "J04AB02",
        "9384",
        "RxNorm:9384",
        "ATC J04AB02",
    ],
)
def test_a_medicine_is_known_by_any_of_its_names_and_codes(written):
    assert INTERACTIONS.known_as(written) == "rifampicin"


def test_a_medicine_that_is_not_known_changes_nothing_and_is_reported():
    found = co_medication([CoMedicine("moonshine")], interactions=INTERACTIONS)

    assert found.effect == Effect()
    assert found.unknown == found.not_acknowledged == ("moonshine",)
    assert "watch the INR" in found.reasons[0]


def test_acknowledging_a_medicine_does_not_make_it_known():
    taken = CoMedicine("moonshine", acknowledged=True)

    found = co_medication([taken], interactions=INTERACTIONS)

    assert found.unknown == ("moonshine",)
    assert found.not_acknowledged == ()


def test_what_was_seen_at_one_dose_only_is_said_to_be():
    few, usual = CoMedicine("bosentan", 250.0), CoMedicine("bosentan", 1000.0)

    assert effect(few) == effect(usual)
    said = unlike_the_usual_dose(usual, "bosentan", INTERACTIONS)
    assert said is not None
    assert "4 times the usual" in said
    assert unlike_the_usual_dose(few, "bosentan", INTERACTIONS) is None


def test_an_absurd_dose_of_an_inhibitor_is_said_to_be():
    said = unlike_the_usual_dose(
        CoMedicine("fluconazole", 40000.0), "fluconazole", INTERACTIONS
    )

    assert said is not None
    assert "100 times the usual" in said


def test_what_ended_before_and_what_begins_later_is_not_there_at_rest():
    for gone in (
        CoMedicine("rifampicin", stop_day=-365.0),
        CoMedicine("rifampicin", stop_day=0.0),
        CoMedicine("rifampicin", start_day=30.0),
    ):
        assert effect(gone) == Effect()
    there = CoMedicine("rifampicin", start_day=-20.0, stop_day=30.0)
    assert effect(there) == effect(CoMedicine("rifampicin"))


def test_one_medicine_under_two_names_is_refused():
    twice = [CoMedicine("fluconazole"), CoMedicine("Diflucan")]

    with pytest.raises(PatientError, match="are the same medicine"):
        co_medication(twice, interactions=INTERACTIONS)


def test_the_level_rises_and_falls_between_none_and_all():
    medicine = CoMedicine("fluconazole", start_day=0.0, stop_day=10.0)
    course = [level(medicine, "fluconazole", INTERACTIONS, d / 2) for d in range(60)]

    assert course[0] == 0
    assert max(course) == course[20]
    assert course[:21] == sorted(course[:21])
    assert course[20:] == sorted(course[20:], reverse=True)
    assert all(0 <= share <= 1 for share in course)


@pytest.mark.parametrize(
    "days", [{"start_day": 5.0, "stop_day": 5.0}, {"start_day": 5.0, "stop_day": 1.0}]
)
def test_a_medicine_cannot_stop_before_it_starts(days):
    with pytest.raises(PatientError, match="stops on day"):
        CoMedicine("amiodarone", **days)
