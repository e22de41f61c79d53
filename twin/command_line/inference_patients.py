"""Parts of `twin verify inference` on invented patients: times, and tablets."""

import os
import platform

import numpy as np

from twin.command_line.inference_parts import (
    Section,
    Setting,
    kept,
    nothing,
    per_cent,
    prose,
)
from twin.command_line.record import markdown_table
from twin.credibility.learning.apparatus import Apparatus
from twin.credibility.learning.tablets import (
    MOST_MISSED,
    SUSPECTED,
    Noticed,
    noticed,
    noticed_share,
)
from twin.credibility.learning.timings import DAYS, Timed, spread_of_times, timed

N_TIMED = 40
N_TABLETS = 200
MOST_FALSE_ALARMS = 0.05
MOST_DRIFT = 0.05
"""Of the clearance of S, as a part of it, because of tablets that were missed."""

_GOAL_GRADIENT_MS, _GOAL_LEARNING_MS = 5.0, 150.0


def speed(setting: Setting) -> Section:
    """What learning costs; reported, never a check."""
    numbers = range(setting.n(N_TIMED) + 1)
    found = kept(setting, "speed", timed, numbers, more=platform.uname(), alone=True)
    # The first patient warms the process.
    patients = [Timed(**each) for each in found.values][1:]
    if not patients:
        return nothing("What learning costs", found, "speed")
    rows = []
    for what, goal, values in (
        (
            "courses and slopes of one search step, ms",
            f"{_GOAL_GRADIENT_MS:g}",
            [p.gradient_ms for p in patients],
        ),
        (
            "learning, ms",
            f"{_GOAL_LEARNING_MS:g} (p95)",
            [p.learn_ms for p in patients],
        ),
        ("learning as a request asks, ms", "", [p.request_ms for p in patients]),
    ):
        rows.append((what, *(f"{t:.1f}" for t in spread_of_times(values)), goal))
    each = [
        (str(p.number), p.road, f"{p.ess:.0f}", _k(p.k), f"{p.learn_ms:.0f}")
        for p in patients
    ]
    lines = [
        *prose(
            f"{len(patients)} invented patients, {DAYS} days of one dose a day, "
            f"{patients[0].n_inrs} INRs, {patients[0].n_effects} effects, on "
            f"{platform.machine()}, {os.cpu_count()} cores.  Times are the clock's, "
            "warm; "
            "a goal that is missed is no failure here, for the machine may have had "
            "other work."
        ),
        "",
        *markdown_table(("", "p50", "p95", "largest", "goal"), rows),
        "",
        "Each patient: what the draws are worth, and Pareto's k of their weights.",
        "",
        *markdown_table(("patient", "road", "ESS", "k", "ms"), each),
        "",
        found.says,
    ]
    return Section(
        "What learning costs",
        tuple(lines),
        {"patients": patients},
        found.too_many("speed"),
    )


def tablets(setting: Setting) -> Section:
    """Missed tablets: false alarms, what is noticed, what the clearance does."""
    n, kinds = setting.n(N_TABLETS), MOST_MISSED + 1
    found = kept(setting, "tablets", missed, range(n * kinds))
    made = [Noticed(**each) for each in found.values]
    whole = {
        number
        for number in range(n)
        if sum(each.number == number for each in made) == kinds
    }
    groups = {
        n_missed: [p for p in made if p.n_missed == n_missed and p.number in whole]
        for n_missed in range(kinds)
    }
    if len(whole) < 2:
        return nothing("Missed tablets", found, "tablets")
    shares = [noticed_share(group, groups[0]) for group in groups.values()]
    lines = [
        *prose(
            f"{len(whole)} invented patients with three INRs, the last a day after the "
            "tablets that were missed; the same patients, occasions and errors with 0, "
            f"1, 2 and 3 of them.  Suspected: a probability above {SUSPECTED:g} that "
            "tablets were not taken as told.  Off: ln clearance of S, learned less "
            "true; drift: the same less that of the patient who missed none."
        ),
        "",
        *markdown_table(
            ("missed", "suspected, %", "off", "drift", "not to be used"),
            [
                (
                    str(s.n_missed),
                    per_cent(s.suspected),
                    f"{s.off[0]:+.3f} ± {s.off[1]:.3f}",
                    f"{s.drift[0]:+.3f} ± {s.drift[1]:.3f}" if s.n_missed else "",
                    str(s.not_usable),
                )
                for s in shares
            ],
        ),
        "",
        *prose(
            f"Limits: suspected of those who missed none {100 * MOST_FALSE_ALARMS:g} "
            "%, "
            f"drift {MOST_DRIFT:g}.  ± is one standard error.  {found.says}"
        ),
    ]
    if setting.out is not None:
        from twin.command_line.plot_inference import (  # noqa: PLC0415 - matplotlib
            draw_tablets,
        )

        draw_tablets(setting.out / "inference_tablets.png", groups)
        lines += ["", "![tablets](inference_tablets.png)"]
    broken = [
        f"{s.n_missed} tablets missed: the clearance drifts by {s.drift[0]:+.3f}"
        for s in shares
        if abs(s.drift[0]) > MOST_DRIFT
    ]
    if shares[0].suspected[0] > MOST_FALSE_ALARMS:
        broken.append(
            f"false alarms of {100 * shares[0].suspected[0]:.1f} % of the adherent"
        )
    return Section(
        "Missed tablets",
        tuple(lines),
        {"shares": shares},
        (*broken, *found.too_many("tablets")),
    )


def missed(apparatus: Apparatus, number: int, *, seed: int) -> Noticed:
    """Of each patient four results: 0 to `MOST_MISSED` tablets missed."""
    patient, n_missed = divmod(number, MOST_MISSED + 1)
    return noticed(apparatus, patient, n_missed=n_missed, seed=seed)


def _k(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "-"
