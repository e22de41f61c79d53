"""What is said of other medicines: what they risk, when, at which dose."""

import pytest

from tests.people import library
from twin.interactions.co_medication import co_medication
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
    assert said(stated) == ""


def test_only_medicines_that_act_together_are_said_to_be_combined():
    ended = CoMedicine("fluconazole", 400.0, stop_day=-30.0)
    later = CoMedicine("amiodarone", 200.0, start_day=20.0)
    now = CoMedicine("amiodarone", 200.0)

    assert "combined" not in said(CoMedicine("aspirin"), CoMedicine("ibuprofen"))
    assert "combined" not in said(ended, later)
    assert "combined" in said(CoMedicine("fluconazole", 400.0), now)


def test_how_long_an_ended_medicine_lasts_is_said():
    assert "by about day" in said(CoMedicine("amiodarone", 200.0, stop_day=-5.0))
    assert "nothing of it is left" in said(CoMedicine("aspirin", stop_day=-5.0))


def test_what_does_nothing_is_not_said_to_have_an_effect():
    text = said(CoMedicine("metoprolol"))

    assert "leaves warfarin's level and effect unchanged" in text
    assert "its effect on" not in text
