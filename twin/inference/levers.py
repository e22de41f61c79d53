"""What moves a patient's parameters: what people are, what he is, what he carries.

    p + o = (p_h + o) exp(A_h x + B_h x² + E z)

x are the logarithms of the population's parameters over their point estimates (lack
of knowledge), z the effects of this person (difference between people), h the alleles
he carries where several stay possible.  A and B are read off `individualise`, so that
no formula of the biology is written twice; the constants are almost always products of
functions of one x each, and the tests hold the rest to a bound.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from twin.coagulation.vitamin_k_cycle import VitaminKCycle, steady_state
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.ensemble import Ensemble, Floats, frozen_array
from twin.vocabulary.estimate import FreeParameter

Integers = npt.NDArray[np.int64]

STARTS = ("VK__K_start", "KH2_start", "VK__KO_start")
"""What the cycle holds without the drug: follows from all else."""


@dataclass(frozen=True, slots=True, eq=False)
class GeneLever:
    """The pairs of alleles of one gene that stay possible, likeliest first.

    names     of the pairs, as in `*1/*8`
    weights   float64[possibility], sum 1
    factors   float64[possibility, parameter], times `Levers.centre`
    of        int64[own], which of the known are about this gene
    slopes    float64[possibility, own, parameter], in place of those in `Levers`
    """

    gene: str
    names: tuple[str, ...]
    weights: Floats
    factors: Floats
    of: Integers
    slopes: Floats

    def times(self, x: Floats, which: Integers) -> Floats:
        """What pairs do to the parameters, float64[draw, parameter]."""
        moved = np.zeros((len(x), self.factors.shape[1]))
        for place, number in enumerate(self.of):
            moved += x[:, number, None] * self.slopes[which, place]
        return np.asarray(self.factors[which] * np.exp(moved))


@dataclass(frozen=True, slots=True, eq=False)
class Levers:
    """One patient's parameters as a function of (x, h, z).

    names      SBML ids of the parameters
    centre     float64[parameter], at x = 0, z = 0, the most active alleles
    offset     float64[parameter], added before the logarithm is taken: 1 for the
               inhibition of an enzyme, of which 1 + i is what slows it; else 0
    slopes     float64[known, parameter]
    bends      float64[known, parameter], of x²
    exponents  float64[effect, parameter]
    genes      whose alleles are not certain
    fixed      the model's other constants
    has_cycle  whether the starts of the vitamin K cycle follow from all else
    """

    names: tuple[str, ...]
    known: tuple[FreeParameter, ...]
    effects: BetweenPatients
    centre: Floats
    offset: Floats
    slopes: Floats
    bends: Floats
    exponents: Floats
    genes: tuple[GeneLever, ...]
    fixed: Mapping[str, float]
    has_cycle: bool = True

    def parameters(
        self,
        x: Floats,
        z: Floats,
        alleles: Integers | None = None,
    ) -> Floats:
        """Values of the parameters, float64[draw, parameter], in the order of `names`.

        Args:
            x: float64[draw, known].
            z: float64[draw, effect].
            alleles: int64[draw, gene], which possibility; the likeliest if left out.
        """
        logarithm = x @ self.slopes + (x * x) @ self.bends + z @ self.exponents
        values = (self.centre + self.offset) * np.exp(logarithm)
        if alleles is None:
            alleles = np.zeros((len(x), len(self.genes)), np.int64)
        for place, gene in enumerate(self.genes):
            values = values * gene.times(x, alleles[:, place])
        return self._with_starts(values - self.offset)

    def fixed_at(self, alleles: Sequence[int]) -> "Levers":
        """The same person with one possibility of each gene taken as known."""
        centre, slopes = self.centre + self.offset, self.slopes.copy()
        for gene, which in zip(self.genes, alleles, strict=True):
            centre = centre * gene.factors[which]
            slopes[gene.of] += gene.slopes[which]
        return replace(
            self,
            centre=frozen_array(centre - self.offset),
            slopes=frozen_array(slopes),
            genes=(),
        )

    def ensemble(
        self, x: Floats, z: Floats, alleles: Integers | None = None
    ) -> Ensemble:
        """The same as an ensemble of equal weights."""
        values = self.parameters(x, z, alleles)
        return Ensemble(
            self.names, frozen_array(values), frozen_array(np.zeros(len(values)))
        )

    def _with_starts(self, values: Floats) -> Floats:
        if self.has_cycle:
            set_starts(values, self.names, self.fixed)
        return values


def set_starts(
    values: Floats, names: Sequence[str], fixed: Mapping[str, float]
) -> None:
    """Write the cycle's drug-free rest into rows of parameters.

    Args:
        values: float64[draw, parameter], changed in place.
        names: of the parameters.
        fixed: the model's other constants.
    """
    columns = {name: values[:, place] for place, name in enumerate(names)}
    cycle = VitaminKCycle.of(
        {**fixed, **columns, "VK__capacity": columns["VKORC1_capacity"]}
    )
    rest = steady_state(cycle, 0.0)
    amounts = (rest.quinone_umol, rest.hydroquinone_umol, rest.epoxide_umol)
    for name, amount in zip(STARTS, amounts, strict=True):
        values[:, names.index(name)] = amount


def levers_of(
    individual: Individual,
    library: Library,
    known: Sequence[FreeParameter],
    effects: BetweenPatients,
    *,
    mean_alleles: bool = False,
) -> Levers:
    """The levers of one patient.

    Args:
        individual: from `individualise`, at the point estimates.
        library: the one it was made from.
        known: what the population's posterior is about.
        effects: of people.
        mean_alleles: where several alleles stay possible, take their mean, as the
            typical twin does; else keep them apart.

    Costs two looks at the body for each row of a table that matters to him.
    """
    constants = library.spec.constants
    possible = {
        name: _possible(gene)
        for name, gene in individual.genes.items()
        if not mean_alleles
    }
    most_active = {
        name: max(pairs, key=lambda pair: pair.activity)
        for name, pairs in possible.items()
    }
    seen = _Looking(individual, library, most_active)
    base = seen.parameters()
    names = tuple(
        dict.fromkeys(
            [
                *base,
                *(p.key[0] for p in known if p.file == "sbml"),
                *(c for c in constants if any(e.touches(c) for e in effects.effects)),
                *STARTS,
            ]
        )
    )
    centre = np.array([base.get(name, constants[name]) for name in names])
    slopes = np.zeros((len(known), len(names)))
    bends = np.zeros_like(slopes)
    for number, parameter in enumerate(known):
        if parameter.file == "sbml":
            slopes[number, names.index(parameter.key[0])] = 1.0
        elif seen.matters(parameter):
            slopes[number], bends[number] = seen.moved_by(parameter, names, centre)
    genes = []
    for gene, pairs in possible.items():
        if len(pairs) > 1:
            lever = _gene_lever(seen, gene, pairs, known, names, centre)
            slopes[lever.of], bends[lever.of] = 0.0, 0.0
            genes.append(lever)
    touched = [[float(e.touches(name)) for name in names] for e in effects.effects]
    return Levers(
        names,
        tuple(known),
        effects,
        frozen_array(centre),
        frozen_array(slopes),
        frozen_array(bends),
        frozen_array(touched),
        tuple(genes),
        dict(constants),  # another process can be told it
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Looking:
    """A patient looked at with one row of a table, or one pair of alleles, changed.

    alleles   gene -> the pair; of a gene that is not there, the mean of its alleles
    """

    individual: Individual
    library: Library
    alleles: Mapping[str, Possibility]

    def parameters(self) -> dict[str, float]:
        """Of the patient with these alleles, by SBML id; starts left out."""
        return self._of(self.individual, self.library)

    def carrying(self, gene: str, pair: Possibility) -> "_Looking":
        """The same patient with another pair of alleles."""
        return replace(self, alleles={**self.alleles, gene: pair})

    def matters(self, parameter: FreeParameter) -> bool:
        """Whether a row can move anything of him."""
        if parameter.file == "allele_function.csv":
            gene, name = parameter.key[:2]
            return gene not in self.alleles or name in self.alleles[gene].names
        if parameter.file == "mechanisms.csv":
            return parameter.key[0] in self.individual.co_medication.known
        return True

    def moved_by(
        self, parameter: FreeParameter, names: Sequence[str], centre: Floats
    ) -> tuple[Floats, Floats]:
        """A and B of one row: ln p = ln p0 + A x + B x² through three points."""
        far = min(2.0 * parameter.ln_sd, _FARTHEST)
        here = self.library.tables[parameter.file].constants[parameter.key].value
        up, down = (
            self._under(
                self.library.with_constant(
                    parameter.file, parameter.key, here * math.exp(x)
                )
            )
            for x in (far, -far)
        )
        above, below = (
            np.log(
                [_ratio(found.get(n), c) for n, c in zip(names, centre, strict=True)]
            )
            for found in (up, down)
        )
        return (above - below) / (2 * far), (above + below) / (2 * far**2)

    def _under(self, library: Library) -> dict[str, float]:
        """The parameters when the tables are those of another library."""
        changed = individualise(
            self.individual.patient,
            library,
            fed=self.individual.body.fed,
            genes=self.individual.genes if self.alleles else None,
        )
        return self._of(changed, library)

    def _of(self, individual: Individual, library: Library) -> dict[str, float]:
        genes = {
            name: _only(gene, self.alleles[name], library)
            if name in self.alleles
            else gene
            for name, gene in individual.genes.items()
        }
        found = parameters_under(
            replace(individual.body, genes=genes),
            individual.co_medication.effect,
            library,
        )
        return {name: v for name, v in found.items() if name not in STARTS}


def _gene_lever(
    seen: _Looking,
    gene: str,
    pairs: Sequence[Possibility],
    known: Sequence[FreeParameter],
    names: Sequence[str],
    centre: Floats,
) -> GeneLever:
    of = [number for number, each in enumerate(known) if each.key[0] == gene]
    factors = np.ones((len(pairs), len(names)))
    slopes = np.zeros((len(pairs), len(of), len(names)))
    for row, pair in enumerate(pairs):
        other = seen.carrying(gene, pair)
        found = other.parameters()
        here = np.array([found.get(n, c) for n, c in zip(names, centre, strict=True)])
        factors[row] = [_ratio(v, c) for v, c in zip(here, centre, strict=True)]
        for place, number in enumerate(of):
            if other.matters(known[number]):
                slopes[row, place] = other.moved_by(known[number], names, here)[0]
    weights = np.array([pair.weight for pair in pairs])
    return GeneLever(
        gene,
        tuple("/".join(pair.names) for pair in pairs),
        frozen_array(weights / weights.sum()),
        frozen_array(factors),
        np.array(of, np.int64),
        frozen_array(slopes),
    )


def _possible(gene: GeneFunction) -> tuple[Possibility, ...]:
    """Pairs of alleles, likeliest first, the rarest left out."""
    pairs = gene.possibilities
    beyond = np.cumsum([pair.weight for pair in pairs]) - [p.weight for p in pairs]
    return tuple(
        pair
        for pair, before in zip(pairs, beyond, strict=True)
        if before < 1.0 - _NEGLIGIBLE
    )


def _only(gene: GeneFunction, pair: Possibility, library: Library) -> GeneFunction:
    """The gene as if these two alleles were known to be there."""
    first, second = (library.alleles.allele(gene.gene, a.name) for a in pair.alleles)
    return replace(
        gene,
        places=(((first, 1.0),), ((second, 1.0),)),
        pairs=None,
        mean_activity=combined_activity(gene.gene, first, second),
    )


def _ratio(value: float | None, centre: float) -> float:
    """Value over centre; 1 where nothing is there to be moved."""
    if value is None or centre == 0.0:
        return 1.0
    return value / centre
