from collections.abc import Mapping

import pytest

from tests.people import engine, library
from twin.dosing.guideline_dose import GuidelineFinding, guideline_of
from twin.intake.ask import question_for
from twin.lifecycle import build

FULL = {"diplotype": "*1/*1", "tested": "all"}
PATIENT = {"age": "55 a", "sex": "male", "weight": "80 kg", "height": "175 cm"}


def asked(genotype: Mapping[str, object] | None, **more: object) -> GuidelineFinding:
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


@pytest.mark.parametrize("pair", ["*6/*6", "*3/*6", "*13/*13", "*35/*35", "*3/*3"])
def test_every_poor_metaboliser_is_told_of_another_drug(pair):
    found = asked(
        {
            "CYP2C9": {"diplotype": pair, "tested": "all"},
            "VKORC1": "G/G",
            "frequency_population": "European",
        }
    )

    assert "alternative" in names(found)


@pytest.mark.parametrize("pair", ["*1/*13", "*13/*13", "*1/*35"])
def test_an_allele_the_algorithm_does_not_know_gets_no_dose_from_it(pair):
    found = asked(
        {
            "CYP2C9": {"diplotype": pair, "tested": "all"},
            "VKORC1": "G/G",
            "frequency_population": "European",
        }
    )

    assert found.doses == ()
    assert found.guideline.chosen is not None
    assert "works less well" in found.guideline.chosen.notes[0]


@pytest.mark.parametrize(
    "more",
    [{"age": "10 a", "weight": "35 kg", "height": "140 cm"}, {"pregnant": True}],
)
def test_where_the_twin_gives_no_dose_no_algorithm_does(more):
    more = {"sex": "female", **more}
    found = asked({"CYP2C9": FULL, "VKORC1": "A/G"}, **more)

    assert found.doses == ()
    assert found.guideline.paths


def test_a_medicine_that_ended_is_not_counted():
    genotype = {"CYP2C9": FULL, "VKORC1": "A/G", "frequency_population": "European"}
    ended = [{"medicine": "amiodarone", "stop": "-300 d"}]
    plain, after = (asked(genotype, co_medication=m).doses[0] for m in ([], ended))

    assert after.low_mg_per_day == plain.low_mg_per_day


@pytest.mark.parametrize(
    ("taken", "iwpc", "gage"),
    [
        (["fluconazole", "amiodarone", "ranitidine"],) + (("fluconazole",),) * 2,
        (["rifampicin"], (), ("rifampicin",)),
        ([{"medicine": "amiodarone", "stop": "-30 d"}],) + (("amiodarone",),) * 2,
        ([{"medicine": "amiodarone", "stop": "-900 d"}], (), ()),
    ],
)
def test_a_medicine_that_an_algorithm_does_not_count_is_named(taken, iwpc, gage):
    genotype = {"CYP2C9": FULL, "VKORC1": "A/G", "frequency_population": "European"}
    found = asked(genotype, co_medication=taken)

    ignored = {dose.algorithm.name.split()[0]: dose.ignored for dose in found.doses}
    assert ignored == {"IWPC": iwpc, "Gage": gage}


def test_a_poor_metabolizer_without_alleles_is_said_to_be_one():
    found = asked({"CYP2C9": {"phenotype": "Poor Metabolizer"}, "VKORC1": "A/G"})

    assert found.guideline.chosen is not None
    assert found.guideline.chosen.dose_clinically
    assert any("alternative anticoagulant" in n for n in found.guideline.chosen.notes)


@pytest.mark.parametrize("allele", ["*7", "*36"])
def test_an_allele_of_uncertain_function_has_no_algorithm(allele):
    uncertain = {"diplotype": f"*1/{allele}", "tested": "all"}
    found = asked({"CYP2C9": uncertain, "VKORC1": "A/G"})

    assert found.doses == ()
    assert any("works less well" in n for p in found.guideline.paths for n in p.notes)


def test_every_branch_has_its_doses_where_none_is_chosen():
    found = asked({"CYP2C9": FULL, "VKORC1": "A/G"})

    assert {dose.branch for dose in found.doses} == {
        "non-African",
        "African",
        "African American",
    }
