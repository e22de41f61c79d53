"""Questions held to what a drug's library allows.

Where `question.py` takes limits and names as arguments, here they come from one place,
so that every way into the twin refuses and warns alike.
"""

from types import MappingProxyType

from twin.genetics.allele_tables import REFERENCE_ALLELES
from twin.genetics.names import GeneNames
from twin.intake.question import Question, question_of
from twin.library import Library
from twin.vocabulary.genotype import GENES
from twin.vocabulary.patient import Patient


def question_for(document: object, library: Library) -> Question:
    """What a document asks of the drug of this library.

    Raises: as `question_of`; one line that names the field.
    """
    return question_of(
        document,
        domain=library.domain,
        substance=library.substance,
        genes=gene_names(library),
        indications=library.indications,
    )


def reference_patient(library: Library) -> Patient:
    """The patient whose values the compiled model carries."""
    return question_for(library.reference_patient, library).patient


def gene_names(library: Library) -> dict[str, GeneNames]:
    """What may be typed for each gene, and what every panel tests for."""
    return {
        gene: GeneNames(
            reference=REFERENCE_ALLELES[gene],
            alleles=tuple(library.alleles.alleles[gene]),
            measured=library.alleles.measured[gene],
            synonyms=MappingProxyType(dict(library.panels[gene]["synonyms"])),
            panel=frozenset(library.panels[gene]["panel"]),
            definition=library.definitions.genes[gene],
            phenotypes=library.phenotypes,
        )
        for gene in GENES
    }
