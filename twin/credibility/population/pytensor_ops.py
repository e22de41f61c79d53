"""Courses, stable doses and clearances as operations of PyTensor, with their slopes.

Values and slopes come together from the engine and from the closed form; an operation
keeps its last answer, so that whoever asks for the slope next does not pay twice.
"""

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from twin.credibility.population.clearances import Clearances
from twin.credibility.population.dose_slopes import DoseModel, Doses
from twin.errors import IntegrationFailed
from twin.inference.course_reader import Courses
from twin.inference.courses import CourseModel
from twin.vocabulary.ensemble import Floats


class CoursesOp(Op):
    """ln of a family's samples at (x, z)."""

    def __init__(self, model: CourseModel) -> None:
        self.model = model
        self.last: tuple[bytes, Courses] | None = None

    def make_node(self, x: Any, z: Any) -> Apply:
        return Apply(self, [pt.as_tensor(x), pt.as_tensor(z)], [pt.dvector()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = self.asked(*inputs).ln_value

    def asked(self, x: Floats, z: Floats) -> Courses:
        """The last answer is kept: values and slopes come together."""
        key = x.tobytes() + z.tobytes()
        if self.last is None or self.last[0] != key:
            self.last = (key, self._found(x, z))
        return self.last[1]

    def _found(self, x: Floats, z: Floats) -> Courses:
        try:
            return self.model.at(x, z)
        except IntegrationFailed:
            # Not a number: the sampler sees a divergence there, and counts it.
            n, d = len(self.model.samples), len(self.model.directions.moves)
            return Courses(np.full(n, np.nan), np.full((n, d), np.nan))

    def L_op(self, inputs: Any, outputs: Any, gradients: Any) -> list[Any]:
        return list(CoursesBackOp(self)(*inputs, *gradients))


class CoursesBackOp(Op):
    """Slopes of a weighted sum of a family's samples, by x and by z."""

    def __init__(self, forward: CoursesOp) -> None:
        self.forward = forward

    def make_node(self, x: Any, z: Any, weights: Any) -> Apply:
        inputs = [pt.as_tensor(each) for each in (x, z, weights)]
        return Apply(self, inputs, [pt.dvector(), pt.dmatrix()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, z, weights = inputs
        found = self.forward.asked(x, z)
        by_x, by_z = self.forward.model.pulled_back(found, x, weights)
        outputs[0][0], outputs[1][0] = by_x, by_z


class DosesOp(Op):
    """ln of every patient's typical dose at x."""

    def __init__(self, model: DoseModel) -> None:
        self.model = model
        self.last: tuple[bytes, Any] | None = None

    def make_node(self, x: Any) -> Apply:
        return Apply(self, [pt.as_tensor(x)], [pt.dvector()])

    def asked(self, x: Floats) -> Doses:
        key = x.tobytes()
        if self.last is None or self.last[0] != key:
            self.last = (key, self.model.at(x))
        return self.last[1]

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = self.asked(inputs[0]).ln_mg_per_day

    def L_op(self, inputs: Any, outputs: Any, gradients: Any) -> list[Any]:
        return [DosesBackOp(self)(inputs[0], gradients[0])]


class DosesBackOp(Op):
    """Slope of a weighted sum of ln doses by x."""

    def __init__(self, forward: DosesOp) -> None:
        self.forward = forward

    def make_node(self, x: Any, weights: Any) -> Apply:
        return Apply(self, [pt.as_tensor(x), pt.as_tensor(weights)], [pt.dvector()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, weights = inputs
        model = self.forward.model
        outputs[0][0] = model.pulled_back(self.forward.asked(x), x, weights)


class ClearancesOp(Op):
    """ln of the groups' median clearances at x."""

    def __init__(self, model: Clearances) -> None:
        self.model = model

    def make_node(self, x: Any) -> Apply:
        return Apply(self, [pt.as_tensor(x)], [pt.dvector(), pt.dmatrix()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0], outputs[1][0] = self.model.at(inputs[0])

    def L_op(self, inputs: Any, outputs: Any, gradients: Any) -> list[Any]:
        return [gradients[0] @ outputs[1]]
