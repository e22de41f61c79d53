"""From a typical twin to one that has learned, and the one it was before.

More draws where the first are worth too little; what they are worth then is said.
"""

from collections.abc import Sequence

from twin.dosing.learned_findings import diagnostics_of
from twin.dosing.passing_medicines import passing
from twin.engine.compiled import CompiledEngine
from twin.errors import NumericsError, ObservationError
from twin.inference.noise import Noise
from twin.lifecycle import Twin, believe, condition
from twin.vocabulary.observation import Observation
from twin.vocabulary.population import Population
from twin.vocabulary.regimen import Regimen

_KNOWN, _MORE_KNOWN = 512, 1024
"""Draws of the population: at first, and where these are worth too little."""


def learned_from(
    twin: Twin,
    population: Population,
    noise: Noise,
    taken: Regimen,
    observations: Sequence[Observation],
    *,
    slopes: CompiledEngine,
    draws: CompiledEngine,
    seed: int = 0,
) -> tuple[Twin, Twin]:
    """The twin with all that is not known of the patient, before and after.

    Args:
        twin: from `build`.
        population: what the development data left open.
        noise: what measurements are worth.
        taken: all that is said to have been taken, from time 0.
        observations: one or more.
        slopes, draws: engines, for slopes in double and for many draws.
        seed: the same seed, twin and measurements give the same numbers.

    Raises: ObservationError without observations, or where another medicine comes or
        goes meanwhile.
    """
    if not observations:
        raise ObservationError(
            "nothing was measured: there is nothing to learn from; write observations: "
            "[{time: 7 d, INR: 2.3}] beside the regimen"
        )
    if changing := passing(twin):
        names = " and ".join(sorted(each.name for each in changing))
        raise ObservationError(
            f"co_medication: {names} starts or stops at a time, and learning knows "
            "medicines only as taken all along: what they change would be put down to "
            "the person; learn from a time when nothing changes, without start and stop"
        )
    before = after = None
    for n_known in (_KNOWN, _MORE_KNOWN):
        before = believe(
            twin,
            population,
            noise,
            slopes=slopes,
            draws=draws,
            seed=seed,
            n_known=n_known,
        )
        after = condition(before, taken, observations, seed=seed, n_known=n_known)
        if after.belief is None or after.belief.learning is None:
            raise NumericsError("conditioning left no draws")
        if diagnostics_of(after.belief.learning).usable:
            break
    assert before is not None
    assert after is not None
    return before, after
