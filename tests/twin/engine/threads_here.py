"""What a GPU would run, on this processor: one lane a thread, warp after warp.

The same text as the GPU's, tiles and all, compiled for the processor; a loop stands for
the threads.  Shows that addresses and results are right where there is no GPU.
"""

import ctypes

import numpy as np

from twin.engine.gpu import Gpu
from twin.engine.graph.vector_field import VectorField
from twin.engine.handover import Arrays, Machine, Question, block_of
from twin.engine.lanes.block import Word
from twin.engine.lanes.emit_thread import WARP, lanes_of_threads, tile_bytes
from twin.engine.lanes.kernel import Kernel, Method, compiled_for_threads
from twin.engine.lanes.machine import LoadedCode, this_processor

_THREAD = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)


class _Threads:
    def __init__(self, code: LoadedCode) -> None:
        self._code = code

    def address(self, function: str) -> int:
        """The function of one thread."""
        return self._code.address({"advance": "advance_thread"}[function])


class ThreadsHere(Gpu):
    """A GPU's code without a GPU."""

    fingerprint = f"threads on {this_processor().fingerprint}"

    def compile(self, model: VectorField, method: Method) -> Kernel:
        """For the processor."""
        return compiled_for_threads(model, method, this_processor())

    def load(self, code: bytes) -> _Threads:
        """Into this process."""
        return _Threads(LoadedCode(code))

    def integrate(self, kernel: Machine, question: Question, arrays: Arrays) -> None:
        """Thread after thread."""
        n_rows = len(arrays[Word.VALUES])
        lanes = lanes_of_threads("float" if kernel.is_short else "double")
        tile = tile_bytes(lanes, kernel.layout)
        space = np.zeros(-(-n_rows // WARP) * tile + 128, np.uint8)
        addresses = {word: array.ctypes.data for word, array in arrays.items()}
        addresses[Word.WORKSPACE] = space.ctypes.data + -space.ctypes.data % 128
        block = block_of(question, n_rows, addresses)
        for number in range(n_rows):
            _THREAD(kernel.advance)(block.ctypes.data, number)
