"""What stays possible of one gene, with weights, and what it does on average."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from twin.genetics.allele_tables import Allele
from twin.vocabulary.genotype import strand_parts


@dataclass(frozen=True, slots=True)
class Possibility:
    """One pair of alleles the person may carry, and how probable it is."""

    alleles: tuple[Allele, Allele]
    activity: float
    weight: float

    @property
    def names(self) -> tuple[str, str]:
        """As in `*1/*8`."""
        return (self.alleles[0].name, self.alleles[1].name)


Place = tuple[tuple[Allele, float], ...]
"""The alleles possible in one of the two places, each with its weight."""
Pair = tuple[Allele, Allele, float]
"""Two alleles and the weight of their being there together."""


@dataclass(frozen=True, slots=True)
class GeneFunction:
    """What one gene of this person does, as far as it is known.

    reported        as the laboratory wrote it, or None when not tested
    places          the alleles possible in each of the two places, weights sum to 1
    pairs           the pairs possible, where the places do not vary independently
    mean_activity   mean over the possibilities of the gene's activity
    not_tested      alleles that nobody looked for
    reasons         what was assumed, in sentences
    """

    gene: str
    reported: str | None
    places: tuple[Place, Place]
    pairs: tuple[Pair, ...] | None
    mean_activity: float
    not_tested: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def typical(self) -> tuple[Allele, Allele]:
        """One mean allele for each of the two places, for the typical value.

        Its activity and its activity x Km multiplier are the means, so that both
        limits of a Michaelis term are right.
        """
        return (_mean_allele(self.places[0]), _mean_allele(self.places[1]))

    @property
    def possibilities(self) -> tuple[Possibility, ...]:
        """Every pair once, most probable first; weights sum to 1."""
        pairs = self.pairs
        if pairs is None:
            first, second = self.places
            pairs = tuple((a, b, v * w) for a, v in first for b, w in second)
        found: dict[frozenset[str], Possibility] = {}
        for a, b, weight in pairs:
            key = frozenset((a.name, b.name))
            known = found.get(key)
            found[key] = Possibility(
                known.alleles if known else (a, b),
                combined_activity(self.gene, a, b),
                weight + (known.weight if known else 0.0),
            )
        return tuple(sorted(found.values(), key=lambda p: -p.weight))

    @property
    def is_certain(self) -> bool:
        """Whether one pair of alleles is all that is possible."""
        return all(len(place) == 1 for place in self.places)


def combined_activity(gene: str, first: Allele, second: Allele) -> float:
    """Activity of a pair of alleles, relative to two reference alleles.

        CYP2C9, VKORC1   (a + b)/2      each allele makes half of the protein
        CYP4F2           a b            as its effect per allele was estimated
        rs12777823       a + b - 1      losses of the two alleles add

    The order of the alleles does not matter; two reference alleles give 1.
    """
    a, b = first.activity, second.activity
    if gene == "CYP4F2":
        return a * b
    if gene == "rs12777823":
        return a + b - 1
    return (a + b) / 2


def pair_weights(
    pairs: Sequence[tuple[str, str]],
    shares: dict[str, float],
    *,
    rarest: float,
    half_read: Sequence[float] = (),
) -> list[float]:
    """Hardy-Weinberg shares of the pairs, scaled to sum 1.

        w(a, b) = f(a) f(b), twice that where a and b differ

    Times how probable the pair makes what was read of one copy alone: a person of G/A
    shows G on the copy that was read half as often as one of G/G.

    Args:
        pairs: names of alleles; `[*2 + *3]` is both on one strand.
        shares: frequency of each.
        rarest: frequency of an allele nobody counted; of two on one strand, this times
            the frequencies of both.
        half_read: of each pair, as `GeneCall` has it; empty: all alike.
    """

    def share(name: str) -> float:
        if not name.startswith("["):
            return shares.get(name, rarest)
        return rarest * math.prod(shares.get(p, rarest) for p in strand_parts(name))

    seen = half_read or [1.0] * len(pairs)
    weights = [
        share(a) * share(b) * (1 if a == b else 2) * probable
        for (a, b), probable in zip(pairs, seen, strict=True)
    ]
    total = sum(weights)
    return [weight / total for weight in weights]


def _mean_allele(place: Place) -> Allele:
    if len(place) == 1:
        return place[0][0]
    activity = sum(weight * allele.activity for allele, weight in place)
    capacity = sum(w * allele.activity * allele.km_multiplier for allele, w in place)
    likeliest = max(place, key=lambda candidate: candidate[1])[0]
    multiplier = capacity / activity if activity > 0 else likeliest.km_multiplier
    return Allele(f"{likeliest.name} or untested", activity, multiplier)
