"""The population's draws, read from `models/`: what the development data left open.

The service and the command line read this file; only `twin model posterior` writes it.
"""

import hashlib
from collections.abc import Sequence

import numpy as np

from twin.errors import LibraryError
from twin.library import Library
from twin.model_files import draws_converged, models_folder, settings_file, text_of
from twin.vocabulary.effects import BetweenPatients, Correlation
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.estimate import FreeParameter, Priors
from twin.vocabulary.population import Population

_FILE = "posterior_draws.csv"
_SCALE = "scale "


def load_population(library: Library, drug: str = "warfarin") -> Population:
    """The draws of one drug, around the library's point estimates.

    Args:
        library: whose estimates are x = 0.
        drug: name of its folder in `models/`.

    Raises: LibraryError when the file is missing, damaged or of other parameters.
    """
    known = Priors.of(settings_file("priors", drug)).parameters
    effects = BetweenPatients.of(settings_file("between_patients", drug))
    return population_from(
        text_of(models_folder() / drug / _FILE),
        known,
        effects,
        point_estimates(known, library),
        file=_FILE,
        remedy="make posterior",
        converged=draws_converged(drug),
    )


def point_estimates(known: Sequence[FreeParameter], library: Library) -> Floats:
    """What x = 0 stands for, float64[known]."""
    return np.array([_estimate(p.file, p.key, library) for p in known])


def known_column(parameter: FreeParameter) -> str:
    """How the file calls the values of a parameter."""
    return f"{parameter.file} {' '.join(parameter.key)}"


def spread_column(effect: str) -> str:
    """How the file calls the spread of an effect between people."""
    return f"ln_sd {effect}"


def correlation_column(correlation: Correlation) -> str:
    """How the file calls what ties two effects."""
    return f"correlation {' '.join(correlation.effects)}"


def scale_column(name: str) -> str:
    """How the file calls another number of the fit."""
    return f"{_SCALE}{name}"


def population_from(
    text: str,
    known: Sequence[FreeParameter],
    effects: BetweenPatients,
    estimates: Floats,
    *,
    file: str,
    remedy: str,
    converged: bool,
) -> Population:
    """The draws in the text of a file.

    Args:
        text: a table with the columns named above; of a parameter its value, not the
            logarithm.
        known: population parameters, in the order of x.
        effects: of people, in the order of z.
        estimates: float64[known], where x is 0.
        file: how the text is called in messages.
        remedy: the command that writes such a file.
        converged: whether the chains behind it agree.

    Raises: LibraryError when it is damaged or of other parameters.
    """
    head, *lines = text.splitlines() or [""]
    columns = head.split(",")
    wanted = [
        *(known_column(parameter) for parameter in known),
        *(spread_column(name) for name in effects.names),
        *(correlation_column(tied) for tied in effects.correlations),
    ]
    missing = [name for name in wanted if name not in columns]
    if missing:
        raise LibraryError(
            f"{file} has no column {missing[0]!r}: it belongs to other priors; "
            f"run `{remedy}`"
        )
    try:
        values = np.array([line.split(",") for line in lines], dtype=np.float64)
    except ValueError as error:
        raise LibraryError(f"{file}: {error}; restore the file") from error
    if values.ndim != 2 or not len(values) or not np.all(np.isfinite(values)):
        raise LibraryError(f"{file} holds no whole table; restore the file")

    def column(name: str) -> np.ndarray:
        return values[:, columns.index(name)]

    def together(names: list[str]) -> np.ndarray:
        if not names:
            return frozen_array(np.zeros((len(values), 0)))
        return frozen_array(np.stack([column(name) for name in names], axis=1))

    n_known, n_effects = len(known), len(effects.names)
    scales = [name for name in columns if name.startswith(_SCALE)]
    return Population(
        tuple(known),
        effects,
        frozen_array(np.log(together(wanted[:n_known]) / estimates)),
        together(wanted[n_known : n_known + n_effects]),
        together(wanted[n_known + n_effects :]),
        {name.removeprefix(_SCALE): frozen_array(column(name)) for name in scales},
        hashlib.sha256(text.encode()).hexdigest(),
        converged,
    )


def _estimate(file: str, key: tuple[str, ...], library: Library) -> float:
    if file == "sbml":
        return library.fitted_constants.get(key[0], library.spec.constants[key[0]])
    return library.tables[file].constants[key].value
