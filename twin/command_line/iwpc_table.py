"""A table in the IWPC's official columns, as text: read whole or refused in one line.

The consortium's workbook is published at ClinPGx (file PS206767); its sheet of
subjects, saved as CSV in UTF-8, is such a table.  What the values mean is the business
of `iwpc_rows.py`.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from twin.command_line.files import read_text
from twin.command_line.iwpc_file import (
    MEDICINES,
    SITE,
    TARGET,
)
from twin.errors import ObservationError, TwinError

ID = "PharmGKB Subject ID"
TARGET_RANGE = "Estimated Target INR Range Based on Indication"
CYP2C9 = "CYP2C9 consensus"
VKORC1 = "VKORC1 -1639 consensus"
NEEDED = (
    ID,
    SITE,
    "Gender",
    "Age",
    "Height (cm)",
    "Weight (kg)",
    *MEDICINES.values(),
    TARGET,
    TARGET_RANGE,
    CYP2C9,
    VKORC1,
    "VKORC1 1173 consensus",
    "VKORC1 1542 consensus",
    "VKORC1 2255 consensus",
)
"""Columns without which nothing is predicted; race and dose are read where they are."""
_SEPARATORS = (",", "\t", ";")
_WORKBOOKS = (".xls", ".xlsx")
_SAVE = "save the workbook's sheet of subjects as CSV in UTF-8, its heading unchanged"
Row = Mapping[str, str]


def read_table(path: Path) -> list[Row]:
    """The rows of a file, by column, every value stripped of spaces around it.

    Raises: InputError or ObservationError naming the file and what to write instead.
    """
    if path.suffix.lower() in _WORKBOOKS:
        raise ObservationError(f"{path}: is a workbook; {_SAVE}")
    return table_of(read_text(path), name=str(path))


def table_of(text: str, *, name: str) -> list[Row]:
    """As `read_table`, from the text itself; `name` is for the messages."""
    try:
        return _rows(text)
    except TwinError as error:
        raise type(error)(f"{name}: {error}") from error


def chosen_sites(written: str | None, rows: Sequence[Row]) -> tuple[str, ...]:
    """The sites that `--sites` names, in its order; all of the file's when it is None.

    Raises: ObservationError listing the sites that there are.
    """
    there = sorted({row[SITE] for row in rows}, key=lambda site: (len(site), site))
    if written is None:
        return tuple(there)
    asked = [site.strip() for site in written.split(",")]
    for site in asked:
        if site not in there:
            raise ObservationError(
                f"--sites {written}: site {site!r} is not in the file; "
                f"write some of {','.join(there)}"
            )
    return tuple(dict.fromkeys(asked))


def _rows(text: str) -> list[Row]:
    first_line = text.partition("\n")[0]
    if not first_line.strip():
        raise ObservationError(f"the file is empty; {_SAVE}")
    reader = csv.reader(
        io.StringIO(text), delimiter=_separator(first_line), strict=True
    )
    rows: list[Row] = []
    seen: dict[str, int] = {}
    try:
        columns = _columns(next(reader))
        for values in reader:
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(columns):
                raise ObservationError(
                    f"line {reader.line_num}: {len(values)} values for "
                    f"{len(columns)} columns; check separators and quotation marks"
                )
            row = dict(zip(columns, (v.strip() for v in values), strict=True))
            _refuse_twice(row, reader.line_num, seen)
            rows.append(row)
    except csv.Error as error:
        raise ObservationError(
            f"line {reader.line_num}: no table of separated values ({error})"
        ) from error
    if not rows:
        raise ObservationError("there are no rows below the heading; add some")
    return rows


def _separator(first_line: str) -> str:
    """The one at which the heading falls into the needed columns; else a comma."""
    for separator in _SEPARATORS:
        columns = next(csv.reader([first_line], delimiter=separator))
        if ID in (column.strip() for column in columns):
            return separator
    return ","


def _columns(heading: list[str]) -> tuple[str, ...]:
    columns = tuple(column.strip() for column in heading)
    if missing := [column for column in NEEDED if column not in columns]:
        listed = ", ".join(repr(column) for column in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise ObservationError(
            f"not the IWPC columns: there is no {listed}{more}; {_SAVE}"
        )
    if twice := sorted({c for c in columns if c and columns.count(c) > 1}):
        raise ObservationError(f"column {twice[0]!r} is there twice; keep one")
    return columns


def _refuse_twice(row: Row, line: int, seen: dict[str, int]) -> None:
    """A row answers for one patient, and is found again by its name."""
    who = row[ID]
    if not who or not row[SITE]:
        empty = SITE if who else ID
        raise ObservationError(f"line {line}: {empty!r} is empty; give every row one")
    if who in seen:
        raise ObservationError(
            f"lines {seen[who]} and {line} have the same {ID!r}; keep one row a patient"
        )
    seen[who] = line
