"""Each scale solved alone: organs, target, cell and plasma."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.people import DESCRIBED, engine, library, person, therapy
from twin.coagulation.vitamin_k_cycle import VitaminKCycle, steady_state
from twin.engine.courses import Courses
from twin.engine.schedule import Schedule
from twin.multiscale.cell_scale import cell_course
from twin.multiscale.hierarchy import Hierarchy, hierarchy, hierarchy_error
from twin.multiscale.organ_scale import draw_on_organs, target_course
from twin.multiscale.whole_model import TIGHT, altered, course, value
from twin.sbml.model_spec import ModelSpec
from twin.vocabulary.ensemble import Ensemble, Floats
from twin.vocabulary.regimen import Change, Dose, Regimen

DAYS = 14
TIMES_H = np.arange(0.0, DAYS * 24.0 + 1.0, 12.0)


class Listening:
    """The referee, and the models it was asked to integrate."""

    name = engine().name

    def __init__(self) -> None:
        self.heard: list[ModelSpec] = []

    def courses(
        self,
        spec: ModelSpec,
        ensemble: Ensemble,
        plans: Sequence[Schedule],
        outputs: tuple[str, ...],
        *,
        tolerance: float | None,
    ) -> Iterator[Courses]:
        """Pass the question on."""
        self.heard.append(spec)
        return engine().courses(spec, ensemble, plans, outputs, tolerance=tolerance)


def solved(name: str, *, pool: float = 1.0, days: int = DAYS) -> Hierarchy:
    larger = pool * value(person(name), library(), "VKORC1_reference")
    return hierarchy(
        altered(person(name), {"VKORC1_reference": larger}),
        library(),
        therapy(name, days=days),
        TIMES_H,
        engine=engine(),
    )


def whole(of: Hierarchy, *outputs: str) -> dict[str, Floats]:
    return course(
        of.individual,
        library(),
        of.regimen,
        TIMES_H,
        outputs=outputs,
        engine=engine(),
        tolerance=TIGHT,
    )


def test_only_the_organs_are_integrated():
    listening = Listening()
    found = hierarchy(
        person("typical"),
        library(),
        therapy("typical", days=2),
        TIMES_H[:3],
        engine=listening,
    )
    found.inr(found.cells(1.0), TIMES_H[:3])

    assert len(listening.heard) == 1
    organs = listening.heard[0]
    assert {state.partition("__")[0] for state in organs.states} == {"S", "R"}


@pytest.mark.parametrize("name", DESCRIBED)
def test_without_a_target_to_hold_it_the_drug_is_as_in_the_whole(name):
    found = solved(name, pool=1e-6)
    here = np.searchsorted(found.times_h, TIMES_H)

    assert found.organs.plasma_mg_per_l["S_plasma"][here] == pytest.approx(
        whole(found, "S_plasma")["S_plasma"], rel=1e-4, abs=1e-6
    )


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_target_follows_the_drug_as_in_the_whole(name):
    found = solved(name, pool=1e-6)
    here = np.searchsorted(found.times_h, TIMES_H)

    assert found.target.inhibition[here] == pytest.approx(
        whole(found, "I")["I"], rel=2e-3
    )


def test_what_holding_drug_costs_is_foretold_without_the_whole():
    found = solved("typical", pool=30.0)
    told = target_course(
        found.individual,
        library(),
        found.organs,
        draw=draw_on_organs(found.organs, found.target),
    )
    here = np.searchsorted(found.times_h, TIMES_H[2:])
    truth = whole(found, "I")["I"][2:]

    ignored = np.abs(found.target.inhibition[here] / truth - 1.0)
    foretold = np.abs(told.inhibition[here] / truth - 1.0)
    assert np.max(ignored) > 0.02
    assert np.max(foretold) < 0.5 * np.max(ignored)


def test_reversible_binding_costs_nothing_once_at_rest():
    found = solved("typical", pool=30.0, days=DAYS)
    draws = draw_on_organs(found.organs, found.target)

    for draw in draws.values():
        assert abs(draw[-1]) < 0.2 * np.max(np.abs(draw))


@pytest.mark.parametrize("inhibition", [0.0, 3.0, 10.0])
def test_factors_settle_where_the_algebra_says(inhibition):
    who = person("typical")
    times = np.arange(0.0, 2400.0, 24.0)
    found = cell_course(
        who, library(), Regimen(), times, np.full(times.shape, inhibition)
    )

    values = {**library().spec.constants, **who.parameters}
    cycle = VitaminKCycle.of({**values, "VK__capacity": values["VKORC1_capacity"]})
    rest = steady_state(cycle, inhibition)
    assert found.ratio == pytest.approx(np.full(times.shape, float(rest.ratio)))
    assert found.amount_um[-1] == pytest.approx(found.amount_um[-2], rel=1e-6)


def test_factors_are_exact_between_exchanges():
    who, rare = person("typical"), np.array([0.0, 24.0, 48.0])
    often = np.array([0.0, 5.0, 24.0, 31.0, 48.0])
    inhibition = np.array([0.0, 4.0, 4.0])
    coarse = cell_course(who, library(), Regimen(), rare, inhibition)
    # The same synthesis, a straight line, cut into unequal pieces.
    starts, ends = np.moveaxis(coarse.synthesis, 1, 0)
    line = np.stack(
        [
            np.interp(often, rare, [*s, e])
            for s, e in zip(starts.T, ends[-1], strict=True)
        ]
    ).T
    fine = replace(
        coarse,
        times_h=often,
        amount_um=np.stack([coarse.at(often)[n] for n in coarse.at(often)], axis=1),
        synthesis=np.stack([line[:-1], line[1:]], axis=1),
        loss_per_h=np.repeat(coarse.loss_per_h, 2, axis=0),
    )
    at = np.linspace(0.0, 48.0, 97)

    for name, level in coarse.at(at).items():
        assert fine.at(at)[name] == pytest.approx(level, rel=1e-12)


@pytest.mark.parametrize(
    "happens",
    [
        Regimen((Dose(100.0, 2.0, "vitamin K1"),)),
        Regimen((), (Change(100.0, "VK__intake", 400.0),)),
        Regimen((), (Change(100.0, "F__k_consumption_II", 0.01),)),
        Regimen((), (Change(100.0, "S__inhibition", 1.0),)),
    ],
    ids=["vitamin K is taken", "the diet changes", "factor II is used", "a medicine"],
)
def test_what_happens_on_the_way_happens_in_every_scale(happens):
    regimen = therapy("typical", days=DAYS).joined(happens)
    regimen = replace(regimen, changes=happens.changes)
    found = hierarchy(person("typical"), library(), regimen, TIMES_H, engine=engine())
    truth = whole(found, "INR")["INR"]
    untouched = whole(solved("typical"), "INR")["INR"]

    inr = found.inr(found.cells(0.5), TIMES_H)
    assert np.max(np.abs(inr - truth)) < 0.02
    assert np.max(np.abs(inr - truth)) < 0.1 * np.max(np.abs(truth - untouched))


def test_more_frequent_exchange_is_nearer_the_whole():
    found = solved("typical")
    truth = whole(found, "INR")["INR"]
    errors = [
        np.max(np.abs(found.inr(found.cells(h), TIMES_H) - truth)) for h in (8, 4, 2)
    ]

    assert errors[0] > 1.5 * errors[1] > 2.25 * errors[2]


def test_an_error_bound_never_falls_with_time():
    found = hierarchy_error(solved("typical"), TIMES_H, exchange_h=4.0, cycle_h=0.1)

    assert np.all(np.diff(found.bound) >= 0)
    assert np.all(found.bound >= found.parts()["exchange"])
