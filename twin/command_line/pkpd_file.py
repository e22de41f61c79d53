"""Files of measured concentrations and clotting, as studies.

Two layouts, told apart by their columns:

    subjects   subject,time_h,kind,value,unit[,weight_kg,sex,age_years,height_cm]
               a `dose` row gives mg of the racemic tablet
    curves     dataset,enantiomer,enantiomer_dose_mg,time_h,plasma_mg_per_L
               dose in mg of that enantiomer's acid; `fed` in the name is with food

Other columns are ignored.  A measurement that cannot be used is kept with the reason;
what gives the file its sense (columns, doses, kinds, units) is refused by number.
"""

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from twin.command_line.files import read_text
from twin.credibility.pkpd import Study, UnscoredRow, mg_of_tablet
from twin.errors import ObservationError, TwinError
from twin.library import Library
from twin.units import Quantity, to_canonical
from twin.vocabulary.observation import FACTOR_ACTIVITIES, KINDS, Observation

_SUBJECTS = ("subject", "time_h", "kind", "value", "unit")
_CURVES = ("dataset", "enantiomer", "enantiomer_dose_mg", "time_h", "plasma_mg_per_L")
_SCORED = tuple(kind for kind in KINDS if kind not in FACTOR_ACTIVITIES)
_KIND_OF_QUANTITY = {"prothrombin_complex_activity": "activity", "INR": "inr"}
_SEXES = {"m": "male", "f": "female"}
_NOT_KNOWN = {"", "na", "n/a", "nan", "null", "none", ".", "-", "--", "missing"}
_BELOW = re.compile(r"<.*|below.*|b?lloq|bloq|blq|bql|bdl|loq|lod|nd", re.IGNORECASE)
_FED = re.compile(r"(?:^|[\W_])fed(?:$|[\W_])", re.IGNORECASE)
_Line = tuple[int, Mapping[str, str]]
_Unscored = tuple[tuple[int, UnscoredRow], ...]


@dataclass(frozen=True, slots=True)
class Measurements:
    """What a file holds: studies, and rows that belong to none of them."""

    studies: tuple[Study, ...]
    of_no_study: tuple[UnscoredRow, ...]


def read_studies(path: Path, library: Library) -> tuple[Study, ...]:
    """The studies of a file, in the order in which they first appear.

    Raises: InputError or ObservationError naming file, line and column.
    """
    return read_measurements(path, library).studies


def read_measurements(path: Path, library: Library) -> Measurements:
    """As `read_studies`, with the rows that belong to no study."""
    return measurements_of(read_text(path), library, name=str(path))


def measurements_of(text: str, library: Library, *, name: str) -> Measurements:
    """As `read_measurements`, from the text itself; `name` is for the messages."""
    try:
        group, lines = _table(text)
        grouped: dict[str, list[_Line]] = {}
        stray: list[UnscoredRow] = []
        for number, row in lines:
            if label := row.get(group, "").strip():
                grouped.setdefault(label, []).append((number, row))
            else:
                stray.append(_stray(number, row, group))
        if not grouped:
            raise ObservationError("there are no rows below the header")
        studies = tuple(
            _subject(label, rows)
            if group == "subject"
            else _curve(label, rows, library)
            for label, rows in grouped.items()
        )
        if not any(study.observations or study.unscored for study in studies):
            raise ObservationError("there is no measurement, only doses; add some")
        return Measurements(studies, tuple(stray))
    except TwinError as error:
        raise type(error)(f"{name}: {error}") from error


def _stray(number: int, row: Mapping[str, str], group: str) -> UnscoredRow:
    """A row that names no study; a dose must."""
    if row.get("kind", "").strip() == "dose":
        raise ObservationError(f"line {number}: {group} is empty; whose dose is it?")
    empty = not any(value.strip() for value in row.values())
    reason = "the line is empty" if empty else f"no {group} is named"
    return UnscoredRow("", "", _finite(row.get("time_h", "")), None, reason)


