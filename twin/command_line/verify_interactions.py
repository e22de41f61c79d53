"""`twin verify interactions`: predicted against observed exposure under medicines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.output import Json, done, hold, progress, say, table
from twin.command_line.record import markdown_table, record_text, write_record
from twin.credibility.interactions import (
    Agreement,
    Comparison,
    GenotypeInteraction,
    InteractionRow,
    Kind,
    agreement,
    by_genotype,
    comparisons,
    interaction_rows,
    no_change,
)
from twin.engine.reference import ReferenceEngine
from twin.intake.ask import reference_patient
from twin.interactions.observed import ANALYTES, Analyte, ObservedChange
from twin.library import load_library

_COLUMNS = (
    "medicine",
    "mg/d",
    "days",
    *(
        f"{analyte} {what}"
        for analyte in ANALYTES
        for what in ("predicted", "observed")
    ),
    "measure",
    "basis",
    "evidence",
    "source",
)
_GENOTYPES = (
    ("*1", "*1"),
    ("*1", "*2"),
    ("*1", "*3"),
    ("*2", "*2"),
    ("*2", "*3"),
    ("*3", "*3"),
)
_BY_GENOTYPE = (("fluconazole", 400.0), ("rifampicin", 600.0))
_BY_GENOTYPE_COLUMNS = ("medicine", "CYP2C9", "S clearance", "S exposure")
_READ, _ANY_MARK = ("read",), ("read", "unverified")
_TWO_FOLD = 2.0
_INHIBITED = 1.05
_WHAT_IT_IS = (
    "Ratio of exposure with the medicine to that without, in the model's",
    "reference patient.  S, R and the racemate (equal doses of both, measured",
    "together) are set each against its own kind.  *Days*: the study's, followed by",
    "the full model: on how many the medicine was taken, and on which the single",
    "dose of warfarin was given or the level measured; empty: the medicine at rest.",
    "*Same study*: the mechanism in the table was solved from this very figure, or",
    "from the same people, so agreement is no evidence.  *Dose reduction*: no",
    "exposure was measured; the ratio of warfarin's doses stands in for that of S",
    "and is summed up apart.",
)

Out = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Write the record into this folder."),
]


@dataclass(frozen=True, slots=True)
class NoChange:
    """Where the table models no change: studies, and how many saw 0.80 to 1.25."""

    n: int
    inside: int


def interactions(out: Out = None, _json: Json = False) -> None:
    """Hold every interaction of the table against the studies that measured it.

    Exit status 1 when a study read in a source is missed by more than 2-fold.
    """
    with progress("predicting every study"):
        library = load_library()
        patient = reference_patient(library)
        rows = interaction_rows(patient, library, engine=ReferenceEngine())
        genotypes = by_genotype(
            patient, library, medicines=_BY_GENOTYPE, diplotypes=_GENOTYPES
        )
    compared = comparisons(rows)
    summary, unchanged = _summary(compared), _unchanged(compared)
    said = [*_sentences(summary, unchanged), _on_s_inhibitors(compared)]
    shown = table(*_COLUMNS[:-1])
    for row in rows:
        shown.add_row(*_cells(row)[:-1])
    say(shown)
    for sentence in said:
        say(sentence)
    shown = table(*_BY_GENOTYPE_COLUMNS)
    for each in genotypes:
        shown.add_row(*_genotype_cells(each))
    say(shown)
    if out is not None:
        text = record_text(
            "Other medicines",
            _record(rows, said, genotypes),
            command="twin verify interactions",
            library=library,
            seed=None,
        )
        say(f"written to {write_record(out, 'interactions.md', text)}")
    done(
        {
            "rows": rows,
            "summary": summary,
            "no_change_modelled": unchanged,
            "by_genotype": genotypes,
        }
    )
    hold(_broken(compared))


def _record(
    rows: Iterable[InteractionRow],
    said: Iterable[str],
    genotypes: Iterable[GenotypeInteraction],
) -> list[str]:
    return [
        *_WHAT_IT_IS,
        "",
        *markdown_table(_COLUMNS, map(_cells, rows)),
        "",
        *(f"- {sentence}" for sentence in said),
        "",
        "## By CYP2C9 genotype: predictions only",
        "",
        *markdown_table(_BY_GENOTYPE_COLUMNS, map(_genotype_cells, genotypes)),
    ]


def _broken(compared: Iterable[Comparison]) -> list[str]:
    """Studies read in a source that are missed by more than a factor of two."""
    return [
        f"{each.study.medicine}, {each.analyte} ({each.study.source})"
        for each in compared
        if each.study.evidence == "read"
        and not 1 / _TWO_FOLD <= each.predicted / each.observed <= _TWO_FOLD
    ]


_GROUPS: tuple[tuple[str, Analyte, bool], ...] = (
    ("S", "S", False),
    ("S, told by doses of warfarin", "S", True),
    ("R", "R", False),
    ("racemate", "racemate", False),
)
"""Name, analyte, and whether it is told by doses."""


def _of_group(
    compared: Iterable[Comparison], analyte: Analyte, by_doses: bool, kind: Kind
) -> list[Comparison]:
    return [
        each
        for each in compared
        if each.analyte == analyte
        and each.study.is_of_doses == by_doses
        and each.kind == kind
    ]


def _summary(compared: Sequence[Comparison]) -> dict[str, Agreement]:
    wanted: tuple[tuple[str, Kind, tuple[str, ...]], ...] = (
        ("independent studies read in a source", "independent", _READ),
        ("independent studies, all", "independent", _ANY_MARK),
        ("studies the table was set by", "set by it", _ANY_MARK),
    )
    return {
        f"{name}, {what}": agreement(
            (each.predicted, each.observed)
            for each in _of_group(compared, analyte, by_doses, kind)
            if each.study.evidence in marks
        )
        for name, analyte, by_doses in _GROUPS
        for what, kind, marks in wanted
    }


def _unchanged(compared: Sequence[Comparison]) -> dict[str, NoChange]:
    found = {}
    for name, analyte, by_doses in _GROUPS:
        group = _of_group(compared, analyte, by_doses, "nothing modelled")
        inside = sum(no_change(each.predicted / each.observed) for each in group)
        found[name] = NoChange(len(group), inside)
    return found


def _sentences(
    summary: dict[str, Agreement], unchanged: dict[str, NoChange]
) -> Iterable[str]:
    for name, found in summary.items():
        yield f"{name}: {_in_words(found)}"
    for name, none in unchanged.items():
        yield (
            f"{name}, no change modelled: n = {none.n}, predicted within 0.80 to 1.25 "
            f"of the observed in {none.inside}; no evidence of skill"
        )


def _on_s_inhibitors(compared: Iterable[Comparison]) -> str:
    """Whether the table's inhibitors of S were ever put to an independent test."""
    tests = [
        f"{each.study.medicine} (predicted {each.predicted:.2f}, observed "
        f"{each.observed:.2f}, {each.study.evidence})"
        for each in compared
        if each.kind == "independent"
        and each.analyte == "S"
        and not each.study.is_of_doses
        and each.predicted > _INHIBITED
    ]
    asked = "independent studies that measured S under an inhibitor of S"
    return f"{asked}: {'; '.join(tests) if tests else 'none is in the table'}"


