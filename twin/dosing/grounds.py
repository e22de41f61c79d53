"""What every answer rests on beside its twin: the population, assays, and engines.

Loaded once and then only read: the service keeps it as long as it runs.
"""

from dataclasses import dataclass

from twin.engine.compiled import CompiledEngine
from twin.engine.modes import FAST
from twin.inference.noise import Noise
from twin.library import Library
from twin.lifecycle import Twin, believe
from twin.model_files import settings_file
from twin.population import load_population
from twin.vocabulary.population import Population

N_KNOWN, N_EACH = 160, 2
"""Draws of the population behind an answer, and people for each of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Grounds:
    """What is known of people in general, and with what draws of it are run.

    population  what the development data left open
    noise       what measurements are worth
    slopes      engine in double; `draws` for many draws
    """

    population: Population
    noise: Noise
    slopes: CompiledEngine
    draws: CompiledEngine

    def believed(self, twin: Twin, *, seed: int = 0) -> Twin:
        """The typical twin with all that is not known of the patient.

        Args:
            twin: from `build`.
            seed: the same seed and twin give the same draws.
        """
        return believe(
            twin,
            self.population,
            self.noise,
            slopes=self.slopes,
            draws=self.draws,
            seed=seed,
            n_known=N_KNOWN,
            n_each=N_EACH,
        )


def load_grounds(
    library: Library, *, slopes: CompiledEngine | None = None, drug: str = "warfarin"
) -> Grounds:
    """From the files of `models/`.

    Args:
        library: whose estimates the population is drawn around.
        slopes: an engine in double that is there already.
        drug: name of its folder in `models/`.

    Raises: LibraryError when a file is missing, damaged or of other parameters.
    """
    return Grounds(
        load_population(library, drug),
        Noise.of(settings_file("assays", drug)),
        slopes or CompiledEngine(),
        CompiledEngine(FAST),
    )
