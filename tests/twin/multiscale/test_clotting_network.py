"""The network in its tube: clotting times, the fallback, the loop of protein C."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clotting_tube import CLOT_THRESHOLD_NMOL_S_PER_L, Tube, committed
from twin.errors import NumericsError
from twin.multiscale.clotting_network import (
    Piece,
    Plasma,
    clotting_time_s,
    cut_protein_c_loop,
    prothrombin_ratio_by_network,
    surrogate_error,
    thrombin_curve,
)

PT = "prothrombin_time_test"
APTT = "activated_partial_thromboplastin_time_test"
GENERATION = "thrombin_generation_test"
few_runs = settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck)
)


def time_of(test: str, plasma: Plasma | None = None) -> float:
    found = clotting_time_s(
        plasma or {},
        integrate=Tube(test),
        threshold_nmol_s_per_l=CLOT_THRESHOLD_NMOL_S_PER_L,
    )
    assert found is not None
    return found


def exponential_fibrin(_plasma: Plasma) -> Iterator[Piece]:
    """Integral exp(t): reaches a threshold T at ln T exactly."""
    for start in range(20):
        time_s = start + np.linspace(0, 1, 5)
        yield time_s, np.exp(time_s), np.exp(time_s)


def test_the_crossing_of_exponential_fibrin_is_found_exactly():
    found = clotting_time_s(
        {}, integrate=exponential_fibrin, threshold_nmol_s_per_l=1500.0
    )

    assert found == pytest.approx(np.log(1500.0), rel=1e-12)


def test_integration_stops_once_the_clot_is_seen():
    asked: list[float] = []

    def counting(plasma: Plasma) -> Iterator[Piece]:
        for piece in exponential_fibrin(plasma):
            asked.append(float(piece[0][0]))
            yield piece

    clotting_time_s({}, integrate=counting, threshold_nmol_s_per_l=1500.0)

    assert max(asked) == 7.0  # ln 1500 = 7.3


def test_plasma_that_does_not_clot_has_no_clotting_time():
    found = clotting_time_s(
        {}, integrate=exponential_fibrin, threshold_nmol_s_per_l=1e30
    )

    assert found is None
    with pytest.raises(NumericsError, match="no clot"):
        prothrombin_ratio_by_network(
            {"II": 1.0},
            normal_time_s=11.08,
            integrate=exponential_fibrin,
            threshold_nmol_s_per_l=1e30,
        )


def test_the_normal_times_are_those_of_the_paper():
    assert time_of(PT) == pytest.approx(11.08, rel=0.01)
    assert time_of(APTT) == pytest.approx(34.6, rel=0.05)


def test_finer_steps_do_not_move_the_clotting_time():
    fine = clotting_time_s(
        {},
        integrate=Tube(PT, step_s=0.005),
        threshold_nmol_s_per_l=CLOT_THRESHOLD_NMOL_S_PER_L,
    )

    assert time_of(PT) == pytest.approx(fine, rel=1e-5)


@few_runs
@given(
    lost=st.sampled_from(["II", "V", "VII", "IX", "X", "fibrinogen"]),
    left=st.floats(0.05, 1.0),
    depth=st.floats(0.1, 1.0),
)
def test_losing_a_factor_never_speeds_up_a_clot(lost, left, depth):
    plasma = {f"level_{name}": depth for name in ("II", "VII", "IX", "X")}
    name = f"level_{lost}"
    less = plasma | {name: plasma.get(name, 1.0) * left}

    assert time_of(PT, less) >= time_of(PT, plasma) * (1 - 1e-6)


@pytest.mark.parametrize(
    ("lost", "slow", "not_slow"),
    [("VII", PT, APTT), ("VIII", APTT, PT), ("IX", APTT, PT), ("XI", APTT, PT)],
)
def test_each_path_is_seen_by_its_own_test(lost, slow, not_slow):
    """Textbook: factor VII is the PT's alone; haemophilia is the aPTT's alone."""
    lacking = {f"level_{lost}": 0.05}

    assert time_of(slow, lacking) > 1.3 * time_of(slow)
    assert time_of(not_slow, lacking) == pytest.approx(time_of(not_slow), rel=0.05)


def test_factor_xii_does_not_move_this_aptt():
    """A limit of the published test: the incubation's factor XIa is put in ready."""
    assert time_of(APTT, {"level_XII": 0.05}) == pytest.approx(time_of(APTT))


