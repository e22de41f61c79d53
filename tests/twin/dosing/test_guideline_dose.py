import pytest

from tests.people import engine, library
from twin.dosing.guideline_dose import GuidelineFinding, guideline_of
from twin.intake.ask import question_for
from twin.lifecycle import build

FULL = {"diplotype": "*1/*1", "tested": "all"}
PATIENT = {"age": "55 a", "sex": "male", "weight": "80 kg", "height": "175 cm"}


def asked(genotype: dict[str, object] | None, **more: object) -> GuidelineFinding:
    document = {**PATIENT, "genotype": genotype, **more}
    question = question_for(document, library())
    return guideline_of(build(question.patient, library(), engine=engine()))


def names(found: GuidelineFinding) -> list[str]:
    assert found.guideline.chosen is not None
    return [step.name for step in found.guideline.chosen.steps]


def test_the_published_dose_of_a_plain_patient():
    # 5.6044 - .2614*5 + .0087*175 + .0128*80 - .8677 (A/G) - .1032 = 5.873, squared, /7
    found = asked({"CYP2C9": FULL, "VKORC1": "A/G", "frequency_population": "European"})
    (iwpc,) = (d for d in found.doses if d.algorithm.name == "IWPC pharmacogenetic")

    assert iwpc.algorithm.dose_mg_per_day == pytest.approx(4.928, abs=0.01)
    assert iwpc.low_mg_per_day == iwpc.high_mg_per_day


def test_gages_dose_of_a_plain_patient():
    found = asked({"CYP2C9": FULL, "VKORC1": "G/G", "frequency_population": "European"})
    (gage,) = (d for d in found.doses if d.algorithm.name == "Gage pharmacogenetic")

    # exp(.9751 + .4317*1.96 - .00745*55 + .2029*2.5)
    assert gage.algorithm.dose_mg_per_day == pytest.approx(6.83, rel=0.02)


def test_rs2108622_counts_whichever_allele_carries_it():
    for allele in ("*3", "*4", "*22"):
        found = asked(
            {
                "CYP2C9": FULL,
                "VKORC1": "A/G",
                "CYP4F2": f"*1/{allele}",
                "frequency_population": "European",
            }
        )

        assert "cyp4f2" in names(found)
        for dose in found.doses:
            before = dose.algorithm.dose_mg_per_day
            assert dose.low_mg_per_day == pytest.approx(1.05 * before)
            assert dose.high_mg_per_day == pytest.approx(1.10 * before)


def test_african_ancestry_without_the_other_alleles_is_dosed_clinically():
    found = asked(
        {
            "CYP2C9": {"diplotype": "*1/*1", "tested": ["*2", "*3"]},
            "VKORC1": "G/G",
            "frequency_population": "Sub-Saharan African",
        }
    )

    assert names(found) == ["dose_clinically"]
    assert [dose.algorithm.name for dose in found.doses] == ["IWPC clinical"]


def test_a_base_read_at_the_position_counts_as_tested():
    found = asked(
        {
            "rs1799853": "C/C",
            "rs1057910": "A/A",
            "rs28371686": "C/C",
            "rs9332131": "GA/GA",
            "rs7900194": "G/A",
            "rs28371685": "C/C",
            "VKORC1": "G/G",
            "rs12777823": "G/A",
            "frequency_population": "African American/Afro-Caribbean",
        }
    )

    assert names(found)[1:3] == ["carrier_african", "rs12777823"]


def test_a_gene_left_out_of_the_file_is_dosed_clinically():
    assert names(asked(None)) == ["dose_clinically"]


def test_inducers_and_amiodarone_are_known_by_any_name():
    plain, taken = (
        asked(
            {"CYP2C9": FULL, "VKORC1": "A/G", "frequency_population": "European"},
            co_medication=medicines,
        ).doses[0]
        for medicines in ([], ["Rifampin"])
    )

    assert taken.algorithm.dose_mg_per_day > 1.3 * plain.algorithm.dose_mg_per_day