def _table(text: str) -> tuple[str, list[_Line]]:
    """The column that names a study, and the numbered rows."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        columns = tuple(column.strip() for column in next(reader, []))
        if not columns:
            raise ObservationError("the file is empty; its first line names columns")
        if twice := sorted({c for c in columns if columns.count(c) > 1}):
            raise ObservationError(f"column {twice[0]!r} is there twice; keep one")
        group = _grouping(columns)
        lines: list[_Line] = []
        for values in reader:
            if not values:
                continue
            if not any(value.strip() for value in values):
                lines.append((reader.line_num, {}))
                continue
            if len(values) != len(columns):
                raise ObservationError(
                    f"line {reader.line_num}: {len(values)} values for "
                    f"{len(columns)} columns; check commas and quotation marks"
                )
            lines.append((reader.line_num, dict(zip(columns, values, strict=True))))
    except csv.Error as error:
        raise ObservationError(
            f"line {reader.line_num}: not comma-separated values ({error})"
        ) from error
    return group, lines


def _grouping(columns: tuple[str, ...]) -> str:
    if set(_SUBJECTS) <= set(columns):
        return "subject"
    if set(_CURVES) <= set(columns):
        return "dataset"
    raise ObservationError(
        f"columns {', '.join(columns)} are of no known layout; "
        f"needed are {', '.join(_SUBJECTS)} or {', '.join(_CURVES)}"
    )


def _subject(label: str, rows: list[_Line]) -> Study:
    doses: list[tuple[float, float]] = []
    seen: list[Observation | UnscoredRow] = []
    for number, row in rows:
        kind = row["kind"].strip()
        if kind != "dose" and kind not in _SCORED:
            raise ObservationError(
                f"line {number}: kind {kind!r} is not known; "
                f"write one of: dose, {', '.join(_SCORED)}"
            )
        try:
            if kind == "dose":
                written = Quantity(_number(row, "value"), row["unit"].strip())
                doses.append((_number(row, "time_h"), to_canonical(written, "dose")))
            else:
                value = _canonical(row["value"], row["unit"].strip(), kind)
                seen.append(_seen(label, kind, row["time_h"], row["value"], value))
        except TwinError as error:
            raise type(error)(f"line {number}: {error}") from error
    sex = _same(rows, "sex", words=_SEXES)
    return Study(
        dataset=label,
        doses_mg=_doses(f"subject {label}", doses),
        observations=tuple(row for row in seen if isinstance(row, Observation)),
        sex=sex,
        age_years=_known(rows, "age_years"),
        weight_kg=_known(rows, "weight_kg"),
        height_cm=_known(rows, "height_cm"),
        unscored=_unscored(seen),
    )


def _canonical(text: str, unit: str, kind: str) -> float | None:
    """The value in its kind's unit; None where it is no number."""
    quantity = _KIND_OF_QUANTITY.get(kind, "concentration")
    value = _finite(text)
    if not unit and (value is None or quantity == "inr"):
        return value  # a ratio needs no unit, and neither does what is missing
    # The unit is held to its kind even where there is no number to convert.
    found = to_canonical(Quantity(1.0 if value is None else value, unit), quantity)
    return None if value is None else found


def _curve(label: str, rows: list[_Line], library: Library) -> Study:
    enantiomer = _same(rows, "enantiomer")
    if enantiomer not in ("S", "R"):
        raise ObservationError(
            f"line {rows[0][0]}: enantiomer must be S or R, got {enantiomer!r}"
        )
    dose_mg = _known(rows, "enantiomer_dose_mg")
    if dose_mg is None:
        raise ObservationError(
            f"line {rows[0][0]}: enantiomer_dose_mg is missing; write a number"
        )
    kind = f"warfarin_{enantiomer}_plasma"
    seen = [
        _seen(label, kind, row["time_h"], text, _finite(text))
        for _, row in rows
        for text in (row["plasma_mg_per_L"],)
    ]
    return Study(
        dataset=label,
        doses_mg=_doses(label, [(0.0, mg_of_tablet(dose_mg, enantiomer, library))]),
        observations=tuple(row for row in seen if isinstance(row, Observation)),
        fed=_FED.search(label) is not None,
        unscored=_unscored(seen),
    )


def _seen(
    label: str, kind: str, time: str, written: str, value: float | None
) -> Observation | UnscoredRow:
    """A measurement that can be scored, or the row with the reason why it cannot."""
    time_h = _finite(time)
    if time_h is None:
        reason = "time_h is missing or no number"
    elif time_h < 0:
        reason = "before the first dose"
    elif value is None and written.strip().lower() in _NOT_KNOWN:
        reason = "no value"
    elif value is None:
        below = _BELOW.fullmatch(written.strip())
        reason = "below quantification" if below else "the value is no number"
    elif value < 0:
        reason = "the value is negative"
    else:
        return Observation(time_h, kind, value)
    return UnscoredRow(label, kind, time_h, value, reason)


def _unscored(seen: list[Observation | UnscoredRow]) -> _Unscored:
    return tuple(
        (place, row) for place, row in enumerate(seen) if isinstance(row, UnscoredRow)
    )


def _doses(
    label: str, doses: list[tuple[float, float]]
) -> tuple[tuple[float, float], ...]:
    """In time order, doses of one instant added together."""
    if not doses:
        raise ObservationError(f"{label}: no dose row; without it nothing is predicted")
    if any(mg <= 0 or t < 0 for t, mg in doses):
        raise ObservationError(
            f"{label}: doses must be above 0 mg and not before 0 h; correct the row"
        )
    total: dict[float, float] = {}
    for time_h, mg in doses:
        total[time_h] = total.get(time_h, 0.0) + mg
    return tuple(sorted(total.items()))


def _same(
    rows: Iterable[_Line], column: str, *, words: Mapping[str, str] | None = None
) -> str | None:
    """The one value a study has in a column; None when the file does not say.

    `words`: short for long, whatever the case.
    """
    found: dict[str, int] = {}
    for number, row in rows:
        text = row.get(column, "").strip()
        if text.lower() in _NOT_KNOWN:
            continue
        if words is not None:
            text = words.get(text.lower(), text.lower())
        found[text] = number
    if len(found) > 1:
        raise ObservationError(
            f"line {max(found.values())}: {column} changes within one study "
            f"({', '.join(sorted(found))}); keep one"
        )
    return next(iter(found), None)


def _known(rows: list[_Line], column: str) -> float | None:
    text = _same(rows, column)
    if text is None:
        return None
    try:
        return _number({column: text}, column)
    except ObservationError as error:
        raise ObservationError(f"line {rows[0][0]}: {error}") from error


def _number(row: Mapping[str, str], column: str) -> float:
    value = _finite(row[column])
    if value is None:
        raise ObservationError(
            f"{column} must be a finite number, got {row[column]!r}; "
            "correct it or leave the row out"
        )
    return value


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
