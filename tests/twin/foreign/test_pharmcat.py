import json
from typing import Any

import pytest

from twin.errors import ForeignFileError, GenotypeError
from twin.intake.laboratory import laboratory_file
from twin.pharmacogenes import load_pharmacogenes

GENES = load_pharmacogenes()


def report(gene: str, *sites: dict[str, object], **more: object) -> dict[str, Any]:
    return {
        "geneReports": {
            gene: {
                "callSource": "MATCHER",
                "sourceDiplotypes": [{"label": "*1/*1"}],
                "variants": list(sites),
                "variantsOfInterest": [],
                **more,
            }
        },
        "matcherMetadata": {"namedAlleleMatcherVersion": "2.0.0", "sampleId": "S"},
    }


def site(call: str | None, **more: object) -> dict[str, object]:
    return {
        "chromosome": "chr10",
        "position": 94942290,
        "dbSnpId": "rs1799853",
        "referenceAllele": "C",
        "call": call,
        "phased": False,
        "phaseSet": None,
        **more,
    }


def read(folder, document):
    path = folder / "sample.phenotype.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return laboratory_file(path, GENES)


def test_pharmcats_own_example_is_called_as_pharmcat_calls_it(data_folder):
    path = data_folder / "pharmcat_reports/pharmcat.example.phenotype.json"

    found = laboratory_file(path, GENES)

    assert found.sample == "Sample_1"
    assert found.calls["CYP2C9"].pairs == (("*1", "*1"),)
    assert found.calls["CYP2C19"].pairs == (("*38", "*38"),)
    assert found.calls["rs12777823"].pairs == (("G", "G"),)
    assert found.remarks == ()


def test_outside_calls_say_nothing_of_what_was_looked_for(data_folder):
    path = data_folder / "pharmcat_reports/pharmcat.example.outsideCall.tsv"

    found = laboratory_file(path, GENES)

    assert all(call.pairs == () for call in found.calls.values())
    assert any("CYP2D6" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    "line",
    ["CYP2C9\t\tPoor Metabolizer", "CYP2C9\t\t\t0.5", "cyp2c9\t\tpoor metabolizer"],
)
def test_a_phenotype_or_score_alone_is_every_pair_that_has_it(tmp_path, line):
    found = outside(tmp_path, line).calls["CYP2C9"]

    assert ("*2", "*3") in found.pairs
    assert found.summary
    assert found.positions_read == 0


@pytest.mark.parametrize("written", ["*1/*2", "*01/*02", "*1.001/*2.001"])
def test_suballeles_and_noughts_are_the_core_allele(tmp_path, written):
    found = outside(tmp_path, f"CYP2C9\t{written}").calls["CYP2C9"]

    assert ("*1", "*2") in found.pairs


def test_an_allele_nobody_defines_is_refused_with_its_line(tmp_path):
    with pytest.raises(GenotypeError, match="line 2: CYP2C9: allele '\\*2A' is not"):
        outside(tmp_path, "VKORC1\t-1639A/-1639G\nCYP2C9\t*1/*2A")


def test_a_gene_of_one_position_hides_nothing(tmp_path):
    found = outside(tmp_path, "VKORC1\t-1639A/-1639G")

    assert len(found.calls["VKORC1"].pairs) == 1
    assert found.remarks == ()


def test_a_line_that_says_nothing_is_said_to(tmp_path):
    assert "says nothing" in outside(tmp_path, "CYP2C9\t\t").remarks[0]


def test_a_score_that_is_no_number_is_refused(tmp_path):
    with pytest.raises(ForeignFileError, match="line 1: activity score 'low'"):
        outside(tmp_path, "CYP2C9\t\t\tlow")


@pytest.mark.parametrize("call", ["A/A", "A/G", "A|G", "G/A"])
def test_a_position_without_its_reference_base_is_read(data_folder, tmp_path, call):
    path = data_folder / "pharmcat_reports/pharmcat.example.phenotype.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    listed = [
        site
        for each in document["geneReports"].values()
        for site in (*each["variants"], *each["variantsOfInterest"])
        if site["dbSnpId"] == "rs12777823"
    ]
    for each in listed:
        assert each["referenceAllele"] is None
        each["call"] = call

    found = read(tmp_path, document).calls["rs12777823"]

    assert found.pairs == (tuple(sorted(call.replace("|", "/").split("/"))[::-1]),)


