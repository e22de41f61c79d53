"""Results of long verifications, kept line by line: interrupted, they go on.

A file belongs to one question; its name carries the digest, so that another model or
other settings begin anew.  A line that was cut off while it was written is made again.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from twin.reproducibility import digest, plain


def kept_results(
    folder: Path,
    name: str,
    question: object,
    numbers: Iterable[int],
    make: Callable[[int], object],
    *,
    workers: int,
    progress: Callable[[int, int], None],
) -> list[dict[str, Any]]:
    """The result of every number, from the file where it is there, else made.

    Args:
        folder: where the file lies.
        name: of the verification.
        question: all that the results depend on.
        numbers: of the results.
        make: number -> a value that JSON can say; picklable.
        workers: processes.
        progress: called with (done, of).

    Returns: in the order of `numbers`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{digest(question)[:16]}.jsonl"
    asked = list(numbers)
    known = dict(_read(path))
    missing = [number for number in asked if number not in known]
    with path.open("a", encoding="utf-8") as file:
        for number, value in _made(missing, make, workers):
            known[number] = plain(value)
            line = json.dumps({"number": number, "value": known[number]})
            file.write(line + "\n")
            file.flush()
            progress(sum(n in known for n in asked), len(asked))
    return [known[number] for number in asked]


def _read(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue  # cut off while it was written: made again
        yield entry["number"], entry["value"]


def _made(
    numbers: list[int], make: Callable[[int], object], workers: int
) -> Iterator[tuple[int, object]]:
    if workers <= 1 or len(numbers) < 2:
        for number in numbers:
            yield number, make(number)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from zip(numbers, pool.map(make, numbers), strict=True)
