"""The picture of a twin that has learned: INRs, bands before and after, doses."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.ticker import MaxNLocator

from twin.command_line.plot import COLOURS, LINES_50, LINES_90, STYLE, fill, written
from twin.command_line.show_learned import kind_in_words, value_in_words
from twin.dosing.learned_answer import LearnedAnswer
from twin.dosing.learned_course import Band
from twin.units import HOURS_PER_DAY

_BEFORE, _AFTER, _TARGET, _SEEN = "0.55", COLOURS[0], COLOURS[2], COLOURS[6]
_ODD = COLOURS[1]
_ABOVE: Any = {"loc": "lower right", "bbox_to_anchor": (1.0, 0.98)}
_HIGHEST_SHOWN = 8.0  # unless something higher was measured


def draw(path: Path, answer: LearnedAnswer) -> None:
    """Write the picture to a file.

    Raises: InputError when the file cannot be written.
    """
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(11, 6.4), layout="constrained")
        grid = figure.add_gridspec(2, 2, height_ratios=(4, 1), width_ratios=(3.4, 1))
        inr = figure.add_subplot(grid[0, 0])
        doses = figure.add_subplot(grid[1, 0], sharex=inr)
        figure.suptitle(_title(answer), fontsize=11)
        _inr(inr, answer)
        _doses(doses, answer)
        _maintenance(figure.add_subplot(grid[:, 1]), answer)
        figure.text(0.0, -0.02, _foot(answer), fontsize=8, color="0.35", va="top")
        written(figure, path)


def _title(answer: LearnedAnswer) -> str:
    n = len(answer.measurements)
    mark = ""
    if answer.scope.status == "out of scope":
        mark = "OUT OF SCOPE, not for dosing: "
    elif not answer.diagnostics.usable:
        mark = "NOT TO BE USED, too few draws carry the weight: "
    return f"{mark}learned from {n} measurement{'s' if n > 1 else ''}"


def _inr(axis: Any, answer: LearnedAnswer) -> None:
    course, target = answer.course, answer.target
    days = course.times_h / HOURS_PER_DAY
    axis.axhspan(target.low, target.high, color=_TARGET, alpha=0.15, lw=0)
    keys = [
        (_bands(axis, days, course.before, _BEFORE, alpha=0.16), "before"),
        (_bands(axis, days, course.after, _AFTER, alpha=0.22), "after"),
    ]
    seen = [m for m in answer.measurements if m.kind == "INR" and not m.below_limit]
    for odd, colour, label in (
        (False, _SEEN, "measured"),
        (True, _ODD, "measured, hardly fits"),
    ):
        own = [m for m in seen if (m.flag is not None) is odd]
        if own:
            (points,) = axis.plot(
                [m.time_h / HOURS_PER_DAY for m in own],
                [m.value for m in own],
                "o",
                color=colour,
                markersize=6,
                markeredgecolor="white",
                clip_on=False,
                zorder=5,
            )
            keys.append((points, label))
    top = _top(answer, [m.value for m in seen])
    axis.set_ylim(0.7, top)
    axis.set_xlim(0, days[-1])
    _note(axis, f"target {target.low:g} to {target.high:g}", (0, target.high), _TARGET)
    if answer.forecast is not None:
        now = answer.forecast.from_h / HOURS_PER_DAY
        axis.axvline(now, color="0.4", lw=0.8, ls=":")
        _note(axis, "to come", (now, top), "0.4")
    axis.set(title="INR: median, 50 % and 90 %", ylabel="as a laboratory reads it")
    axis.tick_params(labelbottom=False)
    axis.legend(*zip(*keys, strict=True), **_ABOVE, ncols=len(keys))


def _top(answer: LearnedAnswer, seen: list[float]) -> float:
    """Where the axis of the INR ends: all that was measured, and the band after."""
    course = answer.course
    own = float(np.max(course.after.q95))
    top = max(1.05 * own, 1.1 * float(np.max(course.before.q75)), answer.target.high)
    return max([min(top, _HIGHEST_SHOWN), *(1.1 * value for value in seen)]) + 0.1


def _note(axis: Any, text: str, place: tuple[float, float], colour: str) -> None:
    axis.annotate(
        text, place, xytext=(4, -3), textcoords="offset points", va="top", color=colour
    )


def _bands(axis: Any, days: Any, band: Band, colour: str, *, alpha: float) -> Any:
    """Draws them; returns their key for the legend."""
    widest = fill(axis, days, band, (LINES_90, LINES_50), colour=colour, alpha=alpha)
    (median,) = axis.plot(days, band.median, color=colour, lw=1.6)
    return (widest, median)


def _doses(axis: Any, answer: LearnedAnswer) -> None:
    """A bar a dose, and of those told the part that is expected to be missing."""
    accounts = answer.adherence.accounts
    until = float("inf") if answer.forecast is None else answer.forecast.from_h
    for ahead in (False, True):
        own = [d for d in answer.course.doses if (d.time_h >= until) is ahead]
        axis.bar(
            [d.time_h / HOURS_PER_DAY for d in own],
            [d.amount_mg for d in own],
            width=0.7,
            align="edge",
            color="none" if ahead else "0.6",
            edgecolor="0.6",
        )
    missing = {
        d.time_h: sum(a.probability for a in accounts if d.time_h in a.missed_h)
        for d in answer.course.doses
    }
    own = [d for d in answer.course.doses if missing[d.time_h] > 0.01]
    if own:
        axis.bar(
            [d.time_h / HOURS_PER_DAY for d in own],
            [d.amount_mg * missing[d.time_h] for d in own],
            width=0.7,
            align="edge",
            color=_ODD,
            label="probability that it was missed",
        )
        axis.legend(**_ABOVE)
    axis.set(title="Doses", ylabel="mg", xlabel="days since the first dose")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_ylim(0, None)


def _maintenance(axis: Any, answer: LearnedAnswer) -> None:
    axis.set(title="Maintenance dose", ylabel="mg/day: median, 50 %, 90 %")
    given = answer.maintenance
    found = [(given.before, "before", _BEFORE), (given.after, "after", _AFTER)]
    highest = 0.0
    for place, (dose, _, colour) in enumerate(found):
        if dose is None or dose.mg_per_day is None:
            continue
        q05, _, q25, median, q75, _, q95 = dose.mg_per_day
        highest = max(highest, q95)
        axis.plot([place, place], [q05, q95], color=colour, lw=1.6)
        axis.bar(
            place, q75 - q25, bottom=q25, width=0.5, color=colour, alpha=0.45, lw=0
        )
        axis.plot([place - 0.25, place + 0.25], [median, median], color=colour, lw=2.4)
        axis.annotate(
            f"{median:.1f}",
            (place + 0.25, median),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=colour,
        )
    if highest == 0.0:
        axis.text(0.5, 0.5, "none is given", ha="center", transform=axis.transAxes)
    axis.set_xticks([0, 1], [when for _, when, _ in found])
    axis.set_xlim(-0.6, 1.75)
    axis.set_ylim(0, 1.1 * highest or 1.0)
    axis.grid(visible=False, axis="x")


def _foot(answer: LearnedAnswer) -> str:
    others = [
        f"{kind_in_words(m.kind)} {value_in_words(m)} on day "
        f"{m.time_h / HOURS_PER_DAY:.3g}"
        for m in answer.measurements
        if m.kind != "INR" or m.below_limit
    ]
    made = answer.provenance
    model = f"{made.model} {made.model_version} ({made.model_sha256[:12]})"
    twins = f"{answer.twin_digest[:12]}, learned from {answer.parent_digest[:12]}"
    lines = [
        f"Also learned from: {'; '.join(others)}." if others else "",
        f"{answer.checked_on}. Decision support, no prescription.",
        f"Model {model}, twin {twins}.",
    ]
    return "\n".join(line for line in lines if line)
