"""What `twin model posterior` keeps and says: draws, estimates, a record."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from twin.command_line.output import say
from twin.command_line.posterior import Run
from twin.command_line.posterior_files import (
    finished_chains,
    flat,
    run_summary,
    say_found,
    write_draws,
    write_summary,
)
from twin.command_line.posterior_model import PopulationModel, model_of
from twin.command_line.posterior_record import LEAST_ESS, MOST_RHAT, record_body
from twin.command_line.record import record_text, write_record
from twin.credibility.population.draws import Found, found_of, population_draws
from twin.credibility.population.predictive import Check, predictive_checks
from twin.model_files import models_folder
from twin.population import (
    correlation_column,
    known_column,
    scale_column,
    spread_column,
)
from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.population import prior_population

_CHECKED = 200  # draws for the predictive checks
_DATA = (
    "O'Reilly 1963, 1968: single doses, concentration and PCA (development)",
    "curves of Lilja 2007, Schwartz 2008, Soon 2006, Toon 1987 (development)",
    "IWPC 2009: stable doses (development sites)",
    "median clearances over 25 S and 12 R curves of volunteers",
    "Harrison 1997: factors VII and II at the start of therapy (group means)",
)


def written(folder: Path, run: Run, *, out: Path | None) -> dict[str, Any]:
    """Files of `models/warfarin`, and the record where it is asked for.

    Args:
        folder: of the development data.
        run: the chains, all finished.
        out: folder of the record.
    """
    made = model_of(folder)
    chains = finished_chains(run)
    draws = population_draws(made.model, chains)
    found = found_of(
        draws,
        made.evidence,
        point_estimates=made.estimates,
        prior_centres=made.centres,
        scatter=made.scatter,
    )
    rng = stream(run.seed, "population", "checks")
    checks = {
        "prior": _prior_checks(made, rng),
        "posterior": _posterior_checks(made, draws, rng),
    }
    home = models_folder() / "warfarin"
    columns = _columns(made, draws)
    write_draws(home / "posterior_draws.csv", columns, run.kept)
    medians = {
        (p.file, p.key): float(np.median(columns[known_column(p)]))
        for p in made.evidence.known
    }
    _write_estimates(home / "fitted.toml", made, found, medians)
    summary = run_summary(run, chains, found)
    converged = (
        summary["largest_rhat"] < MOST_RHAT
        and summary["least_ess_bulk"] > LEAST_ESS
        and summary["divergences"] == 0
    )
    write_summary(
        home / "posterior.toml",
        summary,
        command="twin model posterior",
        data=_DATA,
        converged=converged,
    )
    say_found(found, summary)
    if out is not None:
        text = record_text(
            "The population's posterior",
            record_body(found, checks, summary, converged),
            command="twin model posterior",
            library=made.library,
            seed=run.seed,
        )
        say(f"written to {write_record(out, 'posterior.md', text)}")
    say("now run `twin model compile`")
    return {
        "converged": converged,
        "summary": summary,
        "parameters": found,
        "checks": checks,
    }


def _columns(made: PopulationModel, draws: Mapping[str, Floats]) -> dict[str, Floats]:
    """Every column of the file, float64[draw], one chain after another."""
    values = made.estimates * np.exp(flat(draws["x"]))
    ln_sds = flat(draws["ln_sd"])
    columns = {known_column(p): values[:, k] for k, p in enumerate(made.evidence.known)}
    columns |= {
        spread_column(name): ln_sds[:, k]
        for k, name in enumerate(made.evidence.effects.names)
    }
    (tied,) = made.evidence.effects.correlations
    columns[correlation_column(tied)] = flat(draws["correlation"])
    others = (n for n in draws if n not in ("x", "ln_sd", "correlation"))
    return columns | {scale_column(name): flat(draws[name]) for name in others}


def _write_estimates(
    path: Path,
    made: PopulationModel,
    found: Sequence[Found],
    medians: Mapping[tuple[str, tuple[str, ...]], float],
) -> None:
    today = dt.datetime.now(dt.UTC).date()
    lines = [
        "# Point estimates: medians of the population's posterior.",
        "# Written by `twin model posterior`; change priors.toml, not this file.",
        "# ln_sd is the spread of the posterior on the logarithm; the parameters move",
        "# together, posterior_draws.csv has them jointly.",
        f"date = {today}",
        'command = "twin model posterior"',
        "data = [",
        *(f'  "{name}",' for name in _DATA),
        "]",
    ]
    for p, centre, row in zip(made.evidence.known, made.centres, found, strict=False):
        key = ", ".join(f'"{part}"' for part in p.key)
        lines += [
            "",
            "[[estimate]]",
            f'file = "{p.file}"',
            f"key = [{key}]",
            f"value = {medians[p.file, p.key]:.6g}",
            f"prior = {centre:.6g}",
            f"ln_sd = {row.ln_sd:.3f}",
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _prior_checks(made: PopulationModel, rng: np.random.Generator) -> tuple[Check, ...]:
    evidence = made.evidence
    prior = prior_population(
        evidence.known, evidence.effects, n_draws=_CHECKED, rng=rng
    )
    offset = np.log(made.centres / made.estimates)
    scales = {
        name: (
            centre * rng.normal(size=_CHECKED)
            if name == "assay_bias"
            else centre * np.exp(spread * rng.normal(size=_CHECKED))
        )
        for name, (centre, spread) in made.scatter.items()
    }
    return predictive_checks(
        evidence, prior.x + offset, prior.ln_sds, prior.correlations, scales, rng=rng
    )


def _posterior_checks(
    made: PopulationModel, draws: Mapping[str, Floats], rng: np.random.Generator
) -> tuple[Check, ...]:
    whole = {name: flat(v) for name, v in draws.items()}
    n = len(whole["x"])
    rows = rng.permutation(n)[:_CHECKED]
    return predictive_checks(
        made.evidence,
        whole["x"][rows],
        whole["ln_sd"][rows],
        whole["correlation"][rows][:, None],
        {name: whole[name][rows] for name in made.scatter if name in whole},
        rng=rng,
    )
