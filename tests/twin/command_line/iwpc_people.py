"""Made-up tables in the IWPC columns; nobody in them exists."""

import csv
import io
from collections.abc import Mapping

from twin.command_line.iwpc_file import DOSE, INR, RACE, SITE, STABLE, TARGET
from twin.command_line.iwpc_table import ID, NEEDED, TARGET_RANGE
from twin.reproducibility import stream

VKORC1 = "VKORC1 -1639 consensus"
AT_1173 = "VKORC1 1173 consensus"
AT_1542 = "VKORC1 1542 consensus"
AT_2255 = "VKORC1 2255 consensus"
CYP2C9 = "CYP2C9 consensus"
SOMEBODY = {
    **dict.fromkeys(NEEDED, "NA"),
    SITE: "1",
    "Gender": "female",
    RACE: "White",
    "Age": "60 - 69",
    "Height (cm)": "165",
    "Weight (kg)": "70",
    CYP2C9: "*1/*1",
    VKORC1: "A/G",
    DOSE: "35",
    INR: "2.4",
    TARGET: "2.5",
    STABLE: "1",
}
RACES = ("White", "Asian", "Black or African American", "Unknown")


def name_of(number: int) -> str:
    """A made-up identity."""
    return f"made-up {number}"


def text_of(*changes: Mapping[str, str], separator: str = ",") -> str:
    """A table of somebody, changed once for every row."""
    columns = list({**SOMEBODY, **{k: "" for change in changes for k in change}})
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", delimiter=separator)
    writer.writeheader()
    writer.writerows(
        {**SOMEBODY, ID: name_of(number), **change}
        for number, change in enumerate(changes)
    )
    return out.getvalue()


def crowd(n: int, *, measured: bool = True) -> list[dict[str, str]]:
    """Changes that make n different people of three sites.

    measured: whether -1639 itself was, or only one of its neighbours.
    """
    draw = stream(20260104, "made-up table")
    people = []
    for number in range(n):
        alleles = ("G/G", "A/G", "A/A")[number % 3]
        genes = {VKORC1: alleles}
        if not measured:
            at_1542 = {"G/G": "G/G", "A/G": "C/G", "A/A": "C/C"}[alleles]
            genes = {VKORC1: "NA", AT_1542: at_1542}
        people.append(
            {
                SITE: str(1 + number % 3),
                "Gender": ("female", "male")[number % 2],
                RACE: RACES[number % 4],
                "Age": f"{10 * (2 + number % 7)} - {10 * (2 + number % 7) + 9}",
                "Height (cm)": f"{draw.uniform(150, 190):.0f}",
                "Weight (kg)": f"{draw.uniform(50, 110):.0f}",
                CYP2C9: ("*1/*1", "*1/*1", "*1/*2", "*1/*3")[number % 4],
                **genes,
                DOSE: f"{draw.uniform(10, 70):.1f}",
                TARGET: "NA" if number % 3 == 0 else "2.5",
                TARGET_RANGE: "2-3",
                "Amiodarone (Cordarone)": "1" if number % 11 == 0 else "0",
            }
        )
    return people
