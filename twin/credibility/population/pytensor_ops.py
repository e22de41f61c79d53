"""Courses, stable doses and clearances as operations of PyTensor, with their slopes."""

from typing import Any

import numpy as np

from twin.credibility.population.clearances import Clearances
from twin.credibility.population.dose_slopes import DoseModel, Doses
from twin.errors import IntegrationFailed
from twin.inference.course_reader import Courses
from twin.inference.courses import CourseModel
from twin.inference.sloped_op import SlopedOp
from twin.vocabulary.ensemble import Floats


class CoursesOp(SlopedOp):
    """ln of a family's samples at (x, z)."""

    def __init__(self, model: CourseModel) -> None:
        super().__init__()
        self.model = model

    def found(self, *inputs: Any) -> Courses:
        try:
            return self.model.at(*inputs)
        except IntegrationFailed:
            # Not a number: the sampler sees a divergence there, and counts it.
            n, d = len(self.model.samples), len(self.model.directions.moves)
            return Courses(np.full(n, np.nan), np.full((n, d), np.nan))

    def values(self, found: Courses) -> Floats:
        return found.ln_value

    def pulled_back(
        self, found: Courses, weights: Floats, *inputs: Any
    ) -> tuple[Floats, Floats]:
        x, _ = inputs
        return self.model.pulled_back(found, x, weights)


class DosesOp(SlopedOp):
    """ln of every patient's typical dose at x."""

    def __init__(self, model: DoseModel) -> None:
        super().__init__()
        self.model = model

    def found(self, *inputs: Any) -> Doses:
        return self.model.at(*inputs)

    def values(self, found: Doses) -> Floats:
        return found.ln_mg_per_day

    def pulled_back(self, found: Doses, weights: Floats, *inputs: Any) -> tuple[Floats]:
        return (self.model.pulled_back(found, inputs[0], weights),)


class ClearancesOp(SlopedOp):
    """ln of the groups' median clearances at x."""

    def __init__(self, model: Clearances) -> None:
        super().__init__()
        self.model = model

    def found(self, *inputs: Any) -> tuple[Floats, Floats]:
        return self.model.at(*inputs)

    def values(self, found: tuple[Floats, Floats]) -> Floats:
        return found[0]

    def pulled_back(
        self, found: tuple[Floats, Floats], weights: Floats, *_: Any
    ) -> tuple[Floats]:
        return (weights @ found[1],)
