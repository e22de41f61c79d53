"""The compiled engine and a referee, on a few draws of every model of ours."""

import numpy as np
import pytest

from twin.command_line.verify_engine import OWN, trial_of
from twin.credibility.engine_agreement import LARGEST_DIFFERENCE, agreement, draws
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import STRICT
from twin.engine.reference import ReferenceEngine
from twin.model_files import models_folder

COMPILED, REFEREE = CompiledEngine(STRICT), ReferenceEngine()


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.file)
def test_our_models_run_as_the_referee_runs_them(model):
    trial = trial_of(models_folder(), model)
    ensemble = draws(trial.spec, trial.moved, 3, np.random.default_rng(11))
    found = agreement(
        trial,
        ensemble,
        engine=COMPILED,
        referee=REFEREE,
        engine_tolerance=1e-10,
        referee_tolerance=1e-11,
    )

    assert found.worst <= LARGEST_DIFFERENCE, found


class Careless(ReferenceEngine):
    """Does not hear that a constant was changed."""

    def _integrate(self, spec, _parameters, plan, outputs, tolerance):
        return super()._integrate(spec, {}, plan, outputs, tolerance)


def test_a_difference_of_one_constant_is_seen():
    trial = trial_of(models_folder(), OWN[0])
    changed = draws(
        trial.spec, ["clot_threshold", "level_II"], 2, np.random.default_rng(1)
    )
    found = agreement(
        trial,
        changed,
        engine=COMPILED,
        referee=Careless(),
        engine_tolerance=1e-10,
        referee_tolerance=1e-11,
    )

    assert found.worst > 1e-3
    assert not found.holds
