"""A few patients of the warfarin twin, and the referee, for tests of the whole chain.

One engine and one library for a run of the tests: compiled models are made once.
"""

from functools import cache
from typing import Any

from twin.dosing.closed_form import SteadyChain
from twin.engine.reference import ReferenceEngine
from twin.individualise import Individual, individualise
from twin.intake.ask import question_for
from twin.library import Library, load_library
from twin.lifecycle import Twin, build
from twin.vocabulary.regimen import Regimen, daily

DESCRIBED: dict[str, dict[str, Any]] = {
    "typical": {},
    "sensitive": {"CYP2C9": "*3/*3", "VKORC1": "A/A"},
    "cirrhosis": {"liver_disease": {"child_pugh_class": "B"}},
}
"""The model's reference patient, and how each differs from it."""


@cache
def engine() -> ReferenceEngine:
    """The referee."""
    return ReferenceEngine()


@cache
def library() -> Library:
    """The committed library of warfarin."""
    return load_library()


@cache
def person(name: str) -> Individual:
    """One of `DESCRIBED`, individualised."""
    found = library()
    document = {**found.reference_patient, **DESCRIBED[name]}
    genotype = dict(document["genotype"])
    for gene in genotype.keys() & document.keys():
        genotype[gene] = {"diplotype": document.pop(gene), "tested": "all"}
    question = question_for(document | {"genotype": genotype}, found)
    return individualise(question.patient, found)


def described(**changes: Any) -> Individual:
    """The reference patient, with some fields written otherwise."""
    found = library()
    return individualise(
        question_for({**found.reference_patient, **changes}, found).patient, found
    )


def twin_of(**changes: Any) -> Twin:
    """The twin of the reference patient, with some fields written otherwise."""
    found = library()
    question = question_for({**found.reference_patient, **changes}, found)
    return build(question.patient, found, engine=engine(), warnings=question.warnings)


def genes_with(**changes: Any) -> dict[str, Any]:
    """The reference patient's genotype, changed; None takes a gene out."""
    genotype = {**library().reference_patient["genotype"], **changes}
    return {gene: result for gene, result in genotype.items() if result is not None}


@cache
def maintenance_mg_per_day(name: str) -> float:
    """The dose that holds the middle of the therapeutic range."""
    found = library()
    chain = SteadyChain(
        {**found.spec.constants, **person(name).parameters},
        {
            species.partition("__")[0]: amount
            for species, amount in found.spec.administration(
                found.substance
            ).amount_per_mg.items()
        },
        found.surrogate,
    )
    middle = 0.5 * (found.target.low + found.target.high)
    return float(chain.dose_for(middle)[0])


def therapy(name: str, *, days: int) -> Regimen:
    """The maintenance dose once a day."""
    return daily(maintenance_mg_per_day(name), days=days, substance=library().substance)
