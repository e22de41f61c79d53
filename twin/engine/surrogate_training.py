"""Makes surrogates from the engine and measures their errors.

It takes scikit-learn (the extra `training`) and thousands of runs.
"""

import math
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.engine.simulate import Engine
from twin.engine.surrogate import (
    DOSE,
    CourseSurrogate,
    Domain,
    Flags,
    HeldOut,
    Subject,
    entry_sha256,
    squeezed,
)
from twin.errors import NumericsError
from twin.reproducibility import stream
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats, frozen_array

_HIDDEN = (96, 96)
_PHASES = ((50, 3e-3, 64), (40, 1e-3, 128), (40, 3e-4, 256), (30, 1e-4, 512))
"""Epochs, learning rate and batch of Adam, one after the other: large steps find the
shape, small ones take out the noise of the large."""
_ROOM = 0.6  # of the bound, for the draws that set the limit: fresh ones are worse


def train(
    spec: ModelSpec,
    fixed: Mapping[str, float],
    inputs: Mapping[str, tuple[float, float]],
    times_h: npt.ArrayLike,
    *,
    substance: str,
    dose_mg: tuple[float, float],
    output: str,
    engine: Engine,
    n_train: int,
    n_held_out: int,
    seed: int,
    bound: float = 0.05,
    ceiling: float = math.inf,
) -> CourseSurrogate:
    """A surrogate of `output` under a daily dose, trained and measured on the engine.

    Training draws fill the box evenly.  Held-out draws are independent of them and of
    each other: one half sets how far the networks may differ and be trusted, the other
    measures what that is worth.  One seed gives one surrogate on one machine.

    Args:
        spec, fixed: the model, and constants that differ from its own.
        inputs: lowest and highest value by SBML id of a constant; logarithmic where
            the lowest is positive.
        times_h: float64[time], strictly increasing, h; the output is positive there.
        substance, dose_mg: taken once a day, from the lowest to the highest.
        output: SBML id.
        engine: what integrates; `POPULATION` is exact enough.
        n_train, n_held_out: how many runs of it.
        seed: of the draws and the networks.
        bound: relative error aimed at; the surrogate's own is larger if it measured
            a larger one.
        ceiling: of the output, above which the surrogate need not answer.

    Raises: NumericsError that says why there can be no such surrogate.
    """
    if min(n_train, n_held_out) < 100:
        raise NumericsError("give 100 runs or more to train, and to hold out")
    ranges = [*inputs.values(), dose_mg]
    domain = Domain(
        (*inputs, DOSE),
        frozen_array([low for low, _ in ranges]),
        frozen_array([high for _, high in ranges]),
    )
    constants = {**spec.constants, **fixed}
    names = tuple(sorted(constants.keys() - set(domain.names)))
    subject = Subject(
        spec.sha256,
        entry_sha256(spec, substance),
        substance,
        names,
        frozen_array([constants[name] for name in names]),
        output,
        frozen_array(times_h),
    )

    def runs(cube: Floats) -> tuple[Floats, Floats]:
        drawn = domain.at(cube)
        return drawn, _engine_runs(spec, fixed, domain, subject, drawn, engine)

    learner = _learner()
    drawn, values = runs(_space_filling(n_train, len(ranges), seed))
    level = squeezed(values, ceiling)
    centre, scale = level.mean(axis=0), level.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)  # a time at which nothing varies yet
    surrogate = CourseSurrogate(
        subject,
        domain,
        *_networks(learner, domain.standard(drawn), (level - centre) / scale, seed),
        frozen_array(centre),
        frozen_array(scale),
        ceiling,
        disagreement=0.0,
        bound=bound,
        held_out=HeldOut(0, *[math.nan] * 5),
        engine=engine.name,
    )
    fresh = stream(seed, "surrogate", "held out").random((n_held_out, len(ranges)))
    surrogate = _calibrated(surrogate, *runs(fresh[: n_held_out // 2]))
    return _measured(surrogate, *runs(fresh[n_held_out // 2 :]))


def _space_filling(n: int, n_inputs: int, seed: int) -> Floats:
    from scipy.stats import qmc  # noqa: PLC0415 - half a second, needed here only

    points = qmc.Sobol(n_inputs, rng=stream(seed, "surrogate", "train"))
    return np.asarray(points.random_base2(math.ceil(math.log2(n)))[:n])


def _engine_runs(
    spec: ModelSpec,
    fixed: Mapping[str, float],
    domain: Domain,
    subject: Subject,
    drawn: Floats,
    engine: Engine,
) -> Floats:
    """float64[draw, time], by the engine; each run must work and be positive."""
    columns = dict(zip(domain.names, drawn.T, strict=True))
    doses = columns.pop(DOSE)
    ensemble = Ensemble.of({**fixed, **columns})
    found = subject.by_engine(spec, ensemble, doses, engine, most_failed=1.0)
    if found.failures:
        raise NumericsError(
            f"{found.n_failed} of {len(drawn)} runs failed ({found.failures[0][1]}); "
            "a surrogate would hide it: give narrower inputs"
        )
    values = found.values[:, :, 0]
    if not np.all(values > 0):
        time = subject.times_h[np.argwhere(~(values > 0))[0, 1]]
        raise NumericsError(f"{subject.output} is not above 0 at {time:g} h; leave it")
    return values


def _learner() -> Any:
    try:
        from sklearn.neural_network import MLPRegressor  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise NumericsError(
            "there is no scikit-learn; run pip install 'patient-twin[training]'"
        ) from error
    return MLPRegressor


def _networks(
    learner: Any, inputs: Floats, targets: Floats, seed: int
) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """Weights and biases, a layer each, of two networks that start differently."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - an extra's own

    single = inputs.astype(np.float32), targets.astype(np.float32)  # twice as fast
    networks = []
    for number in ("1", "2"):
        state = int(stream(seed, "surrogate", "network", number).integers(2**31))
        network = learner(
            hidden_layer_sizes=_HIDDEN,
            activation="tanh",
            alpha=1e-6,
            random_state=state,
            tol=0.0,
            n_iter_no_change=10**6,
            warm_start=True,
        )
        # One thread: the matrices are small, and sums keep their order.
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")  # of convergence: the epochs are given
            for n, rate, batch in _PHASES:
                size = min(batch, max(8, batch * len(inputs) // 6000))  # same steps
                now = {"max_iter": n, "learning_rate_init": rate, "batch_size": size}
                network.set_params(**now).fit(*single)
        networks.append(network)
    a, b = ((found.coefs_, found.intercepts_) for found in networks)
    weights, biases = (zip(*pair, strict=True) for pair in zip(a, b, strict=True))
    return (
        tuple(frozen_array(layer) for layer in weights),
        tuple(frozen_array(layer)[:, np.newaxis] for layer in biases),
    )


def _errors(
    surrogate: CourseSurrogate, drawn: Floats, values: Floats
) -> tuple[Floats, Floats, Flags]:
    """Of each draw: largest relative error, how far the networks differ, if below."""
    found, apart = surrogate.estimate(drawn)
    below = np.asarray((found <= surrogate.ceiling).all(axis=1))
    return np.abs(found / values - 1.0).max(axis=1), apart, below


def _calibrated(
    surrogate: CourseSurrogate, drawn: Floats, values: Floats
) -> CourseSurrogate:
    """With the largest limit up to which every draw is well within the bound."""
    error, apart, below = _errors(surrogate, drawn, values)
    order = np.argsort(apart[below], kind="stable")
    too_far = np.flatnonzero(error[below][order] > _ROOM * surrogate.bound)
    n_trusted = too_far[0] if too_far.size else order.size
    limit = apart[below][order][n_trusted - 1] if n_trusted else -math.inf
    return replace(surrogate, disagreement=float(limit))


def _measured(
    surrogate: CourseSurrogate, drawn: Floats, values: Floats
) -> CourseSurrogate:
    """With errors on draws that neither trained nor calibrated it."""
    error, apart, below = _errors(surrogate, drawn, values)
    trusted = below & (apart <= surrogate.disagreement)
    if not trusted.any():
        raise NumericsError(
            f"no draw is right to {_ROOM * surrogate.bound:.1%} for sure; give more "
            "runs, narrower inputs or a larger bound"
        )
    worst, share = float(error[trusted].max()), float(trusted.mean())
    median, p99, largest = np.quantile(error[below], (0.5, 0.99, 1.0)).tolist()
    held_out = HeldOut(len(drawn), median, p99, largest, share, worst)
    return replace(surrogate, bound=max(surrogate.bound, worst), held_out=held_out)
