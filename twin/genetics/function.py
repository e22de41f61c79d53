"""From a laboratory's result to what the person's two alleles can do.

A reported *1 means "none of the alleles tested for", so every allele the panel
leaves out stays possible, weighed by its frequency; a gene nobody looked at is
Hardy-Weinberg over all of them.  Ancestry enters only where a clinician states a
population: it weighs what was not tested, and lets the rs12777823 tag count.
"""

from collections.abc import Iterable
from dataclasses import replace

from twin.genetics.allele_definitions import AlleleDefinitions
from twin.genetics.allele_tables import (
    REFERENCE_ALLELES,
    Allele,
    AlleleFrequencies,
    AlleleFunctions,
)
from twin.genetics.possibilities import (
    GeneFunction,
    Pair,
    Place,
    combined_activity,
    pair_weights,
)
from twin.vocabulary.genotype import Diplotype, GeneCall, Genotype

# Genes whose reference allele is reported by the absence of variants; of the others
# the base itself is read.
_STAR_GENES = frozenset({"CYP2C9", "CYP4F2"})

_TAG_HAS_NO_EFFECT = (
    "rs12777823 has no effect here: it was seen in African ancestry only; "
    "state frequency_population for it to count"
)
_COMMON = 0.001
"""Share from which an untested allele is named in a sentence; others are counted."""


def gene_function(
    gene: str,
    genotype: Genotype,
    *,
    functions: AlleleFunctions,
    frequencies: AlleleFrequencies,
    definitions: AlleleDefinitions,
) -> GeneFunction:
    """The possible alleles of one gene with their weights, and the typical value.

        P(pair) = p(first place) p(second place),
        p(allele | x reported) = f(allele) / sum of f over those that look like x

    where an allele looks like another when both have the same bases at every
    position of the alleles tested for.  Where the twin read the positions itself,
    P(pair) is in proportion to the Hardy-Weinberg share of each pair that fits.
    Testing for more alleles never adds a possibility; weights sum to 1.

    Assumes: Hardy-Weinberg, the two places independent; an allele whose kinetics
    nobody measured works as others of its CPIC function do.

    Raises: GenotypeError for an allele or a population the tables do not know.
    """
    population = genotype.frequency_population
    named = functions.alleles[gene]
    shares = frequencies.of(gene, population, named=named)
    result = genotype.of(gene)
    pairs: tuple[Pair, ...] | None = None
    if isinstance(result, GeneCall) and result.possible:
        pairs = _weighed(result, functions, shares)
        places = (_marginal(pairs, 0), _marginal(pairs, 1))
    else:
        reported = result.alleles if isinstance(result, Diplotype) else (None, None)
        found = result if isinstance(result, Diplotype) else None
        first, second = (
            _place(_alike(gene, name, found, functions, definitions), shares)
            for name in reported
        )
        places = (first, second)
    in_words = None if result is None else _reported(result, pairs)
    not_tested = _not_tested(gene, result, places, functions)
    reasons = _reasons(gene, genotype, places, not_tested, functions, frequencies)
    if gene == "rs12777823" and population not in functions.applies_in:
        neutral = functions.allele(gene, REFERENCE_ALLELES[gene])
        places, pairs = (((neutral, 1.0),), ((neutral, 1.0),)), None
    return GeneFunction(
        gene,
        in_words,
        places,
        pairs,
        _mean_activity(gene, places, pairs),
        not_tested,
        reasons,
    )


def _reported(result: Diplotype | GeneCall, pairs: tuple[Pair, ...] | None) -> str:
    """As it was written; of several pairs that fit the bases, the most probable."""
    if not isinstance(result, GeneCall) or result.summary or len(result.pairs) < 2:
        return result.text
    first, second, weight = max(pairs or (), key=lambda pair: pair[2])
    share = "over 99" if weight > 0.995 else f"{100 * weight:.0f}"
    return (
        f"{first.name}/{second.name}, {share} % of {len(result.pairs)} pairs that fit"
    )


def _mean_activity(
    gene: str, places: tuple[Place, Place], pairs: tuple[Pair, ...] | None
) -> float:
    """The mean of `combined_activity`, which is linear in each of its alleles."""
    if pairs is not None:
        return sum(w * combined_activity(gene, a, b) for a, b, w in pairs)
    means = (sum(w * allele.activity for allele, w in place) for place in places)
    first, second = (replace(places[0][0][0], activity=mean) for mean in means)
    return combined_activity(gene, first, second)


