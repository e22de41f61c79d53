"""The unit table against an independent opinion, and its own laws."""

from typing import Any

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import UnitError
from twin.units import (
    Quantity,
    accepted_units,
    canonical_unit,
    kinds,
    to_canonical,
)

# UCUM codes as pint reads them; what it cannot read at all is not here.
_FOR_PINT = {
    "a": "year",
    "years": "year",
    "mo": "month",
    "wk": "week",
    "d": "day",
    "h": "hour",
    "min": "minute",
    "L": "litre",
    "mL": "millilitre",
    "L/kg": "litre/kilogram",
    "mL/kg": "millilitre/kilogram",
    "kg/m2": "kilogram/metre**2",
    "L/h": "litre/hour",
    "L/min": "litre/minute",
    "%": "percent",
    "1": "dimensionless",
    "L/L": "litre/litre",
    "g/L": "gram/litre",
    "g/dL": "gram/decilitre",
    "mg/mL": "milligram/millilitre",
    "mg/dL": "milligram/decilitre",
    "mg/L": "milligram/litre",
    "ug/mL": "microgram/millilitre",
    "ng/mL": "nanogram/millilitre",
    "kg": "kilogram",
    "g": "gram",
    "mg": "milligram",
    "ug": "microgram",
    "cm": "centimetre",
    "m": "metre",
    "mm": "millimetre",
    "mg/d": "milligram/day",
    "mg/wk": "milligram/week",
    "ug/d": "microgram/day",
    "ug/wk": "microgram/week",
}
_MOLAR_MASS_G_PER_MOL = {"creatinine": 113.12, "bilirubin": 584.66}
UNITS = [(kind, unit) for kind in kinds() for unit in accepted_units(kind)]


@pytest.mark.parametrize(
    ("kind", "unit"),
    [(k, u) for k, u in UNITS if u in _FOR_PINT and canonical_unit(k) in _FOR_PINT],
)
def test_pint_converts_as_the_table_does(kind, unit):
    registry: Any = pint.UnitRegistry()

    theirs = (
        registry.Quantity(7.0, _FOR_PINT[unit])
        .to(_FOR_PINT[canonical_unit(kind)])
        .magnitude
    )

    assert to_canonical(Quantity(7.0, unit), kind) == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("kind", sorted(_MOLAR_MASS_G_PER_MOL))
def test_amounts_become_masses_by_the_molar_mass(kind):
    registry: Any = pint.UnitRegistry()
    molar = registry.Quantity(_MOLAR_MASS_G_PER_MOL[kind], "gram/mole")
    theirs = (registry.Quantity(88.4, "micromole/litre") * molar).to("mg/dL").magnitude

    assert to_canonical(Quantity(88.4, "umol/L"), kind) == pytest.approx(theirs)


def test_every_unit_has_a_second_opinion():
    alone = {unit for _, unit in UNITS if unit not in _FOR_PINT}

    # Codes pint does not know; each but umol/L is the canonical one or its synonym.
    assert alone == {"mL/min/{1.73_m2}", "mL/min/1.73m2", "{INR}", "{ISI}", "umol/L"}


@given(st.sampled_from(UNITS), st.floats(1e-3, 1e6))
def test_the_canonical_unit_changes_nothing_and_others_are_proportional(unit, value):
    kind, code = unit

    assert to_canonical(Quantity(value, canonical_unit(kind)), kind) == value
    assert to_canonical(Quantity(2 * value, code), kind) == pytest.approx(
        2 * to_canonical(Quantity(value, code), kind)
    )


@given(st.sampled_from(kinds()), st.text(max_size=8))
def test_what_is_not_in_the_table_is_refused_by_name(kind, code):
    if code in accepted_units(kind):
        return

    with pytest.raises(UnitError, match="is not accepted here; write one of"):
        to_canonical(Quantity(1.0, code), kind)


def test_a_clean_decimal_stays_clean():
    assert to_canonical(Quantity(24.0, "mg/L"), "creatinine") == 2.4
    assert to_canonical(Quantity(70_500.0, "g"), "mass") == 70.5
