"""Sobol's points and indices by SALib; nothing else in the twin loads SALib.

SALib takes independent numbers.  What is not one is mapped from such a number before
the model sees it: whitened effects from a normal's quantiles, alleles from their
probabilities, a whole draw of the posterior from its place among the draws.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from twin.credibility.global_sensitivity.pick_freeze import Indices, Model
from twin.errors import NumericsError
from twin.vocabulary.ensemble import Floats

EDGE = 1e-9
"""Points stay so far off 0 and 1, where a normal has no quantile."""
_RESAMPLES = 100
_RESAMPLING_SEEDS = 2**31


def sobol_indices(
    groups: Mapping[str, Sequence[str]],
    model: Model,
    *,
    n_base: int,
    outputs: Sequence[str],
    rng: np.random.Generator,
) -> Indices:
    """Indices of groups of independent numbers that are uniform on (0, 1).

    Args:
        groups: name -> its columns.
        model: of columns, float64[row] each.
        n_base: base points, a power of 2; n_base (groups + 2) rows are run.
        outputs: names of the model's columns.
        rng: of the scrambling and of the bootstrap.

    Raises: NumericsError where `n_base` is no power of 2.

    Source: Saltelli et al. (2010), Comput Phys Commun 181:259-270, as in SALib
    (Herman & Usher 2017, J Open Source Softw 2:97; Iwanaga et al. 2022,
    Socio-Environ Syst Model 4:18155); points by Sobol, scrambled (Owen).
    """
    points = sobol_points(groups, n_base=n_base, rng=rng)
    return analysed(
        groups, model(points), n_base=n_base, outputs=tuple(outputs), rng=rng
    )


def sobol_points(
    groups: Mapping[str, Sequence[str]], *, n_base: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """Column -> float64[row] in (0, 1).

    For each base point: A, A with each group in turn from B, B.

    Raises: NumericsError where `n_base` is no power of 2.
    """
    if n_base < 2 or n_base & (n_base - 1):
        raise NumericsError(
            f"Sobol's points come in powers of 2, not {n_base}; write 1024 or 2048"
        )
    from SALib.sample import sobol  # noqa: PLC0415 - loads pandas

    problem = _problem(groups)
    found = sobol.sample(problem, n_base, calc_second_order=False, seed=rng)
    points = np.clip(found, EDGE, 1.0 - EDGE)
    return dict(zip(problem["names"], points.T, strict=True))


def analysed(
    groups: Mapping[str, Sequence[str]],
    values: Floats,
    *,
    n_base: int,
    outputs: tuple[str, ...],
    rng: np.random.Generator,
) -> Indices:
    """Indices from values at `sobol_points`, float64[row, output].

    A base point one of whose runs has no value is left out for that output, counted.
    """
    from SALib.analyze import sobol  # noqa: PLC0415 - loads pandas

    problem, n_groups = _problem(groups), len(groups)
    shape = (n_groups, len(outputs))
    found = {name: np.zeros(shape) for name in ("S1", "S1_conf", "ST", "ST_conf")}
    variance, lost = np.zeros(len(outputs)), np.zeros(len(outputs), np.int64)
    blocks = values.reshape(n_base, n_groups + 2, len(outputs))
    for place in range(len(outputs)):
        own = blocks[:, :, place]
        whole = np.all(np.isfinite(own), axis=1)
        lost[place] = n_base - np.sum(whole)
        both = own[whole][:, [0, -1]]
        variance[place] = both.var() if both.size else 0.0
        if not variance[place] > 0:
            continue
        answer = sobol.analyze(
            problem,
            own[whole].ravel(),
            calc_second_order=False,
            num_resamples=_RESAMPLES,
            seed=int(rng.integers(1, _RESAMPLING_SEEDS)),
        )
        for name, column in found.items():
            column[:, place] = answer[name]
    return Indices(
        tuple(groups),
        outputs,
        found["S1"],
        found["S1_conf"],
        found["ST"],
        found["ST_conf"],
        variance,
        n_base,
        lost,
    )


def _problem(groups: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    names = [name for own in groups.values() for name in own]
    return {
        "num_vars": len(names),
        "names": names,
        "bounds": [[0.0, 1.0]] * len(names),
        "groups": [group for group, own in groups.items() for _ in own],
    }
