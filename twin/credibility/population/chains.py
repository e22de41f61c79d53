"""One chain of the population's posterior, by PyMC's NUTS, that can be interrupted.

The posterior is hundreds of dimensions wide and far from round, and each slope costs a
sixteenth of a second: the metric is taken from second derivatives at a few points of
the chain itself instead of from thousands of draws.  What a chain holds is written
down every few draws; it goes on from there, to the same draws.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm
from pymc.blocking import DictToArrayBijection, RaveledVars
from pymc.step_methods.hmc.integration import CpuLeapfrogIntegrator
from pymc.step_methods.hmc.quadpotential import QuadPotentialFull
from scipy.optimize import minimize

from twin.credibility.population.chain import Chain, read_chain, write_chain
from twin.credibility.population.metric import metric_of, widened
from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats

_EVERY = 10  # draws between two notes on disk
_STEP = 1e-3  # of second derivatives; all variables are on the scale of 1


@dataclass(frozen=True, slots=True)
class Plan:
    """How chains are run.

    pilots        chains that only look for the metric
    looks         draws of a pilot between two looks at the second derivatives
    kept_looks    of each pilot, the last ones, that the metric is made of
    paces         draws of a pilot after its looks that tell the wide directions: those
                  of the first number to the pilot itself, all of them to the chains
    shallow       depth of a pilot's trees
    tuning        draws of a chain in which its step is tuned
    draws         of a chain that are kept
    target_accept of NUTS
    depth         of trees, at most
    """

    pilots: int = 2
    looks: tuple[int, ...] = (30, 20, 20, 20, 20, 20, 20, 20)
    kept_looks: int = 6
    paces: tuple[int, int] = (100, 200)
    shallow: int = 5
    tuning: int = 120
    draws: int = 500
    target_accept: float = 0.9
    depth: int = 8


Move = Callable[[Floats, np.random.Generator], Floats]
"""A point of the posterior to another: what leaves the posterior as it is."""


class Runner:
    """A model compiled once, for one chain after another.

    Args:
        model: to draw from.
        plan: how.
        held: what the names of variables begin with that the mode holds.
        seed: of all chains.
        between: a move that is made between two steps of NUTS.
    """

    def __init__(
        self,
        model: pm.Model,
        plan: Plan,
        *,
        held: tuple[str, ...],
        seed: int,
        between: Move | None = None,
    ) -> None:
        self.model, self.plan, self.seed, self.between = model, plan, seed, between
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

    def pilot(self, number: int, path: Path, say: Callable[[str], None]) -> Chain:
        """Second derivatives at a few points of the typical set."""
        plan, name = self.plan, f"pilot {number}"
        chain = read_chain(path)
        if chain is None:
            mode = self.mode()
            say(f"{name}: mode at ln p {-self.slope(mode)[0]:.1f}")
            curve = self.curvature(mode)
            metric = metric_of([curve])
            start = self._about(mode, metric, name)
            chain = Chain(0, sum(plan.looks + plan.paces), start, metric)
            write_chain(path, chain)
        self._take_up(chain, name)
        turns = set(np.cumsum(plan.looks).tolist())
        while not chain.is_finished:
            kept = chain.stage >= sum(plan.looks)
            self._draw(chain, name, tuning=True, kept=kept, depth=plan.shallow)
            if chain.stage in turns:
                chain.curves.append(self.curvature(chain.point))
                chain.metric = metric_of(chain.curves[-plan.kept_looks :])
                self._set_metric(chain.metric)
            elif len(chain.draws) == plan.paces[0]:
                chain.metric = widened(chain.metric, chain.draws)
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
            metric = widened(metric_of(looks), draws)
            # Chains start apart from one another: each about another pilot's end.
            start = self._about(pilots[number % len(pilots)].point, metric, name)
            chain = Chain(0, plan.tuning + plan.draws, start, metric)
            write_chain(path, chain)
        chain.whole = plan.tuning + plan.draws  # more may be asked of a finished one
        self._take_up(chain, name)
        while not chain.is_finished:
            tuned = chain.stage >= plan.tuning
            self._draw(chain, name, tuning=not tuned, kept=tuned, depth=plan.depth)
            self._note(chain, path, name, say)
        return chain

    def _draw(
        self, chain: Chain, name: str, *, tuning: bool, kept: bool, depth: int
    ) -> None:
        began = time.monotonic()
        self.nuts.tune = tuning
        self.nuts.max_treedepth = self.nuts.early_max_treedepth = depth
        at = RaveledVars(chain.point, self.shape.point_map_info)
        moved, (self.seen,) = self.nuts.astep(at)
        chain.point = np.array(moved.data)
        if self.between is not None:
            rng = stream(self.seed, "population", name, "between", str(chain.stage))
            chain.point = self.between(chain.point, rng)
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
