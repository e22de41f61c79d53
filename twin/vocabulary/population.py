"""What the development data left open: draws of the population's parameters.

Population-level only: nothing in it belongs to a person of the data.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from twin.errors import LibraryError
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.estimate import FreeParameter

PROVISIONAL = (
    "the draws of the population are provisional: no chains that agree stand behind "
    "them, and every interval and spread that rests on them is unverified"
)


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Draws of the joint posterior, each equally likely.

    known        population parameters, in the order of x
    effects      ways in which people differ, in the order of z
    x            float64[draw, known], logarithm over the point estimates
    ln_sds       float64[draw, effect], spread of the effects between people
    correlations float64[draw, correlation]
    scales       other numbers of the fit by name, float64[draw]
    sha256       of the file the draws were read from; empty for a prior
    converged    whether the chains behind the draws agree; otherwise provisional
    """

    known: tuple[FreeParameter, ...]
    effects: BetweenPatients
    x: Floats
    ln_sds: Floats
    correlations: Floats
    scales: Mapping[str, Floats]
    sha256: str = ""
    converged: bool = True

    def __post_init__(self) -> None:
        n = len(self.x)
        expected = {
            "x": (self.x.shape, (n, len(self.known))),
            "ln_sds": (self.ln_sds.shape, (n, len(self.effects.effects))),
            "correlations": (
                self.correlations.shape,
                (n, len(self.effects.correlations)),
            ),
        }
        for name, (found, wanted) in expected.items():
            if found != wanted:
                raise LibraryError(
                    f"draws of the population: {name} has the shape {list(found)} "
                    f"in place of {list(wanted)}; run `make posterior`"
                )

    @property
    def cautions(self) -> tuple[str, ...]:
        """What is to be said wherever an answer rests on these draws."""
        return () if self.converged else (PROVISIONAL,)

    @property
    def n_draws(self) -> int:
        """How many draws there are."""
        return len(self.x)

    def covariances(self, draws: np.ndarray) -> Floats:
        """Covariance of the effects in some draws, [draw, effect, effect]."""
        return self.effects.covariance(self.ln_sds[draws], self.correlations[draws])

    @property
    def typical_covariance(self) -> Floats:
        """Covariance of the effects between people, mean over the draws."""
        return np.asarray(
            self.covariances(np.arange(self.n_draws)).mean(axis=0), np.float64
        )


def prior_population(
    known: tuple[FreeParameter, ...],
    effects: BetweenPatients,
    *,
    n_draws: int,
    rng: np.random.Generator,
) -> Population:
    """Draws of what was known before our own data, around the point estimates."""
    n_effects, n_tied = len(effects.effects), len(effects.correlations)
    spreads = np.array([e.ln_sd_spread for e in effects.effects])
    centre = np.arctanh([c.value for c in effects.correlations])
    flat = np.array([c.spread / (1 - c.value**2) for c in effects.correlations])
    return Population(
        known,
        effects,
        rng.normal(size=(n_draws, len(known))) * [p.ln_sd for p in known],
        effects.ln_sds * np.exp(spreads * rng.normal(size=(n_draws, n_effects))),
        np.tanh(centre + flat * rng.normal(size=(n_draws, n_tied))),
        {},
    )
