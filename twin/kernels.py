"""How the hand-written array kernels are made: compiled once, kept on disk, exact.

A file `*_kernels.py` holds them, knows nothing of the twin but this module, and is
imported inside the function that calls it: numba costs a third of a second, and who
asks for help needs none of it.  A kernel names its signature, so that it is compiled
or read from the cache when its file is imported, never while somebody waits.
"""

import math
import pickle
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
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
        made = njit(**_EXACT)(function)
        try:
            made.enable_caching()
            _seal(made)
            made.compile(signature)
        except _NO_CACHE:
            made = njit(**_EXACT)(function)
            made.compile(signature)
        made.disable_compile()
        return cast("_Function", made)

    return compiled


def _seal(made: Any) -> None:
    """Keep a function in files that begin with the hash of what they hold.

    numba itself would unpickle and run whatever stands in them.  A file with another
    hash counts as none: it is compiled anew and written over.
    """
    from numba.core import caching  # noqa: PLC0415 - as above

    plain: Any = caching.IndexDataCacheFile

    class SealedFile(plain):  # type: ignore[misc]
        def _load_index(self) -> dict[Any, str]:
            found = _unsealed(self._index_path)
            if found is None or found[:2] != (self._version, self._source_stamp):
                return {}
            return dict(found[2])

        def _save_index(self, overloads: dict[Any, str]) -> None:
            self._write(
                self._index_path, (self._version, self._source_stamp, overloads)
            )

        def _load_data(self, name: str) -> Any:
            return _unsealed(self._data_path(name))

        def _save_data(self, name: str, data: Any) -> None:
            self._write(self._data_path(name), data)

        def _write(self, path: str, content: Any) -> None:
            held = self._dump(content)
            with self._open_for_write(path) as file:
                file.write(sha256(held).digest() + held)

    files = made._cache._cache_file
    made._cache._cache_file = SealedFile(
        files._cache_path,
        files._index_name.removesuffix(".nbi"),
        files._source_stamp,
    )


def _unsealed(path: str) -> Any:
    """What a file holds; None where there is none, or not what was written."""
    try:
        found = Path(path).read_bytes()
    except FileNotFoundError:
        return None
    size = sha256().digest_size
    seal, held = found[:size], found[size:]
    if sha256(held).digest() != seal:
        return None
    return pickle.loads(held)  # noqa: S301 - as it was written


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
