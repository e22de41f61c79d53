"""A table of stable doses in the IWPC columns; every row here is made up."""

import csv
from dataclasses import fields
from pathlib import Path

import pytest

from tests.people import library
from twin.command_line.iwpc_file import (
    DOSE,
    INR,
    RACE,
    SITE,
    STABLE,
    TARGET,
    StableDoseFile,
    completed_vkorc1,
    read_stable_doses,
)
from twin.errors import ObservationError
from twin.vocabulary.genotype import Diplotype
from twin.vocabulary.patient import Patient

VKORC1 = "VKORC1 -1639 consensus"
AT_2255 = "VKORC1 2255 consensus"
AT_1173 = "VKORC1 1173 consensus"
AT_1542 = "VKORC1 1542 consensus"
SOMEBODY = {
    SITE: "1",
    "Gender": "female",
    RACE: "White",
    "Age": "60 - 69",
    "Height (cm)": "165",
    "Weight (kg)": "70",
    "CYP2C9 consensus": "*1/*1",
    VKORC1: "A/G",
    DOSE: "35",
    INR: "2.4",
    TARGET: "2.5",
    STABLE: "1",
    "Amiodarone (Cordarone)": "",
    "Carbamazepine (Tegretol)": "",
    "Phenytoin (Dilantin)": "",
    "Rifampin or Rifampicin": "",
}


def read(folder: Path, *changes: dict[str, str]) -> StableDoseFile:
    """A file of somebody, changed once for every row."""
    path = folder / "doses.csv"
    columns = list({**SOMEBODY, **{k: "" for change in changes for k in change}})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows({**SOMEBODY, **change} for change in changes)
    return read_stable_doses(path, library())


# ---- VKORC1 from its neighbours (supplementary appendix of the paper, section 4)


@pytest.mark.parametrize(
    "race", ["White", "Asian", "Black or African American", "Unknown"]
)
def test_what_was_measured_counts_whoever_it_is(race):
    row = {VKORC1: "A/A", AT_2255: "C/C", AT_1173: "C/C", AT_1542: "G/G", RACE: race}

    assert completed_vkorc1(row) == "A/A"


@pytest.mark.parametrize(
    ("neighbour", "found"),
    [
        (AT_2255, {"C/C": "G/G", "C/T": "A/G", "T/T": "A/A"}),
        (AT_1173, {"C/C": "G/G", "C/T": "A/G", "T/T": "A/A"}),
        (AT_1542, {"G/G": "G/G", "C/G": "A/G", "C/C": "A/A"}),
    ],
)
@pytest.mark.parametrize("unmeasured", ["", "NA"])
def test_a_neighbour_stands_in_for_what_was_not_measured(neighbour, found, unmeasured):
    for written, meaning in found.items():
        row = {VKORC1: unmeasured, neighbour: written, RACE: "Asian"}

        assert completed_vkorc1(row) == meaning


@pytest.mark.parametrize("race", ["Black or African American", "Unknown"])
def test_only_1173_is_linked_in_every_population(race):
    assert completed_vkorc1({AT_2255: "T/T", RACE: race}) is None
    assert completed_vkorc1({AT_1542: "C/C", RACE: race}) is None
    assert completed_vkorc1({AT_1173: "T/T", RACE: race}) == "A/A"


def test_neighbours_are_asked_in_the_order_of_the_paper():
    row = {AT_2255: "C/C", AT_1173: "T/T", AT_1542: "C/C", RACE: "White"}

    assert completed_vkorc1(row) == "G/G"
    assert completed_vkorc1({**row, AT_2255: "NA"}) == "A/A"
    assert completed_vkorc1({**row, RACE: "Unknown"}) == "A/A"


@pytest.mark.parametrize("row", [{}, {AT_1173: "C/G"}, {AT_1173: "NA"}, {VKORC1: "NA"}])
def test_without_a_neighbour_it_stays_unknown(row):
    assert completed_vkorc1({RACE: "White", **row}) is None


