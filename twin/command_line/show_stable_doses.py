"""The report on stable doses, as tables for people."""

from typing import Any

from twin.command_line.output import table
from twin.credibility.paired import PairedDifference
from twin.credibility.scores import ErrorScore
from twin.credibility.stable_dose_report import Cohort, StableDoseReport
from twin.credibility.subgroups import TWIN, GroupScore, MethodScore, SiteSpread

METHOD_NAMES = {
    TWIN: "twin",
    "iwpc_pharmacogenetic": "IWPC genes",
    "iwpc_clinical": "IWPC no genes",
    "fixed_dose": "fixed dose",
}
ERROR_COLUMNS = ("MAE", "bias", "ratio", "±20 %")
_KEY = (
    "doses in mg/week; ratio: geometric mean of predicted/observed; ±20 %: per cent of "
    "predictions within a fifth of the dose; 50 %: per cent of doses in the 50 % "
    "interval; IWPC: mean absolute error of its algorithm with genes"
)
LEVEL_COLUMNS = ("50 %", "80 %", "90 %")
METHOD_COLUMNS = ("by", *ERROR_COLUMNS, "R2", *LEVEL_COLUMNS, "90 % width")
DIFFERENCE_COLUMNS = (
    "twin less",
    "in",
    "difference",
    "95 %, patients",
    "95 %, sites",
)


def shown(report: StableDoseReport) -> list[Any]:
    """What `twin validate --iwpc` prints."""
    main, *others = report.cohorts
    groups = table("group", "n", *ERROR_COLUMNS, *LEVEL_COLUMNS, "IWPC")
    groups.columns[0].no_wrap = True
    for group in report.groups:
        groups.add_row(*_group(group, report.fewest))
    summary = (
        f"{report.n_rows} rows, {report.n_predicted} predicted, {report.n_scored} "
        f"scored; nothing refitted.  {report.method[:1].upper()}{report.method[1:]}."
    )
    return [
        summary,
        *_cohort(main, report),
        *_differences(main),
        groups,
        *(part for cohort in others for part in _cohort(cohort, report)),
        _KEY,
        *([] if report.sites is None else [_sites(report.sites, report.fewest)]),
        *(f"abstained: {why} ({n})" for why, n in report.abstained.items()),
        *(f"predicted, not scored: {w} ({n})" for w, n in report.not_scored.items()),
        *(f"INR to be kept: {w} ({n})" for w, n in report.target_from.items()),
    ]


def _cohort(cohort: Cohort, report: StableDoseReport) -> list[Any]:
    title = f"{cohort.name}: {cohort.what}; {cohort.n} of {cohort.n_eligible} predicted"
    if cohort.too_few:
        return [f"{title}; fewer than {report.fewest}: no scores"]
    scores = table(*METHOD_COLUMNS, title=title)
    scores.columns[0].no_wrap = True
    for method in cohort.methods:
        scores.add_row(*method_cells(method))
    return [scores]


def method_cells(method: MethodScore) -> tuple[str, ...]:
    """One way of predicting, a row of `METHOD_COLUMNS`."""
    return (
        METHOD_NAMES.get(method.method, method.method),
        *_errors(method.error),
        _number(method.error.r2, 3),
        *_coverage(method),
        _width(method),
    )


def _differences(cohort: Cohort) -> list[Any]:
    if not cohort.differences:
        return []
    found = table(*DIFFERENCE_COLUMNS)
    for difference in cohort.differences:
        found.add_row(*difference_cells(difference))
    return [found]


def difference_cells(of: PairedDifference) -> tuple[str, ...]:
    """One difference, a row of `DIFFERENCE_COLUMNS`."""
    share = of.figure != "mae"

    def written(value: float) -> str:
        return f"{100 * value:+.1f}" if share else f"{value:+.2f}"

    intervals = (
        "" if ends is None else f"{written(ends[0])} to {written(ends[1])}"
        for ends in (of.by_patients, of.by_sites)
    )
    figure = "±20 %, points" if share else "MAE, mg/week"
    name = METHOD_NAMES.get(of.comparator, of.comparator)
    return name, figure, written(of.difference), *intervals


def _group(group: GroupScore, fewest: int) -> tuple[str, ...]:
    named = (f"{group.kind}: {group.label}", str(group.n))
    if group.too_few:
        return (*named, f"<{fewest}")
    ours, genes = group.methods[0], group.methods[1]
    return (
        *named,
        *_errors(ours.error),
        *_coverage(ours),
        _number(genes.error.mae),
    )


def _sites(spread: SiteSpread, fewest: int) -> str:
    low, high = spread.geometric_bias
    worst, best = spread.within_20_percent
    return (
        f"{spread.n_sites} sites of {fewest} patients or more: ratio {low:.2f} to "
        f"{high:.2f}, ±20 % {_percent(worst)} to {_percent(best)}; "
        f"{_percent(spread.between_sites_share)} % of the variance of "
        "ln(predicted/observed) lies between sites"
    )


def _errors(error: ErrorScore) -> tuple[str, ...]:
    return (
        _number(error.mae),
        "" if error.bias is None else f"{error.bias:+.1f}",
        _number(error.geometric_bias),
        _percent(error.within_20_percent),
    )


def _coverage(method: MethodScore) -> tuple[str, ...]:
    if not method.intervals:
        return ("",) * len(LEVEL_COLUMNS)
    return tuple(_percent(interval.coverage) for interval in method.intervals)


def _width(method: MethodScore) -> str:
    if not method.intervals:
        return ""
    widest = method.intervals[-1]
    return f"{_number(widest.mean_width, 1)}, x{_number(widest.width_ratio)}"


def _number(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"
