"""The population's draws, read from `models/`: what the development data left open.

The service and the command line read this file; only `twin model posterior` writes it.
"""

import hashlib

import numpy as np

from twin.errors import LibraryError
from twin.library import Library
from twin.model_files import models_folder, settings_file, text_of
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.ensemble import frozen_array
from twin.vocabulary.estimate import Priors
from twin.vocabulary.population import Population

_FILE = "posterior_draws.csv"


def load_population(library: Library, drug: str = "warfarin") -> Population:
    """The draws of one drug, around the library's point estimates.

    Args:
        library: whose estimates are x = 0.
        drug: name of its folder in `models/`.

    Raises: LibraryError when the file is missing, damaged or of other parameters.
    """
    path = models_folder() / drug / _FILE
    text = text_of(path)
    known = Priors.of(settings_file("priors", drug)).parameters
    effects = BetweenPatients.of(settings_file("between_patients", drug))
    head, *lines = text.splitlines()
    columns = head.split(",")
    wanted = [
        *(f"{p.file} {' '.join(p.key)}" for p in known),
        *(f"ln_sd {name}" for name in effects.names),
        *(f"correlation {' '.join(c.effects)}" for c in effects.correlations),
    ]
    missing = [name for name in wanted if name not in columns]
    if missing:
        raise LibraryError(
            f"{_FILE} has no column {missing[0]!r}: it belongs to other priors; "
            "run `make posterior`"
        )
    try:
        values = np.array([line.split(",") for line in lines], dtype=np.float64)
    except ValueError as error:
        raise LibraryError(f"{_FILE}: {error}; restore the file") from error
    if values.ndim != 2 or not len(values) or not np.all(np.isfinite(values)):
        raise LibraryError(f"{_FILE} holds no whole table; restore the file")

    def column(name: str) -> np.ndarray:
        return values[:, columns.index(name)]

    def together(names: list[str]) -> np.ndarray:
        return frozen_array(np.stack([column(name) for name in names], axis=1))

    n_known, n_effects = len(known), len(effects.names)
    estimates = np.array([_estimate(p.file, p.key, library) for p in known])
    scales = [name for name in columns if name.startswith("scale ")]
    return Population(
        known,
        effects,
        frozen_array(np.log(together(wanted[:n_known]) / estimates)),
        together(wanted[n_known : n_known + n_effects]),
        together(wanted[n_known + n_effects :]),
        {name.removeprefix("scale "): frozen_array(column(name)) for name in scales},
        hashlib.sha256(text.encode()).hexdigest(),
    )


def _estimate(file: str, key: tuple[str, ...], library: Library) -> float:
    if file == "sbml":
        return library.fitted_constants.get(key[0], library.spec.constants[key[0]])
    return library.tables[file].constants[key].value
