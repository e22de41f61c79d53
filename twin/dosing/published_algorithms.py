"""Doses by published algorithms: regressions on a few covariates.

What CPIC's guideline starts from, and what the twin is held against.  They know
neither the organs nor the course; race is left out wherever they ask for it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from twin.errors import LibraryError
from twin.vocabulary.patient import Patient

_YEARS_PER_DECADE = 10
_DAYS_PER_WEEK = 7
_RESPONSES = {
    "square root of mg/week": lambda value: max(value, 0.0) ** 2 / _DAYS_PER_WEEK,
    "logarithm of mg/day": math.exp,
}


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One published regression: dose = response(intercept + sum of terms).

    inducers   medicines that count as the term `enzyme_inducer`
    """

    key: str
    name: str
    source: str
    evidence: str
    response: str
    intercept: float
    terms: Mapping[str, float]
    inducers: frozenset[str]

    @property
    def needs_genotype(self) -> bool:
        """Whether it reads genes."""
        return any(name.startswith(("CYP2C9", "VKORC1")) for name in self.terms)

    @property
    def medicines(self) -> frozenset[str]:
        """Other medicines it counts."""
        inducers = self.inducers if "enzyme_inducer" in self.terms else frozenset()
        return inducers | ({"amiodarone"} & self.terms.keys())


@dataclass(frozen=True, slots=True)
class AlgorithmDose:
    """What an algorithm says of a patient."""

    name: str
    dose_mg_per_day: float
    source: str


def algorithms_of(content: Mapping[str, Any]) -> tuple[Algorithm, ...]:
    """From what `published_algorithms.toml` holds.

    Raises: LibraryError for a response that is not known.
    """
    found = []
    inducers = frozenset(content["coding"]["enzyme_inducers"])
    for key, entry in content.items():
        if key == "coding":
            continue
        if entry["response"] not in _RESPONSES:
            raise LibraryError(
                f"published_algorithms.toml: {key} has the response "
                f"{entry['response']!r}; known are {', '.join(_RESPONSES)}"
            )
        found.append(
            Algorithm(
                key,
                entry["name"],
                entry["source"],
                entry["evidence"],
                entry["response"],
                entry["intercept"],
                MappingProxyType(dict(entry["terms"])),
                inducers,
            )
        )
    return tuple(found)


def algorithm_dose(
    algorithm: Algorithm,
    patient: Patient,
    *,
    medicines: frozenset[str],
    body_surface_m2: float,
    target_inr: float,
    cyp2c9: str | None,
    vkorc1: str | None,
) -> AlgorithmDose:
    """The dose of one patient, mg/day.

    Args:
        algorithm: from `algorithms_of`.
        patient: covariates.
        medicines: taken, by the table's names.
        body_surface_m2: of the patient.
        target_inr: middle of the range.
        cyp2c9: in terms of *1, *2, *3: `*1/*3`; None when not tested.
        vkorc1: letters of -1639, sorted: `A/G`; None when not tested.
    """
    values: dict[str, float] = {
        "age_decades": patient.age_years // _YEARS_PER_DECADE,
        "age_years": patient.age_years,
        "height_cm": patient.height_cm,
        "weight_kg": patient.weight_kg,
        "body_surface_m2": body_surface_m2,
        "target_inr": target_inr,
        "enzyme_inducer": float(bool(medicines & algorithm.inducers)),
        "amiodarone": float("amiodarone" in medicines),
        "race_missing_or_mixed": 1.0,
        "venous_thrombosis": float((patient.indication or "").startswith("venous_")),
        f"CYP2C9 {cyp2c9 or 'unknown'}": 1.0,
        f"VKORC1 {vkorc1 or 'unknown'}": 1.0,
        "VKORC1 A alleles": float((vkorc1 or "").count("A")),
        "CYP2C9 *2 alleles": float((cyp2c9 or "").count("*2")),
        "CYP2C9 *3 alleles": float((cyp2c9 or "").count("*3")),
    }
    predictor = algorithm.intercept + sum(
        coefficient * values.get(name, 0.0)
        for name, coefficient in algorithm.terms.items()
    )
    dose = _RESPONSES[algorithm.response](predictor)
    return AlgorithmDose(algorithm.name, dose, algorithm.source)
