"""The referee: where a patient begins, and how its rates depend on its state."""

import numpy as np
import pytest

from tests.crosscheck.constructs.sbml_text import (
    assigned,
    compartment,
    parameter,
    rated,
    reaction,
    sbml,
    species,
    starts,
)
from tests.people import engine, library, person, therapy
from twin.engine.compiled import CompiledEngine
from twin.engine.object_cache import ObjectCache
from twin.engine.schedule import schedule
from twin.engine.simulate import simulate
from twin.errors import NumericsError
from twin.model_files import models_folder
from twin.multiscale.whole_model import altered, course, jacobian
from twin.sbml.any_model import any_model
from twin.sbml.reader import read
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import Regimen

LEVELS = ("F__II", "F__VII", "F__PIVKA_II")


def test_more_plasma_changes_no_concentration_before_the_first_dose():
    typical = person("typical")
    large = altered(typical, {"F__plasma": 2.0 * library().spec.constants["F__plasma"]})

    small_and_large = [
        course(who, library(), Regimen(), [0.0, 48.0], outputs=LEVELS, engine=engine())
        for who in (typical, large)
    ]

    for level in LEVELS:
        assert small_and_large[1][level] == pytest.approx(
            small_and_large[0][level], rel=1e-6
        )


@pytest.mark.parametrize("name", ["typical", "sensitive", "cirrhosis"])
def test_a_patient_without_the_drug_stays_as_they_are(name):
    inr = course(
        person(name),
        library(),
        Regimen(),
        [0.0, 24.0, 240.0],
        outputs=["INR"],
        engine=engine(),
    )["INR"]

    assert inr == pytest.approx(np.full(3, inr[0]), rel=1e-4)


def test_a_patient_leaves_no_trace_in_the_next():
    def first_day() -> np.ndarray:
        return course(
            person("typical"),
            library(),
            therapy("typical", days=1),
            [0.0, 24.0],
            outputs=["INR", "S_plasma"],
            engine=engine(),
        )["INR"]

    before = first_day()
    course(
        person("cirrhosis"),
        library(),
        therapy("cirrhosis", days=1),
        [24.0],
        outputs=["INR"],
        engine=engine(),
    )

    assert np.array_equal(first_day(), before)


def test_the_jacobian_foretells_a_small_step():
    spec = library().spec
    matrix = jacobian(
        person("typical"), library(), therapy("typical", days=3), 60.0, engine=engine()
    )
    row, column = (spec.states.index(s) for s in ("F__VII", "VK__KH2"))

    # Factor VII decays by itself at ln 2 over its half-life, whatever else happens.
    half_life = spec.constants["F__half_life_VII"]
    assert matrix[row, row] == pytest.approx(-np.log(2.0) / half_life, rel=1e-6)
    # More reduced vitamin K makes more of it; it does not act back on the cycle.
    assert matrix[row, column] > 0
    assert matrix[column, row] == 0


def test_a_jacobian_conserves_what_the_model_conserves():
    states = library().spec.states
    matrix = jacobian(
        person("typical"), library(), therapy("typical", days=3), 60.0, engine=engine()
    )
    drug = np.array([state.startswith("S__") for state in states])

    assert np.max(np.abs(matrix[drug].sum(axis=0))) < 1e-5 * np.max(np.abs(matrix))


def test_a_model_with_more_than_species_has_no_jacobian_here():
    tests = models_folder() / "clotting"
    spec = read((tests / "prothrombin_time_test.xml").read_text(encoding="utf-8"))
    plan = schedule(spec, Regimen(), np.array([1.0]))

    with pytest.raises(NumericsError, match="no species"):
        engine().jacobian(spec, {}, plan, tolerance=1e-6)


def test_an_ensemble_of_bodies_begins_each_in_its_own():
    spec = library().spec
    volume = spec.constants["F__plasma"]
    found = simulate(
        spec,
        Ensemble.of({"F__plasma": np.array([volume, 1.5 * volume, 0.5 * volume])}),
        Regimen(),
        [0.0],
        outputs=LEVELS,
        engine=engine(),
        tolerance=1e-6,
    )

    assert found.values[1:] == pytest.approx(
        np.repeat(found.values[:1], 2, axis=0), rel=1e-12
    )


A = species("A", concentration=1.0)
B = species("B", concentration=3.0, boundary=True)


@pytest.mark.parametrize(
    "parts",
    [
        (A, B),
        (A, species("B", 3.0, boundary=True)),
        (A, species("B", concentration=3.0, boundary=True, only_amount=True)),
        (A, species("B", concentration=3.0, boundary=True, constant=True)),
        (species("A", 2.0), B),
        (species("A", concentration=2.0, only_amount=True), B),
        (A, B, rated("B", "-B")),
        (A, B, assigned("B", "time + A")),
        (A, B, parameter("k", 4.0), starts("B", "2 * k")),
        (A, B, starts("A", "2 * C")),
        (A, species("B", 6.0, boundary=True), starts("A", "B")),
        (A, species("B", 6.0), rated("B", "-B")),
    ],
)
def test_a_volume_that_is_set_means_to_both_engines_what_the_file_would(parts):
    def text(volume: float) -> str:
        go = reaction("go", "B -> A", "0.3 * B * C")
        if any(part.place == "Rules" for part in parts):
            go = reaction("go", "-> A", "0.3 * B * C", modifiers=("B",))
        return sbml(compartment("C", volume), *parts, go)

    def course(volume: float, integrates, **columns) -> np.ndarray:
        return simulate(
            any_model(text(volume)).spec,
            Ensemble.of(columns),
            Regimen(),
            [0.0, 1.0, 3.0],
            outputs=("[A]", "[B]", "amount(A)", "amount(B)"),
            engine=integrates,
            tolerance=1e-9,
        ).values

    compiled = CompiledEngine(cache=ObjectCache(None))
    volumes = np.array([2.0, 5.0])

    written = np.concatenate([course(v, engine()) for v in volumes.tolist()])
    for integrates in (engine(), compiled):
        found = course(2.0, integrates, C=volumes)

        assert found == pytest.approx(written, rel=1e-6)
