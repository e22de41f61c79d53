"""The ways in which a patient's file gives genes besides a diplotype."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people import library
from twin.errors import GenotypeError
from twin.intake.ask import gene_names
from twin.intake.genotype import genotype_of
from twin.vocabulary.genotype import GeneCall, Genotype

NAMES = gene_names(library())
PANEL = {
    "rs1799853": "C/C",
    "rs1057910": "A/A",
    "rs9923231": "C/C",
    "rs2108622": "C/C",
    "rs12777823": "G/G",
}
bases = {
    "rs1799853": st.sampled_from(["C/C", "C/T", "T/T", "./."]),
    "rs1057910": st.sampled_from(["A/A", "A/C", "C/C", "A/."]),
    "rs9923231": st.sampled_from(["C/C", "C/T", "T/T"]),
}


def read(**written: object) -> tuple[Genotype, list[str]]:
    warnings: list[str] = []
    return genotype_of(written, NAMES, warnings), warnings


def call(gene: str, **written: object) -> GeneCall:
    found = read(**written)[0].of(gene)
    assert isinstance(found, GeneCall)
    return found


def test_bases_at_positions_are_called():
    found = call("CYP2C9", **{**PANEL, "rs1799853": "C/T"})

    assert ("*1", "*2") in found.pairs
    assert ("*2", "*8") in found.pairs
    assert not any("*3" in pair for pair in found.pairs)
    assert "rs7900194" in found.positions_not_tested


@pytest.mark.parametrize(
    ("written", "pair"),
    [
        ("C/C", ("G", "G")),
        ("C/T", ("G", "A")),
        ("T/T", ("A", "A")),
        ("G/A", ("G", "A")),
    ],
)
def test_vkorc1_is_named_by_the_genes_strand(written, pair):
    assert call("VKORC1", rs9923231=written).pairs == (pair,)


@given(st.fixed_dictionaries({}, optional=bases))
def test_any_bases_leave_a_genotype_whose_weights_can_be_had(written):
    found, _ = read(**written)

    for result in found.results:
        assert isinstance(result, GeneCall)
        assert result.pairs or result.undefined


def test_a_position_that_was_not_read_says_nothing():
    assert (
        read(rs1799853="./.")[0].results == ()
        or not call("CYP2C9", rs1799853="./.").pairs
    )


@pytest.mark.parametrize("score", [0, 0.5, 1, 1.0, 1.5, 2])
def test_an_activity_score_is_every_pair_that_has_it(score):
    found, warnings = read(CYP2C9={"activity_score": score})
    (result,) = found.results

    assert isinstance(result, GeneCall)
    scores = library().phenotypes
    assert result.pairs
    # behind a reported *1 stays what the panel does not look for
    assert {
        scores.activity_score("CYP2C9", p)
        for p in result.pairs
        if not {*p} & {*result.not_tested}
    } == {score}
    assert "*8" in result.not_tested
    assert "the diplotype says more" in warnings[0]


def test_a_phenotype_is_every_pair_that_has_it():
    found = call("CYP2C9", CYP2C9={"phenotype": "Poor Metabolizer"})

    assert ("*3", "*3") in found.pairs
    assert ("*2", "*3") in found.pairs
    assert ("*1", "*3") not in found.pairs


def test_a_genomic_variant_is_read_where_it_is_whatever_its_accession_says():
    name = "NC_000016.9:g.31096368C>T"

    assert call("VKORC1", **{name: "homozygous"}).pairs == (("A", "A"),)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ({"rs1": "C/T"}, "'rs1' is not used.*rs1799853"),
        ({"rs1799853": 5}, "write its two bases in quotes"),
        ({"rs1799853": "C"}, "write both bases"),
        ({"rs1799853": "C/G"}, "'C/G' is not possible there"),
        ({"CYP2C9": "*1/*1", "rs1799853": "C/C"}, "by its positions; keep one"),
        (
            {"rs9923231": "C/T", "NC_000016.10:g.31096368C>T": "heterozygous"},
            "given twice, by rsID and by HGVS",
        ),
        ({"NC_000016.10:g.31096368C>T": "het"}, "'het' is not read"),
        ({"NC_000016.9:g.31096368G>T": "heterozygous"}, "GRCh38 has C"),
        ({"NC_000010.10:g.96702047C>T": "heterozygous"}, "GRCh37 positions"),
        ({"NC_000010.11:g.90000000C>T": "heterozygous"}, "no position by which"),
        ({"CYP2C9": {"activity_score": 7}}, "CPIC's for CYP2C9 are: 0.0, 0.5"),
        ({"CYP2C9": {"activity_score": "1"}}, "is a number such as 1.5"),
        ({"CYP2C9": {"activity_score": True}}, "is a number such as 1.5"),
        ({"CYP2C9": {"phenotype": "Fast"}}, "no pair of alleles has 'Fast'"),
        ({"CYP2C9": {"activity_score": 1, "phenotype": "x"}}, "write either"),
        ({"CYP2C9": {"activity_score": 1, "tested": "all"}}, "write one of them alone"),
        ({"VKORC1": {"activity_score": 1}}, "CPIC's for VKORC1 are: none"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(written, complaint):
    with pytest.raises(GenotypeError, match=complaint) as refused:
        read(**written)

    assert "\n" not in str(refused.value)


def test_every_named_allele_may_be_typed():
    alleles = [a for a in NAMES["CYP2C9"].alleles if a != "*1"]
    for first, second in product(("*1",), alleles):
        found, _ = read(CYP2C9={"diplotype": f"{first}/{second}", "tested": "all"})

        assert found.results[0].text == f"{first}/{second}"
