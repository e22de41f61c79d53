"""What `twin model posterior` keeps and says: draws, estimates, a record."""

import csv
import datetime as dt
import io
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from twin.command_line.output import say
from twin.command_line.posterior_model import PopulationModel, model_of
from twin.command_line.posterior_record import (
    LEAST_ESS,
    MOST_RHAT,
    record_body,
    shown,
)
from twin.command_line.record import record_text, write_record
from twin.credibility.population.chains import Chain
from twin.credibility.population.draws import Found, found_of, population_draws
from twin.credibility.population.predictive import Check, predictive_checks
from twin.model_files import models_folder
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


def written(
    folder: Path,
    paths: Sequence[Path],
    *,
    asked: str,
    seed: int,
    kept: int,
    seconds: float,
    out: Path | None,
) -> dict[str, Any]:
    """Files of `models/warfarin`, and the record where it is asked for.

    Args:
        folder: of the development data.
        paths: what the chains hold, all finished.
        asked: digest of the question.
        seed: of the chains.
        kept: draws in the committed file.
        seconds: how long this run of the command took.
        out: folder of the record.
    """
    made = model_of(folder)
    chains = [_read(path) for path in paths]
    draws = population_draws(made.model, chains)
    found = found_of(
        draws,
        made.evidence,
        point_estimates=made.estimates,
        prior_centres=made.centres,
        scatter=made.scatter,
    )
    divergences = sum(chain.divergences for chain in chains)
    spent = sum(chain.seconds for chain in chains)
    rng = stream(seed, "population", "checks")
    checks = {
        "prior": _prior_checks(made, rng),
        "posterior": _posterior_checks(made, draws, rng),
    }
    home = models_folder() / "warfarin"
    columns = _columns(made, draws)
    _write_draws(home / "posterior_draws.csv", columns, kept)
    medians = {
        (p.file, p.key): float(np.median(columns[_name(p.file, p.key)]))
        for p in made.evidence.known
    }
    _write_estimates(home / "fitted.toml", made, found, medians)
    summary: dict[str, Any] = {
        "seed": seed,
        "asked": asked,
        "chains": len(chains),
        "draws_of_a_chain": len(chains[0].draws),
        "divergences": divergences,
        "largest_rhat": max(f.rhat for f in found),
        "least_ess_bulk": min(f.ess_bulk for f in found),
        "least_ess_tail": min(f.ess_tail for f in found),
        "chain_minutes": spent / 60.0,
        "run_minutes": seconds / 60.0,
        "slopes": sum(chain.evaluations for chain in chains),
        "mean_depth": float(np.mean([d for c in chains for d in c.depths])),
        "kept_draws": kept,
    }
    converged = (
        summary["largest_rhat"] < MOST_RHAT
        and summary["least_ess_bulk"] > LEAST_ESS
        and divergences == 0
    )
    _write_summary(home / "posterior.toml", summary, converged)
    say(shown(found))
    for name, value in summary.items():
        say(f"{name}: {value:.4g}" if isinstance(value, float) else f"{name}: {value}")
    if out is not None:
        text = record_text(
            "The population's posterior",
            record_body(found, checks, summary, converged),
            command="twin model posterior",
            library=made.library,
            seed=seed,
        )
        say(f"written to {write_record(out, 'posterior.md', text)}")
    say("now run `twin model compile`")
    return {
        "converged": converged,
        "summary": summary,
        "parameters": found,
        "checks": checks,
    }


def _read(path: Path) -> Chain:
    with path.open("rb") as file:
        chain: Chain = pickle.load(file)  # noqa: S301 - written by the same command
    return chain


def _name(file: str, key: Sequence[str]) -> str:
    return f"{file} {' '.join(key)}"


def _columns(made: PopulationModel, draws: Mapping[str, Floats]) -> dict[str, Floats]:
    """Every column of the file, float64[draw], one chain after another."""

    def flat(values: Floats) -> Floats:
        return np.asarray(values.reshape(-1, *values.shape[2:]))

    values = made.estimates * np.exp(flat(draws["x"]))
    ln_sds = flat(draws["ln_sd"])
    columns = {
        _name(p.file, p.key): values[:, k] for k, p in enumerate(made.evidence.known)
    }
    columns |= {
        f"ln_sd {name}": ln_sds[:, k]
        for k, name in enumerate(made.evidence.effects.names)
    }
    (tied,) = made.evidence.effects.correlations
    columns[f"correlation {' '.join(tied.effects)}"] = flat(draws["correlation"])
    others = (n for n in draws if n not in ("x", "ln_sd", "correlation"))
    return columns | {f"scale {name}": flat(draws[name]) for name in others}


def _write_draws(path: Path, columns: Mapping[str, Floats], kept: int) -> None:
    n = len(next(iter(columns.values())))
    rows = np.unique(np.linspace(0, n - 1, min(kept, n)).round().astype(int))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([f"{values[row]:.5g}" for values in columns.values()])
    path.write_text(out.getvalue(), encoding="utf-8")


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


def _write_summary(path: Path, summary: Mapping[str, Any], converged: bool) -> None:
    today = dt.datetime.now(dt.UTC).date()
    lines = [
        "# How posterior_draws.csv was made.  Written by `twin model posterior`.",
        f"date = {today}",
        'command = "twin model posterior"',
        f"converged = {str(converged).lower()}",
        "data = [",
        *(f'  "{name}",' for name in _DATA),
        "]",
        *(
            f"{name} = {value:.5g}"
            if isinstance(value, float)
            else f"{name} = {value!r}".replace("'", '"')
            for name, value in summary.items()
        ),
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
    flat = {name: v.reshape(-1, *v.shape[2:]) for name, v in draws.items()}
    n = len(flat["x"])
    rows = rng.permutation(n)[:_CHECKED]
    return predictive_checks(
        made.evidence,
        flat["x"][rows],
        flat["ln_sd"][rows],
        flat["correlation"][rows][:, None],
        {name: flat[name][rows] for name in made.scatter if name in flat},
        rng=rng,
    )
