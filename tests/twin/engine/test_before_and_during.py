"""What was taken before, what drips, what is missed: regimens by both engines."""

import antimony
import numpy as np
import pytest

from tests.one_compartment import BODY, INJECTION, TABLET, UMOL_PER_MG, K, spec
from tests.people import engine as referee
from tests.people import library, person
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import MODES, REFERENCE
from twin.engine.simulate import simulate
from twin.errors import RegimenError, UnsupportedModel
from twin.sbml.any_model import any_model
from twin.sbml.model_spec import Administration
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import Change, Dose, Infusion, Regimen, Repeated, daily

COMPILED = CompiledEngine(REFERENCE)
both = pytest.mark.parametrize("by", [COMPILED, referee()], ids=["compiled", "referee"])


def drug(regimen: Regimen, times, by, tolerance=1e-10):
    return simulate(
        spec(),
        Ensemble.of({}),
        regimen,
        times,
        outputs=("drug",),
        engine=by,
        tolerance=tolerance,
    ).typical("drug")


@both
def test_an_infusion_rises_and_falls_as_the_textbook_says(by):
    times = np.linspace(0.0, 24.0, 25)
    regimen = Regimen(infusions=(Infusion(2.0, 6.0, 12.0, INJECTION),))
    rate = 12.0 / 6.0 * UMOL_PER_MG / BODY
    during = np.clip(times - 2.0, 0.0, 6.0)
    after = np.clip(times - 8.0, 0.0, None)
    expected = rate / K * (1 - np.exp(-K * during)) * np.exp(-K * after)

    assert drug(regimen, times, by) == pytest.approx(expected, rel=1e-7, abs=1e-9)


@both
def test_infusions_that_overlap_add_up(by):
    times = np.linspace(0.0, 24.0, 13)
    first, second = Infusion(1.0, 3.0, 10.0, TABLET), Infusion(2.0, 6.0, 4.0, TABLET)

    together = drug(Regimen(infusions=(first, second)), times, by)

    apart = sum(drug(Regimen(infusions=(one,)), times, by) for one in (first, second))
    assert together == pytest.approx(apart, rel=1e-6, abs=1e-8)


@both
def test_doses_repeated_for_ever_are_the_sum_of_all_of_them(by):
    before = Repeated((Dose(0.0, 5.0, INJECTION),), 12.0)
    each = 5.0 * UMOL_PER_MG / BODY
    trough = each * np.exp(-12.0 * K) / (1 - np.exp(-12.0 * K))

    found = drug(Regimen(before=before), [0.0, 5.0], by, tolerance=1e-8)

    assert found == pytest.approx([trough, trough * np.exp(-5.0 * K)], rel=1e-6)


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_a_twin_that_begins_at_rest_stays_there(mode):
    substance = library().substance
    regimen = Regimen(
        doses=daily(5.0, days=10, substance=substance).doses,
        before=Repeated((Dose(0.0, 5.0, substance),), 24.0),
    )
    found = simulate(
        library().spec,
        Ensemble.of(dict(person("typical").parameters)),
        regimen,
        np.arange(11) * 24.0,
        outputs=("INR",),
        engine=CompiledEngine(mode),
    ).typical("INR")
    long = simulate(
        library().spec,
        Ensemble.of(dict(person("typical").parameters)),
        daily(5.0, days=200, substance=substance),
        [200 * 24.0],
        outputs=("INR",),
        engine=COMPILED,
    ).typical("INR")

    assert found == pytest.approx(np.full(11, long[0]), rel=1e-4)


def test_what_never_comes_to_rest_is_a_failed_draw():
    found = simulate(
        spec(),
        Ensemble.of({"growth": 0.2}),
        Regimen(before=Repeated((Dose(0.0, 5.0, INJECTION),), 12.0)),
        [0.0],
        outputs=("drug",),
        engine=COMPILED,
        most_failed=1,
    )

    assert found.n_failed == 1


def test_each_person_has_a_regimen_of_his_own():
    substance = library().substance
    missed = Regimen(
        tuple(
            dose
            for dose in daily(5.0, days=20, substance=substance).doses
            if dose.time_h not in {168.0, 192.0}
        )
    )
    several = [daily(3.0, days=20, substance=substance), missed, Regimen()]
    times = np.arange(21) * 24.0

    def ask(regimens, n):
        return simulate(
            library().spec,
            Ensemble.of({"KiS": np.full(n, 0.0025)}),
            regimens,
            times,
            outputs=("INR",),
            engine=COMPILED,
        ).values

    together = ask(several, 3)

    alone = np.concatenate([ask(regimen, 1) for regimen in several])
    assert together.tobytes() == alone.tobytes()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Infusion(-1.0, 1.0, 1.0, TABLET), "cannot begin at -1.0 h"),
        (lambda: Infusion(0.0, 0.0, 1.0, TABLET), "write more than 0"),
        (lambda: Infusion(0.0, 1.0, float("nan"), TABLET), "write more than 0"),
        (lambda: Repeated((), 0.0), "lasts more than 0 h"),
        (lambda: Repeated((Dose(24.0, 1.0, TABLET),), 24.0), "not within a period"),
    ],
    ids=["too early", "no time", "no amount", "no period", "too late"],
)
def test_an_impossible_regimen_says_what_to_write(make, said):
    with pytest.raises(RegimenError, match=said):
        make()


