"""Diplotypes, scores and phenotypes that somebody else called."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from twin.errors import ForeignFileError, GenotypeError
from twin.foreign.killable import read_apart
from twin.genetics.allele_definitions import GeneDefinition
from twin.genetics.caller import call_gene, call_of_diplotype
from twin.genetics.summary import described, pairs_with
from twin.pharmacogenes import Pharmacogenes
from twin.vocabulary.genotype import GeneCall


def outside_calls(
    path: Path, genes: Pharmacogenes
) -> tuple[dict[str, GeneCall], list[str]]:
    """PharmCAT's outside-call TSV: gene, diplotype, phenotype, activity score.

    Returns: a call of every gene, and remarks.

    Raises: ForeignFileError, GenotypeError naming the line.
    """
    calls: dict[str, GeneCall] = {}
    remarks: list[str] = []
    others: list[str] = []
    by_name = {gene.gene.casefold(): gene for gene in genes.definitions}
    for found in read_apart("outside_calls", path)["calls"]:
        gene = by_name.get(found["gene"].casefold())
        if gene is None:
            others.append(found["gene"])
            continue
        if gene.gene in calls:
            raise ForeignFileError(f"{path}: {gene.gene} is given twice; keep one line")
        if found["diplotype"]:
            try:
                call = called_elsewhere(gene, [found["diplotype"]], remarks)
            except GenotypeError as error:  # whoever wrote the line can mend it
                raise GenotypeError(f"line {found['line']}: {error}") from error
            calls[gene.gene] = call
        elif not found["phenotype"] and not found["activity_score"]:
            remarks.append(f"{gene.gene}: line {found['line']} says nothing of it")
        else:
            calls[gene.gene] = _summarised(gene, found, genes, remarks)
    if others:
        remarks.append(
            f"{', '.join(others[:_MOST_NAMED])}: not among the genes the twin calls; "
            f"{len(others)} left out"
        )
    for gene in genes.definitions:
        calls.setdefault(gene.gene, call_gene(gene, {}, source="the outside calls"))
    return calls, remarks


_MOST_NAMED = 8


def _summarised(
    gene: GeneDefinition,
    found: Mapping[str, str],
    genes: Pharmacogenes,
    remarks: list[str],
) -> GeneCall:
    """A score or phenotype somebody else reported, of a panel that is not known."""
    try:
        score = float(found["activity_score"]) if found["activity_score"] else None
    except ValueError as error:
        raise ForeignFileError(
            f"line {found['line']}: activity score {found['activity_score']!r} is no "
            "number"
        ) from error
    phenotype = found["phenotype"] if score is None else None
    try:
        pairs = pairs_with(gene, genes.phenotypes, score=score, phenotype=phenotype)
    except GenotypeError as error:
        remarks.append(f"{error}; {gene.gene} is taken as not tested")
        return call_gene(gene, {}, source="called elsewhere")
    said = described(score, phenotype)
    remarks.append(
        f"{gene.gene}: {said} was reported without a diplotype; every pair of alleles "
        "that has it, or may hide behind one that has, stays possible"
    )
    alike = (
        pair
        for alleles in pairs
        for pair in call_of_diplotype(gene, alleles, tested=(), source=said).pairs
    )
    nothing_read = call_gene(gene, {}, source=f"{said}, called elsewhere")
    return replace(nothing_read, pairs=tuple(dict.fromkeys(alike)), summary=said)


def called_elsewhere(
    gene: GeneDefinition, labels: list[str], remarks: list[str]
) -> GeneCall:
    """A diplotype somebody else called: which alleles were looked for is not known.

    Raises: GenotypeError for an allele that is not defined.
    """
    if len(labels) != 1 or labels[0].count("/") != 1:
        remarks.append(
            f"{gene.gene}: {', '.join(labels) or 'nothing'} is not one diplotype; "
            "taken as not tested"
        )
        return call_gene(gene, {}, source="called elsewhere")
    first, second = (_core_allele(part, gene) for part in labels[0].split("/"))
    call = call_of_diplotype(
        gene, (first, second), tested=(), source=f"{labels[0]}, called elsewhere"
    )
    if call.positions_not_tested:  # a gene of one position hides nothing
        remarks.append(
            f"{gene.gene}: {labels[0]} was called elsewhere; which alleles were looked "
            "for is not said, so all others stay possible"
        )
    return call


_SUBALLELE = re.compile(r"\*0*([1-9]\d*)(?:\.\d{3})?")


def _core_allele(written: str, gene: GeneDefinition) -> str:
    """*01 and *2.001 are *1 and *2; other spellings stay as they are."""
    name = written.strip()
    found = _SUBALLELE.fullmatch(name)
    return f"*{found[1]}" if found else gene.synonyms.get(name, name)
