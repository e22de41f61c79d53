"""The SBML in models/: what the sources give, clean, annotated, and flattened well."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import antimony
import libsbml
import numpy as np
import pytest

from tests.architecture.repository import ROOT
from tests.people import engine, library, person
from twin.engine.simulate import simulate
from twin.errors import ModelError
from twin.model_files import model_sources
from twin.sbml.compiler import check, compile_antimony, flatten
from twin.sbml.evidence import evidence_of
from twin.sbml.model_spec import Administration, ModelSpec
from twin.sbml.reader import read
from twin.vocabulary.constant import EVIDENCE
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import daily

MODELS = ROOT / "models"
FILES = sorted(path.relative_to(MODELS).as_posix() for path in MODELS.rglob("*.xml"))
FLAT = [name for name in FILES if not name.endswith("_comp.xml")]
COMPOSED = [name for name in FILES if name.endswith("_comp.xml")]
FORMS = [name for name in FLAT if name.startswith("forms")]

# In a submodel a value that the parent's rule gives needs no start of its own.
RULE_STANDS_IN_THE_PARENT = "[80702]"
MIRIAM = re.compile(
    r"http://identifiers\.org/"
    r"(chebi/CHEBI:\d+|uniprot/[A-Z][A-Z0-9]{5,9}|uberon/UBERON:\d{7})"
)
MARKS = {*EVIDENCE, "computed", "definition"}


@cache
def document(name: str) -> Any:
    return libsbml.readSBMLFromFile(str(MODELS / name))


def models_in(found: Any) -> Iterator[Any]:
    """The top model, and the definitions it is composed of."""
    yield found.getModel()
    plugin = found.getPlugin("comp")
    if plugin is not None:
        for number in range(plugin.getNumModelDefinitions()):
            yield plugin.getModelDefinition(number)


def without_annotation(model: Any) -> list[str]:
    return [s.getId() for s in model.getListOfSpecies() if s.getNumCVTerms() == 0]


# ---- the files are what the sources give


def test_another_process_makes_the_same_files_byte_for_byte():
    """Other order of hashes, other language, other place: the same text."""
    code = (
        "import json; from twin.command_line.model import compiled_files;"
        "print(json.dumps(compiled_files()))"
    )
    made = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONHASHSEED": "20260101",
            "LC_ALL": "C",
            "TZ": "Asia/Tokyo",
        },
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    compiled = json.loads(made.stdout)

    assert sorted(compiled) == FILES
    assert [
        name
        for name, text in compiled.items()
        if text.encode() != (MODELS / name).read_bytes()
    ] == []


def test_the_files_name_no_program_and_no_day():
    for name in FILES:
        head = (MODELS / name).read_text(encoding="utf-8")[:2000]

        assert "Created by" not in head
        assert "Antimony" not in head


# ---- clean


@pytest.mark.parametrize("name", FLAT)
def test_libsbml_has_nothing_to_say(name):
    assert check(document(name)) == []


@pytest.mark.parametrize("name", [n for n in COMPOSED if n.startswith("clotting")])
def test_libsbml_has_nothing_to_say_of_a_composition_either(name):
    """That of warfarin takes many seconds: whoever compiles it, as above, asks."""
    complaints = check(document(name))

    assert [c for c in complaints if not c.startswith(RULE_STANDS_IN_THE_PARENT)] == []


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_level_3_version_2(name):
    found = document(name)

    assert (found.getLevel(), found.getVersion()) == (3, 2)
    assert (found.getPlugin("comp") is not None) == (name in COMPOSED)


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_without_units(name):
    for model in models_in(document(name)):
        bare = [p.getId() for p in model.getListOfParameters() if not p.isSetUnits()]
        bare += [
            c.getId()
            for c in model.getListOfCompartments()
            if not (c.isSetUnits() or model.isSetVolumeUnits())
        ]
        bare += [
            s.getId()
            for s in model.getListOfSpecies()
            if not (s.isSetSubstanceUnits() or model.isSetSubstanceUnits())
        ]

        assert bare == []
        assert model.isSetTimeUnits()
        assert model.isSetExtentUnits()


def test_a_unit_error_is_refused_when_compiling():
    _, sources = model_sources()
    cycle = next(text for text in sources if "model vitamin_k_cycle" in text)
    wrong = cycle.replace("k_loss has per_h;", "k_loss has ratio;")

    assert compile_antimony([cycle], top="vitamin_k_cycle", presets={}).flat
    assert wrong != cycle
    with pytest.raises(ModelError, match="units"):
        compile_antimony([wrong], top="vitamin_k_cycle", presets={})


def test_a_unit_error_is_refused_when_reading():
    right = (MODELS / "clotting" / "prothrombin_time_test.xml").read_text(
        encoding="utf-8"
    )
    wrong = right.replace(
        'id="network__rate_VII_by_Xa" value="1" units="network__per_hour"',
        'id="network__rate_VII_by_Xa" value="1" units="dimensionless"',
    )

    assert wrong != right
    assert read(right, checked=True).states
    assert read(wrong).states
    with pytest.raises(ModelError, match="not clean"):
        read(wrong, checked=True)


# ---- annotated


@pytest.mark.parametrize("name", FLAT)
def test_every_species_says_what_kind_of_thing_it_is(name):
    model = document(name).getModel()

    assert [s.getId() for s in model.getListOfSpecies() if not s.isSetSBOTerm()] == []


def test_every_species_of_the_warfarin_model_can_be_looked_up():
    """By itself, or, being the drug, by the organ it is in.

    The module of the organs serves any drug, so its species name none.
    """
    model = document("warfarin/model.xml").getModel()
    nameless = set(without_annotation(model))
    drug = {name for name in nameless if name[:3] in ("S__", "R__")}
    located = {
        name
        for name in drug
        if model.getCompartment(model.getSpecies(name).getCompartment()).getNumCVTerms()
    }

    assert nameless - drug == {"VK__K1_lost"}
    assert {name[3:] for name in drug - located} == {
        *("rest", "undissolved", "lumen", "bound"),
        *("metabolised", "urine", "faeces"),
    }


@pytest.mark.parametrize("name", [n for n in FLAT if n.startswith("clotting")])
def test_every_species_of_a_clotting_test_can_be_looked_up(name):
    """All but the surface that starts the contact pathway: any will do."""
    assert without_annotation(document(name).getModel()) == [
        "network__contact_activator"
    ]


def test_what_a_form_has_of_the_world_can_be_looked_up():
    """All but the places of Hamberg's chains, which are a delay and no thing."""
    nameless = {name: without_annotation(document(name).getModel()) for name in FORMS}

    assert nameless == {
        "forms/falkenhagen_2023/falkenhagen_2023.xml": [],
        "forms/hamberg_2010/hamberg_2010.xml": [
            f"{chain}_{place}" for chain in ("fast", "slow") for place in (1, 2, 3)
        ],
    }


