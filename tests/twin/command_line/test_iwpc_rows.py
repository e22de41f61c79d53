"""Every row of an IWPC table becomes a patient, or keeps its reason."""

from dataclasses import replace

import pytest

from tests.people import library
from tests.twin.command_line.iwpc_people import (
    AT_1173,
    AT_1542,
    AT_2255,
    CYP2C9,
    RACES,
    VKORC1,
    crowd,
    text_of,
)
from twin.command_line.iwpc_file import DOSE, INR, RACE, SITE, STABLE, TARGET
from twin.command_line.iwpc_rows import TARGET_OUTSIDE, IwpcRow, iwpc_rows
from twin.command_line.iwpc_table import TARGET_RANGE, table_of
from twin.vocabulary.genotype import Diplotype


def read(*changes: dict[str, str]) -> tuple[IwpcRow, ...]:
    return iwpc_rows(table_of(text_of(*changes), name="f.csv"), library())


def one(**changes: str) -> IwpcRow:
    (row,) = read(changes)
    return row


def test_a_row_becomes_a_patient_with_what_is_counted_beside():
    (row,) = read({})

    assert row.patient is not None
    assert (row.patient.age_years, row.patient.sex) == (65.0, "female")
    assert (row.patient.weight_kg, row.patient.height_cm) == (70.0, 165.0)
    assert (row.abstains, row.not_scored, row.dose_mg_per_week) == ("", "", 35.0)
    assert dict(row.labels) == {
        "race": "White",
        "sex": "female",
        "age": "60-69",
        "CYP2C9": "*1/*1",
        "VKORC1": "A/G",
        "site": "1",
        "dose": "21 to 49",
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Age": "NA"}, "not known: age"),
        ({"Age": ""}, "not known: age"),
        ({"Height (cm)": "NA"}, "not known: height"),
        ({"Height (cm)": "tall", "Weight (kg)": ""}, "not known: height, weight"),
        ({"Weight (kg)": "nan"}, "not known: weight"),
        ({"Gender": "-99"}, "not known: sex"),
        ({"Age": "10 - 19"}, "may be younger than 18 years"),
        ({"Age": "0 - 9"}, "may be younger than 18 years"),
        ({"Height (cm)": "1.65"}, "outside the twin's limits: height"),
        ({"Weight (kg)": "700"}, "outside the twin's limits: weight"),
        ({"Weight (kg)": "12"}, "outside the twin's limits: body mass index"),
        ({"Height (cm)": "0"}, "outside the twin's limits: height"),
        ({TARGET: "25"}, "outside the twin's limits: target INR"),
        ({CYP2C9: "*1"}, "CYP2C9 is no pair of alleles"),
        ({CYP2C9: "*1/*2/*3"}, "CYP2C9 is no pair of alleles"),
        ({CYP2C9: "*1/*999"}, "a CYP2C9 allele that the twin does not know"),
        ({VKORC1: "A/X"}, "VKORC1 -1639 is no pair of A and G"),
    ],
)
def test_who_cannot_be_predicted_keeps_the_reason(changes, reason):
    row = one(**changes)

    assert row.patient is None
    assert row.abstains == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({DOSE: "NA"}, "no dose is recorded"),
        ({DOSE: "many"}, "the dose is no positive number"),
        ({DOSE: "-5"}, "the dose is no positive number"),
        ({STABLE: "0"}, "no stable dose was reached"),
        ({STABLE: "NA"}, "not known whether it was stable"),
        ({TARGET: "3"}, TARGET_OUTSIDE),
        ({TARGET: "2"}, TARGET_OUTSIDE),
        ({TARGET: "NA", TARGET_RANGE: "2.5-3.5"}, TARGET_OUTSIDE),
        ({TARGET: "2.6000000000000001"}, ""),
        ({TARGET: "NA", TARGET_RANGE: "2-3.5"}, ""),
        ({TARGET: "NA", TARGET_RANGE: "1.7-2.8"}, ""),
        ({TARGET: "NA"}, ""),
        ({DOSE: "315"}, ""),
    ],
)
def test_who_is_not_in_the_papers_analysis_is_predicted_all_the_same(changes, reason):
    row = one(**changes)

    assert row.not_scored == reason
    assert row.patient is not None


@pytest.mark.parametrize(
    ("band", "years", "label"),
    [
        ("20 - 29", 25.0, "20-29"),
        ("80-89", 85.0, "80-89"),
        ("70 – 79", 75.0, "70-79"),  # noqa: RUF001 - as word processors write it
        ("90+", 92.0, "90+"),
        ("90 +", 92.0, "90+"),
    ],
)
def test_a_decade_is_read_as_people_write_it(band, years, label):
    row = one(Age=band)

    assert row.patient is not None
    assert (row.patient.age_years, row.labels["age"]) == (years, label)


