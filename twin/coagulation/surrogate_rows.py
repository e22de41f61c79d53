"""The prothrombin surrogate from its rows, and the ids of its coefficients.

A coefficient's SBML id spells its product: `b_II_II_VII` multiplies
(ln II)² · ln VII.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import ProthrombinSurrogate
from twin.errors import LibraryError, ModelError
from twin.vocabulary.ensemble import frozen_array


def coefficient_id(exponents: Sequence[int], factors: Sequence[str]) -> str:
    """The SBML id of one term."""
    names = [
        n for n, power in zip(factors, exponents, strict=True) for _ in range(power)
    ]
    return "_".join(["b", *names])


def surrogate_of(
    coefficients: Mapping[str, float],
    *,
    domain: Mapping[str, Sequence[float]],
    normal_time_s: float,
) -> ProthrombinSurrogate:
    """The surrogate from its rows (SBML id -> value) and its domain.

    Raises: ModelError for an id that names a factor without a domain.
    """
    factors = tuple(domain)
    return ProthrombinSurrogate(
        factors=factors,
        exponents=np.array(
            [_exponents_of_id(name, factors) for name in coefficients], dtype=np.int64
        ),
        coefficients=frozen_array(list(coefficients.values())),
        lowest=frozen_array([low for low, _ in domain.values()]),
        highest=frozen_array([high for _, high in domain.values()]),
        normal_time_s=normal_time_s,
    )


def surrogate_from(
    rows: Iterable[Mapping[str, str]], about: Mapping[str, Any], *, file: str
) -> ProthrombinSurrogate:
    """The surrogate from the rows of its file and what is said beside it.

    Raises: LibraryError when rows are missing or are no numbers.
    """
    try:
        coefficients = {row["parameter"]: float(row["value"]) for row in rows}
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError(
            f"{file}: a row is no coefficient ({error}); restore the file"
        ) from error
    whole = about["fit"]["n_coefficients"]
    if len(coefficients) != whole:
        raise LibraryError(
            f"{file}: {len(coefficients)} coefficients of {whole}; restore the file"
        )
    return surrogate_of(
        coefficients, domain=about["domain"], normal_time_s=about["normal_time_s"]
    )


def _exponents_of_id(name: str, factors: Sequence[str]) -> npt.NDArray[np.int64]:
    start, *parts = name.split("_")
    unknown = sorted(set(parts) - set(factors))
    if start != "b" or not parts or unknown:
        raise ModelError(
            f"surrogate coefficient {name!r}: expected b_ and names among "
            f"{', '.join(factors)}"
        )
    return np.array([parts.count(factor) for factor in factors], dtype=np.int64)