@pytest.mark.parametrize("name", FLAT)
def test_an_annotation_is_an_address_in_a_public_list(name):
    model = document(name).getModel()
    elements = [
        *model.getListOfSpecies(),
        *model.getListOfCompartments(),
        *model.getListOfReactions(),
    ]
    addresses = [
        term.getResourceURI(number)
        for element in elements
        for term in (element.getCVTerm(i) for i in range(element.getNumCVTerms()))
        for number in range(term.getNumResources())
    ]

    assert len(addresses) > (1 if name in FORMS else 40)
    assert [a for a in addresses if not MIRIAM.fullmatch(a)] == []


def test_a_zone_of_the_liver_is_a_part_of_it_and_nothing_is_two_organs():
    model = document("warfarin/model.xml").getModel()
    said = {
        c.getId(): (term.getBiologicalQualifierType(), term.getResourceURI(0))
        for c in model.getListOfCompartments()
        for term in (c.getCVTerm(i) for i in range(c.getNumCVTerms()))
    }
    within = {n: uri for n, (how, uri) in said.items() if how == libsbml.BQB_IS_PART_OF}
    is_one = [uri for n, (how, uri) in said.items() if how == libsbml.BQB_IS]

    assert {name for name in within if name.startswith("S__")} == {
        f"S__V_liver_{zone}" for zone in range(1, 6)
    }
    assert {uri.rpartition(":")[2] for uri in within.values()} == {"0002107"}
    # each organ once for S and once for R, and the plasma of the factors
    assert max(is_one.count(uri) for uri in is_one) == 2


