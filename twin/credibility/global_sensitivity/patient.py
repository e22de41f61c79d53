"""One patient as a function of all that is not known of him.

    y(z, h, population, occasion, assay)

z are the effects of the person: z = L u with L the root of their covariance in the draw
of the population, u independent.  Effects that are correlated between people share
their u and are one factor.  A draw of the population is taken whole: parameters,
spreads and correlations.  The occasion moves the drifting effect at the time of a
measurement, the assay multiplies what it reads; neither moves the dose, which is no
measurement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from twin.coagulation.assays import PROTHROMBIN_COMPLEX
from twin.credibility.global_sensitivity.pick_freeze import Picks
from twin.dosing.closed_form import SteadyChain
from twin.dosing.dose_of_draws import doses_of
from twin.dosing.recommend import steady_chain, target_of
from twin.engine.compiled import CompiledEngine
from twin.engine.prepared_courses import PreparedCourses, prepare_courses
from twin.inference.course_reader import CourseReader, Sample, course_reader
from twin.inference.levers import Levers
from twin.inference.noise import Noise
from twin.inference.patient_levers import levers_of
from twin.inference.readings import INR, LEVELS
from twin.lifecycle import Twin
from twin.units import HOURS_PER_DAY
from twin.vocabulary.ensemble import Ensemble, Floats, frozen_array
from twin.vocabulary.population import Population
from twin.vocabulary.regimen import daily
from twin.vocabulary.scales import SCALES

Integers = npt.NDArray[np.int64]

DOSE = "dose"
READ = {
    INR: INR,
    "S-warfarin": "S_plasma",
    "R-warfarin": "R_plasma",
    **{f"factor {factor}": LEVELS[factor] for factor in PROTHROMBIN_COMPLEX},
}
"""What is read off a course, and its output or reading."""
READ_ON_DAYS = (3, 7, 14, 28)
START_MG_PER_DAY = 5.0

POPULATION = "lack of knowledge"
LABORATORY = "laboratory"
_ROWS_AT_ONCE = 8192


@dataclass(frozen=True, slots=True, eq=False)
class PatientModel:
    """Logarithms of a patient's dose and course, see `patient_model`.

    outputs   names; the first is the dose
    assay     float64[output], spread of one measurement, on the logarithm
    roots     float64[population draw, effect, effect], of the effects' covariance
    """

    levers: Levers
    population: Population
    noise: Noise
    chain: SteadyChain
    target_inr: float
    courses: PreparedCourses
    reader: CourseReader
    outputs: tuple[str, ...]
    assay: Floats
    roots: Floats

    @property
    def effects(self) -> dict[str, tuple[str, ...]]:
        """Factors of a person: effects, those correlated as one, and genes; columns."""
        names = self.population.effects.names
        together = {name: {name} for name in names}
        for correlation in self.population.effects.correlations:
            joined = set.union(*(together[name] for name in correlation.effects))
            for name in joined:
                together[name] = joined
        found: dict[str, tuple[str, ...]] = {}
        for name in names:
            own = tuple(each for each in names if each in together[name])
            found[" + ".join(own)] = tuple(f"effect {each}" for each in own)
        for gene in self.levers.genes:
            found[f"{gene.gene} not tested"] = (f"gene {gene.gene}",)
        return found

    @property
    def by_effect(self) -> dict[str, tuple[str, ...]]:
        """All factors: of the person, lack of knowledge, occasion and assay."""
        return {
            **self.effects,
            POPULATION: ("population",),
            "occasion": ("occasion",),
            "assay": ("assay",),
        }

    @property
    def by_scale(self) -> dict[str, tuple[str, ...]]:
        """The same by scale: of the person, lack of knowledge, laboratory."""
        effects = self.population.effects
        scale_of = {f"effect {each.name}": each.scale for each in effects.effects}
        scale_of |= {f"gene {gene}": s for gene, s in effects.gene_scales.items()}
        columns = [column for own in self.effects.values() for column in own]
        found = {
            scale: tuple(c for c in columns if scale_of[c] == scale)
            for scale in SCALES
            if scale != LABORATORY
        }
        return {
            **{scale: own for scale, own in found.items() if own},
            POPULATION: ("population",),
            LABORATORY: ("occasion", "assay"),
        }

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of picks, in a fixed order."""
        return tuple(column for own in self.by_effect.values() for column in own)

    def picks_at(self, points: Mapping[str, Floats]) -> dict[str, Any]:
        """Picks from numbers that are uniform on (0, 1), by column."""
        picks: dict[str, Any] = {}
        weights = {f"gene {g.gene}": g.weights for g in self.levers.genes}
        for name, at in points.items():
            if name == "population":
                n = self.population.n_draws
                picks[name] = np.minimum((at * n).astype(np.int64), n - 1)
            elif name in weights:
                place = np.searchsorted(np.cumsum(weights[name]), at, side="right")
                picks[name] = np.minimum(place, len(weights[name]) - 1)
            else:
                picks[name] = ndtri(at)
        return picks

    def at_points(self, points: Picks) -> Floats:
        """`at` for numbers that are uniform on (0, 1)."""
        return self.at(self.picks_at(points))

    def at(self, picks: Picks) -> Floats:
        """Logarithms of the outputs, float64[pick, output]; NaN where there is none."""
        whole = picks["population"]
        u = np.stack(
            [picks[f"effect {n}"] for n in self.population.effects.names], axis=1
        )
        z = np.einsum("nij,nj->ni", self.roots[whole], u)
        alleles = np.zeros((len(z), len(self.levers.genes)), np.int64)
        for place, gene in enumerate(self.levers.genes):
            alleles[:, place] = picks[f"gene {gene.gene}"]
        found = self.of_person(
            self.population.x[whole], z, alleles, occasion=picks["occasion"]
        )
        return np.asarray(found + self.assay * picks["assay"][:, None])

    def typical(self, x: Floats) -> Floats:
        """Of the typical person, likeliest alleles: float64[pick, known] -> outputs."""
        n_effects = len(self.population.effects.effects)
        return self.of_person(x, np.zeros((len(x), n_effects)))

    def of_person(
        self,
        x: Floats,
        z: Floats,
        alleles: Integers | None = None,
        *,
        occasion: Floats | None = None,
    ) -> Floats:
        """Logarithms of the outputs without assay, float64[pick, output].

        Args:
            x, z, alleles: as `Levers.parameters` takes them.
            occasion: float64[pick], in standard deviations of the drifting effect.
        """
        parts = []
        for begin in range(0, len(x), _ROWS_AT_ONCE):
            rows = slice(begin, begin + _ROWS_AT_ONCE)
            own = None if alleles is None else alleles[rows]
            drift = None if occasion is None else occasion[rows]
            parts.append(self._some(x[rows], z[rows], own, drift))
        return np.concatenate(parts)

    def _some(
        self, x: Floats, z: Floats, alleles: Integers | None, occasion: Floats | None
    ) -> Floats:
        at_rest = self.levers.parameters(x, z, alleles)
        measured = at_rest
        if occasion is not None:
            drifted = z.copy()
            place = self.population.effects.names.index(self.noise.occasion_effect)
            drifted[:, place] += self.noise.occasion_ln_sd * occasion
            measured = self.levers.parameters(x, drifted, alleles)
        ensemble = Ensemble(
            self.levers.names,
            frozen_array(at_rest),
            frozen_array(np.zeros(len(at_rest))),
        )
        dose = np.log(doses_of(self.chain, ensemble, self.target_inr))
        found = self.courses.at(measured)
        read = self.reader.values(found.values, measured)
        read[~np.all(np.isfinite(found.values), axis=(1, 2))] = np.nan
        return np.concatenate([dose[:, None], read], axis=1)


