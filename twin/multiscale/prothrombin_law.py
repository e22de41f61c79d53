"""May a polynomial stand for the clotting network, over this patient's own plasmas?

The plasmas are those of the patient's own course and others drawn between its lowest
and highest levels; none of them was seen by the fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import ProthrombinSurrogate, inside_domain
from twin.engine.simulate import Engine
from twin.individualise import Individual
from twin.library import Library
from twin.multiscale.clotting_ensemble import Ratios, Road, prothrombin_ratios
from twin.multiscale.clotting_network import SurrogateError, surrogate_error
from twin.multiscale.tube import Tube
from twin.multiscale.whole_model import course, value
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.regimen import Regimen

TOLERANCE = 0.01

Levels = Mapping[str, Floats]
"""Factor -> float64[plasma], fractions of normal."""


@dataclass(frozen=True, slots=True, eq=False)
class ProthrombinLaw:
    """The surrogate against the network on a patient's plasmas.

    levels     factor -> float64[plasma]: those compared
    n_outside  plasmas of the patient outside the surrogate's box: network only
    error      None where all of them were
    """

    levels: Levels
    n_outside: int
    error: SurrogateError | None
    tolerance: float = TOLERANCE

    @property
    def figure(self) -> float:
        """The worst relative error of the prothrombin time."""
        return np.inf if self.error is None else self.error.worst

    @property
    def holds(self) -> bool:
        """Whether the surrogate may speak for this patient, inside its box."""
        return self.figure < self.tolerance


def levels_of_course(
    individual: Individual,
    library: Library,
    regimen: Regimen,
    times_h: npt.ArrayLike,
    *,
    engine: Engine,
) -> Levels:
    """The patient's plasma at times of a regimen, as the surrogate's factors."""
    factors = library.surrogate.factors
    made = [f for f in factors if f"{f}_relative" in library.spec.computed]
    found = course(
        individual,
        library,
        regimen,
        times_h,
        outputs=[f"{f}_relative" for f in made],
        engine=engine,
    )
    shape = np.shape(np.atleast_1d(np.asarray(times_h)))
    return {
        f: found[f"{f}_relative"]
        if f in made
        else np.full(shape, value(individual, library, f"PT__{f}"))
        for f in factors
    }


def prothrombin_law(
    levels: Levels,
    *,
    surrogate: ProthrombinSurrogate,
    tube: Tube,
    n_between: int,
    rng: np.random.Generator,
) -> ProthrombinLaw:
    """Held-out runs of the network over a patient's own range of levels.

    Args:
        levels: of the patient's course.
        n_between: further plasmas, drawn evenly in the logarithm between the lowest
            and the highest level of each factor.
    """
    drawn = {
        name: np.exp(
            rng.uniform(np.log(course.min()), np.log(course.max()), size=n_between)
        )
        for name, course in levels.items()
    }
    every = {name: np.concatenate([levels[name], drawn[name]]) for name in levels}
    inside = inside_domain(every, surrogate=surrogate)
    compared = {name: column[inside] for name, column in every.items()}
    error = (
        surrogate_error(
            compared,
            surrogate=surrogate,
            integrate=tube,
            threshold_nmol_s_per_l=tube.threshold_nmol_s_per_l,
        )
        if np.any(inside)
        else None
    )
    return ProthrombinLaw(compared, int(np.sum(~inside)), error)


def prothrombin_ratio_by(
    law: ProthrombinLaw,
    levels: Levels,
    *,
    surrogate: ProthrombinSurrogate,
    tube: Tube,
) -> Ratios:
    """PT ratio by the surrogate where the law holds and it may speak, else network."""
    return prothrombin_ratios(
        tube.spec,
        levels,
        surrogate=surrogate,
        engine=tube.engine,
        road=Road.SURFACE_WHERE_IT_MAY if law.holds else Road.NETWORK,
    )
