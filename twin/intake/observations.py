"""Measurements as written in a patient's file: when, of what, how much.

What cannot be true is refused (nothing of a drug before it was taken), and so is what
nobody told the circumstances of (a time after the last dose that is known).  What is
merely hard to believe is taken: learning says how improbable it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from twin.errors import ObservationError, TwinError, UnitError
from twin.intake.quantity import gathered, kind_of, quantity, refuse_unknown, warn
from twin.intake.regimen import told_until_h
from twin.units import HOURS_PER_DAY, canonical_unit
from twin.vocabulary.domain import Domain
from twin.vocabulary.observation import (
    CONCENTRATIONS,
    FACTOR_ACTIVITIES,
    KINDS,
    Observation,
)
from twin.vocabulary.regimen import Regimen

MOST_OBSERVATIONS = 100
"""One every three or four days for a year: more is a slip, or a monitor's record."""

NUMBER_ALONE = frozenset({"INR", "isi"})
"""Their name is their unit: a number alone is understood."""

ALBUMIN = "albumin"
_LARGEST_ALBUMIN_RATIO = 1.25  # of the highest to the lowest: beyond it, it changed

# what may be measured -> whose limits hold
LIMITS: Mapping[str, str] = {
    **dict.fromkeys(CONCENTRATIONS, "warfarin"),
    **dict.fromkeys(FACTOR_ACTIVITIES, "factor_activity"),
    "prothrombin_complex_activity": "prothrombin_complex_activity",
    "INR": "INR",
    ALBUMIN: ALBUMIN,
}
_EXAMPLE = "{time: 7 d, INR: 2.3}"
_WHAT = (*KINDS, ALBUMIN)


@dataclass(frozen=True, slots=True)
class Measurements:
    """What was measured.

    observations     to be learned from, earliest first
    albumin_g_per_l  a trait of the patient: mean of its measurements, None without any
    notes            what was made of them, in words
    """

    observations: tuple[Observation, ...] = ()
    albumin_g_per_l: float | None = None
    notes: tuple[str, ...] = ()


