"""Invented patients as a clinic would describe them: body and genes, no truth yet.

How tall, heavy and old they are is a design choice, wide enough to try the model; their
alleles are as common as in the pooled populations.  Nobody in here exists.
"""

import numpy as np

from twin.intake.ask import gene_names
from twin.library import Library
from twin.vocabulary.genotype import Diplotype, Genotype
from twin.vocabulary.patient import Patient

_AGE_YEARS = (25.0, 85.0)
_HEIGHT_CM = (150.0, 190.0)
_BODY_MASS_INDEX = (19.0, 36.0)
_TESTED_GENES = ("CYP2C9", "VKORC1")
_UNTESTED = 0.25  # of the people have no gene tested


def invented_patient(library: Library, rng: np.random.Generator) -> Patient:
    """A patient; three of four have CYP2C9 and VKORC1 tested by the usual panel."""
    height_cm = rng.uniform(*_HEIGHT_CM)
    weight_kg = rng.uniform(*_BODY_MASS_INDEX) * (height_cm / 100.0) ** 2
    return Patient(
        age_years=round(float(rng.uniform(*_AGE_YEARS)), 1),
        sex="female" if rng.random() < 0.5 else "male",
        weight_kg=round(float(weight_kg), 1),
        height_cm=round(float(height_cm), 1),
        genotype=_genotype(library, rng),
    )


def _genotype(library: Library, rng: np.random.Generator) -> Genotype:
    """What the panel shows: an allele it does not look for shows as the reference."""
    names = gene_names(library)
    tested = rng.random() >= _UNTESTED
    found = []
    for gene in _TESTED_GENES:
        shares = library.frequencies.of(gene, None)
        drawn = rng.choice(list(shares), size=2, p=list(shares.values()))
        panel, reference = names[gene].panel, names[gene].reference
        first, second = sorted(
            str(allele) if allele in panel else reference for allele in drawn
        )
        found.append(Diplotype(gene, (first, second), panel))
    return Genotype(tuple(found) if tested else ())
