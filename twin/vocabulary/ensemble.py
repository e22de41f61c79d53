"""The one matrix of parameters: a row a draw, a column an SBML parameter.

Columns are named as in the SBML; nobody outside this file relies on a position.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.errors import NumericsError

Floats = npt.NDArray[np.float64]


def frozen_array(values: npt.ArrayLike) -> Floats:
    """A read-only, C-contiguous float64 copy."""
    array = np.array(values, dtype=np.float64, order="C")
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """Parameter values that differ from the model's own, one row a draw.

    names        SBML ids of the columns
    values       float64[draw, parameter], finite, read-only
    log_weights  float64[draw], log importance weights, 0 for equal weight
    """

    names: tuple[str, ...]
    values: Floats
    log_weights: Floats

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.names):
            raise NumericsError(
                f"an ensemble of {len(self.names)} parameters needs a matrix "
                f"[draw, {len(self.names)}], got shape {self.values.shape}"
            )
        if len(set(self.names)) != len(self.names):
            raise NumericsError("an ensemble names a parameter twice")
        if self.log_weights.shape != (self.values.shape[0],):
            raise NumericsError("an ensemble needs one log weight a draw")
        if not np.all(np.isfinite(self.values)):
            row, column = np.argwhere(~np.isfinite(self.values))[0]
            raise NumericsError(
                f"draw {row}: {self.names[column]} is not finite; "
                "a missing value is left out of the ensemble, never NaN"
            )
        if self.values.flags.writeable or not self.values.flags.c_contiguous:
            raise NumericsError("an ensemble's matrix is read-only and C-contiguous")

    @classmethod
    def of(cls, parameters: Mapping[str, npt.ArrayLike]) -> "Ensemble":
        """From columns (numbers, or arrays of one length) by SBML id.

        Without columns it is one draw of the model's own values.
        """
        columns = {
            n: np.atleast_1d(np.asarray(v, float)) for n, v in parameters.items()
        }
        n_draws = max((c.size for c in columns.values()), default=1)
        matrix = np.empty((n_draws, len(columns)))
        for place, (name, column) in enumerate(columns.items()):
            if column.shape not in ((1,), (n_draws,)):
                raise NumericsError(
                    f"{name} has shape {column.shape} in an ensemble of {n_draws} "
                    "draws; give a number, or one value a draw"
                )
            matrix[:, place] = column
        return cls(
            tuple(parameters), frozen_array(matrix), frozen_array(np.zeros(n_draws))
        )

    @property
    def n_draws(self) -> int:
        """How many draws there are."""
        return int(self.values.shape[0])

    def column(self, name: str) -> Floats:
        """float64[draw], the values of one parameter."""
        if name not in self.names:
            raise NumericsError(
                f"the ensemble has no parameter {name!r}; it keeps the model's own"
            )
        return self.values[:, self.names.index(name)]

    def rows(self, draws: npt.NDArray[np.int64]) -> "Ensemble":
        """Some of the draws, by number."""
        return Ensemble(
            self.names,
            frozen_array(self.values[draws]),
            frozen_array(self.log_weights[draws]),
        )

    def row(self, draw: int) -> dict[str, float]:
        """One draw's parameters by SBML id."""
        return dict(zip(self.names, self.values[draw].tolist(), strict=True))
