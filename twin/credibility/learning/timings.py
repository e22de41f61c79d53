"""What learning costs: a course of two months with ten INRs, many patients.

Times are the clock's, of a warm process, on the machine at hand: reported beside the
goals, never asserted.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.learning.apparatus import Apparatus, dispensed_mg
from twin.credibility.learning.people import invented_patient
from twin.credibility.learning.replicates import at_days
from twin.credibility.learning.simulated import invented_on
from twin.inference.adherence import AS_TOLD
from twin.inference.asking import GRADIENT_TOLERANCE, person_course
from twin.inference.learn import learn
from twin.reproducibility import stream
from twin.vocabulary.regimen import daily

DAYS = 60
MEASURED_DAYS = tuple(range(6, DAYS + 1, 6))
_GRADIENTS = 11  # of which the median is told


@dataclass(frozen=True, slots=True)
class Timed:
    """One patient.

    gradient_ms  all INRs with their slopes by every effect, as the search for the mode
                 asks for them
    learn_ms     from measurements to weighted draws, all roads that were needed; 512
                 draws on the first
    request_ms   the same as a request asks: 2,048 draws, and those before the
                 measurements
    ess, k       of the draws of `learn_ms`
    """

    number: int
    n_effects: int
    n_inrs: int
    gradient_ms: float
    learn_ms: float
    request_ms: float
    ess: float
    k: float
    road: str
    usable: bool


def timed(apparatus: Apparatus, number: int, *, seed: int) -> Timed:
    """One patient; run one first that is thrown away, so that all is loaded."""
    rng = stream(seed, "timings", str(number))
    twin = apparatus.twin(invented_patient(apparatus.library, rng))
    person = apparatus.person(twin)
    told = daily(dispensed_mg(twin), days=DAYS, substance=apparatus.library.substance)
    asked = at_days(MEASURED_DAYS)
    seen = invented_on(person, told, AS_TOLD, asked, rng=rng).seen
    course = person_course(
        person,
        person.levers.fixed_at([0] * len(person.levers.genes)),
        told,
        seen,
        tolerance=GRADIENT_TOLERANCE,
    )
    x = person.population.x.mean(axis=0)
    nothing = np.zeros((1, len(person.population.effects.names)))
    gradient_ms = [_ms(lambda: course.at(x, nothing)) for _ in range(_GRADIENTS)]
    learn_ms = _ms(lambda: learn(person, told, seen, rng=stream(seed, "timed")))
    found = learn(person, told, seen, rng=stream(seed, "timed"))
    request_ms = _ms(lambda: apparatus.learned(twin, told, seen, rng=rng))
    return Timed(
        number,
        nothing.shape[1],
        len(seen),
        float(np.median(gradient_ms)),
        learn_ms,
        request_ms,
        found.ess,
        found.k,
        found.road,
        not found.reasons,
    )


def spread_of_times(values: Sequence[float]) -> tuple[float, float, float]:
    """Median, 95th percentile and largest."""
    return (
        float(np.quantile(values, 0.5)),
        float(np.quantile(values, 0.95)),
        float(np.max(values)),
    )


def _ms(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - begun)
