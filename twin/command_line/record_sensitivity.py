"""The record and the document of `twin verify sensitivity`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from twin.command_line.record import markdown_table, record_text
from twin.command_line.tables_sensitivity import (
    SCALE_COLUMNS,
    axes_table,
    effect_table,
    knowledge_table,
    request_table,
    scale_rows,
)
from twin.credibility.global_sensitivity.patient import START_MG_PER_DAY
from twin.credibility.global_sensitivity.pick_freeze import Indices
from twin.credibility.global_sensitivity.study import Study
from twin.lifecycle import Twin
from twin.vocabulary.population import Population

_HOW_TO_READ = f"""\
The logarithm of the maintenance dose, and of what is read off the course of a
standard start of {START_MG_PER_DAY:g} mg a day just before a dose, as functions of all
that is not known of one described patient: how he differs from others of his
description (effects, alleles that were not tested), what is not known of people in
general (a draw of the population's posterior, always taken whole), the occasion and
the assay.

Figures are per cent of the variance of the output.  *First* is what a factor carries
by itself, *total* also what it does together with others; ± is the half width of an
interval of 95 % (bootstrap; it does not count that the draws of the posterior are so
many and no more).  *Together* is what no factor does by itself: 100 less the sum of
the first.

Clearance of S and of R go together between people; they are one factor.  All other
effects are independent once the draw of the population says how far they spread.  The
drift from occasion to occasion moves readings, not the dose: that is no measurement."""

_HOW_KNOWN = """\
Of the typical person.  The parameters are known only together, so no index of the
usual kind sums to 100.  *Share* does: the covariance of the scale's linear part with
the whole; below 0 where others cancel it.  *Told* is what would be known once this
scale were, with what it tells of the others; *left* what would stay open if all other
scales were known.  *Linear* is how much of the variance the linear part is."""

_HOW_AXES = """\
Principal axes of the posterior of what moves this patient, in logarithms; SD along
each, and the three parameters it is mostly made of.  Axes are drawn independently:
*kept* is the variance that this leaves, in per cent of that of whole draws."""

_HOW_ANSWERED = """\
Shares from 128 draws of the population with 4 people each, by covariance, in
milliseconds; in brackets the first-order index above, where there is one."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What was asked, for the record."""

    name: str
    twin: Twin
    population: Population
    n_base: int
    seconds: float


def record(found: Study, asked: Asked, *, picture: str) -> str:
    """The record as Markdown."""
    return record_text(
        "What carries the spread",
        [
            *_what_was_asked(found, asked),
            "",
            *_HOW_TO_READ.splitlines(),
            "",
            f"![shares]({picture})",
            "",
            "## By scale",
            "",
            "First ± half width (total), per cent.",
            "",
            *markdown_table(SCALE_COLUMNS, scale_rows(found)),
            "",
            "## Lack of knowledge, by scale",
            "",
            *_HOW_KNOWN.splitlines(),
            "",
            *knowledge_table(found),
            "",
            "## By effect (SALib)",
            "",
            "First ± half width (total), per cent.",
            "",
            *effect_table(found),
            "",
            "## Lack of knowledge, by direction (SALib)",
            "",
            *_HOW_AXES.splitlines(),
            "",
            *axes_table(found),
            "",
            "## What an answer shows",
            "",
            *_HOW_ANSWERED.splitlines(),
            "",
            *request_table(found),
        ],
        command="twin verify sensitivity",
        library=asked.twin.library,
        seed=found.seed,
    )


def document(found: Study, asked: Asked) -> dict[str, Any]:
    """All figures, as the command's JSON has them."""
    known, request = found.knowledge, found.request
    return {
        "patient": asked.name,
        "twin_digest": asked.twin.digest,
        "model_sha256": asked.twin.library.spec.sha256,
        "population_sha256": asked.population.sha256,
        "n_population_draws": asked.population.n_draws,
        "n_base": asked.n_base,
        "seed": found.seed,
        "seconds": asked.seconds,
        "outputs": found.outputs,
        "by_effect": _indices(found.by_effect),
        "by_scale": _indices(found.by_scale),
        "carried": found.carried(),
        "knowledge": {
            "scales": known.groups,
            "variance": known.variance,
            "share": known.share,
            "alone": known.alone,
            "told": known.told,
            "told_half": known.told_half,
            "left": known.left,
            "left_half": known.left_half,
            "linear": known.linear,
            "n_lost": known.n_lost,
        },
        "axes": {
            "parameters": found.axes.parameters,
            "ln_sds": found.axes.ln_sds,
            "loadings": found.axes.loadings,
            "kept": found.axes.kept,
            **_indices(found.axes.indices),
        },
        "request": {
            "scales": request.scales,
            "person": request.person,
            "knowledge": request.knowledge,
            "reading": request.reading,
            "linear": request.linear,
            "n_lost": request.n_lost,
        },
    }


def _what_was_asked(found: Study, asked: Asked) -> Iterator[str]:
    runs = asked.n_base * (
        len(found.by_effect.factors) + len(found.by_scale.factors) + 4
    )
    runs += asked.n_base * (2 + 2 * len(found.knowledge.groups))
    runs += found.axes.indices.n_base * (len(found.axes.indices.factors) + 2)
    indices = (found.by_effect, found.by_scale, found.axes.indices)
    lost = max(int(own.n_lost.max()) for own in (*indices, found.knowledge))
    yield (
        f"Patient: {asked.name}.  {asked.population.n_draws} draws of the population "
        f"(SHA-256 {asked.population.sha256[:16] or 'none: the prior'}); "
        f"{asked.n_base} base picks, {runs} runs in {asked.seconds:.0f} s.  "
        f"Base picks lost because a run has no value: at most {lost} for any output."
    )
    for said in (*asked.twin.scope.reasons, *asked.population.cautions):
        yield f"- {said}"


def _indices(own: Indices) -> dict[str, Any]:
    return {
        "factors": own.factors,
        "first": own.first,
        "first_half": own.first_half,
        "total": own.total,
        "total_half": own.total_half,
        "together": own.together,
        "variance": own.variance,
        "n_base": own.n_base,
        "n_lost": own.n_lost,
    }
