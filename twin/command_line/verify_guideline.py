"""`twin verify guideline`: every path of CPIC's figure, as the twin walks it."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from twin.command_line.output import Json, done, say, table
from twin.command_line.record import markdown_table, record_text, write_record
from twin.genetics.guideline import (
    BRANCHES,
    CHILD_BRANCHES,
    GuidelineFacts,
    GuidelineTable,
    follow,
)
from twin.genetics.guideline import (
    Path as GuidelinePath,
)
from twin.library import load_library

_COLUMNS = (
    "VKORC1, CYP2C9",
    "ancestry",
    "*5 *6 *8 *11",
    "rs2108622 T",
    "rs12777823 A",
    "boxes passed",
    "algorithm's dose x",
)
_GENES = (
    (None, None),
    ("A/G", "*1/*3"),
    ("A/A", "*2/*3"),
)
_AFRICAN = (None, (), ("*8",), ("*8", "*11"), ("*8", "*8"))
_ANSWER = {None: "not tested", False: "no", True: "yes"}

Out = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Write the record into this folder."),
]


def guideline(out: Out = None, _json: Json = False) -> None:
    """List every path through CPIC's 2017 figures for warfarin."""
    library = load_library()
    rows = list(paths(library.guideline))
    shown = table(*_COLUMNS)
    for row in rows:
        shown.add_row(*row)
    say(shown)
    if out is not None:
        body = [
            f"{library.guideline.source}.  Rows that pass the same boxes for every",
            "answer to a question say *any* there.  This lists what the twin does;",
            "what it should do stands in `tests/twin/genetics/test_guideline.py`, a",
            "table written from the figure.  Without an ancestry all are shown.",
            "",
            *markdown_table(_COLUMNS, rows),
            "",
            *(
                f"- `{name}`: {box.says} ({box.strength})"
                for name, box in library.guideline.boxes.items()
            ),
        ]
        text = record_text(
            "CPIC's 2017 guideline for warfarin, path by path",
            body,
            command="twin verify guideline",
            library=library,
            seed=None,
        )
        say(f"written to {write_record(out, 'guideline.md', text)}")
    done({"columns": _COLUMNS, "rows": rows})


def paths(figure: GuidelineTable) -> Iterator[tuple[str, ...]]:
    """One row for each way through, questions that are not asked left open."""
    seen: set[tuple[str, ...]] = set()
    for (vkorc1, cyp2c9), branch in product(_GENES, BRANCHES):
        for african, t, a in product(
            _AFRICAN, (None, False, True), (None, False, True)
        ):
            facts = GuidelineFacts(
                vkorc1, cyp2c9, african, t, a, branch, cyp2c9 == "*2/*3"
            )
            chosen = follow(facts, figure).chosen
            assert chosen is not None
            row = _row(facts, chosen)
            if row not in seen:
                seen.add(row)
                yield row
    for branch in CHILD_BRANCHES:
        child = GuidelineFacts("A/G", "*1/*3", None, None, None, branch, child=True)
        chosen = follow(child, figure).chosen
        assert chosen is not None
        boxes = ", ".join(step.name for step in chosen.steps)
        yield ("A/G, *1/*3", f"{branch}, child", "any", "any", "any", boxes, "-")


def _row(facts: GuidelineFacts, chosen: GuidelinePath) -> tuple[str, ...]:
    """A question the path does not ask is answered `any`."""
    known = facts.vkorc1 is not None
    genes = f"{facts.vkorc1}, {facts.cyp2c9}" if known else "not both tested"
    asked_african = known
    asked_t = known and facts.branch == "non-African"
    asked_a = (
        known
        and facts.branch == "African American"
        and facts.african_variants is not None
    )
    low, high = chosen.dose_factor
    return (
        genes,
        str(facts.branch) if known else "any",
        _african(facts) if asked_african else "any",
        _ANSWER[facts.cyp4f2_t] if asked_t else "any",
        _ANSWER[facts.rs12777823_a] if asked_a else "any",
        ", ".join(step.name for step in chosen.steps),
        "-" if low == high == 1 else f"{low:.3f} to {high:.3f}",
    )


def _african(facts: GuidelineFacts) -> str:
    if facts.african_variants is None:
        return "not all tested"
    return " and ".join(facts.african_variants) or "none found"
