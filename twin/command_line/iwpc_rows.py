"""Every row of an IWPC table: the patient it describes, or why there is none.

Nothing is dropped: a row that cannot be predicted keeps its reason, and so does one
that can be predicted but not scored.

Scored are the patients of the paper's analysis: those who had reached a stable dose,
with a target INR of 2 to 3.  The paper gives that in words; here a stated target, or
the middle of the range estimated from the indication, lies between 2 and 3, or neither
is known.  The paper filled in missing heights and weights with the help of race and
sex; here nobody's body is guessed, and the twin abstains.  A gene that was not tested
is no reason to abstain: the paper has a term for it, the twin its frequencies.

VKORC1 -1639 is the measured one, else the paper's completion from its neighbours 2255,
1173 and 1542 (`iwpc_file.completed_vkorc1`).  Two of the three hold only where the race
is recorded and not Black, because they are linked to -1639 less closely elsewhere: the
one way in which race, through what counts as tested, reaches a prediction.

Source: International Warfarin Pharmacogenetics Consortium (2009), N Engl J Med
360:753, Methods and supplementary appendix.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twin.command_line.iwpc_file import (
    DOSE,
    RACE,
    SITE,
    STABLE,
    TARGET,
    UNKNOWN_RACE,
    age_in,
    completed_vkorc1,
    genotype_of,
    median_inr_by_site,
    medicines_of,
    number_in,
)
from twin.command_line.iwpc_table import CYP2C9, ID, TARGET_RANGE, VKORC1, Row
from twin.genetics.names import GeneNames
from twin.intake.ask import gene_names
from twin.library import Library
from twin.vocabulary.genotype import Genotype
from twin.vocabulary.patient import Patient, Sex

NOT_TESTED = "not tested"
TARGET_OUTSIDE = "the target INR is not between 2 and 3"
_NOT_KNOWN = {"", "na", "n/a", "nan", "null", "none", "unknown", "-99"}
_SEXES: dict[str, Sex] = {
    "male": "male",
    "m": "male",
    "female": "female",
    "f": "female",
}
_IN_WORDS = {
    "height": "height",
    "weight": "weight",
    "target_inr": "target INR",
    "body_mass_index": "body mass index",
}
_USUAL_CYP2C9 = ("*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3")
_TARGETS_OF_THE_PAPER = (2.0, 3.0)
_LOW_DOSE, _HIGH_DOSE = 21.0, 49.0  # mg/week, bands of the paper's tables


@dataclass(frozen=True, slots=True)
class IwpcRow:
    """One row: what predicts, what is predicted, and what it is counted under.

    patient      None where the twin abstains; `abstains` then says why, else ""
    target_inr   the INR to be kept, and `target_from` where it is taken from
    dose_mg_per_week   as recorded; None where none is, or not a positive number
    not_scored   why the row is not in the paper's analysis, or ""
    labels       kind of group -> the row's label; for the report alone
    """

    id: str
    site: str
    patient: Patient | None
    abstains: str
    target_inr: float
    target_from: str
    dose_mg_per_week: float | None
    not_scored: str
    labels: Mapping[str, str]

    @property
    def both_genes(self) -> bool:
        """Whether CYP2C9 and VKORC1 are known."""
        return NOT_TESTED not in (self.labels["CYP2C9"], self.labels["VKORC1"])


def iwpc_rows(rows: Sequence[Row], library: Library) -> tuple[IwpcRow, ...]:
    """The rows of `iwpc_table.read_table`, in their order.

    The INR to be kept is the stated target; else the median of what the site reports of
    its doses, as in the fit; else the middle of the range estimated from the
    indication; else that of the default range.
    """
    names = gene_names(library)
    site_inr = median_inr_by_site(rows)
    return tuple(_row(row, site_inr, names, library) for row in rows)


def _row(
    row: Row,
    site_inr: Mapping[str, float],
    names: Mapping[str, GeneNames],
    library: Library,
) -> IwpcRow:
    target, source = _target(row, site_inr, library)
    cyp2c9 = _alleles(row[CYP2C9])
    vkorc1 = tuple(
        names["VKORC1"].synonyms.get(allele, allele)
        for allele in _alleles(completed_vkorc1(row) or row[VKORC1])
    )
    genes = _genotype(cyp2c9, vkorc1, names)
    found = genes if isinstance(genes, str) else _patient(row, genes, target, library)
    dose = number_in(row.get(DOSE))
    dose = dose if dose is not None and dose > 0 else None
    return IwpcRow(
        row[ID],
        row[SITE],
        found if isinstance(found, Patient) else None,
        "" if isinstance(found, Patient) else found,
        target,
        source,
        dose,
        _why_not_scored(row, dose),
        {
            "race": _race(row),
            "sex": _sex(row) or "not known",
            "age": _band(row["Age"]),
            "CYP2C9": _cyp2c9_label(cyp2c9),
            "VKORC1": "/".join(sorted(vkorc1)) or NOT_TESTED,
            "site": row[SITE],
            "dose": _dose_band(dose),
        },
    )


def _target(
    row: Row, site_inr: Mapping[str, float], library: Library
) -> tuple[float, str]:
    """The INR to be kept, to one decimal as in the fit, and where it is taken from."""
    for found, source in (
        (number_in(row[TARGET]), "stated target"),
        (site_inr.get(row[SITE]), "median INR reported by the site"),
        (_middle(row[TARGET_RANGE]), "range estimated from the indication"),
    ):
        if found is not None:
            return round(found, 1), source
    return round(library.target.middle, 1), "default range"


def _genotype(
    cyp2c9: tuple[str, ...], vkorc1: tuple[str, ...], names: Mapping[str, GeneNames]
) -> Genotype | str:
    """The genes that were tested, or why they cannot be read."""
    if len(cyp2c9) not in (0, 2):
        return "CYP2C9 is no pair of alleles"
    if any(allele not in names["CYP2C9"].alleles for allele in cyp2c9):
        return "a CYP2C9 allele that the twin does not know"
    if len(vkorc1) not in (0, 2) or not set(vkorc1) <= {"A", "G"}:
        return "VKORC1 -1639 is no pair of A and G"
    return genotype_of(cyp2c9, vkorc1, names)


def _patient(
    row: Row, genotype: Genotype, target_inr: float, library: Library
) -> Patient | str:
    """The patient, or why nobody can be predicted from this row."""
    age, sex = age_in(row["Age"]), _sex(row)
    height, weight = number_in(row["Height (cm)"]), number_in(row["Weight (kg)"])
    if age is None or sex is None or height is None or weight is None:
        known = {"age": age, "sex": sex, "height": height, "weight": weight}
        missing = (name for name, value in known.items() if value is None)
        return f"not known: {', '.join(missing)}"
    domain = library.domain
    if age < domain.smallest_age_years:
        return f"may be younger than {domain.smallest_age_years:g} years"
    limits = {**domain.fields, **domain.derived}
    held = {"height": height, "weight": weight, "target_inr": target_inr}
    if height > 0:
        held["body_mass_index"] = weight / (height / 100) ** 2
    for name, value in held.items():  # a slip of the unit is named before its index
        low, high = limits[name].hard
        if not low <= value <= high:
            return f"outside the twin's limits: {_IN_WORDS[name]}"
    return Patient(
        age_years=age,
        sex=sex,
        weight_kg=weight,
        height_cm=height,
        genotype=genotype,
        co_medication=medicines_of(row),
    )


def _why_not_scored(row: Row, dose: float | None) -> str:
    """Why the paper's analysis would not have this row, or ""."""
    written = row.get(DOSE, "")
    if dose is None:
        known = written.lower() not in _NOT_KNOWN
        return "the dose is no positive number" if known else "no dose is recorded"
    stable = row.get(STABLE, "")
    if stable not in ("1", "1.0"):
        reached = "no stable dose was reached"
        return reached if stable in ("0", "0.0") else "not known whether it was stable"
    target = number_in(row[TARGET]) or _middle(row[TARGET_RANGE])
    low, high = _TARGETS_OF_THE_PAPER
    return TARGET_OUTSIDE if target is not None and not low < target < high else ""


