"""`twin genotype`, and `--genotype` where a dose is asked for."""

import json
from typing import Any

import pytest

from tests.laboratory import line, records, vcf, write
from tests.twin.command_line.terminal import run
from tests.twin.tables import DEFINITIONS

LOST = {"CYP2C9": ("*1", "*3"), "VKORC1": ("rs9923231 reference (C)",) * 2}


def genes_of(*arguments: str) -> dict[str, dict[str, Any]]:
    done = run("genotype", *arguments, "--json")
    assert done.returncode == 0
    return {gene["gene"]: gene for gene in json.loads(done.stdout)["genes"]}


def test_the_answer_has_the_promised_form(tmp_path):
    found = genes_of(str(write(tmp_path / "x.vcf", LOST)))["CYP2C9"]

    assert found["diplotypes"] == [{"diplotype": "*1/*3", "weight": 1.0}]
    assert found["not_tested"] == []
    assert found["phenotype"] == "Intermediate Metabolizer"
    assert found["activity"] == 1.0


def test_positions_withheld_are_listed_and_weighed(tmp_path):
    gene = DEFINITIONS.genes["CYP2C9"]
    hidden = gene.allele("*8").positions
    path = tmp_path / "x.vcf"
    path.write_text(vcf(line(r) for r in records(gene, ("*1", "*1"), withheld=hidden)))

    found = genes_of(str(path))["CYP2C9"]

    assert {d["diplotype"] for d in found["diplotypes"]} >= {"*1/*1", "*1/*8", "*8/*8"}
    assert sum(d["weight"] for d in found["diplotypes"]) == pytest.approx(1)
    assert found["phenotype"] == "Indeterminate"
    assert found["activity"] is None
    assert {p["phenotype"] for p in found["phenotypes"]} >= {"Normal Metabolizer"}
    assert "*8" in found["not_tested"]


def test_a_stated_population_weighs_only_what_was_not_tested(tmp_path):
    gene = DEFINITIONS.genes["CYP2C9"]
    path = tmp_path / "x.vcf"
    hidden = gene.allele("*8").positions
    path.write_text(vcf(line(r) for r in records(gene, ("*1", "*1"), withheld=hidden)))
    population = ("--frequency-population", "Sub-Saharan African")

    pooled, stated = (
        {
            d["diplotype"]: d["weight"]
            for d in genes_of(str(path), *more)["CYP2C9"]["diplotypes"]
        }
        for more in ((), population)
    )

    assert pooled.keys() == stated.keys()
    assert stated["*1/*8"] > 2 * pooled["*1/*8"]


def test_people_get_a_table_and_the_remarks(tmp_path):
    done = run(
        "genotype", str(write(tmp_path / "x.vcf", {"UGT1A1": ("*1", "*80+*28")}))
    )

    assert "*28/*80" in done.stdout
    assert "several diplotypes fit" in done.stdout


def test_a_dose_takes_its_genes_from_the_laboratorys_file(tmp_path):
    file = write(tmp_path / "x.vcf", LOST)
    patient = tmp_path / "p.yaml"
    patient.write_text("{age: 65 a, sex: male, weight: 75 kg, height: 172 cm}")
    written = tmp_path / "q.yaml"
    written.write_text(
        "{age: 65 a, sex: male, weight: 75 kg, height: 172 cm, genotype: {CYP2C9: "
        '{diplotype: "*1/*3", tested: all}, VKORC1: G/G, rs12777823: G/G, CYP4F2: '
        '{diplotype: "*1/*1", tested: all}}}'
    )

    read = json.loads(
        run("dose", str(patient), "--genotype", str(file), "--json").stdout
    )
    typed = json.loads(run("dose", str(written), "--json").stdout)

    assert read["maintenance"]["dose_mg_per_day"] == pytest.approx(
        typed["maintenance"]["dose_mg_per_day"]
    )


def test_genes_given_twice_are_refused(tmp_path):
    file = write(tmp_path / "x.vcf", LOST)
    patient = tmp_path / "p.yaml"
    patient.write_text(
        "{age: 65 a, sex: male, weight: 75 kg, height: 172 cm, genotype: {VKORC1: G/G}}"
    )

    done = run("dose", str(patient), "--genotype", str(file))

    assert done.returncode == 2
    assert "gives VKORC1 too; keep one of them" in done.stderr


@pytest.mark.parametrize(
    ("names", "status"),
    [((), 0), (("moonshine",), 0), (("amiodarone",), 2), (("x",), 2)],
)
def test_acknowledging_a_medicine_lets_the_dose_through(tmp_path, names, status):
    patient = tmp_path / "p.yaml"
    patient.write_text(
        "{age: 65 a, sex: male, weight: 75 kg, height: 172 cm, "
        "co_medication: [moonshine, amiodarone]}"
    )
    options = [word for name in names for word in ("--acknowledge", name)]

    done = run("dose", str(patient), *options, "--json")

    assert done.returncode == status
    if status == 0:
        answer = json.loads(done.stdout)
        assert (answer["maintenance"] is None) == (names == ())
        if not names:
            assert "acknowledged" in answer["no_dose"][0]
