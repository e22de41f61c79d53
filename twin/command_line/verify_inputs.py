"""`twin verify inputs`: every answer to bad input, listed as people get it."""

import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.files import write_text
from twin.command_line.input_cases import (
    Case,
    other_fields,
    out_of_scope,
    refused_quantities,
    unusual_quantities,
)
from twin.command_line.iwpc_slips import kept_rows, refused_tables
from twin.command_line.learn_slips import refused_measurements, taken_measurements
from twin.command_line.output import Json, done, progress, say
from twin.command_line.patient_file import LARGEST_BYTES, read_document
from twin.command_line.pkpd_file import measurements_of
from twin.errors import InputError
from twin.library import Library, load_library

LISTING = "input-errors.md"

Out = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Write the listing into this folder."),
]


def inputs(out: Out = None, _json: Json = False) -> None:
    """List the answer to every kind of bad input, field by field."""
    with progress("asking with every slip"):
        library = load_library()
        sections = sections_of(library)
        text = listing(sections)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_text(out / LISTING, text)
        say(f"written: {out / LISTING}")
    else:
        say(*text.splitlines())
    done({"sections": sections})


def sections_of(library: Library) -> dict[str, tuple[Case, ...]]:
    """Heading -> cases."""
    return {
        "Refused: quantities": tuple(refused_quantities(library)),
        "Refused or answered with a warning: all other fields": tuple(
            other_fields(library)
        ),
        "Answered with a warning: outside the soft limits": tuple(
            unusual_quantities(library)
        ),
        "Refused: measurements to learn from": tuple(refused_measurements(library)),
        "Taken, with what is said: measurements to learn from": tuple(
            taken_measurements(library)
        ),
        "Looked at, not dosed from: out of scope": tuple(out_of_scope(library)),
        "Refused: the file as such": tuple(_files()),
        "Refused: files of measurements": tuple(_measurements(_MEASURED, library)),
        "Left out and counted: rows of measurements": tuple(
            _measurements(_LEFT_OUT, library)
        ),
        "Refused: tables of stable doses": tuple(refused_tables()),
        "Kept with the reason: rows of stable doses": tuple(kept_rows(library)),
    }


