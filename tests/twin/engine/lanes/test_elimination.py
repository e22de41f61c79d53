"""A matrix eliminated by loops is the matrix eliminated line by line."""

import antimony
import numpy as np
import pytest

from tests.twin.engine.compiled_step import OneStep
from tests.twin.engine.machine_code import DOUBLES, FLOATS
from twin.engine.graph.vector_field import VectorField, vector_field
from twin.engine.lanes.emit_elimination import MOST_UNROLLED, operations
from twin.engine.lanes.emit_model import ModelEmitter
from twin.engine.lanes.rosenbrock import TABLEAUX
from twin.sbml.equation_reader import equations_of


def exchanging(n: int, links: list[tuple[int, int]]) -> VectorField:
    """Pools that send to each other along links."""
    species = ", ".join(f"X{i} in body = {i + 1}" for i in range(n))
    flows = "\n".join(
        f"J{k}: X{i} => X{j}; {0.1 + 0.01 * k} * X{i} / (1 + X{j});"
        for k, (i, j) in enumerate(links)
    )
    antimony.clearPreviousLoads()
    text = f"model pools\ncompartment body = 1;\nsubstanceOnly species {species};"
    assert antimony.loadAntimonyString(f"{text}\n{flows}\nend") >= 0
    return vector_field(equations_of(antimony.getSBMLString("pools")))


def every(n: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(n) for j in range(n) if i != j]


def some(n: int) -> list[tuple[int, int]]:
    dice = np.random.default_rng(3)
    return [link for link in every(n) if dice.random() < 0.15]


@pytest.mark.parametrize("tableau", TABLEAUX.values(), ids=lambda t: t.name)
@pytest.mark.parametrize("lanes", [DOUBLES, FLOATS], ids=["double", "float"])
@pytest.mark.parametrize("links", [every, some, lambda _: [(0, 1)]])
def test_loops_and_lines_give_the_same_step_to_the_bit(tableau, lanes, links):
    n = 9
    field = exchanging(n, links(n))
    dice = np.random.default_rng(1)
    states = dice.uniform(0.1, 3.0, (len(field.states), lanes.width))
    t, h = np.zeros(lanes.width), 10.0 ** dice.uniform(-2, 1, lanes.width)

    lines = OneStep.of(field, tableau, lanes, most_unrolled=10**9)(states, t, h)
    loops = OneStep.of(field, tableau, lanes, most_unrolled=-1)(states, t, h)

    assert np.all(lines[2])
    for one, other in zip(lines, loops, strict=True):
        assert one.tobytes() == other.tobytes()


def test_a_full_matrix_of_sixty_states_is_written_as_loops():
    field = exchanging(60, every(60))

    emitter = ModelEmitter(field, DOUBLES)

    assert operations(emitter.plan) > MOST_UNROLLED
    assert emitter.elimination.tables
    assert len(emitter.code().text) < 20e6
