"""The picture of an answer: INR, factors, plasma and organs over time."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

from twin.units import HOURS_PER_DAY

mpl.use("Agg")
from matplotlib import pyplot as plt

from twin.applicability import OutOfScope
from twin.dosing.answer import CHECKED_ON
from twin.dosing.course import Course, organ_course
from twin.dosing.expected import CourseBands
from twin.dosing.learned_course import Band
from twin.engine.simulate import Engine
from twin.errors import InputError
from twin.lifecycle import Twin
from twin.vocabulary.domain import TargetRange
from twin.vocabulary.regimen import Regimen

# Okabe and Ito's palette: told apart by colour-blind readers and in grey.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


_HIGHEST_SHOWN = 8.0  # of a band of the INR
_LINES = "Typical patient of this description."
_LINES_AND_BANDS = (
    "Lines: the typical patient of this description. Bands: 50, 80 and 90 % (in plasma "
    "50 and 90 %) of what a laboratory may read of this one."
)
LINES_90, LINES_80, LINES_50 = ("q05", "q95"), ("q10", "q90"), ("q25", "q75")
"""Lines between which so many per cent lie."""


def draw(
    path: Path,
    twin: Twin,
    course: Course,
    *,
    target: TargetRange,
    engine: Engine,
    bands: CourseBands | None = None,
) -> None:
    """Write the picture of a course to a file, with bands where there are any.

    Raises: InputError when the file cannot be written.
    """
    organs = organ_course(twin, Regimen(course.doses), days=course.days, engine=engine)
    days = course.times_h / HOURS_PER_DAY
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            3,
            2,
            figsize=(11, 10.5),
            sharex=True,
            layout="constrained",
        )
        out = isinstance(twin.scope, OutOfScope)
        mark = "OUT OF SCOPE, not for dosing: " if out else ""
        figure.suptitle(f"{mark}{course.regimen}", fontsize=11)
        _inr(axes[0, 0], days, course, bands, target)
        _factors(axes[0, 1], days, course)
        _plasma(axes[1, 0], days, course, bands)
        _target(axes[1, 1], days, course)
        top = max(v.max() for d in organs.mg_per_l.values() for v in d.values())
        for axis, (drug, by_organ) in zip(
            axes[2], organs.mg_per_l.items(), strict=True
        ):
            _organs(axis, days, drug, by_organ, top=top)
        for axis in axes[2]:
            axis.set_xlabel("days since the first dose")
            axis.set_xlim(0, course.days)
        figure.text(
            0.0,
            -0.015,
            f"{_LINES if bands is None else _LINES_AND_BANDS}\n"
            f"{CHECKED_ON}. Decision support, no prescription.\n"
            f"Model {twin.provenance.model} {twin.provenance.model_version} "
            f"({twin.provenance.model_sha256[:12]}), twin {twin.digest[:12]}.",
            fontsize=8,
            color="0.35",
            va="top",
        )
        written(figure, path)


def written(figure: Any, path: Path) -> None:
    """Write a picture to a file and let go of it.

    Raises: InputError when the file cannot be written.
    """
    try:
        figure.savefig(path, dpi=130, bbox_inches="tight")
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: the picture cannot be written ({error}); name a .png file"
        ) from error
    finally:
        plt.close(figure)


STYLE: Any = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "legend.frameon": False,
}


def fill(
    axis: Any, days: Any, band: Band, pairs: Any, *, colour: str, alpha: float
) -> Any:
    """Fills between pairs of a band's lines; returns the first, for a legend."""
    filled = [
        axis.fill_between(
            days,
            getattr(band, low),
            getattr(band, high),
            color=colour,
            alpha=alpha,
            lw=0,
        )
        for low, high in pairs
    ]
    return filled[0]


def _inr(
    axis: Any,
    days: Any,
    course: Course,
    bands: CourseBands | None,
    target: TargetRange,
) -> None:
    axis.axhspan(target.low, target.high, color=COLOURS[2], alpha=0.15, lw=0)
    axis.annotate(
        f"target {target.low:g} to {target.high:g}",
        (course.days, target.high),
        xytext=(-2, -3),
        textcoords="offset points",
        ha="right",
        va="top",
        color=COLOURS[2],
    )
    top = max(1.05 * course.highest_inr, target.high + 0.4)
    if bands is not None:
        at = bands.times_h / HOURS_PER_DAY
        pairs = (LINES_90, LINES_80, LINES_50)
        fill(axis, at, bands.inr, pairs, colour=COLOURS[0], alpha=0.14)
        top = max(top, min(1.05 * float(bands.inr.q95.max()), _HIGHEST_SHOWN))
    axis.plot(days, course.inr, color=COLOURS[0], lw=1.8)
    axis.set(title="INR", ylabel="as a laboratory reads it")
    axis.set_ylim(0.7, top)


def _factors(axis: Any, days: Any, course: Course) -> None:
    for colour, (factor, level) in zip(COLOURS, course.factors.items(), strict=False):
        axis.plot(days, 100 * level, color=colour, lw=1.4, label=f"factor {factor}")
    axis.set(title="Clotting factors", ylabel="% of normal")
    axis.set_ylim(0, None)
    axis.legend(ncols=2)


def _plasma(axis: Any, days: Any, course: Course, bands: CourseBands | None) -> None:
    for colour, name, values, band in (
        (
            COLOURS[1],
            "S-warfarin",
            course.s_plasma_mg_per_l,
            None if bands is None else bands.s_plasma_mg_per_l,
        ),
        (
            COLOURS[0],
            "R-warfarin",
            course.r_plasma_mg_per_l,
            None if bands is None else bands.r_plasma_mg_per_l,
        ),
    ):
        if bands is not None and band is not None:
            at = bands.times_h / HOURS_PER_DAY
            fill(axis, at, band, (LINES_90, LINES_50), colour=colour, alpha=0.14)
        axis.plot(days, values, color=colour, lw=1.2, label=name)
    axis.set(title="Plasma, total drug", ylabel="mg/L")
    axis.set_ylim(0, 1.15 * axis.dataLim.ymax)
    axis.legend(ncols=2, loc="upper left")


def _target(axis: Any, days: Any, course: Course) -> None:
    axis.plot(days, 100 * course.target_occupancy, color=COLOURS[3], lw=1.4)
    axis.set(title="VKORC1 held by the drug", ylabel="% of the target")
    axis.set_ylim(0, 100)


def _organs(axis: Any, days: Any, drug: str, by_organ: Any, *, top: float) -> None:
    """Every organ; seven are named, the rest are one grey bundle."""
    order = sorted(by_organ, key=lambda organ: -by_organ[organ][-1])
    order.remove("arterial")  # as venous blood
    named = sorted({*order[:4], "liver", "muscle", "brain"}, key=order.index)
    for organ in order:
        if organ not in named:
            axis.plot(days, by_organ[organ], color="0.8", lw=0.7)
    for colour, organ in zip(COLOURS, named, strict=False):
        label = "venous blood" if organ == "venous" else organ
        axis.plot(days, by_organ[organ], color=colour, lw=1.2, label=label)
    axis.plot([], [], color="0.8", lw=0.7, label="other organs")
    axis.set(title=f"Organs, total {drug}-warfarin", ylabel="mg/L")
    axis.set_ylim(0, 1.3 * top)
    axis.legend(ncols=4, loc="upper left", fontsize=8)
