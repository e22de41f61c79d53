"""What studies saw of the drug's exposure under other medicines: the yardstick."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from twin.errors import LibraryError


@dataclass(frozen=True, slots=True)
class ObservedChange:
    """One study: ratio of exposure with the medicine to that without.

    basis   "same study" where the table's mechanism was solved from this very figure:
            agreement is then no evidence; "independent" otherwise
    """

    medicine: str
    daily_dose_mg: float | None
    s_ratio: float | None
    r_ratio: float | None
    measure: str
    genotype: str
    basis: Literal["same study", "independent"]
    source: str
    evidence: str
    note: str


def observed_of(rows: Iterable[Mapping[str, str]]) -> tuple[ObservedChange, ...]:
    """From the rows of `observed.csv`.

    Raises: LibraryError for a figure that is none.
    """
    try:
        return tuple(
            ObservedChange(
                row["medicine"],
                _number(row["daily_dose_mg"]),
                _number(row["s_auc_ratio"]),
                _number(row["r_auc_ratio"]),
                row["measure"],
                row["genotype"],
                row["basis"],  # type: ignore[arg-type]
                row["source"],
                row["evidence"],
                row["note"],
            )
            for row in rows
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError(
            f"observed.csv: a row is no study ({error}); restore the file"
        ) from error


def _number(text: str) -> float | None:
    return float(text) if text else None
