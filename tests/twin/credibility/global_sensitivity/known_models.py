"""Models whose indices are known on paper."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

A, B = 7.0, 0.1
NAMES = ("first", "second", "third")


def ishigami(picks) -> Floats:
    """Ishigami & Homma (1990): sin u + 7 sin² v + 0.1 w⁴ sin u, [pick, 1].

    Inputs are uniform on (0, 1) and stretched to (-pi, pi).
    """
    u, v, w = (np.pi * (2.0 * np.asarray(picks[name]) - 1.0) for name in NAMES)
    return np.asarray(np.sin(u) + A * np.sin(v) ** 2 + B * w**4 * np.sin(u))[:, None]


def ishigami_indices() -> tuple[Floats, Floats]:
    """First-order and total indices of the three, by integration."""
    first = 0.5 * (1.0 + B * np.pi**4 / 5.0) ** 2
    second = A**2 / 8.0
    both = B**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    whole = first + second + both
    return (
        np.array([first, second, 0.0]) / whole,
        np.array([first + both, second, both]) / whole,
    )


WEIGHTS = (0.0, 1.0, 4.5, 9.0)
G_NAMES = tuple(f"input {number}" for number in range(len(WEIGHTS)))


def g_function(picks) -> Floats:
    """Sobol's g: product of (|4 u - 2| + a)/(1 + a), [pick, 1]."""
    found = np.ones(len(picks[G_NAMES[0]]))
    for name, a in zip(G_NAMES, WEIGHTS, strict=True):
        found = found * (np.abs(4.0 * np.asarray(picks[name]) - 2.0) + a) / (1.0 + a)
    return found[:, None]


def g_indices() -> tuple[Floats, Floats]:
    """First-order and total indices of the g-function."""
    own = np.array([1.0 / (3.0 * (1.0 + a) ** 2) for a in WEIGHTS])
    whole = np.prod(1.0 + own) - 1.0
    return own / whole, own * np.prod(1.0 + own) / (1.0 + own) / whole


def correlated(n: int, covariance: Floats, rng: np.random.Generator) -> Floats:
    """Normal draws whose sample has exactly this covariance and mean 0, [n, d]."""
    raw = rng.normal(size=(n, len(covariance)))
    raw = raw - raw.mean(axis=0)
    whitened = raw @ np.linalg.inv(np.linalg.cholesky(raw.T @ raw / n)).T
    return np.asarray(whitened @ np.linalg.cholesky(covariance).T)
