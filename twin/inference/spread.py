"""Three kinds of spread, kept apart: people, knowledge, measurement.

Draws come in groups that share one draw of the population: what varies within a group
is the person (aleatoric), what varies between the groups' means beyond chance is lack
of knowledge (epistemic).  Occasions and measurements come on top, by their own law.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.errors import NumericsError
from twin.vocabulary.ensemble import Floats

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Variances of a quantity on the scale it was given on, float64[...].

    person       between people of one description; after learning, what the
                 measurements leave open of this person
    knowledge    of the population's parameters
    form         between forms of the model, 0 where there is one
    measurement  of one reading: occasion and assay
    """

    person: Floats
    knowledge: Floats
    form: Floats
    measurement: Floats

    @property
    def total(self) -> Floats:
        """Of all kinds together."""
        return np.asarray(self.person + self.knowledge + self.form + self.measurement)

    def shares(self) -> dict[str, Floats]:
        """Kind -> its share of the total, sum 1; 0 where nothing varies."""
        total = np.where(self.total > 0, self.total, 1.0)
        return {
            kind: np.asarray(getattr(self, kind) / total)
            for kind in ("person", "knowledge", "form", "measurement")
        }


def spread_of(
    values: npt.ArrayLike,
    knowledge: Integers,
    log_weights: Floats,
    *,
    measurement: npt.ArrayLike = 0.0,
    form: npt.ArrayLike = 0.0,
) -> Spread:
    """The spread of a quantity over weighted draws.

        within   V_w = sum_g W_g s_g²
        between  V_b = sum_g W_g (m_g - m)² - sum_g W_g (1 - W_g) s_g² c_g

    m_g and s_g² are weighted mean and unbiased variance of group g, W_g its weight and
    c_g = sum of squared weights within it: what the means of finite groups scatter by
    chance alone is taken off, down to 0.

    Args:
        values: [draw, ...], on the scale on which variances mean something (logarithms
            for doses, concentrations and the INR).
        knowledge: int64[draw], which draw of the population each shares.
        log_weights: float64[draw].
        measurement: variance of one reading, broadcast to [...].
        form: variance between forms, likewise.

    Raises: NumericsError where no group has two draws.
    """
    own = np.asarray(values, dtype=np.float64)
    flat = own.reshape(len(own), -1)
    weights = np.exp(log_weights - np.max(log_weights))
    weights = weights / weights.sum()
    groups, place = np.unique(knowledge, return_inverse=True)
    if len(groups) == len(own):
        raise NumericsError(
            "no two draws share a draw of the population: people and knowledge cannot "
            "be told apart; ask for more than one draw each"
        )
    of_group = np.bincount(place, weights, len(groups))
    within = weights / np.where(of_group > 0, of_group, 1.0)[place]
    squared = np.bincount(place, within**2, len(groups))
    means = np.zeros((len(groups), flat.shape[1]))
    np.add.at(means, place, within[:, None] * flat)
    apart = np.zeros_like(means)
    np.add.at(apart, place, within[:, None] * (flat - means[place]) ** 2)
    # A group whose weight lies on one draw says nothing of what varies within.
    freedom = 1.0 - squared
    telling = of_group * (freedom > 1e-6)
    variances = apart / np.where(freedom > 1e-6, freedom, 1.0)[:, None]
    person = telling @ variances / max(telling.sum(), np.finfo(float).tiny)
    mean = of_group @ means
    scatter = of_group @ (means - mean) ** 2
    chance = np.sum(of_group * (1.0 - of_group) * squared) * person
    between = np.maximum(scatter - chance, 0.0)
    shape = own.shape[1:]
    return Spread(
        person.reshape(shape),
        between.reshape(shape),
        np.broadcast_to(np.asarray(form, np.float64), shape).copy(),
        np.broadcast_to(np.asarray(measurement, np.float64), shape).copy(),
    )
