import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laboratory import records
from tests.twin.tables import DEFINITIONS
from twin.errors import GenotypeError
from twin.genetics.allele_definitions import Position
from twin.genetics.site_calls import calls_of_rsids, chromosome_number, site_calls
from twin.vocabulary.variant import SiteCall, VariantRecord

CYP2C9 = DEFINITIONS.genes["CYP2C9"]
VKORC1 = DEFINITIONS.genes["VKORC1"]
UGT1A1 = DEFINITIONS.genes["UGT1A1"]
INDELS = [(g, p) for g in DEFINITIONS for p in g.positions if p.is_indel]
STAR_6 = 94949281


def at(position: int, *found: VariantRecord) -> SiteCall | None:
    return site_calls(CYP2C9, found).get(position)


def record(
    position: int, ref: str, alts: str, alleles: tuple[int | None, ...], **more: object
) -> VariantRecord:
    return VariantRecord(
        "chr10",
        position,
        ref,
        tuple(alts.split()),
        alleles,
        **more,  # type: ignore[arg-type]
    )


def rewritten(position: Position, allele: str, rng: random.Random) -> VariantRecord:
    """The same change written elsewhere in its repeat, with bases to spare."""
    reference = position.repeat
    changed = position.window(allele)
    longer, shorter = (
        (reference, changed) if len(reference) > len(changed) else (changed, reference)
    )
    size = len(longer) - len(shorter)
    places = [
        at
        for at in range(1, len(shorter) + 1)
        if longer[:at] + longer[at + size :] == shorter
    ]
    start = rng.choice(places) - 1  # with the base before it
    end = min(start + 1 + rng.randrange(3), len(shorter))
    ref, alt = (
        (longer[start : end + size], shorter[start:end])
        if longer == reference
        else (shorter[start:end], longer[start : end + size])
    )
    return VariantRecord(
        position.chromosome, position.position + start, ref, (alt,), (0, 1)
    )


@given(st.sampled_from(INDELS), st.integers(0, 2**32).map(random.Random))
def test_an_indel_is_the_same_wherever_in_its_repeat_it_is_written(found, rng):
    gene, position = found
    alt = rng.choice(position.alts)

    calls = site_calls(gene, [rewritten(position, alt, rng)])

    assert set(calls[position.position].bases) == {position.ref, alt}


def test_a_deletion_beside_a_position_does_not_hide_as_reference():
    deletion = record(94942288, "ACC", "A", (0, 1))  # takes rs1799853's base away

    assert at(94942290, deletion) == SiteCall(("C", "?"))


def test_another_deletion_at_the_place_is_no_allele_of_ours():
    assert at(STAR_6, record(STAR_6, "GAA", "G", (0, 1))) == SiteCall(("GA", "?"))


def test_a_substitution_at_the_anchor_says_nothing_of_the_deletion():
    assert at(STAR_6, record(STAR_6, "G", "C", (0, 0))) is None


def test_a_block_of_reference_reads_what_it_covers():
    block = record(94942280, "A", "<NON_REF>", (0, 0), end=94942300)

    calls = site_calls(CYP2C9, [block])

    assert calls[94942290] == SiteCall(("C", "C"))
    assert 94942305 not in calls


def test_a_block_of_reference_that_ends_within_a_deletion_does_not_read_it():
    block = record(94949270, "A", "<NON_REF>", (0, 0), end=STAR_6)

    assert at(STAR_6, block) is None


def test_bases_beside_each_other_may_stand_on_one_line():
    calls = site_calls(CYP2C9, [record(94942290, "CG", "TA", (0, 1))])

    assert calls[94942290] == SiteCall(("C", "T"))
    assert calls[94942291] == SiteCall(("G", "A"))


def test_three_bases_at_one_place_are_told_apart():
    assert at(94942309, record(94942309, "G", "A T", (1, 2))) == SiteCall(("A", "T"))


def test_variants_of_one_place_on_two_lines_are_both_there():
    one, other = (
        record(94942309, "G", "A", (0, 1)),
        record(94942309, "G", "T", (0, 1)),
    )

    assert at(94942309, one, other) == SiteCall(("A", "T"))


