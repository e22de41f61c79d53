"""What measurements of a single dose teach about the days after: volunteers, in turn.

Each subject is predicted from a posterior that has not seen it and from its own data up
to some hour; what came later is held against the bands.  The one check of learning on
measured courses: no public series of INRs with genotypes exists.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from twin.credibility.forecast_scores import wilson_interval
from twin.credibility.pkpd import Study, subject_of
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
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.observation import Observation
from twin.vocabulary.population import Population
from twin.vocabulary.regimen import Dose, Regimen

LEVELS = (0.5, 0.8, 0.9)
_CONCENTRATION = "warfarin_racemate_plasma"


@dataclass(frozen=True, slots=True)
class Scored:
    """Predictions of what came later, from the data up to some hour.

    upto_h     data up to and with this hour were used; 0: none
    n          later activities
    r2         of the medians, in per cent of normal, about the mean of the observed
    mean_error mean of |median - observed|, per cent of normal
    coverage   share inside the central 50, 80 and 90 %, with Wilson's 95 % interval
    width      mean width of the 90 % band, per cent of normal
    worst_k    largest Pareto k of a subject's weights
    roads      how often each road of learning was taken
    """

    upto_h: float
    n: int
    r2: float
    mean_error: float
    coverage: tuple[tuple[float, float, float], ...]
    width: float
    worst_k: float
    roads: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Later:
    """Observed activities after the last hour, and draws of what was predicted."""

    observed: Floats
    ln_draws: Floats
    road: str
    k: float


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
    person: Person,
    taken: Regimen,
    seen: Sequence[Observation],
    *,
    n_each: int,
    rng: np.random.Generator,
) -> tuple[Population, float]:
    """The population as if this subject's data had not been seen, and Pareto's k.

    Each draw is weighed by the inverse of how probable it makes the data, the person
    integrated out by the draws that share it.
    """
    found = learn(
        person,
        taken,
        seen,
        n_known=person.population.n_draws,
        n_each=n_each,
        rng=rng,
        min_ess=0.0,
    )
    knowledge = found.learned.particles.knowledge
    n = person.population.n_draws
    of_draw = np.array(
        [logsumexp(found.learned.raw[knowledge == draw]) for draw in range(n)]
    )
    smoothed, k = pareto_smoothed(-of_draw)
    rows = resampled(smoothed, n, rng)
    own = person.population
    return (
        replace(
            own,
            x=own.x[rows],
            ln_sds=own.ln_sds[rows],
            correlations=own.correlations[rows],
            scales={name: values[rows] for name, values in own.scales.items()},
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
    return Later(np.array([o.value for o in late]), drawn + noise, road, max(k, 0.0))


def scored_after(parts: Sequence[Later], *, upto_h: float) -> Scored:
    """All subjects' later activities against their bands."""
    observed = np.concatenate([part.observed for part in parts])
    drawn = np.exp(np.concatenate([part.ln_draws for part in parts], axis=1))
    median = np.median(drawn, axis=0)
    coverage = []
    for level in LEVELS:
        low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2], axis=0)
        inside = int(np.sum((observed >= low) & (observed <= high)))
        ends = wilson_interval(inside, len(observed))
        coverage.append((inside / len(observed), ends[0], ends[1]))
    missed = observed - median
    about_mean = observed - observed.mean()
    return Scored(
        upto_h,
        len(observed),
        float(1.0 - missed @ missed / (about_mean @ about_mean)),
        float(np.mean(np.abs(missed))),
        tuple(coverage),
        float(np.mean(high - low)),
        max(part.k for part in parts),
        {road: sum(p.road == road for p in parts) for road in {p.road for p in parts}},
    )


def learn_from_subjects(
    studies: Sequence[Study],
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
    progress: Callable[[int], None],
) -> tuple[Scored, ...]:
    """Leave one subject out, learn from its early data, predict its late ones.

    The study's concentrations were read by one assay of its time: they are brought to
    ours by the bias the posterior found for it.

    Args:
        studies: subjects, single doses.
        library: of the drug.
        population: the posterior that has seen them.
        make: builds a `Person` of levers and population.
        upto_h: hours up to which data are used, in turn.
        later_than_h: hour after which activities are predicted.
        limit_mg_per_l: what a concentration of 0 is below.
        seed: of all draws.
        n_known, n_each: draws.
        progress: called with the number of subjects done.
    """
    bias = float(np.mean(population.scales["assay_bias"]))
    parts: dict[float, list[Later]] = {hour: [] for hour in upto_h}
    for number, study in enumerate(studies):
        rng = stream(seed, "subjects", study.dataset)
        person = subjects_person(study, library, population, make)
        taken = Regimen(
            tuple(Dose(t, mg, library.substance) for t, mg in study.doses_mg)
        )
        seen = [_ours(o, bias, limit_mg_per_l) for o in study.observations]
        after = [o for o in seen if o.time_h > 0]
        others, _ = without_subject(person, taken, after, n_each=4, rng=rng)
        person = replace(person, population=others)
        for hour in upto_h:
            later = learned_until(
                person,
                taken,
                after,
                upto_h=hour,
                later_than_h=later_than_h,
                n_known=n_known,
                n_each=n_each,
                rng=rng,
            )
            if later is not None:
                parts[hour].append(later)
        progress(number + 1)
    return tuple(scored_after(parts[hour], upto_h=hour) for hour in upto_h)


def _ours(seen: Observation, bias: float, limit_mg_per_l: float) -> Observation:
    """A measurement as our assays would read it."""
    if seen.kind != _CONCENTRATION:
        return seen
    ours = float(np.exp(-bias))
    if seen.value <= 0:
        return replace(seen, quantification_limit=limit_mg_per_l * ours)
    return replace(seen, value=seen.value * ours)
