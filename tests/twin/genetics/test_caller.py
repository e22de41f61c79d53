import random
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laboratory import records
from tests.twin.tables import DEFINITIONS
from twin.errors import GenotypeError
from twin.genetics.allele_definitions import GeneDefinition
from twin.genetics.caller import call_gene, call_of_diplotype
from twin.genetics.possibilities import pair_weights
from twin.genetics.site_calls import site_calls
from twin.vocabulary.genotype import GeneCall
from twin.vocabulary.variant import SiteCall

CYP2C9 = DEFINITIONS.genes["CYP2C9"]
CYP2C19 = DEFINITIONS.genes["CYP2C19"]
CYP4F2 = DEFINITIONS.genes["CYP4F2"]
GENES = list(DEFINITIONS)
SEVERAL_READINGS = {
    ("UGT1A1", ("*1", "*80+*28")): ("*28", "*80"),
    ("CYP4F2", ("*1", "*4")): ("*2", "*3"),
}

genes = st.sampled_from(GENES)
rngs = st.integers(0, 2**32).map(random.Random)


def called(gene: GeneDefinition, pair: tuple[str, str], **options: object) -> GeneCall:
    found = records(gene, pair, **options)  # type: ignore[arg-type]
    return call_gene(gene, site_calls(gene, found), source="a test")


def some_pair(gene: GeneDefinition, rng: random.Random) -> tuple[str, str]:
    names = [allele.name for allele in gene.alleles]
    first, second = sorted((rng.choice(names), rng.choice(names)), key=names.index)
    return first, second


def same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return sorted(one) == sorted(other)


@pytest.mark.parametrize("gene", GENES, ids=lambda gene: gene.gene)
def test_each_allele_is_called_exactly_with_itself_and_the_reference(gene):
    for allele in gene.alleles:
        for pair in ((gene.reference, allele.name), (allele.name, allele.name)):
            phased = called(gene, pair, phased=True)

            assert len(phased.pairs) == 1
            assert same(phased.pairs[0], pair)
            assert phased.not_tested == ()


@given(genes, rngs)
def test_phased_files_leave_one_pair_and_it_is_the_right_one(gene, rng):
    pair = some_pair(gene, rng)

    found = called(gene, pair, phased=True, rng=rng)

    assert len(found.pairs) == 1
    assert same(found.pairs[0], pair)


@given(genes, rngs)
def test_unphased_files_leave_only_pairs_with_the_same_bases(gene, rng):
    pair = some_pair(gene, rng)

    found = called(gene, pair, rng=rng)

    assert any(same(each, pair) for each in found.pairs)
    calls = site_calls(gene, records(gene, pair, rng=random.Random(3)))
    for other in found.pairs:
        again = site_calls(gene, records(gene, other, rng=random.Random(3)))
        differing = [
            p
            for p in calls
            if sorted(map(str, calls[p].bases)) != sorted(map(str, again[p].bases))
        ]
        # an ambiguous base of a definition (R, Y, ...) may have fallen otherwise
        wobbling = {
            p
            for name in (*pair, *other)
            for s in gene.allele(name).spellings
            for p, bases in s.items()
            if len(bases) > 1 or len(gene.allele(name).spellings) > 1
        }
        assert set(differing) <= wobbling


@pytest.mark.parametrize(
    ("gene", "pair", "other"), [(g, p, o) for (g, p), o in SEVERAL_READINGS.items()]
)
def test_pairs_that_only_phase_tells_apart_are_all_listed(gene, pair, other):
    definition = DEFINITIONS.genes[gene]

    assert set(called(definition, pair).pairs) == {pair, other}
    assert called(definition, pair, phased=True).pairs == (pair,)
    assert called(definition, other, phased=True).pairs == (other,)


@given(genes, rngs, st.floats(0, 1))
def test_what_is_withheld_stays_possible(gene, rng, share):
    pair = some_pair(gene, rng)
    withheld = {p.position for p in gene.positions if rng.random() < share}

    found = called(gene, pair, withheld=withheld, rng=rng)

    if len(withheld) == len(gene.positions):
        assert found.pairs == ()
        return
    assert any(same(each, pair) for each in found.pairs)
    assert found.positions_read == len(gene.positions) - len(withheld)
    hidden = {
        allele.name
        for allele in gene.alleles
        if allele.positions and allele.positions <= withheld
    }
    # never a silent reference: whoever may carry it may carry what was not looked for
    for each in found.pairs:
        if gene.reference in each:
            other = each[0] if each[1] == gene.reference else each[1]
            for name in hidden:
                assert any(same(p, (name, other)) for p in found.pairs)
    assert hidden <= set(found.not_tested)


