"""What a form's files say, and what is refused when they disagree."""

import copy
from typing import Any

import pytest

from twin.errors import LibraryError
from twin.forms.model_form import form_of, load_form
from twin.model_files import form_files, form_names
from twin.sbml.evidence import evidence_of

NAMES = form_names()
UNITS = {"L/h": "L_per_h", "mg/L": "mg_per_L", "1": "ratio"}


def damaged(name: str, *path: Any, to: Any) -> tuple[str, dict[str, Any]]:
    """A form's files with one entry of its settings changed."""
    text, settings = form_files(name)
    settings = copy.deepcopy(settings)
    inner: Any = settings
    for key in path[:-1]:
        inner = inner[key]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return text, settings


def test_the_forms_are_those_of_the_folder():
    assert NAMES == ("falkenhagen_2023", "hamberg_2010")
    assert [load_form(name).name for name in NAMES] == list(NAMES)


def test_a_form_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(LibraryError, match="has: falkenhagen_2023, hamberg_2010"):
        load_form("hamberg_2007")


@pytest.mark.parametrize("name", NAMES)
def test_a_forms_units_are_those_of_its_equations(name):
    form = load_form(name)
    said = {c: gene.unit for gene in form.genes.values() for c in gene.constants}
    said |= {output.id: output.unit for output in form.outputs.values()}

    assert {n: form.spec.units[n] for n in said} == {
        n: UNITS[u] for n, u in said.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_a_form_has_a_source(name):
    form = load_form(name)
    sources = [effect.source for effect in form.effects.effects]
    sources += [known.source for known in form.known]
    sources += [a.source for g in form.genes.values() for a in g.alleles.values()]

    assert len(sources) >= 8
    assert all(sources)
    assert form.doi.startswith("10.")


@pytest.mark.parametrize("name", NAMES)
def test_differences_between_people_move_numbers_that_were_measured(name):
    form = load_form(name)
    by_person = [name for e in form.effects.effects for name in e.multiplies]
    in_general = [name for known in form.known for name in known.constants]

    for moved in (by_person, in_general):
        notes = [evidence_of(form.spec.notes[name]) for name in moved]
        assert len(moved) == len(set(moved))
        assert {note.mark for note in notes if note} == {"read"}
    assert set(by_person) <= set(in_general)


def test_another_number_makes_another_form():
    text, settings = damaged("hamberg_2010", "effect", 0, "ln_sd", to=0.3)

    assert form_of(text, settings).sha256 != load_form("hamberg_2010").sha256
    assert form_of(text, settings).spec.sha256 == load_form("hamberg_2010").spec.sha256


@pytest.mark.parametrize(
    ("path", "to", "answer"),
    [
        (("effect", 0, "multiplies"), ["CL"], "effect clearance: the SBML has no"),
        (("effect", 1, "ln_sd_spread"), -0.3, "volume: ln_sd_spread is above 0"),
        (("known", 3, "constants"), ["g"], "known steepness: the SBML has no"),
        (("known", 3, "scale"), "gut", "known steepness has the scale 'gut'"),
        (("effect", 0, "scale"), None, "effect clearance has no scale"),
        (("gene", "CYP2C9", "scale"), None, "gene CYP2C9 has no scale"),
        (("known", 3, "ln_sd"), 0.0, "known steepness: ln_sd is above 0"),
        (("known", 3, "evidence"), "felt", "evidence 'felt'"),
        (("effect", 1, "ln_sd"), 0.0, "effect volume: ln_sd is above 0"),
        (("effect", 1, "ln_sd"), float("nan"), "effect volume: ln_sd is above 0"),
        (("effect", 2, "evidence"), "guessed", "evidence 'guessed'"),
        (("effect", 2, "source"), None, "'source' is missing"),
        (("age", "constant"), "years", "age: the SBML has no constant years"),
        (("age", "slope"), None, "'slope' is missing"),
        (("output", "INR", "id"), "inr", "output INR: the SBML computes no inr"),
        (("output", "INR", "of"), None, "'of' is missing"),
        (("administration", "species"), "gut", "has no species gut"),
        (("administration", "source"), None, "'source' is missing"),
        (("administration", "evidence"), "heard", "evidence 'heard'"),
        (("administration", "amount_per_mg"), None, "'amount_per_mg' is missing"),
        (("gene", "CYP2C9", "constants"), ["CL_first"], "name two constants"),
        (("gene", "CYP2C9", "reference"), "*4", r"\*4 has no value"),
        (("gene", "CYP2C9", "reference"), "*2", r"\*2 has 0.0879 L/h, and the SBML"),
        (("gene", "VKORC1", "alleles", "G", "value"), 2.0, "G has 2 mg/L, and the"),
        (("gene", "VKORC1", "other_alleles_evidence"), "so", "evidence 'so'"),
        (("doi",), None, "'doi' is missing"),
    ],
)
def test_a_slip_in_the_settings_is_named(path, to, answer):
    with pytest.raises(LibraryError, match=answer) as refused:
        form_of(*damaged("hamberg_2010", *path, to=to))

    assert "models/forms/hamberg_2010/form.toml" in str(refused.value)


def test_a_gene_that_nobody_knows_is_refused():
    text, settings = form_files("hamberg_2010")
    settings["gene"]["TP53"] = settings["gene"]["VKORC1"]

    with pytest.raises(LibraryError, match="gene 'TP53'"):
        form_of(text, settings)
