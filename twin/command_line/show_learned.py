"""What a twin has learned, as tables and sentences for a person at a terminal."""

from collections.abc import Iterable, Iterator
from typing import Any

from twin.command_line.output import table
from twin.dosing.learned_answer import LearnedAnswer
from twin.dosing.learned_course import BAND
from twin.dosing.learned_dose import DoseDistribution
from twin.dosing.learned_findings import Interval
from twin.dosing.learned_measurements import MeasurementFinding, chance
from twin.units import HOURS_PER_DAY

_WORDS = {
    "INR": "INR",
    "warfarin_racemate_plasma": "warfarin, plasma",
    "warfarin_S_plasma": "S-warfarin, plasma",
    "warfarin_R_plasma": "R-warfarin, plasma",
    "prothrombin_complex_activity": "prothrombin complex",
}
_MOST_ACCOUNTS = 5
_WORTH_SAYING = 1e-3  # probability
_FINEST = 1e-4  # of a percentile: beyond it normal tails are not believed
_MOST_PAIRS = 8
_LEARNED = 0.85  # of the width before, on the logarithm: narrower than that was learned


def shown(answer: LearnedAnswer) -> Iterator[Any]:
    """Whether it may be used, the dose, the next INRs; then what they rest on."""
    yield f"Learned from {_number(answer)} by {answer.diagnostics.says}"
    yield ""
    yield from _dose(answer)
    yield from _warnings(answer)
    yield from _forecast(answer)
    yield from _measurements(answer)
    if answer.diagnostics.usable:
        yield from _adherence(answer)
        yield _effects(answer)
        if answer.alleles:
            yield _alleles(answer)
    else:
        yield "Tablets, effects and alleles: not shown, for the same reason"
        yield ""
    yield "Assumed, because nobody measured or tested it"
    yield from (f"  - {reason}" for reason in answer.reasons)
    yield ""
    yield answer.checked_on
    yield from _provenance(answer)


def _number(answer: LearnedAnswer) -> str:
    n = len(answer.measurements)
    return f"{n} measurement{'s' if n > 1 else ''}"


def _dose(answer: LearnedAnswer) -> Iterator[Any]:
    target = answer.target
    yield (
        f"Target: INR {target.low:g} to {target.high:g}, aiming at {target.middle:g} "
        f"({target.source})"
    )
    given = answer.maintenance
    if given.no_dose or given.before is None or given.after is None:
        yield "NO DOSE IS GIVEN"
        yield from (f"  - {reason}" for reason in given.no_dose)
        yield ""
        return
    yield doses_table((("before", given.before), ("AFTER", given.after)))
    yield from without_a_dose(given.after)
    yield f"  {answer.nature}"
    yield ""


def doses_table(rows: Iterable[tuple[str, DoseDistribution]]) -> Any:
    """Quantiles of the daily dose, a line each."""
    heads = [f"{100 * p:g} %" for p in BAND]
    made = table("maintenance dose, mg/day", *heads)
    for when, found in rows:
        lines = found.mg_per_day
        none = ["none"] * len(heads)
        made.add_row(when, *(none if lines is None else (f"{mg:.2f}" for mg in lines)))
    return made


def without_a_dose(found: DoseDistribution) -> Iterator[str]:
    """Said of draws that have no dose, or one beyond what may be proposed."""
    if found.n_without:
        yield (
            f"  no dose reaches the target in {found.n_without} of {found.n_draws} "
            f"draws, with a probability of {chance(found.weight_without)}; the table "
            "is of the others"
        )
    if found.weight_beyond > _WORTH_SAYING:
        yield (
            f"  above what may be proposed, with a probability of "
            f"{chance(found.weight_beyond)}: the model was not fitted near such doses"
        )


def _warnings(answer: LearnedAnswer) -> Iterator[str]:
    if answer.scope.status != "in scope":
        yield f"Scope: {answer.scope.status}"
    # What speaks against the draws stands above, in the first line.
    told = [said for said in answer.warnings if said != answer.diagnostics.says]
    if told:
        yield "WARNINGS"
        yield from (f"  ! {said}" for said in told)
        yield ""


