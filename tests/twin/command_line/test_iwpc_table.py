"""A table in the IWPC columns is read whole, or refused saying what to write."""

import pytest

from tests.twin.command_line.iwpc_people import SOMEBODY, name_of, text_of
from twin.command_line.iwpc_file import DOSE, RACE, SITE, STABLE
from twin.command_line.iwpc_table import ID, NEEDED, chosen_sites, read_table, table_of
from twin.errors import InputError, ObservationError

TWO = text_of({SITE: "1"}, {SITE: "12"})


def rows(text):
    return table_of(text, name="f.csv")


def without(*columns: str) -> str:
    """A table of one row that lacks some columns."""
    kept = [c for c in SOMEBODY if c not in columns]
    values = [name_of(0) if c == ID else SOMEBODY[c] for c in kept]
    return f"{','.join(kept)}\n{','.join(values)}\n"


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_every_row_is_read_whatever_separates_its_values(separator):
    found = rows(text_of({}, {}, {}, separator=separator))

    assert [row[ID] for row in found] == [name_of(i) for i in range(3)]
    assert all(row[DOSE] == "35" for row in found)


def test_spaces_around_values_and_empty_lines_mean_nothing():
    assert rows(TWO.replace("female", " female ") + "\n,,,\n") == rows(TWO)


def test_a_mark_of_unicode_at_the_beginning_means_nothing(tmp_path):
    path = tmp_path / "marked.csv"
    path.write_text(TWO, encoding="utf-8-sig")

    assert read_table(path) == rows(TWO)


def test_columns_in_another_order_and_others_beside_them_mean_nothing():
    heading, row = without().splitlines()
    turned = "\n".join(
        ",".join(["more", *line.split(",")[::-1]]) for line in (heading, row)
    )
    (found,) = rows(turned)

    assert {column: found[column] for column in NEEDED} == {
        column: rows(without())[0][column] for column in NEEDED
    }


@pytest.mark.parametrize("column", NEEDED)
def test_a_column_that_predicts_is_missed_by_its_name(column):
    with pytest.raises(ObservationError) as caught:
        rows(without(column))

    assert repr(column) in str(caught.value)
    assert "save the workbook's sheet of subjects" in str(caught.value)


def test_race_and_dose_may_be_absent():
    assert len(rows(without(RACE, DOSE, STABLE))) == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("a,b\n1,2\n", "not the IWPC columns: there is no 'PharmGKB Subject ID'"),
        (TWO.partition("\n")[0], "no rows below the heading"),
        (TWO + "1,2\n", "2 values for"),
        (TWO + '"made-up\n', "no table of separated values"),
        (text_of({ID: "x"}, {ID: "x"}), "lines 2 and 3 have the same 'PharmGKB"),
        (text_of({ID: ""}), "line 2: 'PharmGKB Subject ID' is empty"),
        (text_of({SITE: " "}), "line 2: 'Project Site' is empty"),
        (without().replace(RACE, "Age"), "column 'Age' is there twice"),
    ],
)
def test_every_slip_is_named_in_one_line(text, complaint):
    with pytest.raises(ObservationError) as caught:
        rows(text)

    assert complaint in str(caught.value)
    assert str(caught.value).startswith("f.csv: ")
    assert "\n" not in str(caught.value)


def test_nobody_is_named_in_a_refusal():
    with pytest.raises(ObservationError) as caught:
        rows(text_of({ID: "somebody"}, {ID: "somebody"}))

    assert "somebody" not in str(caught.value)


def test_a_workbook_is_to_be_saved_as_text(tmp_path):
    path = tmp_path / "table.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0")

    with pytest.raises(ObservationError, match="is a workbook; save"):
        read_table(path)


def test_another_encoding_is_refused(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes(TWO.replace("White", "Wei\xdf").encode("latin-1"))

    with pytest.raises(InputError, match="is not UTF-8 text"):
        read_table(path)


def test_sites_are_chosen_by_name():
    found = rows(TWO)

    assert chosen_sites(None, found) == ("1", "12")
    assert chosen_sites("12", found) == ("12",)
    assert chosen_sites(" 12, 1 ,1", found) == ("12", "1")


@pytest.mark.parametrize("written", ["2", "1,,12", "", "1;12", "one"])
def test_a_site_that_is_not_there_is_refused_naming_those_that_are(written):
    with pytest.raises(ObservationError, match="write some of 1,12"):
        chosen_sites(written, rows(TWO))
