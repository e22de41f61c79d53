"""What `twin model posterior --form NAME` keeps and says of a published form."""

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
from twin.command_line.posterior_model import FormPopulationModel, form_model_of
from twin.credibility.population.draws import (
    Found,
    found_parameter,
    population_draws,
)
from twin.inference.diagnostics import Converged, judge_chains
from twin.model_files import models_folder
from twin.population import known_column, scale_column, spread_column
from twin.vocabulary.ensemble import Floats

_VARIABLES = ("x", "ln_sd", "sd_activity")
_DATA = ("O'Reilly 1963, 1968: single doses, PCA (development)",)


def written_form(folder: Path, name: str, run: Run) -> dict[str, Any]:
    """Draws and their summary, in the form's folder.

    Args:
        folder: of the development data.
        name: of the form.
        run: the chains, all finished.
    """
    made = form_model_of(folder, name)
    chains = finished_chains(run)
    draws = population_draws(made.model, chains, _VARIABLES)
    found = _found(made, draws)
    judged = judge_chains(draws, sum(chain.divergences for chain in chains))
    summary = run_summary(run, chains, found)
    home = models_folder() / "forms" / name
    write_draws(home / "posterior_draws.csv", _columns(made, draws), run.kept)
    write_summary(
        home / "posterior.toml",
        summary,
        command=f"twin model posterior --form {name}",
        data=_DATA,
        converged=isinstance(judged, Converged),
    )
    say_found(found, summary)
    reasons: Sequence[str] = ()
    if not isinstance(judged, Converged):
        reasons = judged.reasons
        say("NOT converged:", *(f"  {reason}" for reason in reasons))
    say("now run `twin model compile`")
    return {
        "form": name,
        "converged": not reasons,
        "reasons": reasons,
        "summary": summary,
        "parameters": found,
    }


def _columns(
    made: FormPopulationModel, draws: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Every column of the file, float64[draw]: of the known, factors on the paper's."""
    form = made.evidence.form
    factors, ln_sds = np.exp(flat(draws["x"])), flat(draws["ln_sd"])
    columns = {
        known_column(p): factors[:, k] for k, p in enumerate(form.parameters_known)
    }
    columns |= {
        spread_column(effect): ln_sds[:, k]
        for k, effect in enumerate(form.effects.names)
    }
    return columns | {scale_column("sd_activity"): flat(draws["sd_activity"])}


def _found(made: FormPopulationModel, draws: Mapping[str, Floats]) -> tuple[Found, ...]:
    form = made.evidence.form
    rows = [
        found_parameter(
            f"{each.name}, of the paper's",
            np.exp(draws["x"][:, :, k]),
            1.0,
            each.ln_sd,
            np.log,
        )
        for k, each in enumerate(form.known)
    ]
    rows += [
        found_parameter(
            f"between patients: {effect.name}",
            draws["ln_sd"][:, :, k],
            effect.ln_sd,
            effect.ln_sd_spread,
            np.log,
        )
        for k, effect in enumerate(form.effects.effects)
    ]
    centre, spread = made.scatter["sd_activity"]
    return (
        *rows,
        found_parameter("sd_activity", draws["sd_activity"], centre, spread, np.log),
    )
