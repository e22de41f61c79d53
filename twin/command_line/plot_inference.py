"""Pictures of `twin verify inference`: ranks, tablets, calibration on volunteers.

Drawn as pixels; of measured people only what is said of all of them together.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt

from twin.credibility.learning.later_scores import QUANTILES, Scored
from twin.credibility.learning.ranks import RanksJudged
from twin.credibility.learning.tablets import SUSPECTED, Noticed

# Okabe and Ito's palette: told apart by colour-blind readers and in grey.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_COLUMNS = 4


def draw_ranks(path: Path, roads: Mapping[str, RanksJudged]) -> Path:
    """ECDF of the ranks less the uniform one, a panel a quantity, within its band."""
    names = list(next(iter(roads.values())).of)
    rows = -(-len(names) // _COLUMNS)
    figure, axes = plt.subplots(
        rows,
        _COLUMNS,
        figsize=(11, 2.3 * rows),
        layout="constrained",
        sharex=True,
        squeeze=False,
    )
    for axis, name in zip(axes.flat, names, strict=False):
        for colour, (road, judged) in zip(_COLOURS, roads.items(), strict=False):
            band = judged.band
            axis.fill_between(band.points, band.low, band.high, color=colour, alpha=0.2)
            axis.plot(
                band.points,
                judged.of[name].difference,
                color=colour,
                lw=1.2,
                label=f"{road}, {judged.n}",
            )
        axis.axhline(0.0, color="0.5", lw=0.6)
        axis.set_title(name, fontsize=9)
    for axis in axes.flat[len(names) :]:
        axis.set_axis_off()
    axes[0, 0].legend(frameon=False, fontsize=7)
    figure.supxlabel("rank of the truth, share of all ranks", fontsize=9)
    figure.supylabel("ECDF - uniform", fontsize=9)
    return _saved(figure, path)


def draw_tablets(path: Path, patients: Mapping[int, Sequence[Noticed]]) -> Path:
    """What is said of the tablets, and what the clearance is taken for."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for colour, (n_missed, group) in zip(_COLOURS, patients.items(), strict=True):
        probability = np.sort([each.probability for each in group])
        left.step(
            probability,
            np.arange(1, len(group) + 1) / len(group),
            where="post",
            color=colour,
            label=f"{n_missed} missed",
        )
        off = [each.clearance for each in group]
        right.boxplot(
            off,
            positions=[n_missed],
            widths=0.6,
            showfliers=False,
            medianprops={"color": colour},
        )
    left.axvline(SUSPECTED, color="0.5", lw=0.6)
    left.set_xlabel("probability that tablets were not taken as told", fontsize=9)
    left.set_ylabel("share of patients at or below", fontsize=9)
    left.legend(frameon=False, fontsize=8)
    right.axhline(0.0, color="0.5", lw=0.6)
    right.set_xlabel("tablets missed before the last INR", fontsize=9)
    right.set_ylabel("ln clearance of S, learned less true", fontsize=9)
    return _saved(figure, path)


def draw_calibration(path: Path, scored: Sequence[Scored]) -> Path:
    """How many later activities lie below each quantile that was predicted."""
    figure, axis = plt.subplots(figsize=(5, 4.5), layout="constrained")
    axis.plot([0, 1], [0, 1], color="0.5", lw=0.6)
    for colour, own in zip(_COLOURS, scored, strict=False):
        axis.plot(
            QUANTILES,
            own.below,
            "o-",
            ms=3,
            lw=1.0,
            color=colour,
            label=f"data to {own.upto_h:g} h, {own.n} activities",
        )
    axis.set_xlabel("quantile that was predicted", fontsize=9)
    axis.set_ylabel("share of the observed below it", fontsize=9)
    axis.legend(frameon=False, fontsize=8)
    return _saved(figure, path)


def _saved(figure: Any, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)
    return path
