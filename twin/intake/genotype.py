"""The genotype of a patient's file: diplotypes, scores, or bases by rsID.

For each gene one of: a diplotype with the alleles tested for, CPIC's activity score
or phenotype, or the bases read at its positions.  What is written is never completed:
whatever was not tested stays possible.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from twin.errors import GenotypeError
from twin.genetics.allele_definitions import AlleleDefinitions
from twin.genetics.caller import call_gene
from twin.genetics.genome_build import check_build
from twin.genetics.hgvs import looks_like_hgvs, record_of_hgvs
from twin.genetics.names import GeneNames
from twin.genetics.rsids import calls_of_rsids
from twin.genetics.site_calls import site_calls
from twin.genetics.summary import described, pairs_with
from twin.intake.quantity import kind_of
from twin.vocabulary.genotype import GENES, Diplotype, GeneCall, Genotype

_DIPLOTYPE = re.compile(r"\s*[^/\s][^/]*/\s*[^/\s][^/]*")
_RSID = re.compile(r"rs\d+")
_SUMMARIES = ("activity_score", "phenotype")


def genotype_of(
    written: object, genes: Mapping[str, GeneNames], warnings: list[str]
) -> Genotype:
    """The genotype in a patient's file; None is "no gene was tested"."""
    if written is None:
        return Genotype()
    if not isinstance(written, Mapping):
        raise GenotypeError(
            'genotype: write genes with their diplotypes, e.g. {CYP2C9: "*1/*3"}; '
            f"got {kind_of(written)}"
        )
    sites = _site_names(genes)
    for name in written:
        if name not in (*GENES, "frequency_population", *sites) and not (
            isinstance(name, str) and looks_like_hgvs(name)
        ):
            raise GenotypeError(
                f"genotype: {name!r} is not used; known genes: {', '.join(GENES)} "
                f"(and frequency_population); known positions: "
                f"{', '.join(_best_known(genes))} ..."
            )
    results = [
        _result(gene, written[gene], genes[gene], warnings)
        for gene in GENES
        if written.get(gene) is not None
    ]
    read = _read_at_positions(written, genes, warnings)
    _refuse_two_ways([r.gene for r in results], [call.gene for call in read])
    population = written.get("frequency_population")
    if population is not None and not isinstance(population, str):
        raise GenotypeError("frequency_population: write the name of a population")
    return Genotype.of_results((*results, *read), population)


def in_our_names(call: GeneCall, names: GeneNames) -> GeneCall:
    """A call with CPIC's long names of single positions made short (`G`, `A`)."""
    return replace(
        call,
        pairs=tuple((names.ours(a), names.ours(b)) for a, b in call.pairs),
        not_tested=tuple(names.ours(name) for name in call.not_tested),
        but_for_undefined=tuple(
            (names.ours(a), names.ours(b)) for a, b in call.but_for_undefined
        ),
    )


def _site_names(genes: Mapping[str, GeneNames]) -> set[str]:
    return {
        position.rsid
        for names in genes.values()
        for position in names.definition.positions
        if position.rsid
    }


def _best_known(genes: Mapping[str, GeneNames]) -> list[str]:
    """One position for each gene, to show how such names look."""
    found = []
    for names in genes.values():
        shown = {*names.panel} | set(names.synonyms.values())
        for allele in names.definition.alleles:
            if names.ours(allele.name) in shown and allele.positions:
                rsid = names.definition.at(min(allele.positions)).rsid
                if rsid:
                    found.append(rsid)
    return list(dict.fromkeys(found))


def _refuse_two_ways(written: list[str], read: list[str]) -> None:
    twice = [gene for gene in read if gene in written]
    if twice:
        raise GenotypeError(
            f"{twice[0]} is given as a diplotype and by its positions; keep one of them"
        )


def _read_at_positions(
    written: Mapping[str, object],
    genes: Mapping[str, GeneNames],
    warnings: list[str],
) -> list[GeneCall]:
    """Calls from rsIDs and genomic HGVS names."""
    by_rsid: dict[str, str] = {}
    named: dict[str, str] = {}
    for name, value in written.items():
        if name in GENES or value is None:
            continue
        if _RSID.fullmatch(name) or looks_like_hgvs(name):
            if not isinstance(value, str):
                raise GenotypeError(
                    f'{name}: write its two bases in quotes, e.g. "C/T"; '
                    f"got {kind_of(value)}"
                )
            (named if looks_like_hgvs(name) else by_rsid)[name] = value
    if not by_rsid and not named:
        return []
    records = [record_of_hgvs(name, zygosity) for name, zygosity in named.items()]
    definitions = AlleleDefinitions({g: n.definition for g, n in genes.items()})
    check_build(definitions, records)
    calls = []
    for names in genes.values():
        found, remarks = calls_of_rsids(names.definition, by_rsid)
        from_records = site_calls(names.definition, records)
        if both := sorted(set(found) & set(from_records)):
            raise GenotypeError(
                f"{names.definition.at(both[0]).name} is given twice, by rsID and by "
                "HGVS name; keep one of them"
            )
        found |= from_records
        warnings.extend(remarks)
        if found:
            call = call_gene(names.definition, found, source="the bases given")
            calls.append(in_our_names(call, names))
    for name, record in zip(named, records, strict=True):
        if not any(site_calls(n.definition, [record]) for n in genes.values()):
            raise GenotypeError(
                f"{name} is no position by which alleles are told apart here; leave "
                "it out, or check the number"
            )
    return calls


