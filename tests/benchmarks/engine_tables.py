"""All figures of the engine's speed, as Markdown.

`python -m tests.benchmarks.engine_tables [--quick] [--full] [--out FILE.md]`
"""

import argparse
import sys
from pathlib import Path

from tests.benchmarks.other_tables import first_results, other_models
from tests.benchmarks.table import Table, this_machine
from tests.benchmarks.twin_tables import (
    a_crowd,
    a_gradient,
    a_patient,
    share_of_peak,
)


def main(arguments: list[str] | None = None) -> None:
    """Measure, then print, or write to the file of `--out`."""
    parser = argparse.ArgumentParser(description="Measure the compiled engine.")
    parser.add_argument("--quick", action="store_true", help="small, within a minute")
    parser.add_argument("--full", action="store_true", help="a million twins too")
    parser.add_argument("--out", type=Path, metavar="FILE.md")
    given = parser.parse_args(arguments)
    text = document(quick=given.quick, full=given.full)
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def document(*, quick: bool, full: bool = False) -> str:
    """The tables, under what they were measured on."""
    about = this_machine()  # before anything runs: the load is other people's
    tables: list[Table] = [
        a_patient(quick=quick),
        a_crowd(quick=quick, full=full),
        share_of_peak(quick=quick),
        first_results(quick=quick),
        a_gradient(quick=quick),
        other_models(quick=quick),
    ]
    heading = "# How fast the engine is\n\n"
    begin = (
        "Measured by `python -m tests.benchmarks.engine_tables --out "
        "docs/verification/engine_speed.md`; times are this machine's, on that day.\n\n"
    )
    return heading + begin + about + "\n\n" + "\n".join(t.markdown() for t in tables)


if __name__ == "__main__":
    main()
