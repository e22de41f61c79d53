"""Parts of `twin verify inference` on roads: truths ranked, and roads compared."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.command_line.inference_parts import Section, Setting, kept, nothing, prose
from twin.command_line.record import markdown_table
from twin.credibility.learning.agreement import (
    LARGEST_LIMIT,
    TYPICAL_LIMIT,
    Agreement,
    agreement_share,
)
from twin.credibility.learning.ranks import RanksJudged, Replicate, judged_ranks
from twin.credibility.learning.replicates import (
    MEASURED_DAYS,
    fast_replicate,
    slow_replicate,
)

N_ROADS = 50


def ranks(setting: Setting) -> Section:
    """Simulation-based calibration of both roads."""
    numbers = range(setting.replicates)
    fast = kept(setting, "ranks-fast", fast_replicate, numbers)
    slow = kept(setting, "ranks-slow", slow_replicate, numbers, hours=setting.slow_h)
    replicates = {"fast road": [Replicate(**each) for each in fast.values]}
    if slow.values:
        replicates["slow road"] = [Replicate(**each["slow"]) for each in slow.values]
    judged = {road: judged_ranks(found) for road, found in replicates.items() if found}
    lines = [
        *prose(
            f"Invented patients of every description, INRs on days "
            f"{', '.join(map(str, MEASURED_DAYS))} of a fixed dose, tablets missed by "
            "the twin's own odds: drawn by the laws the twin learns by, learned back, "
            "and the truth ranked among the draws.  Right learning leaves the band "
            "anywhere, in any quantity of a road, in at most 5 % of cases "
            "(simultaneous "
            "bands, shared out over the quantities).  Draws that say of themselves "
            "that "
            "they may not be used are ranked all the same.  The likelihood is of the "
            "measurements: all else would be uniform too if nothing were learned."
        ),
        "",
    ]
    rows = [
        (name, *(cell for own in judged.values() for cell in _cells(own, name)))
        for name in (next(iter(judged.values())).of if judged else ())
    ]
    columns = [cell for road in judged for cell in (f"{road}: off by", "inside")]
    lines += [*markdown_table(("quantity", *columns), rows), ""]
    for road, found in replicates.items():
        lines += [f"{road[:1].upper()}{road[1:]}: {_roads_taken(found)}", ""]
    lines += [f"Fast road.  {fast.says}", f"Slow road.  {slow.says}"]
    if not slow.values:
        lines.append("The slow road has no replicates: none were asked for in time.")
    if setting.out is not None and judged:
        from twin.command_line.plot_inference import (  # noqa: PLC0415 - matplotlib
            draw_ranks,
        )

        draw_ranks(setting.out / "inference_ranks.png", judged)
        lines += ["", "![ranks](inference_ranks.png)"]
    broken = [
        f"ranks of {name}, {road}, leave the band"
        for road, own in judged.items()
        for name in own.outside
    ]
    return Section(
        "Truths among the draws learned of them",
        tuple(lines),
        {
            road: {
                "n": own.n,
                "coverage_of_band": own.band.coverage,
                "outside": own.outside,
            }
            for road, own in judged.items()
        },
        (
            *broken,
            *fast.too_many("ranks, fast road"),
            *(slow.too_many("ranks, slow road") if slow.values or slow.failed else ()),
        ),
    )


def roads(setting: Setting) -> Section:
    """Both roads from the same measurements."""
    found = kept(setting, "ranks-slow", slow_replicate, range(setting.n(N_ROADS)))
    both = [_agreement(each["agreement"]) for each in found.values]
    if not both:
        return nothing("Two roads", found, "roads")
    share = agreement_share(both)
    lines = [
        "The first patients of the calibration, learned as a request learns and by",
        "chains.  Differences of the means of effects, dose and INR a week ahead are",
        "counted in Monte Carlo errors of both roads together.",
        "",
        *markdown_table(
            ("figure", "found", "limit"),
            [
                ("patients", str(share.n), ""),
                ("of them both roads may be used", str(share.n_usable), ""),
                (
                    "root of the mean square",
                    f"{share.typical:.2f}",
                    f"{TYPICAL_LIMIT:g}",
                ),
                (
                    f"largest ({share.largest_of})",
                    f"{share.largest:.2f}",
                    f"{LARGEST_LIMIT:g}",
                ),
                ("beyond 2 (5 % by chance)", f"{100 * share.beyond_2:.1f} %", ""),
                ("largest difference of ln evidence", f"{share.ln_evidence:.3f}", ""),
                (
                    "largest difference of the probability of tablets as told",
                    f"{share.as_told:.3f}",
                    "",
                ),
            ],
        ),
        "",
        found.says,
    ]
    broken = () if share.agree else ("the two roads lie further apart than chance",)
    return Section(
        "Two roads",
        tuple(lines),
        {"agreement": share},
        (*broken, *found.too_many("roads")),
    )


def _roads_taken(found: Sequence[Replicate]) -> str:
    by_road = {r.road: sum(o.road == r.road for o in found) for r in found}
    taken = ", ".join(f"{road} {n}" for road, n in by_road.items())
    lost = sum(each.n_failed for each in found)
    poor = sum(not each.usable for each in found)
    return (
        f"{len(found)} replicates ({taken}); {poor} whose draws say that they may not "
        f"be used; {lost} draws did not integrate."
    )


def _agreement(kept_one: dict[str, Any]) -> Agreement:
    first, second = kept_one["as_told"]
    return Agreement(**{**kept_one, "as_told": (first, second)})


def _cells(own: RanksJudged, name: str) -> tuple[str, str]:
    """Largest difference of the ECDF from the uniform one, and whether it is inside."""
    found = own.of[name]
    largest = found.difference[int(np.argmax(np.abs(found.difference)))]
    return f"{largest:+.3f}", "yes" if found.inside else "NO"
