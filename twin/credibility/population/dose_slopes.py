"""Stable doses of a population, and how each follows the population's parameters.

The chain at rest of `calibration.stable_doses`, arranged for a sampler that asks for
thousands of patients and their derivatives tens of thousands of times: what patients
share is solved once for all who share it, and slopes follow from the balances.  The
swing of a day moves a dose by one or two per cent; that part is taken at the centre
and held (`swing`), and the record says what this costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from twin.credibility.calibration.stable_doses import StableDoses, predict_doses
from twin.credibility.population.dose_balance import (
    COLUMNS,
    CONSTANT_OF,
    LIVER,
    balance_columns,
    dose_inhibiting,
)
from twin.credibility.population.wanted_inhibition import (
    WantedInhibition,
    wanted_inhibition,
)
from twin.individualise import individualise
from twin.inference.levers import Levers
from twin.inference.patient_levers import levers_of
from twin.intake.ask import reference_patient
from twin.library import Library
from twin.physiology.body_size import body_surface_m2
from twin.units import HOURS_PER_DAY
from twin.vocabulary.co_medicine import CoMedicine
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.estimate import FreeParameter
from twin.vocabulary.genotype import Genotype

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Doses:
    """Typical doses at one point, and their slopes in factored form.

    ln_mg_per_day  float64[patient]
    by_column      float64[patient, column], d ln dose / d ln of the balance's columns
    by_wanted      float64[patient], d ln dose / d ln of the inhibition wanted
    wanted         float64[combination, known], d ln of the inhibition wanted / dx
    columns        float64[group, column, known]
    """

    ln_mg_per_day: Floats
    by_column: Floats
    by_wanted: Floats
    wanted: Floats
    columns: Floats


@dataclass(frozen=True, slots=True, eq=False)
class DoseModel:
    """Patients with a stable dose, ready to be asked at any point x.

    observed       float64[patient], ln mg/day
    sites          int64[patient], into `site_names`
    group          int64[patient], who shares genes and medicines
    combination    int64[patient], who shares the inhibition wanted
    effects        float64[patient, effect], d ln dose / dz at the centre
    swing          float64[patient], what the day's swing adds to ln dose at the centre
    """

    known: tuple[FreeParameter, ...]
    observed: Floats
    sites: Integers
    site_names: tuple[str, ...]
    group: Integers
    combination: Integers
    _columns: tuple[Floats, Floats, Floats]
    _cycle: WantedInhibition
    _kidney: tuple[float, float]
    _per_mg: tuple[float, float]
    _surface: Floats
    _years: Floats
    _exponent: int
    _loss: int
    _size: tuple[float, float]
    effects: Floats
    swing: Floats

    @property
    def n(self) -> int:
        """How many patients there are."""
        return len(self.observed)

    def at(self, x: Floats) -> Doses:
        """Typical doses and their slopes.

        Args:
            x: float64[known], logarithm over the point estimates.

        A patient whom no dose serves has a NaN.
        """
        centre, slope, bend = self._columns
        logarithms = centre + slope @ x + bend @ (x * x)
        columns = slope + 2.0 * bend * x
        wanted, wanted_slopes = self._cycle.at(x)
        ln_dose, by_column, by_wanted = self._solved(
            x, logarithms[self.group], np.log(wanted)[self.combination]
        )
        return Doses(ln_dose, by_column, by_wanted, wanted_slopes, columns)

    def given(self, x: Floats, logarithms: Floats, ln_wanted: Floats) -> Floats:
        """ln dose, float64[patient], where genes and target are said by the caller.

        Args:
            x: float64[known], of the liver's size.
            logarithms: float64[patient, column], of the balance without the liver.
            ln_wanted: float64[patient], of the inhibition.
        """
        return self._solved(x, logarithms, ln_wanted)[0]

    def _solved(
        self, x: Floats, logarithms: Floats, ln_wanted: Floats
    ) -> tuple[Floats, Floats, Floats]:
        own = logarithms.copy()
        own[:, LIVER] += self._liver(x)[:, None]
        ln_dose, by_column, by_wanted = dose_inhibiting(
            own, ln_wanted, self._kidney, self._per_mg
        )
        return ln_dose + self.swing, by_column, by_wanted

    def pulled_back(self, doses: Doses, x: Floats, weights: Floats) -> Floats:
        """Sum over patients of weight times d ln dose / dx, float64[known].

        Args:
            doses: from `at`, at the same x.
            weights: float64[patient].
        """
        by_group = np.zeros((len(doses.columns), COLUMNS))
        weighted = weights[:, None] * doses.by_column
        np.add.at(by_group, self.group, weighted)
        by_combination = np.bincount(
            self.combination, weights * doses.by_wanted, len(doses.wanted)
        )
        pulled = np.einsum("gc,gck->k", by_group, doses.columns)
        pulled += by_combination @ doses.wanted
        of_liver = weighted[:, LIVER].sum(axis=1)
        exponent, loss = self._liver_slopes(x)
        pulled[self._exponent] += of_liver @ exponent
        pulled[self._loss] += of_liver @ loss
        return np.asarray(pulled)

    def slopes(self, doses: Doses, x: Floats) -> Floats:
        """d ln dose / dx of every patient, float64[patient, known]."""
        found = np.einsum("pc,pck->pk", doses.by_column, doses.columns[self.group])
        found += doses.by_wanted[:, None] * doses.wanted[self.combination]
        of_liver = doses.by_column[:, LIVER].sum(axis=1)
        exponent, loss = self._liver_slopes(x)
        found[:, self._exponent] += of_liver * exponent
        found[:, self._loss] += of_liver * loss
        return np.asarray(found)

    def _liver(self, x: Floats) -> Floats:
        """ln of the working liver over a young one of the reference's surface."""
        exponent, loss = self._size_at(x)
        return np.asarray(exponent * self._surface + np.log1p(-loss * self._years))

    def _liver_slopes(self, x: Floats) -> tuple[Floats, Floats]:
        exponent, loss = self._size_at(x)
        lost = loss * self._years
        return exponent * self._surface, -lost / (1.0 - lost)

    def _size_at(self, x: Floats) -> tuple[float, float]:
        exponent, loss = self._size
        return exponent * np.exp(x[self._exponent]), loss * np.exp(x[self._loss])


