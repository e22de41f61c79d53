"""The IWPC table of stable doses, in its official columns, as patients.

For fitting: patients with both genes known.  Rows that are left out are counted with
their reason.  Race is read for one thing only: the paper's rule for completing VKORC1
-1639 from neighbouring positions does not hold in every population; it never reaches a
patient.  `iwpc_rows.py` reads every row, for validation.

Source: International Warfarin Pharmacogenetics Consortium (2009), N Engl J Med
360:753, supplementary appendix, section 4 (imputation of VKORC1).
"""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from twin.command_line.files import read_text
from twin.credibility.calibration.stable_doses import StablePatient
from twin.errors import ObservationError
from twin.genetics.names import GeneNames
from twin.intake.ask import gene_names
from twin.library import Library
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.genotype import Diplotype, Genotype
from twin.vocabulary.patient import Patient

DOSE = "Therapeutic Dose of Warfarin"  # mg a week
INR = "INR on Reported Therapeutic Dose of Warfarin"
TARGET = "Target INR"
SITE = "Project Site"
STABLE = "Subject Reached Stable Dose of Warfarin"
RACE = "Race (OMB)"
UNKNOWN_RACE = ("Unknown", "NA", "")
MEDICINES = {
    "amiodarone": "Amiodarone (Cordarone)",
    "carbamazepine": "Carbamazepine (Tegretol)",
    "phenytoin": "Phenytoin (Dilantin)",
    "rifampicin": "Rifampin or Rifampicin",
}
# Neighbouring position -> its genotype -> -1639, in the order in which the paper
# tries them; the first and the last only where the race is known and not Black.
_NEIGHBOURS = (
    ("VKORC1 2255 consensus", {"C/C": "G/G", "C/T": "A/G", "T/T": "A/A"}, True),
    ("VKORC1 1173 consensus", {"C/C": "G/G", "C/T": "A/G", "T/T": "A/A"}, False),
    ("VKORC1 1542 consensus", {"G/G": "G/G", "C/G": "A/G", "C/C": "A/A"}, True),
)
_NOT_COMPLETED = ("Black or African American", *UNKNOWN_RACE)
_DAYS_PER_WEEK = 7.0


@dataclass(frozen=True, slots=True)
class StableDoseFile:
    """Patients with their stable dose, and how many rows were left out and why."""

    patients: tuple[StablePatient, ...]
    left_out: Mapping[str, int]


def read_stable_doses(path: Path, library: Library) -> StableDoseFile:
    """Patients of the file that can be predicted with both genes known.

    The INR a dose keeps is the stated target; where a site states none, the median
    of its reported INRs; else the middle of the default range.
    """
    rows = list(csv.DictReader(io.StringIO(read_text(path))))
    needed = (DOSE, SITE, "Age", "Gender", "Height (cm)", "Weight (kg)")
    if not rows or any(column not in rows[0] for column in needed):
        raise ObservationError(
            f"{path}: not a table of stable doses in the IWPC columns; "
            f"needed are {', '.join(needed)}"
        )
    site_inr = median_inr_by_site(rows)
    left_out: Counter[str] = Counter()
    patients = []
    for row in rows:
        found = _patient(row, library)
        if isinstance(found, str):
            left_out[found] += 1
            continue
        patient, weekly_mg = found
        target = number_in(row.get(TARGET)) or site_inr.get(row[SITE])
        patients.append(
            StablePatient(
                patient,
                round(target or library.target.middle, 1),
                weekly_mg / _DAYS_PER_WEEK,
                row[SITE],
            )
        )
    return StableDoseFile(tuple(patients), dict(left_out))


def _patient(row: Mapping[str, str], library: Library) -> tuple[Patient, float] | str:
    """The patient and the weekly dose, or why the row is left out."""
    dose, age = number_in(row[DOSE]), age_in(row["Age"])
    height, weight = number_in(row["Height (cm)"]), number_in(row["Weight (kg)"])
    cyp2c9 = row.get("CYP2C9 consensus", "")
    vkorc1 = completed_vkorc1(row)
    if dose is None or row.get(STABLE, "1") not in ("1", "1.0"):
        return "no stable dose"
    if age is None or height is None or weight is None:
        return "age, height or weight missing"
    if row["Gender"] not in ("male", "female"):
        return "sex missing"
    if age < library.domain.smallest_age_years:
        return "below the smallest age"
    if "/" not in cyp2c9 or vkorc1 is None:
        return "CYP2C9 or VKORC1 missing"
    names = gene_names(library)
    alleles = tuple(cyp2c9.split("/"))
    if any(allele not in names["CYP2C9"].alleles for allele in alleles):
        return "a CYP2C9 allele without known effect"
    patient = Patient(
        age_years=age,
        sex="male" if row["Gender"] == "male" else "female",
        weight_kg=weight,
        height_cm=height,
        genotype=genotype_of(alleles, tuple(vkorc1.split("/")), names),
        co_medication=medicines_of(row),
    )
    return patient, dose


def completed_vkorc1(row: Mapping[str, str]) -> str | None:
    """VKORC1 -1639 as measured, or inferred from linked positions; None if neither."""
    measured = row.get("VKORC1 -1639 consensus", "")
    if "/" in measured and measured.upper() != "N/A":
        return measured
    linked = row.get(RACE, "") not in _NOT_COMPLETED
    for column, meaning, only_linked in _NEIGHBOURS:
        inferred = meaning.get(row.get(column, ""))
        if inferred is not None and (linked or not only_linked):
            return inferred
    return None


def genotype_of(
    cyp2c9: tuple[str, ...], vkorc1: tuple[str, ...], names: Mapping[str, GeneNames]
) -> Genotype:
    """The two genes of the table; no alleles where a gene was not tested.

    Every site looked for the panel's alleles, and for those that were found.
    """
    found = []
    if cyp2c9:
        first, second = cyp2c9
        beyond = frozenset(cyp2c9) - {names["CYP2C9"].reference}
        panel = names["CYP2C9"].panel | beyond
        found.append(Diplotype("CYP2C9", (first, second), panel))
    if vkorc1:
        first, second = sorted(vkorc1, reverse=True)
        found.append(Diplotype("VKORC1", (first, second), names["VKORC1"].panel))
    return Genotype(tuple(found))


def medicines_of(row: Mapping[str, str]) -> tuple[CoMedicine, ...]:
    """Those of the table's columns that name one medicine the model knows."""
    return tuple(
        CoMedicine(name)
        for name, column in MEDICINES.items()
        if row.get(column) in ("1", "1.0")
    )


def median_inr_by_site(rows: Iterable[Mapping[str, str]]) -> dict[str, float]:
    """The INR that a site reports of its doses, the upper middle one, by site."""
    values: dict[str, list[float]] = {}
    for row in rows:
        inr = number_in(row.get(INR))
        if inr is not None:
            values.setdefault(row[SITE], []).append(inr)
    return {site: sorted(found)[len(found) // 2] for site, found in values.items()}


def number_in(text: str | None) -> float | None:
    """A finite number; None where there is none."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def age_in(band: str) -> float | None:
    """The middle of a decade band such as `60 - 69`; `90+` is taken as 92."""
    low, _, high = band.replace("\N{EN DASH}", "-").partition("-")
    if band.replace(" ", "") == "90+":
        return 92.0
    first, last = number_in(low), number_in(high)
    return None if first is None or last is None else 0.5 * (first + last + 1.0)
