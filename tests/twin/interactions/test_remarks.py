"""What is said of other medicines: what they risk, when, at which dose."""

import pytest

from tests.people import engine, library, twin_of
from twin.dosing.recommend import Abstention, recommend
from twin.interactions.co_medication import co_medication
from twin.interactions.effect import settled_by
from twin.interactions.remarks import remarks_on, why_it_blocks
from twin.vocabulary.co_medicine import CoMedicine

TABLE = library().interactions


def said(*medicines: CoMedicine) -> str:
    return "\n".join(remarks_on(medicines, TABLE))


@pytest.mark.parametrize("name", ["aspirin", "Advil", "clopidogrel", "sertraline"])
def test_bleeding_that_no_inr_shows_is_named(name):
    assert "bleeding" in said(CoMedicine(name)) or "platelets" in said(CoMedicine(name))


@pytest.mark.parametrize("name", ["apixaban", "Xarelto", "heparin", "Clexane"])
def test_another_anticoagulant_blocks_until_it_is_acknowledged(name):
    taken = co_medication([CoMedicine(name)], interactions=TABLE)
    lifted = co_medication([CoMedicine(name, acknowledged=True)], interactions=TABLE)

    assert taken.not_acknowledged == (name,)
    assert lifted.not_acknowledged == ()
    assert "together" in why_it_blocks(name, TABLE)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("fluconozole", "fluconazole"),
        ("amiodaron", "amiodarone"),
        ("Cordarone 200mg", "amiodarone"),
        ("rifampicine", "rifampicin"),
    ],
)
def test_a_slip_of_the_pen_is_asked_about_and_never_taken(written, meant):
    assert TABLE.known_as(written) is None
    assert f"did you mean {meant}?" in why_it_blocks(written, TABLE)


def test_what_resembles_nothing_is_not_compared():
    assert "did you mean" not in why_it_blocks("moonshine", TABLE)


@pytest.mark.parametrize(
    "written", ["St Johns wort", "ST. JOHN\u2019S WORT", "st-johns-wort"]
)
def test_signs_and_capitals_make_no_other_medicine(written):
    assert TABLE.known_as(written) == "St John's wort"


def test_a_dose_that_was_assumed_is_said_and_shown():
    unstated, stated = CoMedicine("fluconazole"), CoMedicine("fluconazole", 400.0)
    (reason,) = co_medication([unstated], interactions=TABLE).reasons

    assert "400 mg/d is taken" in said(unstated)
    assert "no dose stated: 400 mg/d taken" in reason
    assert "is taken" not in said(stated)


def test_only_medicines_that_act_together_are_said_to_be_combined():
    ended = CoMedicine("fluconazole", 400.0, stop_day=-30.0)
    later = CoMedicine("amiodarone", 200.0, start_day=20.0)
    now = CoMedicine("amiodarone", 200.0)

    assert "combined" not in said(CoMedicine("aspirin"), CoMedicine("ibuprofen"))
    assert "combined" not in said(ended, later)
    assert "combined" in said(CoMedicine("fluconazole", 400.0), now)


def test_how_long_an_ended_medicine_lasts_is_said():
    assert "by about day" in said(CoMedicine("amiodarone", 200.0, stop_day=-5.0))
    gone = CoMedicine("aspirin", stop_day=-40.0)
    (reason,) = co_medication([gone], interactions=TABLE).reasons
    assert said(gone) == ""
    assert "nothing of it is left" in reason


def test_what_ended_long_ago_needs_no_acknowledging():
    taken = [CoMedicine("rivaroxaban", stop_day=-60.0)]

    assert co_medication(taken, interactions=TABLE).not_acknowledged == ()


@pytest.mark.parametrize(
    "name", ["rifampicin", "capecitabine", "nafcillin", "metronidazole"]
)
def test_a_medicine_is_not_gone_before_the_enzymes_are_made_anew(name):
    """Nothing of it is in plasma after three days; what it did lasts longer."""
    ended = CoMedicine(name, start_day=-60.0, stop_day=-3.0)

    assert f"{name} ended on day -3" in said(ended)


@pytest.mark.parametrize("name", ["rivaroxaban", "aprepitant"])
def test_what_ended_days_ago_is_still_acknowledged(name):
    taken = [CoMedicine(name, stop_day=-3.0)]

    assert co_medication(taken, interactions=TABLE).not_acknowledged == (name,)