def _alleles(written: str) -> tuple[str, ...]:
    """The alleles of a genotype; none where it is not known."""
    if written.lower() in _NOT_KNOWN:
        return ()
    return tuple(allele.strip() for allele in written.split("/"))


def _middle(written: str) -> float | None:
    """Of a range such as `2-3`."""
    low, _, high = written.partition("-")
    first, last = number_in(low), number_in(high)
    return None if first is None or last is None else 0.5 * (first + last)


def _sex(row: Row) -> Sex | None:
    return _SEXES.get(row["Gender"].lower())


def _race(row: Row) -> str:
    written = row.get(RACE, "")
    return "Unknown" if written in UNKNOWN_RACE else written


def _band(written: str) -> str:
    age = age_in(written)
    if age is None:
        return "not known"
    first = 10 * int(age // 10)
    return "90+" if first >= 90 else f"{first}-{first + 9}"


def _cyp2c9_label(alleles: tuple[str, ...]) -> str:
    text = "/".join(sorted(alleles))
    return (text if text in _USUAL_CYP2C9 else "other alleles") if text else NOT_TESTED


def _dose_band(mg_per_week: float | None) -> str:
    if mg_per_week is None:
        return "not known"
    if mg_per_week <= _LOW_DOSE:
        return "0 to 21"
    return "49 and more" if mg_per_week >= _HIGH_DOSE else "21 to 49"
