import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.tables import ALLELES, DEFINITIONS, FREQUENCIES, rows
from twin.errors import GenotypeError, LibraryError
from twin.genetics.allele_tables import AlleleFrequencies, AlleleFunctions
from twin.genetics.function import gene_function
from twin.genetics.possibilities import GeneFunction, combined_activity
from twin.vocabulary.genotype import GENES, Diplotype, GeneCall, Genotype

VARIANTS = ALLELES.variants("CYP2C9")
CYP2C9 = st.sampled_from(["*1", *VARIANTS])
panels = st.frozensets(st.sampled_from(VARIANTS))
populations = st.sampled_from([None, *FREQUENCIES.populations])
TWO_AND_THREE = frozenset({"*2", "*3"})


def cyp2c9(
    first: str, second: str, tested: frozenset[str], population: str | None = None
) -> GeneFunction:
    result = Diplotype("CYP2C9", (first, second), tested)
    return function("CYP2C9", Genotype((result,), population))


def function(gene: str, genotype: Genotype) -> GeneFunction:
    return gene_function(
        gene,
        genotype,
        functions=ALLELES,
        frequencies=FREQUENCIES,
        definitions=DEFINITIONS,
    )


@given(CYP2C9, CYP2C9, panels, populations)
def test_the_possibilities_add_up_to_certainty(first, second, tested, population):
    known = cyp2c9(first, second, tested, population)

    assert sum(p.weight for p in known.possibilities) == pytest.approx(1)
    weights = [p.weight for p in known.possibilities]
    assert weights == sorted(weights, reverse=True)


@given(CYP2C9, CYP2C9, panels, populations)
def test_the_order_in_which_two_alleles_are_written_does_not_matter(
    first, second, tested, population
):
    one = cyp2c9(first, second, tested, population)
    other = cyp2c9(second, first, tested, population)

    assert one.mean_activity == pytest.approx(other.mean_activity)
    assert len(one.possibilities) == len(other.possibilities)


@given(panels, panels, populations)
def test_testing_for_more_alleles_never_adds_a_possibility(tested, more, population):
    narrow = cyp2c9("*1", "*1", tested, population)
    wide = cyp2c9("*1", "*1", tested | more, population)

    assert {p.names for p in wide.possibilities} <= {
        p.names for p in narrow.possibilities
    }


@given(CYP2C9, CYP2C9, panels)
def test_two_typical_alleles_have_the_mean_activity_of_all_possible_pairs(
    first, second, tested
):
    known = cyp2c9(first, second, tested)

    assert combined_activity("CYP2C9", *known.typical) == pytest.approx(
        known.mean_activity
    )


def test_a_panel_of_two_and_three_leaves_every_other_allele_possible():
    known = cyp2c9("*1", "*3", TWO_AND_THREE)

    assert set(known.not_tested) == {*VARIANTS} - {"*2", "*3"} - {"*35", "*61"}
    assert known.possibilities[0].names == ("*1", "*3")
    assert 0.85 < known.possibilities[0].weight < 1
    assert not known.is_certain


def test_a_panel_of_everything_known_makes_the_reported_pair_certain():
    known = cyp2c9("*1", "*3", frozenset(VARIANTS))

    assert known.is_certain
    assert known.reasons == ()
    assert known.mean_activity == pytest.approx((1 + 0.11) / 2)


def test_untested_alleles_weigh_more_where_they_are_more_common():
    pooled = cyp2c9("*1", "*1", TWO_AND_THREE)
    stated = cyp2c9("*1", "*1", TWO_AND_THREE, "Sub-Saharan African")

    assert stated.mean_activity < pooled.mean_activity
    assert "as in Sub-Saharan African" in stated.reasons[0]


def test_nobody_is_weighed_by_ancestry_unless_it_is_stated():
    assert function("CYP2C9", Genotype()).reasons == (
        "CYP2C9 was not tested: its alleles are weighed pooled over populations",
    )


def test_an_untested_gene_is_in_hardy_weinberg_proportions():
    share_a = FREQUENCIES.of("VKORC1", None)["A"]

    known = function("VKORC1", Genotype())

    assert {p.names: p.weight for p in known.possibilities} == pytest.approx(
        {
            ("G", "A"): 2 * share_a * (1 - share_a),
            ("G", "G"): (1 - share_a) ** 2,
            ("A", "A"): share_a**2,
        }
    )


def test_a_stated_population_says_which_alleles_nobody_has_counted_there():
    known = function("CYP2C9", Genotype((), "Oceanian"))

    assert any("have not been counted in Oceanian" in r for r in known.reasons)


