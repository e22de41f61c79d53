"""Who takes part in the race, at which tolerances."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tests.benchmarks.peers import PARTS, Diffsol, Part, Roadrunner
from tests.benchmarks.plain_numbers import Floats
from tests.benchmarks.race import Contender, Run
from tests.benchmarks.twin_problem import Problem, solved
from twin.engine.compiled import CompiledEngine
from twin.engine.lanes.kernel import Method
from twin.engine.modes import MODES, Mode

VELDD4 = Method("Veldd4")
TOLERANCES = {
    VELDD4: (1e-2, 5e-3, 1e-3, 1e-4),
    Method("Rodas4"): (1e-2, 5e-3, 1e-3, 1e-4, 1e-6),
    Method("Rodas5P"): (5e-3, 1e-3, 1e-4, 1e-6, 1e-8),
    Method("Veldd4", "float"): (1e-2, 5e-3, 1e-3),
    Method("Rodas4", "float"): (1e-2, 5e-3, 1e-3),
}
PEERS_TOLERANCES = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9)


def every_mode(tolerances: dict[Method, tuple[float, ...]]) -> list[Mode]:
    """Each tolerance of each method, the modes with a name among them."""
    named = {(m.method, m.tolerance): m for m in MODES.values()}
    wanted = [(method, t) for method, several in tolerances.items() for t in several]
    wanted += [key for key in named if key not in wanted]
    return [named.get(key, Mode("", *key)) for key in wanted]


def compiled(problem: Problem, modes: Iterable[Mode]) -> list[Contender]:
    """The compiled engine, on one core; its code is made beforehand."""
    found = []
    for mode in modes:
        alone = replace(mode, in_double=None)
        engine = CompiledEngine(alone, threads=1)
        solved(engine, problem.spec, problem.first(1).ensemble, *_rest(problem))
        kind = "f32" if mode.method.real == "float" else "f64"
        name = f"{mode.method.tableau} {kind}"
        if mode.name:
            name += f" (mode {mode.name})"
        found.append(Contender(name, f"{mode.tolerance:g}", _timed(engine, problem)))
    return found


def _rest(problem: Problem):
    return problem.plan, problem.outputs


def _timed(engine: CompiledEngine, problem: Problem) -> Run:
    def run() -> tuple[Floats, float]:
        begun = time.perf_counter()
        values = solved(engine, problem.spec, problem.ensemble, *_rest(problem))
        return values, time.perf_counter() - begun

    return run


def roadrunner(
    problem: Problem, tolerances: Sequence[float], *, n_draws: int
) -> list[Contender]:
    """libroadrunner, with one absolute tolerance and with one for each state."""
    peer = Roadrunner(problem)
    return _rows(peer, "libroadrunner", tolerances, n_draws, PARTS)


def diffsol(
    problem: Problem,
    tolerances: Sequence[float],
    *,
    n_draws: int,
    parts: Sequence[Part],
) -> list[Contender]:
    """diffsol, on the states as they are and divided by their largest.

    Raises: ModuleNotFoundError where pydiffsol is not installed.
    """
    peer = Diffsol(problem, parts)
    return _rows(peer, "pydiffsol BDF", tolerances, n_draws, parts)


def _rows(
    peer: Roadrunner | Diffsol,
    name: str,
    tolerances: Sequence[float],
    n_draws: int,
    parts: Sequence[Part],
) -> list[Contender]:
    called = {
        part: ", one absolute" if part is None else f", {part:g} of each state"
        for part in parts
    }
    return [
        Contender(
            name + called[part],
            f"{tolerance:g}",
            _peer_run(peer, tolerance, part, n_draws),
        )
        for part in parts
        for tolerance in tolerances
    ]


def _peer_run(
    peer: Roadrunner | Diffsol, tolerance: float, part: Part, n_draws: int
) -> Run:
    return lambda: peer.values(tolerance, part=part, n_draws=n_draws)
