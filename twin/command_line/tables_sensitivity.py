"""The tables of `twin verify sensitivity`; figures are per cent of a variance."""

from collections.abc import Iterator, Sequence

import numpy as np

from twin.command_line.record import markdown_table
from twin.credibility.global_sensitivity.patient import (
    DOSE,
    LABORATORY,
    POPULATION,
    READ_ON_DAYS,
)
from twin.credibility.global_sensitivity.pick_freeze import Indices
from twin.credibility.global_sensitivity.study import Study
from twin.inference.readings import INR
from twin.vocabulary.scales import SCALES

_PEOPLE = tuple(scale for scale in SCALES if scale != LABORATORY)
MAIN = (DOSE, *(f"{INR} day {day}" for day in READ_ON_DAYS))
"""Outputs that are shown in full."""
SCALE_COLUMNS = ("output", "SD of ln", *_PEOPLE, POPULATION, LABORATORY, "together")
_LEAST_OF_AXIS = 0.02
_LOADINGS = 3


def scale_rows(
    found: Study, outputs: Sequence[str] | None = None
) -> Iterator[tuple[str, ...]]:
    """An output each: its spread, and what each scale carries, in per cent."""
    own = found.by_scale
    for name in outputs or own.outputs:
        place = own.outputs.index(name)
        cells = [
            _pair(own, own.factors.index(factor), place)
            if factor in own.factors
            else "-"
            for factor in (*_PEOPLE, POPULATION, LABORATORY)
        ]
        yield (
            name,
            f"{np.sqrt(own.variance[place]):.3f}",
            *cells,
            f"{_per_cent(own.together[place])}",
        )


def _per_cent(share: float) -> str:
    return str(round(100 * float(share)))  # an integer has no -0


def _pair(own: Indices, row: int, column: int) -> str:
    first, half, total = (
        _per_cent(table[row, column])
        for table in (own.first, own.first_half, own.total)
    )
    return f"{first} ± {half} ({total})"


def knowledge_table(found: Study) -> list[str]:
    """Lack of knowledge by scale: share, told and left, per cent."""
    known = found.knowledge
    rows = []
    for place, name in enumerate(known.outputs):
        cells = [
            f"{_per_cent(known.share[row, place])} | "
            f"{_per_cent(known.told[row, place])} ± "
            f"{_per_cent(known.told_half[row, place])} | "
            f"{_per_cent(known.left[row, place])} ± "
            f"{_per_cent(known.left_half[row, place])}"
            for row in range(len(known.groups))
        ]
        rows.append(
            (
                name,
                f"{np.sqrt(known.variance[place]):.3f}",
                *(part for cell in cells for part in cell.split(" | ")),
                f"{_per_cent(known.linear[place])}",
            )
        )
    heads = [
        f"{scale}: {what}"
        for scale in known.groups
        for what in ("share", "told", "left")
    ]
    return markdown_table(("output", "SD of ln", *heads, "linear"), rows)


def effect_table(found: Study) -> list[str]:
    """Indices of each effect, for the main outputs."""
    own = found.by_effect
    places = [own.outputs.index(name) for name in MAIN]
    rows = [
        (factor, *(_pair(own, row, place) for place in places))
        for row, factor in enumerate(own.factors)
    ]
    rows.append(("together", *(f"{_per_cent(own.together[p])}" for p in places)))
    return markdown_table(("factor", *MAIN), rows)


def axes_table(found: Study) -> list[str]:
    """Axes that matter to a main output, and what they are made of."""
    own, axes = found.axes.indices, found.axes
    places = [own.outputs.index(name) for name in MAIN]
    rows = []
    for row, name in enumerate(own.factors):
        if not np.any(own.total[row, places] >= _LEAST_OF_AXIS):
            continue
        strongest = np.argsort(-np.abs(axes.loadings[row]))[:_LOADINGS]
        made_of = ", ".join(
            f"{axes.parameters[k]} {axes.loadings[row, k]:+.2f}" for k in strongest
        )
        cells = (_pair(own, row, place) for place in places)
        rows.append((name, f"{axes.ln_sds[row]:.3f}", made_of, *cells))
    kept = (f"{_per_cent(axes.kept[place])}" for place in places)
    rows.append(("kept", "", "", *kept))
    return markdown_table(("axis", "SD", "mostly", *MAIN), rows)


def request_table(found: Study) -> list[str]:
    """Shares of few draws by covariance, beside the indices."""
    request, own = found.request, found.by_scale
    places = [found.outputs.index(name) for name in MAIN]

    def beside(factor: str, place: int, share: float) -> str:
        if factor not in own.factors:
            return f"{_per_cent(share)}"
        return (
            f"{_per_cent(share)} ({_per_cent(own.of(factor, own.outputs[place])[0])})"
        )

    rows = [
        (
            scale,
            *(beside(scale, p, float(request.person[row, p])) for p in places),
        )
        for row, scale in enumerate(request.scales)
        if scale in _PEOPLE
    ]
    unknown, reading = request.knowledge.sum(axis=0), request.reading.sum(axis=0)
    rows.append((POPULATION, *(beside(POPULATION, p, unknown[p]) for p in places)))
    rows.append((LABORATORY, *(beside(LABORATORY, p, reading[p]) for p in places)))
    rows.append(("linear", *(f"{_per_cent(request.linear[p])}" for p in places)))
    return markdown_table(("scale", *MAIN), rows)
