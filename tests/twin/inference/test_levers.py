"""Levers say what `individualise` would, without asking it for every draw."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.believed import levers, population
from tests.people import described, library
from twin.individualise import individualise
from twin.inference.levers import STARTS
from twin.vocabulary.genotype import Diplotype, Genotype

UNTESTED: dict[str, Any] = {"genotype": {}}
FRAIL = {
    "age": "82 a",
    "sex": "female",
    "weight": "51 kg",
    "height": "150 cm",
    "genotype": {
        "CYP2C9": {"diplotype": "*2/*3", "tested": "all"},
        "VKORC1": "G/A",
        "CYP4F2": {"diplotype": "*1/*3", "tested": "all"},
    },
    "co_medication": ["amiodarone"],
}
N_EFFECTS = len(population().effects.effects)


def exactly(changes, x, alleles=()):
    """Parameters by the long way: every table and constant changed, one by one."""
    changed, constants = library(), {}
    for parameter, moved in zip(population().known, x, strict=True):
        if parameter.file == "sbml":
            name = parameter.key[0]
            usual = {**changed.spec.constants, **library().fitted_constants}[name]
            constants[name] = usual * np.exp(moved)
        else:
            here = library().tables[parameter.file].constants[parameter.key].value
            changed = changed.with_constant(
                parameter.file, parameter.key, float(here * np.exp(moved))
            )
    patient = described(**changes).patient
    if alleles:
        everything = {
            gene: frozenset(library().alleles.variants(gene)) for gene, _ in alleles
        }
        genotype = Genotype(
            tuple(Diplotype(gene, pair, everything[gene]) for gene, pair in alleles)
        )
        patient = replace(patient, genotype=genotype)
    return {**individualise(patient, changed).parameters, **constants}


@pytest.mark.parametrize("changes", [{}, FRAIL], ids=["typical", "frail"])
def test_levers_agree_with_the_long_way(changes):
    found = levers(**changes)
    worst = (0.0, "")
    for draw in (0, 100, 200):
        x = population().x[draw]
        values = found.parameters(x[None], np.zeros((1, N_EFFECTS)))[0]
        for name, value in exactly(changes, x).items():
            if name in STARTS or value == 0:
                continue
            off = abs(values[found.names.index(name)] / value - 1)
            worst = max(worst, (off, name))

    assert worst[0] < 5e-3, worst


def test_without_any_move_a_tested_patient_is_the_typical_one():
    found = levers()
    nothing = np.zeros((1, len(population().known)))

    values = found.parameters(nothing, np.zeros((1, N_EFFECTS)))[0]

    for name, value in described().parameters.items():
        assert values[found.names.index(name)] == pytest.approx(value, rel=1e-9)


def test_an_effect_multiplies_what_its_table_names():
    found = levers()
    place = population().effects.names.index("clearance_S")
    z = np.zeros((2, N_EFFECTS))
    z[1, place] = 0.3
    values = found.parameters(np.zeros((2, len(population().known))), z)

    moved = {
        name: after / before
        for name, before, after in zip(found.names, *values, strict=True)
        if after != before
    }
    assert moved.keys() == {"S__Vm_A", "S__Vm_B", "S__CL_linear"}
    assert list(moved.values()) == pytest.approx([np.exp(0.3)] * 3)


def test_alleles_that_nobody_tested_are_kept_apart_with_their_weights():
    found = levers(**UNTESTED)

    assert {gene.gene for gene in found.genes} == {"CYP2C9", "VKORC1", "CYP4F2"}
    for gene in found.genes:
        assert gene.weights.sum() == pytest.approx(1.0)
        assert np.all(np.diff(gene.weights) <= 0)


def test_a_possible_pair_gives_what_that_pair_tested_would():
    found = levers(**UNTESTED)
    enzyme = next(g for g in found.genes if g.gene == "CYP2C9")
    target = next(g for g in found.genes if g.gene == "VKORC1")
    pair = enzyme.names.index("*1/*3")
    which = np.zeros((1, len(found.genes)), np.int64)
    which[0, found.genes.index(enzyme)] = pair
    which[0, found.genes.index(target)] = target.names.index("A/A")
    catabolism = next(g for g in found.genes if g.gene == "CYP4F2")
    which[0, found.genes.index(catabolism)] = catabolism.names.index("*1/*1")
    x = population().x[3]
    values = found.parameters(x[None], np.zeros((1, N_EFFECTS)), which)[0]

    tested = exactly(
        UNTESTED,
        x,
        (
            ("CYP2C9", ("*1", "*3")),
            ("VKORC1", ("A", "A")),
            ("CYP4F2", ("*1", "*1")),
        ),
    )

    for name in ("VKORC1_capacity", "VK__catabolism", "S__CL_linear"):
        assert values[found.names.index(name)] == pytest.approx(tested[name], rel=3e-3)
    places = ("S__Vm_A", "S__Vm_B")
    assert sorted(values[found.names.index(n)] for n in places) == pytest.approx(
        sorted(tested[n] for n in places), rel=3e-3
    )
