"""One patient's sensitivities, on draws of the prior: laws, not figures."""

from functools import cache

import numpy as np
import pytest

from tests.people import genes_with, library, twin_of
from twin.credibility.global_sensitivity.patient import (
    DOSE,
    LABORATORY,
    POPULATION,
    PatientModel,
    patient_model,
)
from twin.credibility.global_sensitivity.study import Study, broken_laws, study
from twin.dosing.recommend import steady_chain, target_of
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION as MODE
from twin.inference.noise import Noise
from twin.lifecycle import predict
from twin.model_files import settings_file
from twin.reproducibility import stream
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.estimate import FreeParameter, Priors
from twin.vocabulary.population import Population, prior_population
from twin.vocabulary.regimen import daily

N = 256
ENGINE = CompiledEngine(MODE, threads=1)
NOISE = Noise.of(settings_file("assays"))


def narrow(parameter: FreeParameter) -> FreeParameter:
    """Known to a tenth at worst, as a posterior may leave it."""
    return FreeParameter(
        parameter.file, parameter.key, min(0.1, parameter.ln_sd), parameter.scale
    )


@cache
def population() -> Population:
    known = Priors.of(settings_file("priors")).parameters
    return prior_population(
        tuple(narrow(p) for p in known),
        BetweenPatients.of(settings_file("between_patients")),
        n_draws=150,
        rng=stream(1, "study", "population"),
    )


@cache
def model(*untested: str) -> PatientModel:
    twin = twin_of(genotype=genes_with(**dict.fromkeys(untested)))
    return patient_model(twin, population(), NOISE, engine=ENGINE)


@cache
def found() -> Study:
    return study(model("VKORC1"), n_base=N, seed=3)


def share(kind: str, scale: str, output: str) -> float:
    return float(found().carried()[kind][scale][found().outputs.index(output)])


def still(own: PatientModel, n: int = 1) -> dict[str, np.ndarray]:
    """The typical person, n times."""
    return {
        name: np.zeros(n, np.int64 if name.startswith(("gene", "pop")) else float)
        for name in own.columns
    }


def test_the_typical_person_has_the_typical_dose_and_course():
    twin = twin_of()
    x = np.zeros((1, len(population().known)))

    values = dict(zip(model().outputs, model().typical(x)[0], strict=True))

    dose = steady_chain(twin).dose_for(target_of(twin).middle)
    assert values[DOSE] == pytest.approx(np.log(dose[0]), abs=1e-6)
    course = predict(
        twin,
        daily(5.0, days=28, substance=library().substance),
        [7 * 24.0],
        outputs=("INR", "S_plasma", "VII_relative"),
        engine=ENGINE,
    ).values[0, 0]
    read = [values[f"{name} day 7"] for name in ("INR", "S-warfarin", "factor VII")]
    assert np.exp(read) == pytest.approx(course, rel=2e-3)


def test_effects_that_go_together_are_one_factor():
    factors = model("VKORC1", "CYP2C9").effects

    assert factors["clearance_S + clearance_R"] == (
        "effect clearance_S",
        "effect clearance_R",
    )
    assert factors["VKORC1 not tested"] == ("gene VKORC1",)
    columns = [column for own in factors.values() for column in own]
    assert len(columns) == len(set(columns)) == len(population().effects.names) + 2


def test_each_cause_belongs_to_one_scale():
    own = model("VKORC1", "CYP2C9")

    by_scale = [column for columns in own.by_scale.values() for column in columns]

    assert sorted(by_scale) == sorted(own.columns)
    assert "gene CYP2C9" in own.by_scale["kinetics"]
    assert "gene VKORC1" in own.by_scale["target"]


def test_effects_spread_and_go_together_as_their_draw_says():
    """A pick's effects have the covariance of its own draw of the population."""
    own, names = model(), population().effects.names
    for root, draw in zip(own.roots[:3], range(3), strict=True):
        wanted = population().covariances(np.array([draw]))[0]
        assert root @ root.T == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    picks = still(own, 2)
    picks["population"] = np.array([0, 7])
    picks["effect clearance_S"] = np.array([1.5, -1.0])

    at = own.at(picks)

    s, r = names.index("clearance_S"), names.index("clearance_R")
    z = np.zeros((2, len(names)))
    for row, (draw, u) in enumerate(((0, 1.5), (7, -1.0))):
        spread = population().ln_sds[draw]
        tied = population().correlations[draw, 0]
        z[row, s], z[row, r] = u * spread[s], u * tied * spread[r]
    assert np.array_equal(at, own.of_person(population().x[[0, 7]], z))


