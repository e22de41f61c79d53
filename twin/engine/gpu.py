"""A device that is an NVIDIA GPU: the compiled text as PTX, a thread a draw.

Talks to NVIDIA's driver itself (libcuda; nothing to install beside the driver).  The
arithmetic is that of the processor's code, rounding for rounding; what is not there
yet is refused by name: events, and functions of the C library.
"""

import ctypes
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from twin.engine.device import Code
from twin.engine.graph.vector_field import VectorField
from twin.engine.handover import Arrays, Machine, Question, block_of
from twin.engine.lanes import machine
from twin.engine.lanes.block import Word
from twin.engine.lanes.emit_thread import WARP, lanes_of_threads, tile_bytes
from twin.engine.lanes.kernel import Kernel, Method, compiled_for_threads
from twin.errors import NumericsError

# Threads a group: tiles are read by the threads of one warp only.
_GROUP = 64
# Draws a launch: workspaces (some 20 kB a draw) and records fit any such device.
_LAUNCH = 65_536

_WRITTEN = (Word.RECORDS, Word.STATUS, Word.STEPS)


@dataclass(eq=False)
class Gpu:
    """One GPU, by its number.

    Raises: NumericsError where there is no NVIDIA driver or no such GPU.
    """

    number: int = 0
    _driver: "_Driver | None" = field(default=None, repr=False)

    @property
    def driver(self) -> "_Driver":
        """NVIDIA's driver, with this GPU made current."""
        if self._driver is None:
            self._driver = _Driver(self.number)
        self._driver.make_current()
        return self._driver

    @property
    def processor(self) -> machine.Processor:
        """Outputs are computed by this process."""
        return machine.this_processor()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by number: another process opens the driver itself."""
        return (type(self), (self.number,))

    @property
    def fingerprint(self) -> str:
        """The GPU's name and the driver's version."""
        return self.driver.description

    def chunk(self, n_draws: int, threads: int) -> int:  # noqa: ARG002 - its own threads
        """Draws a launch."""
        return _LAUNCH

    def key(self, method: Method) -> str:
        """Tableau and kind of number."""
        return f"{method.tableau} {method.real} thread"

    def compile(self, model: VectorField, method: Method) -> Kernel:
        """PTX, which the driver turns into the GPU's own code."""
        return compiled_for_threads(model, method, None)

    def load(self, code: bytes) -> Code:
        """PTX as a module of the driver."""
        return self.driver.load(code)

    def integrate(self, kernel: Machine, question: Question, arrays: Arrays) -> None:
        """Copy there, run, copy back."""
        driver = self.driver
        n_rows = len(arrays[Word.VALUES])
        lanes = lanes_of_threads("float" if kernel.is_short else "double")
        n_warps = -(-n_rows // WARP)
        addresses: dict[Word, int] = {}
        try:
            for word, array in arrays.items():
                addresses[word] = driver.put(array, copied=word not in _WRITTEN)
            addresses[Word.WORKSPACE] = driver.room(
                n_warps * tile_bytes(lanes, kernel.layout)
            )
            block = block_of(question, n_rows, addresses)
            addresses[Word.N_ROWS] = driver.put(block, copied=True)
            driver.launch(kernel.advance, addresses[Word.N_ROWS], n_rows)
            for word in _WRITTEN:
                driver.get(addresses[word], arrays[word])
        finally:
            for address in addresses.values():
                driver.free(address)


class _Module:
    """A loaded module; kernels by name."""

    def __init__(self, driver: "_Driver", handle: Any) -> None:
        self._driver, self._handle = driver, handle

    def address(self, function: str) -> int:
        """The handle of the kernel that stands for `advance`."""
        found = ctypes.c_void_p()
        name = {"advance": b"advance_gpu"}[function]
        self._driver.call(
            "cuModuleGetFunction", ctypes.byref(found), self._handle, name
        )
        return found.value or 0


class _Driver:
    """The few calls of CUDA's driver interface that are needed, each checked."""

    def __init__(self, number: int) -> None:
        for name in ("libcuda.so.1", "libcuda.dylib", "nvcuda.dll"):
            try:
                self._library = ctypes.CDLL(name)
                break
            except OSError:
                continue
        else:
            raise NumericsError(
                "there is no NVIDIA driver on this machine (libcuda); choose the "
                "processor as the device"
            )
        self.call("cuInit", 0)
        device = ctypes.c_int()
        self.call("cuDeviceGet", ctypes.byref(device), number)
        self._context = ctypes.c_void_p()
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(self._context), device)
        self._device = device
        self.make_current()

    def call(self, function: str, *arguments: Any) -> None:
        """Raises: NumericsError with CUDA's own word for what went wrong."""
        code = getattr(self._library, function)(*arguments)
        if code:
            text = ctypes.c_char_p()
            self._library.cuGetErrorName(code, ctypes.byref(text))
            said = (text.value or b"unknown").decode()
            raise NumericsError(f"{function} on the GPU: {said} ({code})")

    def make_current(self) -> None:
        """For the calling thread."""
        self.call("cuCtxSetCurrent", self._context)

    @cached_property
    def description(self) -> str:
        """Name of the GPU, version of the driver."""
        name, version = ctypes.create_string_buffer(128), ctypes.c_int()
        self.call("cuDeviceGetName", name, 128, self._device)
        self.call("cuDriverGetVersion", ctypes.byref(version))
        return f"{name.value.decode()} driver {version.value}"

    def load(self, code: bytes) -> _Module:
        """PTX (ends with a zero byte for the driver)."""
        handle = ctypes.c_void_p()
        self.call("cuModuleLoadData", ctypes.byref(handle), ctypes.c_char_p(code))
        return _Module(self, handle)

    def room(self, n_bytes: int) -> int:
        """Device memory, zeroed."""
        address = ctypes.c_uint64()
        self.call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(n_bytes))
        self.call("cuMemsetD8_v2", address, ctypes.c_ubyte(0), ctypes.c_size_t(n_bytes))
        return address.value

    def put(self, array: np.ndarray[Any, Any], *, copied: bool) -> int:
        """Device memory for an array, with its content if `copied`."""
        address = self.room(max(array.nbytes, 8))
        if copied and array.nbytes:
            self.call(
                "cuMemcpyHtoD_v2",
                ctypes.c_uint64(address),
                ctypes.c_void_p(array.ctypes.data),
                ctypes.c_size_t(array.nbytes),
            )
        return address

    def get(self, address: int, array: np.ndarray[Any, Any]) -> None:
        """Device memory into an array."""
        self.call(
            "cuMemcpyDtoH_v2",
            ctypes.c_void_p(array.ctypes.data),
            ctypes.c_uint64(address),
            ctypes.c_size_t(array.nbytes),
        )

    def free(self, address: int) -> None:
        """Give device memory back."""
        self.call("cuMemFree_v2", ctypes.c_uint64(address))

    def launch(self, kernel: int, block: int, n_threads: int) -> None:
        """Run a kernel with one pointer, and wait for it."""
        pointer = ctypes.c_uint64(block)
        parameters = (ctypes.c_void_p * 1)(ctypes.addressof(pointer))
        groups = -(-n_threads // _GROUP)
        self.call(
            "cuLaunchKernel",
            ctypes.c_void_p(kernel),
            *(groups, 1, 1),
            *(_GROUP, 1, 1),
            0,
            None,
            parameters,
            None,
        )
        self.call("cuCtxSynchronize")
