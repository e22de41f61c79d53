"""What the population says of the stable dose of anybody: a distribution, not a number.

    ln dose = typical(x, alleles) + people + site + record

One draw of the population, of the alleles that nobody tested, of the person and of what
a recorded dose has of its own, for every patient at once.  The law of the scatter is
the one the posterior was drawn with.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, qmc
from scipy.stats import t as student

from twin.credibility.calibration.stable_doses import StableDoses, StablePatient
from twin.credibility.population.dose_balance import balance_columns
from twin.credibility.population.dose_scatter import between_people, dose_scatter
from twin.credibility.population.dose_slopes import (
    DoseModel,
    dose_model,
    levers_of_group,
)
from twin.credibility.population.wanted_inhibition import (
    WantedInhibition,
    cycle_names,
)
from twin.inference.levers import GeneLever, Levers
from twin.library import Library
from twin.vocabulary.ensemble import Floats
from twin.vocabulary.patient import Patient
from twin.vocabulary.population import Population

Integers = npt.NDArray[np.int64]

_ENZYME_GENES = ("CYP2C9", "rs12777823")
_CYCLE_GENES = ("VKORC1", "CYP4F2")


@dataclass(frozen=True, slots=True, eq=False)
class DoseDraws:
    """Draws of ln dose, mg/day, and of what they are made of.

    ln_dose    float64[draw, patient], all together; NaN where no dose serves
    typical    float64[draw, patient], of the person described, mean alleles
    person     float64[draw, patient], variance between such people
    record     float64[draw], variance of one record
    site       float64[draw], variance between places
    """

    ln_dose: Floats
    typical: Floats
    person: Floats
    record: Floats
    site: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Possible:
    """Pairs of alleles each group may have.

    places   int64[group, pair], in a table; the last repeated where a group has fewer
    upto     float64[group, pair], weight of a pair and of all before it
    """

    places: Integers
    upto: Floats

    @staticmethod
    def of(groups: Sequence[tuple[Integers, Floats]]) -> "Possible":
        """From each group's places and their weights, which sum to 1."""
        longest = max(len(places) for places, _ in groups)
        return Possible(
            np.stack(
                [np.pad(p, (0, longest - len(p)), mode="edge") for p, _ in groups]
            ),
            np.stack(
                [
                    np.pad(np.cumsum(w), (0, longest - len(w)), constant_values=2.0)
                    for _, w in groups
                ]
            ),
        )

    def drawn(self, at: float) -> Integers:
        """Each group's pair at a point between 0 and 1, int64[group]."""
        number = np.sum(self.upto <= at, axis=1)
        last = self.places.shape[1] - 1
        found = self.places[np.arange(len(number)), np.minimum(number, last)]
        return np.asarray(found, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class DoseDistribution:
    """Patients ready to be asked for draws of their stable dose.

    model     the typical doses, with elasticities by effect
    columns   float64[pair, column], ..., of every pair of enzyme alleles of any group
    cycle     inhibition wanted by every pair of cycle alleles and INR
    enzyme    pairs of each group, in `columns`
    target    likewise, in `cycle`, where `inr` is each patient's place among INRs
    """

    model: DoseModel
    columns: tuple[Floats, Floats, Floats]
    cycle: WantedInhibition
    enzyme: Possible
    target: Possible
    inr: Integers
    n_inrs: int

    def draws(
        self, population: Population, chosen: Integers, *, rng: np.random.Generator
    ) -> DoseDraws:
        """One draw of every patient's ln dose for each chosen draw of the population.

        What is drawn of alleles, people, records and places is the same multiple of
        its own spread for everybody, spaced evenly over the draws (a Latin hypercube):
        who else is asked about moves nobody's numbers.

        Args:
            population: what the data left open.
            chosen: int64[draw], which of its draws.
            rng: of alleles, people, records and places.
        """
        n, patients = len(chosen), self.model.n
        found = np.empty((n, patients))
        typical = np.empty((n, patients))
        covariance = population.covariances(chosen)
        between = between_people(self.model.effects, covariance)
        scales = {name: values[chosen] for name, values in population.scales.items()}
        enzyme, target, own, place = qmc.LatinHypercube(4, rng=rng).random(n).T
        for number, draw in enumerate(chosen):
            x = population.x[draw]
            typical[number] = self.model.at(x).ln_mg_per_day
            found[number] = self._with_alleles(x, enzyme[number], target[number])
        scale, freedom = dose_scatter(between, scales)
        found += scale * student.ppf(own, freedom)[:, None]
        found += (scales["sd_site"] * norm.ppf(place))[:, None]
        return DoseDraws(
            found,
            typical,
            between,
            scales["sd_dose_record"] ** 2,
            scales["sd_site"] ** 2,
        )

    def _with_alleles(self, x: Floats, enzyme: float, target: float) -> Floats:
        """ln dose of the person described with alleles drawn, float64[patient].

        Args:
            x: float64[known].
            enzyme: between 0 and 1, which pair of each group's enzyme alleles.
            target: likewise of the cycle's.
        """
        centre, slope, bend = self.columns
        logarithms = centre + slope @ x + bend @ (x * x)
        wanted, _ = self.cycle.at(x)
        pair = self.enzyme.drawn(enzyme)[self.model.group]
        cycle = self.target.drawn(target)[self.model.group]
        return self.model.given(
            x, logarithms[pair], np.log(wanted)[cycle * self.n_inrs + self.inr]
        )


def dose_distribution(
    patients: Sequence[Patient],
    target_inrs: Floats,
    library: Library,
    population: Population,
) -> DoseDistribution:
    """Patients ready for draws.

    Args:
        patients: n of them.
        target_inrs: float64[n], the INR each is to keep.
        library: of the drug.
        population: whose known parameters and effects are drawn.
    """
    people = StableDoses.of(
        [
            StablePatient(patient, float(inr), 1.0, "")
            for patient, inr in zip(patients, target_inrs, strict=True)
        ]
    )
    known, effects = population.known, population.effects
    model = dose_model(people, library, known, effects)
    levers = [
        levers_of_group(genotype, medicines, library, known, effects, mean=False)
        for genotype, medicines, _ in people.groups
    ]
    enzyme: list[tuple[Integers, Floats]] = []
    tables: list[tuple[Floats, Floats, Floats]] = []
    of_target: list[Integers] = []
    target_weights: list[Floats] = []
    fixed: list[Levers] = []
    for each in levers:
        pairs, weights = _pairs(each, _ENZYME_GENES)
        enzyme.append((np.arange(len(tables), len(tables) + len(pairs)), weights))
        tables += [balance_columns(each.fixed_at(pair), known) for pair in pairs]
        pairs, weights = _pairs(each, _CYCLE_GENES)
        of_target.append(np.arange(len(fixed), len(fixed) + len(pairs)))
        target_weights.append(weights)
        fixed += [each.fixed_at(pair) for pair in pairs]
    inrs, inr = np.unique(people.inr, return_inverse=True)
    names = cycle_names(levers[0])
    place = [levers[0].names.index(name) for name in names]
    # Groups share their cycles: each is solved once.
    whole = [
        np.concatenate([each.centre[None], each.slopes, each.bends])[:, place].ravel()
        for each in fixed
    ]
    _, first, back = np.unique(
        np.stack(whole).round(9), axis=0, return_index=True, return_inverse=True
    )
    cycle = WantedInhibition(
        library,
        names,
        np.stack([fixed[n].centre[place] for n in first]),
        np.stack([fixed[n].slopes[:, place] for n in first]),
        np.stack([fixed[n].bends[:, place] for n in first]),
        np.zeros(0, np.int64),
        np.repeat(np.arange(len(first)), len(inrs)),
        np.tile(inrs, len(first)),
    )
    target = [
        (back.ravel()[own], weights)
        for own, weights in zip(of_target, target_weights, strict=True)
    ]
    columns = tuple(np.stack([table[k] for table in tables]) for k in range(3))
    return DoseDistribution(
        model,
        (columns[0], columns[1], columns[2]),
        cycle,
        Possible.of(enzyme),
        Possible.of(target),
        inr.ravel(),
        len(inrs),
    )


def _pairs(
    levers: Levers, genes: Sequence[str]
) -> tuple[list[tuple[int, ...]], Floats]:
    """Possibilities of some genes, the others at their likeliest, with weights."""
    choices: list[tuple[tuple[int, ...], float]] = [((), 1.0)]
    for gene in levers.genes:
        options = _options(gene, open_=gene.gene in genes)
        choices = [
            ((*before, number), weight * share)
            for before, weight in choices
            for number, share in options
        ]
    weights = np.array([weight for _, weight in choices])
    return [pair for pair, _ in choices], weights / weights.sum()


def _options(gene: GeneLever, *, open_: bool) -> list[tuple[int, float]]:
    if not open_:
        return [(0, 1.0)]
    return [(number, float(w)) for number, w in enumerate(gene.weights)]