def test_occasion_and_assay_move_readings_and_not_the_dose():
    own = model()
    picks = still(own, 3)
    picks["occasion"][1], picks["assay"][2] = 1.0, 1.0

    at = own.at(picks)

    by_occasion, by_assay = at[1] - at[0], at[2] - at[0]
    dose, inr = own.outputs.index(DOSE), own.outputs.index("INR day 14")
    s_plasma = own.outputs.index("S-warfarin day 14")
    assert by_occasion[dose] == by_assay[dose] == 0.0
    assert by_occasion[inr] < -0.01  # a less sensitive day: Ki higher, INR lower
    assert abs(by_occasion[s_plasma]) < 0.01
    assert by_assay[inr] == pytest.approx(NOISE.ln_sd("INR"))


def test_uniform_numbers_become_picks_of_the_right_law():
    own = model("VKORC1")
    at = (np.arange(2000) + 0.5) / 2000
    picks = own.picks_at(dict.fromkeys(own.columns, at))

    weights = own.levers.genes[0].weights
    assert np.bincount(picks["gene VKORC1"]) / 2000 == pytest.approx(weights, abs=1e-3)
    draws = np.bincount(picks["population"], minlength=150)
    assert draws.min() >= 13
    assert draws.max() <= 14
    assert picks["effect volume"].std() == pytest.approx(1.0, abs=0.01)


def test_shares_of_the_whole_sum_to_one():
    whole = sum(
        share for by_scale in found().carried().values() for share in by_scale.values()
    )

    assert whole == pytest.approx(np.ones(len(found().outputs)), abs=1e-12)
    assert found().knowledge.share.sum(axis=0) == pytest.approx(1.0, abs=1e-9)


def test_no_law_of_such_indices_is_broken():
    assert broken_laws(found()) == []


def test_each_output_is_carried_by_what_can_move_it():
    assert share("person", "kinetics", "S-warfarin day 28") > 0.5
    assert share("person", "target", "S-warfarin day 28") == pytest.approx(0, abs=0.02)
    assert share("person", "target", DOSE) > share("person", "organs", DOSE)
    assert share("person", "factors", "factor II day 3") > share(
        "person", "factors", "factor II day 28"
    )
    assert share("reading", LABORATORY, DOSE) == pytest.approx(0.0, abs=1e-9)


def test_two_estimators_and_the_covariances_of_few_draws_agree():
    """Where the model is nearly linear an answer's shares are Sobol's first order."""
    own, request = found().by_scale, found().request
    dose = own.outputs.index(DOSE)
    assert request.linear[dose] > 0.95
    for row, scale in enumerate(request.scales):
        if scale == LABORATORY:
            continue
        first, _ = own.of(scale, DOSE)
        half = own.first_half[own.factors.index(scale), dose]
        assert request.person[row, dose] == pytest.approx(first, abs=1.5 * half + 0.06)
    salib, _ = found().by_effect.of(POPULATION, DOSE)
    ours, _ = own.of(POPULATION, DOSE)
    assert salib == pytest.approx(ours, abs=0.15)
    assert request.knowledge[:, dose].sum() == pytest.approx(ours, abs=0.15)


def test_axes_are_at_right_angles_and_keep_the_variance():
    axes = found().axes

    product = axes.loadings @ axes.loadings.T
    assert product == pytest.approx(np.eye(len(product)), abs=1e-9)
    assert np.all(np.diff(axes.ln_sds) <= 1e-12)
    assert axes.kept[0] == pytest.approx(1.0, abs=0.3)
    assert axes.indices.total[:, 0].sum() > 0.7


def test_the_same_seed_gives_the_same_study():
    one, again, other = (
        study(model("VKORC1"), n_base=64, seed=seed) for seed in (1, 1, 2)
    )

    for part in ("by_effect", "by_scale"):
        assert np.array_equal(getattr(one, part).first, getattr(again, part).first)
    assert np.array_equal(one.knowledge.told, again.knowledge.told)
    assert np.array_equal(one.request.person, again.request.person)
    assert not np.array_equal(one.by_scale.first, other.by_scale.first)


def test_a_person_without_a_dose_is_counted_and_not_hidden():
    own = model()
    picks = still(own, 2)
    picks["effect synthesis"] = np.array([0.0, 12.0])

    at = own.at(picks)

    assert np.isfinite(at[0]).all()
    assert np.isnan(at[1, 0])
    assert np.isfinite(at[1, 1:]).all()
