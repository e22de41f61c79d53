import json
import re
from dataclasses import replace

import pytest

from tests.laboratory import everyone_reference, records
from tests.twin.tables import DEFINITIONS
from twin.errors import GenotypeError
from twin.genetics.caller import call_gene
from twin.genetics.genome_build import check_build, reference_bases
from twin.genetics.hgvs import record_of_hgvs
from twin.genetics.site_calls import site_calls
from twin.vocabulary.variant import VariantRecord

# Read from PharmCAT's positions file: what the five positions of warfarin are.
WARFARIN = {
    "rs1799853": ("CYP2C9", "chr10", 94942290, "C", "T", "*2"),
    "rs1057910": ("CYP2C9", "chr10", 94981296, "A", "C", "*3"),
    "rs9923231": ("VKORC1", "chr16", 31096368, "C", "T", "rs9923231 variant (T)"),
    "rs2108622": ("CYP4F2", "chr19", 15879621, "C", "T", "*3"),
    "rs12777823": ("rs12777823", "chr10", 94645745, "G", "A", "A"),
}


@pytest.mark.parametrize("rsid", WARFARIN)
def test_the_five_positions_of_warfarin_are_where_they_should_be(rsid):
    gene, chromosome, place, ref, alt, allele = WARFARIN[rsid]
    definition = DEFINITIONS.genes[gene]
    position = definition.at(place)

    assert position.rsid == rsid
    assert (position.chromosome, position.ref) == (chromosome, ref)
    assert alt in position.alts
    others = {
        p: c
        for p, c in site_calls(
            definition, records(definition, (definition.reference,) * 2)
        ).items()
        if p != place
    }
    carrier = VariantRecord(chromosome, place, ref, (alt,), (0, 1))
    calls = {**others, **site_calls(definition, [carrier])}
    found = call_gene(definition, calls, source="one variant")

    assert found.pairs == ((definition.reference, allele),)


def test_neighbouring_positions_agree_on_the_reference_between_them():
    for gene in DEFINITIONS:
        for position in gene.positions:
            for offset, base in enumerate(position.repeat):
                number = gene.chromosome.removeprefix("chr")
                known = reference_bases(DEFINITIONS)[number, position.position + offset]

                assert known == base


def test_a_file_of_our_build_agrees_everywhere():
    assert check_build(DEFINITIONS, everyone_reference()) >= 227


def test_a_file_of_the_older_build_is_refused():
    older = [
        replace(record, position=record.position + gene.grch37_offset, rsid=None)
        for gene in DEFINITIONS
        for record in records(gene, (gene.reference,) * 2)
    ]

    with pytest.raises(GenotypeError, match=r"stand at GRCh37 positions.*lift it"):
        check_build(DEFINITIONS, older)


def test_one_record_of_the_older_build_is_known_by_its_name():
    record = VariantRecord("chr10", 1, "C", ("T",), (0, 1), rsid="rs1799853")

    with pytest.raises(GenotypeError, match="rs1799853 stands at chr10:1; on GRCh38"):
        check_build(DEFINITIONS, [record])


def test_a_reference_base_that_is_not_there_is_refused():
    record = VariantRecord("16", 31096368, "G", ("A",), (0, 1))

    with pytest.raises(GenotypeError, match=r"is given as G, GRCh38 has C"):
        check_build(DEFINITIONS, [record])


def test_an_accession_of_the_older_build_is_not_believed():
    record = VariantRecord("NC_000016.9", 31096368, "C", ("T",), (0, 1))

    assert check_build(DEFINITIONS, [record]) == 1


def test_the_official_example_that_lies_about_its_build_is_refused(data_folder):
    """Its accession is GRCh37's, its position GRCh38's, its bases of neither."""
    path = data_folder / "fhir/genomics_examples/Observation-Pgx-var-1019.json"
    text = json.dumps(json.loads(path.read_text()))
    (name,) = set(re.findall(r"NC_000016\.\d+:g\.\d+[ACGT]>[ACGT]", text))

    with pytest.raises(GenotypeError, match=r"is given as G, GRCh38 has C"):
        check_build(DEFINITIONS, [record_of_hgvs(name, "heterozygous")])


def test_the_official_example_is_understood_once_its_bases_are_right():
    record = record_of_hgvs("NC_000016.9:g.31096368C>T", "heterozygous")

    assert check_build(DEFINITIONS, [record]) == 1
    found = site_calls(DEFINITIONS.genes["VKORC1"], [record])
    assert found[31096368].bases == ("C", "T")


@pytest.mark.parametrize("name", ["NM_000771.4:c.430C>T", "chr10:g.94942290C>T"])
def test_other_names_of_variants_are_refused(name):
    with pytest.raises(GenotypeError, match="write a genomic substitution"):
        record_of_hgvs(name, "heterozygous")


def test_how_many_copies_is_one_of_three_words():
    with pytest.raises(GenotypeError, match="'het' is not read"):
        record_of_hgvs("NC_000010.11:g.94942290C>T", "het")
