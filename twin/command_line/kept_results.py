"""Results of long verifications, kept line by line: interrupted, they go on.

A file belongs to one question; its name carries the digest, so that another model or
other settings begin anew.  A line that was cut off while it was written is made again.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
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
    enough: Callable[[], bool] = lambda: False,
) -> list[dict[str, Any]]:
    """The result of every number, from the file where it is there, else made.

    What was begun is finished even when there is enough: results that take long are as
    likely to be among them as others.

    Args:
        folder: where the file lies.
        name: of the verification.
        question: all that the results depend on.
        numbers: of the results.
        make: number -> a value that JSON can say; picklable.
        workers: processes.
        progress: called with (done, of).
        enough: asked before a result is begun; no more are made once it says so.

    Returns: in the order of `numbers`; those that are there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{digest(question)[:16]}.jsonl"
    asked = list(numbers)
    known = dict(_read(path))
    missing = [number for number in asked if number not in known]
    with path.open("a", encoding="utf-8") as file:
        for number, value in _made(missing, make, workers, enough):
            known[number] = plain(value)
            line = json.dumps({"number": number, "value": known[number]})
            file.write(line + "\n")
            file.flush()
            progress(sum(n in known for n in asked), len(asked))
    return [known[number] for number in asked if number in known]


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
    numbers: list[int],
    make: Callable[[int], object],
    workers: int,
    enough: Callable[[], bool],
) -> Iterator[tuple[int, object]]:
    """Results as they come."""
    if workers <= 1 or len(numbers) < 2:
        for number in numbers:
            if enough():
                return
            yield number, make(number)
        return
    waiting = iter(numbers)
    running: dict[Future[object], int] = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:

        def begin(n: int) -> None:
            if not enough():
                for number in islice(waiting, n):
                    running[pool.submit(make, number)] = number

        begin(workers)
        while running:
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                yield running.pop(future), future.result()
            begin(len(ended))
