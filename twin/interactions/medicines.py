"""The table of medicines that act on the drug: what they are, and by which ways.

A medicine is known by its names, its ATC code or its RxNorm number.  What is not in
the table is not known to the twin, and is reported as that: unknown is not harmless.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, get_args

from twin.errors import LibraryError
from twin.vocabulary.constant import ConstantTable
from twin.vocabulary.spelling import letters, resembling

Enzyme = Literal["CYP2C9", "CYP3A4", "CYP1A2", "CYP2C19"]
ENZYMES: tuple[Enzyme, ...] = get_args(Enzyme)
OTHER_TARGETS = ("vitamin_K_intake", "VKORC1", "factor_synthesis", "protein_binding")
TARGETS_IN_WORDS: Mapping[str, str] = {
    "vitamin_K_intake": "vitamin K",
    "VKORC1": "VKORC1",
    "factor_synthesis": "the synthesis of clotting factors",
    "protein_binding": "binding in plasma",
    "any": "how it follows the dose",
    **dict[str, str](zip(ENZYMES, ENZYMES, strict=True)),
}

_ENZYME_QUANTITIES = {
    "ki": "umol/L",
    "kinact": "1/h",
    "ki_inactivation": "umol/L",
    "activity": "1",
    "synthesis": "1",
}
_ANY = "any"
_CODE_WORD = re.compile(r"^(?:atc|rxnorm|rxcui)\b\s*:?\s*")
_LIKE_ENOUGH = 0.78


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine: its codes, and how much of it is in plasma.

    half_life_h         of its fall when it is stopped
    onset_half_life_h   of its rise when it is started
    unbound_umol_per_l  average at rest on the usual dose; None where nobody measured
    dose_linear         whether that follows the dose
    """

    name: str
    other_names: tuple[str, ...]
    atc: tuple[str, ...]
    rxnorm: tuple[str, ...]
    codes_evidence: str
    usual_daily_dose_mg: float | None
    half_life_h: float
    onset_half_life_h: float
    unbound_umol_per_l: float | None
    dose_linear: bool
    source: str
    evidence: str
    note: str


@dataclass(frozen=True, slots=True)
class Hazard:
    """What a medicine does that no INR shows.

    says     to the prescriber, in one clause
    blocks   no dose comes until that is acknowledged
    """

    says: str
    blocks: bool
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Which courses of other medicines count for the twin's own drug, in days.

    begins_with_drug   from its first dose on, a medicine begins with it
    drug_at_rest       from its first dose on, when its effect has come to rest
    lasting            after its end a medicine may do what is not followed in time
    """

    begins_with_drug_days: float
    drug_at_rest_days: float
    lasting_days: float


@dataclass(frozen=True, slots=True)
class Interactions:
    """`medicines.csv`, `mechanisms.csv` and `hazards.csv`.

    medicines    by name
    constants    (medicine, target, quantity) -> what it does there
    turnover     of each enzyme, 1/h
    by_name      every name and code, letters and digits only -> the medicine's name
    hazards      by name
    own_names    of the twin's own drug, which is no other medicine
    timing       of that drug, by which courses are short or long
    """

    medicines: Mapping[str, Medicine]
    constants: ConstantTable
    turnover_per_h: Mapping[Enzyme, float]
    by_name: Mapping[str, str]
    hazards: Mapping[str, Hazard]
    own_names: frozenset[str]
    timing: Timing

    @classmethod
    def from_rows(
        cls,
        mechanisms: Iterable[Mapping[str, str]],
        *,
        medicines: Iterable[Mapping[str, str]],
        hazards: Iterable[Mapping[str, str]],
        own_names: Iterable[str],
        timing: Timing,
    ) -> "Interactions":
        """From the rows of the three files, the names and the timing of the drug.

        Raises: LibraryError naming the row that cannot be used.
        """
        table = ConstantTable.from_rows(
            mechanisms, name="mechanisms.csv", keys=("medicine", "target", "quantity")
        )
        known = {row["name"]: _medicine(row) for row in medicines}
        for medicine, target, quantity in table.constants:
            _check(table, known, (medicine, target, quantity))
        if idle := [name for name in known if not _acts(table, name)]:
            raise LibraryError(
                f"medicines.csv: {idle[0]} has no row in mechanisms.csv; add what it "
                "does, or that it does nothing (activity 1)"
            )
        return cls(
            MappingProxyType(known),
            table,
            MappingProxyType(
                {e: table.number(_ANY, e, "turnover", unit="1/h") for e in ENZYMES}
            ),
            MappingProxyType(_names(known.values())),
            MappingProxyType(_hazards(hazards, known)),
            frozenset(_plain(name) for name in own_names),
            timing,
        )

    def with_constants(self, table: ConstantTable) -> "Interactions":
        """The same medicines with another table of what they do."""
        return replace(self, constants=table)

    def known_as(self, written: str) -> str | None:
        """The table's name of a medicine written in any of its ways."""
        return self.by_name.get(_plain(written))

    def blocks(self, written: str) -> bool:
        """Whether no dose comes until it is acknowledged: not known, or a hazard."""
        name = self.known_as(written)
        return name is None or (name in self.hazards and self.hazards[name].blocks)

    def is_the_drug_itself(self, written: str) -> bool:
        """Whether it is a name of the drug that the twin doses."""
        return _plain(written) in self.own_names

    def resembling(self, written: str) -> str | None:
        """A known medicine whose name is spelt much alike; never taken for it."""
        names = [name for name in self.by_name if not name.isdigit()]
        close = resembling(_plain(written), names, most=1, alike=_LIKE_ENOUGH)
        return self.by_name[close[0]] if close else None

    def value(self, medicine: str, target: str, quantity: str) -> float | None:
        """One number of a medicine; None where it has none."""
        constant = self.constants.constants.get((medicine, target, quantity))
        return None if constant is None else constant.value


