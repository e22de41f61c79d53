"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

PatientFile = Annotated[
    Path,
    typer.Argument(
        metavar="PATIENT", help="The patient's file, YAML or JSON (examples/)."
    ),
]
DailyDose = Annotated[
    str | None,
    typer.Option(
        metavar="AMOUNT",
        help="Ask about this dose once a day, e.g. '5 mg', in place of the file's "
        "regimen.",
    ),
]
Days = Annotated[
    int | None, typer.Option(metavar="N", help="How many days to look at.")
]
GenotypeFile = Annotated[
    Path | None,
    typer.Option(
        "--genotype",
        metavar="FILE",
        help="The patient's genes from a laboratory's file: VCF, PharmCAT.",
    ),
]
Sample = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Whose column of --genotype."),
]
FrequencyPopulation = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Weigh what was not tested as in this population; pooled if left out.",
    ),
]
Acknowledge = Annotated[
    list[str] | None,
    typer.Option(
        metavar="MEDICINE",
        help="You know what blocks the dose: the twin does not know this medicine, "
        "or its hazard.",
    ),
]
Fed = Annotated[bool, typer.Option("--fed", help="Tablets are taken with food.")]