def test_a_dose_below_the_usual_is_said_to_do_less():
    assert "taken to fall with the dose" in said(CoMedicine("miconazole", 63.0))
    assert "taken to fall with the dose" in said(CoMedicine("vitamin K1", 0.05))
    assert "beyond what was studied" in said(CoMedicine("vitamin K1", 1.0))
    assert "times the usual" not in said(CoMedicine("miconazole", 125.0))


def test_what_does_nothing_makes_no_noise():
    harmless = CoMedicine("metoprolol")
    (reason,) = co_medication([harmless], interactions=TABLE).reasons

    assert said(harmless) == ""
    assert "no effect on warfarin's kinetics or target is modelled" in reason
    assert "not read in a source" in reason


@pytest.mark.parametrize("name", ["enoxaparin", "ibuprofen"])
@pytest.mark.parametrize("days", [{"stop_day": 5.0}, {"start_day": 200.0}])
def test_a_dose_does_not_hang_on_what_does_nothing(name, days):
    assert "dose is for" not in said(CoMedicine(name, **days))


@pytest.mark.parametrize(
    ("days", "at_rest"),
    [
        ({"stop_day": 1.0}, False),
        ({"start_day": -3.0, "stop_day": 4.0}, False),
        ({"stop_day": 100.0}, True),
        ({"start_day": 2.0}, True),
        ({"start_day": 60.0}, False),
        ({"stop_day": -1.0}, False),
        ({}, True),
    ],
)
def test_a_short_course_sets_no_maintenance_dose(days, at_rest):
    taken = [CoMedicine("rifampicin", **days)]
    effect = co_medication(taken, interactions=TABLE).effect

    assert (effect.activity("CYP2C9") > 1.2) is at_rest


def test_the_day_an_effect_is_whole_follows_the_medicine():
    """A competitive inhibitor within days, amiodarone within weeks."""
    days = {
        name: settled_by(CoMedicine(name, start_day=0.0), name, TABLE)
        for name in ("fluconazole", "rifampicin", "amiodarone")
    }

    assert 0 < days["fluconazole"] < days["rifampicin"] < days["amiodarone"] < 120


@pytest.mark.parametrize("name", ["cannabidiol", "simvastatin", "paracetamol"])
def test_a_small_dose_does_less(name):
    usual = TABLE.medicines[name].usual_daily_dose_mg
    assert usual is not None

    def effect(share: float) -> float:
        taken = [CoMedicine(name, share * usual)]
        found = co_medication(taken, interactions=TABLE).effect
        return found.activity("CYP2C9") * found.factors["factor_synthesis"]

    assert 1.0 > effect(0.01) > effect(0.5) > effect(1.0)
    assert effect(0.01) == pytest.approx(1.0, abs=0.02)
    assert effect(2.0) == pytest.approx(effect(1.0))


def test_more_vitamin_k_is_eaten_with_a_larger_dose():
    def factor(dose_mg: float) -> float:
        taken = [CoMedicine("vitamin K1", dose_mg)]
        effect = co_medication(taken, interactions=TABLE).effect
        return effect.factors["vitamin_K_intake"]

    assert factor(0.3) - 1.0 == pytest.approx(2.0 * (factor(0.15) - 1.0))
    assert factor(10.0) > 50.0


def test_no_dose_comes_against_vitamin_k_that_reverses_it():
    taken = {"medicine": "Konakion", "daily_dose": "10 mg"}

    found = recommend(twin_of(co_medication=[taken]), engine=engine())

    assert isinstance(found, Abstention)
    assert "fitted to doses up to" in found.reasons[0]


@pytest.mark.parametrize(
    ("medicine", "words"),
    [
        ("capecitabine", "bleeding from days to months"),
        ("fluorouracil", "bleeding from days to months"),
        ("phenytoin", "may rise at first"),
        ("miconazole", "oral gel and buccal tablets are meant"),
        ("fluconazole", "cleared by the kidney"),
        ("aprepitant", "state when it starts and stops"),
    ],
)
def test_what_the_model_does_not_tell_of_a_medicine_is_said(medicine, words):
    assert f"{medicine}: " in said(CoMedicine(medicine))
    assert words in said(CoMedicine(medicine))
    assert TABLE.hazards[medicine].blocks is (medicine == "aprepitant")
