"""A sample of `make verify-genotypes`, and that each of its checks can fail."""

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations_with_replacement

import pytest

from tests.twin.tables import PHARMACOGENES
from twin.command_line.verify_genotypes import called, published_genes
from twin.credibility.genotypes import every_definition, some_withheld
from twin.credibility.published_alleles import Person
from twin.genetics.gene_report import GeneReport, WeightedDiplotype

SEED = 7


@pytest.fixture(scope="module")
def genes(data_folder):
    return published_genes(data_folder, PHARMACOGENES)


@pytest.fixture
def caller(tmp_path):
    return partial(called, tables=PHARMACOGENES, folder=tmp_path)


def test_files_with_positions_withheld_never_say_normal_silently(genes, caller):
    scores = some_withheld(genes, caller, n=8, seed=SEED)

    assert len(scores) == 9
    for score in scores:
        assert score.n == 8
        assert (score.wrong, score.unsound, score.silent_reference) == (0, 0, 0)
        assert score.exact + score.ambiguous + score.nothing_read == 8


def test_our_tables_are_made_of_every_published_allele(genes):
    for gene in genes:
        ours = PHARMACOGENES.definitions.genes[gene.gene]

        assert {name for name, _ in gene.alleles} == {a.name for a in ours.alleles}
        assert [v["position"] for v in gene.positions] == [
            p.position for p in ours.positions
        ]


def silent(
    people: Sequence[Person], rng: random.Random, *, honest: object
) -> dict[str, GeneReport]:
    """A caller that reads absence as normal."""
    reports = honest(people, rng)  # type: ignore[operator]
    return {
        name: replace(
            report,
            diplotypes=(
                WeightedDiplotype(
                    f"{person.gene.reference}/{person.gene.reference}", 1.0
                ),
            ),
        )
        for person, (name, report) in zip(people, reports.items(), strict=True)
    }


def test_a_caller_that_reads_absence_as_normal_is_found_out(genes, caller):
    scores = some_withheld(genes, partial(silent, honest=caller), n=4, seed=SEED)

    assert sum(score.silent_reference for score in scores) > 0
    assert sum(score.wrong for score in scores) > 0


def unsure(
    people: Sequence[Person], rng: random.Random, *, honest: object
) -> dict[str, GeneReport]:
    """A caller that lists every pair there is."""
    reports = honest(people, rng)  # type: ignore[operator]
    found = {}
    for person, (name, report) in zip(people, reports.items(), strict=True):
        names = dict.fromkeys(name for name, _ in person.gene.alleles)
        pairs = list(combinations_with_replacement(names, 2))
        every = tuple(WeightedDiplotype("/".join(p), 1 / len(pairs)) for p in pairs)
        found[name] = replace(report, diplotypes=every)
    return found


def test_a_caller_that_lists_what_the_bases_exclude_is_found_out(genes, caller):
    few = genes[1:2]

    scores = every_definition(
        few, partial(unsure, honest=caller), phased=False, seed=SEED
    )

    assert scores[0].unsound == scores[0].n


def test_a_caller_that_is_wrong_is_found_out(genes, caller):
    few = genes[1:2]  # VKORC1: four files

    honest = every_definition(few, caller, phased=True, seed=SEED)
    wrong = every_definition(
        few, partial(silent, honest=caller), phased=True, seed=SEED
    )

    assert honest[0].exact == honest[0].n == 4
    assert wrong[0].wrong == 2
