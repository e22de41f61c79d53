"""The comparators as printed: each term once, race included, on made-up patients."""

import numpy as np
import pytest

from tests.people import library
from twin.credibility.published_doses import COMPARATORS, published_doses
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.genotype import Diplotype, Genotype
from twin.vocabulary.patient import Patient

RACES = ("White", "Asian", "Black or African American", "Unknown")
# The appendix, written out once more.
GENES = dict(zip(RACES, (0.0, -0.1092, -0.2760, -0.1032), strict=True))
CLINICAL = dict(zip(RACES, (0.0, -0.6752, 0.4060, 0.0443), strict=True))


def somebody(cyp2c9=("*1", "*1"), vkorc1=("G", "A"), medicines=()) -> Patient:
    return Patient(
        age_years=55.0,
        sex="male",
        weight_kg=80.0,
        height_cm=175.0,
        genotype=Genotype(
            tuple(
                Diplotype(gene, alleles, frozenset(alleles))
                for gene, alleles in (("CYP2C9", cyp2c9), ("VKORC1", vkorc1))
                if alleles
            )
        ),
        co_medication=tuple(CoMedicine(name) for name in medicines),
    )


def weekly(name: str, patient: Patient, race: str = "White") -> float:
    found = published_doses([patient], np.array([2.5]), [race], library=library())
    return float(found[name][0])


@pytest.mark.parametrize("race", RACES)
def test_the_term_for_race_is_that_of_the_paper(race):
    body = 0.0087 * 175 + 0.0128 * 80
    genes = 5.6044 - 0.2614 * 5 + body - 0.8677 + GENES[race]
    clinical = 4.0376 - 0.2546 * 5 + 0.0118 * 175 + 0.0134 * 80 + CLINICAL[race]

    assert weekly("iwpc_pharmacogenetic", somebody(), race) == pytest.approx(genes**2)
    assert weekly("iwpc_clinical", somebody(), race) == pytest.approx(clinical**2)


def test_a_race_the_paper_does_not_name_counts_as_missing():
    for name in COMPARATORS:
        assert weekly(name, somebody(), "other") == weekly(name, somebody(), "Unknown")


@pytest.mark.parametrize(
    ("changes", "term"),
    [
        ({"vkorc1": ("A", "A")}, -1.6974 + 0.8677),
        ({"vkorc1": ()}, -0.4854 + 0.8677),
        ({"cyp2c9": ("*1", "*3")}, -0.9357),
        ({"cyp2c9": ("*3", "*1")}, -0.9357),
        ({"cyp2c9": ()}, -0.2188),
        ({"cyp2c9": ("*1", "*11")}, 0.0),
        ({"medicines": ("amiodarone",)}, -0.5503),
        ({"medicines": ("rifampicin", "phenytoin")}, 1.1816),
    ],
)
def test_each_trait_adds_its_term_to_the_root(changes, term):
    plain = np.sqrt(weekly("iwpc_pharmacogenetic", somebody()))
    changed = np.sqrt(weekly("iwpc_pharmacogenetic", somebody(**changes)))

    assert changed - plain == pytest.approx(term)


def test_the_fixed_dose_knows_nobody():
    assert weekly("fixed_dose", somebody()) == 35.0


def test_race_terms_do_not_reach_what_a_patient_is_told():
    """`twin dose` shows everybody the algorithm's dose for missing or mixed race."""
    for entry in library().algorithms.values():
        terms = entry.get("terms", {})
        assert not {t for t in terms if t in RACES}
        assert terms.get("race_missing_or_mixed") in (
            None,
            entry.get("race_terms", {}).get("Unknown"),
        )
