"""How recorded stable doses scatter about the typical one of their description.

    ln dose = typical + scale t_nu,   scale² nu/(nu - 2) = between people + record²

Student's t of people and records together; what a place shares comes besides.  It is
the law that the posterior is drawn with (`pymc_model`), for whoever draws or weighs.
"""

from collections.abc import Mapping

import numpy as np

from twin.vocabulary.ensemble import Floats


def between_people(effects: Floats, covariance: Floats) -> Floats:
    """Variance of ln dose between people of one description, float64[draw, patient].

    Args:
        effects: float64[patient, effect], d ln dose / dz.
        covariance: float64[draw, effect, effect], of z.
    """
    return np.asarray(np.einsum("pi,dij,pj->dp", effects, covariance, effects))


def dose_scatter(
    between: Floats, scales: Mapping[str, Floats]
) -> tuple[Floats, Floats]:
    """Scale, float64[draw, patient], and degrees of freedom, float64[draw].

    Args:
        between: float64[draw, patient], see `between_people`.
        scales: of the population by name, float64[draw].
    """
    freedom = 2.0 + scales["freedom_dose"]
    variance = between + scales["sd_dose_record"][:, None] ** 2
    return np.sqrt(variance * ((freedom - 2.0) / freedom)[:, None]), freedom
