"""Truths of other forms, learned by ours: the dose is theirs, the answer ours."""

import numpy as np
import pytest

from tests.twin.credibility.learning.bench import apparatus
from twin.credibility.learning.truths_of_forms import (
    AFTER,
    FORMS,
    Asked,
    TruthLearned,
    form_share,
    truth_learned,
)
from twin.errors import NumericsError
from twin.forms.weights import OURS


@pytest.mark.parametrize("number", [0, 3])
def test_a_truth_of_each_form_is_learned(number):
    found = truth_learned(apparatus(), number, seed=2)

    assert found.form == FORMS[number]
    assert [each.n_seen for each in found.asked] == list(AFTER)
    assert found.dose is not None
    assert all(0.0 <= each.below <= 1.0 for each in found.asked)
    assert found.asked[-1].width < found.asked[0].width


def test_the_same_number_is_the_same_patient():
    one, other = (truth_learned(apparatus(), 1, seed=2) for _ in range(2))

    assert one == other


def test_half_of_the_truths_are_ours():
    assert FORMS.count(OURS) == len(FORMS) / 2
    assert len(set(FORMS)) == 3


def patient(below: float, dose: float | None, *, usable: bool = True) -> TruthLearned:
    return TruthLearned(0, OURS, 5.0, (Asked(1, below, 2.0, dose, usable),))


def test_shares_are_of_those_who_got_an_answer():
    share = form_share(
        [
            patient(0.5, 5.9),
            patient(0.06, 4.0),
            patient(0.97, 8.0),
            patient(0.2, None),
            patient(0.5, 1.0, usable=False),
        ],
        1,
        form=OURS,
    )

    assert (share.n, share.abstained, share.n_doses) == (4, 1, 3)
    inside = [each[0] for each in share.coverage]
    assert inside == [0.25, 0.5, 0.75]
    assert share.within[0] == pytest.approx(2 / 3)
    assert share.error == pytest.approx(np.log(5.0 / 4.0))
    assert share.bias == pytest.approx(1.18)


def test_where_nobody_got_an_answer_there_is_no_share():
    with pytest.raises(NumericsError, match="nobody got an answer after 1"):
        form_share([patient(0.5, 5.0, usable=False)], 1, form=OURS)
