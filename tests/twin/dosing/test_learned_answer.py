"""What a twin that has learned says: named, repeatable, and nothing dropped."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.believed import noise, population
from tests.twin.dosing.learners import draws, inrs, learned, slopes, taking, typical
from twin.dosing.answer import CHECKED_ON
from twin.dosing.learned_answer import LearnedAnswer, learned_answer
from twin.dosing.learning import learned_from
from twin.errors import NumericsError, ObservationError
from twin.lifecycle import Twin
from twin.reproducibility import plain
from twin.vocabulary.observation import Observation

USUAL = inrs((4, 1.6), (7, 2.1), (10, 2.4), (14, 2.6))


@cache
def usual() -> tuple[Twin, Twin]:
    return learned(USUAL)


@cache
def said() -> LearnedAnswer:
    return learned_answer(*usual(), told_until_h=336.0)


def answer_to(observations: list[Observation]) -> LearnedAnswer:
    return learned_answer(*learned(observations), told_until_h=336.0)


def test_the_same_measurements_and_seed_give_the_same_numbers():
    again = learned_answer(*learned(USUAL), told_until_h=336.0)

    assert plain(again) == plain(said())


def test_another_seed_makes_another_twin_with_other_draws():
    _, other = learned(USUAL, seed=1)

    assert other.digest != usual()[1].digest
    assert other.ensemble is not None
    assert not np.array_equal(
        other.belief.particles.z,  # type: ignore[union-attr]
        usual()[1].belief.particles.z,  # type: ignore[union-attr]
    )


def test_a_twin_names_the_one_it_was_learned_from():
    before, after = usual()

    assert (said().twin_digest, said().parent_digest) == (after.digest, before.digest)
    assert after.parent == before.digest
    assert before.parent == typical().digest


def test_another_value_makes_another_twin():
    _, other = learned([*USUAL[:-1], replace(USUAL[-1], value=2.7)])

    assert other.digest != usual()[1].digest


def test_measurements_narrow_the_dose_and_the_next_inrs():
    found = said()
    before, after = found.maintenance.before, found.maintenance.after

    assert before is not None
    assert after is not None
    assert before.mg_per_day is not None
    assert after.mg_per_day is not None
    low, high = np.log(before.mg_per_day)[[0, -1]]
    assert np.ptp(np.log(after.mg_per_day)[[0, -1]]) < 0.7 * (high - low)
    course = found.course
    now = np.log(course.after.q95 / course.after.q05)[-1]
    assert now < 0.7 * np.log(course.before.q95 / course.before.q05)[-1]


def test_the_forecast_is_of_the_next_seven_days():
    forecast = said().forecast

    assert forecast is not None
    assert forecast.times_h == pytest.approx(336.0 + 24.0 * np.arange(1, 8))
    assert forecast.regimen == "6 mg once a day, as last told"
    assert [dose.time_h for dose in forecast.doses] == [
        336.0 + 24.0 * day for day in range(7)
    ]


def test_the_width_of_a_band_is_the_sum_of_where_it_comes_from():
    forecast = said().forecast
    assert forecast is not None
    spread = forecast.ln_spread
    total = spread.person + spread.knowledge + spread.form + spread.measurement
    width = np.log(forecast.band.q95 / forecast.band.q05) / (2 * 1.645)

    assert width == pytest.approx(np.sqrt(total), rel=0.2)
    assert np.all(spread.form == 0)
    assert "how forms differ is not carried yet" in spread.form_reason
    assert np.all(spread.measurement >= noise().ln_sd("INR") ** 2)


def test_every_measurement_is_shown_with_what_was_expected_of_it():
    found = said().measurements

    assert [(m.time_h, m.value) for m in found] == [(o.time_h, o.value) for o in USUAL]
    for each in found:
        assert each.expected_low < each.expected_median < each.expected_high
        assert 0 < each.percentile < 1
        assert each.flag is None
    assert said().adherence.asked is False
    assert said().adherence.probability_not_as_told is None


def test_two_inrs_that_contradict_each_other_both_count_and_it_is_said():
    both = [Observation(95.0, "INR", 1.4), Observation(96.0, "INR", 4.2)]
    found = answer_to(both)
    alone = answer_to(both[:1])

    assert [m.value for m in found.measurements] == [1.4, 4.2]
    (opposed,) = found.contradictions
    assert opposed.values == (1.4, 4.2)
    assert opposed.probability < 1e-6
    assert any("both count in full" in warning for warning in found.warnings)
    assert alone.contradictions == ()
    middle = found.effects[4].after.median
    assert middle != pytest.approx(alone.effects[4].after.median, rel=0.05)


def test_two_inrs_that_agree_are_no_contradiction():
    assert answer_to(inrs((5, 1.9), (5.05, 2.0))).contradictions == ()


def test_tablets_that_were_perhaps_missed_are_named_with_a_probability():
    found = answer_to(inrs((7, 2.2), (10, 2.5), (14, 1.3)))
    adherence = found.adherence

    assert adherence.asked
    assert adherence.probability_not_as_told is not None
    assert adherence.probability_not_as_told > 0.5
    assert sum(a.probability for a in adherence.accounts) == pytest.approx(
        adherence.probability_not_as_told
    )
    likeliest = adherence.accounts[0]
    assert likeliest.missed_h
    assert min(likeliest.missed_h) >= 168.0
    assert likeliest.says.startswith("missed: the dose")
    assert "lower than expected" in str(found.measurements[-1].flag)


def test_a_value_below_quantification_is_shown_by_its_limit():
    limit = Observation(336.0, "warfarin_S_plasma", 0.0, 5.0)
    found = answer_to([*USUAL, limit]).measurements[-1]

    assert (found.below_limit, found.value, found.unit) == (True, 5.0, "mg/L")
    assert found.percentile > 0.999
    assert found.flag is None


def test_a_limit_far_below_what_is_expected_is_improbable():
    limit = Observation(336.0, "warfarin_S_plasma", 0.0, 0.02)
    found = answer_to([*USUAL, limit]).measurements[-1]

    assert "lower than expected" in str(found.flag)


def test_a_reagent_of_higher_index_is_trusted_less():
    plain_inr, by_index = (
        answer_to([*USUAL[:-1], replace(USUAL[-1], isi=isi)]).measurements[-1]
        for isi in (None, 2.5)
    )

    assert by_index.isi == 2.5
    assert (
        by_index.expected_high / by_index.expected_low
        > 1.2 * plain_inr.expected_high / plain_inr.expected_low
    )


def test_draws_that_may_not_be_used_give_no_dose_and_no_forecast():
    before, after = usual()
    assert after.belief is not None
    assert after.belief.learning is not None
    learning = after.belief.learning
    poor = replace(learning.tried[-1], reasons=("one draw has most of the weight",))
    spoilt = replace(learning, tried=(*learning.tried, poor))
    found = learned_answer(
        before,
        replace(after, belief=replace(after.belief, learning=spoilt)),
        told_until_h=336.0,
    )

    assert not found.diagnostics.usable
    assert found.diagnostics.says.partition(": ")[2].startswith("NOT TO BE USED")
    assert found.maintenance.after is None
    assert found.maintenance.no_dose == found.diagnostics.reasons
    assert found.forecast is None
    assert "NOT TO BE USED" in found.warnings[0]


def test_out_of_scope_there_is_a_forecast_but_no_dose():
    twins = learned(USUAL, sex="female", pregnant=True)
    found = learned_answer(*twins, told_until_h=336.0)

    assert found.scope.status == "out of scope"
    assert found.maintenance.after is None
    assert "pregnancy" in found.maintenance.no_dose[0]
    assert found.forecast is not None


def test_what_courses_are_checked_on_is_always_said():
    assert said().checked_on == CHECKED_ON
    assert "no public series of INRs with genotypes exists" in CHECKED_ON


def test_a_medicine_that_comes_and_goes_cannot_be_learned_under():
    medicine = {"medicine": "fluconazole", "start": "3 d", "stop": "10 d"}
    with pytest.raises(ObservationError, match="fluconazole starts or stops"):
        learned_from(
            typical(co_medication=[medicine]),
            population(),
            noise(),
            taking(6.0, 14),
            USUAL,
            slopes=slopes(),
            draws=draws(),
        )


def test_without_measurements_nothing_is_learned():
    with pytest.raises(ObservationError, match="nothing to learn from"):
        learned_from(
            typical(),
            population(),
            noise(),
            taking(6.0, 14),
            [],
            slopes=slopes(),
            draws=draws(),
        )
    with pytest.raises(NumericsError, match="has not learned"):
        learned_answer(usual()[0], usual()[0], told_until_h=336.0)
