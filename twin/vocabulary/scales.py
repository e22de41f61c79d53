"""The scales of the twin, from gene to laboratory, as shares of a spread name them."""

from collections.abc import Mapping
from typing import Any

from twin.errors import LibraryError

SCALES: Mapping[str, str] = {
    "kinetics": "alleles, amount and affinity of the enzymes that remove the drug",
    "organs": "uptake, partition into tissues, size of the liver",
    "target": "VKORC1 and its binding, vitamin K eaten and recycled",
    "factors": "how clotting factors are made and lost",
    "laboratory": "the occasion of a measurement, and its assay",
}
"""Scale -> what belongs to it; the order is that in which an effect is carried."""


def scale_in(entry: Mapping[str, Any], where: str) -> str:
    """The scale that an entry of a table names.

    Args:
        entry: as the TOML file has it.
        where: file and entry, for the message.

    Raises: LibraryError where it names none, or one that is not known.
    """
    found = entry.get("scale")
    if found not in SCALES:
        said = "has no scale" if found is None else f"has the scale {found!r}"
        raise LibraryError(f"{where} {said}; write one of: {', '.join(SCALES)}")
    return str(found)
