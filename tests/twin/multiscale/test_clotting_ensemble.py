"""The clotting network for a whole ensemble of plasmas at once."""

import numpy as np
import pytest

from tests.people import engine as referee
from tests.people import library
from twin.coagulation.assays import prothrombin_ratio
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import REFERENCE
from twin.model_files import models_folder
from twin.multiscale.clotting_ensemble import (
    Road,
    clotting_times_s,
    prothrombin_ratios,
)
from twin.multiscale.clotting_network import prothrombin_ratio_by_network
from twin.multiscale.tube import Tube
from twin.sbml.reader import read

ENGINE = CompiledEngine(REFERENCE)
SURROGATE = library().surrogate
TEST = read((models_folder() / "clotting" / "prothrombin_time_test.xml").read_text())


def plasmas(draws: int, times: int, *, lowest: float = 1.1):
    """[draw, time] levels inside the response surface's box."""
    rng = np.random.default_rng(7)
    return {
        factor: np.exp(
            rng.uniform(
                np.log(low * lowest), np.log(min(high, 1.5)), size=(draws, times)
            )
        )
        for factor, low, high in zip(
            SURROGATE.factors, SURROGATE.lowest, SURROGATE.highest, strict=True
        )
    }


def test_every_tube_clots_when_the_referees_does():
    levels = plasmas(4, 3)
    found = clotting_times_s(TEST, levels, engine=ENGINE)
    tube = Tube(TEST, referee())
    expected = prothrombin_ratio_by_network(
        {factor: column.ravel() for factor, column in levels.items()},
        normal_time_s=SURROGATE.normal_time_s,
        integrate=tube,
        threshold_nmol_s_per_l=tube.threshold_nmol_s_per_l,
    )

    assert found.shape == (4, 3)
    assert found.ravel() / SURROGATE.normal_time_s == pytest.approx(expected, rel=3e-6)


def test_the_surface_speaks_inside_its_box_within_its_error():
    levels = plasmas(200, 2)
    surface = prothrombin_ratios(TEST, levels, surrogate=SURROGATE, engine=ENGINE)
    network = prothrombin_ratios(
        TEST, levels, surrogate=SURROGATE, engine=ENGINE, road=Road.NETWORK
    )

    assert not surface.by_network.any()
    assert network.by_network.all()
    assert np.abs(surface.ratio / network.ratio - 1).max() < 0.0095


@pytest.mark.parametrize("integrates", [ENGINE, referee()], ids=["ours", "referee"])
def test_outside_the_box_tubes_are_run(integrates):
    levels = plasmas(3, 1)
    levels["X"][1, 0] = 0.5 * SURROGATE.lowest[SURROGATE.factors.index("X")]
    found = prothrombin_ratios(TEST, levels, surrogate=SURROGATE, engine=integrates)
    ratio = found.ratio[:, 0]
    inside = {name: column[::2, 0] for name, column in levels.items()}
    tube = Tube(TEST, referee())
    outside = prothrombin_ratio_by_network(
        {name: column[1:2, 0] for name, column in levels.items()},
        normal_time_s=SURROGATE.normal_time_s,
        integrate=tube,
        threshold_nmol_s_per_l=tube.threshold_nmol_s_per_l,
    )

    assert found.by_network[:, 0].tolist() == [False, True, False]
    assert (
        ratio[::2].tolist() == prothrombin_ratio(inside, surrogate=SURROGATE).tolist()
    )
    assert ratio[1:2] == pytest.approx(outside, rel=5e-6)


def test_plasma_without_fibrinogen_never_clots():
    levels = {"fibrinogen": np.array([1.0, 1e-9])}
    found = clotting_times_s(TEST, levels, engine=ENGINE)

    assert found[0] == pytest.approx(SURROGATE.normal_time_s, rel=1e-5)
    assert np.isnan(found[1])
