"""The levers of one patient, read off `individualise` by moving a row at a time."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.body_parameters import parameters_under
from twin.genetics.possibilities import (
    GeneFunction,
    Possibility,
    combined_activity,
)
from twin.individualise import Individual, individualise
from twin.inference.levers import STARTS, GeneLever, Levers
from twin.library import Library
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.ensemble import Floats, frozen_array
from twin.vocabulary.estimate import FreeParameter

_FARTHEST = 0.5  # on the logarithm, that a population parameter is moved

# Possibilities that together are rarer than this are left out, the rest scaled up.
_NEGLIGIBLE = 5e-3


def how_far(parameter: FreeParameter) -> float:
    """How far a population parameter is moved to see what follows, on the logarithm.

    Two of its prior's standard deviations, within a factor of 1.6.
    """
    return min(2.0 * parameter.ln_sd, _FARTHEST)


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
        name: possible_pairs(gene)
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
    offset = offset_of(names)
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
        frozen_array(offset),
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
        far = how_far(parameter)
        here = self.library.tables[parameter.file].constants[parameter.key].value
        up, down = (
            self._under(
                self.library.with_constant(
                    parameter.file, parameter.key, here * math.exp(x)
                )
            )
            for x in (far, -far)
        )
        above, below = (np.log(_ratios(found, names, centre)) for found in (up, down))
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
        factors[row] = _ratios(found, names, centre)
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


def possible_pairs(gene: GeneFunction) -> tuple[Possibility, ...]:
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


def offset_of(names: Sequence[str]) -> Floats:
    """What is added to each parameter before its logarithm is taken."""
    return np.array([float(name.endswith("__inhibition")) for name in names])


def _ratios(found: Mapping[str, float], names: Sequence[str], centre: Floats) -> Floats:
    """Found over centre, offsets added; 1 where nothing is there to be moved."""
    offset = offset_of(names)
    values = np.array([found.get(n, c) for n, c in zip(names, centre, strict=True)])
    return np.divide(
        values + offset,
        centre + offset,
        out=np.ones(len(centre)),
        where=centre + offset != 0,
    )
