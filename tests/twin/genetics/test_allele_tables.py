"""The tables of alleles agree with themselves."""

import csv
from collections.abc import Iterable, Mapping

import pytest

from twin.model_files import models_folder

GROUPS = 9  # of CPIC's frequency tables


def rows() -> list[dict[str, str]]:
    with (models_folder() / "genetics" / "allele_frequency.csv").open() as lines:
        return list(csv.DictReader(lines))


def counted(
    table: Iterable[Mapping[str, str]], gene: str, allele: str
) -> list[Mapping[str, str]]:
    return [
        row
        for row in table
        if (row["gene"], row["allele"]) == (gene, allele)
        and row["population"] != "pooled"
    ]


def test_every_pooled_share_is_what_its_note_says_of_the_groups() -> None:
    table = rows()
    checked = 0
    for row in table:
        if row["population"] != "pooled" or " group" not in row["note"]:
            continue
        groups = counted(table, row["gene"], row["allele"])
        shares = [float(group["value"]) for group in groups]
        over = GROUPS if row["note"].startswith("over all") else len(shares)
        assert str(len(shares)) in row["note"]
        assert float(row["value"]) == pytest.approx(sum(shares) / over, rel=1e-5), row
        checked += 1
    assert checked > 100


def test_a_share_that_rests_on_unverified_ones_says_so() -> None:
    table = rows()
    for row in table:
        if row["population"] != "pooled":
            continue
        groups = counted(table, row["gene"], row["allele"])
        if any(group["evidence"] == "unverified" for group in groups):
            assert "unverified" in (row["evidence"], row["note"].rsplit(" ", 1)[-1])
