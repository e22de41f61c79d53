"""The population as a predictor of stable doses, for whoever scores tables of them."""

from collections.abc import Sequence

import numpy as np

from twin.credibility.dose_predictions import DosePredictions
from twin.credibility.population.dose_distribution import dose_distribution
from twin.inference.particles import draws_of
from twin.inference.resampling import resampled
from twin.library import Library
from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.patient import Patient
from twin.vocabulary.population import Population

N_DRAWS = 400
_MOST_LOST = 0.01  # share of draws in which no dose serves, for a prediction
_DAYS_PER_WEEK = 7.0
_METHOD = (
    "twin with what is not known of people in general, of this person, of alleles that "
    "were not tested, of places and of what a recorded dose has of its own; the median "
    "is the prediction"
)


def predict_stable_doses(
    patients: Sequence[Patient],
    target_inrs: Floats,
    *,
    library: Library,
    population: Population,
    log_weights: Floats | None = None,
    n_draws: int = N_DRAWS,
    seed: int = 0,
) -> DosePredictions:
    """Stable doses with intervals, mg/week.

    Args:
        patients: n of them.
        target_inrs: float64[n], the INR each is to keep.
        library: of the drug.
        population: what the development data left open.
        log_weights: float64[draw of the population], of a posterior that has not seen
            some of the data; equal if left out.
        n_draws: of everything together.
        seed: the same gives the same numbers.

    Returns: an abstention where no dose keeps the INR, or only one beyond the farthest
        that is ever proposed.
    """
    rng = stream(seed, "stable doses")
    if log_weights is None:
        chosen = draws_of(population, n_draws, rng)
    else:
        chosen = resampled(log_weights, n_draws, rng)
    if not patients:
        return DosePredictions.of_draws(
            np.zeros(0), np.zeros((1, 0)), reasons=[], method=_METHOD
        )
    asked = dose_distribution(patients, target_inrs, library, population)
    found = asked.draws(population, chosen, rng=rng)
    weekly = np.exp(found.ln_dose) * _DAYS_PER_WEEK
    weekly = np.where(np.isfinite(weekly), weekly, np.inf)
    lost = np.mean(np.isinf(weekly), axis=0)
    weekly[:, lost > _MOST_LOST] = np.nan
    predicted = np.median(weekly, axis=0)
    knowledge = _variance(found.typical)
    parts = {
        "people": found.person.mean(axis=0),
        "knowledge": knowledge,
        "places": np.full(len(patients), found.site.mean()),
        "records": np.full(len(patients), found.record.mean()),
    }
    # What is left over is what the alleles that were not tested add.
    whole = _variance(found.ln_dose)
    named = sum(parts.values())
    parts["genes not tested"] = np.maximum(whole - named, 0.0)
    total = named + parts["genes not tested"]
    farthest = library.farthest_dose_mg * _DAYS_PER_WEEK
    return DosePredictions.of_draws(
        predicted,
        weekly,
        reasons=[
            _reason(float(dose), float(share), farthest)
            for dose, share in zip(predicted, lost, strict=True)
        ],
        method="; ".join((_METHOD, *population.cautions)),
        shares={name: part / total for name, part in parts.items()},
    )


def _variance(drawn: Floats) -> Floats:
    """Of each column's finite draws; NaN where there is none."""
    found = np.ma.masked_invalid(drawn).var(axis=0)
    return np.asarray(np.ma.filled(found, np.nan), np.float64)


def _reason(weekly_mg: float, lost: float, farthest_mg: float) -> str:
    if lost > _MOST_LOST:
        return (
            f"no dose keeps the target INR in {100 * lost:.0f} % of what the twin "
            "thinks possible"
        )
    if weekly_mg > farthest_mg:
        return f"the dose would be above {farthest_mg:g} mg/week: none is proposed"
    return ""
