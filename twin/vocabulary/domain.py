"""The limits of a model's domain of use, as values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from twin.errors import LibraryError


@dataclass(frozen=True, slots=True)
class FieldLimits:
    """Limits of one field, in the canonical unit of its kind.

    example   a value as somebody would write it; none for what nobody writes
    too_low   what to do with a value below the hard limits, where there is more to say
              than "check it"; `too_high` likewise
    """

    kind: str
    hard: tuple[float, float]
    soft: tuple[float, float]
    evidence: str
    example: str
    too_low: str = ""
    too_high: str = ""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "FieldLimits":
        """From one table of `domain.toml`."""
        return cls(
            entry["kind"],
            (entry["hard"][0], entry["hard"][1]),
            (entry["soft"][0], entry["soft"][1]),
            entry["evidence"],
            "" if entry.get("derived") else entry["example"],
            entry.get("too_low", ""),
            entry.get("too_high", ""),
        )


@dataclass(frozen=True, slots=True)
class Domain:
    """Fields with their limits, and who is out of scope and why.

    derived   limits of what nobody writes but follows from the fields
    measured  limits of what is measured of somebody who takes the drug
    """

    fields: Mapping[str, FieldLimits]
    smallest_age_years: float
    smallest_age_why: str
    pregnancy_why: str
    bleeding_why: str
    failing_liver_classes: tuple[str, ...]
    failing_liver_why: str
    derived: Mapping[str, FieldLimits] = field(
        default_factory=lambda: MappingProxyType({})
    )
    measured: Mapping[str, FieldLimits] = field(
        default_factory=lambda: MappingProxyType({})
    )

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Domain":
        """From what `domain.toml` holds."""
        fields = {n: FieldLimits.of(entry) for n, entry in content["fields"].items()}
        measured = content.get("measured", {})
        scope = dict(content["scope"])
        scope["failing_liver_classes"] = tuple(scope["failing_liver_classes"])
        derived = {n for n, e in content["fields"].items() if e.get("derived")}
        return cls(
            fields=MappingProxyType(
                {n: limits for n, limits in fields.items() if n not in derived}
            ),
            derived=MappingProxyType({n: fields[n] for n in sorted(derived)}),
            measured=MappingProxyType(
                {name: FieldLimits.of(entry) for name, entry in measured.items()}
            ),
            **scope,
        )

    def limits(self, name: str) -> FieldLimits:
        """Of a field that is written, or of something measured."""
        return self.fields[name] if name in self.fields else self.measured[name]


@dataclass(frozen=True, slots=True)
class TargetRange:
    """Therapeutic range of the INR and the value aimed at."""

    low: float
    high: float
    source: str
    evidence: str

    @property
    def middle(self) -> float:
        """The INR that is aimed at."""
        return 0.5 * (self.low + self.high)


@dataclass(frozen=True, slots=True)
class Indication:
    """Why the drug is given, and the range of the INR that goes with it.

    others   ranges that other sources give; guidelines do not agree
    """

    code: str
    name: str
    target: TargetRange
    duration: str
    note: str
    others: tuple[TargetRange, ...]


def indications_of(rows: Iterable[Mapping[str, str]]) -> Mapping[str, Indication]:
    """From the rows of `indications.csv`, by code.

    Raises: LibraryError for a code without exactly one leading row.
    """
    by_code: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        by_code.setdefault(row["code"], []).append(row)
    found = {}
    for code, entries in by_code.items():
        leading = [row for row in entries if row["leading"] == "yes"]
        if len(leading) != 1:
            raise LibraryError(
                f"indications.csv: {code} has {len(leading)} leading rows; mark one"
            )
        first = leading[0]
        found[code] = Indication(
            code,
            first["name"],
            _range(first),
            first["duration"],
            first["note"],
            tuple(_range(row) for row in entries if row is not first),
        )
    return MappingProxyType(found)


def _range(row: Mapping[str, str]) -> TargetRange:
    return TargetRange(
        float(row["low"]), float(row["high"]), row["source"], row["evidence"]
    )


@dataclass(frozen=True, slots=True)
class LabelBand:
    """A band of a quantity of which the drug's label says something.

    From `low` on, or below `high`; None is open.
    """

    quantity: str
    low: float | None
    high: float | None
    says: str
    source: str
    evidence: str

    def holds(self, value: float) -> bool:
        """Whether a value lies in the band."""
        return (self.low is None or value >= self.low) and (
            self.high is None or value < self.high
        )


def label_bands_of(rows: Iterable[Mapping[str, str]]) -> tuple[LabelBand, ...]:
    """From the rows of `label_bands.csv`."""
    return tuple(
        LabelBand(
            row["quantity"],
            float(row["from"]) if row["from"] else None,
            float(row["to"]) if row["to"] else None,
            row["says"],
            row["source"],
            row["evidence"],
        )
        for row in rows
    )
