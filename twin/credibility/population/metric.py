"""The metric of NUTS: what covariance a posterior of hundreds of variables has, about.

Taken from second derivatives at a few points of it, and from draws that lie far apart,
in place of thousands of draws.
"""

import numpy as np

from twin.vocabulary.ensemble import Floats

_MANY = 4  # second derivatives, of which a mean may be taken
_FLATTEST = 0.5  # a metric never takes a variable to be wider than its prior's 1.4
_BY_CHANCE = 3.0


def metric_of(curves: list[Floats]) -> Floats:
    """Covariance that fits some second derivatives.

        M = (mean of H)^(-1),    of few: M = (mean of H²)^(-1/2)

    The mean over the posterior is the mean square of its slope.  Of a few looks it
    may curve either way where it is steep; their mean square is steep there, but
    calls flat directions steep too, which couple to others now so and now so.
    """
    if len(curves) < _MANY:
        squared, axes = np.linalg.eigh(np.mean([h @ h for h in curves], axis=0))
        sizes = np.sqrt(squared)
    else:
        sizes, axes = np.linalg.eigh(np.mean(curves, axis=0))
    return np.asarray((axes / np.maximum(sizes, _FLATTEST)) @ axes.T)


def widened(metric: Floats, draws: list[Floats]) -> Floats:
    """The metric, wider in directions in which draws lie far apart.

    Of twice as many numbers as there are directions a sample's covariance scatters
    from a twelfth to three times the truth: what is beyond is wide indeed.
    """
    root = np.linalg.cholesky(metric)
    apart = np.stack(draws) - np.mean(draws, axis=0)
    sizes, axes = np.linalg.eigh(np.cov(np.linalg.solve(root, apart.T)))
    axes = root @ axes
    return np.asarray((axes * np.maximum(1.0, sizes / _BY_CHANCE)) @ axes.T)
