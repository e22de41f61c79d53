"""A look into a foreign model: what is in it, and whether it keeps SBML's rules.

The two are asked of two processes, because libsbml's search for circles of rules grows
with the square of their number: where it takes too long the model is shown without.
"""

from pathlib import Path
from typing import Any

from twin.errors import ForeignFileError
from twin.foreign.killable import read_apart
from twin.foreign.limits import CHECK_PROCESSOR_SECONDS


def inspected(path: Path) -> dict[str, Any]:
    """What `twin.foreign.model` says of a file, checked as far as time allows.

    Returns: its fields, and `checked`: whether the rules of SBML were looked at; if
    not, how many it breaks (`n_complaints`) is None.

    Raises: ForeignFileError naming what is wrong.
    """
    found = read_apart("model", path)
    try:
        rules = read_apart(
            "model", path, processor_seconds=CHECK_PROCESSOR_SECONDS, check=True
        )
    except ForeignFileError:
        return {**found, "n_complaints": None, "checked": False}
    return {**found, **rules, "checked": True}