def _forecast(answer: LearnedAnswer) -> Iterator[Any]:
    found = answer.forecast
    if found is None:
        yield "NO FORECAST: the draws are not to be used"
        yield ""
        return
    yield f"The next INRs, as a laboratory would read them: {found.regimen}"
    rows = table(
        "day", "INR", "50 % within", "90 % within", "person", "knowledge", "measurement"
    )
    band, spread = found.band, found.ln_spread
    for i, time_h in enumerate(found.times_h):
        kinds = [spread.person[i], spread.knowledge[i], spread.measurement[i]]
        total = sum(kinds) + spread.form[i]
        rows.add_row(
            f"{time_h / HOURS_PER_DAY:g}",
            f"{band.median[i]:.2f}",
            f"{band.q25[i]:.2f} to {band.q75[i]:.2f}",
            f"{band.q05[i]:.2f} to {band.q95[i]:.2f}",
            *(f"{100 * kind / total:.0f} %" for kind in kinds),
        )
    yield rows
    yield (
        "  the last columns: where the spread comes from (what is still open of this "
        f"person, of people in general, occasion and assay); {spread.form_reason}"
    )
    yield ""


def _measurements(answer: LearnedAnswer) -> Iterator[Any]:
    rows = table("day", "measured", "value", "expected*", "90 %", "percentile", "")
    for seen in answer.measurements:
        rows.add_row(
            f"{seen.time_h / HOURS_PER_DAY:.3g}",
            kind_in_words(seen.kind),
            value_in_words(seen),
            f"{seen.expected_median:.3g}",
            f"{seen.expected_low:.3g} to {seen.expected_high:.3g}",
            _percentile(seen),
            "" if seen.flag is None else "! hardly fits",
        )
    yield rows
    yield "  * from all other measurements, as a laboratory would read it"
    yield ""


def kind_in_words(kind: str) -> str:
    """A kind of measurement for people."""
    if kind.startswith("factor_"):
        return f"factor {kind.removeprefix('factor_').removesuffix('_activity')}"
    return _WORDS[kind]


def value_in_words(seen: MeasurementFinding) -> str:
    """A value with its unit, or the limit it lies below."""
    unit = "" if seen.kind == "INR" else f" {seen.unit}"
    isi = "" if seen.isi is None else f" (ISI {seen.isi:g})"
    return f"{'below ' if seen.below_limit else ''}{seen.value:g}{unit}{isi}"


def _percentile(seen: MeasurementFinding) -> str:
    if seen.percentile < _FINEST:
        return "below 0.01 %"
    if seen.percentile > 1 - _FINEST:
        return "above 99.99 %"
    exact = f"{100 * seen.percentile:.3g} %"
    return f"up to {exact}" if seen.below_limit else exact


def _adherence(answer: LearnedAnswer) -> Iterator[Any]:
    found = answer.adherence
    yield f"Tablets: {found.says}"
    for account in found.accounts[:_MOST_ACCOUNTS]:
        yield f"  {100 * account.probability:.2g} %  {account.says}"
    if (more := len(found.accounts) - _MOST_ACCOUNTS) > 0:
        rest = sum(a.probability for a in found.accounts[_MOST_ACCOUNTS:])
        yield f"  {100 * rest:.2g} %  {more} other accounts together"
    yield ""


def _effects(answer: LearnedAnswer) -> Any:
    rows = table("this person, times the usual", "before", "after", "")
    for effect in answer.effects:
        learned = _width(effect.after) < _LEARNED * _width(effect.before)
        rows.add_row(
            effect.what,
            _interval(effect.before),
            _interval(effect.after),
            "learned" if learned else "",
        )
    return rows


def _width(interval: Interval) -> float:
    return interval.high / interval.low - 1.0


def _interval(interval: Interval) -> str:
    return f"{interval.median:.2f} ({interval.low:.2f} to {interval.high:.2f})"


def _alleles(answer: LearnedAnswer) -> Any:
    rows = table("gene not certain", "pair", "before", "after")
    for pair in answer.alleles[:_MOST_PAIRS]:
        rows.add_row(
            pair.gene,
            pair.alleles,
            f"{100 * pair.before:.2g} %",
            f"{100 * pair.after:.2g} %",
        )
    if (more := len(answer.alleles) - _MOST_PAIRS) > 0:
        rows.add_row("", f"and {more} more", "", "")
    return rows


def _provenance(answer: LearnedAnswer) -> Iterator[str]:
    made = answer.provenance
    yield ""
    yield (
        f"twin {answer.twin_digest[:12]}, learned from {answer.parent_digest[:12]}; "
        f"model {made.model} {made.model_version} ({made.model_sha256[:12]})"
    )
    yield f"software {made.software_version}, {made.engine}"
