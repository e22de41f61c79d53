import re

import pytest

from tests.people import library
from tests.twin.tables import INTERACTIONS, rows
from twin.errors import LibraryError, PatientError
from twin.interactions.co_medication import co_medication
from twin.interactions.medicines import ENZYMES, Interactions
from twin.vocabulary.co_medicine import CoMedicine

NAMED_BY_THE_DESIGN = (
    "fluconazole",
    "voriconazole",
    "miconazole",
    "amiodarone",
    "metronidazole",
    "sulfamethoxazole",
    "fluvastatin",
    "rifampicin",
    "carbamazepine",
    "phenytoin",
    "St John's wort",
)
MECHANISMS = rows("interactions/mechanisms.csv")
MEDICINES = rows("interactions/medicines.csv")


def table_of(mechanisms, medicines, hazards) -> Interactions:
    return Interactions.from_rows(
        mechanisms,
        medicines=medicines,
        hazards=hazards,
        own_names=(),
        timing=INTERACTIONS.timing,
    )


@pytest.mark.parametrize("name", NAMED_BY_THE_DESIGN)
def test_the_medicines_that_matter_most_are_known_and_coded(name):
    medicine = INTERACTIONS.medicines[name]

    assert medicine.atc
    assert medicine.rxnorm
    assert medicine.source


def test_every_enzyme_has_a_turnover():
    assert all(0 < INTERACTIONS.turnover_per_h[e] < 1 for e in ENZYMES)


def changed(table, **change):
    (first, *others) = [dict(row) for row in table]
    return [first | change, *others]


@pytest.mark.parametrize(
    ("mechanisms", "medicines", "complaint"),
    [
        (
            [*MECHANISMS, {**MECHANISMS[-1], "medicine": "moonshine"}],
            MEDICINES,
            "moonshine is not in medicines.csv",
        ),
        (
            [*MECHANISMS, {**MECHANISMS[-1], "target": "CYP9Z9"}],
            MEDICINES,
            "no such way of acting",
        ),
        (MECHANISMS, changed(MEDICINES, half_life_h="long"), "'long', no number"),
        (
            MECHANISMS,
            [*MEDICINES, {**MEDICINES[0], "name": "idle", "other_names": ""}],
            "idle has no row in mechanisms.csv",
        ),
        (
            [*MECHANISMS, {**MECHANISMS[5], "medicine": "second"}],
            [*MEDICINES, {**MEDICINES[0], "name": "second"}],
            "take it from one of them",
        ),
    ],
)
def test_a_table_that_does_not_hold_together_is_refused(
    mechanisms, medicines, complaint
):
    with pytest.raises(LibraryError, match=complaint):
        table_of(mechanisms, medicines, [])


@pytest.mark.parametrize("name", ["Coumadin", "warfarin sodium", "B01AA03", "11289"])
def test_the_drug_itself_is_no_other_medicine(name):
    with pytest.raises(PatientError, match="is the drug that is dosed here"):
        co_medication([CoMedicine(name)], interactions=library().interactions)


def test_a_hazard_of_a_medicine_nobody_knows_is_refused():
    hazard = {"medicine": "moonshine", "says": "x", "blocks": "no", "source": "x"}

    with pytest.raises(LibraryError, match=r"hazards.csv: moonshine is not in"):
        table_of(MECHANISMS, MEDICINES, [hazard | {"evidence": "read"}])


def test_no_code_of_a_form_for_the_skin_stands_for_a_swallowed_medicine():
    for code in (
        *("D01AC02", "D06BX01", "D01AC15", "S02AA13", "G01AF01", "G01AF11"),
        *("M02AA01", "A01AB17", "A01AD05", "C05AE03", "C05BA03"),
    ):
        assert INTERACTIONS.known_as(code) is None


def codes():
    return [(m.name, code) for m in INTERACTIONS.medicines.values() for code in m.atc]


@pytest.mark.parametrize(("name", "code"), codes())
def test_every_atc_code_is_that_of_one_substance(name, code):
    assert re.fullmatch(r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}", code), name


_LOCAL = ("A01", "C05", "D", "G01", "M02", "N01", "R01", "R02", "S")
_MEANT_ALL_THE_SAME = {
    "A01AB09": "miconazole: the oral gel is the form the table is about",
    "D11AX10": "finasteride: the tablet for hair loss",
}


def test_codes_of_local_forms_stand_there_only_where_they_are_meant():
    local = {code for _, code in codes() if code.startswith(_LOCAL)}

    assert local == set(_MEANT_ALL_THE_SAME)
