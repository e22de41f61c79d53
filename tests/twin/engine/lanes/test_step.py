"""The step that is compiled is the step that numpy takes, to rounding."""

from functools import cache

import antimony
import numpy as np
import pytest

from tests.twin.engine.compiled_step import OneStep
from tests.twin.engine.machine_code import DOUBLES, FLOATS, lanes_like
from tests.twin.engine.one_step import step
from twin.engine.graph.vector_field import VectorField, vector_field
from twin.engine.lanes.llvm_writer import Lanes
from twin.engine.lanes.rosenbrock import TABLEAUX, Tableau
from twin.sbml.equation_reader import equations_of

# A chain that branches, with a term of second order and one that names the time:
# no entry of the matrix is missing by symmetry.
SOURCE = """
model driven()
  compartment body = 1;
  substanceOnly species A in body = 1, B in body = 2, C in body = 0.5, D in body = 0;
  k = 1.3; h = 1.7; w = 2;
  J1: A => B; k * A^2;
  J2: B => C; k * B / (1 + C) * (1 + sin(w * time));
  J3: C => D; h * C^h;
  J4: B => ; 0.3 * B * time;
end
"""
EVERY = pytest.mark.parametrize("tableau", TABLEAUX.values(), ids=lambda t: t.name)
K, H, W = 1.3, 1.7, 2.0


@cache
def field() -> VectorField:
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(SOURCE) >= 0
    return vector_field(equations_of(antimony.getSBMLString("driven")))


@cache
def compiled(tableau: Tableau, lanes: Lanes) -> OneStep:
    return OneStep.of(field(), tableau, lanes)


# ---- the same model by hand


def rates(t: float, y: np.ndarray) -> np.ndarray:
    a, b, c, _ = y
    one, two = K * a**2, K * b / (1 + c) * (1 + np.sin(W * t))
    three, four = H * max(c, 0.0) ** H, 0.3 * b * t
    return np.array([-one, one - two - four, two - three, three])


def matrix(t: float, y: np.ndarray) -> np.ndarray:
    a, b, c, _ = y
    drive = K * (1 + np.sin(W * t))
    by_b, by_c, out = (
        drive / (1 + c),
        -drive * b / (1 + c) ** 2,
        H * H * max(c, 0.0) ** (H - 1),
    )
    return np.array(
        [
            [-2 * K * a, 0, 0, 0],
            [2 * K * a, -by_b - 0.3 * t, -by_c, 0],
            [0, by_b, by_c - out, 0],
            [0, 0, out, 0],
        ]
    )


def slope(t: float, y: np.ndarray) -> np.ndarray:
    _, b, c, _ = y
    by_t = K * b / (1 + c) * W * np.cos(W * t)
    return np.array([0.0, -by_t - 0.3 * b, by_t, 0.0])


def lanes_of_states(lanes: Lanes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dice = np.random.default_rng(7)
    return (
        dice.uniform(0.1, 3.0, (4, lanes.width)),
        dice.uniform(0.0, 5.0, lanes.width),
        10.0 ** dice.uniform(-3, 1, lanes.width),
    )


def by_hand(tableau: Tableau, states, t, h) -> tuple[np.ndarray, np.ndarray]:
    steps = [
        step(tableau, rates, matrix, slope, float(when), y, float(length))
        for y, when, length in zip(states.T, t, h, strict=True)
    ]
    return np.transpose([new for new, _ in steps]), np.transpose([e for _, e in steps])


@EVERY
@pytest.mark.parametrize(("lanes", "rel"), [(DOUBLES, 1e-12), (FLOATS, 5e-4)])
def test_the_compiled_step_is_the_step_of_the_tableau(tableau, lanes, rel):
    states, t, h = (np.float32(each) for each in lanes_of_states(lanes))
    states, t, h = (each.astype(float) for each in (states, t, h))

    new, error, sound = compiled(tableau, lanes)(states, t, h)

    assert field().states == tuple(f"amount({name})" for name in "ABCD")
    new_by_hand, error_by_hand = by_hand(tableau, states, t, h)
    assert new == pytest.approx(new_by_hand, rel=rel, abs=10 * rel)
    assert error == pytest.approx(error_by_hand, rel=rel, abs=10 * rel)
    assert np.all(sound)


@EVERY
def test_a_step_of_one_lane_is_that_of_many(tableau):
    wide = lanes_like(DOUBLES, 8)
    states, t, h = lanes_of_states(wide)

    together = compiled(tableau, wide)(states, t, h)[0]
    in_pairs = [
        compiled(tableau, lanes_like(DOUBLES, 2))(
            states[:, i : i + 2], t[i : i + 2], h[i : i + 2]
        )[0]
        for i in range(0, 8, 2)
    ]

    assert np.concatenate(in_pairs, axis=1).tobytes() == together.tobytes()


@EVERY
def test_what_is_kept_is_kept_by_every_step(tableau):
    """At t = 0 nothing leaves but what is between the pools: A + B + C + D - lost."""
    wide = DOUBLES
    states, _, h = lanes_of_states(wide)
    still = np.zeros(wide.width)

    new, _, _ = compiled(tableau, wide)(states, still, 1e-9 * h)

    assert new.sum(axis=0) == pytest.approx(states.sum(axis=0), rel=1e-14)


@EVERY
def test_a_matrix_without_an_inverse_is_not_sound(tableau):
    states, t, h = lanes_of_states(DOUBLES)
    states[2, 0] = np.nan

    _, _, sound = compiled(tableau, DOUBLES)(states, t, h)

    assert not sound[0]
    assert np.all(sound[1:])
