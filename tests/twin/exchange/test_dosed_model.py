import libsbml
import numpy as np
import pytest
import roadrunner

from tests.people import engine, library, twin_of
from twin.body_parameters import changes_over
from twin.errors import ModelError
from twin.exchange.dosed_model import dosed_model
from twin.exchange.sedml import TimeCourse, sedml
from twin.lifecycle import Twin, predict
from twin.vocabulary.regimen import Change, Dose, Regimen, daily

DAYS = 12
TIMES = np.arange(0.0, DAYS * 24.0 + 1, 6.0)
SUBSTANCE = "warfarin sodium"


def exported(twin: Twin, regimen: Regimen) -> str:
    start, changes = changes_over(twin.individual.body, twin.library, days=DAYS)
    whole = regimen.joined(Regimen(changes=changes))
    return dosed_model(twin.library.spec, start, whole, note="[computed] a test")


def ran(text: str) -> np.ndarray:
    """The INR by a simulator that knows nothing of doses."""
    simulator = roadrunner.RoadRunner(text)
    simulator.integrator.relative_tolerance = 1e-9
    simulator.timeCourseSelections = ["INR"]
    return np.asarray(simulator.simulate(0, TIMES[-1], len(TIMES)))[:, 0]


REGIMENS = {
    "daily": daily(5.0, days=DAYS, substance=SUBSTANCE),
    "first tablet later": daily(7.5, days=5, substance=SUBSTANCE, start_h=30.0),
    "vitamin K": Regimen(
        (
            *daily(5.0, days=8, substance=SUBSTANCE).doses,
            Dose(200.0, 2.5, "vitamin K1"),
        )
    ),
    "a change of diet": Regimen(
        daily(5.0, days=DAYS, substance=SUBSTANCE).doses,
        (Change(48.0, "VK__intake", 300.0),),
    ),
}


@pytest.mark.parametrize("name", REGIMENS)
def test_the_exported_model_gives_the_twins_own_course(name):
    twin = twin_of()
    regimen = REGIMENS[name]

    ours = predict(
        twin, regimen, TIMES, outputs=("INR",), engine=engine(), as_taken=True
    ).typical("INR")

    assert ran(exported(twin, regimen)) == pytest.approx(ours, abs=1e-4)


COME_AND_GO = {
    "an enzyme's inhibitor": ("fluconazole", "3 d", "8 d"),
    "one from the first tablet on": ("paracetamol", "0 d", "3 d"),
    "one that acts on vitamin K": ("doxycycline", "4 d", "9 d"),
    "vitamin K itself": ("vitamin K1", "3 d", "8 d"),
}


@pytest.mark.parametrize("kind", COME_AND_GO)
def test_medicines_that_come_and_go_are_in_the_exported_model(kind):
    name, start, stop = COME_AND_GO[kind]
    twin = twin_of(co_medication=[{"medicine": name, "start": start, "stop": stop}])
    regimen = REGIMENS["daily"]

    text = exported(twin, regimen)

    ours = predict(
        twin, regimen, TIMES, outputs=("INR",), engine=engine(), as_taken=True
    ).typical("INR")
    assert ran(text) == pytest.approx(ours, abs=1e-4)
    moved = np.abs(ours - ran(exported(twin_of(), regimen)))
    assert np.max(moved) > 0.01
    if kind == "an enzyme's inhibitor":
        assert moved[-1] > 0.05


def test_every_distinct_amount_is_named_once():
    text = exported(twin_of(), REGIMENS["daily"])
    model = libsbml.readSBMLFromString(text).getModel()

    named = [p.getId() for p in model.getListOfParameters()]
    assert sum(name.startswith("dose_amount_") for name in named) == 1
    assert model.getNumEvents() == DAYS - 1


def test_a_compartment_cannot_change_on_a_day():
    changing = Regimen(changes=(Change(24.0, "S__V_liver_1", 1.0),))

    with pytest.raises(ModelError, match="only parameters can change"):
        dosed_model(library().spec, {}, changing, note="a test")


def test_the_simulation_names_what_it_asks_for_where_it_is():
    course = TimeCourse(48.0, 48, ("INR", "S__venous"), frozenset({"S__venous"}))

    text = sedml(course, model_file="model.xml", plotted="INR")

    assert "sbml:listOfParameters/sbml:parameter[@id=&apos;INR&apos;]" in text
    assert "sbml:listOfSpecies/sbml:species[@id=&apos;S__venous&apos;]" in text
    assert 'xmlns:sbml="http://www.sbml.org/sbml/level3/version2/core"' in text
    assert 'numberOfSteps="48"' in text
