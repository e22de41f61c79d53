"""Every path of CPIC's figure, by a table written from the figure and not from code.

Columns: what is known of the patient; then the boxes passed, in order, and what they
make of the algorithm's dose.
"""

import re
import tomllib
from itertools import product

import pytest

from tests.architecture.repository import ROOT
from twin.genetics.guideline import (
    BRANCHES,
    CHILD_BRANCHES,
    GuidelineFacts,
    GuidelineTable,
    follow,
)

TABLE = GuidelineTable.of(
    tomllib.loads((ROOT / "models/warfarin/cpic_2017.toml").read_text("utf-8"))
)
A, L = "algorithm", "loading"
NONE, ONE, TWO, MIXED = (), ("*8",), ("*8", "*8"), ("*8", "*11")
NO_CHANGE = (1.0, 1.0)

# branch, *5/*6/*8/*11, rs2108622 T, rs12777823 A -> boxes, (lowest, highest factor)
PATHS = [
    ("non-African", None, None, None, [A, L], NO_CHANGE),
    ("non-African", None, False, True, [A, L], NO_CHANGE),
    ("non-African", None, True, None, [A, L, "cyp4f2"], (1.05, 1.10)),
    ("non-African", NONE, None, None, [A, L], NO_CHANGE),
    ("non-African", NONE, False, False, [A, L], NO_CHANGE),
    ("non-African", NONE, True, True, [A, L, "cyp4f2"], (1.05, 1.10)),
    ("non-African", ONE, False, None, [A, L, "carrier"], (0.70, 0.85)),
    ("non-African", ONE, None, True, [A, L, "carrier"], (0.70, 0.85)),
    (
        "non-African",
        ONE,
        True,
        None,
        [A, L, "carrier", "cyp4f2"],
        (0.70 * 1.05, 0.85 * 1.10),
    ),
    ("non-African", TWO, False, None, [A, L, "homozygote"], (0.60, 0.80)),
    (
        "non-African",
        TWO,
        True,
        False,
        [A, L, "homozygote", "cyp4f2"],
        (0.60 * 1.05, 0.80 * 1.10),
    ),
    ("non-African", MIXED, False, None, [A, L, "carrier"], (0.70, 0.85)),
    ("African", None, True, True, ["dose_clinically"], NO_CHANGE),
    ("African", NONE, None, None, [A + "_african", L + "_african"], NO_CHANGE),
    ("African", NONE, True, True, [A + "_african", L + "_african"], NO_CHANGE),
    (
        "African",
        ONE,
        True,
        True,
        [A + "_african", "carrier_african", L + "_african"],
        (0.70, 0.85),
    ),
    (
        "African",
        TWO,
        False,
        False,
        [A + "_african", "homozygote_african", L + "_african"],
        (0.60, 0.80),
    ),
    ("African American", None, True, True, ["dose_clinically"], NO_CHANGE),
    ("African American", NONE, None, None, [A + "_african", L + "_african"], NO_CHANGE),
    (
        "African American",
        NONE,
        True,
        False,
        [A + "_african", L + "_african"],
        NO_CHANGE,
    ),
    (
        "African American",
        NONE,
        True,
        True,
        [A + "_african", "rs12777823", L + "_african"],
        (0.75, 0.90),
    ),
    (
        "African American",
        ONE,
        None,
        None,
        [A + "_african", "carrier_african", L + "_african"],
        (0.70, 0.85),
    ),
    (
        "African American",
        ONE,
        False,
        True,
        [A + "_african", "carrier_african", "rs12777823", L + "_african"],
        (0.70 * 0.75, 0.85 * 0.90),
    ),
    (
        "African American",
        TWO,
        True,
        True,
        [A + "_african", "homozygote_african", "rs12777823", L + "_african"],
        (0.60 * 0.75, 0.80 * 0.90),
    ),
]


def facts(
    branch, african=None, t=None, a=None, *, cyp2c9="*1/*3", vkorc1="A/G"
) -> GuidelineFacts:
    poor = cyp2c9 in {"*2/*3", "*3/*3"}
    return GuidelineFacts(vkorc1, cyp2c9, african, t, a, branch, poor)


@pytest.mark.parametrize(("branch", "african", "t", "a", "boxes", "factor"), PATHS)
def test_each_path_of_the_figure(branch, african, t, a, boxes, factor):
    chosen = follow(facts(branch, african, t, a), TABLE).chosen

    assert chosen is not None
    assert [step.name for step in chosen.steps] == boxes
    assert chosen.dose_factor == pytest.approx(factor)
    assert chosen.dose_clinically == (boxes == ["dose_clinically"])
    assert all(step.says and step.because and step.strength for step in chosen.steps)


