"""exp, log and powers of all lanes, beside forty decimal digits.

Errors in units of the last place.  Largest measured on ten times these points, with
and without fused multiply-adds:

            exp     log
    double  1.06    1.21
    float   1.17    1.22
"""

from collections.abc import Callable
from decimal import Context, Decimal
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.engine.machine_code import DOUBLES, FLOATS, KINDS, Compiled
from twin.engine.graph.expression_graph import Graph
from twin.engine.graph.nodes import Op
from twin.engine.lanes.llvm_writer import Lanes

CLAIM = 2.0
EXP, LOG = 0, 1
DIGITS = Context(prec=40)
N = 4000
INF, NAN = np.inf, np.nan


@cache
def functions(lanes: Lanes) -> Compiled:
    """exp and log of one state."""
    graph = Graph()
    x = graph.state(0)
    nodes = [graph.apply(Op.EXP, x), graph.apply(Op.LOG, x)]
    return Compiled.of(graph, nodes, 1, 0, lanes)


def of(which: int, x: np.ndarray, lanes: Lanes = DOUBLES) -> np.ndarray:
    return functions(lanes)(np.array([x, x]))[which]


def worst_ulp(
    which: int, x: np.ndarray, lanes: Lanes, exact: Callable[[Decimal], Decimal]
) -> float:
    """The largest error over some points, in units of the last place."""
    kind = KINDS[lanes.real]
    x = x.astype(kind)

    def error(found: float, at: float) -> float:
        right = exact(Decimal(at))
        unit = Decimal(float(np.spacing(np.abs(float(right), dtype=kind))))
        return float(abs(Decimal(found) - right) / unit)

    return max(map(error, of(which, x, lanes).tolist(), x.tolist()))


DICE = np.random.default_rng(1)
WITHOUT_FUSING = [Lanes("double", 4, fused=False), Lanes("float", 8, fused=False)]
LIMITS = {"double": (-708.39, 709.78, 307.6), "float": (-87.33, 88.72, 37.9)}
EVERY_KIND = pytest.mark.parametrize(
    "lanes",
    [DOUBLES, FLOATS, *WITHOUT_FUSING],
    ids=["double", "float", "double, not fused", "float, not fused"],
)


@EVERY_KIND
def test_exp_is_right_to_two_units_in_the_last_place(lanes):
    low, high, _ = LIMITS[lanes.real]
    whole = np.arange(np.ceil(low), high)
    x = np.concatenate(
        [
            DICE.uniform(low, high, N),
            DICE.uniform(-1.0, 1.0, N),
            DICE.choice([-1.0, 1.0], 500) * 10.0 ** DICE.uniform(-20, 0, 500),
            (whole[whole * np.log(2) < high] + 0.5) * np.log(2.0),  # where 2^k changes
        ]
    )
    x = x[(x > low) & (x < high)]

    assert worst_ulp(EXP, x, lanes, DIGITS.exp) <= CLAIM


@EVERY_KIND
def test_log_is_right_to_two_units_in_the_last_place(lanes):
    _, _, decades = LIMITS[lanes.real]
    near_one = 10.0 ** DICE.uniform(-6 if lanes.real == "float" else -15, -1, N)
    x = np.concatenate(
        [
            10.0 ** DICE.uniform(-decades, decades, N),
            10.0 ** DICE.uniform(-decades - 6, -decades, 500),  # denormal too
            DICE.uniform(0.6, 1.6, 2 * N),
            1.0 + DICE.choice([-1.0, 1.0], N) * near_one,
            np.sqrt(2.0) * 2.0 ** np.arange(-100, 100),  # where the exponent changes
        ]
    )
    x = x[(x.astype(KINDS[lanes.real]) != 1.0) & (x.astype(KINDS[lanes.real]) > 0.0)]

    assert worst_ulp(LOG, x, lanes, DIGITS.ln) <= CLAIM


@EVERY_KIND
def test_the_edges_of_exp_are_what_they_should_be(lanes):
    x = np.array([0.0, -0.0, INF, -INF, NAN, 800.0, -800.0], KINDS[lanes.real])

    found = of(EXP, x, lanes)

    assert found.tolist() == pytest.approx([1, 1, INF, 0, NAN, INF, 0], nan_ok=True)
    assert found[:2].tolist() == [1.0, 1.0]


@EVERY_KIND
def test_the_edges_of_log_are_what_they_should_be(lanes):
    x = np.array([0.0, -0.0, INF, -INF, NAN, -1.0, -1e-40, 1.0], KINDS[lanes.real])

    found = of(LOG, x, lanes)

    assert found.tolist() == pytest.approx(
        [-INF, -INF, INF, NAN, NAN, NAN, NAN, 0.0], nan_ok=True
    )
    assert found[-1] == 0.0


def test_exp_has_a_number_up_to_the_largest_there_is():
    last = 709.782712893384

    assert of(EXP, np.array([last]))[0] < INF
    assert of(EXP, np.array([np.nextafter(last, INF)]))[0] == INF


def test_exp_is_zero_where_the_right_number_would_be_denormal():
    last = -708.3964185322641
    smallest_normal = np.finfo(float).tiny

    found = of(EXP, np.array([last, np.nextafter(last, -INF)]))

    assert found[0] == pytest.approx(smallest_normal, rel=1e-12)
    assert found[1] == 0.0


def test_the_smallest_number_has_a_logarithm():
    smallest = np.nextafter(0.0, 1.0)

    assert of(LOG, np.array([smallest]))[0] == pytest.approx(
        -1074 * np.log(2), rel=1e-15
    )


@given(st.lists(st.floats(-745.0, 710.0), min_size=8, max_size=8))
def test_exp_never_falls(x):
    found = of(EXP, np.sort(x))

    assert np.all(found[1:] >= found[:-1])


@given(st.lists(st.floats(-300.0, 300.0), min_size=8, max_size=8))
def test_log_undoes_exp(x):
    at = np.array(x)

    assert of(LOG, of(EXP, at)) == pytest.approx(at, rel=3e-16, abs=3e-16)


# ---- powers: exp(e ln b), which errs with e ln b


@pytest.mark.parametrize("exponent", [0.3, 0.75, 1.5, 2.7, -4.7, 17.0, 31.4])
def test_a_power_is_right_to_its_logarithm_times_two_units(exponent):
    graph = Graph()
    node = graph.power(graph.state(0), graph.held(0))
    code = Compiled.of(graph, [node], 1, 1, DOUBLES)
    base = 10.0 ** DICE.uniform(-6, 6, 1000)

    found = code([base, np.full(1000, exponent), base])[0]

    def right(b: float) -> Decimal:
        return DIGITS.power(Decimal(float(b)), Decimal(float(exponent)))

    errors = [
        abs(float(Decimal(float(f)) / right(b) - 1))
        for f, b in zip(found, base, strict=True)
    ]
    allowed = 2.0**-52 * (2.0 + 2.0 * np.abs(exponent * np.log(base)))
    assert np.all(errors <= allowed)
