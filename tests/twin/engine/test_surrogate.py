"""The stand-in answers where it was measured to be right, and the engine elsewhere."""

import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.one_compartment import TABLET, spec
from tests.twin.engine.hand_made_surrogate import (
    AGREE,
    DIFFER,
    K_HIGH,
    K_LOW,
    OUTSIDE,
    SAID,
    TIMES,
    hand_made,
)
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION
from twin.engine.simulate import simulate
from twin.engine.surrogate import (
    CourseSurrogate,
    courses_or_engine,
    released,
    squeezed,
)
from twin.engine.surrogate_file import save_surrogate
from twin.engine.surrogate_training import train
from twin.errors import ModelError, NumericsError
from twin.reproducibility import stream
from twin.sbml.model_spec import Administration
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import daily


@cache
def engine() -> CompiledEngine:
    return CompiledEngine(POPULATION)


@cache
def trained() -> CourseSurrogate:
    pytest.importorskip("sklearn")
    return learnt(seed=3)


def learnt(*, seed, n=600, output="drug", times=TIMES, **inputs) -> CourseSurrogate:
    return train(
        spec(),
        {},
        {"k": (K_LOW, K_HIGH), "ka": (0.7, 3.0), **inputs},
        times,
        substance=TABLET,
        dose_mg=(1.0, 10.0),
        output=output,
        engine=engine(),
        n_train=n,
        n_held_out=n,
        seed=seed,
    )


def asked_of(surrogate, ensemble, doses, *, model=None, largest_error=0.1):
    return courses_or_engine(
        surrogate,
        model or spec(),
        ensemble,
        doses,
        engine=engine(),
        largest_error=largest_error,
    )


def engines_own(ensemble, doses):
    regimens = [daily(dose, days=5, substance=TABLET) for dose in doses]
    return simulate(
        spec(), ensemble, regimens, TIMES, outputs=("drug",), engine=engine()
    ).of("drug")


# ---- the engine instead


def test_only_draws_within_the_box_where_the_networks_agree_are_the_surrogates():
    ensemble = Ensemble.of({"k": [AGREE, DIFFER, OUTSIDE, AGREE, AGREE]})
    doses = [5.0, 5.0, 5.0, 10.5, 0.5]

    values, by_engine = asked_of(hand_made(), ensemble, doses)

    assert by_engine.tolist() == [False, True, True, True, True]
    assert values[0] == pytest.approx(SAID)
    assert values[1:].tolist() == engines_own(ensemble, doses)[1:].tolist()


def test_no_dose_gives_no_drug_by_the_engine():
    values, by_engine = asked_of(hand_made(), Ensemble.of({"k": AGREE}), 0.0)

    assert by_engine.all()
    assert values.tolist() == [[0.0] * TIMES.size]


def test_a_caller_who_bears_less_than_the_bound_is_served_by_the_engine():
    ensemble = Ensemble.of({"k": AGREE})

    values, by_engine = asked_of(hand_made(), ensemble, 5.0, largest_error=0.049)

    assert by_engine.all()
    assert values.tolist() == engines_own(ensemble, [5.0]).tolist()


def test_a_draw_with_another_fixed_constant_is_served_by_the_engine():
    ensemble = Ensemble.of({"k": AGREE, "ka": [1.5, 1.6]})

    _, by_engine = asked_of(hand_made(), ensemble, 5.0)

    assert by_engine.tolist() == [False, True]


@pytest.mark.parametrize(
    "other",
    [
        {"sha256": "0" * 64},
        {"administrations": {TABLET: Administration(TABLET, {"gut": 4.0})}},
        {"constants": {**spec().constants, "body": 11.0}},
    ],
)
def test_another_model_is_served_by_the_engine(other):
    model = replace(spec(), **other)

    _, by_engine = asked_of(hand_made(), Ensemble.of({"k": AGREE}), 5.0, model=model)

    assert by_engine.all()


def test_nothing_above_the_ceiling_is_trusted():
    found = replace(hand_made(), ceiling=2.5).evaluate([[AGREE, 5.0]])

    assert not found.trusted.any()


def test_outside_the_box_there_is_no_value():
    found = hand_made().evaluate([[OUTSIDE, 5.0], [np.nan, 5.0], [AGREE, 5.0]])

    assert np.isnan(found.values[:2]).all()
    assert found.trusted.tolist() == [False, False, True]


@given(st.floats(1e-3, 99.0), st.sampled_from([np.inf, 100.0]))
def test_what_is_squeezed_is_released_as_it_was(value, ceiling):
    back = released(squeezed(np.array([value]), ceiling), ceiling)

    assert back == pytest.approx(value)


def test_wrong_shapes_and_unknown_names_are_refused():
    with pytest.raises(NumericsError, match="k, dose_mg"):
        hand_made().evaluate([[AGREE]])
    with pytest.raises(NumericsError, match="3 doses for 2 draws"):
        asked_of(hand_made(), Ensemble.of({"k": [AGREE, AGREE]}), [1.0, 2.0, 3.0])
    with pytest.raises(ModelError, match="has no parameter weather"):
        asked_of(hand_made(), Ensemble.of({"weather": 1.0}), 5.0)


# ---- training


def test_the_bound_holds_for_draws_that_nobody_has_seen():
    # 300 of them: where the bound is the worst of 300 measured ones, one seed in two
    # would break it; the seeds are fixed.
    made = trained()
    drawn = made.domain.at(stream(99, "fresh").random((300, 3)))
    ensemble = Ensemble.of({"k": drawn[:, 0], "ka": drawn[:, 1]})

    found = made.evaluate(drawn)

    error = np.abs(found.values / engines_own(ensemble, drawn[:, 2]) - 1.0).max(axis=1)
    assert found.trusted.mean() > 0.5
    assert error[found.trusted].max() <= made.bound
    assert made.held_out.trusted_worst <= made.bound < 0.08
    assert made.held_out.median < 0.01


def test_one_seed_makes_one_surrogate(tmp_path):
    pytest.importorskip("sklearn")
    written = []
    for seed in (1, 1, 2):
        save_surrogate(learnt(seed=seed, n=120, growth=(0, 1e-3)), tmp_path / "npz")
        written.append((tmp_path / "npz").read_bytes())

    first, again, other = written
    assert first == again
    assert first != other


def test_training_says_why_it_cannot(monkeypatch):
    with pytest.raises(NumericsError, match="100 runs or more"):
        learnt(seed=1, n=99)
    with pytest.raises(NumericsError, match="is empty"):
        learnt(seed=1, ka=(3.0, 0.7))
    with pytest.raises(ModelError, match="has no parameter weather"):
        learnt(seed=1, weather=(1.0, 2.0))
    monkeypatch.setitem(sys.modules, "sklearn.neural_network", None)
    with pytest.raises(NumericsError, match=r"patient-twin\[training\]"):
        learnt(seed=1)


def test_an_output_that_vanishes_or_a_run_that_fails_is_no_ground_to_train_on():
    pytest.importorskip("sklearn")
    with pytest.raises(NumericsError, match="not above 0 at 0 h"):
        learnt(seed=1, n=100, times=[0.0, 24.0])
    with pytest.raises(NumericsError, match="runs failed"):
        learnt(seed=1, n=100, growth=(4.0, 5.0))
