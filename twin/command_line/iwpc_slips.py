"""Slips in a table of stable doses, and what the twin says to each.

The rows are made up; the messages are those that a person would get.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from twin.command_line.input_cases import Case
from twin.command_line.iwpc_file import DOSE, SITE, STABLE, TARGET
from twin.command_line.iwpc_rows import iwpc_rows
from twin.command_line.iwpc_table import (
    CYP2C9,
    ID,
    NEEDED,
    VKORC1,
    chosen_sites,
    read_table,
    table_of,
)
from twin.errors import InputError
from twin.library import Library

_NAME = "table.csv"
_SOMEBODY = {
    **dict.fromkeys(NEEDED, "NA"),
    ID: "a",
    SITE: "1",
    "Gender": "female",
    "Age": "60 - 69",
    "Height (cm)": "165",
    "Weight (kg)": "70",
    CYP2C9: "*1/*1",
    VKORC1: "A/G",
    TARGET: "2.5",
    DOSE: "35",
    STABLE: "1",
}
_ROWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("age not known", {"Age": "NA"}),
    ("perhaps a child", {"Age": "10 - 19"}),
    ("sex not known", {"Gender": "-99"}),
    ("height and weight missing", {"Height (cm)": "", "Weight (kg)": "NA"}),
    ("height in metres", {"Height (cm)": "1.65"}),
    ("weight in pounds, perhaps", {"Weight (kg)": "420"}),
    ("not the weight of a body", {"Weight (kg)": "12"}),
    ("a target of ten times", {TARGET: "25"}),
    ("one allele", {CYP2C9: "*1"}),
    ("an unknown allele", {CYP2C9: "*1/*999"}),
    ("a letter of no strand", {VKORC1: "A/X"}),
    ("genes not tested", {CYP2C9: "NA", VKORC1: "NA"}),
    ("no dose", {DOSE: "NA"}),
    ("a dose that is no number", {DOSE: "many"}),
    ("a dose not yet stable", {STABLE: "0"}),
    ("not said whether stable", {STABLE: "NA"}),
    ("another target", {TARGET: "3"}),
)


def refused_tables() -> Iterator[Case]:
    """Tables that are not read, and sites that are not in one."""
    whole = _text({})
    heading, row = whole.splitlines()
    for slip, written, text in (
        ("an empty file", "", ""),
        ("other columns", "a,b", "a,b\n1,2\n"),
        ("a column missing", f"no {SITE}", whole.replace(SITE, "Site")),
        ("a column twice", "Age, Age", whole.replace(STABLE, "Age")),
        ("no rows", "the heading alone", heading),
        ("too few values", "a,1", f"{whole}a,1\n"),
        ("a quotation mark too many", 'b,"', f'{whole}b,"\n'),
        ("a patient twice", f"{ID}: a, a", f"{whole}{row}\n"),
        ("a patient without a name", f"{ID}: (empty)", _text({ID: ""})),
        ("a row of no site", f"{SITE}: (empty)", _text({SITE: ""})),
    ):
        yield Case(_NAME, slip, written, _answer(partial(_read, text)))
    workbook = partial(read_table, Path("table.xls"))
    yield Case("table.xls", "a workbook", "", _answer(workbook))
    for slip, sites in (
        ("a site that is not there", "1,99"),
        ("no site", ""),
        ("sites without commas", "1 2"),
    ):
        said = _answer(partial(chosen_sites, sites, _read(whole)))
        yield Case("--sites", slip, sites, said)


def kept_rows(library: Library) -> Iterator[Case]:
    """Rows without a prediction, or with one that is not scored."""
    for slip, changes in _ROWS:
        (row,) = iwpc_rows(_read(_text(changes)), library)
        reasons = (
            row.abstains and f"abstained: {row.abstains}",
            row.not_scored and f"not scored: {row.not_scored}",
        )
        said = "; ".join(reason for reason in reasons if reason)
        written = ", ".join(f"{name}: {value}" for name, value in changes.items())
        yield Case(_NAME, slip, written, said or "predicted and scored")


def _text(changes: Mapping[str, str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    row = {**_SOMEBODY, **changes}
    writer.writerows([list(row), list(row.values())])
    return out.getvalue()


def _read(text: str) -> list[Mapping[str, str]]:
    return table_of(text, name=_NAME)


def _answer(question: Callable[[], object]) -> str:
    try:
        question()
    except InputError as error:
        return " ".join(str(error).split())
    return "accepted without a remark"
