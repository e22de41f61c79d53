"""Values fitted to data, and which row or constant each of them replaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin.errors import LibraryError
from twin.vocabulary.scales import scale_in


@dataclass(frozen=True, slots=True)
class Estimate:
    """One fitted value: the row or SBML constant it replaces, and its spread."""

    file: str
    key: tuple[str, ...]
    value: float
    prior: float
    ln_sd: float | None
    note: str


@dataclass(frozen=True, slots=True)
class Estimates:
    """`fitted.toml`: point estimates, when, by what and from which data."""

    date: str
    command: str
    data: tuple[str, ...]
    estimates: tuple[Estimate, ...]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Estimates":
        """From what the file holds."""
        return cls(
            str(content["date"]),
            content["command"],
            tuple(content["data"]),
            tuple(
                Estimate(
                    entry["file"],
                    tuple(entry["key"]),
                    float(entry["value"]),
                    float(entry["prior"]),
                    entry.get("ln_sd"),
                    entry.get("note", ""),
                )
                for entry in content.get("estimate", [])
            ),
        )

    def for_file(self, name: str) -> dict[tuple[str, ...], Estimate]:
        """The estimates that replace rows of one file (`sbml` for constants)."""
        return {e.key: e for e in self.estimates if e.file == name}


NO_ESTIMATES = Estimates("", "the priors stand", (), ())
"""Nothing fitted: every row keeps the value its table gives."""


@dataclass(frozen=True, slots=True)
class FreeParameter:
    """A row or SBML constant that a fit may move, and how far it was known.

    scale   where in the chain it acts, one of `SCALES`
    """

    file: str
    key: tuple[str, ...]
    ln_sd: float
    scale: str

    @classmethod
    def of(cls, entry: Mapping[str, Any], *, source: str) -> "FreeParameter":
        """From an entry of a TOML file, whose name is `source`.

        Raises: LibraryError for an entry without a scale.
        """
        key = tuple(entry["key"])
        where = f"{source}: parameter {' '.join(key)}"
        return cls(entry["file"], key, entry["ln_sd"], scale_in(entry, where))


@dataclass(frozen=True, slots=True)
class Scatter:
    """How observations scatter about the typical prediction, on the logarithm."""

    ln_sd: float
    weight: float


@dataclass(frozen=True, slots=True)
class Priors:
    """`priors.toml`: what may move, and the scatter of each kind of data.

    freedom       degrees of freedom of the Student-t scatter
    site_ln_sd    how far a site's doses may lie above or below all others'
    """

    parameters: tuple[FreeParameter, ...]
    scatter: Mapping[str, Scatter]
    freedom: float
    site_ln_sd: float

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Priors":
        """From what the file holds."""
        scatter = content["scatter"]
        return cls(
            tuple(
                FreeParameter.of(entry, source="priors.toml")
                for entry in content["parameter"]
            ),
            {
                name: Scatter(entry["ln_sd"], entry["weight"])
                for name, entry in scatter.items()
                if isinstance(entry, Mapping)
            },
            scatter["freedom"],
            scatter["site_ln_sd"],
        )

    def without(self, *keys: tuple[str, ...]) -> "Priors":
        """The same, with some parameters held at their centres."""
        kept = tuple(p for p in self.parameters if p.key not in keys)
        return Priors(kept, self.scatter, self.freedom, self.site_ln_sd)


TAKE_OUT = "take them out of it and of priors.toml, then run `make fit`"

_COMMON_COLUMNS = ("value", "unit", "spread", "source", "evidence", "note")


def fitted_rows(
    rows: list[dict[str, str]], estimates: Mapping[tuple[str, ...], Estimate], name: str
) -> list[dict[str, str]]:
    """Rows with fitted values in place of the priors they were fitted from."""
    left = dict(estimates)
    for row in rows:
        key = tuple(v for c, v in row.items() if c not in _COMMON_COLUMNS)
        if key in left:
            row["value"], row["evidence"] = repr(left.pop(key).value), "fitted"
    if left:
        missing = ", ".join(" ".join(key) for key in sorted(left))
        raise LibraryError(
            f"fitted.toml names rows that {name} does not have: {missing}; "
            f"restore {name}, or {TAKE_OUT}"
        )
    return rows
