"""What may be expected of a patient: distributions that hang together."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.believed import believed_twin_of, grounds
from tests.people import engine, library, twin_of
from twin.dosing.answer import CHECKED_ON, Answer, answer
from twin.dosing.course import Course, course_of
from twin.dosing.dose_of_draws import doses_of, ln_inrs_on
from twin.dosing.expected import expected_course, needed_dose, steady_inr
from twin.dosing.recommend import steady_chain
from twin.errors import NumericsError
from twin.inference.belief import Belief
from twin.lifecycle import Twin
from twin.reproducibility import plain
from twin.vocabulary.domain import TargetRange
from twin.vocabulary.population import PROVISIONAL
from twin.vocabulary.regimen import daily

TARGET = TargetRange(2.0, 3.0, "test", "read")


@cache
def someone() -> Twin:
    return believed_twin_of()


def draws_of(twin: Twin) -> Belief:
    assert twin.belief is not None
    return twin.belief


@cache
def given() -> Answer:
    return answer(someone(), engine=engine())


def course(twin: Twin, mg: float, days: int) -> Course:
    taken = daily(mg, days=days, substance=library().substance)
    return course_of(twin, taken, days=days, target=TARGET, engine=engine())


def test_the_same_patient_gets_the_same_distributions():
    again = answer(believed_twin_of(), engine=engine())

    assert plain(again) == plain(given())


def test_a_typical_twin_has_no_distributions_to_answer_with():
    with pytest.raises(NumericsError, match="believe"):
        answer(twin_of(), engine=engine())


def test_the_typical_dose_lies_in_the_middle_of_the_doses_needed():
    found = given().maintenance
    assert found is not None
    assert found.needed.mg_per_day is not None
    lines = dict(zip(found.needed.probabilities, found.needed.mg_per_day, strict=True))

    assert list(lines) == [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]
    assert np.all(np.diff(found.needed.mg_per_day) > 0)
    assert lines[0.25] < found.dose_mg_per_day < lines[0.75]
    assert lines[0.5] == pytest.approx(found.dose_mg_per_day, rel=0.15)


def test_a_plan_keeps_below_within_or_above_the_range():
    found = given().maintenance
    assert found is not None
    rest = found.on_plan

    assert rest.on == found.plan
    assert rest.below + rest.within + rest.above == pytest.approx(1)
    assert 0.1 < rest.reading_within < 0.5
    assert rest.inr[3] == pytest.approx(found.plan_inr, rel=0.15)
    # A reading scatters more than what it reads.
    assert rest.reading[0] < rest.inr[0]
    assert rest.reading[-1] > rest.inr[-1]


def test_the_more_is_taken_the_more_are_above_the_range():
    twin = someone()
    little, more = (
        steady_inr(twin, draws_of(twin), mg, on="", target=TARGET)[0] for mg in (3, 6)
    )

    assert more.above > little.above + 0.2
    assert more.below < little.below - 0.2
    assert np.all(np.array(more.inr) > little.inr)


def test_rest_in_closed_form_is_where_the_courses_of_the_draws_end():
    twin = someone()
    rest, _ = steady_inr(twin, draws_of(twin), 5.0, on="", target=TARGET)
    bands = expected_course(twin, draws_of(twin), course(twin, 5.0, 100)).bands

    assert bands is not None
    ends = [line[-1] for line in (bands.inr.q10, bands.inr.median, bands.inr.q90)]
    assert ends == pytest.approx([rest.reading[n] for n in (1, 3, 5)], rel=0.06)


def test_the_inr_of_one_draw_is_that_of_its_chain():
    twin = twin_of()
    chain = steady_chain(twin)

    found = np.exp(ln_inrs_on(chain, twin.ensemble, 5.0))

    assert found == pytest.approx(chain.inr(5.0), rel=1e-6)


def test_bands_are_about_the_course_that_is_shown():
    shown, bands = given().course, given().bands
    assert shown is not None
    assert bands is not None
    morning = np.isin(shown.times_h, bands.times_h)

    assert np.sum(morning) == 60
    for own, band in (
        (shown.inr, bands.inr),
        (shown.s_plasma_mg_per_l, bands.s_plasma_mg_per_l),
        (shown.r_plasma_mg_per_l, bands.r_plasma_mg_per_l),
    ):
        assert band.median[1:] == pytest.approx(own[morning], rel=0.12)
        lines = (band.q05, band.q10, band.q25, band.median, band.q75, band.q90)
        assert np.all(np.diff([*lines, band.q95], axis=0) >= 0)


def test_short_courses_are_shown_more_finely_than_long_ones():
    twin = someone()
    bands = expected_course(twin, draws_of(twin), course(twin, 5.0, 3)).bands

    assert bands is not None
    assert bands.times_h[1:] == pytest.approx(np.arange(6.0, 73.0, 6.0))


def test_kinds_and_scales_of_a_spread_are_the_whole_of_it():
    found = {each.quantity: each for each in given().spread}

    assert list(found) == [
        "S-warfarin in plasma on day 60",
        "R-warfarin in plasma on day 60",
        "INR on day 60",
        "INR at rest",
        "dose",
    ]
    for each in found.values():
        assert sum(kind.share for kind in each.kinds) == pytest.approx(1)
        assert sum(scale.together for scale in each.scales) == pytest.approx(1)
        total = sum(kind.variance for kind in each.kinds)
        assert each.ln_sd == pytest.approx(np.sqrt(total))
        assert each.linear > 0.8


def test_an_effect_is_carried_from_kinetics_to_the_target_and_on():
    def share(quantity: str, scale: str) -> float:
        (of,) = (each for each in given().spread if each.quantity == quantity)
        return {each.scale: each.together for each in of.scales}[scale]

    assert share("S-warfarin in plasma on day 60", "kinetics") > 0.7
    assert abs(share("S-warfarin in plasma on day 60", "target")) < 0.05
    assert share("INR at rest", "target") > 0.2
    assert share("INR at rest", "kinetics") > 0.1
    assert share("dose", "laboratory") == 0
    assert share("INR at rest", "laboratory") > 0.02


def test_few_draws_tell_what_is_not_known_from_who_is_asked():
    """The typical dose's own spread, found without people, is the same (3 seeds)."""
    known = []
    for seed in range(3):
        twin = grounds().believed(twin_of(), seed=seed)
        _, (spread,) = needed_dose(twin, draws_of(twin), 2.5)
        known.append({kind.kind: kind.variance for kind in spread.kinds}["knowledge"])
    particles, levers = draws_of(twin).particles, draws_of(twin).person.levers
    typical = levers.ensemble(particles.x, np.zeros_like(particles.z))
    alone = np.var(np.log(doses_of(steady_chain(twin), typical, 2.5)))

    assert np.array(known) == pytest.approx(alone, rel=0.35)