def patient_model(
    twin: Twin, population: Population, noise: Noise, *, engine: CompiledEngine
) -> PatientModel:
    """A patient's dose and the course of a standard start, ready to be asked.

    The dose keeps the middle of his target; the start is 5 mg a day, read just before
    the dose of days 3, 7, 14 and 28.

    Args:
        twin: from `twin.lifecycle.build`.
        population: what the development data left open.
        noise: what measurements are worth.
        engine: for many draws.
    """
    library = twin.library
    levers = levers_of(twin.individual, library, population.known, population.effects)
    samples = [
        (f"{name} day {day}", Sample(0, float(day * HOURS_PER_DAY), quantity))
        for name, quantity in READ.items()
        for day in READ_ON_DAYS
    ]
    asked = [sample for _, sample in samples]
    reader = course_reader(library.spec, asked, levers.names, library.surrogate)
    start = daily(START_MG_PER_DAY, days=max(READ_ON_DAYS), substance=library.substance)
    courses = prepare_courses(
        library.spec,
        start,
        reader.times,
        names=levers.names,
        outputs=reader.outputs,
        engine=engine,
    )
    return PatientModel(
        levers,
        population,
        noise,
        steady_chain(twin),
        target_of(twin).middle,
        courses,
        reader,
        (DOSE, *(name for name, _ in samples)),
        frozen_array([0.0, *(noise.ln_sd(s.quantity) for s in asked)]),
        frozen_array(
            np.linalg.cholesky(population.covariances(np.arange(population.n_draws)))
        ),
    )
