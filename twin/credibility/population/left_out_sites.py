"""Stable doses of every site, predicted from a posterior that has not seen the site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twin.credibility.dose_predictions import DosePredictions
from twin.credibility.population.dose_slopes import DoseModel
from twin.credibility.population.moved_draws import MovedDraws, moved_without
from twin.credibility.population.predictor import N_DRAWS, predict_stable_doses
from twin.credibility.population.site_influence import without_sites
from twin.errors import ObservationError
from twin.inference.importance_weights import largest_k
from twin.library import Library
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.patient import Patient
from twin.vocabulary.population import Population


@dataclass(frozen=True, slots=True, eq=False)
class UnseenSite:
    """The population as if a site had not been seen.

    k, ess       of the weights of the draws without the site
    log_weights  where these can be trusted; then the draws are those of the posterior
    moved        else; then `population` holds the draws moved in the linear picture
    """

    site: str
    k: float
    ess: float
    population: Population
    log_weights: Floats | None
    moved: MovedDraws | None


def unseen_sites(model: DoseModel, population: Population) -> tuple[UnseenSite, ...]:
    """Each site of the model taken out of the posterior.

    By weights where Pareto's k says that they can be trusted, else by moving the draws.

    Args:
        model: patients with their recorded dose and site.
        population: draws of the posterior that saw all of them.
    """
    found = []
    for each in without_sites(model, population):
        moved = None
        if not each.k <= largest_k(population.n_draws):
            moved = moved_without(model, population, each.site)
        found.append(
            UnseenSite(
                each.site,
                each.k,
                each.ess,
                population if moved is None else moved.population,
                each.log_weights if moved is None else None,
                moved,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class UnseenSites:
    """A predictor of the patients of a table, each as if the site were a new one.

    sites    of the patients, in the order in which they will be asked about
    without  the population without each site
    n_draws, seed   as in `predict_stable_doses`
    """

    sites: Sequence[str]
    without: Mapping[str, UnseenSite]
    library: Library
    n_draws: int = N_DRAWS
    seed: int = field(default=0, kw_only=True)

    def __call__(
        self, patients: Sequence[Patient], target_inrs: Floats
    ) -> DosePredictions:
        """For n patients and the INR that each is to keep, [n].

        Raises: ObservationError for other patients than were announced, or of a site
            that the posterior has not seen in the first place.
        """
        if len(patients) != len(self.sites):
            raise ObservationError(
                f"{len(self.sites)} patients were announced, {len(patients)} asked for"
            )
        if strange := sorted(set(self.sites) - set(self.without)):
            raise ObservationError(
                f"site {strange[0]!r} has no part in the posterior: there is nothing "
                "to take out of it"
            )
        at = np.array(self.sites)
        parts, places = [], []
        for site in dict.fromkeys(self.sites):
            here = np.flatnonzero(at == site)
            places.append(here)
            parts.append(
                predict_stable_doses(
                    [patients[n] for n in here.tolist()],
                    target_inrs[here],
                    library=self.library,
                    population=self.without[site].population,
                    log_weights=self.without[site].log_weights,
                    n_draws=self.n_draws,
                    seed=self.seed,
                )
            )
        return _in_order(parts, np.argsort(np.concatenate(places)))


def _in_order(parts: Sequence[DosePredictions], order: np.ndarray) -> DosePredictions:
    """Predictions of several calls as one, in the order of the patients."""
    reasons = [reason for part in parts for reason in part.reasons]
    return DosePredictions(
        np.concatenate([part.predicted for part in parts])[order],
        np.concatenate([part.low for part in parts], axis=1)[:, order],
        np.concatenate([part.high for part in parts], axis=1)[:, order],
        tuple(reasons[n] for n in order),
        parts[0].method,
        {
            name: np.concatenate([part.shares[name] for part in parts])[order]
            for name in parts[0].shares
        },
    )
