"""The picture of what carries the spread: a bar an output, a colour a scale."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt

from twin.credibility.global_sensitivity.study import Study
from twin.vocabulary.scales import SCALES

# Okabe and Ito's palette: told apart by colour-blind readers and in grey.
_COLOURS = dict(
    zip(SCALES, ("#0072B2", "#E69F00", "#D55E00", "#009E73", "#CC79A7"), strict=True)
)
_HATCHES = {"person": "", "knowledge": "////", "reading": "", "together": ""}
_TOGETHER = "0.8"
_LEAST = 5e-3


def draw_shares(path: Path, found: Study, *, title: str) -> Path:
    """Stacked bars: people, not known (hatched), laboratory, together (grey)."""
    outputs = found.outputs
    places = np.arange(len(outputs))
    right, left = np.zeros(len(outputs)), np.zeros(len(outputs))
    figure, axis = plt.subplots(
        figsize=(10, 0.27 * len(outputs) + 1.8), layout="constrained"
    )
    for kind, by_scale in found.carried().items():
        for scale, share in by_scale.items():
            wide = 100 * np.asarray(share)
            # What others cancel goes to the left of 0.
            begin = np.where(wide >= 0, right, left)
            axis.barh(
                places,
                wide,
                left=begin,
                height=0.8,
                color=_COLOURS.get(scale, _TOGETHER),
                hatch=_HATCHES[kind],
                edgecolor="white",
                linewidth=0.4,
                label=_label(kind, scale) if np.any(np.abs(share) > _LEAST) else None,
            )
            right += np.maximum(wide, 0.0)
            left += np.minimum(wide, 0.0)
    axis.set_yticks(
        places,
        [_with_spread(found, place) for place in range(len(outputs))],
        fontsize=8,
    )
    axis.invert_yaxis()
    axis.axvline(0.0, color="0.5", lw=0.6)
    axis.set_xlabel("per cent of the variance of the logarithm", fontsize=9)
    axis.set_title(title, fontsize=10, loc="left")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return _saved(figure, path)


def _label(kind: str, scale: str) -> str:
    if kind == "person":
        return f"{scale}, between people"
    if kind == "knowledge":
        return f"{scale}, not known"
    return "occasion and assay" if kind == "reading" else "several together"


def _with_spread(found: Study, place: int) -> str:
    spread = float(np.sqrt(found.by_scale.variance[place]))
    return f"{found.outputs[place]}  (SD {spread:.2f})"


def _saved(figure: Any, path: Path) -> Path:
    figure.savefig(path, dpi=120)
    plt.close(figure)
    return path
