"""What the posteriors of our twin and of published forms have in common on disk.

Draws as a table, and a summary of how they were made.
"""

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from twin.command_line.output import say
from twin.command_line.posterior import Run
from twin.command_line.posterior_record import shown
from twin.credibility.population.chain import Chain, read_chain
from twin.credibility.population.draws import Found
from twin.errors import NumericsError
from twin.vocabulary.ensemble import Floats


def finished_chains(run: Run) -> list[Chain]:
    """What the chains hold.

    Raises: NumericsError where one is missing or not finished.
    """
    found = [read_chain(path) for path in run.paths]
    chains = [chain for chain in found if chain is not None and chain.is_finished]
    if len(chains) < len(found):
        raise NumericsError(
            f"{len(found) - len(chains)} of {len(found)} chains are not finished; "
            "run the command again and it goes on"
        )
    return chains


def run_summary(
    run: Run, chains: Sequence[Chain], found: Sequence[Found]
) -> dict[str, Any]:
    """How the draws were made and how well."""
    return {
        "seed": run.seed,
        "asked": run.asked,
        "chains": len(chains),
        "draws_of_a_chain": len(chains[0].draws),
        "divergences": sum(chain.divergences for chain in chains),
        "largest_rhat": max(f.rhat for f in found),
        "least_ess_bulk": min(f.ess_bulk for f in found),
        "least_ess_tail": min(f.ess_tail for f in found),
        "chain_minutes": sum(chain.seconds for chain in chains) / 60.0,
        "run_minutes": run.seconds / 60.0,
        "slopes": sum(chain.evaluations for chain in chains),
        "mean_depth": float(np.mean([d for c in chains for d in c.depths])),
        "kept_draws": run.kept,
    }


def flat(draws: Floats) -> Floats:
    """One chain after another, float64[chain draw, ...]."""
    return np.asarray(draws.reshape(-1, *draws.shape[2:]))


def write_draws(path: Path, columns: Mapping[str, Floats], kept: int) -> None:
    """A table of `kept` draws, evenly spaced over all.

    Args:
        path: of the file.
        columns: float64[draw] by name.
        kept: draws, or all where there are fewer.
    """
    n = len(next(iter(columns.values())))
    rows = np.unique(np.linspace(0, n - 1, min(kept, n)).round().astype(int))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([f"{values[row]:.5g}" for values in columns.values()])
    path.write_text(out.getvalue(), encoding="utf-8")


def write_summary(
    path: Path,
    summary: Mapping[str, Any],
    *,
    command: str,
    data: Sequence[str],
    converged: bool,
) -> None:
    """How a table of draws was made, as TOML."""
    today = dt.datetime.now(dt.UTC).date()
    lines = [
        f"# How posterior_draws.csv was made.  Written by `{command}`.",
        f"date = {today}",
        f'command = "{command}"',
        f"converged = {str(converged).lower()}",
        "data = [",
        *(f'  "{name}",' for name in data),
        "]",
        *(
            f"{name} = {value:.5g}"
            if isinstance(value, float)
            else f"{name} = {value!r}".replace("'", '"')
            for name, value in summary.items()
        ),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def say_found(found: Sequence[Found], summary: Mapping[str, Any]) -> None:
    """Both on the terminal."""
    say(shown(found))
    for name, value in summary.items():
        say(f"{name}: {value:.4g}" if isinstance(value, float) else f"{name}: {value}")