def test_nobody_reads_a_dose_so_it_has_no_measurement():
    dose = given().spread[-1]

    assert {kind.kind: kind.share for kind in dose.kinds}["measurement"] == 0


def test_untested_genes_widen_the_doses():
    def ln_sd(twin: Twin) -> float:
        _, (spread,) = needed_dose(twin, draws_of(twin), 2.5)
        return spread.ln_sd

    assert ln_sd(believed_twin_of(genotype=None)) > 1.05 * ln_sd(someone())


@pytest.mark.parametrize("converged", [True, False])
def test_draws_of_chains_that_do_not_agree_are_said_to_be_provisional(converged):
    population = replace(grounds().population, converged=converged)
    twin = replace(grounds(), population=population).believed(twin_of())
    found = answer(twin, engine=engine())

    assert found.draws.converged is converged
    assert (PROVISIONAL in found.warnings) is not converged
    assert (PROVISIONAL in found.draws.says) is not converged


def with_lost_draws(twin: Twin, n: int) -> Twin:
    """The twin with some draws too far out to be run."""
    belief = draws_of(twin)
    z = belief.particles.z.copy()
    z[:n] = 800.0
    particles = replace(belief.particles, z=z)
    return replace(twin, belief=replace(belief, particles=particles))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_failed_draw_is_counted_and_more_than_a_hundredth_ends_the_bands():
    twin = someone()
    shown = course(twin, 5.0, 3)
    one, many = (
        expected_course(lost, draws_of(lost), shown)
        for lost in (with_lost_draws(twin, 1), with_lost_draws(twin, 8))
    )

    assert one.bands is not None
    assert one.bands.n_failed == 1
    assert "1 of 320 draws" in one.warnings[0]
    assert many.bands is None
    assert many.spread == ()
    assert "8 of 320 draws do not integrate" in many.warnings[0]


def test_bands_follow_medicines_that_come_and_go():
    passing = {"medicine": "fluconazole", "start": "20 d", "stop": "30 d"}
    twin = believed_twin_of(co_medication=[passing])
    shown = course(twin, 4.0, 40)
    bands = expected_course(twin, draws_of(twin), shown).bands

    assert bands is not None
    days = np.array([19, 26, 40]) * 24.0
    own = shown.inr[np.isin(shown.times_h, days)]
    band = bands.inr.median[np.isin(bands.times_h, days)]
    assert own[1] > 1.1 * own[0]
    assert band == pytest.approx(own, rel=0.12)


def test_out_of_scope_a_course_that_is_asked_about_has_bands_and_no_dose():
    twin = believed_twin_of(sex="female", pregnant=True)
    taken = daily(5.0, days=7, substance=library().substance)
    found = answer(twin, engine=engine(), regimen=taken, days=7)

    assert found.maintenance is None
    assert found.bands is not None
    assert [each.quantity for each in found.spread][-1] == "INR on day 7"


def test_what_nobody_can_check_is_said():
    assert given().checked_on == CHECKED_ON
    assert "no public series of INRs with genotypes exists" in CHECKED_ON
