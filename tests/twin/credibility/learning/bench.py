"""With what learning is verified, for tests: one apparatus, and fewer draws of it."""

from dataclasses import replace
from functools import cache

import numpy as np

from tests.believed import noise, population
from tests.people import library
from twin.credibility.learning.apparatus import Apparatus
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import FAST, POPULATION
from twin.vocabulary.population import Population


@cache
def apparatus() -> Apparatus:
    """As the command has it, on one thread."""
    return Apparatus(
        library(),
        population(),
        noise(),
        CompiledEngine(threads=1),
        CompiledEngine(FAST, threads=1),
        CompiledEngine(POPULATION, threads=1),
    )


def some_draws(n: int) -> Population:
    """The committed population, every so many draws of it."""
    own = population()
    rows = np.linspace(0, own.n_draws - 1, n).astype(np.int64)
    return replace(
        own,
        x=own.x[rows],
        ln_sds=own.ln_sds[rows],
        correlations=own.correlations[rows],
        scales={name: values[rows] for name, values in own.scales.items()},
    )
