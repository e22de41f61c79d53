"""Bands of what would be measured of people in studies, before anything is measured.

What is not known of people in general, how people differ, what genes nobody tested do
and the scatter of the measurement itself, all drawn together.  Of the mean of a group
the people's part is as much smaller as a mean of so many is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.credibility.pkpd import OUTPUTS, PredictedRow, Study, UnscoredRow, subject_of
from twin.credibility.population.evidence import FREEDOM, PEOPLE_OF_A_MEAN
from twin.engine.compiled import CompiledEngine
from twin.engine.prepared_courses import prepare_courses
from twin.errors import ObservationError
from twin.individualise import individualise
from twin.inference.course_reader import Sample, course_reader
from twin.inference.particles import prior_particles
from twin.inference.patient_levers import levers_of
from twin.inference.readings import ACTIVITY
from twin.library import Library
from twin.reproducibility import stream
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.population import Population
from twin.vocabulary.regimen import Dose, Regimen

LEVEL = 0.9
_ENANTIOMER = ("warfarin_S_plasma", "warfarin_R_plasma")


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Makes the bands of one study after another.

    population   what the development data left open
    engine       for many draws
    assay_ln_sd  of one study's assay about another's
    """

    library: Library
    population: Population
    engine: CompiledEngine
    assay_ln_sd: float
    n_known: int = 100
    n_each: int = 4
    seed: int = 0

    def of(
        self, study: Study, points: Sequence[tuple[float, str]]
    ) -> tuple[Floats, Floats]:
        """Ends of the central 90 % at (time h, kind), float64[point] twice.

        NaN where a draw does not integrate: a band of the others would be too narrow.
        """
        rng = stream(self.seed, "bands", study.dataset)
        patient, _ = subject_of(study, self.library)
        levers = levers_of(
            individualise(patient, self.library, fed=study.fed),
            self.library,
            self.population.known,
            self.population.effects,
        )
        particles = prior_particles(
            levers,
            self.population,
            n_known=self.n_known,
            n_each=self.n_each,
            rng=rng,
        )
        is_mean = all(kind in _ENANTIOMER for _, kind in points)
        z = particles.z / np.sqrt(PEOPLE_OF_A_MEAN if is_mean else 1.0)
        rows = levers.parameters(particles.x, z, particles.alleles)
        samples = [Sample(0, t, OUTPUTS.get(kind, ACTIVITY)) for t, kind in points]
        reader = course_reader(
            self.library.spec, samples, levers.names, self.library.surrogate
        )
        substance = self.library.substance
        taken = Regimen(tuple(Dose(t, mg, substance) for t, mg in study.doses_mg))
        courses = prepare_courses(
            self.library.spec,
            taken,
            reader.times,
            names=levers.names,
            outputs=reader.outputs,
            engine=self.engine,
        ).at(rows)
        if courses.failures:
            nothing = np.full(len(points), np.nan)
            return nothing, nothing
        ln_value = reader.values(courses.values, rows)
        drawn = np.exp(ln_value + self._scatter(particles.knowledge, points, rng))
        tails = (0.5 - LEVEL / 2, 0.5 + LEVEL / 2)
        low, high = np.quantile(drawn, tails, axis=0)
        return np.asarray(low), np.asarray(high)

    def _scatter(
        self,
        knowledge: np.ndarray,
        points: Sequence[tuple[float, str]],
        rng: np.random.Generator,
    ) -> Floats:
        """ln of what a measurement has of its own, float64[draw, point]."""
        scales = self.population.scales
        kinds = [kind for _, kind in points]
        activity = np.array([OUTPUTS.get(kind, ACTIVITY) == ACTIVITY for kind in kinds])
        single = np.isin(kinds, _ENANTIOMER)
        sd = np.where(
            activity,
            scales["sd_activity"][knowledge, None],
            np.where(
                single,
                scales["sd_mean_curve"][knowledge, None],
                scales["sd_concentration"][knowledge, None],
            ),
        )
        noise = sd * rng.standard_t(FREEDOM, size=sd.shape)
        assay = self.assay_ln_sd * rng.normal(size=(len(knowledge), 1))
        return np.asarray(noise + np.where(activity, 0.0, assay))


def with_bands(
    study: Study, rows: Sequence[PredictedRow | UnscoredRow], bands: Bands
) -> list[PredictedRow | UnscoredRow]:
    """The rows of a study with the ends of their 90 % bands."""
    places = [
        number
        for number, row in enumerate(rows)
        if row.time_h is not None and row.time_h >= 0 and row.kind
    ]
    if not places:
        return list(rows)
    asked = [(float(rows[n].time_h or 0.0), rows[n].kind) for n in places]
    low, high = bands.of(study, asked)
    found = list(rows)
    for n, lo, hi in zip(places, low, high, strict=True):
        if np.isfinite(lo) and np.isfinite(hi):
            found[n] = replace(found[n], lo90=float(lo), hi90=float(hi))
    return found


def assay_spread(settings: Mapping[str, object]) -> float:
    """ln SD of a study's assay about another's, as `priors.toml` has it."""
    entry = settings.get("assay_bias")
    if not isinstance(entry, Mapping):
        raise ObservationError(
            "priors.toml: [posterior] has no assay_bias; restore the file"
        )
    return float(entry["centre"])
