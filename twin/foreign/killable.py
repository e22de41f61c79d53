"""Run the reading of somebody's file in a process that may die in our place.

The child gets limits on memory and processor time and talks JSON over its standard
output; whatever becomes of it, the caller gets a result or an error in one line.
"""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from twin.errors import ForeignFileError
from twin.foreign.limits import READER_SECONDS

_READERS = ("vcf", "pharmcat", "outside_calls", "model", "archive")


def read_apart(
    reader: str,
    path: Path,
    *,
    seconds: float = READER_SECONDS,
    processor_seconds: int = READER_SECONDS,
    **options: Any,
) -> dict[str, Any]:
    """What a reader of `twin.foreign` makes of a file, read by another process.

    Args:
        reader: `vcf`, `pharmcat`, `outside_calls`, `model` or `archive`.
        path: of the file.
        seconds: wall-clock time the reading may take.
        processor_seconds: of its own, which other work on the machine does not use up.
        options: passed to the reader; what JSON can say.

    Raises: ForeignFileError with the reader's own message, or saying how it died.
    """
    assert reader in _READERS
    request = json.dumps(
        {
            "reader": reader,
            "path": str(path),
            "processor_seconds": processor_seconds,
            "options": options,
        }
    )
    try:
        done = subprocess.run(
            [sys.executable, "-m", "twin.foreign.child"],
            input=request.encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ForeignFileError(
            f"{path}: reading took more than {seconds:g} s and was stopped; "
            "give a smaller file, or a part of it"
        ) from error
    if done.returncode != 0:
        raise ForeignFileError(f"{path}: {_death(done.returncode)}")
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise ForeignFileError(f"{path}: {answer['error']}")
    return dict(answer["result"])


def _death(status: int) -> str:
    if status < 0:
        name = signal.Signals(-status).name
        return (
            f"the program that reads such files died of it ({name}); "
            "the file is damaged or made to do that"
        )
    return (
        "the program that reads such files gave up on it (out of memory or defect); "
        "the file is damaged, too large, or made to do that"
    )