def test_factor_ix_matters_to_the_prothrombin_time_once_the_others_are_low():
    """Why it is an input of the surrogate, in spite of the textbook."""
    low = {f"level_{name}": 0.1 for name in ("II", "VII", "X")}
    effect = time_of(PT, low | {"level_IX": 0.1}) / time_of(PT, low) - 1

    assert effect == pytest.approx(0.052, abs=0.005)
    assert time_of(PT, {"level_IX": 0.1}) / time_of(PT) - 1 < 0.005


def falling_together(n_plasmas: int) -> dict[str, np.ndarray]:
    """A warfarin patient's way down: INR 1 to about 8, VII and IX apart from II, X."""
    depth = np.geomspace(1.0, 0.05, n_plasmas)
    exponent = {"II": 0.9, "VII": 1.0, "IX": 0.7, "X": 1.0}
    falling = {name: depth**power for name, power in exponent.items()}
    same = np.ones(n_plasmas)
    return falling | {"fibrinogen": 1.3 * same, "V": 0.9 * same}


def test_the_surrogate_is_within_one_per_cent_on_a_patients_way_down():
    error = surrogate_error(
        falling_together(25),
        surrogate=committed(),
        integrate=Tube(PT),
        threshold_nmol_s_per_l=CLOT_THRESHOLD_NMOL_S_PER_L,
    )

    assert error.n_runs == 25
    assert error.worst < 0.01
    assert error.root_mean_square < 0.003


def test_fibrinogen_and_prothrombin_are_conserved_in_the_tube():
    model = Tube(PT).model
    list(zip(range(100), Tube(PT)({}), strict=False))  # 200 s: long past the clot

    def amount(*names: str) -> float:
        return sum(float(model[f"[network__{name}]"]) for name in names)

    fibrinogen = amount(
        "fibrinogen",
        "fibrin",
        "crosslinked_fibrin",
        "fibrin_degradation_product",
        "D_dimer",
    )
    assert fibrinogen == pytest.approx(8945.5 / 3, rel=1e-6)
    assert amount("II", "thrombin", "thrombin_antithrombin") < 1394.4 / 3 * (1 + 1e-6)


def test_cutting_the_protein_c_loop_nearly_triples_thrombin_and_spares_the_clot():
    """Thrombin's own brake acts after the clot is seen, at a trace of tissue factor."""
    cut = cut_protein_c_loop(
        {},
        integrate=Tube(GENERATION, piece_s=60.0, step_s=0.1),
        threshold_nmol_s_per_l=CLOT_THRESHOLD_NMOL_S_PER_L,
    )

    assert cut.closed.peak_nmol_per_l == pytest.approx(63.2, rel=0.01)
    assert cut.cut.peak_nmol_per_l == pytest.approx(172.9, rel=0.01)
    assert cut.peak_ratio == pytest.approx(2.74, abs=0.03)
    assert cut.area_ratio == pytest.approx(2.74, abs=0.03)
    assert cut.cut.time_to_peak_s > cut.closed.time_to_peak_s
    assert cut.closed.clotting_time_s == pytest.approx(48.8, rel=0.01)
    assert cut.cut.clotting_time_s == pytest.approx(
        cut.closed.clotting_time_s, rel=1e-5
    )


def test_cutting_the_loop_leaves_the_prothrombin_time_alone():
    """Why a lack of protein C is not found by PT: the test is over too soon."""
    cut = cut_protein_c_loop(
        {},
        integrate=Tube(PT, piece_s=60.0, step_s=0.05),
        threshold_nmol_s_per_l=CLOT_THRESHOLD_NMOL_S_PER_L,
    )

    assert cut.peak_ratio == pytest.approx(1.109, abs=0.01)
    assert cut.cut.clotting_time_s == pytest.approx(
        cut.closed.clotting_time_s, rel=1e-6
    )


@few_runs
@given(level=st.floats(0.05, 1.0))
def test_less_protein_c_never_lowers_the_peak_of_thrombin(level):
    def peak(plasma: Plasma) -> float:
        return thrombin_curve(
            plasma,
            integrate=Tube(GENERATION, piece_s=600.0, step_s=1.0),
            threshold_nmol_s_per_l=CLOT_THRESHOLD_NMOL_S_PER_L,
        ).peak_nmol_per_l

    assert peak({"level_protein_C": level}) >= peak({}) * (1 - 1e-6)
