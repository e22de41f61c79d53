"""What the model says will happen: `[draw, time, output]`, failed draws kept."""

from dataclasses import dataclass

import numpy as np

from twin.errors import IntegrationFailed, NumericsError
from twin.vocabulary.ensemble import Floats

LARGEST_FAILED_FRACTION = 0.01
"""Of the draws of an ensemble; with more, those that are left may mislead."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Outputs over time for every draw.

    values    float64[draw, time, output]; a failed draw is a block of NaN
    failures  one sentence for each failed draw, by its number
    """

    times_h: Floats
    outputs: tuple[str, ...]
    values: Floats
    failures: tuple[tuple[int, str], ...] = ()

    def __post_init__(self) -> None:
        expected = (self.values.shape[0], len(self.times_h), len(self.outputs))
        if self.values.shape != expected:
            raise NumericsError(
                f"a prediction needs values of shape [draw, time, output] = "
                f"{expected}, got {self.values.shape}"
            )

    @property
    def n_draws(self) -> int:
        """How many draws were asked for, failed ones included."""
        return int(self.values.shape[0])

    @property
    def n_failed(self) -> int:
        """How many draws did not integrate."""
        return len(self.failures)

    def trusted(self, most_failed: float = LARGEST_FAILED_FRACTION) -> "Prediction":
        """This prediction, unless a larger part of its draws failed.

        Raises: IntegrationFailed.
        """
        if self.n_failed > most_failed * self.n_draws:
            raise IntegrationFailed(self.n_failed, self.n_draws, self.failures[0][1])
        return self

    def of(self, output: str) -> Floats:
        """float64[draw, time] of one output; raises when over 1 % of draws failed."""
        self.trusted()
        if output not in self.outputs:
            raise NumericsError(
                f"{output!r} was not asked for; this prediction holds "
                f"{', '.join(self.outputs)}"
            )
        return self.values[:, :, self.outputs.index(output)]

    def typical(self, output: str) -> Floats:
        """float64[time]: the single draw, or the median over draws."""
        return np.asarray(np.nanmedian(self.of(output), axis=0), dtype=np.float64)
