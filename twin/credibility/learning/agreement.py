"""Whether two roads from the same measurements arrive at the same place.

Differences are counted in Monte Carlo errors: of roads to one posterior they are those
of chance, about 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.learning.ranks import Quantities
from twin.inference.learn import Learning
from twin.inference.question import Person
from twin.vocabulary.ensemble import Floats

TYPICAL_LIMIT, LARGEST_LIMIT = 1.3, 5.0
"""Of the root of the mean square, and of the largest: what is no longer chance."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two roads of one patient.

    apart        quantity -> difference of the means over its Monte Carlo error
    ln_evidence  difference of the two
    as_told      probability that tablets were taken as told, by each
    usable       whether both said that their draws may be used
    """

    apart: dict[str, float]
    ln_evidence: float
    as_told: tuple[float, float]
    usable: bool


@dataclass(frozen=True, slots=True)
class AgreementShare:
    """Of several patients.

    typical   root of the mean square of all `apart`
    largest   of their sizes, and which quantity that is
    beyond_2  share of them beyond 2; 5 % are expected by chance
    """

    n: int
    n_usable: int
    typical: float
    largest: float
    largest_of: str
    beyond_2: float
    ln_evidence: float
    as_told: float

    @property
    def agree(self) -> bool:
        """Whether no more than chance lies between the roads."""
        return self.typical <= TYPICAL_LIMIT and self.largest <= LARGEST_LIMIT


def agreement(
    person: Person, one: Learning, other: Learning, *, quantities: Quantities
) -> Agreement:
    """How far two roads lie apart in the mean of each effect and quantity.

        (m_1 - m_2)/sqrt(e_1² + e_2²)

    Args:
        person: who was learned about.
        one, other: what each road learned of the same measurements.
        quantities: compared besides the effects.
    """
    (names, first, e1), (_, second, e2) = (
        _means(person, found, quantities) for found in (one, other)
    )
    error = np.sqrt(e1**2 + e2**2)
    apart = (first - second) / np.where(error > 0.0, error, 1.0)
    return Agreement(
        {name: float(value) for name, value in zip(names, apart, strict=True)},
        one.learned.ln_evidence - other.learned.ln_evidence,
        (
            float(one.account_probabilities[0]),
            float(other.account_probabilities[0]),
        ),
        not (one.reasons or other.reasons),
    )


def agreement_share(found: Sequence[Agreement]) -> AgreementShare:
    """Of one patient or more."""
    names = [name for each in found for name in each.apart]
    apart = np.array([value for each in found for value in each.apart.values()])
    worst = int(np.argmax(np.abs(apart)))
    return AgreementShare(
        len(found),
        sum(each.usable for each in found),
        float(np.sqrt(np.mean(apart**2))),
        float(np.abs(apart[worst])),
        names[worst],
        float(np.mean(np.abs(apart) > 2.0)),
        max(abs(each.ln_evidence) for each in found),
        max(abs(each.as_told[0] - each.as_told[1]) for each in found),
    )


def _means(
    person: Person, found: Learning, quantities: Quantities
) -> tuple[list[str], Floats, Floats]:
    """Names, means and Monte Carlo errors.

    The error of weighted draws is sqrt(Σ w² (v - m)²), or, where draws follow each
    other and their number overstates them, their SD over the root of what they are
    worth, whichever is larger.
    """
    particles = found.learned.particles
    counts = particles.log_weights > -np.inf
    weights = particles.weights[counts]
    shown = quantities(person, particles)
    table = np.column_stack([particles.z, *shown.values()])[counts]
    mean = weights @ table
    squared = (table - mean) ** 2
    error = np.sqrt(weights**2 @ squared)
    worth = np.sqrt(weights @ squared / max(found.ess, 1.0))
    names = [*person.population.effects.names, *shown]
    return names, mean, np.maximum(error, worth)
