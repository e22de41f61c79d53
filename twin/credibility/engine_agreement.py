"""The compiled engine against a referee, on random draws of a model's constants.

Knows neither engine: both are arguments.  A draw that the referee does not integrate is
listed, not dropped: nothing is known about it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from twin.engine.simulate import Engine, simulate
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats
from twin.vocabulary.prediction import Prediction
from twin.vocabulary.regimen import Regimen

LARGEST_DIFFERENCE = 1e-6
"""Asked: of a state, scaled by its largest value over the course."""

# Log standard deviation of the draws: every constant at once, each by its own factor.
_SPREAD = 0.1
# A pool this small against the model's largest is rounding noise of both engines.
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One model, and what is done with it.

    moved   constants that are drawn; the rest keep the model's values
    """

    name: str
    spec: ModelSpec
    outputs: tuple[str, ...]
    moved: tuple[str, ...]
    regimen: Regimen
    times: Floats


@dataclass(frozen=True, slots=True)
class Agreement:
    """What came of a trial.

    worst           largest scaled difference, at `state`, of the draws both integrated
    typical         median over draws of each draw's largest
    referee_failed  draws by number, with the referee's reason
    engine_failed   the same of the compiled engine
    """

    name: str
    n_draws: int
    worst: float
    state: str
    typical: float
    referee_failed: tuple[tuple[int, str], ...]
    engine_failed: tuple[tuple[int, str], ...]

    @property
    def holds(self) -> bool:
        """Whether every draw the referee integrates agrees."""
        known = {draw for draw, _ in self.referee_failed}
        lost = [draw for draw, _ in self.engine_failed if draw not in known]
        return self.worst <= LARGEST_DIFFERENCE and not lost


def draws(
    spec: ModelSpec, moved: Iterable[str], n: int, rng: np.random.Generator
) -> Ensemble:
    """`n` draws of the constants `moved`, each by a log-normal factor.

    What lies between a half and 1 may be a share: it is moved by its odds, and stays
    below 1.  The first draw is the model as it stands.
    """
    names = [name for name in moved if spec.constants[name] != 0]
    factors = np.exp(_SPREAD * rng.standard_normal((n, len(names))))
    factors[0] = 1.0
    return Ensemble.of(
        {
            name: _moved(spec.constants[name], factors[:, k])
            for k, name in enumerate(names)
        }
    )


def _moved(value: float, factor: Floats) -> Floats:
    if not 0.5 <= value < 1.0:
        return value * factor
    odds = value / (1.0 - value) * factor
    return np.where(factor == 1.0, value, odds / (1.0 + odds))


def agreement(
    trial: Trial,
    ensemble: Ensemble,
    *,
    engine: Engine,
    referee: Engine,
    engine_tolerance: float,
    referee_tolerance: float,
) -> Agreement:
    """The states of every draw, by both engines."""

    def run(by: Engine, tolerance: float) -> Prediction:
        return simulate(
            trial.spec,
            ensemble,
            trial.regimen,
            trial.times,
            outputs=trial.outputs,
            engine=by,
            tolerance=tolerance,
            most_failed=1.0,
        )

    ours, theirs = run(engine, engine_tolerance), run(referee, referee_tolerance)
    size = np.max(np.abs(theirs.values), axis=1, keepdims=True)
    floor = _NOTHING * np.max(size, axis=2, keepdims=True)
    scaled = np.abs(ours.values - theirs.values) / np.maximum(size, floor)
    by_draw = np.max(scaled, axis=(1, 2))
    both = np.isfinite(by_draw)
    if not np.any(both):
        return Agreement(
            trial.name,
            ensemble.n_draws,
            np.inf,
            "none",
            np.inf,
            theirs.failures,
            ours.failures,
        )
    worst = int(np.nanargmax(np.where(both, by_draw, -1.0)))
    state = int(np.argmax(np.max(scaled[worst], axis=0)))
    return Agreement(
        trial.name,
        ensemble.n_draws,
        float(by_draw[worst]),
        trial.outputs[state],
        float(np.median(by_draw[both])),
        theirs.failures,
        ours.failures,
    )
