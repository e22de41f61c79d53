"""`twin model inspect`: what is in somebody's SBML or COMBINE archive."""

from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.output import Json, done, say, table
from twin.foreign.inspection import inspected


def inspect(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="SBML (*.xml) or COMBINE (*.omex).")
    ],
    _json: Json = False,
) -> None:
    """Look into a foreign model without trusting it: measured, then read apart."""
    found = inspected(file)
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
    if not found["checked"]:
        say("! not held to the rules of SBML: that takes libsbml too long, or fails")
    done({"file": str(file), **found})