def _result(
    gene: str, written: object, names: GeneNames, warnings: list[str]
) -> Diplotype | GeneCall:
    if isinstance(written, Mapping) and any(key in written for key in _SUMMARIES):
        return _of_summary(gene, written, names, warnings)
    return _diplotype(gene, written, names, warnings)


def _of_summary(
    gene: str,
    written: Mapping[str, object],
    names: GeneNames,
    warnings: list[str],
) -> GeneCall:
    """Every pair of alleles that has CPIC's activity score or phenotype."""
    for key in written:
        if key not in _SUMMARIES:
            raise GenotypeError(
                f"{gene}: {key!r} beside {' or '.join(_SUMMARIES)} is not read; "
                "write one of them alone"
            )
    score, phenotype = written.get("activity_score"), written.get("phenotype")
    if (score is None) == (phenotype is None):
        raise GenotypeError(f"{gene}: write either activity_score or phenotype")
    if isinstance(score, bool) or not isinstance(score, int | float | None):
        raise GenotypeError(
            f"{gene}: activity_score is a number such as 1.5, got {kind_of(score)}"
        )
    if not isinstance(phenotype, str | None):
        raise GenotypeError(
            f"{gene}: phenotype is in CPIC's words, got {kind_of(phenotype)}"
        )
    pairs = pairs_with(
        names.definition, names.phenotypes, score=score, phenotype=phenotype
    )
    said = described(score, phenotype)
    everything = [allele.name for allele in names.definition.alleles]
    # The laboratory's *1 hides what its panel does not look for, here too.
    unseen = _unseen(names.panel, names)
    hidden = {names.reference, *unseen}
    possible = dict.fromkeys(
        (x, y)
        for a, b in pairs
        for x in (hidden if a == names.reference else {a})
        for y in (hidden if b == names.reference else {b})
    )
    unordered = {tuple(sorted(p, key=everything.index)): None for p in possible}
    hides = (
        f", and for what a panel of {', '.join(sorted(names.panel))} takes for them"
        if len(unordered) > len(pairs)
        else ""
    )
    warnings.append(
        f"{gene}: {said} stands for {len(pairs)} pairs of alleles{hides}, weighed by "
        "how common they are; the diplotype says more"
    )
    call = GeneCall(
        gene,
        tuple((p[0], p[1]) for p in unordered),
        source=said,
        not_tested=tuple(unseen),
        summary=said,
    )
    return in_our_names(call, names)


def _diplotype(
    gene: str, written: object, names: GeneNames, warnings: list[str]
) -> Diplotype:
    stated: frozenset[str] | None = None
    if isinstance(written, Mapping):
        for key in written:
            if key not in ("diplotype", "tested"):
                raise GenotypeError(
                    f"{gene}: {key!r} is not known; write diplotype and tested, or "
                    f"{' or '.join(_SUMMARIES)}"
                )
        stated = _tested(gene, written.get("tested"), names)
        written = written.get("diplotype")
    if not isinstance(written, str) or not _DIPLOTYPE.fullmatch(written):
        raise GenotypeError(
            f"{gene}: {kind_of(written)} is no diplotype; write two alleles with a "
            f"stroke, e.g. {names.alleles[0]}/{names.alleles[1]}"
        )
    first, second = (_allele(gene, part.strip(), names) for part in written.split("/"))
    letters = [part.strip() in names.synonyms for part in written.split("/")]
    if any(letters) and not all(letters):
        raise GenotypeError(
            f"{gene}: {written!r} mixes the letters of both strands; "
            f"write {first}/{second} if that is meant"
        )
    found = {first, second} - {names.reference}
    tested = (names.panel if stated is None else stated) | found
    unseen = _unseen(tested, names) if names.reference in (first, second) else []
    if stated is None and unseen:
        warnings.append(
            f"{gene}: the panel is not stated; only {', '.join(sorted(names.panel))} "
            f"are taken as tested, {_in_words(unseen, names)} stay possible"
        )
    ordered = sorted((first, second), key=names.alleles.index)
    return Diplotype(gene, (ordered[0], ordered[1]), frozenset(tested))


def _unseen(tested: Iterable[str], names: GeneNames) -> list[str]:
    """Alleles that a panel does not tell from the reference allele."""
    if names.reference not in {a.name for a in names.definition.alleles}:
        return []  # a single position, read itself
    looked_at = names.definition.looked_at(tested)
    alike = names.definition.look_alikes(names.reference, positions=looked_at)
    return [a for a in names.alleles if a in alike and a != names.reference]


def _in_words(alleles: list[str], names: GeneNames) -> str:
    known = [a for a in alleles if a in names.measured]
    others = len(alleles) - len(known)
    parts = [", ".join(known)] if known else []
    return " and ".join([*parts, *([f"{others} others"] if others else [])])


def _allele(gene: str, written: str, names: GeneNames) -> str:
    allele = names.ours(names.synonyms.get(written, written))
    if allele not in names.alleles:
        others = len(names.alleles) - len(names.measured)
        more = f", and {others} other named alleles" if others else ""
        raise GenotypeError(
            f"{gene}: allele {written!r} is not known; "
            f"known: {', '.join((*names.measured, *names.synonyms))}{more}"
        )
    return allele


def _tested(gene: str, written: object, names: GeneNames) -> frozenset[str] | None:
    if written is None:
        return None
    if written == "all":
        return frozenset(names.alleles) - {names.reference}
    if not isinstance(written, list) or not all(isinstance(a, str) for a in written):
        raise GenotypeError(
            f"{gene}: tested must be a list of alleles, or all; got {kind_of(written)}"
        )
    return frozenset(_allele(gene, a, names) for a in written) - {names.reference}
