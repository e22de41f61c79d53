"""`twin verify interactions`: predicted against observed exposure under medicines."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.output import Json, done, hold, progress, say, table
from twin.command_line.record import markdown_table, record_text, write_record
from twin.credibility.interactions import (
    Agreement,
    GenotypeInteraction,
    InteractionRow,
    agreement,
    by_genotype,
    interaction_rows,
)
from twin.intake.ask import reference_patient
from twin.library import load_library

_COLUMNS = (
    "medicine",
    "mg/d",
    "S predicted",
    "S observed",
    "R predicted",
    "R observed",
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

Out = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Write the record into this folder."),
]


def interactions(out: Out = None, _json: Json = False) -> None:
    """Hold every interaction of the table against the studies that measured it.

    Exit status 1 when a study read in a source is missed by more than 2-fold.
    """
    with progress("predicting every study"):
        library = load_library()
        patient = reference_patient(library)
        rows = interaction_rows(patient, library)
        genotypes = by_genotype(
            patient, library, medicines=_BY_GENOTYPE, diplotypes=_GENOTYPES
        )
    summary = _summary(rows)
    shown = table(*_COLUMNS[:-1])
    for row in rows:
        shown.add_row(*_cells(row)[:-1])
    say(shown)
    for name, found in summary.items():
        say(f"{name}: {_in_words(found)}")
    shown = table("medicine", "CYP2C9", "S clearance", "S exposure")
    for each in genotypes:
        shown.add_row(*_genotype_cells(each))
    say(shown)
    if out is not None:
        body = [
            "Ratio of exposure with the medicine to that without, in the model's",
            "reference patient, the medicine at rest.  *Same study*: the mechanism in",
            "the table was solved from this very figure, so agreement is no evidence.",
            "",
            *markdown_table(_COLUMNS, map(_cells, rows)),
            "",
            *(f"- {name}: {_in_words(found)}" for name, found in summary.items()),
            "",
            "## By CYP2C9 genotype: predictions only",
            "",
            *markdown_table(
                ("medicine", "CYP2C9", "S clearance", "S exposure"),
                map(_genotype_cells, genotypes),
            ),
        ]
        text = record_text(
            "Other medicines",
            body,
            command="twin verify interactions",
            library=library,
            seed=None,
        )
        say(f"written to {write_record(out, 'interactions.md', text)}")
    done({"rows": rows, "summary": summary, "by_genotype": genotypes})
    hold(_broken(rows))


def _broken(rows: Iterable[InteractionRow]) -> list[str]:
    """Studies read in a source that are missed by more than a factor of two."""
    return [
        f"{row.study.medicine} ({row.study.source})"
        for row in rows
        if row.study.evidence == "read"
        and row.study.s_ratio is not None
        and not 1 / _TWO_FOLD <= row.s_predicted / row.study.s_ratio <= _TWO_FOLD
    ]


_TWO_FOLD = 2.0


def _summary(rows: Iterable[InteractionRow]) -> dict[str, Agreement]:
    known = list(rows)

    def of(basis: str, evidence: tuple[str, ...]) -> Agreement:
        return agreement(
            (row.s_predicted, row.study.s_ratio)
            for row in known
            if row.study.basis == basis
            and row.study.evidence in evidence
            and row.study.s_ratio is not None
        )

    return {
        "S, independent studies read in a source": of("independent", ("read",)),
        "S, independent studies, all": of("independent", ("read", "unverified")),
        "S, same study": of("same study", ("read", "unverified")),
    }


def _in_words(found: Agreement) -> str:
    return (
        f"n = {found.n}, GMFE {found.gmfe:.2f}, within 2-fold "
        f"{found.within_two_fold:.0%}, within Guest's bounds {found.within_guest:.0%}"
    )


def _cells(row: InteractionRow) -> tuple[str, ...]:
    study = row.study
    return (
        study.medicine,
        "usual" if study.daily_dose_mg is None else f"{study.daily_dose_mg:g}",
        f"{row.s_predicted:.2f}",
        _ratio(study.s_ratio),
        f"{row.r_predicted:.2f}",
        _ratio(study.r_ratio),
        study.measure,
        study.basis,
        study.evidence,
        study.source,
    )


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _genotype_cells(row: GenotypeInteraction) -> tuple[str, ...]:
    return (
        f"{row.medicine} {row.daily_dose_mg:g} mg/d",
        row.cyp2c9,
        f"{row.s_clearance_change:+.0%}",
        f"x{row.s_ratio:.2f}",
    )
