"""Units at the edge: UCUM codes to the one canonical unit of each kind.

Inside the twin a number's unit is part of its name; here stands the exact table
of the codes accepted from people and machines.  What is not in it is refused by
name.  Conversions that depend on a substance (mass to amount) are kinds of their
own, so that no factor is ever guessed.
"""

from dataclasses import dataclass
from fractions import Fraction

from twin.errors import UnitError

HOURS_PER_DAY = 24


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its UCUM code, as somebody wrote it."""

    value: float
    unit: str


# kind -> (canonical code, {accepted code: exact factor to the canonical unit}).
# Factors are definitions (SI prefixes, calendar of UCUM); the two amount-of-
# substance kinds use the molar mass named in their comment.
_KINDS: dict[str, tuple[str, dict[str, Fraction]]] = {
    "age": ("a", {"a": Fraction(1), "years": Fraction(1), "mo": Fraction(1, 12)}),
    "mass": ("kg", {"kg": Fraction(1), "g": Fraction(1, 1000)}),
    "length": ("cm", {"cm": Fraction(1), "m": Fraction(100), "mm": Fraction(1, 10)}),
    "volume": ("L", {"L": Fraction(1), "mL": Fraction(1, 1000)}),
    "body_mass_index": ("kg/m2", {"kg/m2": Fraction(1)}),
    "volume_per_mass": (
        "L/kg",
        {"L/kg": Fraction(1), "mL/kg": Fraction(1, 1000)},
    ),
    "flow": ("L/h", {"L/h": Fraction(1), "L/min": Fraction(60)}),
    "fraction": (
        "1",
        {"1": Fraction(1), "%": Fraction(1, 100), "L/L": Fraction(1)},
    ),
    "protein": (
        "g/L",
        {"g/L": Fraction(1), "g/dL": Fraction(10), "mg/mL": Fraction(1)},
    ),
    # creatinine, 113.12 g/mol
    "creatinine": (
        "mg/dL",
        {
            "mg/dL": Fraction(1),
            "mg/L": Fraction(1, 10),
            "umol/L": Fraction(11312, 1000000),
        },
    ),
    # bilirubin, 584.66 g/mol
    "bilirubin": (
        "mg/dL",
        {"mg/dL": Fraction(1), "umol/L": Fraction(58466, 1000000)},
    ),
    "filtration": (
        "mL/min/{1.73_m2}",
        {"mL/min/{1.73_m2}": Fraction(1), "mL/min/1.73m2": Fraction(1)},
    ),
    "inr": ("{INR}", {"{INR}": Fraction(1), "1": Fraction(1)}),
    "sensitivity_index": ("{ISI}", {"{ISI}": Fraction(1), "1": Fraction(1)}),
    "dose": ("mg", {"mg": Fraction(1), "ug": Fraction(1, 1000), "g": Fraction(1000)}),
    "dose_rate": (
        "mg/d",
        {"mg/d": Fraction(1), "mg/wk": Fraction(1, 7)},
    ),
    "intake": (
        "ug/d",
        {"ug/d": Fraction(1), "mg/d": Fraction(1000), "ug/wk": Fraction(1, 7)},
    ),
    "time": (
        "h",
        {
            "h": Fraction(1),
            "d": Fraction(24),
            "wk": Fraction(168),
            "min": Fraction(1, 60),
        },
    ),
    "concentration": (
        "mg/L",
        {"mg/L": Fraction(1), "ug/mL": Fraction(1), "ng/mL": Fraction(1, 1000)},
    ),
    "activity": ("%", {"%": Fraction(1), "1": Fraction(100)}),
}


def kinds() -> tuple[str, ...]:
    """The kinds of quantity the twin takes."""
    return tuple(_KINDS)


def accepted_units(kind: str) -> tuple[str, ...]:
    """The codes accepted for a kind, the canonical one first."""
    canonical_code, factors = _KINDS[kind]
    return (canonical_code, *(code for code in factors if code != canonical_code))


def canonical_unit(kind: str) -> str:
    """The unit in which the twin keeps this kind of quantity."""
    return _KINDS[kind][0]


def to_canonical(quantity: Quantity, kind: str) -> float:
    """The number in the canonical unit of `kind`.

    Raises: UnitError when the code is not one of `accepted_units(kind)`.
    """
    factors = _KINDS[kind][1]
    if quantity.unit not in factors:
        raise UnitError(
            f"unit {quantity.unit!r} is not accepted here; "
            f"write one of: {', '.join(accepted_units(kind))}"
        )
    # One multiplication and one division of exactly held integers, so that
    # 2.40 mg/dL stays 2.4 and does not pick up the rounding of a factor.
    factor = factors[quantity.unit]
    return quantity.value * factor.numerator / factor.denominator
