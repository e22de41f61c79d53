"""What the genes of every drug are called by: definitions, CPIC's words, frequencies.

Of the files under `models/genetics`; what an allele does to one drug stands in that
drug's library.
"""

from dataclasses import dataclass

from twin.genetics.allele_definitions import AlleleDefinitions
from twin.genetics.allele_tables import AlleleFrequencies
from twin.genetics.phenotype import Phenotypes
from twin.model_files import models_folder, rows_of, table_of, toml_of
from twin.vocabulary.genotype import GENES


@dataclass(frozen=True, slots=True, eq=False)
class Pharmacogenes:
    """What genes are called by, for every drug: definitions, words, frequencies."""

    definitions: AlleleDefinitions
    phenotypes: Phenotypes
    frequencies: AlleleFrequencies


def load_pharmacogenes() -> Pharmacogenes:
    """The tables of alleles alone, without any drug's model.

    Raises: LibraryError naming the file that is missing or wrong.
    """
    folder = models_folder() / "genetics"
    functions = table_of(folder / "cpic_function.csv", "gene", "allele", "function")
    return Pharmacogenes(
        AlleleDefinitions.of(
            toml_of(folder / "pharmacogenes.toml", *GENES),
            positions=table_of(folder / "allele_position.csv", "gene", "position"),
            definitions=table_of(folder / "allele_definition.csv", "gene", "allele"),
            functions=functions,
        ),
        Phenotypes.from_rows(
            functions=functions,
            phenotypes=table_of(folder / "cpic_phenotype.csv", "gene", "phenotype"),
        ),
        AlleleFrequencies.from_rows(rows_of(folder / "allele_frequency.csv")),
    )
