"""What is shown of the population's posterior: tables for people and for the record."""

from collections.abc import Mapping, Sequence
from typing import Any

from twin.command_line.output import table
from twin.command_line.record import markdown_table
from twin.credibility.population.draws import Found
from twin.credibility.population.predictive import Check

MOST_RHAT = 1.01
LEAST_ESS = 400.0

_HEAD = (
    "parameter",
    "prior",
    "prior ln SD",
    "posterior median",
    "90 %",
    "ln SD",
    "learned",
    "R-hat",
    "ESS",
)


def _rows(found: Sequence[Found]) -> list[tuple[str, ...]]:
    return [
        (
            f.name,
            f"{f.prior:.4g}",
            f"{f.prior_ln_sd:.2g}",
            f"{f.median:.4g}",
            f"{f.low:.3g} to {f.high:.3g}",
            f"{f.ln_sd:.2g}",
            f"{100 * f.learned:.0f} %",
            f"{f.rhat:.4f}",
            f"{min(f.ess_bulk, f.ess_tail):.0f}",
        )
        for f in found
    ]


def shown(found: Sequence[Found]) -> Any:
    shown = table(*_HEAD)
    for row in _rows(found):
        shown.add_row(*row)
    return shown


def record_body(
    found: Sequence[Found],
    checks: Mapping[str, Sequence[Check]],
    summary: Mapping[str, Any],
    converged: bool,
) -> list[str]:
    silent = [f.name for f in found if f.learned < 0.1 and f.prior_ln_sd > 0]
    return [
        (
            f"{summary['chains']} chains of {summary['draws_of_a_chain']} draws by "
            f"NUTS (PyMC), {summary['slopes']} evaluations with slopes, mean tree "
            f"depth {summary['mean_depth']:.1f}, {summary['chain_minutes']:.0f} "
            "chain-minutes on single cores.  Divergences "
            f"{summary['divergences']}, largest R-hat {summary['largest_rhat']:.4f}, "
            f"least effective sample size {summary['least_ess_bulk']:.0f} (bulk) and "
            f"{summary['least_ess_tail']:.0f} (tails): "
            f"{'converged' if converged else 'NOT converged'} (R-hat below "
            f"{MOST_RHAT}, above {LEAST_ESS:.0f}, none divergent)."
        ),
        "",
        (
            "`learned` is the share of the prior's variance that the data took away.  "
            "Parameters move together: that one is learned little may mean that only "
            "its product with another is known."
        ),
        "",
        *markdown_table(_HEAD, _rows(found)),
        "",
        "## What the data could not say",
        "",
        "Less than a tenth of the prior's variance went: " + "; ".join(silent) + ".",
        "",
        "## Predictive checks",
        "",
        (
            "New people with the covariates of the data's.  `bias` is the median of "
            "ln(observed/median predicted)."
        ),
        "",
        *markdown_table(
            (
                "draws of",
                "observations",
                "n",
                "inside 50 / 80 / 90 %",
                "bias",
                "SD observed",
                "SD predicted",
                "failed",
            ),
            [
                (
                    which,
                    c.name,
                    str(c.n),
                    " / ".join(f"{100 * share:.0f}" for share in c.coverage),
                    f"{c.bias:+.2f}",
                    f"{c.observed_ln_sd:.2f}",
                    f"{c.predicted_ln_sd:.2f}",
                    str(c.failed),
                )
                for which, of in checks.items()
                for c in of
            ],
        ),
    ]
