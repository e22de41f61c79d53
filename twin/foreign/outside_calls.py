"""PharmCAT's outside-call TSV: gene, diplotype, phenotype, score; runs in the child."""

from itertools import zip_longest
from pathlib import Path
from typing import Any

from twin.errors import ForeignFileError
from twin.foreign.limits import LARGEST_OUTSIDE_CALLS_BYTES, MOST_OUTSIDE_CALLS
from twin.foreign.stream import regular_file

_FIELDS = ("gene", "diplotype", "phenotype", "activity_score")


def read(path: Path) -> dict[str, Any]:
    """The calls: line number and fields of each line that is no remark, "" for none.

    Raises: ForeignFileError naming the line that is not such a call.
    """
    if regular_file(path) > LARGEST_OUTSIDE_CALLS_BYTES:
        raise ForeignFileError(
            f"is larger than {LARGEST_OUTSIDE_CALLS_BYTES / 1e3:g} kB; a list of genes "
            "is not"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ForeignFileError(f"is not UTF-8 text (byte {error.start})") from error
    calls = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("\t")]
        if not 2 <= len(fields) <= len(_FIELDS):
            raise ForeignFileError(
                f"line {number} has {len(fields)} fields; write gene, diplotype, "
                "phenotype, activity score, with tabs between"
            )
        calls.append(
            {"line": number, **dict(zip_longest(_FIELDS, fields, fillvalue=""))}
        )
    if len(calls) > MOST_OUTSIDE_CALLS:
        raise ForeignFileError(
            f"lists {len(calls)} calls; at most {MOST_OUTSIDE_CALLS} are read"
        )
    return {"calls": calls}
