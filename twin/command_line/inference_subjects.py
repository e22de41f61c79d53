"""Part of `twin verify inference`: volunteers, each left out and learned from.

Nothing of a subject is shown: scores and quantiles are over all of them.
"""

import hashlib
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from twin.command_line.fit import SUBJECTS, needed_folder
from twin.command_line.inference_parts import (
    Section,
    Setting,
    apparatus,
    kept,
    per_cent,
    prose,
)
from twin.command_line.pkpd_file import read_studies
from twin.command_line.record import markdown_table
from twin.credibility.learning.apparatus import Apparatus
from twin.credibility.learning.from_subjects import SubjectLearned, subject_learned
from twin.credibility.learning.later_scores import (
    LEVELS,
    Later,
    Scored,
    scored_after,
)
from twin.dosing.answer import CHECKED_ON
from twin.inference.importance_weights import largest_k
from twin.inference.question import Person
from twin.model_files import settings_file

N_SUBJECTS = 20
UPTO_H = (0.0, 36.0, 72.0)
LATER_THAN_H = 72.0
LEAST_COVERAGE = 0.8
"""Of the 90 % band: activities of one subject go together, so it is a wide limit."""

_SKETCH_R2 = (0.17, 0.64, 0.73)


def subjects(setting: Setting) -> Section:
    """O'Reilly's volunteers: activity after 72 h from data to 0, 36 and 72 h."""
    path = needed_folder(setting.data) / SUBJECTS
    own = apparatus(1)
    studies = read_studies(path, own.library)
    numbers = range(min(setting.n(N_SUBJECTS), len(studies)))
    data = hashlib.sha256(path.read_bytes()).hexdigest()
    found = kept(
        setting,
        "oreilly",
        partial(left_out, path=path),
        numbers,
        more=[data, UPTO_H, LATER_THAN_H],
    )
    learned = [_learned(each) for each in found.values]
    scored = [
        scored_after(parts, upto_h=hour)
        for place, hour in enumerate(UPTO_H)
        if (parts := [each for s in learned if (each := s.later[place]) is not None])
    ]
    k = [each.k for each in learned]
    limit = largest_k(own.population.n_draws)
    unsure = sum(not each <= limit for each in k)
    lines = [
        f"{CHECKED_ON}.",
        "",
        *prose(
            "O'Reilly 1963, 1968: single doses, genes untested.  Each subject is "
            "predicted from a population that has not seen it (draws reweighted by the "
            "inverse of the density of all its data) and from its own concentrations "
            "and activities up to some hour; scored are its activities after "
            f"{LATER_THAN_H:g} h."
        ),
        "",
        *markdown_table(_COLUMNS, map(_cells, scored)),
        "",
        *prose(
            "R2 is of medians about the mean of the observed; the first sketch had "
            f"{', '.join(f'{r2:g}' for r2 in _SKETCH_R2)}.  In brackets Wilson's 95 % "
            "interval, as if activities of one subject were independent, which they "
            "are "
            "not."
        ),
        "",
        *prose(
            f"Taking subjects out: Pareto's k is {max(k, default=0.0):.2f} at most; up "
            f"to {limit:.2f} weights can be trusted, it is above that in {unsure} of "
            f"{len(k)}.  {found.says}"
        ),
    ]
    if setting.out is not None and scored:
        from twin.command_line.plot_inference import (  # noqa: PLC0415 - matplotlib
            draw_calibration,
        )

        draw_calibration(setting.out / "inference_calibration.png", scored)
        lines += ["", "![calibration](inference_calibration.png)"]
    broken = list(_broken(scored))
    if unsure:
        broken.append(
            f"weights that leave out {unsure} of {len(k)} subjects: k too high"
        )
    return Section(
        "Volunteers, each left out",
        tuple(lines),
        {"scored": scored, "worst_k": max(k, default=None), "n_unsure": unsure},
        (*broken, *found.too_many("oreilly")),
    )


_COLUMNS = (
    "data to",
    "activities",
    "R2",
    "mean error, %",
    *(f"in {100 * level:.0f} %" for level in LEVELS),
    "90 % width",
    "worst k",
    "roads",
)


def left_out(
    apparatus: Apparatus, number: int, *, seed: int, path: Path
) -> SubjectLearned:
    """One subject of the file, by its number in it."""
    study = read_studies(path, apparatus.library)[number]
    return subject_learned(
        study,
        apparatus.library,
        apparatus.population,
        partial(
            Person,
            noise=apparatus.noise,
            spec=apparatus.library.spec,
            surrogate=apparatus.library.surrogate,
            slopes=apparatus.slopes,
            draws=apparatus.draws,
        ),
        upto_h=UPTO_H,
        later_than_h=LATER_THAN_H,
        limit_mg_per_l=settings_file("priors")["posterior"]["limit_mg_per_l"],
        seed=seed,
    )


def _broken(scored: list[Scored]) -> list[str]:
    broken = [
        f"volunteers: R2 falls from {before.r2:.2f} to {after.r2:.2f} with data to "
        f"{after.upto_h:g} h"
        for before, after in pairwise(scored)
        if after.r2 < before.r2
    ]
    return broken + [
        f"volunteers: the 90 % band after data to {s.upto_h:g} h holds "
        f"{100 * s.coverage[-1][0]:.0f} %"
        for s in scored
        if s.coverage[-1][0] < LEAST_COVERAGE
    ]


def _cells(own: Scored) -> tuple[str, ...]:
    return (
        f"{own.upto_h:g} h",
        str(own.n),
        f"{own.r2:.2f}",
        f"{own.mean_error:.1f}",
        *(per_cent(each) for each in own.coverage),
        f"{own.width:.0f}",
        f"{own.worst_k:.2f}",
        ", ".join(f"{road} {n}" for road, n in sorted(own.roads.items())),
    )


def _learned(kept_one: dict[str, Any]) -> SubjectLearned:
    return SubjectLearned(
        kept_one["k"],
        tuple(
            None
            if each is None
            else Later(
                np.asarray(each["observed"], np.float64),
                np.asarray(each["median"], np.float64),
                np.asarray(each["low"], np.float64),
                np.asarray(each["high"], np.float64),
                np.asarray(each["below"], np.float64),
                each["road"],
                each["k"],
            )
            for each in kept_one["later"]
        ),
    )