# ---- rows


def test_a_row_becomes_a_patient_and_a_daily_dose(tmp_path):
    found = read(tmp_path, {})
    (person,) = found.patients

    assert found.left_out == {}
    assert person.dose_mg_per_day == pytest.approx(5.0)
    assert (person.inr, person.site) == (2.5, "1")
    assert person.patient.age_years == 65.0
    assert (person.patient.sex, person.patient.weight_kg) == ("female", 70.0)
    assert {d.text for d in person.patient.genotype.diplotypes} == {"*1/*1", "G/A"}
    assert person.patient.genotype.untested_genes == ("CYP4F2", "rs12777823")


def test_who_is_left_out_is_counted_with_the_reason(tmp_path):
    found = read(
        tmp_path,
        {},
        {DOSE: "NA"},
        {STABLE: "0"},
        {STABLE: "0"},
        {"Age": "NA"},
        {"Height (cm)": ""},
        {"Weight (kg)": "NA"},
        {"Gender": "NA"},
        {"Age": "10 - 19"},
        {"CYP2C9 consensus": "NA"},
        {VKORC1: "NA"},
        {"CYP2C9 consensus": "*1/*99"},
    )

    assert len(found.patients) == 1
    assert found.left_out == {
        "no stable dose": 3,
        "age, height or weight missing": 3,
        "sex missing": 1,
        "below the smallest age": 1,
        "CYP2C9 or VKORC1 missing": 2,
        "a CYP2C9 allele without known effect": 1,
    }


@pytest.mark.parametrize(
    ("band", "years"),
    [("20 - 29", 25.0), ("60 - 69", 65.0), ("80 - 89", 85.0), ("90+", 92.0)],
)
def test_a_decade_stands_for_its_middle(tmp_path, band, years):
    (person,) = read(tmp_path, {"Age": band}).patients

    assert person.patient.age_years == years


def test_a_dose_keeps_the_stated_target_else_what_its_site_reports(tmp_path):
    found = read(
        tmp_path,
        {SITE: "1", TARGET: "3.0", INR: "2.1"},
        {SITE: "2", TARGET: "", INR: "2.2"},
        {SITE: "2", TARGET: "NA", INR: "2.9"},
        {SITE: "2", TARGET: "", INR: "2.44"},
        {SITE: "3", TARGET: "", INR: "NA"},
    )

    assert [person.inr for person in found.patients] == [3.0, 2.4, 2.4, 2.4, 2.5]


def test_medicines_are_those_the_model_knows(tmp_path):
    found = read(
        tmp_path,
        {"Amiodarone (Cordarone)": "1", "Rifampin or Rifampicin": "1.0"},
        {"Phenytoin (Dilantin)": "0", "Carbamazepine (Tegretol)": "NA"},
    )

    assert [
        tuple(each.name for each in person.patient.co_medication)
        for person in found.patients
    ] == [("amiodarone", "rifampicin"), ()]


def test_alleles_outside_the_panel_were_looked_for_where_they_were_found(tmp_path):
    plain, rare = (
        person.patient.genotype.of("CYP2C9")
        for person in read(tmp_path, {}, {"CYP2C9 consensus": "*1/*5"}).patients
    )

    assert isinstance(plain, Diplotype)
    assert isinstance(rare, Diplotype)
    assert plain.tested == {"*2", "*3"}
    assert rare.tested == {"*2", "*3", "*5"}


def test_race_does_not_reach_the_patient(tmp_path):
    found = read(tmp_path, *({RACE: race} for race in ("White", "Asian", "Unknown")))

    assert len({person.patient for person in found.patients}) == 1
    assert not {"race", "ethnicity"} & {field.name for field in fields(Patient)}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", f"{DOSE},{SITE}\n35,1\n"])
def test_what_is_no_such_table_is_refused_naming_the_columns(tmp_path, text):
    path = tmp_path / "other.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ObservationError, match="needed are Therapeutic Dose"):
        read_stable_doses(path, library())
