"""Who is learned about, what was measured of him, and what each road makes of it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.coagulation.assays import ProthrombinSurrogate
from twin.engine.compiled import CompiledEngine
from twin.engine.prepared_courses import PreparedCourses
from twin.inference.courses import CourseModel
from twin.inference.levers import Levers
from twin.inference.mode import Measured, Mode, ln_likelihood
from twin.inference.noise import Noise
from twin.inference.particles import Particles
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.population import Population

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Who is learned about, and with what.

    levers      of the person
    population  what the development data left open
    noise       what measurements are worth
    spec        the model; `surrogate` reads its factor levels
    slopes      engine for the mode, in double; `draws` for many draws
    """

    levers: Levers
    population: Population
    noise: Noise
    spec: ModelSpec
    surrogate: ProthrombinSurrogate
    slopes: CompiledEngine
    draws: CompiledEngine


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One person's measurements and all that is needed to learn from them.

    levers    of the person
    likeliest the same with the likeliest alleles fixed
    course    one group: the regimen as told; slopes along the effects
    draws     the regimens of all accounts of the tablets, for values of many draws
    patterns  float64[pattern], ln probability of each account before the measurements
    """

    levers: Levers
    likeliest: Levers
    course: CourseModel
    draws: PreparedCourses
    patterns: Floats
    measured: Measured
    noise: Noise

    def answered(
        self,
        x: Floats,
        z: Floats,
        alleles: Integers,
        pattern: Integers,
        error: Floats,
    ) -> "Answered":
        """What draws predict of the measurements, and how likely these make them.

        Args:
            x: float64[draw, known].
            z: float64[draw, effect].
            alleles: int64[draw, gene].
            pattern: int64[draw], which account of the tablets.
            error: float64[sample, sample], covariance of measurement and occasion.
        """
        # A draw too far out for a number fails like any other, and is counted.
        with np.errstate(over="ignore", invalid="ignore"):
            rows = self.levers.parameters(x, z, alleles)
            courses = self.draws.at(rows, pattern)
            predicted = self.course.reader.values(courses.values, rows)
        return Answered(
            predicted,
            ln_likelihood(predicted, self.measured, error),
            len(courses.failures),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """Of some draws.

    predicted      float64[draw, sample], ln
    ln_likelihood  float64[draw], -inf where a course does not integrate
    n_failed       how many those are
    """

    predicted: Floats
    ln_likelihood: Floats
    n_failed: int


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What the measurements left possible.

    particles   with their weights
    predicted   float64[draw, sample], ln of each sample
    mode        of the effects, at the population's centre
    raw         float64[draw], ln weights as they came, before any smoothing
    ln_evidence ln probability of the measurements
    n_failed    particles whose course did not integrate; they have no weight
    """

    particles: Particles
    predicted: Floats
    mode: Mode
    raw: Floats
    ln_evidence: float
    n_failed: int
