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
