import pytest

from tests.people import library
from twin.errors import InputError
from twin.intake.co_medication import co_medication_of
from twin.vocabulary.co_medicine import CoMedicine


def read(*written: object) -> tuple[CoMedicine, ...]:
    return co_medication_of(list(written), library().domain, [])


def test_a_name_alone_is_a_medicine_taken_for_long():
    assert read(" Amiodarone ") == (CoMedicine("Amiodarone"),)


def test_dose_and_days_are_read_with_their_units():
    written = {
        "medicine": "amiodarone",
        "daily_dose": "0.2 g",
        "start": "-2 wk",
        "stop": "30 d",
        "acknowledged": True,
    }

    assert read(written) == (CoMedicine("amiodarone", 200.0, -14.0, 30.0, True),)


def test_none_is_none():
    assert co_medication_of(None, library().domain, []) == ()


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("amiodarone", "write a list of medicines"),
        ([5], "write a name"),
        ([""], "write a name"),
        ([{}], "medicine is missing"),
        ([{"medicine": "x", "dose": "5 mg"}], "field 'dose' is not known"),
        ([{"medicine": "x", "daily_dose": "5"}], "has no unit"),
        ([{"medicine": "x", "daily_dose": "0 mg"}], "outside what is accepted"),
        ([{"medicine": "x", "start": "5 d", "stop": "1 d"}], "before it starts"),
        ([{"medicine": "x", "acknowledged": "yes"}], "write true or false"),
        (["Amiodarone", "amiodarone"], "more than once"),
    ],
)
def test_what_cannot_be_understood_is_refused(written, complaint):
    with pytest.raises(InputError, match=complaint):
        co_medication_of(written, library().domain, [])
