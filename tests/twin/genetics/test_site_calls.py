import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laboratory import records
from tests.twin.tables import DEFINITIONS
from twin.errors import GenotypeError
from twin.genetics.allele_definitions import Position
from twin.genetics.site_calls import site_calls
from twin.vocabulary.variant import SiteCall, VariantRecord, chromosome_number

CYP2C9 = DEFINITIONS.genes["CYP2C9"]
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
    where_we_have_it = VariantRecord(
        position.chromosome, position.position, position.ref, (alt,), (0, 1)
    )
    assert calls == site_calls(gene, [where_we_have_it])


def test_a_deletion_beside_a_position_does_not_hide_as_reference():
    deletion = record(94942288, "ACC", "A", (0, 1))  # takes rs1799853's base away

    assert at(94942290, deletion) == SiteCall(("C", "?"))


def test_star_25_written_to_the_right_is_star_25():
    to_the_right = record(94942212, "AAGAAATGGAA", "A", (0, 1))

    (call,) = site_calls(CYP2C9, [to_the_right]).values()

    assert call.bases[0] != call.bases[1]
    assert "?" not in call.bases


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
    lines = [record(94942309, "G", "T", (1, 1)), record(94942309, "G", "A", (0, 1))]

    with pytest.raises(GenotypeError, match=r"rs7900194.*cannot both be right"):
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


def test_a_structural_variant_is_no_named_allele():
    found = at(94942290, record(94942290, "C", "<DEL>", (0, 1)))

    assert found == SiteCall((None, "?"))


def test_the_absence_of_a_structural_variant_says_nothing_of_a_base():
    absent = record(94930000, "A", "<DEL>", (0, 0), end=94999999)

    assert site_calls(CYP2C9, [absent]) == {}


def test_a_deletion_that_is_absent_does_not_read_the_letters_it_would_take():
    assert at(94942290, record(94942289, "GC", "G", (0, 0))) is None


def test_a_base_written_n_was_not_read():
    assert at(94942290, record(94942290, "N", "<NON_REF>", (0, 0))) is None
    assert at(94942290, record(94942287, "NNNNNNN", "N", (0, 0))) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (((0, 1), None), ((1, 0), None)),
        (((0, 1), None), ((0, 1), "all")),
        (((0, 1), "1"), ((0, 1), "2")),
    ],
)
def test_a_heterozygote_written_twice_stays_one(one, other):
    lines = [
        record(94942290, "C", "T", alleles, phase_set=phase)
        for alleles, phase in (one, other)
    ]

    found = at(94942290, *lines)

    assert found is not None
    assert sorted(map(str, found.bases)) == ["C", "T"]


@pytest.mark.parametrize("alleles", [(0, 1), (1, 1)])
def test_lines_about_one_allele_must_agree(alleles):
    lines = [record(94942290, "C", "T", (0, 0)), record(94942290, "C", "T", alleles)]

    with pytest.raises(GenotypeError, match="cannot both be right"):
        site_calls(CYP2C9, lines)


def test_what_one_line_could_not_tell_the_others_do_not_answer():
    lines = [
        record(94942309, "G", "T", (0, 0)),
        record(94942309, "G", "A", (None, None)),
    ]

    assert at(94942309, *lines) is None


@pytest.mark.parametrize("name", ["chr10", "10", "NC_000010.11", "NC_000010.10"])
def test_a_chromosome_is_the_same_by_any_of_its_names(name):
    assert chromosome_number(name) == "10"


def test_a_record_of_another_chromosome_is_not_ours():
    elsewhere = VariantRecord("chr11", 94942290, "C", ("T",), (1, 1))

    assert site_calls(CYP2C9, [elsewhere]) == {}


def test_every_position_of_a_whole_file_is_read():
    for gene in DEFINITIONS:
        found = site_calls(gene, records(gene, (gene.reference, gene.reference)))

        assert found.keys() == {p.position for p in gene.positions}
