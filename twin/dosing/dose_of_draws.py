"""The maintenance dose of every draw of one patient, in closed form."""

from dataclasses import replace

import numpy as np

from twin.coagulation.assays import inside_domain
from twin.dosing.closed_form import SteadyChain
from twin.vocabulary.ensemble import Ensemble, Floats


def doses_of(chain: SteadyChain, ensemble: Ensemble, inr: float) -> Floats:
    """Daily dose that keeps a steady INR in each draw, mg/day, float64[draw].

    Args:
        chain: of the typical patient; what the draws do not give stays as there.
        ensemble: parameters of the draws.
        inr: wanted.

    Returns: NaN where no dose does it, and where factor levels without the drug already
    leave the box in which the clotting time is known.
    """
    found = np.full(ensemble.n_draws, np.nan)
    columns = dict(zip(ensemble.names, ensemble.values.T, strict=True))
    drug_free = replace(chain, parameters={**chain.parameters, **columns}).levels_at(
        0.0
    )
    shown = {
        name: np.broadcast_to(level, found.shape) for name, level in drug_free.items()
    }
    inside = inside_domain(shown, surrogate=chain.surrogate)
    if np.any(inside):
        kept = {name: column[inside] for name, column in columns.items()}
        own = replace(chain, parameters={**chain.parameters, **kept})
        found[inside] = own.dose_for(inr)
    return found
