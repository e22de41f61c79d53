"""Every draw of one patient at rest, in closed form: its dose, and its INR on one."""

from dataclasses import replace

import numpy as np

from twin.coagulation.assays import inside_domain
from twin.dosing.closed_form import SteadyChain
from twin.inference.readings import LEVELS, ln_ratio
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


def ln_inrs_on(chain: SteadyChain, ensemble: Ensemble, mg_per_day: float) -> Floats:
    """ln of the steady INR of each draw on a daily dose, mean of the day, [draw].

    Beyond the box in which the clotting time is known its tangent goes on, as in the
    courses of draws (`twin.inference.readings`).

    Args:
        chain: of the typical patient; what the draws do not give stays as there.
        ensemble: parameters of the draws.
        mg_per_day: of the tablet.
    """
    columns = dict(zip(ensemble.names, ensemble.values.T, strict=True))
    own = replace(chain, parameters={**chain.parameters, **columns})
    levels = own.levels_on(mg_per_day)
    shape = (ensemble.n_draws,)
    ratio = ln_ratio(
        np.stack([np.broadcast_to(levels[factor], shape) for factor in LEVELS], axis=1),
        {name: levels[name] for name in chain.surrogate.supplied},
        surrogate=chain.surrogate,
        slopes=False,
    )
    isi = np.asarray(own.parameters["PT__ISI"], dtype=np.float64)
    return np.asarray(isi * ratio.values)
