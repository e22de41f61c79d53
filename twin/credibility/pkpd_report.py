"""Scores of predicted observations: by kind, by data set, by area under the curve."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twin.credibility.pkpd import (
    PredictedRow,
    Study,
    UnscoredRow,
    rows_in_order,
    subject_of,
)
from twin.credibility.pkpd_bands import Bands, with_bands
from twin.credibility.scores import FoldScore, area_under_curve, fold_score
from twin.engine.simulate import Engine
from twin.library import Library
from twin.lifecycle import TOLERANCE

_FEWEST_FOR_AREA = 3
Row = PredictedRow | UnscoredRow


@dataclass(frozen=True, slots=True)
class KindScore:
    """Scores of one kind of observation, in one data set or (None) in all.

    left_out   reason -> how many observations
    inside_90  share of the used inside their 90 % band; None without bands
    """

    dataset: str | None
    kind: str
    score: FoldScore
    left_out: Mapping[str, int]
    inside_90: float | None = None


@dataclass(frozen=True, slots=True)
class AreaRow:
    """Area under a concentration curve over the observed times, mg h/L."""

    dataset: str
    kind: str
    observed: float
    predicted: float


@dataclass(frozen=True, slots=True)
class PkpdReport:
    """All that a file of observations says about the model.

    left_out      reason -> how many rows of the whole file
    assumptions   assumption -> how many subjects it was made for
    """

    n_subjects: int
    rows: tuple[Row, ...]
    by_kind: tuple[KindScore, ...]
    by_dataset: tuple[KindScore, ...]
    areas: tuple[AreaRow, ...]
    area_scores: Mapping[str, FoldScore]
    left_out: Mapping[str, int]
    assumptions: Mapping[str, int]


def score_rows(
    rows: Sequence[Row], assumptions: Mapping[str, int], *, n_subjects: int
) -> PkpdReport:
    """GMFE, bias, share within 2-fold by kind and data set; areas of curves."""
    kinds = list(dict.fromkeys(row.kind for row in rows if row.kind))
    parts = list(dict.fromkeys((row.dataset, row.kind) for row in rows if row.kind))
    areas = tuple(
        area
        for dataset, kind in parts
        if kind.endswith("_plasma")
        and (area := _area([r for r in rows if (r.dataset, r.kind) == (dataset, kind)]))
    )
    return PkpdReport(
        n_subjects,
        tuple(rows),
        tuple(_score(None, k, [r for r in rows if r.kind == k]) for k in kinds),
        tuple(
            _score(d, k, [r for r in rows if (r.dataset, r.kind) == (d, k)])
            for d, k in parts
        ),
        areas,
        {
            kind: fold_score(
                [a.observed for a in areas if a.kind == kind],
                [a.predicted for a in areas if a.kind == kind],
            )
            for kind in dict.fromkeys(a.kind for a in areas)
        },
        _reasons(rows),
        assumptions,
    )


def score_studies(
    studies: Sequence[Study],
    library: Library,
    *,
    engine: Engine,
    tolerance: float = TOLERANCE,
    of_no_study: Sequence[UnscoredRow] = (),
    bands: Bands | None = None,
) -> PkpdReport:
    """Predict every study and score it: what `twin validate --pkpd` shows."""
    assumed = Counter(
        assumption for study in studies for assumption in subject_of(study, library)[1]
    )
    rows = [
        row
        for study in studies
        for row in _banded(
            study,
            rows_in_order(study, library, engine=engine, tolerance=tolerance),
            bands,
        )
    ]
    return score_rows([*rows, *of_no_study], dict(assumed), n_subjects=len(studies))


def _banded(study: Study, rows: Sequence[Row], bands: Bands | None) -> Sequence[Row]:
    return rows if bands is None else with_bands(study, rows, bands)


def _reasons(rows: Sequence[Row]) -> dict[str, int]:
    return dict(Counter(row.left_out for row in rows if row.left_out is not None))


def _score(dataset: str | None, kind: str, rows: Sequence[Row]) -> KindScore:
    used = [r for r in rows if isinstance(r, PredictedRow) and r.left_out is None]
    return KindScore(
        dataset,
        kind,
        fold_score([r.observed for r in used], [r.predicted for r in used]),
        _reasons(rows),
        _inside(used),
    )


def _inside(rows: Sequence[PredictedRow]) -> float | None:
    inside = [
        row.lo90 <= row.observed <= row.hi90
        for row in rows
        if row.lo90 is not None and row.hi90 is not None
    ]
    return sum(inside) / len(inside) if inside else None


def _area(all_rows: Sequence[Row]) -> AreaRow | None:
    rows = [row for row in all_rows if isinstance(row, PredictedRow)]
    times = [row.time_h for row in rows]
    if len(set(times)) < _FEWEST_FOR_AREA:
        return None
    observed = area_under_curve(times, [row.observed for row in rows])
    predicted = area_under_curve(times, [row.predicted for row in rows])
    if observed <= 0 or predicted <= 0:
        return None
    return AreaRow(rows[0].dataset, rows[0].kind, observed, predicted)