def test_phased_variants_on_two_lines_keep_their_strands():
    one = record(94942309, "G", "A", (0, 1), phase_set="all")
    other = record(94942309, "G", "T", (1, 0), phase_set="all")

    assert at(94942309, one, other) == SiteCall(("T", "A"), "all")


def test_lines_that_contradict_each_other_are_refused():
    lines = [record(94942290, "C", "T", (1, 1)), record(94942290, "C", "A", (0, 1))]

    with pytest.raises(GenotypeError, match=r"rs1799853.*cannot both be right"):
        site_calls(CYP2C9, lines)


def test_the_same_line_twice_is_one_line():
    line = record(94942290, "C", "T", (0, 1))

    assert at(94942290, line, line) == SiteCall(("C", "T"))


def test_a_genotype_that_was_not_called_is_not_the_reference():
    assert at(94942290, record(94942290, "C", "T", (None, None))) is None


def test_half_a_genotype_is_half_known():
    found = at(94942290, record(94942290, "C", "T", (0, None)))

    assert found == SiteCall(("C", None))


def test_one_copy_of_a_gene_everybody_has_two_of_is_half_known():
    assert at(94942290, record(94942290, "C", "T", (1,))) == SiteCall(("T", None))


def test_three_copies_are_refused():
    with pytest.raises(GenotypeError, match="3 copies"):
        at(94942290, record(94942290, "C", "T", (0, 1, 1)))


def test_a_base_that_no_allele_has_is_not_the_reference():
    assert at(94942290, record(94942290, "C", "G", (0, 1))) == SiteCall(("C", "?"))


def test_symbolic_alleles_say_nothing_of_a_base():
    assert at(94942290, record(94942290, "C", "<DEL>", (0, 1))) == SiteCall(("C", None))


@pytest.mark.parametrize("name", ["chr10", "10", "NC_000010.11", "NC_000010.10"])
def test_a_chromosome_is_the_same_by_any_of_its_names(name):
    assert chromosome_number(name) == "10"


def test_a_record_of_another_chromosome_is_not_ours():
    elsewhere = VariantRecord("chr11", 94942290, "C", ("T",), (1, 1))

    assert site_calls(CYP2C9, [elsewhere]) == {}


@pytest.mark.parametrize("written", ["C/T", "T/C", "G/A", "A/G", "CT", "C|T"])
def test_vkorc1_is_understood_on_either_strand(written):
    calls, remarks = calls_of_rsids(VKORC1, {"rs9923231": written})

    assert set(calls[31096368].bases) == {"C", "T"}
    assert bool(remarks) == ("G" in written)


def test_letters_of_no_strand_are_refused():
    with pytest.raises(GenotypeError, match="'C/A' is not possible there"):
        calls_of_rsids(VKORC1, {"rs9923231": "C/A"})


def test_a_snp_that_reads_alike_on_both_strands_is_never_turned():
    palindrome = next(
        p for p in CYP2C9.positions if p.rsid and {p.ref, *p.alts} == {"C", "G"}
    )

    calls, remarks = calls_of_rsids(CYP2C9, {str(palindrome.rsid): "C/G"})

    assert set(calls[palindrome.position].bases) == {"C", "G"}
    assert remarks == []


@pytest.mark.parametrize("written", ["TA(7)/TA(8)", "CAT/CATAT"])
def test_repeats_are_read_as_cpic_writes_them(written):
    calls, _ = calls_of_rsids(UGT1A1, {"rs3064744": written})

    assert calls[233760233] == SiteCall(("CAT", "CATAT"))


def test_one_base_is_no_genotype():
    with pytest.raises(GenotypeError, match="is no genotype; write both bases"):
        calls_of_rsids(VKORC1, {"rs9923231": "C"})


def test_every_position_of_a_whole_file_is_read():
    for gene in DEFINITIONS:
        found = site_calls(gene, records(gene, (gene.reference, gene.reference)))

        assert found.keys() == {p.position for p in gene.positions}
