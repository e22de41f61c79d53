"""The maintenance dose of a twin that carries draws: a distribution, in closed form."""

from dataclasses import dataclass

import numpy as np

from twin.dosing.dose_of_draws import doses_of
from twin.dosing.learned_course import BAND, SpreadFinding, spread_finding
from twin.dosing.passing_medicines import chain_with
from twin.errors import NumericsError
from twin.inference.belief import Belief
from twin.inference.resampling import weighted_quantiles
from twin.inference.spread import spread_of
from twin.library import Library
from twin.vocabulary.ensemble import Floats


@dataclass(frozen=True, slots=True)
class DoseDistribution:
    """Daily doses that keep an INR, over the draws that have one.

    mg_per_day     quantiles, mg/d of the tablet, at `probabilities`; None where no draw
                   has a dose
    n_without      draws that no dose takes to this INR; `weight_without` their share of
                   the probability
    weight_beyond  share of the probability above the largest dose the model may propose
    spread         of ln dose over the draws that have one; None where it cannot be told
    """

    inr: float
    probabilities: tuple[float, ...]
    mg_per_day: tuple[float, ...] | None
    n_draws: int
    n_without: int
    weight_without: float
    weight_beyond: float
    spread: SpreadFinding | None


def dose_distribution(belief: Belief, library: Library, inr: float) -> DoseDistribution:
    """The doses at which the draws rest at an INR.

    Args:
        belief: before or after measurements.
        library: of the drug.
        inr: steady, mean of the day.
    """
    return distribution_of(doses_of_draws(belief, library, inr), belief, library, inr)


def distribution_of(
    dose: Floats, belief: Belief, library: Library, inr: float
) -> DoseDistribution:
    """The same of known doses, mg/d, float64[draw]; NaN where there is none."""
    particles = belief.particles
    has = np.isfinite(dose) & (particles.log_weights > -np.inf)
    without = ~np.isfinite(dose)
    if not np.any(has):
        return DoseDistribution(
            inr, BAND, None, particles.n, int(without.sum()), 1.0, 0.0, None
        )
    weights = particles.weights
    quantiles = weighted_quantiles(dose[has], particles.log_weights[has], BAND)
    try:
        spread = spread_finding(
            spread_of(
                np.log(dose[has]), particles.knowledge[has], particles.log_weights[has]
            )
        )
    except NumericsError:
        spread = None
    return DoseDistribution(
        inr,
        BAND,
        tuple(float(q) for q in quantiles),
        particles.n,
        int(without.sum()),
        float(weights[without].sum()),
        float(weights[has & (dose > library.farthest_dose_mg)].sum()),
        spread,
    )


def doses_of_draws(belief: Belief, library: Library, inr: float) -> Floats:
    """mg/d, float64[draw]; NaN where no dose keeps the INR.

    That is where it lies below the drug-free one, above what full inhibition gives, or
    where not even the drug-free plasma is one the clotting test was modelled for.
    """
    levers = belief.person.levers
    typical = dict(zip(levers.names, levers.centre, strict=True))
    return doses_of(chain_with(typical, library), belief.ensemble, inr)
