"""Our own vector functions as operations of PyTensor, with their slopes.

Values and slopes come together from the engine or a closed form; an operation keeps
its last answer, so that whoever asks for the slope next does not pay twice.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import disconnected_type
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from twin.vocabulary.ensemble import Floats


class SlopedOp(Op):
    """A vector of some inputs; slopes by those that are real.

    What makes an operation of it: `found`, `values` and `pulled_back`.
    """

    def __init__(self) -> None:
        self.last: tuple[bytes, Any] | None = None

    @abstractmethod
    def found(self, *inputs: Any) -> Any:
        """The answer at these inputs, with all that slopes need."""

    @abstractmethod
    def values(self, found: Any) -> Floats:
        """float64[value] of an answer; not a number where there is none."""

    @abstractmethod
    def pulled_back(
        self, found: Any, weights: Floats, *inputs: Any
    ) -> Sequence[Floats]:
        """Slopes of the weighted sum of the values by each real input, in its shape.

        Args:
            found: at these inputs.
            weights: float64[value].
            inputs: those of `found`.
        """

    def asked(self, *inputs: Any) -> Any:
        """The last answer is kept: values and slopes come together."""
        key = b"".join(np.asarray(each).tobytes() for each in inputs)
        if self.last is None or self.last[0] != key:
            self.last = (key, self.found(*inputs))
        return self.last[1]

    def make_node(self, *inputs: Any) -> Apply:
        return Apply(self, [pt.as_tensor(each) for each in inputs], [pt.dvector()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = self.values(self.asked(*inputs))

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[_real(each)] for each in node.inputs]

    def L_op(self, inputs: Any, outputs: Any, gradients: Any) -> list[Any]:
        slopes = iter(_BackOp(self)(*inputs, *gradients, return_list=True))
        return [next(slopes) if _real(i) else disconnected_type() for i in inputs]


class _BackOp(Op):
    """Slopes of a weighted sum of the values by the real inputs."""

    def __init__(self, forward: SlopedOp) -> None:
        self.forward = forward

    def make_node(self, *inputs: Any) -> Apply:
        given = [pt.as_tensor(each) for each in inputs]
        slopes = [each.type() for each in given[:-1] if _real(each)]
        return Apply(self, given, slopes)

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        *at, weights = inputs
        slopes = self.forward.pulled_back(self.forward.asked(*at), weights, *at)
        for place, slope in zip(outputs, slopes, strict=True):
            place[0] = slope


def _real(variable: Any) -> bool:
    return str(variable.dtype).startswith("float")
