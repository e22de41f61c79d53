"""What studies saw of the drug's exposure under other medicines: the yardstick."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from twin.errors import LibraryError

Analyte = Literal["S", "R", "racemate"]
ANALYTES: tuple[Analyte, ...] = get_args(Analyte)
Basis = Literal["same study", "independent"]


@dataclass(frozen=True, slots=True)
class StudyDays:
    """When things happened in a study; the medicine's first dose is on day 1.

    taken_days     on how many days the medicine was taken
    warfarin_day   on which the single dose of warfarin was given; the ratio is of its
                   whole area
    measured_day   at whose beginning, before that day's doses, the level was measured
                   in people on warfarin at rest
    """

    taken_days: float
    warfarin_day: float | None
    measured_day: float | None

    def __post_init__(self) -> None:
        if self.taken_days <= 0:
            raise ValueError(f"taken on {self.taken_days:g} days")
        given = [d for d in (self.warfarin_day, self.measured_day) if d is not None]
        if len(given) != 1 or given[0] < 1:
            raise ValueError("write warfarin_day or measured_day, from day 1 on")


@dataclass(frozen=True, slots=True)
class ObservedChange:
    """One study: ratio of exposure with the medicine to that without.

    racemate_ratio   of S and R measured together; no figure of either
    basis            "same study" where the table's mechanism was solved from this very
                     figure, or comes from the same people: agreement is then no
                     evidence; "independent" otherwise
    days             None where the medicine was, or is taken to be, at rest
    """

    medicine: str
    daily_dose_mg: float | None
    s_ratio: float | None
    r_ratio: float | None
    racemate_ratio: float | None
    measure: str
    genotype: str
    basis: Basis
    days: StudyDays | None
    source: str
    evidence: str
    note: str

    def ratio(self, analyte: Analyte) -> float | None:
        """What was seen of one analyte; None where it was not measured."""
        seen = {"S": self.s_ratio, "R": self.r_ratio, "racemate": self.racemate_ratio}
        return seen[analyte]

    @property
    def is_of_doses(self) -> bool:
        """Whether no exposure was measured, but the doses of warfarin in patients."""
        return self.measure == "dose reduction"


def observed_of(rows: Iterable[Mapping[str, str]]) -> tuple[ObservedChange, ...]:
    """From the rows of `observed.csv`.

    Raises: LibraryError for a figure that is none.
    """
    found = []
    for row in rows:
        try:
            found.append(_observed(row))
        except (KeyError, TypeError, ValueError) as error:
            raise LibraryError(
                f"observed.csv: the row of {row.get('medicine')} is no study "
                f"({error}); restore the file"
            ) from error
    return tuple(found)


def _observed(row: Mapping[str, str]) -> ObservedChange:
    return ObservedChange(
        medicine=row["medicine"],
        daily_dose_mg=_number(row["daily_dose_mg"]),
        s_ratio=_number(row["s_auc_ratio"]),
        r_ratio=_number(row["r_auc_ratio"]),
        racemate_ratio=_number(row["racemate_auc_ratio"]),
        measure=row["measure"],
        genotype=row["genotype"],
        basis=_basis(row["basis"]),
        days=_days(row),
        source=row["source"],
        evidence=row["evidence"],
        note=row["note"],
    )


def _basis(text: str) -> Basis:
    for basis in get_args(Basis):
        if text == basis:
            return basis  # type: ignore[no-any-return]
    raise ValueError(f"basis {text!r}")


def _days(row: Mapping[str, str]) -> StudyDays | None:
    taken, given, measured = (
        _number(row[column])
        for column in ("taken_days", "warfarin_day", "measured_day")
    )
    if taken is None:
        if given is not None or measured is not None:
            raise ValueError("taken_days is missing")
        return None
    return StudyDays(taken, given, measured)


def _number(text: str) -> float | None:
    return float(text) if text else None
