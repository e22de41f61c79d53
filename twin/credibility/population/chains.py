"""One chain of the population's posterior, by PyMC's NUTS, that can be interrupted.

The posterior is hundreds of dimensions wide and far from round, and each slope costs a
sixteenth of a second: the metric is taken from second derivatives at a few points of
the chain itself instead of from thousands of draws.  What a chain holds is written
down every few draws; it goes on from there, to the same draws.
"""

import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm
from pymc.blocking import DictToArrayBijection, RaveledVars
from pymc.step_methods.hmc.integration import CpuLeapfrogIntegrator
from pymc.step_methods.hmc.quadpotential import QuadPotentialFull
from scipy.optimize import minimize

from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats

_EVERY = 10  # draws between two notes on disk
_STEP = 1e-3  # of second derivatives; all variables are on the scale of 1
_FLATTEST = 0.5  # a metric never takes a variable to be wider than its prior's 1.4


@dataclass(frozen=True, slots=True)
class Plan:
    """How a chain is run.

    searches      draws between two looks at the second derivatives
    shallow       depth of trees while the metric is not known
    tuning        draws in which only the step is tuned
    draws         that are kept
    target_accept of NUTS
    depth         of trees, at most
    """

    searches: tuple[int, ...] = (40, 40, 40, 40)
    shallow: int = 5
    tuning: int = 80
    draws: int = 500
    target_accept: float = 0.85
    depth: int = 7


@dataclass(slots=True, eq=False)
class Chain:
    """All that a chain is between two draws.

    stage     how many draws were made, tuning and search included
    point     float64[variable]
    metric    float64[variable, variable], covariance
    curves    second derivatives seen so far
    draws     kept ones
    """

    stage: int
    point: Floats
    metric: Floats
    curves: list[Floats] = field(default_factory=list)
    draws: list[Floats] = field(default_factory=list)
    divergences: int = 0
    evaluations: int = 0
    seconds: float = 0.0
    depths: list[int] = field(default_factory=list)
    step: Any = None
    randomness: Any = None


