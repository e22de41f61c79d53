"""Pictures of the scales: loops cut, pushes answered, times and errors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from twin.units import HOURS_PER_DAY

mpl.use("Agg")
from matplotlib import pyplot as plt

from twin.multiscale.claims import Claims
from twin.multiscale.clotting_network import PROTEIN_C_SWITCH, Plasma
from twin.multiscale.loops import ScaleLoops
from twin.multiscale.perturbation import Response
from twin.multiscale.tube import Tube

# Okabe and Ito's palette: told apart by colour-blind readers and in grey.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_SCALES = ("organs", "target", "cycle", "supply", "factors", "pool")


def draw_loops(
    path: Path, loops: ScaleLoops, plasma: Plasma, *, generation: Tube, title: str
) -> Path:
    """The three loops, closed and cut; `plasma` is shown making thrombin."""
    figure, axes = plt.subplots(2, 3, figsize=(13, 7), layout="constrained")
    figure.suptitle(title, fontsize=11)
    target, cycle = loops.target, loops.recycling.courses
    days = target.times_h / HOURS_PER_DAY
    for row, output, unit in ((0, "S_plasma", "S-warfarin, mg/L"), (1, "INR", "INR")):
        axis = axes[row, 0]
        axis.plot(days, target.closed[output], color=_COLOURS[0])
        axis.plot(days, target.cut[output], "--", color=_COLOURS[1])
        change = axis.twinx()
        change.plot(
            days, target.cut[output] - target.closed[output], color="0.6", lw=0.8
        )
        change.set_ylabel("cut - closed (grey)", fontsize=8)
        _labelled(axis, "days", unit)
    axes[0, 0].set_title("drug held by VKORC1", fontsize=10)
    for row, output, unit in ((0, "x", "x = KH2/Kc"), (1, "INR", "INR")):
        axis = axes[row, 1]
        axis.plot(cycle.times_h, cycle.closed[output], color=_COLOURS[0])
        axis.plot(cycle.times_h, cycle.cut[output], "--", color=_COLOURS[1])
        axis.set_yscale("log")
        _labelled(axis, "hours", unit)
    axes[0, 1].set_title("vitamin K recycled, no drug", fontsize=10)
    for row, (state, who) in enumerate((("without drug", {}), ("at therapy", plasma))):
        axis = axes[row, 2]
        for share, style, colour in ((1.0, "-", 0), (0.0, "--", 1)):
            time_s, thrombin = _thrombin(generation, {**who, PROTEIN_C_SWITCH: share})
            axis.plot(time_s, thrombin, style, color=_COLOURS[colour])
        axis.set_xlim(0, 1200)
        _labelled(axis, "seconds", f"thrombin {state}, nM")
    axes[0, 2].set_title("thrombin - protein C - protein S", fontsize=10)
    axes[0, 2].legend(["closed", "cut"], frameon=False, fontsize=8)
    return _saved(figure, path)


def draw_responses(path: Path, responses: tuple[Response, ...], *, title: str) -> Path:
    """How each scale answers each push and comes back."""
    panels = (
        ("S_plasma", "S-warfarin, mg/L"),
        ("x", "x = KH2/Kc"),
        ("F__VII", "factor VII, uM"),
        ("F__X", "factor X, uM"),
        ("F__II", "prothrombin, uM"),
        ("INR", "INR"),
    )
    figure, axes = plt.subplots(
        2, 3, figsize=(13, 7), sharex=True, layout="constrained"
    )
    figure.suptitle(title, fontsize=11)
    for axis, (output, unit) in zip(axes.flat, panels, strict=True):
        for colour, pushed in zip(_COLOURS, responses, strict=False):
            days = pushed.since_h / HOURS_PER_DAY
            axis.plot(days, pushed.deviation(output), color=colour, label=pushed.name)
            returned = pushed.returned_h(output)
            if returned:
                axis.axvline(returned / HOURS_PER_DAY, color=colour, lw=0.6, ls=":")
        axis.axhline(0.0, color="0.7", lw=0.6)
        _labelled(axis, "days since the push", f"change of {unit}")
    axes[0, 0].legend(frameon=False, fontsize=8)
    return _saved(figure, path)


def draw_scales(path: Path, found: Mapping[str, Claims]) -> Path:
    """Time constants by scale, and what each exchange interval costs."""
    figure, (times, costs) = plt.subplots(1, 2, figsize=(13, 4.5), layout="constrained")
    for colour, (name, claims) in zip(_COLOURS, found.items(), strict=False):
        scales = claims.coupling.separation
        rows = [_SCALES.index(owner) for owner in scales.owner]
        times.plot(scales.time_h, rows, "o", color=colour, mfc="none", ms=6, label=name)
        cost = claims.exchange
        hours = sorted(cost.error)
        costs.plot(
            hours, [cost.error[h] for h in hours], "o-", color=colour, label=name
        )
        costs.plot(hours, [cost.bound[h] for h in hours], "o:", color=colour, mfc="w")
        limit = cost.tolerance
    times.set_xscale("log")
    times.set_yticks(range(len(_SCALES)), _SCALES)
    _labelled(times, "time constant, h", "")
    costs.axhline(limit, color="0.5", lw=0.8)
    costs.set_xscale("log", base=2)
    costs.set_yscale("log")
    ticks = sorted(cost.error)
    costs.set_xticks(ticks, [f"{h:g}" for h in ticks])
    _labelled(costs, "hours between exchanges", "INR error; dotted: its bound")
    times.legend(frameon=False, fontsize=8)
    return _saved(figure, path)


def _thrombin(tube: Tube, plasma: Plasma) -> tuple[Any, Any]:
    pieces = list(tube(plasma))
    return (
        np.concatenate([time_s for time_s, _, _ in pieces]),
        np.concatenate([thrombin for _, _, thrombin in pieces]),
    )


def _labelled(axis: Any, below: str, beside: str) -> None:
    axis.set_xlabel(below, fontsize=9)
    axis.set_ylabel(beside, fontsize=9)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(labelsize=8)


def _saved(figure: Any, path: Path) -> Path:
    figure.savefig(path, dpi=120)
    plt.close(figure)
    return path
