"""Where the spread of an answer comes from: by kind, and by scale, in parts of 1.

Three kinds are kept apart: how people differ, what is not known (of the population's
parameters; between forms of the model), and measurement.  The scales are those through
which an effect is carried, from enzymes to the laboratory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.dosing.learned_course import ONE_FORM, SpreadFinding
from twin.inference.belief import Belief
from twin.inference.scale_shares import person_part, scale_shares
from twin.inference.spread import spread_of
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.scales import SCALES

_TWO_SIDED_90 = 1.6449  # standard deviations of a normal

KINDS = {
    "person": "how people of this description differ from one another",
    "knowledge": "what is not known of people in general: the model's parameters",
    "form": "what is not known of the model's form",
    "measurement": "one reading: the occasion and the assay",
}
"""Kind of spread -> in words."""


@dataclass(frozen=True, slots=True)
class KindShare:
    """One kind of spread: its variance on the logarithm, and its part of the whole."""

    kind: str
    what: str
    variance: float
    share: float


@dataclass(frozen=True, slots=True)
class ScaleShare:
    """One scale, in parts of the whole; one below 0 makes others' spread smaller.

    person, knowledge, measurement   by kind; `together` their sum
    """

    scale: str
    what: str
    person: float
    knowledge: float
    measurement: float
    together: float


@dataclass(frozen=True, slots=True)
class SpreadOf:
    """Where the spread of one quantity comes from.

    quantity     in words
    ln_sd        standard deviation of its logarithm, all kinds together
    factor_90    90 % lie within this factor of the middle, were the logarithm normal
    kinds        sum 1; `form_reason` says why that of the form is 0
    scales       sum 1, in the order in which an effect is carried
    linear       how much of the spread of the draws the scales speak of
    """

    quantity: str
    ln_sd: float
    factor_90: float
    kinds: tuple[KindShare, ...]
    form_reason: str
    scales: tuple[ScaleShare, ...]
    linear: float

    @property
    def variances(self) -> SpreadFinding:
        """By kind."""
        by_kind = {each.kind: np.asarray(each.variance) for each in self.kinds}
        return SpreadFinding(**by_kind, form_reason=self.form_reason)


def spreads_of(
    quantities: Sequence[str],
    ln_values: Floats,
    belief: Belief,
    *,
    measurement: Sequence[float],
) -> tuple[SpreadOf, ...]:
    """The spread of some quantities by kind and by scale.

    Args:
        quantities: their names in words.
        ln_values: float64[draw, quantity]; a draw with a NaN has no part in any.
        belief: whose draws they are of, before any measurement.
        measurement: variance of one reading of each on the logarithm, 0 of what nobody
            reads.

    Raises: NumericsError where no two draws that count share a draw of the population.
    """
    particles = belief.particles
    noise = np.asarray(measurement, np.float64)
    whole = np.all(np.isfinite(ln_values), axis=1) & (particles.log_weights > -np.inf)
    kept = particles.rows(np.flatnonzero(whole), particles.log_weights[whole])
    own = person_part(ln_values[whole], kept, belief.person.levers)
    left = spread_of(
        ln_values[whole] - own, kept.knowledge, kept.log_weights, measurement=noise
    )
    found = replace(left, person=left.person + own.var(axis=0))
    scales = scale_shares(ln_values, particles, belief.person.levers, measurement=noise)
    shares = found.shares()
    return tuple(
        SpreadOf(
            quantity,
            float(np.sqrt(found.total[n])),
            float(np.exp(_TWO_SIDED_90 * np.sqrt(found.total[n]))),
            tuple(
                KindShare(
                    kind, what, float(getattr(found, kind)[n]), float(shares[kind][n])
                )
                for kind, what in KINDS.items()
            ),
            ONE_FORM,
            tuple(
                ScaleShare(
                    scale,
                    SCALES[scale],
                    float(scales.person[s, n]),
                    float(scales.knowledge[s, n]),
                    float(scales.reading[s, n]),
                    float(scales.together[s, n]),
                )
                for s, scale in enumerate(scales.scales)
            ),
            float(scales.linear[n]),
        )
        for n, quantity in enumerate(quantities)
    )