@pytest.mark.parametrize(
    ("gene", "alleles", "activity"),
    [
        ("VKORC1", ("G", "G"), 1.0),
        ("VKORC1", ("A", "G"), 0.78),
        ("VKORC1", ("A", "A"), 0.56),
        ("CYP4F2", ("*1", "*3"), 0.935),
        ("CYP4F2", ("*3", "*3"), 0.935**2),
    ],
)
def test_a_read_base_leaves_no_doubt(gene, alleles, activity):
    tested = frozenset({"A", *ALLELES.variants(gene)})
    genotype = Genotype((Diplotype(gene, alleles, tested),))

    known = function(gene, genotype)

    assert known.mean_activity == pytest.approx(activity)
    assert known.is_certain


def test_the_tag_beside_cyp2c9_counts_only_where_it_was_seen_to_matter():
    result = Diplotype("rs12777823", ("G", "A"), frozenset({"A"}))

    plain = function("rs12777823", Genotype((result,)))
    stated = function("rs12777823", Genotype((result,), "Sub-Saharan African"))

    assert plain.mean_activity == 1
    assert "African ancestry only" in plain.reasons[0]
    assert stated.mean_activity == pytest.approx(0.85)


def test_two_tags_take_thirty_per_cent():
    tag = ALLELES.allele("rs12777823", "A")

    assert combined_activity("rs12777823", tag, tag) == pytest.approx(0.70)


def test_an_allele_without_known_effect_is_refused_naming_the_known_ones():
    with pytest.raises(GenotypeError, match=r"'\*99'.*\*1, \*2, \*3"):
        cyp2c9("*1", "*99", TWO_AND_THREE)


def test_an_unknown_population_is_refused_naming_the_known_ones():
    with pytest.raises(GenotypeError, match=r"'Martian'.*East Asian.*leave it out"):
        function("CYP2C9", Genotype((), "Martian"))


@given(populations)
def test_the_frequencies_of_a_gene_add_up_in_every_population(population):
    for gene in GENES:
        shares = FREQUENCIES.of(gene, population)

        assert sum(shares.values()) == pytest.approx(1)
        assert min(shares.values()) >= 0


def test_an_allele_nobody_measured_works_as_others_of_its_function():
    rare = ALLELES.allele("CYP2C9", "*25")

    assert rare.cpic_function == "No function"
    assert rare.activity < ALLELES.allele("CYP2C9", "*3").activity


def test_several_variants_on_one_strand_work_no_better_than_the_worse_of_them():
    together = ALLELES.allele("CYP2C9", "[*2 + *3]")

    assert together.activity == ALLELES.allele("CYP2C9", "*3").activity


def test_an_allele_that_shares_the_tested_variant_hides_behind_what_was_reported():
    known = cyp2c9("*1", "*2", TWO_AND_THREE)

    assert ("*1", "*35") in {p.names for p in known.possibilities}
    assert ("*35", "*35") not in {p.names for p in known.possibilities}


def test_rs2108622_is_seen_whichever_allele_carries_it():
    result = Diplotype("CYP4F2", ("*1", "*1"), frozenset({"*3"}))

    known = function("CYP4F2", Genotype((result,)))

    assert not {"*3", "*4", "*22"} & {n for p in known.possibilities for n in p.names}


def test_calls_are_weighed_by_how_common_their_alleles_are():
    call = GeneCall("CYP2C9", (("*1", "*2"), ("*1", "*35")), source="a test")

    known = function("CYP2C9", Genotype(calls=(call,)))

    assert known.possibilities[0].names == ("*1", "*2")
    assert known.possibilities[0].weight > 0.99
    assert sum(p.weight for p in known.possibilities) == pytest.approx(1)
    assert combined_activity("CYP2C9", *known.typical) == pytest.approx(
        known.mean_activity
    )


def test_a_base_no_allele_has_leaves_the_gene_as_if_untested():
    call = GeneCall("CYP2C9", (), undefined=("rs1799853",), source="a test")

    known = function("CYP2C9", Genotype(calls=(call,)))

    assert known.mean_activity == function("CYP2C9", Genotype()).mean_activity
    assert "rs1799853 a base was read that no named allele has" in known.reasons[0]


def test_a_table_without_the_reference_allele_is_refused():
    kept = [r for r in rows("genetics/allele_function.csv") if r["allele"] != "G"]

    with pytest.raises(LibraryError, match="reference allele G"):
        AlleleFunctions.from_rows(kept)


def test_a_frequency_above_one_is_refused():
    table = rows("genetics/allele_frequency.csv")
    table[0]["value"] = "1.2"

    with pytest.raises(LibraryError, match="between 0 and 1"):
        AlleleFrequencies.from_rows(table)