def measurements_of(
    written: object,
    regimen: Regimen | None,
    days: int | None,
    *,
    domain: Domain,
    warnings: list[str],
) -> Measurements:
    """The measurements a file lists; None is "none".

    Args:
        written: a list of entries, each a time and one kind with its value:
            `{time: 7 d, INR: 2.3}`, or `{below: 0.1 mg/L}` in place of the value.
        regimen, days: what was taken, and for how many days that is told.
        domain: limits; `warnings` of values outside the soft ones are added.

    Raises: ObservationError, PatientError or UnitError naming the entry; one line.
    """
    if written is None:
        return Measurements()
    if not isinstance(written, list) or not written:
        got = "an empty list" if written == [] else kind_of(written)
        raise ObservationError(
            f"observations: write a list of entries such as {_EXAMPLE}; got {got}"
        )
    if len(written) > MOST_OBSERVATIONS:
        raise ObservationError(
            f"observations: {len(written)} are more than the {MOST_OBSERVATIONS} that "
            "are taken; ask about a shorter time, its doses and measurements"
        )
    if regimen is None:
        raise ObservationError(
            "observations: nothing is said of what was taken; write regimen: "
            "{daily_dose: 5 mg, duration: 14 d}, or its doses one by one"
        )
    unusual: list[str] = []
    seen: list[Observation] = []
    albumin: list[float] = []
    known: dict[tuple[float, str, float], int] = {}
    for number, entry in enumerate(written, start=1):
        where = f"observation {number}"
        try:
            found = _entry(entry, domain, unusual)
            _possible(found, regimen, days)
        except TwinError as error:
            raise type(error)(f"{where}: {error}") from error
        once = known.setdefault((found.time_h, found.what, found.number), number)
        if once != number:
            raise ObservationError(
                f"{where}: the same as observation {once}; leave one of them out"
            )
        if found.what == ALBUMIN:
            albumin.append(found.number)
        else:
            seen.append(found.observation)
    for text in gathered(unusual):
        warn(warnings, text)
    ordered = tuple(sorted(seen, key=lambda each: each.time_h))
    return Measurements(ordered, *_albumin(albumin, warnings))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry in canonical units; `below`: the number is a limit."""

    time_h: float
    what: str
    number: float
    below: bool
    isi: float | None

    @property
    def observation(self) -> Observation:
        if self.below:
            return Observation(self.time_h, self.what, 0.0, self.number, self.isi)
        return Observation(self.time_h, self.what, self.number, isi=self.isi)


def _entry(written: object, domain: Domain, warnings: list[str]) -> _Entry:
    if not isinstance(written, Mapping):
        raise ObservationError(f"write e.g. {_EXAMPLE}; got {kind_of(written)}")
    refuse_unknown(written, ("time", "isi", *_WHAT), where="an entry")
    if written.get("time") is None:
        raise ObservationError(f"time is missing; write e.g. {_EXAMPLE}")
    kinds = [name for name in _WHAT if written.get(name) is not None]
    if len(kinds) != 1:
        found = f"got {' and '.join(kinds)}" if kinds else "none is there"
        raise ObservationError(
            f"an entry holds one measurement, {found}; write e.g. {_EXAMPLE}"
        )
    (what,) = kinds
    time_h = quantity(written["time"], "time", domain, warnings)
    isi = None
    if written.get("isi") is not None:
        if what != "INR":
            raise ObservationError(f"isi: it belongs to an INR, not to {what}")
        isi = _value(written["isi"], "isi", "isi", domain, warnings)
    value = written[what]
    below = isinstance(value, Mapping) and value.keys() & {"below", "above"}
    if not below:
        number = _value(value, LIMITS[what], what, domain, warnings)
        return _Entry(time_h, what, number, below=False, isi=isi)
    refuse_unknown(value, ("below", "above"), where=what)
    if "above" in value:
        raise ObservationError(
            f"{what}: a value above what can be read cannot be learned from; leave the "
            "entry out, and know that the twin does not know it"
        )
    if what == ALBUMIN:
        raise ObservationError("albumin: write what was measured, not a limit")
    limit = _value(value["below"], LIMITS[what], f"{what}: below", domain, [])
    return _Entry(time_h, what, limit, below=True, isi=isi)


def _value(
    written: object, limits: str, called: str, domain: Domain, warnings: list[str]
) -> float:
    alone = limits in NUMBER_ALONE
    if alone and isinstance(written, int | float) and not isinstance(written, bool):
        unit = canonical_unit(domain.limits(limits).kind)
        written = {"value": written, "unit": unit}
    try:
        return quantity(written, limits, domain, warnings, called=called)
    except UnitError as error:
        hint = "; a number alone will do" if alone else ""
        raise UnitError(f"{error}{hint}") from error


def _possible(entry: _Entry, regimen: Regimen, days: int | None) -> None:
    """Refuse what the doses that are told cannot explain."""
    first, until = regimen.doses[0].time_h, told_until_h(regimen, days)
    if entry.what in CONCENTRATIONS and entry.time_h <= first:
        raise ObservationError(
            f"{entry.what} at {entry.time_h:g} h is from before the first dose, at "
            f"{first:g} h: there is none yet; correct the time, or write the doses "
            "taken before"
        )
    if entry.time_h > until:
        needed = -(-entry.time_h // HOURS_PER_DAY)
        raise ObservationError(
            f"{entry.what} at {entry.time_h:g} h is from after what is told of the "
            f"doses, {until:g} h; write the doses taken until then, or, if there were "
            f"none, the regimen's doses with duration: {needed:g} d"
        )


def _albumin(
    found: list[float], warnings: list[str]
) -> tuple[float | None, tuple[str, ...]]:
    """The trait that several measurements show, and what is said of it."""
    if not found:
        return None, ()
    lowest, highest = min(found), max(found)
    if highest > _LARGEST_ALBUMIN_RATIO * lowest:
        warn(
            warnings,
            f"albumin changed from {lowest:g} to {highest:g} g/L: the twin takes one "
            "value, the mean, for all the time",
        )
    mean = sum(found) / len(found)
    said = "its measurement" if len(found) == 1 else f"the mean of {len(found)}"
    note = (
        f"albumin: {mean:.3g} g/L, {said}, taken as exact: what a laboratory's value "
        "may be off by is not carried"
    )
    return mean, (note,)
