"""A subject is taken out of the population, and learned from; scores know no subject.

The subject is invented: nobody's rows are needed.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from tests.believed import noise
from tests.people import library
from tests.twin.credibility.learning.bench import apparatus, some_draws
from twin.credibility.learning.from_subjects import (
    learned_until,
    subject_learned,
    subjects_person,
)
from twin.credibility.learning.later_scores import LEVELS, Later, scored_after
from twin.credibility.pkpd import Study
from twin.inference.question import Person
from twin.inference.readings import ACTIVITY
from twin.reproducibility import stream
from twin.vocabulary.observation import Observation
from twin.vocabulary.regimen import Dose, Regimen

FEW = some_draws(24)
SUBJECT = Study(
    "nobody",
    ((0.0, 100.0),),
    (
        *(
            Observation(hour, "warfarin_racemate_plasma", value)
            for hour, value in ((12.0, 9.0), (36.0, 6.0), (60.0, 4.0))
        ),
        *(
            Observation(hour, ACTIVITY, value)
            for hour, value in (
                (24.0, 60.0),
                (48.0, 30.0),
                (72.0, 22.0),
                (96.0, 35.0),
                (120.0, 60.0),
            )
        ),
    ),
    sex="male",
    age_years=25.0,
    weight_kg=70.0,
)


def maker() -> partial[Person]:
    own = apparatus()
    return partial(
        Person,
        noise=noise(),
        spec=library().spec,
        surrogate=library().surrogate,
        slopes=own.slopes,
        draws=own.draws,
    )


def learned(subject: Study = SUBJECT):
    return subject_learned(
        subject,
        library(),
        FEW,
        maker(),
        upto_h=(0.0, 36.0),
        later_than_h=72.0,
        limit_mg_per_l=0.1,
        seed=1,
        n_known=24,
    )


def test_a_subjects_later_activities_are_predicted_from_the_earlier():
    found = learned()
    before, after = found.later

    assert before is not None
    assert after is not None
    assert before.observed.tolist() == after.observed.tolist() == [35.0, 60.0]
    assert before.road == "none"
    assert after.road != "none"
    assert before.low.shape == (len(LEVELS), 2)
    assert np.all(np.diff(before.low, axis=0) < 0)
    assert np.all((after.low[-1] < after.median) & (after.median < after.high[-1]))
    assert np.max(np.abs(after.median - before.median)) > 1.0


def test_without_later_activities_there_is_nothing_to_score():
    early = tuple(o for o in SUBJECT.observations if o.time_h <= 72.0)
    person = subjects_person(SUBJECT, library(), FEW, maker())
    found = learned_until(
        person,
        Regimen((Dose(0.0, 100.0, library().substance),)),
        early,
        upto_h=0.0,
        later_than_h=72.0,
        n_known=8,
        n_each=2,
        rng=stream(1, "nothing later"),
    )

    assert found is None


def test_scores_of_all_subjects_are_counted_by_hand():
    one = Later(
        np.array([10.0, 20.0]),
        np.array([12.0, 20.0]),
        np.array([[11.0, 19.0], [10.0, 18.0], [9.0, 17.0]]),
        np.array([[13.0, 21.0], [14.0, 22.0], [15.0, 23.0]]),
        np.array([0.1, 0.5]),
        "fast",
        0.3,
    )
    other = replace(
        one,
        observed=np.array([40.0, 30.0]),
        below=np.array([1.0, 0.97]),
        road="tempered",
        k=0.0,
    )
    scored = scored_after([one, other], upto_h=36.0)

    assert (scored.n, scored.upto_h, scored.worst_k) == (4, 36.0, 0.3)
    assert scored.roads == {"fast": 1, "tempered": 1}
    assert [each[0] for each in scored.coverage] == [0.25, 0.5, 0.5]
    assert scored.width == pytest.approx(6.0)
    assert scored.mean_error == pytest.approx((2 + 0 + 28 + 10) / 4)
    assert scored.r2 == pytest.approx(1.0 - (4 + 784 + 100) / 500)
    assert scored.below[1] == 0.0  # 10 %: none is below it
    assert scored.below[-1] == 0.5  # 95 %
