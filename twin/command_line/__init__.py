"""The command line: `twin dose`, `learn`, `simulate`, `explain`, `model`, and others.

The topmost layer; it opens files and computes nothing.  A command's module is loaded
when that command is asked for, so that help and a slip of the pen cost no time.
"""

import gc
import sys
from importlib import import_module
from typing import Any

import typer
import typer.core

from twin.command_line.output import (
    BAD_INPUT,
    OTHER_FAILURE,
    Json,
    claim,
    fail,
    status_of,
)
from twin.errors import TwinError

_INTERRUPTED = 130

# A command loads its libraries and ends: there is little garbage among hundreds of
# thousands of new objects, and to look for it after every few hundred costs as much as
# loading numba.
_NEW_OBJECTS_BETWEEN_COLLECTIONS = 100_000

# command -> what it does, as `twin --help` lists it; each is a module of this package
_COMMANDS = {
    "dose": "The maintenance dose of a patient, with reasons, course and warnings.",
    "learn": "Learn from INRs and other measurements: what they say of the patient.",
    "simulate": "The course under a regimen of your own.",
    "explain": "Walk the scales of a patient's answer, from variant to INR.",
    "genotype": "Read a laboratory's file: diplotypes, and what stays possible.",
    "validate": "Score the model against a file of measurements, without refitting.",
    "model": "Make and inspect the models.",
    "verify": "Hold the model against data, networks and its own laws.",
}


class _Commands(typer.core.TyperGroup):
    """The commands by name; only the one that is asked for is loaded."""

    def list_commands(self, ctx: Any) -> list[str]:
        """As the table above has them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A light stand-in: name and help."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        return typer.core.TyperCommand(
            cmd_name, callback=lambda: None, help=_COMMANDS[cmd_name]
        )

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The real command, loaded now."""
        if args and args[0] in _COMMANDS:
            module = import_module(f"twin.command_line.{args[0]}")
            return args[0], typer.main.get_command(module.app), args[1:]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A patient's digital twin for warfarin dosing: decision support, not a "
    "decision.",
)


@app.callback()
def _root(_json: Json = False) -> None:
    """Only groups the commands."""


def main() -> None:
    """Run the command in `sys.argv` and leave with its exit status."""
    arguments = sys.argv[1:]
    # Known before any parsing, so that a slip in the options is told as JSON too.
    # Help is for people, whoever asks.
    claim(machine="--json" in arguments and "--help" not in arguments)
    sys.excepthook = _defect
    gc.set_threshold(_NEW_OBJECTS_BETWEEN_COLLECTIONS)
    sys.exit(_run(arguments))


def _run(arguments: list[str]) -> int:
    try:
        status = typer.main.get_command(app).main(
            arguments or ["--help"], prog_name="twin", standalone_mode=False
        )
    except TwinError as error:
        return fail(type(error).__name__, str(error), status=status_of(error))
    except typer.TyperException as error:
        return _usage(error)
    except typer.Abort:
        return fail("Interrupted", "interrupted", status=_INTERRUPTED)
    return status if isinstance(status, int) else 0


def _usage(error: typer.TyperException) -> int:
    message = error.format_message()
    nameless = ("", "Missing command.")
    if message.strip() in nameless or "Usage:" in message:  # a group alone
        message = "name a command; --help lists them"
    return fail("UsageError", message, status=BAD_INPUT)


def _defect(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """A defect of the program itself: the trace for its makers, and JSON if asked."""
    sys.__excepthook__(kind, error, trace)
    message = f"a defect of the program: {error}; please report the trace above it"
    fail(kind.__name__, message, status=OTHER_FAILURE)