@pytest.mark.parametrize("written", ["Female", "FEMALE", "f"])
def test_sex_is_read_whatever_the_case(written):
    assert one(Gender=written) == one()


@pytest.mark.parametrize("written", ["NA", "", "N/A", "-99", "unknown"])
def test_a_gene_not_tested_is_left_open_not_refused(written):
    row = one(**{VKORC1: written, CYP2C9: written})

    assert row.patient is not None
    assert row.patient.genotype.diplotypes == ()
    assert (row.labels["CYP2C9"], row.labels["VKORC1"]) == ("not tested",) * 2
    assert not row.both_genes
    assert row.not_scored == ""


@pytest.mark.parametrize("written", ["A/G", "G/A", "C/T", "T/C", " A / G "])
def test_either_order_and_either_strand_is_one_genotype(written):
    assert one(**{VKORC1: written}) == one()


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("*2/*1", "*1/*2"),
        ("*1 / *3", "*1/*3"),
        ("*1/*11", "other alleles"),
        ("*1/*14", "other alleles"),
    ],
)
def test_alleles_are_counted_under_their_usual_name(written, label):
    row = one(**{CYP2C9: written})

    assert row.patient is not None
    assert row.labels["CYP2C9"] == label
    found = row.patient.genotype.of("CYP2C9")
    assert isinstance(found, Diplotype)
    assert set(found.alleles) == {a.strip() for a in written.split("/")}


@pytest.mark.parametrize(
    ("dose", "band"),
    [
        ("21", "0 to 21"),
        ("21.1", "21 to 49"),
        ("48.9", "21 to 49"),
        ("49", "49 and more"),
    ],
)
def test_bands_of_dose_are_those_of_the_paper(dose, band):
    assert one(**{DOSE: dose}).labels["dose"] == band


def test_the_inr_to_keep_is_the_nearest_that_is_known():
    found = read(
        {SITE: "1", TARGET: "2.8", INR: "2.0", TARGET_RANGE: "1.7-2.8"},
        {SITE: "1", TARGET: "NA", INR: "2.0", TARGET_RANGE: "1.7-2.8"},
        {SITE: "2", TARGET: "NA", INR: "NA", TARGET_RANGE: "2.5-3.5"},
        {SITE: "2", TARGET: "NA", INR: "NA", TARGET_RANGE: "NA"},
    )

    assert [(row.target_inr, row.target_from) for row in found] == [
        (2.8, "stated target"),
        (2.0, "median INR reported by the site"),
        (3.0, "range estimated from the indication"),
        (2.5, "default range"),
    ]


# ---- race reaches nothing but the completion of VKORC1 -1639


def people(changes):
    return [(row.patient, row.target_inr, row.abstains) for row in read(*changes)]


def test_where_1639_was_measured_race_moves_nothing():
    asked = crowd(24)
    permuted = [
        {**person, RACE: other[RACE]}
        for person, other in zip(asked, asked[1:] + asked[:1], strict=True)
    ]

    assert people(permuted) == people(asked)
    assert people([{**person, RACE: ""} for person in asked]) == people(asked)


def test_without_the_column_of_race_everybody_is_of_unknown_race():
    text = text_of(*crowd(24))
    bare = table_of(text.replace(RACE, "something else"), name="f.csv")

    assert [row.labels["race"] for row in iwpc_rows(bare, library())] == [
        "Unknown"
    ] * 24
    assert [row.patient for row in iwpc_rows(bare, library())] == [
        row.patient for row in read(*crowd(24))
    ]


def test_where_it_was_completed_race_decides_only_whether_it_counts_as_tested():
    """The paper's rule: 1542 stands in for -1639 where it is linked to it."""
    for person in read(*crowd(24, measured=False)):
        assert person.patient is not None
        known = person.labels["race"] in ("White", "Asian")
        assert (person.labels["VKORC1"] != "not tested") is known


@pytest.mark.parametrize("race", [*RACES, "", "NA"])
def test_1173_stands_in_for_everybody(race):
    row = one(**{VKORC1: "NA", AT_1173: "C/T", RACE: race})

    assert row.labels["VKORC1"] == "A/G"


@pytest.mark.parametrize("race", ["Unknown", "", "NA", "Black or African American"])
@pytest.mark.parametrize("neighbour", [{AT_2255: "T/T"}, {AT_1542: "C/C"}])
def test_2255_and_1542_do_not_stand_in_where_the_link_is_not_known(race, neighbour):
    row = one(**{VKORC1: "NA", RACE: race, **neighbour})

    assert row.labels["VKORC1"] == "not tested"


def test_a_row_is_read_from_itself_and_its_sites_inr_alone():
    asked = crowd(24)
    alone = [row for row in read(*asked) if row.site == "2"]
    together = read(*[person for person in asked if person[SITE] == "2"])

    assert [replace(row, id="") for row in alone] == [
        replace(row, id="") for row in together
    ]
