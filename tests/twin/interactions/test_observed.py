"""The table of studies: what a row may say."""

import pytest

from tests.twin.tables import INTERACTIONS, rows
from twin.errors import LibraryError
from twin.interactions.observed import StudyDays, observed_of

ROWS = rows("interactions/observed.csv")


def test_every_study_is_of_a_medicine_in_the_table():
    studies = observed_of(ROWS)

    assert {s.medicine for s in studies} <= set(INTERACTIONS.medicines)
    assert {s.basis for s in studies} == {"same study", "independent"}


def test_every_study_saw_something_and_has_a_source():
    for study in observed_of(ROWS):
        assert any(study.ratio(a) is not None for a in ("S", "R", "racemate"))
        assert study.source
        assert study.evidence in {"read", "unverified"}


def test_a_study_without_days_is_at_rest_and_one_with_days_follows_them():
    by_medicine = {s.medicine: s.days for s in observed_of(ROWS)}

    assert by_medicine["ranitidine"] is None
    assert by_medicine["aprepitant"] == StudyDays(3, None, 8)
    assert by_medicine["bosentan"] == StudyDays(10, 6, None)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"s_auc_ratio": "much"}, "could not convert"),
        ({"basis": "hearsay"}, "basis 'hearsay'"),
        ({"measured_day": "8"}, "taken_days is missing"),
        ({"taken_days": "3"}, "write warfarin_day or measured_day"),
        (
            {"taken_days": "3", "warfarin_day": "1", "measured_day": "8"},
            "write warfarin_day or measured_day",
        ),
        ({"taken_days": "3", "measured_day": "0"}, "from day 1 on"),
        ({"taken_days": "0", "measured_day": "8"}, "taken on 0 days"),
    ],
)
def test_a_row_that_is_no_study_is_refused_by_name(change, complaint):
    with pytest.raises(
        LibraryError, match=rf"the row of fluconazole is no .*{complaint}"
    ):
        observed_of([{**ROWS[0], **change}])


def test_a_table_without_a_column_is_refused():
    row = {k: v for k, v in ROWS[0].items() if k != "racemate_auc_ratio"}

    with pytest.raises(LibraryError, match="racemate_auc_ratio"):
        observed_of([row])
