"""From a patient to a `Twin`, and from a twin under a regimen to a `Prediction`.

A twin never changes: what would alter it makes another one.  Its name is the digest
of all it is made of.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from twin.applicability import Scope, scope_of
from twin.body_parameters import changes_over
from twin.engine.compiled import CompiledEngine
from twin.engine.simulate import Engine, simulate
from twin.errors import NumericsError
from twin.individualise import Individual, individualise
from twin.inference.asking import measured_of
from twin.inference.belief import Belief
from twin.inference.learn import learn
from twin.inference.noise import Noise
from twin.inference.particles import prior_particles
from twin.inference.patient_levers import levers_of
from twin.inference.question import Person
from twin.library import Library
from twin.multiscale.coupling import (
    CoupledPrediction,
    Coupling,
    choose_coupling,
    predict_coupled,
)
from twin.multiscale.whole_model import LinearisingEngine
from twin.reproducibility import Provenance, digest, stream
from twin.units import HOURS_PER_DAY
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.observation import Observation
from twin.vocabulary.patient import Patient
from twin.vocabulary.population import Population
from twin.vocabulary.prediction import Prediction
from twin.vocabulary.regimen import Regimen

SOFTWARE_VERSION = "0.1.0"


TOLERANCE = 1e-6
"""Relative tolerance of the twin's own predictions; INR is then right to 1e-5."""


@dataclass(frozen=True, slots=True, eq=False)
class Twin:
    """One patient's model.

    individual   the patient scale by scale, with reasons
    ensemble     parameters [draw, parameter]; one draw until uncertainty is carried
    scope        whether the model was made for such a patient
    provenance   software, model and parameters, by hash
    digest       the twin's name: equal content, equal digest
    belief       draws of all that is not known of the patient; None in the typical twin
    parent       digest of the twin that this one was learned from
    taken, evidence   what it was learned from
    """

    patient: Patient
    individual: Individual
    ensemble: Ensemble
    scope: Scope
    provenance: Provenance
    digest: str
    library: Library = field(repr=False)
    belief: Belief | None = field(default=None, repr=False)
    parent: str | None = None
    taken: Regimen | None = None
    evidence: tuple[Observation, ...] = ()


def build(
    patient: Patient,
    library: Library,
    *,
    engine: Engine,
    fed: bool = False,
    warnings: Iterable[str] = (),
) -> Twin:
    """The typical twin of a patient, before anything was measured on the drug.

    Args:
        patient: covariates and genotype.
        library: of the drug.
        engine: what will integrate it (named in the provenance).
        fed: whether tablets are taken with food.
        warnings: of the intake; they become part of the scope.
    """
    individual = individualise(patient, library, fed=fed)
    ensemble = Ensemble.of(dict(individual.parameters))
    provenance = Provenance(
        software_version=SOFTWARE_VERSION,
        model=library.spec.identifier,
        model_version=library.version,
        model_sha256=library.spec.sha256,
        library_sha256=library.sha256,
        parameters_sha256=digest([ensemble.names, ensemble.values]),
        engine=engine.name,
    )
    scope = scope_of(
        patient,
        library,
        child_pugh_class=individual.liver.child_pugh_class,
        medicines=individual.co_medication,
        kidney=individual.kidney,
        warnings=warnings,
    )
    return Twin(
        patient,
        individual,
        ensemble,
        scope,
        provenance,
        digest([patient, provenance]),
        library,
    )


def believe(
    twin: Twin,
    population: Population,
    noise: Noise,
    *,
    slopes: CompiledEngine,
    draws: CompiledEngine,
    seed: int = 0,
    n_known: int = 128,
    n_each: int = 4,
) -> Twin:
    """The twin with all that is not known of the patient, before any measurement.

    Args:
        twin: from `build`.
        population: what the development data left open.
        noise: what measurements are worth.
        slopes: engine for slopes, in double.
        draws: engine for many draws.
        seed: the same seed and twin give the same draws.
        n_known: draws of the population.
        n_each: people for each of them.
    """
    levers = levers_of(
        twin.individual, twin.library, population.known, population.effects
    )
    person = Person(
        levers,
        population,
        noise,
        twin.library.spec,
        twin.library.surrogate,
        slopes,
        draws,
    )
    name = digest([twin.digest, population.sha256, noise, seed, n_known, n_each])
    particles = prior_particles(
        levers, population, n_known=n_known, n_each=n_each, rng=stream(seed, name)
    )
    return replace(
        twin, digest=name, parent=twin.digest, belief=Belief(person, particles)
    )