def _medicine(row: Mapping[str, str]) -> Medicine:
    name = row["name"]

    def optional(column: str) -> float | None:
        text = row[column]
        try:
            return float(text) if text else None
        except ValueError as error:
            raise LibraryError(
                f"medicines.csv: {name}: {column} is {text!r}, no number"
            ) from error

    half_life = optional("half_life_h") or _IMMEDIATE_H
    level, unbound = optional("cavg_ss_umol_per_l"), optional("fraction_unbound")
    return Medicine(
        name,
        _listed(row["other_names"]),
        _listed(row["atc"]),
        _listed(row["rxnorm"]),
        row["codes_evidence"],
        optional("usual_daily_dose_mg"),
        half_life,
        optional("onset_half_life_h") or half_life,
        None if level is None or unbound is None else level * unbound,
        row["dose_linear"] == "yes",
        row["source"],
        row["evidence"],
        row["note"],
    )


_IMMEDIATE_H = 1.0
"""Half-life of what has none: a resin, an extract.  Their effect is there at once."""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _acts(table: ConstantTable, name: str) -> bool:
    return any(medicine == name for medicine, _, _ in table.constants)


def _check(
    table: ConstantTable, known: Mapping[str, Medicine], key: tuple[str, str, str]
) -> None:
    medicine, target, quantity = key
    where = f"mechanisms.csv: {medicine} {target} {quantity}"
    if medicine == _ANY:
        return
    if medicine not in known:
        raise LibraryError(f"{where}: {medicine} is not in medicines.csv; add it")
    if quantity == "dose_exponent":
        return
    if target in ENZYMES:
        unit = _ENZYME_QUANTITIES.get(quantity)
    else:
        unit = "1" if target in OTHER_TARGETS and quantity == "factor" else None
    if unit is None:
        raise LibraryError(f"{where}: no such way of acting is modelled")
    if table.number(*key, unit=unit) <= 0:
        raise LibraryError(f"{where}: must be positive")
    if quantity in {"ki", "kinact"} and known[medicine].unbound_umol_per_l is None:
        raise LibraryError(
            f"{where}: {medicine} has no unbound concentration in medicines.csv"
        )
    if quantity == "kinact" and (medicine, target, "ki_inactivation") not in (
        table.constants
    ):
        raise LibraryError(f"{where}: ki_inactivation is missing")


def _plain(name: str) -> str:
    """Its letters, without the word that says that it is a code."""
    return letters(_CODE_WORD.sub("", name.strip().casefold()))


def _hazards(
    rows: Iterable[Mapping[str, str]], known: Mapping[str, Medicine]
) -> dict[str, Hazard]:
    found: dict[str, Hazard] = {}
    for row in rows:
        name = row["medicine"]
        if name not in known or name in found:
            raise LibraryError(
                f"hazards.csv: {name} is not in medicines.csv, or stands twice"
            )
        found[name] = Hazard(
            row["says"], row["blocks"] == "yes", row["source"], row["evidence"]
        )
    return found


def _names(medicines: Iterable[Medicine]) -> dict[str, str]:
    found: dict[str, str] = {}
    for medicine in medicines:
        codes = (*medicine.atc, *medicine.rxnorm)
        written = (medicine.name, *medicine.other_names, *codes)
        for name in (_plain(each) for each in written):
            if found.get(name, medicine.name) != medicine.name:
                raise LibraryError(
                    f"medicines.csv: {name!r} is {found[name]} and {medicine.name}; "
                    "take it from one of them"
                )
            found[name] = medicine.name
    return found