@pytest.mark.parametrize("missing", [{"vkorc1": None}, {"cyp2c9": None}])
@pytest.mark.parametrize("branch", [None, *BRANCHES])
def test_without_both_genes_the_figure_goes_no_further(branch, missing):
    chosen = follow(facts(branch, ONE, True, True, **missing), TABLE).chosen

    assert chosen is not None
    assert [step.name for step in chosen.steps] == ["dose_clinically"]


@pytest.mark.parametrize("branch", BRANCHES)
@pytest.mark.parametrize("cyp2c9", ["*2/*3", "*3/*3"])
def test_poor_metabolisers_are_told_of_another_drug(branch, cyp2c9):
    chosen = follow(facts(branch, NONE, cyp2c9=cyp2c9), TABLE).chosen

    assert chosen is not None
    assert [step.name for step in chosen.steps][1] == "alternative"
    assert any("A or both A and B" in note for note in chosen.notes)


@pytest.mark.parametrize("cyp2c9", ["*1/*1", "*1/*2", "*1/*3", "*2/*2"])
def test_nobody_else_is(cyp2c9):
    chosen = follow(facts("non-African", NONE, cyp2c9=cyp2c9), TABLE).chosen

    assert chosen is not None
    assert "alternative" not in [step.name for step in chosen.steps]


@pytest.mark.parametrize(
    ("branch", "boxes"),
    [("European", ["algorithm_child"]), ("non-European", ["dose_clinically"])],
)
def test_children_have_a_figure_of_their_own(branch, boxes):
    child = GuidelineFacts("A/G", "*1/*3", ONE, True, True, branch, child=True)
    chosen = follow(child, TABLE).chosen

    assert chosen is not None
    assert [step.name for step in chosen.steps] == boxes
    assert chosen.dose_factor == NO_CHANGE


def test_a_child_of_no_stated_ancestry_is_shown_both_ways():
    child = GuidelineFacts("A/G", "*1/*3", None, None, None, None, child=True)
    found = follow(child, TABLE)

    assert found.chosen is None
    assert [path.branch for path in found.paths] == list(CHILD_BRANCHES)


def test_two_different_alleles_are_said_to_be_read_in_two_ways():
    chosen = follow(facts("non-African", MIXED, False), TABLE).chosen

    assert chosen is not None
    assert any("20 to 40 % for any two" in note for note in chosen.notes)


def test_without_an_ancestry_every_branch_is_shown_and_none_is_chosen():
    found = follow(facts(None, ONE, True, True), TABLE)

    assert found.chosen is None
    assert [path.branch for path in found.paths] == list(BRANCHES)


def test_every_combination_ends_in_a_box_and_repeats_itself():
    for branch, african, t, a in product(
        (None, *BRANCHES),
        (None, NONE, ONE, TWO, MIXED),
        (None, False, True),
        (None, True),
    ):
        found = follow(facts(branch, african, t, a), TABLE)

        assert found == follow(facts(branch, african, t, a), TABLE)
        assert all(path.steps for path in found.paths)


def test_the_table_above_reaches_every_box_of_the_figure():
    reached = {box for *_, boxes, _ in PATHS for box in boxes}
    reached |= {"alternative", "algorithm_child"}

    assert reached == set(TABLE.boxes)


def test_the_figures_percentages_are_the_published_ones(data_folder):
    path = data_folder / "pharmacogenes/warfarin_2017_flowchart.txt"
    text = path.read_text(encoding="utf-8")

    def per_cent(box: str) -> tuple[int, int]:
        dose = TABLE.boxes[box].dose
        assert dose is not None
        low, high = dose
        return round(100 * abs(low - 1)), round(100 * abs(high - 1))

    found = {tuple(map(int, m)) for m in re.findall(r"(\d+)-(\d+)%", text)}
    assert {per_cent(b) for b in TABLE.boxes if TABLE.boxes[b].dose} == found - {
        (45, 50)  # how many people of African ancestry carry one of the alleles
    }


@pytest.mark.parametrize(
    ("population", "branch"),
    [
        (None, None),
        ("European", "non-African"),
        ("East Asian", "non-African"),
        ("Sub-Saharan African", "African"),
        ("African American/Afro-Caribbean", "African American"),
    ],
)
def test_a_stated_population_is_one_branch(population, branch):
    assert TABLE.branch_of(population, child=False) == branch


@pytest.mark.parametrize(
    ("population", "branch"),
    [(None, None), ("European", "European"), ("East Asian", "non-European")],
)
def test_a_childs_population_is_european_or_not(population, branch):
    assert TABLE.branch_of(population, child=True) == branch
