import pytest

from tests.twin.tables import DEFINITIONS
from twin.errors import GenotypeError
from twin.genetics.rsids import calls_of_rsids
from twin.vocabulary.variant import SiteCall

CYP2C9 = DEFINITIONS.genes["CYP2C9"]
VKORC1 = DEFINITIONS.genes["VKORC1"]
UGT1A1 = DEFINITIONS.genes["UGT1A1"]


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


@pytest.mark.parametrize("written", ["-/-", "A/-", "-/A"])
def test_a_stroke_at_a_deletion_is_asked_about(written):
    with pytest.raises(GenotypeError, match="may be a deletion or a place that was"):
        calls_of_rsids(CYP2C9, {"rs9332131": written})


@pytest.mark.parametrize(("written", "bases"), [("D/D", 2), ("D/I", 1), ("I/I", 0)])
def test_chips_write_deletions_as_d_and_i(written, bases):
    calls, _ = calls_of_rsids(CYP2C9, {"rs9332131": written})
    position = CYP2C9.named("rs9332131")
    shortest = min(position.ref, *position.alts, key=len)

    assert list(calls[position.position].bases).count(shortest) == bases
