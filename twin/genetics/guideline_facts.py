"""What CPIC's tree asks, read off a patient's results.

A question is answered only where every possible pair of alleles answers it alike, or
where the laboratory looked at the very position; else it was not tested.
"""

from collections.abc import Iterable

from twin.genetics.allele_definitions import AlleleDefinitions, GeneDefinition
from twin.genetics.guideline import GuidelineFacts, GuidelineTable
from twin.genetics.possibilities import GeneFunction
from twin.vocabulary.genotype import Diplotype, GeneCall, Genotype

_RS2108622 = 15879621


def guideline_facts(
    genotype: Genotype,
    genes: dict[str, GeneFunction],
    *,
    definitions: AlleleDefinitions,
    table: GuidelineTable,
) -> GuidelineFacts:
    """The facts of one patient.

    Args:
        genotype: the results.
        genes: what they leave possible, by gene.
        definitions: positions of the alleles.
        table: which alleles the figure names.
    """
    cyp2c9 = genotype.of("CYP2C9")
    tested = _tested(cyp2c9, definitions)
    return GuidelineFacts(
        vkorc1=_certain(genotype.of("VKORC1"), genes["VKORC1"]),
        cyp2c9=(
            _of_the_algorithm(
                genes["CYP2C9"],
                table.algorithm_alleles,
                definitions.genes["CYP2C9"],
            )
            if tested >= set(table.algorithm_alleles)
            else None
        ),
        african_variants=(
            _found(genes["CYP2C9"], table.african_alleles)
            if tested >= set(table.african_alleles)
            else None
        ),
        cyp4f2_t=_carries_t(genotype.of("CYP4F2"), genes["CYP4F2"], definitions),
        rs12777823_a=_carries_a(genotype.of("rs12777823")),
        branch=table.branch_of(genotype.frequency_population),
    )


def _tested(
    result: Diplotype | GeneCall | None, definitions: AlleleDefinitions
) -> set[str]:
    """Alleles of CYP2C9 that would have been seen."""
    gene = definitions.genes["CYP2C9"]
    if result is None:
        return set()
    if isinstance(result, GeneCall):
        if not result.possible:
            return set()
        return {a.name for a in gene.alleles} - set(result.not_tested)
    looked_at = {
        position
        for name in (*result.tested, *result.alleles)
        for position in gene.positions_of(name)
    }
    return {a.name for a in gene.alleles if a.positions and a.positions <= looked_at}


def _certain(result: Diplotype | GeneCall | None, gene: GeneFunction) -> str | None:
    if result is None or not gene.is_certain:
        return None
    return "/".join(sorted(gene.possibilities[0].names))


_SURE = 0.99
"""Weight from which an answer counts as known; the rest are rare alleles."""


def _of_the_algorithm(
    gene: GeneFunction, alleles: Iterable[str], definition: GeneDefinition
) -> str | None:
    """The pair in the algorithm's terms, by the variants themselves.

    *18 carries *3's variant and counts as *3; so does a strand with both.  None
    where what is possible differs in those terms.
    """
    wanted = {name: definition.positions_of(name) for name in alleles}

    def term(name: str) -> str:
        carried = _positions(name, definition)
        found = [each for each, positions in wanted.items() if positions <= carried]
        return max(found, default="*1", key=_star)

    weights: dict[str, float] = {}
    for pair in gene.possibilities:
        text = "/".join(sorted((term(name) for name in pair.names), key=_star))
        weights[text] = weights.get(text, 0.0) + pair.weight
    likeliest = max(weights, key=lambda text: weights[text])
    return likeliest if weights[likeliest] >= _SURE else None


def _star(name: str) -> int:
    return int(name.removeprefix("*"))


def _positions(name: str, definition: GeneDefinition) -> frozenset[int]:
    """Where an allele differs from the reference; of `[*2 + *3]`, where either does."""
    parts = name.strip("[]").split(" + ")
    return frozenset().union(*(definition.positions_of(part) for part in parts))


def _found(gene: GeneFunction, alleles: Iterable[str]) -> tuple[str, ...]:
    """Which of some alleles the likeliest pairs have, alone on a strand or not."""
    weights: dict[tuple[str, ...], float] = {}
    known = set(alleles)
    for pair in gene.possibilities:
        parts = [part for name in pair.names for part in name.strip("[]").split(" + ")]
        named = tuple(part for part in parts if part in known)
        weights[named] = weights.get(named, 0.0) + pair.weight
    return max(weights, key=lambda named: weights[named])


def _carries_t(
    result: Diplotype | GeneCall | None,
    gene: GeneFunction,
    definitions: AlleleDefinitions,
) -> bool | None:
    """rs2108622 T itself: *3, *4 and *22 carry it."""
    definition = definitions.genes["CYP4F2"]
    name = definition.at(_RS2108622).name
    if result is None:
        return None
    if isinstance(result, GeneCall):
        if not result.possible or name in result.positions_not_tested:
            return None
    else:
        looked_at = {
            p
            for allele in (*result.tested, *result.alleles)
            for p in definition.positions_of(allele)
        }
        if _RS2108622 not in looked_at:
            return None
    return any(
        _RS2108622 in definition.positions_of(allele)
        for allele in gene.possibilities[0].names
    )


def _carries_a(result: Diplotype | GeneCall | None) -> bool | None:
    if result is None:
        return None
    if isinstance(result, Diplotype):
        return "A" in result.alleles
    answers = {"A" in pair for pair in result.pairs}
    return answers.pop() if len(answers) == 1 else None
