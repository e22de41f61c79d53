"""Our twin and published forms, compared on people that none of them had seen.

What they have in common are O'Reilly's activities of the prothrombin complex after
single doses.  Each form has a population posterior of its own; a subject is left out of
it by weights, his effects are integrated out, and what is scored is the density of all
his activities together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twin.credibility.pkpd import Study
from twin.credibility.population.evidence import (
    OF_SUBJECTS,
    Family,
    family_of,
    untested_ln_sds,
)
from twin.credibility.population.form_evidence import form_evidence
from twin.credibility.population.subject_density import (
    PeopleDraws,
    subject_densities,
)
from twin.engine.compiled import CompiledEngine
from twin.errors import NumericsError
from twin.forms.model_form import ModelForm
from twin.inference.form_weights import (
    expected_stacking_weights,
    mixture_score,
    pseudo_bma_weights,
    stacking_weights,
)
from twin.inference.leave_one_out import (
    LeftOutSubjects,
    left_out_subjects,
    standard_error,
)
from twin.library import Library
from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.population import Population


@dataclass(frozen=True, slots=True, eq=False)
class FormScore:
    """One form on the subjects left out.

    difference     elpd less that of the best form, and its standard error
    weight         by stacking; `expected` over what few subjects leave open of the
                   weights; `pseudo_bma` by the exponential of elpd, bootstrapped
    draws_sha256   of its population
    """

    left_out: LeftOutSubjects
    difference: float
    difference_error: float
    weight: float
    expected: float
    pseudo_bma: float
    draws_sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class FormComparison:
    """All forms on the same subjects.

    scores         by name
    mixture        elpd of the stacked mixture
    """

    scores: Mapping[str, FormScore]
    mixture: float
    n_subjects: int
    n_measurements: int


@dataclass(frozen=True, slots=True)
class Effort:
    """How many draws: of the population at most, and of each subject under each."""

    n_draws: int = 600
    n_each: int = 64
    seed: int = 0


def compared_forms(
    left_out: Mapping[str, LeftOutSubjects],
    draws_sha256: Mapping[str, str],
    *,
    n_measurements: int,
    seed: int = 0,
) -> FormComparison:
    """Differences and weights of forms.

    Args:
        left_out: by name, of the same subjects in the same order.
        draws_sha256: by name.
        n_measurements: of all subjects.
        seed: of the bootstrap.

    Raises: NumericsError where the forms were asked about different subjects.
    """
    names = tuple(left_out)
    pointwise = [left_out[name].elpd for name in names]
    if len({len(each) for each in pointwise}) != 1:
        raise NumericsError("forms are compared on the same subjects only")
    scores = np.stack(pointwise, axis=1)
    stacked = stacking_weights(scores)
    expected = expected_stacking_weights(scores, rng=stream(seed, "forms", "simplex"))
    pseudo_bma = pseudo_bma_weights(scores, rng=stream(seed, "forms", "bootstrap"))
    apart = scores - scores[:, [int(np.argmax(scores.sum(axis=0)))]]
    return FormComparison(
        {
            name: FormScore(
                left_out[name],
                float(apart[:, k].sum()),
                standard_error(apart[:, k]),
                float(stacked[k]),
                float(expected[k]),
                float(pseudo_bma[k]),
                draws_sha256[name],
            )
            for k, name in enumerate(names)
        },
        float(mixture_score(scores, stacked).sum()),
        len(scores),
        n_measurements,
    )


def our_left_out(
    studies: Sequence[Study],
    library: Library,
    population: Population,
    *,
    limit_mg_per_l: float,
    engine: CompiledEngine,
    effort: Effort,
) -> LeftOutSubjects:
    """Our twin on each subject's activities, of whom it has not seen anything.

    Its posterior has seen the subjects' concentrations too: both are taken out.

    Args:
        studies: subjects of single doses.
        library: of the drug; its estimates are x = 0 of the population.
        population: draws of the posterior of all development data.
        limit_mg_per_l: below it a concentration was not told from nothing.
        engine: what integrates; in double.
        effort: how many draws.
    """
    family, draws = our_people(
        studies,
        library,
        population,
        limit_mg_per_l=limit_mg_per_l,
        engine=engine,
        effort=effort,
    )
    activity = family.activity
    scored, seen = (
        subject_densities(
            family,
            draws,
            counted,
            n_each=effort.n_each,
            rng=stream(effort.seed, "our twin", what),
        ).ln_density
        for what, counted in (
            ("activities", activity),
            ("all", np.ones(len(activity), np.bool_)),
        )
    )
    return left_out_subjects(scored, seen)


def our_people(
    studies: Sequence[Study],
    library: Library,
    population: Population,
    *,
    limit_mg_per_l: float,
    engine: CompiledEngine,
    effort: Effort,
) -> tuple[Family, PeopleDraws]:
    """The subjects' courses in our twin, and its people as the fit saw them.

    Args: as of `our_left_out`.
    """
    effects = population.effects
    family = family_of(
        studies,
        library,
        population.known,
        effects,
        engine=engine,
        limit_mg_per_l=limit_mg_per_l,
    )
    which = [effects.names.index(name) for name in OF_SUBJECTS]
    activity = family.activity
    scales, rows = population.scales, _rows(population, effort)
    sd = np.where(
        activity,
        scales["sd_activity"][rows, None],
        scales["sd_concentration"][rows, None],
    )
    bias = np.where(activity, 0.0, scales["assay_bias"][rows, None])
    return family, _people(
        population, rows, which, untested_ln_sds(library, effects), sd, bias
    )


def form_left_out(
    form: ModelForm,
    studies: Sequence[Study],
    library: Library,
    population: Population,
    *,
    engine: CompiledEngine,
    effort: Effort,
) -> LeftOutSubjects:
    """A published form on each subject's activities, of whom it has seen none.

    Args:
        form: that predicts.
        studies: subjects of single doses.
        library: of our twin: alleles, frequencies, the law of the clotting test.
        population: draws of the form's posterior of the same activities.
        engine: what integrates; in double.
        effort: how many draws.
    """
    evidence = form_evidence(form, studies, library, engine=engine)
    rows = _rows(population, effort)
    family = evidence.subjects
    sd = np.repeat(
        population.scales["sd_activity"][rows, None], len(family.observed), axis=1
    )
    draws = _people(
        population,
        rows,
        range(len(form.effects.effects)),
        evidence.untested_sd,
        sd,
        np.zeros_like(sd),
    )
    found = subject_densities(
        family,
        draws,
        family.activity,
        n_each=effort.n_each,
        rng=stream(effort.seed, form.name, "activities"),
    ).ln_density
    return left_out_subjects(found, found)


def _rows(population: Population, effort: Effort) -> np.ndarray:
    """Draws evenly spaced over all there are."""
    n = population.n_draws
    spaced = np.linspace(0, n - 1, min(n, effort.n_draws))
    return np.unique(spaced.round().astype(np.int64))


def _people(
    population: Population,
    rows: np.ndarray,
    which: Sequence[int],
    untested_sd: Floats,
    sd: Floats,
    shift: Floats,
) -> PeopleDraws:
    """As the fit saw them: what untested genes do is part of how people differ."""
    spread = np.sqrt(population.ln_sds[rows] ** 2 + untested_sd**2)
    covariance = population.effects.covariance(spread, population.correlations[rows])
    own = covariance[:, which][:, :, which]
    roots: Floats = np.asarray(np.linalg.cholesky(own), np.float64)
    return PeopleDraws(population.x[rows], tuple(which), roots, sd, shift)