def _in_words(found: Agreement) -> str:
    if found.n == 0:
        return "none"
    return (
        f"n = {found.n}, GMFE {found.gmfe:.2f}, within 2-fold "
        f"{found.within_two_fold:.0%}, within Guest's bounds {found.within_guest:.0%}"
    )


def _cells(row: InteractionRow) -> tuple[str, ...]:
    study = row.study
    ratios: list[str] = []
    for analyte in ANALYTES:
        observed = study.ratio(analyte)
        told = analyte != "racemate" or observed is not None
        ratios += [_ratio(row.predicted(analyte) if told else None), _ratio(observed)]
    return (
        study.medicine,
        "usual" if study.daily_dose_mg is None else f"{study.daily_dose_mg:g}",
        _days(study),
        *ratios,
        study.measure,
        study.basis,
        study.evidence,
        study.source,
    )


def _days(study: ObservedChange) -> str:
    days = study.days
    if days is None:
        return ""
    if days.measured_day is None:
        return f"{days.taken_days:g}, warfarin on {days.warfarin_day:g}"
    return f"{days.taken_days:g}, level on {days.measured_day:g}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _genotype_cells(row: GenotypeInteraction) -> tuple[str, ...]:
    return (
        f"{row.medicine} {row.daily_dose_mg:g} mg/d",
        row.cyp2c9,
        f"{row.s_clearance_change:+.0%}",
        f"x{row.s_ratio:.2f}",
    )
