"""`twin model alleles`: renew the allele tables from what CPIC and ClinPGx publish."""

import csv
import io
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from twin.command_line.files import read_text, write_text
from twin.command_line.output import Json, done, say
from twin.errors import InputError, LibraryError
from twin.genetics import clinpgx
from twin.model_files import models_folder, toml_of

# Not an allele of a gene in CPIC's tables but a position its guideline acts on.
_TAG = {
    "gene": "rs12777823",
    "variants": [
        {
            "position": 94645745,
            "rsid": "rs12777823",
            "ref": "G",
            "alts": ["A"],
            "chromosomeHgvsName": "g.94645745G>A",
            "cpicToVcfAlleleMap": {"G": "G", "A": "A"},
        }
    ],
    "namedAlleles": [
        {"name": "G", "alleles": ["G"], "reference": True, "structuralVariant": False},
        {"name": "A", "alleles": ["A"], "reference": False, "structuralVariant": False},
    ],
}


def alleles(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="Holds allele_definitions/*_translation.json and "
            "allele_function/*.json of one ClinPGx release.",
        ),
    ],
    _json: Json = False,
) -> None:
    """Write the allele tables of `models/genetics` anew; `twin model compile` next."""
    target = models_folder() / "genetics"
    tables: dict[str, tuple[tuple[str, ...], list[dict[str, str]]]] = {
        "allele_position.csv": (clinpgx.POSITION_COLUMNS, []),
        "allele_definition.csv": (clinpgx.DEFINITION_COLUMNS, []),
        "cpic_function.csv": (clinpgx.FUNCTION_COLUMNS, []),
        "cpic_phenotype.csv": (clinpgx.PHENOTYPE_COLUMNS, []),
    }
    for gene, about in toml_of(target / "pharmacogenes.toml").items():
        definition, functions = _files_of(folder, gene)
        if clinpgx.reference_allele(definition) != about["reference_allele"]:
            raise LibraryError(
                f"{gene}: the release's reference allele is "
                f"{clinpgx.reference_allele(definition)}, pharmacogenes.toml has "
                f"{about['reference_allele']}; correct it there"
            )
        for name, rows in (
            ("allele_position.csv", clinpgx.position_rows(definition)),
            ("allele_definition.csv", clinpgx.definition_rows(definition)),
            ("cpic_function.csv", clinpgx.function_rows(definition, functions)),
            (
                "cpic_phenotype.csv",
                clinpgx.phenotype_rows(gene, functions) if functions else [],
            ),
        ):
            tables[name][1].extend(rows)
    for name, (columns, rows) in tables.items():
        written = io.StringIO()
        table = csv.DictWriter(written, columns, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        write_text(target / name, written.getvalue())
        say(f"{name}: {len(rows)} rows")
    done({name: len(rows) for name, (_, rows) in tables.items()})


def _files_of(folder: Path, gene: str) -> tuple[Any, Any]:
    if gene == _TAG["gene"]:
        return _TAG, None
    definition = _read(folder / "allele_definitions" / f"{gene}_translation.json")
    functions = folder / "allele_function" / f"{gene}.json"
    return definition, _read(functions) if functions.is_file() else None


def _read(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: not JSON ({error}); fetch the file again") from error
