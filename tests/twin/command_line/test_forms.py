"""The commands that look at models, asked about the published forms."""

import pytest

from tests.architecture.repository import ROOT
from tests.twin.command_line.terminal import document, run
from twin.forms.model_form import load_form
from twin.model_files import form_names

NAMES = form_names()
GUIDE = (ROOT / "docs" / "forms.md").read_text(encoding="utf-8")


def file_of(name: str) -> str:
    return str(ROOT / "models" / "forms" / name / f"{name}.xml")


@pytest.mark.parametrize("name", NAMES)
def test_a_form_is_described_with_every_number_and_its_mark(name):
    told = document("model", "describe", "--form", name)
    form = load_form(name)
    numbers = {entry["id"] for entry in told["constants"]}
    alleles = {f"{g} {a}" for g, gene in form.genes.items() for a in gene.alleles}

    assert told["model"] == name
    assert told["model_sha256"] == form.spec.sha256
    assert {*form.spec.constants, *alleles} <= numbers
    assert "not marked" not in told["evidence_counts"]
    assert told["evidence_counts"]["unverified"] >= 3


def test_a_form_that_is_not_there_is_refused_in_one_line():
    told = run("model", "describe", "--form", "hamberg_2007")

    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
    assert "write one of falkenhagen_2023, hamberg_2010" in told.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_forms_file_runs_by_itself_and_without_a_dose_stays_where_it_is(name):
    told = document("model", "simulate", file_of(name), "--end", "240", "--points", "3")
    first, *_, last = told["rows"]

    assert told["model"] == name
    assert last[1:] == pytest.approx(first[1:], rel=1e-12)
    assert any(value > 0 for value in last[1:])


@pytest.mark.parametrize("name", NAMES)
def test_a_forms_file_is_valid_to_a_stranger(name):
    told = document("model", "inspect", file_of(name))

    assert told["id"] == name
    assert told["complaints"] == []
    assert told["counts"]["rate_rules"] >= 4


def test_the_guide_writes_the_numbers_of_the_equations():
    hamberg = load_form("hamberg_2010").spec.constants
    falkenhagen = load_form("falkenhagen_2023").spec.constants
    written = [
        f"(1 - {-hamberg['age_slope']:g} (age - {hamberg['age_reference']:g}))",
        "C^{0:g} / (C^{0:g} + EC50^{0:g})".format(hamberg["steepness"]),
        f"k = 3/{hamberg['MTT_fast']:g} and 3/{hamberg['MTT_slow']:g} per h",
        f"INR = {hamberg['INR_base']:g} + {hamberg['INR_range']:g} (1 -",
        f"of a dose were in {hamberg['V']:g} L",
        f"(VII/VII0)(X/X0)]^-{falkenhagen['INR_power']:g}",
    ]

    assert [words for words in written if words not in GUIDE] == []