def test_only_one_of_two_joined_regimens_may_say_what_was_before():
    one = Regimen(before=Repeated((), 24.0))

    with pytest.raises(RegimenError, match="cannot both"):
        one.joined(one)


def anybodys(lines: str, regimen: Regimen, by=COMPILED) -> np.ndarray:
    """A, at 0, 1 and 2, in a compartment of size 2; "in" enters it."""
    antimony.clearPreviousLoads()
    text = f"model m\ncompartment c = 2; species A in c = 3;\n{lines}\nend"
    assert antimony.loadAntimonyString(text) >= 0, antimony.getLastError()
    entry = {"in": Administration("in", {"A": 2.0})}
    return simulate(
        any_model(antimony.getSBMLString("m"), administrations=entry).spec,
        Ensemble.of({}),
        regimen,
        [0.0, 1.0, 2.0],
        outputs=("A",),
        engine=by,
    ).typical("A")


@both
def test_a_compartment_that_grows_dilutes_what_reacts_in_it(by):
    twice = Regimen(changes=(Change(1.0, "c", 4.0),))

    found = anybodys("J: A => ; 0.1 * A * c;", twice, by)

    assert found == pytest.approx(3.0 * np.exp([0, -0.1, -0.2]) / [1, 2, 2], rel=1e-5)


@both
def test_something_drips_into_a_model_without_units(by):
    drip = Regimen(infusions=(Infusion(0.5, 3.0, 1.0, "in"),))

    found = anybodys("J: A => ; 0 * A;", drip, by)

    assert found == pytest.approx([3.0, 3.0 + 0.5 / 3, 3.0 + 1.5 / 3], rel=1e-6)


def test_a_neighbours_drip_changes_no_bit():
    quiet = daily(5.0, days=3, substance=TABLET)
    drip = Regimen(infusions=(Infusion(2.0, 6.0, 12.0, INJECTION),))

    def ask(regimens):
        return simulate(
            spec(),
            Ensemble.of({"k": np.full(len(regimens), 0.13)}),
            regimens,
            [24.0, 60.0],
            outputs=("drug",),
            engine=COMPILED,
        ).values

    mixed = ask([quiet, drip, quiet, drip])

    assert mixed[[0, 2]].tobytes() == ask([quiet, quiet]).tobytes()
    assert mixed[[1, 3]].tobytes() == ask([drip, drip]).tobytes()
    assert mixed[0, 0, 0] != mixed[1, 0, 0]


def test_what_the_lanes_would_not_dilute_is_refused_by_name():
    twice = Regimen(changes=(Change(1.0, "c", 4.0),))

    with pytest.raises(UnsupportedModel, match="a change of compartment c, where a"):
        anybodys("A' = -0.1 * A;", twice)

    assert anybodys("A' = -0.1 * A;", twice, referee())[1] == pytest.approx(
        1.5 * np.exp(-0.1), rel=1e-5
    )


def test_a_start_at_rest_is_refused_where_there_are_events():
    before = Regimen(before=Repeated((), 24.0))

    with pytest.raises(UnsupportedModel, match="events, and doses repeated before"):
        anybodys("J: A => ; A; at A < 1: A = 3;", before)


@both
def test_a_model_that_reads_the_clock_keeps_it_over_doses_and_changes(by):
    """A fills at rate t, and an event of its own waits for a time after the change."""
    at_five = Regimen(changes=(Change(0.5, "p", 2.0),))
    lines = "p = 1; J: => A; time * c; E: at (time > 1.5): A = A + 10;"

    found = anybodys(lines, at_five, by)

    assert found == pytest.approx([3.0, 3.5, 15.0], rel=1e-5)


def test_a_start_at_rest_of_a_model_that_reads_the_clock_is_one_of_both_engines():
    """The period before 0 ends at 0 on the model's clock, not at its own length."""
    lines = "J: => A; c * (1 + sin(2 * pi * time / 24)); K: A => ; 0.2 * A * c;"
    before = Regimen(before=Repeated((), 24.0))

    ours, referees = (anybodys(lines, before, by) for by in (COMPILED, referee()))

    assert ours == pytest.approx(referees, rel=1e-4)