def dose_model(
    population: StableDoses,
    library: Library,
    known: Sequence[FreeParameter],
    effects: BetweenPatients,
) -> DoseModel:
    """A population ready for the sampler; see `DoseModel`.

    Args:
        population: patients with their stable dose.
        library: at the point estimates, which are x = 0.
        known: what x is about; the body's size must be among them.
        effects: of people.
    """
    keys = [(p.file, p.key) for p in known]
    exponent = keys.index(("body_size.csv", ("liver", "both", "surface_exponent")))
    loss = keys.index(("body_size.csv", ("liver", "both", "loss_per_year")))
    size = library.size
    levers = [
        levers_of_group(genotype, medicines, library, known, effects)
        for genotype, medicines, _ in population.groups
    ]
    group = np.empty(population.n, np.int64)
    for number, (_, _, index) in enumerate(population.groups):
        group[list(index)] = number
    tables = [balance_columns(each, known) for each in levers]
    columns = tuple(np.stack([t[k] for t in tables]) for k in range(3))
    cycle, combination = wanted_inhibition(levers, group, population.inr, library)
    names = sorted(set(population.sites))
    amounts = library.spec.administration(library.substance).amount_per_mg
    by_drug = {species.split("__")[0]: amount for species, amount in amounts.items()}
    reference = dict(zip(levers[0].names, levers[0].centre, strict=True))

    def of(name: str) -> float:
        return float(reference[name])

    surface = body_surface_m2(population.height_cm, population.weight_kg, size=size)
    model = DoseModel(
        tuple(known),
        np.log(population.observed_mg_per_day),
        np.array([names.index(site) for site in population.sites]),
        tuple(names),
        group,
        combination,
        (columns[0], columns[1], columns[2]),
        cycle,
        (of("S__CL_renal") / of("S__fu"), of("R__CL_renal") / of("R__fu")),
        (
            by_drug["S"] / HOURS_PER_DAY * of("S__F_absorbed"),
            by_drug["R"] / HOURS_PER_DAY * of("R__F_absorbed"),
        ),
        np.log(surface / size.liver_reference_surface_m2),
        np.maximum(population.age_years - size.liver_loss_starts_years, 0.0),
        exponent,
        loss,
        (size.liver_surface_exponent, size.liver_loss_per_year),
        np.zeros((population.n, len(effects.effects))),
        np.zeros(population.n),
    )
    here = model.at(np.zeros(len(known)))
    exact = np.log(predict_doses(population, library))
    return replace(
        model,
        effects=_by_effect(model, here, levers[0], effects),
        swing=exact - here.ln_mg_per_day,
    )


def _by_effect(
    model: DoseModel, here: Doses, levers: Levers, effects: BetweenPatients
) -> Floats:
    """d ln dose / dz of every patient, float64[patient, effect]."""
    place = [levers.names.index(name) for name in model._cycle.names]
    exponents = levers.exponents[:, place]
    n_genes = len(model._cycle.values)
    by_effect = replace(
        model._cycle,
        slopes=np.broadcast_to(exponents, (n_genes, *exponents.shape)),
        bends=np.zeros((n_genes, *exponents.shape)),
        moving=np.flatnonzero(np.any(exponents != 0, axis=1)),
    )
    _, wanted = by_effect.at(np.zeros(len(effects.effects)))
    found = here.by_wanted[:, None] * wanted[model.combination]
    for column, name in CONSTANT_OF.items():
        found += here.by_column[:, column, None] * np.array(
            [float(effect.touches(name)) for effect in effects.effects]
        )
    return np.asarray(found)


def levers_of_group(
    genotype: Genotype,
    medicines: tuple[CoMedicine, ...],
    library: Library,
    known: Sequence[FreeParameter],
    effects: BetweenPatients,
    *,
    mean: bool = True,
) -> Levers:
    """Of a young body of the reference's surface, where size has no say.

    mean  of alleles where several stay possible, or kept apart
    """
    surface = library.size.liver_reference_surface_m2
    height = 175.0
    patient = replace(
        reference_patient(library),
        age_years=library.domain.smallest_age_years,
        height_cm=height,
        weight_kg=surface**2 * library.size.surface_divisor / height,
        genotype=genotype,
        co_medication=medicines,
    )
    individual = individualise(patient, library)
    return levers_of(individual, library, known, effects, mean_alleles=mean)
