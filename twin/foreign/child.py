"""The process in which foreign files are read: limits first, then one reader.

Reads a request from standard input and writes `{"result": ...}` or `{"error": ...}`.
Only `killable` starts it.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

from twin.errors import InputError, LibraryError
from twin.foreign.limits import READER_MEMORY_BYTES


def main() -> None:
    """Serve one request."""
    request = json.loads(sys.stdin.buffer.read())
    answer_to = os.dup(1)
    os.dup2(2, 1)  # libraries written in C print where they like
    _limit(request["processor_seconds"])
    reader = import_module(f"twin.foreign.{request['reader']}")
    try:
        answer = {"result": reader.read(Path(request["path"]), **request["options"])}
    except (InputError, LibraryError) as error:
        answer = {"error": str(error)}
    with os.fdopen(answer_to, "w", encoding="utf-8") as out:
        json.dump(answer, out)


def _limit(processor_seconds: int) -> None:
    """Memory and processor time, where the system knows such limits."""
    try:
        import resource  # noqa: PLC0415 - POSIX only
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (READER_MEMORY_BYTES, READER_MEMORY_BYTES))
    limit = (processor_seconds, processor_seconds)
    resource.setrlimit(resource.RLIMIT_CPU, limit)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