@given(genes, rngs)
def test_reading_more_positions_never_adds_a_pair(gene, rng):
    pair = some_pair(gene, rng)
    places = [p.position for p in gene.positions]
    few = set(rng.sample(places, rng.randrange(len(places))))
    fewer = {p for p in few if rng.random() < 0.5}
    seed = rng.random()

    narrow = called(gene, pair, withheld=fewer, rng=random.Random(seed))
    wide = called(gene, pair, withheld=few, rng=random.Random(seed))

    if wide.pairs:
        assert set(narrow.pairs) <= set(wide.pairs)


def test_nothing_read_is_not_the_reference():
    found = call_gene(CYP2C9, {}, source="an empty file")

    assert found.pairs == ()
    assert found.positions_read == 0
    assert "*3" in found.not_tested


def test_one_copy_read_leaves_the_other_open():
    calls = site_calls(CYP2C9, records(CYP2C9, ("*1", "*3")))
    calls[94981296] = SiteCall(("C", None))

    found = call_gene(CYP2C9, calls, source="a haploid line")

    assert set(found.pairs) >= {("*1", "*3"), ("*3", "*3")}
    assert all("*3" in pair for pair in found.pairs if "*18" not in pair)
    assert "rs1057910" in found.positions_not_tested


def test_two_alleles_variants_on_one_strand_are_named_together():
    calls = site_calls(CYP2C9, records(CYP2C9, ("*1", "*1"), phased=True))
    calls[94942290] = SiteCall(("C", "T"), "all")
    calls[94981296] = SiteCall(("A", "C"), "all")

    found = call_gene(CYP2C9, calls, source="a phased file")

    assert found.pairs == (("*1", "[*2 + *3]"),)


def test_phase_sets_are_only_phased_within_themselves():
    calls = site_calls(CYP4F2, records(CYP4F2, ("*1", "*1"), phased=True))
    calls[15879621] = SiteCall(("C", "T"), "a")
    calls[15897578] = SiteCall(("A", "C"), "b")

    found = call_gene(CYP4F2, calls, source="two phase sets")

    assert set(found.pairs) == {("*1", "*4"), ("*2", "*3")}


def test_a_base_no_allele_has_fits_nothing():
    calls = site_calls(CYP2C9, records(CYP2C9, ("*1", "*1")))
    calls[94942290] = SiteCall(("C", "?"))

    found = call_gene(CYP2C9, calls, source="a new variant")

    assert found.pairs == ()
    assert found.undefined == ("rs1799853",)


def test_the_reference_sequence_of_cyp2c19_is_not_its_common_allele():
    usual = called(CYP2C19, ("*1", "*1"))
    unread = called(CYP2C19, ("*1", "*1"), withheld={94842866})

    assert usual.pairs == (("*1", "*1"),)
    assert set(unread.pairs) == {("*1", "*1"), ("*1", "*38"), ("*38", "*38")}


def test_a_reported_diplotype_leaves_what_its_panel_cannot_see():
    found = call_of_diplotype(
        CYP2C9, ("*1", "*2"), tested=("*2", "*3"), source="a letter"
    )

    assert ("*1", "*2") in found.pairs
    assert ("*1", "*35") in found.pairs
    assert ("*2", "*8") in found.pairs
    assert not any("*3" in pair for pair in found.pairs)


def test_a_diplotype_whose_whole_panel_was_read_is_certain():
    everything = [allele.name for allele in CYP2C9.alleles]

    for pair in combinations_with_replacement(("*1", "*3", "*8"), 2):
        found = call_of_diplotype(CYP2C9, pair, tested=everything, source="a letter")

        assert len(found.pairs) == 1


def test_an_allele_that_is_not_defined_is_refused():
    with pytest.raises(GenotypeError, match=r"CYP2C9: allele '\*999' is not defined"):
        call_of_diplotype(CYP2C9, ("*1", "*999"), tested=(), source="a letter")


@pytest.mark.parametrize(
    ("bases", "homozygote"), [(("C", None), ("C", "C")), (("T", None), ("T", "T"))]
)
def test_a_copy_that_was_not_read_is_as_common_as_its_allele(bases, homozygote):
    """One copy read as C: the other is T as often as T is in the population."""
    gene = DEFINITIONS.genes["VKORC1"]
    place = gene.positions[0].position
    names = {"C": gene.alleles[0].name, "T": gene.alleles[1].name}
    share = {names["C"]: 0.7, names["T"]: 0.3}

    call = call_gene(gene, {place: SiteCall(bases)}, source="half")
    weights = pair_weights(call.pairs, share, rarest=0.01, half_read=call.half_read)

    alike = (names[homozygote[0]], names[homozygote[1]])
    together = dict(zip(call.pairs, weights, strict=True))
    assert together[alike] == pytest.approx(share[alike[0]])
    assert sum(weights) == pytest.approx(1.0)


def test_pairs_read_on_both_copies_are_all_alike():
    gene = DEFINITIONS.genes["VKORC1"]
    place = gene.positions[0].position

    assert call_gene(gene, {place: SiteCall(("C", "T"))}, source="x").half_read == ()
