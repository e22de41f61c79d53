"""One step of a Rosenbrock method in numpy: as `rosenbrock` has the equations."""

from collections.abc import Callable

import numpy as np

from twin.engine.lanes.rosenbrock import Tableau

Rates = Callable[[float, np.ndarray], np.ndarray]


def step(
    tableau: Tableau,
    rates: Rates,
    matrix: Rates,
    slope: Rates,
    t: float,
    y: np.ndarray,
    h: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The new state and the error; `matrix` is ∂f/∂y and `slope` ∂f/∂t."""
    w = np.eye(len(y)) / (h * tableau.gamma) - matrix(t, y)
    k: list[np.ndarray] = []
    for stage in range(tableau.n_stages):
        u = y + sum(a * each for a, each in zip(tableau.a[stage], k, strict=False))
        right = rates(t + tableau.nodes[stage] * h, u)
        for c, each in zip(tableau.c_matrix[stage], k, strict=False):
            right = right + c / h * each
        right = right + tableau.slopes[stage] * h * slope(t, y)
        k.append(np.linalg.solve(w, right))
    new = y + sum(b * each for b, each in zip(tableau.weights, k, strict=True))
    error = sum(e * each for e, each in zip(tableau.error, k, strict=True))
    return new, np.asarray(error)
