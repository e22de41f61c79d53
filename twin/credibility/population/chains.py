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
_BY_CHANCE = 4.0
_MANY = 4  # second derivatives, of which a mean may be taken
_FLATTEST = 0.5  # a metric never takes a variable to be wider than its prior's 1.4


@dataclass(frozen=True, slots=True)
class Plan:
    """How chains are run.

    pilots        chains that only look for the metric
    looks         draws of a pilot between two looks at the second derivatives
    kept_looks    of each pilot, the last ones, that the metric is made of
    paces         draws of a pilot after its looks, which tell the wide directions
    shallow       depth of a pilot's trees
    tuning        draws of a chain in which its step is tuned
    draws         of a chain that are kept
    target_accept of NUTS
    depth         of trees, at most
    """

    pilots: int = 2
    looks: tuple[int, ...] = (30, 20, 20, 20, 20, 20, 20, 20)
    kept_looks: int = 6
    paces: int = 150
    shallow: int = 5
    tuning: int = 120
    draws: int = 500
    target_accept: float = 0.9
    depth: int = 8


@dataclass(slots=True, eq=False)
class Chain:
    """All that a chain is between two draws.

    stage     how many draws were made, tuning included
    whole     how many there will be
    point     float64[variable]
    metric    float64[variable, variable], covariance
    curves    second derivatives seen, of a pilot
    draws     kept ones; of a pilot, those after its looks
    diverged  what NUTS said of each divergence
    """

    stage: int
    whole: int
    point: Floats
    metric: Floats
    curves: list[Floats] = field(default_factory=list)
    draws: list[Floats] = field(default_factory=list)
    diverged: list[str] = field(default_factory=list)
    evaluations: int = 0
    seconds: float = 0.0
    depths: list[int] = field(default_factory=list)
    step: Any = None
    randomness: Any = None

    @property
    def divergences(self) -> int:
        """How many of the kept draws ended in one."""
        return len(self.diverged)

    @property
    def is_finished(self) -> bool:
        """All draws are made."""
        return self.stage >= self.whole


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
        self.seen: Any = None

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
        """Covariance that fits some second derivatives.

            M = (mean of H)^(-1),    of few: M = (mean of H²)^(-1/2)

        The mean over the posterior is the mean square of its slope.  Of a few looks it
        may curve either way where it is steep; their mean square is steep there, but
        calls flat directions steep too, which couple to others now so and now so.
        """
        if len(curves) < _MANY:
            squared, axes = np.linalg.eigh(np.mean([h @ h for h in curves], axis=0))
            sizes = np.sqrt(squared)
        else:
            sizes, axes = np.linalg.eigh(np.mean(curves, axis=0))
        return np.asarray((axes / np.maximum(sizes, _FLATTEST)) @ axes.T)

    def widened(self, metric: Floats, draws: list[Floats]) -> Floats:
        """The metric, wider in directions in which draws lie far apart.

        Of as many numbers as there are directions a sample's covariance scatters from
        next to nothing to four times the truth: what is beyond is wide indeed.
        """
        root = np.linalg.cholesky(metric)
        apart = np.stack(draws) - np.mean(draws, axis=0)
        sizes, axes = np.linalg.eigh(np.cov(np.linalg.solve(root, apart.T)))
        axes = root @ axes
        return np.asarray((axes * np.maximum(1.0, sizes / _BY_CHANCE)) @ axes.T)

    def pilot(self, number: int, path: Path, say: Callable[[str], None]) -> Chain:
        """Second derivatives at a few points of the typical set."""
        plan, name = self.plan, f"pilot {number}"
        chain = read_chain(path)
        if chain is None:
            mode = self.mode()
            say(f"{name}: mode at ln p {-self.slope(mode)[0]:.1f}")
            curve = self.curvature(mode)
            metric = self.metric([curve])
            start = self._about(mode, metric, name)
            chain = Chain(0, sum(plan.looks) + plan.paces, start, metric)
            write_chain(path, chain)
        self._take_up(chain, name)
        turns = set(np.cumsum(plan.looks).tolist())
        while not chain.is_finished:
            kept = chain.stage >= sum(plan.looks)
            self._draw(chain, tuning=True, kept=kept, depth=plan.shallow)
            if chain.stage in turns:
                chain.curves.append(self.curvature(chain.point))
                chain.metric = self.metric(chain.curves[-plan.kept_looks :])
                self._set_metric(chain.metric)
            self._note(chain, path, name, say)
        return chain

    def run(
        self,
        number: int,
        path: Path,
        pilots: list[Chain],
        say: Callable[[str], None],
    ) -> Chain:
        """One chain, with the metric of all pilots, from where `path` left it."""
        plan, name = self.plan, f"chain {number}"
        chain = read_chain(path)
        if chain is None:
            looks = [h for p in pilots for h in p.curves[-plan.kept_looks :]]
            draws = [draw for p in pilots for draw in p.draws]
            metric = self.widened(self.metric(looks), draws)
            # Chains start apart from one another: each about another pilot's end.
            start = self._about(pilots[number % len(pilots)].point, metric, name)
            chain = Chain(0, plan.tuning + plan.draws, start, metric)
            write_chain(path, chain)
        self._take_up(chain, name)
        while not chain.is_finished:
            tuned = chain.stage >= plan.tuning
            self._draw(chain, tuning=not tuned, kept=tuned, depth=plan.depth)
            self._note(chain, path, name, say)
        return chain

    def _draw(self, chain: Chain, *, tuning: bool, kept: bool, depth: int) -> None:
        began = time.monotonic()
        self.nuts.tune = tuning
        self.nuts.max_treedepth = self.nuts.early_max_treedepth = depth
        at = RaveledVars(chain.point, self.shape.point_map_info)
        moved, (self.seen,) = self.nuts.astep(at)
        chain.point = np.array(moved.data)
        chain.stage += 1
        chain.evaluations += int(self.seen["tree_size"])
        chain.seconds += time.monotonic() - began
        if kept:
            chain.draws.append(chain.point)
            chain.depths.append(int(self.seen["depth"]))
            if self.seen["diverging"]:
                said = self.seen["warning"]
                chain.diverged.append(said.message if said else "no reason given")

    def _about(self, point: Floats, metric: Floats, name: str) -> Floats:
        rng = stream(self.seed, "population", name, "start")
        return np.asarray(
            point + np.linalg.cholesky(metric) @ rng.normal(size=len(point))
        )

    def _take_up(self, chain: Chain, name: str) -> None:
        rng = stream(self.seed, "population", name, "steps")
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

    def _note(
        self, chain: Chain, path: Path, name: str, say: Callable[[str], None]
    ) -> None:
        """Write down what the chain holds, every few draws."""
        if chain.stage % _EVERY and not chain.is_finished:
            return
        chain.step = self.nuts.step_adapt.sampling_state
        chain.randomness = (
            self.nuts.rng.bit_generator.state,
            self.nuts.potential.rng.bit_generator.state,
        )
        write_chain(path, chain)
        seen = self.seen
        say(
            f"{name}: {chain.stage} of {chain.whole}, depth {seen['depth']}, "
            f"step {seen['step_size']:.3f}, "
            f"acceptance {seen['mean_tree_accept']:.2f}, "
            f"ln p {seen['model_logp']:.1f}, {chain.divergences} divergences, "
            f"{chain.evaluations} slopes, {chain.seconds:.0f} s"
        )


def read_chain(path: Path) -> Chain | None:
    """What a chain held when it was last written down; None where there is none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        chain: Chain = pickle.load(file)  # noqa: S301 - written by the same command
    return chain


def write_chain(path: Path, chain: Chain) -> None:
    """Whole or not at all."""
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        pickle.dump(chain, file)
    beside.replace(path)