@pytest.mark.parametrize("diplotype", ["*1/*1", "*1/*17", "*38/*38"])
def test_what_was_called_elsewhere_hides_the_alleles_nobody_looked_for(
    tmp_path, diplotype
):
    found = outside(tmp_path, f"CYP2C19\t{diplotype}").calls["CYP2C19"]

    assert len(found.pairs) > 1
    assert "*2" in found.not_tested


def test_what_pharmcat_did_not_see_stays_possible(tmp_path):
    found = read(tmp_path, report("CYP2C9", site("C/T"))).calls["CYP2C9"]

    assert ("*1", "*2") in found.pairs
    assert ("*2", "*8") in found.pairs
    assert found.positions_read == 1


def test_a_call_that_does_not_fit_its_own_bases_is_said(tmp_path):
    found = read(tmp_path, report("CYP2C9", site("T/T")))

    assert found.remarks == (
        "CYP2C9: PharmCAT says *1/*1, which does not fit the bases it lists",
    )


def test_a_position_without_a_call_was_not_tested(tmp_path):
    found = read(tmp_path, report("CYP2C9", site(None)))

    assert found.calls["CYP2C9"].pairs == ()


def test_an_outside_call_in_a_report_is_taken_with_its_panel_unknown(tmp_path):
    document = report(
        "CYP2C9", callSource="OUTSIDE", sourceDiplotypes=[{"label": "*1/*2"}]
    )

    found = read(tmp_path, document)

    assert ("*1", "*2") in found.calls["CYP2C9"].pairs
    assert ("*2", "*3") in found.calls["CYP2C9"].pairs
    assert "which alleles were looked for is not said" in found.remarks[0]


def test_a_report_of_another_build_is_refused(tmp_path):
    with pytest.raises(GenotypeError, match="GRCh38 has C"):
        read(tmp_path, report("CYP2C9", site("G/G", referenceAllele="G")))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{}", "no phenotype file of PharmCAT 3"),
        ("{", "is not JSON"),
        ('{"a":' * 100_000, "is not JSON"),
        ('{"matcherMetadata": {}, "geneReports": []}', "no phenotype file"),
    ],
)
def test_another_kind_of_json_is_refused(tmp_path, text, complaint):
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ForeignFileError, match=complaint):
        laboratory_file(path, GENES)


def outside(folder, text):
    path = folder / "outside.tsv"
    path.write_text(text, encoding="utf-8")
    return laboratory_file(path, GENES)


def test_an_outside_call_names_a_gene_and_a_diplotype(tmp_path):
    found = outside(tmp_path, "# ours\nCYP2C9\t*1/*3\nVKORC1\tA/G\n")

    assert ("*1", "*3") in found.calls["CYP2C9"].pairs
    assert found.calls["VKORC1"].pairs == (
        ("rs9923231 reference (C)", "rs9923231 variant (T)"),
    )


def test_a_report_of_an_allele_nobody_defines_leaves_the_other_genes(tmp_path):
    called = {"CYP2C9": "*1/*999", "VKORC1": "A/G"}
    reports = [
        report(gene, callSource="OUTSIDE", sourceDiplotypes=[{"label": label}])
        for gene, label in called.items()
    ]
    genes = {
        gene: made for each in reports for gene, made in each["geneReports"].items()
    }

    found = read(tmp_path, {**reports[0], "geneReports": genes})

    assert found.calls["CYP2C9"].pairs == ()
    assert found.calls["VKORC1"].pairs
    assert any("'*999' is not defined" in remark for remark in found.remarks)


def test_a_report_that_names_none_of_the_genes_is_refused(tmp_path):
    with pytest.raises(ForeignFileError, match="name none of the genes"):
        read(tmp_path, report("CPIC"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("CYP2C9\t*1/*3\nCYP2C9\t*1/*1\n", "given twice"),
        ("CYP2C9\t*1/*3\ta\tb\tc\n", "line 1 has 5 fields"),
        ("CYP2C9\t*1/*3\n" * 300, "lists 300 calls"),
        ("X\t" + "y" * 200_000, "larger than 100 kB"),
    ],
)
def test_a_bad_outside_call_is_refused(tmp_path, text, complaint):
    with pytest.raises((ForeignFileError, GenotypeError), match=complaint):
        outside(tmp_path, text)