def condition(
    twin: Twin,
    taken: Regimen,
    observations: Sequence[Observation],
    *,
    seed: int = 0,
    n_known: int = 128,
    n_each: int = 4,
) -> Twin:
    """The twin that knows these measurements besides those it knew already.

    Args:
        twin: from `believe` or `condition`.
        taken: all that is said to have been taken, from time 0.
        observations: new ones.
        seed, n_known, n_each: as in `believe`.

    Raises: ObservationError where nothing was measured; NumericsError for a twin that
        carries no draws.
    """
    if twin.belief is None:
        raise NumericsError("this twin carries no draws; call `believe` first")
    evidence = (*twin.evidence, *observations)
    name = digest([twin.digest, taken, evidence, seed, n_known, n_each])
    person = twin.belief.person
    found = learn(
        person,
        taken,
        evidence,
        n_known=n_known,
        n_each=n_each,
        rng=stream(seed, name),
    )
    belief = Belief(
        person,
        found.learned.particles,
        found,
        measured_of(evidence, person.noise),
    )
    return replace(
        twin,
        digest=name,
        parent=twin.digest,
        belief=belief,
        taken=taken,
        evidence=evidence,
    )


def predict(
    twin: Twin,
    regimen: Regimen,
    times_h: npt.ArrayLike,
    *,
    outputs: tuple[str, ...],
    engine: Engine,
    tolerance: float = TOLERANCE,
    as_taken: bool = False,
) -> Prediction:
    """What the twin's full model says happens under a regimen.

    Args:
        twin: from `build`.
        regimen: doses and changes on the twin's clock.
        times_h: float64[time], strictly increasing.
        outputs: SBML ids, e.g. `INR`, `S_plasma`, `F__VII`.
        as_taken: other medicines start and stop on their days; else all are taken
            and have come to rest.

    Returns: [draw, time, output].
    """
    ensemble = twin.ensemble
    if as_taken:
        days = math.ceil(float(np.max(times_h)) / HOURS_PER_DAY)
        start, changes = changes_over(twin.individual.body, twin.library, days=days)
        ensemble = Ensemble.of(start)
        regimen = regimen.joined(Regimen(changes=changes))
    return simulate(
        twin.library.spec,
        ensemble,
        regimen,
        times_h,
        outputs=outputs,
        engine=engine,
        tolerance=tolerance,
    )


def couple(
    twin: Twin,
    regimen: Regimen,
    times_h: npt.ArrayLike,
    *,
    engine: LinearisingEngine,
) -> Coupling:
    """How this patient's scales may be solved, chosen from measured numbers.

    Hierarchical where the scales lie apart and a bound on the INR's error is kept,
    else concurrent; the numbers travel with the choice.

    Args:
        twin: from `build`.
        regimen: what will be asked about, or a therapy like it.
        times_h: float64[time]; time scales are taken at the last.
    """
    return choose_coupling(
        twin.individual, twin.library, regimen, times_h, engine=engine
    )


def predict_as_coupled(
    twin: Twin,
    coupling: Coupling,
    regimen: Regimen,
    times_h: npt.ArrayLike,
    *,
    outputs: tuple[str, ...],
    engine: Engine,
    tolerance: float = TOLERANCE,
) -> CoupledPrediction:
    """`predict` by the chosen coupling; the full model where a bound breaks."""
    return predict_coupled(
        twin.individual,
        twin.library,
        regimen,
        times_h,
        coupling=coupling,
        outputs=outputs,
        engine=engine,
        tolerance=tolerance,
    )