def _weighed(
    call: GeneCall, functions: AlleleFunctions, shares: dict[str, float]
) -> tuple[Pair, ...]:
    half_read = call.half_read if call.pairs else ()
    weights = pair_weights(
        call.possible, shares, rarest=min(shares.values()), half_read=half_read
    )
    return tuple(
        (functions.allele(call.gene, a), functions.allele(call.gene, b), weight)
        for (a, b), weight in zip(call.possible, weights, strict=True)
    )


def _marginal(pairs: tuple[Pair, ...], place: int) -> Place:
    found: dict[str, tuple[Allele, float]] = {}
    for pair in pairs:
        allele: Allele = pair[place]  # type: ignore[assignment]
        before = found.get(allele.name, (allele, 0.0))[1]
        found[allele.name] = (allele, before + pair[2])
    return tuple(found.values())


def _alike(
    gene: str,
    reported: str | None,
    diplotype: Diplotype | None,
    functions: AlleleFunctions,
    definitions: AlleleDefinitions,
) -> tuple[Allele, ...]:
    """The alleles that a panel cannot tell from the one it reported."""
    if reported is None or diplotype is None:
        return tuple(functions.alleles[gene].values())
    allele = functions.allele(gene, reported)
    if gene not in _STAR_GENES:
        return (allele,)
    definition = definitions.genes[gene]
    looked_at = definition.looked_at((*diplotype.tested, *diplotype.alleles))
    alike = definition.look_alikes(reported, positions=looked_at)
    return tuple(a for name, a in functions.alleles[gene].items() if name in alike)


def _place(alleles: tuple[Allele, ...], shares: dict[str, float]) -> Place:
    """Alleles possible in one place, with weights that sum to 1."""
    weights = [shares.get(allele.name, 0.0) for allele in alleles]
    if len(alleles) == 1:
        return ((alleles[0], 1.0),)
    total = sum(weights)
    return tuple(
        (allele, weight / total)
        for allele, weight in zip(alleles, weights, strict=True)
        if weight > 0
    )


def _not_tested(
    gene: str,
    result: Diplotype | GeneCall | None,
    places: tuple[Place, Place],
    functions: AlleleFunctions,
) -> tuple[str, ...]:
    if result is None or (isinstance(result, GeneCall) and not result.possible):
        return functions.variants(gene)
    if isinstance(result, GeneCall):
        missing = set(result.not_tested)
    else:
        possible = {allele.name for place in places for allele, _ in place}
        missing = possible - set(result.alleles)
    return tuple(name for name in functions.variants(gene) if name in missing)


def _reasons(
    gene: str,
    genotype: Genotype,
    places: tuple[Place, Place],
    not_tested: tuple[str, ...],
    functions: AlleleFunctions,
    frequencies: AlleleFrequencies,
) -> tuple[str, ...]:
    population = genotype.frequency_population
    where = f"as in {population}" if population else "pooled over populations"
    result = genotype.of(gene)
    reasons = []
    if isinstance(result, GeneCall) and result.undefined:
        reasons.append(
            f"{gene}: at {', '.join(result.undefined)} a base was read that no named "
            "allele has; what it does is not known, and it is left out here"
        )
    if result is None or (isinstance(result, GeneCall) and not result.possible):
        reasons.append(
            f"{gene} was not tested: its alleles are weighed {where}"
            if result is None
            else f"{gene}: no pair of named alleles fits {result.source}; its alleles "
            f"are weighed {where}, as if nobody had tested"
        )
    elif any(len(place) > 1 for place in places):
        names = _named(not_tested, frequencies.of(gene, population))
        reasons.append(
            f"{gene} {names} were not tested and stay possible behind what was "
            f"reported, weighed {where}"
            if not_tested
            else f"{gene}: several pairs of alleles fit what was read; weighed {where}"
        )
    if gene == "rs12777823" and population not in functions.applies_in:
        return (_TAG_HAS_NO_EFFECT,)
    if reasons and population:
        counted = frequencies.counted_in(gene, population)
        pooled = frequencies.of(gene, None)
        uncounted = [a for a in not_tested if a in pooled and a not in counted]
        if uncounted:
            reasons.append(
                f"{gene} {_named(uncounted, pooled)} have not been counted in "
                f"{population}: pooled frequency"
            )
    return tuple(reasons)


def _named(names: Iterable[str], shares: dict[str, float]) -> str:
    """The common ones by name, the rare ones by number."""
    listed = list(names)
    common = [name for name in listed if shares.get(name, 0.0) >= _COMMON]
    rarer = len(listed) - len(common)
    if not rarer:
        return ", ".join(common)
    return (
        f"{', '.join(common)} and {rarer} rarer" if common else f"{rarer} rare alleles"
    )