def unmarked_constants(name: str) -> list[str]:
    """Constants of a flat file whose note does not say how they are known."""
    found = read((MODELS / name).read_text(encoding="utf-8"))
    known = {c: evidence_of(found.notes.get(c, "")) for c in found.constants}
    return [c for c, note in known.items() if note is None or note.mark not in MARKS]


def test_every_constant_of_the_warfarin_model_says_how_it_is_known():
    assert len(library().spec.constants) > 170
    assert unmarked_constants("warfarin/model.xml") == []


@pytest.mark.parametrize("name", [n for n in FLAT if n.startswith("clotting")])
def test_every_constant_of_a_clotting_test_says_how_it_is_known(name):
    assert unmarked_constants(name) == []


@pytest.mark.parametrize("name", FORMS)
def test_every_constant_of_a_form_says_how_it_is_known(name):
    assert unmarked_constants(name) == []


# ---- two ways to flatten give one course

DOSES = daily(5.0, days=4, substance="warfarin sodium")
TIMES_H = np.arange(0.0, 97.0, 6.0)


def flattened_by_libsbml() -> ModelSpec:
    flat = flatten(document("warfarin/model_comp.xml"))
    return read(
        libsbml.writeSBMLToString(flat),
        administrations=library().spec.administrations.values(),
    )


def flattened_by_antimony() -> ModelSpec:
    """Antimony's own way; it joins names by one stroke instead of two.

    So what is bound of S in the liver, `S.bound`, would get the name of the quantity
    `S_bound` that is made of it: that one is called otherwise here.
    """
    top, sources = model_sources()
    text = re.sub(r"\b([SR])_bound\b", r"\1_held", "\n".join(sources))
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(text) >= 0
    return read(
        antimony.getSBMLString(top),
        administrations=[
            Administration(
                dose.substance,
                {one_stroke(s): a for s, a in dose.amount_per_mg.items()},
            )
            for dose in library().spec.administrations.values()
        ],
    )


def one_stroke(name: str) -> str:
    return name.replace("__", "_")


def test_two_programs_flatten_to_one_course():
    shown = ("INR", "S_plasma", "R_plasma")
    parameters = person("cirrhosis").parameters

    ours, libsbmls, antimonys = (
        simulate(
            spec,
            Ensemble.of({written(name): v for name, v in parameters.items()}),
            DOSES,
            TIMES_H,
            outputs=shown,
            engine=engine(),
            tolerance=1e-9,
        ).values
        for spec, written in (
            (library().spec, str),
            (flattened_by_libsbml(), str),
            (flattened_by_antimony(), one_stroke),
        )
    )

    assert np.max(ours[0, :, 0]) > 1.3
    assert libsbmls == pytest.approx(ours, rel=1e-6)
    assert antimonys == pytest.approx(ours, rel=1e-6)


def test_the_reference_patient_is_what_the_file_adds_to_the_composition():
    bare, filled = flattened_by_libsbml(), library().spec
    changed = {n for n, v in filled.constants.items() if v != bare.constants[n]}

    assert bare.states == filled.states
    assert bare.units == filled.units
    assert changed <= person("typical").parameters.keys()
    for name in changed:
        mark = evidence_of(filled.notes[name])
        assert mark is not None
        assert mark.mark in {"computed", "fitted"}
