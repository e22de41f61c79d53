"""Every example is answered."""

import pytest

from tests.believed import grounds
from tests.twin.command_line.terminal import EXAMPLES
from twin.command_line.asked import asked
from twin.command_line.show_answer import shown
from twin.dosing.answer import answer
from twin.dosing.recommend import Recommendation, recommend

FILES = sorted([*EXAMPLES.glob("*.yaml"), *EXAMPLES.glob("*.json")])
CELLS = [path for path in FILES if path.name.startswith("fda_")]
HARD = [path for path in FILES if path not in CELLS]


def test_there_is_an_example_for_each_cell_of_the_label():
    assert len(CELLS) == 18


@pytest.mark.parametrize("path", HARD, ids=lambda path: path.stem)
def test_a_hard_example_is_answered_whole(path):
    this = asked(path)

    given = answer(
        grounds().believed(this.twin),
        engine=this.engine,
        regimen=this.question.regimen,
        days=this.question.days,
    )

    assert list(shown(given))
    assert (given.maintenance is None) == path.name.startswith("out_of_scope")


@pytest.mark.parametrize("path", CELLS, ids=lambda path: path.stem)
def test_a_cell_of_the_label_has_a_dose_that_the_full_model_confirms(path):
    this = asked(path)

    found = recommend(this.twin, engine=this.engine)

    assert isinstance(found, Recommendation)
    assert found.plan is not None
    assert found.check.inr_mean_of_last_day == pytest.approx(
        found.target.middle, abs=0.1
    )


@pytest.mark.parametrize("path", CELLS, ids=lambda path: path.stem)
def test_a_cell_of_the_label_leaves_no_allele_untested(path):
    patient = asked(path).question.patient

    assert (patient.age_years, patient.weight_kg) == (65, 75)
    assert patient.genotype.untested_genes == ()
