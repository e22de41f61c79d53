"""`twin model inspect`: what is in somebody's SBML or COMBINE archive."""

from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.output import Json, done, say, table
from twin.foreign.killable import read_apart

_SECONDS = 60.0


def inspect(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="SBML (*.xml) or COMBINE (*.omex).")
    ],
    _json: Json = False,
) -> None:
    """Look into a foreign model without trusting it: measured, then read apart."""
    found = read_apart("model", file, seconds=_SECONDS)
    where = "" if found["location"] is None else f", {found['location']} of the archive"
    say(
        f"SBML level {found['level']} version {found['version']}{where}: "
        f"{found['id'] or '(no id)'} {found['name']}".rstrip()
    )
    if found["packages"]:
        say(f"packages: {', '.join(found['packages'])}")
    rows = table("part", "how many")
    for part, number in found["counts"].items():
        rows.add_row(part.replace("_", " "), str(number))
    say(rows)
    for complaint in found["complaints"]:
        say(f"! {complaint}")
    done({"file": str(file), **found})