class Runner:
    """A model compiled once, for one chain after another."""

    def __init__(
        self, model: pm.Model, plan: Plan, *, held: tuple[str, ...], seed: int
    ) -> None:
        self.model, self.plan, self.seed = model, plan, seed
        self.shape = DictToArrayBijection.map(model.initial_point())
        self.free = np.concatenate(
            [
                np.full(size, not name.startswith(held))
                for name, _, size, _ in self.shape.point_map_info
            ]
        )
        with model:
            self.nuts = pm.NUTS(
                potential=QuadPotentialFull(np.eye(len(self.shape.data))),
                target_accept=plan.target_accept,
                mode="NUMBA",  # needs no compiler on the machine
            )
        self.function = self.nuts._logp_dlogp_func
        self.function.set_extra_values({})

    def slope(self, point: Floats) -> tuple[float, Floats]:
        """Minus the log density, and its slope."""
        at = RaveledVars(np.ascontiguousarray(point), self.shape.point_map_info)
        value, slope = self.function(at)
        return -float(value), -slope

    def mode(self) -> Floats:
        """The mode given the spreads at their priors' centres.

        A joint mode would have no spread at all: effects and spread vanish together.
        """
        point = np.array(self.shape.data)

        def slope(free: Floats) -> tuple[float, Floats]:
            point[self.free] = free
            value, found = self.slope(point)
            return value, found[self.free]

        found = minimize(
            slope,
            point[self.free],
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": 400, "maxcor": 60},
        )
        point[self.free] = found.x
        return point

    def curvature(self, point: Floats) -> Floats:
        """Second derivatives of minus the log density."""
        columns = []
        for unit in np.eye(len(point)):
            up, down = point + _STEP * unit, point - _STEP * unit
            columns.append((self.slope(up)[1] - self.slope(down)[1]) / (2 * _STEP))
        found = np.stack(columns)
        return np.asarray(0.5 * (found + found.T))

    def metric(self, curves: list[Floats]) -> Floats:
        """Covariance that fits some second derivatives, in root mean square.

            M = (mean of H²)^(-1/2)

        A direction that curves strongly anywhere must be stepped along carefully
        everywhere; which way it curves does not matter.
        """
        sizes, axes = np.linalg.eigh(np.mean([h @ h for h in curves], axis=0))
        steep = np.sqrt(np.maximum(sizes, _FLATTEST**2))
        return np.asarray((axes / steep) @ axes.T)

    def run(self, number: int, path: Path, say: Callable[[str], None]) -> Chain:
        """The chain of that number, from where `path` left it."""
        chain = _read(path)
        if chain is None:
            chain = self._begun(number, say)
            _write(path, chain)
        self._take_up(chain, number)
        searching = sum(self.plan.searches)
        turns = np.cumsum(self.plan.searches)
        whole = searching + self.plan.tuning + self.plan.draws
        began = time.monotonic() - chain.seconds
        while chain.stage < whole:
            sampling = chain.stage >= searching + self.plan.tuning
            self.nuts.tune = not sampling
            depth = self.plan.shallow if chain.stage < searching else self.plan.depth
            self.nuts.max_treedepth = self.nuts.early_max_treedepth = depth
            at = RaveledVars(chain.point, self.shape.point_map_info)
            moved, (seen,) = self.nuts.astep(at)
            chain.point = np.array(moved.data)
            chain.stage += 1
            chain.evaluations += int(seen["tree_size"])
            if sampling:
                chain.draws.append(chain.point)
                chain.divergences += bool(seen["diverging"])
                chain.depths.append(int(seen["depth"]))
            if chain.stage in turns:
                chain.curves.append(self.curvature(chain.point))
                chain.metric = self.metric(chain.curves[-4:])
                self._set_metric(chain.metric)
            chain.seconds = time.monotonic() - began
            if chain.stage % _EVERY == 0 or chain.stage == whole:
                self._note(chain)
                _write(path, chain)
                say(
                    f"chain {number}: {chain.stage} of {whole}, depth {seen['depth']}, "
                    f"step {seen['step_size']:.3f}, "
                    f"acceptance {seen['mean_tree_accept']:.2f}, "
                    f"ln p {seen['model_logp']:.1f}, "
                    f"{chain.divergences} divergences, {chain.evaluations} slopes, "
                    f"{chain.seconds:.0f} s"
                )
        return chain

    def _begun(self, number: int, say: Callable[[str], None]) -> Chain:
        mode = self.mode()
        say(f"chain {number}: mode at ln p {-self.slope(mode)[0]:.1f}")
        curve = self.curvature(mode)
        metric = self.metric([curve])
        rng = stream(self.seed, "population", f"chain {number}", "start")
        # Each chain starts elsewhere, about as far from the mode as the mass lies.
        start = mode + np.linalg.cholesky(metric) @ rng.normal(size=len(mode))
        return Chain(0, start, metric)

    def _take_up(self, chain: Chain, number: int) -> None:
        rng = stream(self.seed, "population", f"chain {number}", "steps")
        self.nuts.rng, momentum = rng.spawn(2)
        self._set_metric(chain.metric, momentum)
        if chain.randomness is not None:
            steps, momenta = chain.randomness
            self.nuts.rng.bit_generator.state = steps
            self.nuts.potential.rng.bit_generator.state = momenta
            self.nuts.step_adapt.sampling_state = chain.step
        self.nuts.iter_count = chain.stage

    def _set_metric(self, metric: Floats, rng: Any = None) -> None:
        rng = self.nuts.potential.rng if rng is None else rng
        self.nuts.potential = QuadPotentialFull(metric, rng=rng)
        self.nuts.integrator = CpuLeapfrogIntegrator(self.nuts.potential, self.function)
        self.nuts.step_adapt.reset()

    def _note(self, chain: Chain) -> None:
        chain.step = self.nuts.step_adapt.sampling_state
        chain.randomness = (
            self.nuts.rng.bit_generator.state,
            self.nuts.potential.rng.bit_generator.state,
        )


def _read(path: Path) -> Chain | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        chain: Chain = pickle.load(file)  # noqa: S301 - written by the same command
    return chain


def _write(path: Path, chain: Chain) -> None:
    """Whole or not at all."""
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        pickle.dump(chain, file)
    beside.replace(path)
