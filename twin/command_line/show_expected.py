"""What may be expected of a patient, as tables and sentences for a terminal."""

from collections.abc import Iterator
from typing import Any

from twin.command_line.output import table
from twin.command_line.show_learned import doses_table, without_a_dose
from twin.dosing.answer import Answer, MaintenanceDose
from twin.dosing.expected import CourseBands
from twin.units import HOURS_PER_DAY
from twin.vocabulary.domain import TargetRange
from twin.vocabulary.scales import SCALES

_KINDS = {
    "person": "people",
    "knowledge": "parameters",
    "form": "form",
    "measurement": "reading",
}


def dose_needed(given: MaintenanceDose, target: TargetRange) -> Iterator[Any]:
    """Which dose this patient may need, and how the plan may turn out."""
    yield doses_table((("this patient may need", given.needed),))
    yield from without_a_dose(given.needed)
    rest = given.on_plan
    q05, _, q25, median, q75, _, q95 = rest.inr
    yield (
        f"  INR at rest on {rest.on}: {_percent(rest.within)} within {target.low:g} to "
        f"{target.high:g}, {_percent(rest.below)} below, {_percent(rest.above)} above; "
        f"median {median:.2f}, half of them {q25:.2f} to {q75:.2f}, 90 % {q05:.2f} to "
        f"{q95:.2f}"
    )
    yield f"  one reading by a laboratory: {_percent(rest.reading_within)} within"
    if rest.n_without:
        yield f"  {rest.n_without} of {rest.n_draws} draws have no INR on it"


def bands_table(bands: CourseBands, days: list[int]) -> Iterator[Any]:
    """Lines of the bands on some days, before the day's dose."""
    yield "What this patient's course may be, as a laboratory would read it"
    rows = table(
        *("day", "INR", "50 % within", "80 % within", "90 % within"),
        *("S mg/L, 90 %", "R mg/L, 90 %"),
    )
    inr, s, r = bands.inr, bands.s_plasma_mg_per_l, bands.r_plasma_mg_per_l
    for day in days:
        i = int(abs(bands.times_h - HOURS_PER_DAY * day).argmin())
        rows.add_row(
            str(day),
            f"{inr.median[i]:.2f}",
            *(
                f"{low[i]:.2f} to {high[i]:.2f}"
                for low, high in (
                    (inr.q25, inr.q75),
                    (inr.q10, inr.q90),
                    (inr.q05, inr.q95),
                    (s.q05, s.q95),
                    (r.q05, r.q95),
                )
            ),
        )
    yield rows
    if bands.n_failed:
        yield f"  {bands.n_failed} of {bands.n_draws} draws failed and have no part"


def spread_table(answer: Answer) -> Iterator[Any]:
    """Where the spread of each quantity comes from, by kind and by scale."""
    if not answer.spread:
        return
    kinds = table("where the spread comes from", "90 % lie within", *_KINDS.values())
    scales = table("and on which scale", *SCALES)
    for each in answer.spread:
        shares = {kind.kind: kind.share for kind in each.kinds}
        kinds.add_row(
            each.quantity,
            f"a factor of {each.factor_90:.2f}",
            *(_share(kind, shares[kind]) for kind in _KINDS),
        )
        scales.add_row(each.quantity, *(_percent(s.together) for s in each.scales))
    yield kinds
    yield (
        "  people: how people of this description differ; parameters and form: what is "
        "not known of people in general and of the model; reading: occasion and assay; "
        f"{answer.spread[0].form_reason}"
    )
    yield scales


def grounds(answer: Answer) -> Iterator[str]:
    """What stands behind the distributions, and what nobody can check."""
    if answer.spread:
        yield ""
        yield answer.draws.says
        yield answer.checked_on


def _share(kind: str, share: float) -> str:
    return "not carried" if kind == "form" and share == 0 else _percent(share)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %".replace("-0 %", "0 %")
