"""What measurements of a single dose teach about the days after: volunteers, in turn.

Each subject is predicted from a posterior that has not seen it and from its own data up
to some hour; what came later is held against the bands.  The one check of learning on
measured courses: no public series of INRs with genotypes exists.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.credibility.form_comparison import Effort, our_people
from twin.credibility.learning.later_scores import LEVELS, Later
from twin.credibility.pkpd import Study, subject_of
from twin.credibility.population.subject_density import subject_densities
from twin.engine.compiled import CompiledEngine
from twin.errors import NumericsError
from twin.individualise import individualise
from twin.inference.course_reader import Sample
from twin.inference.courses import course_model
from twin.inference.importance_weights import pareto_smoothed
from twin.inference.learn import learn
from twin.inference.particles import prior_particles
from twin.inference.patient_levers import levers_of
from twin.inference.question import Person
from twin.inference.readings import ACTIVITY
from twin.inference.resampling import resampled
from twin.library import Library
from twin.reproducibility import stream
from twin.vocabulary.observation import Observation
from twin.vocabulary.population import Population
from twin.vocabulary.regimen import Dose, Regimen

N_OUT = 64  # draws of the person for each of the population, to leave a subject out
_CONCENTRATION = "warfarin_racemate_plasma"


@dataclass(frozen=True, slots=True, eq=False)
class SubjectLearned:
    """One subject, predicted from a population that has not seen it.

    k      Pareto's, of the weights that take the subject out of the population
    later  by the hour up to which its own data were used; None without later activities
    """

    k: float
    later: tuple[Later | None, ...]


def subjects_person(
    study: Study,
    library: Library,
    population: Population,
    make: Callable[..., Person],
) -> Person:
    """A subject of a study, genes untested, before anything was measured.

    make   builds a `Person` of levers and population (engines, noise)
    """
    patient, _ = subject_of(study, library)
    levers = levers_of(
        individualise(patient, library, fed=study.fed),
        library,
        population.known,
        population.effects,
    )
    return make(levers=levers, population=population)


def without_subject(
    study: Study,
    library: Library,
    population: Population,
    *,
    limit_mg_per_l: float,
    engine: CompiledEngine,
    n_each: int,
    rng: np.random.Generator,
) -> tuple[Population, float]:
    """The population as if this subject's data had not been seen, and Pareto's k.

    Each draw is weighed by the inverse of how probable it makes the data, by the law
    with which the fit saw them, the person integrated out.
    """
    every = population.n_draws
    family, draws = our_people(
        [study],
        library,
        population,
        limit_mg_per_l=limit_mg_per_l,
        engine=engine,
        effort=Effort(every, n_each),
    )
    all_of_it = np.ones(len(family.observed), np.bool_)
    found = subject_densities(family, draws, all_of_it, n_each=n_each, rng=rng)
    possible = np.flatnonzero(np.isfinite(found.ln_density[:, 0]))
    if not len(possible):
        raise NumericsError("no draw of the population explains the subject at all")
    smoothed, k = pareto_smoothed(-found.ln_density[possible, 0])
    rows = possible[resampled(smoothed, every, rng)]
    return (
        replace(
            population,
            x=population.x[rows],
            ln_sds=population.ln_sds[rows],
            correlations=population.correlations[rows],
            scales={name: values[rows] for name, values in population.scales.items()},
        ),
        float(k),
    )


def learned_until(
    person: Person,
    taken: Regimen,
    seen: Sequence[Observation],
    *,
    upto_h: float,
    later_than_h: float,
    n_known: int,
    n_each: int,
    rng: np.random.Generator,
) -> Later | None:
    """A subject's later activities and what was predicted of them; None without any.

    Args:
        person: with a population that has not seen the subject.
        taken: the dose.
        seen: all measurements of the subject.
        upto_h: what is learned from; 0 for nothing.
        later_than_h: what is predicted.
        n_known, n_each: draws.
        rng: of draws and of the assay's scatter.
    """
    early = [o for o in seen if 0 < o.time_h <= upto_h]
    late = [o for o in seen if o.kind == ACTIVITY and o.time_h > later_than_h]
    if not late:
        return None
    if early:
        found = learn(person, taken, early, n_known=n_known, n_each=n_each, rng=rng)
        particles, road, k = found.learned.particles, found.road, found.k
    else:
        particles = prior_particles(
            person.levers, person.population, n_known=n_known, n_each=n_each, rng=rng
        )
        road, k = "none", -np.inf
    course = course_model(
        person.spec,
        [person.levers.fixed_at([0] * len(person.levers.genes))],
        [taken],
        [Sample(0, o.time_h, ACTIVITY) for o in late],
        surrogate=person.surrogate,
        engine=person.slopes,
        along_effects=True,
    )
    rows = person.levers.parameters(particles.x, particles.z, particles.alleles)
    predicted = course.reader.values(course.asked.values_at(rows).values, rows)
    drawn = predicted[resampled(particles.log_weights, 4 * particles.n, rng)]
    noise = person.noise.ln_sds["activity"] * rng.normal(size=drawn.shape)
    read = np.exp(drawn + noise)
    observed = np.array([o.value for o in late])
    tails = np.array([0.5 - 0.5 * level for level in LEVELS])
    return Later(
        observed,
        np.median(read, axis=0),
        np.quantile(read, tails, axis=0),
        np.quantile(read, 1.0 - tails, axis=0),
        np.mean(read < observed, axis=0),
        road,
        max(k, 0.0),
    )


def subject_learned(
    study: Study,
    library: Library,
    population: Population,
    make: Callable[..., Person],
    *,
    upto_h: Sequence[float],
    later_than_h: float,
    limit_mg_per_l: float,
    seed: int,
    n_known: int = 128,
    n_each: int = 8,
) -> SubjectLearned:
    """Leave a subject out, learn from its early data, predict its late activities.

    The study's concentrations were read by one assay of its time: they are brought to
    ours by the bias the posterior found for it.

    Args:
        study: a subject, single doses.
        library: of the drug.
        population: the posterior that has seen it.
        make: builds a `Person` of levers and population.
        upto_h: hours up to which data are used, in turn.
        later_than_h: hour after which activities are predicted.
        limit_mg_per_l: what a concentration of 0 is below.
        seed: of all draws.
        n_known, n_each: draws.
    """
    bias = float(np.mean(population.scales["assay_bias"]))
    rng = stream(seed, "subjects", study.dataset)
    person = subjects_person(study, library, population, make)
    taken = Regimen(tuple(Dose(t, mg, library.substance) for t, mg in study.doses_mg))
    seen = [_ours(o, bias, limit_mg_per_l) for o in study.observations]
    after = [o for o in seen if o.time_h > 0]
    others, k = without_subject(
        study,
        library,
        population,
        limit_mg_per_l=limit_mg_per_l,
        engine=person.slopes,
        n_each=N_OUT,
        rng=rng,
    )
    person = replace(person, population=others)
    return SubjectLearned(
        k,
        tuple(
            learned_until(
                person,
                taken,
                after,
                upto_h=hour,
                later_than_h=later_than_h,
                n_known=n_known,
                n_each=n_each,
                rng=rng,
            )
            for hour in upto_h
        ),
    )


def _ours(seen: Observation, bias: float, limit_mg_per_l: float) -> Observation:
    """A measurement as our assays would read it."""
    if seen.kind != _CONCENTRATION:
        return seen
    ours = float(np.exp(-bias))
    if seen.value <= 0:
        return replace(seen, quantification_limit=limit_mg_per_l * ours)
    return replace(seen, value=seen.value * ours)
