"""The fit of the surrogate, on a tube whose law is known; and its three files."""

import csv
import io
import math
import tomllib
from collections.abc import Iterator

import numpy as np
import pytest
import roadrunner
from hypothesis import given
from hypothesis import strategies as st

from tests.architecture.repository import ROOT
from tests.clotting_tube import FACTORS, NORMAL, committed
from twin.coagulation.assays import prothrombin_ratio
from twin.coagulation.surrogate_rows import surrogate_of
from twin.errors import ModelError, NumericsError
from twin.multiscale.clotting_network import Piece, Plasma
from twin.multiscale.surrogate_fit import (
    Shape,
    SurrogateFit,
    exponents_of,
    fit_surrogate,
    independent_levels,
    joint_levels,
)
from twin.multiscale.surrogate_text import (
    Making,
    antimony_text,
    csv_text,
    toml_text,
)
from twin.reproducibility import stream
from twin.sbml.compiler import compile_antimony

BOX = {"II": (0.1, 2.0), "VII": (0.1, 2.0), "V": (0.5, 1.5)}
SHAPE = Shape(degree=2, degree_of_complex=3, linear=frozenset({"V"}))
NORMAL_TIME_S = 10.0
MAKING = Making("a test", 1, "2026-01-31", "a law put in by hand")


def known_law(plasma: Plasma) -> Iterator[Piece]:
    """A tube that clots at 10 s · II^-0.2 · VII^(-0.3 + 0.01 ln II) · V^-0.05."""
    ln = {name: np.log(plasma.get(f"level_{name}", 1.0)) for name in BOX}
    slowness = -0.2 * ln["II"] - 0.3 * ln["VII"] - 0.05 * ln["V"]
    time_s = NORMAL_TIME_S * np.exp(slowness + 0.01 * ln["II"] * ln["VII"])
    times = np.array([0.0, 0.5 * time_s, 1.5 * time_s])
    yield times, np.exp(times / time_s), times


def fitted(seed: int = 1, *, n_runs: int = 60) -> SurrogateFit:
    return fit_surrogate(
        BOX,
        shape=SHAPE,
        n_runs=n_runs,
        n_held_out=20,
        normal_time_s=NORMAL_TIME_S,
        integrate=known_law,
        threshold_nmol_s_per_l=math.e,
        rng=stream(seed, "test"),
    )


def test_the_fit_finds_the_law_that_is_there():
    surrogate = fitted().surrogate
    found = {
        tuple(row): value
        for row, value in zip(
            surrogate.exponents.tolist(), surrogate.coefficients, strict=True
        )
        if abs(value) > 1e-9
    }

    assert found == pytest.approx(
        {(1, 0, 0): -0.2, (0, 1, 0): -0.3, (0, 0, 1): -0.05, (1, 1, 0): 0.01}
    )


def test_the_error_is_that_of_plasmas_the_fit_has_not_seen():
    fit = fitted()

    assert (fit.in_box.n_runs, fit.together.n_runs) == (10, 10)
    assert fit.held_out.n_runs == 20
    assert fit.held_out.worst < 1e-9


def test_the_same_seed_gives_the_same_numbers():
    first, again, other = fitted(1), fitted(1), fitted(2)

    assert np.array_equal(first.surrogate.coefficients, again.surrogate.coefficients)
    assert not np.array_equal(
        first.surrogate.coefficients, other.surrogate.coefficients
    )


def test_too_few_runs_are_refused():
    with pytest.raises(NumericsError, match="too few"):
        fitted(n_runs=10)


def test_the_shape_decides_the_products():
    exponents = exponents_of(tuple(BOX), SHAPE).tolist()

    assert [2, 1, 0] in exponents  # third degree, of the complex alone
    assert [1, 0, 1] in exponents  # V times one other
    assert [1, 1, 1] not in exponents
    assert [0, 0, 2] not in exponents
    assert [0, 0, 0] not in exponents


@given(seed=st.integers(0, 2**32 - 1))
def test_drawn_levels_stay_inside_the_box(seed):
    low, high = np.array(list(BOX.values())).T
    rng = stream(seed, "test")
    drawn = np.concatenate(
        [independent_levels(BOX, 40, rng=rng), joint_levels(BOX, 40, rng=rng)]
    )

    assert np.all((drawn >= low) & (drawn <= high))


def test_joint_levels_fall_together_and_independent_ones_do_not():
    def correlation(levels):
        return np.corrcoef(np.log(levels[:, 0]), np.log(levels[:, 1]))[0, 1]

    together = joint_levels(BOX, 500, rng=stream(1, "test"))
    apart = independent_levels(BOX, 500, rng=stream(1, "test"))

    assert correlation(together) > 0.7
    assert abs(correlation(apart)) < 0.15  # 3.4 standard errors: 1 in 1500


def test_the_files_give_back_the_surrogate():
    fit = fitted()
    rows = csv.DictReader(io.StringIO(csv_text(fit, MAKING)))
    facts = tomllib.loads(toml_text(fit, MAKING))

    read = surrogate_of(
        {row["parameter"]: float(row["value"]) for row in rows},
        domain=facts["domain"],
        normal_time_s=facts["normal_time_s"],
    )

    assert read.factors == fit.surrogate.factors
    assert np.array_equal(read.exponents, fit.surrogate.exponents)
    assert np.array_equal(read.coefficients, fit.surrogate.coefficients)


def test_a_coefficient_of_an_unknown_factor_is_refused():
    with pytest.raises(ModelError, match="b_II_XX"):
        surrogate_of({"b_II_XX": 0.1}, domain=BOX, normal_time_s=NORMAL_TIME_S)


def test_the_antimony_module_computes_what_the_fit_says():
    fit = fitted()
    module = antimony_text(fit, MAKING)
    plasma = {"II": 0.3, "VII": 0.2, "V": 0.9}

    found = computed_in_sbml(module, plasma)

    assert found == pytest.approx(
        float(prothrombin_ratio(plasma, surrogate=fit.surrogate)), rel=1e-12
    )


@pytest.mark.parametrize("level", [1.0, 0.5, 0.2, 0.05])
def test_the_committed_module_and_the_committed_rows_agree(level):
    name = "prothrombin_time_surrogate.ant"
    module = (ROOT / "models" / "modules" / name).read_text(encoding="utf-8")
    plasma = NORMAL | dict.fromkeys(FACTORS[:4], level) | {"fibrinogen": 1.4, "V": 0.8}

    found = computed_in_sbml(module, plasma)

    assert found == pytest.approx(
        float(prothrombin_ratio(plasma, surrogate=committed())), rel=1e-12
    )


def computed_in_sbml(module: str, plasma: dict[str, float]) -> float:
    """INR at ISI 1, by libroadrunner."""
    sbml = compile_antimony([module], top="prothrombin_time_surrogate", presets={})
    model = roadrunner.RoadRunner(sbml.flat)
    for name, level in plasma.items():
        model[name] = level
    return float(model["INR"])
