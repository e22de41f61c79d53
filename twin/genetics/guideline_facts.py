"""What CPIC's tree asks, read off a patient's results.

A question is answered only where every possible pair of alleles answers it alike, or
where the laboratory looked at the very position; else it was not tested.
"""

from collections.abc import Iterable, Mapping

from twin.genetics.allele_definitions import AlleleDefinitions, GeneDefinition
from twin.genetics.guideline import GuidelineFacts, GuidelineTable
from twin.genetics.phenotype import Phenotypes
from twin.genetics.possibilities import GeneFunction
from twin.vocabulary.genotype import Diplotype, GeneCall, Genotype, strand_parts

_CYP4F2_RSID = "rs2108622"
_POOR = "Poor Metabolizer"
_SURE = 0.99
"""Weight from which an answer counts as known; the rest are rare alleles."""
_LOSS: Mapping[str, int] = {
    "Normal function": 0,
    "Decreased function": 1,
    "Uncertain function": 2,
    "Unknown function": 2,
    "Not assigned": 2,
    "No function": 3,
}
"""CPIC's functions of an allele, by how much is lost, or may be."""


def guideline_facts(
    genotype: Genotype,
    genes: dict[str, GeneFunction],
    *,
    definitions: AlleleDefinitions,
    phenotypes: Phenotypes,
    table: GuidelineTable,
    child: bool,
) -> GuidelineFacts:
    """The facts of one patient.

    Args:
        genotype: the results.
        genes: what they leave possible, by gene.
        definitions: positions of the alleles.
        phenotypes: CPIC's, of alleles and pairs.
        table: which alleles the figure names.
        child: whether figure 3 is asked.
    """
    cyp2c9, gene = genotype.of("CYP2C9"), definitions.genes["CYP2C9"]
    tested = _tested(cyp2c9, definitions)
    terms = {name: gene.positions_of(name) for name in table.algorithm_alleles}
    return GuidelineFacts(
        vkorc1=_certain(genotype.of("VKORC1"), genes["VKORC1"]),
        cyp2c9=(
            _of_the_algorithm(genes["CYP2C9"], terms, gene)
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
        branch=table.branch_of(genotype.frequency_population, child=child),
        poor_metaboliser=_share(genes["CYP2C9"], phenotypes) >= _SURE,
        beyond_algorithm=_beyond(
            genes["CYP2C9"],
            terms,
            gene,
            functions=phenotypes.functions["CYP2C9"],
            but=table.african_alleles,
        ),
        child=child,
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
    looked_at = gene.looked_at((*result.tested, *result.alleles))
    return {a.name for a in gene.alleles if a.positions and a.positions <= looked_at}


def _certain(result: Diplotype | GeneCall | None, gene: GeneFunction) -> str | None:
    if result is None or not gene.is_certain:
        return None
    return "/".join(sorted(gene.possibilities[0].names))


_Terms = Mapping[str, frozenset[int]]
"""The algorithm's alleles with the positions of their variants."""


def _of_the_algorithm(
    gene: GeneFunction, terms: _Terms, definition: GeneDefinition
) -> str | None:
    """The pair in the algorithm's terms, by the variants themselves.

    *18 carries *3's variant and counts as *3; so does a strand with both.  None
    where what is possible differs in those terms.
    """
    weights: dict[str, float] = {}
    for pair in gene.possibilities:
        counted = (_term(name, terms, definition) for name in pair.names)
        text = "/".join(sorted(counted, key=_star))
        weights[text] = weights.get(text, 0.0) + pair.weight
    likeliest = max(weights, key=lambda text: weights[text])
    return likeliest if weights[likeliest] >= _SURE else None


def _term(name: str, terms: _Terms, definition: GeneDefinition) -> str:
    carried = _positions(name, definition)
    found = [each for each, positions in terms.items() if positions <= carried]
    return max(found, default="*1", key=_star)


def _share(gene: GeneFunction, phenotypes: Phenotypes) -> float:
    """How probable CPIC's poor metabolizer is."""
    return sum(
        pair.weight
        for pair in gene.possibilities
        if phenotypes.phenotype(gene.gene, pair.names) == _POOR
    )


def _beyond(
    gene: GeneFunction,
    terms: _Terms,
    definition: GeneDefinition,
    *,
    functions: Mapping[str, str],
    but: Iterable[str],
) -> tuple[str, ...]:
    """Alleles surely there that work less than the algorithm takes them for, or may."""
    weights: dict[str, float] = {}
    for pair in gene.possibilities:
        for name in set(pair.names) - {*but}:
            weights[name] = weights.get(name, 0.0) + pair.weight
    return tuple(
        name
        for name, weight in sorted(weights.items())
        if weight >= _SURE
        and _rank(functions.get(name, ""))
        > _rank(functions.get(_term(name, terms, definition), ""))
    )


def _rank(function: str) -> int:
    return _LOSS.get(function, -1)


def _star(name: str) -> int:
    return int(name.removeprefix("*"))


def _positions(name: str, definition: GeneDefinition) -> frozenset[int]:
    """Where an allele differs from the reference; of `[*2 + *3]`, where either does."""
    return definition.looked_at(strand_parts(name))


def _found(gene: GeneFunction, alleles: Iterable[str]) -> tuple[str, ...]:
    """Which of some alleles the likeliest pairs have, alone on a strand or not."""
    weights: dict[tuple[str, ...], float] = {}
    known = set(alleles)
    for pair in gene.possibilities:
        parts = [part for name in pair.names for part in strand_parts(name)]
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
    position = definition.named(_CYP4F2_RSID)
    if result is None:
        return None
    if isinstance(result, GeneCall):
        if not result.possible or position.name in result.positions_not_tested:
            return None
    else:
        looked_at = definition.looked_at((*result.tested, *result.alleles))
        if position.position not in looked_at:
            return None
    return any(
        position.position in definition.positions_of(allele)
        for allele in gene.possibilities[0].names
    )


def _carries_a(result: Diplotype | GeneCall | None) -> bool | None:
    if result is None:
        return None
    if isinstance(result, Diplotype):
        return "A" in result.alleles
    answers = {"A" in pair for pair in result.pairs}
    return answers.pop() if len(answers) == 1 else None
