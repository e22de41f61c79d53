"""Where the doses of each substance enter the model, and how much of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from twin.sbml.model_spec import Administration
from twin.vocabulary.constant import ConstantTable


def administrations(
    settings: Mapping[str, Any], drug: ConstantTable
) -> list[Administration]:
    """Where doses enter: the racemic salt as two acids, others by molar mass."""
    salt = drug.number("warfarin", "salt_factor", unit="1")
    molar = drug.number("warfarin", "molar_mass", unit="g/mol")
    share_s = drug.number("warfarin", "share_s", unit="1")
    found = []
    for substance, entry in settings["administrations"].items():
        if substance == settings["substance"]:
            umol_per_mg = salt * 1000.0 / molar
            amounts = dict(
                zip(
                    entry["species"],
                    (umol_per_mg * share_s, umol_per_mg * (1 - share_s)),
                    strict=True,
                )
            )
        else:
            per_mg = 1.0 / entry["molar_mass_mg_per_umol"]
            amounts = dict.fromkeys(entry["species"], per_mg)
        found.append(Administration(substance, MappingProxyType(amounts)))
    return found