def listing(sections: dict[str, tuple[Case, ...]]) -> str:
    """The listing as Markdown."""
    lines = [
        "# What the twin answers to bad input",
        "",
        "Written by `twin verify inputs --out docs/verification`; a test holds it",
        "against what the code says.  A refusal is one line on standard error, exit",
        "status 2, and with `--json` one object on standard output.",
    ]
    for heading, cases in sections.items():
        lines += ["", f"## {heading}", "", "| field | slip | written | answer |"]
        lines += ["|---|---|---|---|"]
        for case in cases:
            cells = (case.field, case.slip, f"`{case.written}`", case.answer)
            lines.append("| " + " | ".join(_escaped(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


_PATIENT = "age: 65 a\nsex: female\nweight: 70 kg\nheight: 165 cm\n"
_TEXTS: tuple[tuple[str, str, str], ...] = (
    ("a field given twice", "patient.yaml", _PATIENT + "age: 70 a\n"),
    ("a field given twice", "patient.json", '{"age": "65 a", "age": "70 a"}'),
    ("an anchor and an alias", "patient.yaml", "age: &x 65 a\nheight: *x\n"),
    ("a diplotype not in quotes", "patient.yaml", "genotype: {CYP2C9: *1/*3}\n"),
    ("a tag", "patient.yaml", "age: !!python/name:os.system 65 a\n"),
    ("a name that is no word", "patient.yaml", "65: a\n"),
    ("two documents", "patient.yaml", "age: 65 a\n---\nage: 70 a\n"),
    ("a tab", "patient.yaml", "genotype:\n\tVKORC1: A/A\n"),
    ("nested too deep", "patient.yaml", "a: " + "[" * 30 + "]" * 30),
    ("nested too deep", "patient.json", "[" * 30 + "]" * 30),
    ("NaN", "patient.json", '{"age": NaN}'),
    ("Infinity", "patient.json", '{"age": -Infinity}'),
    ("a comma too many", "patient.json", '{"age": "65 a",}'),
    ("an empty file", "patient.json", ""),
    ("a number of 400 digits", "patient.yaml", "age: " + "9" * 400),
)


def _files() -> Iterable[Case]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for slip, file, text in _TEXTS:
            path = folder / file
            path.write_text(text, encoding="utf-8")
            yield Case(file, slip, _shortened(text), _answer(folder, path))
        latin = folder / "latin.yaml"
        latin.write_bytes("sex: männlich\n".encode("latin-1"))
        yield Case(
            "latin.yaml", "not UTF-8", "sex: m\\xe4nnlich", _answer(folder, latin)
        )
        large = folder / "large.yaml"
        large.write_bytes(b"#" * (LARGEST_BYTES + 1))
        yield Case("large.yaml", "too large", "##########…", _answer(folder, large))
        yield Case("none.yaml", "not there", "", _answer(folder, folder / "none.yaml"))
        yield Case("a folder", "not a file", "", _answer(folder, folder))


def _answer(folder: Path, path: Path) -> str:
    return _said(partial(read_document, path)).replace(str(folder), "…")


_SUBJECT = "subject,time_h,kind,value,unit,weight_kg,sex,age_years\n"
_DOSE = "1,0,dose,100,mg,66.7,male,50\n"
_SEEN = "1,24,warfarin_racemate_plasma,5.6,mg/L,66.7,male,50\n"
_CURVE = "dataset,enantiomer,enantiomer_dose_mg,time_h,plasma_mg_per_L\n"
_MEASURED: tuple[tuple[str, str], ...] = (
    ("an empty file", ""),
    ("no rows", _SUBJECT),
    ("unknown columns", "a,b\n1,2\n"),
    ("a column twice", _CURVE.replace("time_h", "dataset") + "x,S,5,1,0.5\n"),
    ("too few values", _SUBJECT + "1,0,dose\n"),
    ("a quotation mark too many", _SUBJECT + '1,0,"dose\n'),
    ("no dose", _SUBJECT + _SEEN),
    ("a dose of nobody", _SUBJECT + _DOSE + _SEEN + ",0,dose,100,mg,,,\n"),
    ("a dose that is no number", _SUBJECT + _DOSE.replace("100", "NA") + _SEEN),
    ("no measurement", _SUBJECT + _DOSE),
    ("a negative dose", _SUBJECT + _DOSE.replace("100", "-5") + _SEEN),
    ("an unknown unit", _SUBJECT + _DOSE + _SEEN.replace("mg/L", "uM")),
    ("an unknown kind", _SUBJECT + _DOSE + _SEEN.replace("race", "rice")),
    ("a weight that changes", _SUBJECT + _DOSE + _SEEN.replace("66.7", "70")),
    ("an unknown enantiomer", _CURVE + "x,Q,5,1,0.5\n"),
    ("a curve without dose", _CURVE + "x,S,,1,0.5\n"),
)
_LEFT_OUT: tuple[tuple[str, str], ...] = (
    ("below quantification", _SUBJECT + _DOSE + _SEEN.replace("5.6", "<0.1")),
    ("not available", _SUBJECT + _DOSE + _SEEN.replace("5.6", "NA")),
    ("a word", _SUBJECT + _DOSE + _SEEN.replace("5.6", "haemolysed")),
    ("a negative value", _SUBJECT + _DOSE + _SEEN.replace("5.6", "-1")),
    ("a negative time", _SUBJECT + _DOSE + _SEEN.replace("1,24", "1,-4")),
    ("no time", _SUBJECT + _DOSE + _SEEN.replace("1,24", "1,")),
    ("no subject", _SUBJECT + _DOSE + _SEEN + _SEEN.replace("1,24", ",24")),
    ("an empty line", _SUBJECT + _DOSE + _SEEN + ",,,,,,,\n"),
    ("a negative value", _CURVE + "x,S,5,1,-0.5\n"),
)


def _measurements(files: Iterable[tuple[str, str]], library: Library) -> Iterable[Case]:
    for slip, text in files:
        said = _said(partial(_left_out, text, library))
        yield Case("data.csv", slip, _shortened(text), said)


def _left_out(text: str, library: Library) -> str | None:
    """The reasons for which rows are left out, if any are."""
    found = measurements_of(text, library, name="data.csv")
    rows = [row for study in found.studies for _, row in study.unscored]
    reasons = [row.left_out for row in (*rows, *found.of_no_study)]
    return "left out: " + "; ".join(reasons) if reasons else None


def _said(question: Callable[[], object]) -> str:
    """The refusal, or what the question answers in words."""
    try:
        answer = question()
    except InputError as error:
        return " ".join(str(error).split())
    return answer if isinstance(answer, str) else "accepted without a remark"


def _shortened(text: str) -> str:
    line = text.replace("\n", "\\n").replace("\t", "\\t")
    return line if len(line) <= 90 else f"{line[:40]} … {line[-40:]}"
