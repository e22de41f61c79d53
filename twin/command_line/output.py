"""How every command speaks: a table for people, one JSON object for machines.

Standard output belongs to the answer.  `claim` keeps it back for that and sends
whatever else is written there (CVODE's warnings come from C) to nowhere.
"""

import json
import os
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, TextIO

import typer

from twin.errors import InputError, TwinError, UnsupportedModel

BAD_INPUT = 2
UNSUPPORTED = 3
OTHER_FAILURE = 1
_LONGEST_MESSAGE = 600


@dataclass(slots=True)
class _Voice:
    """Where the answer goes and who reads it."""

    json: bool = False
    answer: TextIO = field(default_factory=lambda: sys.stdout)


_voice = _Voice()


def use_json(yes: bool) -> bool:
    """From here on: one JSON object on standard output and nothing else there."""
    _voice.json = _voice.json or yes
    return yes


Json = Annotated[
    bool,
    typer.Option(
        "--json",
        callback=use_json,
        is_eager=True,
        help="One JSON object on standard output, nothing else there (docs/json.md).",
    ),
]


def wants_json() -> bool:
    """Whether a machine is reading."""
    return _voice.json


def claim(*, machine: bool) -> None:
    """Keep standard output for the answer alone, down to the file descriptor.

    `machine`: JSON is asked for; what Python prints is then dropped too.
    """
    use_json(machine)
    sys.stdout.flush()
    _voice.answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    if not machine:
        sys.stdout = _voice.answer  # help is an answer


def say(*parts: Any) -> None:
    """Text or rich tables for people; silent when a machine reads."""
    if wants_json():
        return
    from rich.console import Console  # noqa: PLC0415 - only when somebody looks

    console = Console(file=_voice.answer, highlight=False, soft_wrap=False)
    if not _voice.answer.isatty():
        console.width = max(console.width, 100)
    for part in parts:
        if isinstance(part, str):
            part = _hanging(part, console.width)  # noqa: PLW2901 - the same part
        console.print(part, markup=False)


def _hanging(text: str, width: int) -> str:
    """Long lines broken, what follows four places further in."""
    indent = " " * (len(text) - len(text.lstrip()) + 4)
    lines = textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)
    return "\n".join(lines)


def table(*columns: str, title: str | None = None) -> Any:
    """An empty rich table in the house's form: a line under the head, no box."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - only when somebody looks
    from rich.table import Table  # noqa: PLC0415

    made = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for column in columns:
        made.add_column(column)
    return made


def done(document: Any) -> None:
    """The whole answer as one JSON object, when a machine reads.

    Written once it is whole: what JSON cannot say leaves standard output clean for
    the error that follows.
    """
    if wants_json():
        from twin.reproducibility import plain  # noqa: PLC0415 - numpy, when needed

        text = json.dumps(
            plain(document), indent=2, allow_nan=False, ensure_ascii=False
        )
        _voice.answer.write(text + "\n")
    _voice.answer.flush()


def hold(broken: Sequence[str]) -> None:
    """Leave with status 1 when a row with a tolerance is broken, naming each.

    After the answer and the record: they show the figures.
    """
    if broken:
        listed = _one_line("; ".join(broken))
        sys.stderr.write(f"rows that do not hold, {len(broken)}: {listed}\n")
        raise typer.Exit(OTHER_FAILURE)


def fail(kind: str, message: str, *, status: int) -> int:
    """One line on standard error (and the error as JSON); returns the exit status."""
    line = _one_line(message)
    sys.stderr.write(f"error: {line}\n")
    done({"error": {"kind": kind, "message": line, "exit_status": status}})
    return status


def status_of(error: TwinError) -> int:
    """2 when the person who asked can mend it, 3 for another engine's model, else 1."""
    if isinstance(error, UnsupportedModel):
        return UNSUPPORTED
    return BAD_INPUT if isinstance(error, InputError) else OTHER_FAILURE


def _one_line(message: str) -> str:
    """Without line breaks and control characters, and never endless."""
    line = " ".join(message.split())
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)
    if len(line) > _LONGEST_MESSAGE:
        half = _LONGEST_MESSAGE // 2
        line = f"{line[:half]} … {line[-half:]}"
    return line


@contextmanager
def progress(what: str) -> Iterator[None]:
    """A spinner on standard error while something takes its time."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - only when somebody looks

    with Console(stderr=True).status(what):
        yield


@contextmanager
def steps(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error that is told (done, of)."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console  # noqa: PLC0415 - only when somebody looks
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done_now, of: bar.update(task, completed=done_now, total=of)
