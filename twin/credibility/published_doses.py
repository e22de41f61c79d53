"""What the published algorithms say of recorded patients, as they were published.

The paper's terms for race belong to the algorithms: without them they would be held to
something they are not.  The race comes as an argument beside the patients and reaches
nothing but these comparators.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from twin.dosing.published_algorithms import Algorithm, algorithm_dose, algorithms_of
from twin.library import Library
from twin.physiology.body_size import body_surface_m2
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.genotype import Genotype
from twin.vocabulary.patient import Patient

COMPARATORS = ("iwpc_pharmacogenetic", "iwpc_clinical", "fixed_dose")
_DAYS_PER_WEEK = 7.0
_UNKNOWN_RACE = "Unknown"
_KNOWN_TO_THEM = ("*2", "*3")


def published_doses(
    patients: Sequence[Patient],
    target_inrs: Floats,
    races: Sequence[str],
    *,
    library: Library,
) -> dict[str, Floats]:
    """Doses in mg/week of the three comparators, name -> [n].

    An untested gene takes the algorithm's term for that.  A CYP2C9 allele it does not
    know is read as *1, as by a test for *2 and *3 alone; a medicine that is not stated
    as not taken.

    Args:
        patients: n of them.
        target_inrs: of each, [n].
        races: of each, as the table writes it; anything the algorithm does not name
            counts as missing or mixed.
        library: of the drug.

    Source: International Warfarin Pharmacogenetics Consortium (2009), N Engl J Med
    360:753; coefficients in `models/warfarin/published_algorithms.toml`.
    """
    by_key = {a.key: a for a in algorithms_of(library.algorithms)}
    found = {}
    for name in COMPARATORS[:2]:
        of_race = _by_race(by_key[name], library.algorithms[name]["race_terms"])
        found[name] = np.array(
            [
                _weekly(of_race.get(race, of_race[_UNKNOWN_RACE]), who, inr, library)
                for who, inr, race in zip(patients, target_inrs, races, strict=True)
            ],
            dtype=np.float64,
        )
    fixed = float(library.algorithms["coding"]["fixed_dose_mg_per_week"])
    found["fixed_dose"] = np.full(len(patients), fixed)
    return found


def _by_race(
    algorithm: Algorithm, race_terms: Mapping[str, float]
) -> dict[str, Algorithm]:
    """Race -> the algorithm with that race's term in the place of the missing one."""
    return {
        race: replace(
            algorithm,
            terms=MappingProxyType({**algorithm.terms, "race_missing_or_mixed": term}),
        )
        for race, term in race_terms.items()
    }


def _weekly(
    algorithm: Algorithm, patient: Patient, target_inr: float, library: Library
) -> float:
    dose = algorithm_dose(
        algorithm,
        patient,
        medicines=frozenset(each.name for each in patient.co_medication),
        body_surface_m2=float(
            body_surface_m2(patient.height_cm, patient.weight_kg, size=library.size)
        ),
        target_inr=float(target_inr),
        cyp2c9=_diplotype("CYP2C9", patient.genotype),
        vkorc1=_diplotype("VKORC1", patient.genotype),
    )
    return dose.dose_mg_per_day * _DAYS_PER_WEEK


def _diplotype(gene: str, genotype: Genotype) -> str | None:
    """As the algorithms write it, sorted: `*1/*3`, `A/G`; None when not tested."""
    found = genotype.of(gene)
    if found is None:
        return None
    alleles = found.text.split("/")
    if gene == "CYP2C9":
        alleles = [a if a in _KNOWN_TO_THEM else "*1" for a in alleles]
    return "/".join(sorted(alleles))
