"""How the hand-written array kernels are made: compiled once, kept on disk, exact.

A file `*_kernels.py` holds them, knows nothing of the twin but this module, and is
imported inside the function that calls it: numba costs a third of a second, and who
asks for help needs none of it.  A kernel names its signature, so that it is compiled
or read from the cache when its file is imported, never while somebody waits.
"""

import math
from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_Function = TypeVar("_Function", bound=Callable[..., Any])

# As numpy calculates: no sum is reordered, a division by zero is an infinity.  Not
# parallel: numba's own threads end the process when two requests call them at once.
# What is kept on disk does not know these: who changes them changes the kernels' files.
_EXACT: dict[str, Any] = {"fastmath": False, "error_model": "numpy", "nogil": True}

_NO_CACHE = (
    RuntimeError,  # numba's word for: no folder to keep it in
    OSError,  # a full disk
    EOFError,  # a file cut short
    UnpicklingError,
)


def kernel(signature: str) -> Callable[[_Function], _Function]:
    """Compiles for one signature, at once: kept beside its source file.

    Where nobody may write there, it is kept in the user's own cache; where there is
    none either, it is compiled for this process alone.  What is kept is known by the
    content of the source file, the processor and numba's version: so a kernel uses no
    compiled function of another file.
    """
    from numba import njit  # noqa: PLC0415 - a third of a second

    def compiled(function: _Function) -> _Function:
        try:
            return cast("_Function", njit(signature, cache=True, **_EXACT)(function))
        except _NO_CACHE:
            return cast("_Function", njit(signature, **_EXACT)(function))

    return compiled


def part(function: _Function) -> _Function:
    """A step that kernels of its own file share; compiled into each."""
    from numba import njit  # noqa: PLC0415 - a third of a second

    return cast("_Function", njit(**_EXACT)(function))


def side_by_side(*columns: npt.ArrayLike) -> tuple[Floats, tuple[int, ...]]:
    """Columns broadcast to one shape, as a fresh float64[column, row], and the shape.

    The form in which kernels read: contiguous, and nobody else's.
    """
    arrays = [np.asarray(column) for column in columns]
    shape = np.broadcast(*arrays).shape
    table = np.empty((len(arrays), *shape))
    for place, array in enumerate(arrays):
        table[place] = array
    return table.reshape(len(arrays), math.prod(shape)), shape
