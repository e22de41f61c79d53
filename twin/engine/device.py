"""Where compiled code runs: this processor, or a GPU, chosen as an object.

A device makes kernels for itself, loads them and integrates chunks with them; all else
(cache, programmes, outputs) is the engine's and the same everywhere.
"""

from dataclasses import dataclass, field
from typing import Protocol

from twin.engine.ensemble import CHUNK, on_processor
from twin.engine.graph.vector_field import VectorField
from twin.engine.handover import Arrays, Machine, Question
from twin.engine.lanes import machine
from twin.engine.lanes.kernel import Kernel, Method, compiled, lanes_of
from twin.engine.lanes.machine import LoadedCode


class Code(Protocol):
    """Machine code that is alive; functions by address."""

    def address(self, function: str) -> int:
        """Where a function begins."""
        ...


class Device(Protocol):
    """What can make, load and run kernels."""

    @property
    def fingerprint(self) -> str:
        """Results are bitwise the same where this is."""
        ...

    @property
    def processor(self) -> machine.Processor:
        """The processor that computes outputs from what the device recorded."""
        ...

    def chunk(self, n_draws: int, threads: int) -> int:
        """How many of so many draws one call takes, with so many threads to call."""
        ...

    def key(self, method: Method) -> str:
        """What a kernel depends on beside the model and the fingerprint."""
        ...

    def compile(self, model: VectorField, method: Method) -> Kernel:
        """The kernel of a model."""
        ...

    def load(self, code: bytes) -> Code:
        """The kernel's code, ready to be called."""
        ...

    def integrate(self, kernel: Machine, question: Question, arrays: Arrays) -> None:
        """Integrate the draws of a chunk."""
        ...


@dataclass(frozen=True)
class ThisProcessor:
    """The processor of this process, with all its features or with fewer."""

    processor: machine.Processor = field(default_factory=machine.this_processor)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled without features where they are this processor's: others differ."""
        own = self.processor == machine.this_processor()
        return (ThisProcessor, () if own else (self.processor,))

    @property
    def fingerprint(self) -> str:
        """Of its set of features."""
        return self.processor.fingerprint

    def chunk(self, n_draws: int, threads: int) -> int:
        """Draws a call: no thread is idle while another has two chunks' work."""
        return min(CHUNK, -(-n_draws // threads))

    def key(self, method: Method) -> str:
        """Tableau, kind of number and lane width."""
        lanes = lanes_of(method, self.processor)
        return f"{method.tableau} {lanes.real} {lanes.width}"

    def compile(self, model: VectorField, method: Method) -> Kernel:
        """See `twin.engine.lanes.kernel.compiled`."""
        return compiled(model, method, self.processor)

    def load(self, code: bytes) -> Code:
        """Object code, linked into this process."""
        return LoadedCode(code)

    def integrate(self, kernel: Machine, question: Question, arrays: Arrays) -> None:
        """In the calling thread."""
        on_processor(kernel, question, arrays)
