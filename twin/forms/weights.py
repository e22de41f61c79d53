"""How much each form of the model counts, as it was found on the data they share.

Our own twin is one of the forms.  `twin verify model-forms` finds the weights and
writes them; this only reads them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from twin.errors import LibraryError
from twin.model_files import form_names, form_weights

OURS = "our twin"
"""What our own model is called among the forms."""

_FILE = "models/forms/weights.toml"
_AGAIN = "run `twin verify model-forms --out docs/verification`"


@dataclass(frozen=True, slots=True)
class FormWeights:
    """Weights of forms, and on what they rest.

    weights  by form, sum 1: by stacking
    expected by form, sum 1: mean over what few subjects leave open of them
    draws    by form, SHA-256 of the draws of its population
    converged  by form, whether chains that agree are behind the draws
    data     what the forms were compared on, in words
    """

    weights: Mapping[str, float]
    expected: Mapping[str, float]
    draws: Mapping[str, str]
    converged: Mapping[str, bool]
    data: str
    date: str
    command: str

    @property
    def are_provisional(self) -> bool:
        """Whether a form has draws of which nobody says that they converged."""
        return not all(self.converged.values())

    def is_of(self, draws: Mapping[str, str]) -> bool:
        """Whether they were found with these draws, by form: else they are outdated."""
        return dict(self.draws) == dict(draws)


def load_form_weights() -> FormWeights:
    """The weights of our twin and of every form of `models/forms`.

    Raises: LibraryError when the file is missing, of other forms, or no weights.
    """
    content = form_weights()
    try:
        entries = {entry["name"]: entry for entry in content["form"]}
        found = FormWeights(
            {name: float(entry["weight"]) for name, entry in entries.items()},
            {name: float(entry["expected_weight"]) for name, entry in entries.items()},
            {name: str(entry["draws_sha256"]) for name, entry in entries.items()},
            {name: entry["draws_converged"] is True for name, entry in entries.items()},
            content["data"],
            str(content["date"]),
            content["command"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError(f"{_FILE}: {error!r}; {_AGAIN}") from error
    wanted = {OURS, *form_names()}
    if set(entries) != wanted:
        raise LibraryError(
            f"{_FILE} is of {', '.join(sorted(entries))}, and the forms are "
            f"{', '.join(sorted(wanted))}; {_AGAIN}"
        )
    for weights in (found.weights, found.expected):
        if not math.isclose(sum(weights.values()), 1.0, abs_tol=1e-3) or any(
            not weight >= 0.0 for weight in weights.values()
        ):
            raise LibraryError(f"{_FILE}: weights are from 0 and sum to 1; {_AGAIN}")
    return found
