"""What is believed of one person: draws, before or after measurements, and forecasts.

A forecast runs every draw through the model and lets the person drift from occasion to
occasion as people do: what a measurement had in common with its occasion fades, and
what later occasions bring is not known yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.engine.simulate import Engine, simulate
from twin.inference.asking import GRADIENT_TOLERANCE
from twin.inference.course_reader import Sample
from twin.inference.courses import course_model
from twin.inference.learn import Learning
from twin.inference.mode import Measured
from twin.inference.particles import Particles
from twin.inference.question import Person
from twin.inference.readings import INR
from twin.inference.spread import Spread, spread_of
from twin.vocabulary.ensemble import Ensemble, Floats, frozen_array
from twin.vocabulary.prediction import Prediction
from twin.vocabulary.regimen import Regimen


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """Draws of a person, and what they were learned from.

    person     levers, population, noise, engines
    particles  weighted draws
    learning   None before anything was measured
    measured   likewise
    """

    person: Person
    particles: Particles
    learning: Learning | None = None
    measured: Measured | None = None

    @property
    def ensemble(self) -> Ensemble:
        """The draws' parameters, with their weights."""
        return self.particles.ensemble(self.person.levers)

    def spread(
        self,
        values: npt.ArrayLike,
        *,
        measurement: npt.ArrayLike = 0.0,
        form: npt.ArrayLike = 0.0,
    ) -> Spread:
        """Three kinds of spread of a quantity of the draws, [draw, ...]."""
        return spread_of(
            values,
            self.particles.knowledge,
            self.particles.log_weights,
            measurement=measurement,
            form=form,
        )

    def courses(
        self,
        regimens: Regimen | Sequence[Regimen],
        times_h: npt.ArrayLike,
        *,
        outputs: tuple[str, ...],
        engine: Engine,
    ) -> Prediction:
        """Every draw under a regimen; see `twin.engine.simulate`."""
        return simulate(
            self.person.spec,
            self.ensemble,
            regimens,
            times_h,
            outputs=outputs,
            engine=engine,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """What occasions do to the INR of each draw at later times, on the logarithm.

    mean      float64[draw, time], carried over from the occasions that were measured
    variance  float64[time], of what is not known of the occasion
    """

    mean: Floats
    variance: Floats


def occasions(belief: Belief, taken: Regimen, times_h: Floats) -> Drift:
    """How the INR drifts with the person's sensitivity from occasion to occasion.

        ln INR(t) moves by  s(t) κ(t),   κ a drift with the law of `Noise`

    s is the slope of ln INR by the drifting effect at the centre of the draws.  Given
    the residuals of the measurements, κ(t) has the mean and variance of a normal
    process.

    Args:
        belief: with or without measurements.
        taken: told and future doses.
        times_h: float64[time], where the INR is asked for; later than 0.
    """
    person = belief.person
    times = np.asarray(times_h, dtype=np.float64)
    slope = _slope_of_drift(belief, taken, times)
    own = person.noise.occasion_ln_sd**2 * slope**2
    nothing = np.zeros((belief.particles.n, len(times)))
    if belief.learning is None or belief.measured is None:
        return Drift(nothing, own)
    mode = belief.learning.learned.mode
    drifting = person.population.effects.names.index(person.noise.occasion_effect)
    seen = np.flatnonzero(~belief.measured.below)
    together = (
        slope[:, None]
        * person.noise.drift(times, belief.measured.time_h[seen])
        * mode.slopes[seen, drifting]
    )
    inverse = np.linalg.inv(mode.noise[np.ix_(seen, seen)])
    residual = belief.measured.ln_value - belief.learning.learned.predicted
    mean = residual[:, seen] @ inverse @ together.T
    known = np.einsum("ti,ij,tj->t", together, inverse, together)
    return Drift(frozen_array(mean), frozen_array(np.maximum(own - known, 0.0)))


def _slope_of_drift(belief: Belief, taken: Regimen, times: Floats) -> Floats:
    """d ln INR / d(drifting effect) at the mean of the draws, float64[time]."""
    person = belief.person
    weights = belief.particles.weights
    x = weights @ belief.particles.x
    z = weights @ belief.particles.z
    course = course_model(
        person.spec,
        [person.levers.fixed_at([0] * len(person.levers.genes))],
        [taken],
        [Sample(0, float(t), INR) for t in times],
        surrogate=person.surrogate,
        engine=person.slopes,
        tolerance=GRADIENT_TOLERANCE,
        along_effects=True,
    )
    drifting = person.population.effects.names.index(person.noise.occasion_effect)
    return course.at(x, z[None]).slopes[:, drifting]
