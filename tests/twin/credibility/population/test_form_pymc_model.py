"""The hierarchical model of a form is the density that its text says, and slopes."""

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from tests.people import library
from twin.credibility.pkpd import Study
from twin.credibility.population.evidence import FREEDOM
from twin.credibility.population.form_evidence import FormEvidence, form_evidence
from twin.credibility.population.form_pymc_model import form_population_model
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION
from twin.forms.model_form import load_form
from twin.vocabulary.observation import Observation

FORM = load_form("falkenhagen_2023")
NAMES = FORM.effects.names
SCATTER = {"sd_activity": (0.12, 0.5)}


@pytest.fixture(scope="module")
def evidence() -> FormEvidence:
    seen = [
        Observation(time, "prothrombin_complex_activity", value)
        for time, value in ((24.0, 60.0), (48.0, 35.0), (96.0, 55.0))
    ]
    studies = [
        Study(name, ((0.0, mg),), tuple(seen))
        for name, mg in (("a", 70.0), ("b", 100.0))
    ]
    return form_evidence(FORM, studies, library(), engine=CompiledEngine(POPULATION))


def point_of(seed: int) -> dict[str, np.ndarray]:
    dice = np.random.default_rng(seed)
    sizes: dict[str, tuple[int, ...]] = {
        "x_raw": (len(FORM.known),),
        "w_raw": (len(NAMES),),
        "sd_activity_raw": (),
    }
    sizes |= {
        f"subject_{name}" + ("" if name == "sensitivity" else "_raw"): (2,)
        for name in NAMES
    }
    return {name: 0.3 * dice.normal(size=size) for name, size in sizes.items()}


def by_hand(evidence: FormEvidence, point: dict[str, np.ndarray]) -> float:
    """Priors, people, and Student's t about the courses."""
    ln_p = sum(
        norm.logpdf(value).sum()
        for name, value in point.items()
        if name != "subject_sensitivity"
    )
    spreads = np.array([effect.ln_sd_spread for effect in FORM.effects.effects])
    ln_sd = FORM.effects.ln_sds * np.exp(spreads * point["w_raw"])
    scale = np.sqrt(ln_sd**2 + evidence.untested_sd**2)
    z = np.zeros((2, len(NAMES)))
    for place, name in enumerate(NAMES):
        if name == "sensitivity":
            z[:, place] = point["subject_sensitivity"]
            ln_p += norm.logpdf(z[:, place], 0.0, scale[place]).sum()
        else:
            z[:, place] = scale[place] * point[f"subject_{name}_raw"]
    x = np.array([each.ln_sd for each in FORM.known]) * point["x_raw"]
    sd = 0.12 * np.exp(0.5 * point["sd_activity_raw"])
    apart = evidence.subjects.observed - evidence.subjects.model.at(x, z).ln_value
    return float(ln_p + np.sum(student.logpdf(apart / sd, FREEDOM) - np.log(sd)))


def test_the_density_is_priors_times_people_times_scatter(evidence):
    model = form_population_model(evidence, scatter=SCATTER)
    density = model.compile_logp(mode="FAST_COMPILE")

    assert {v.name for v in model.free_RVs} == set(point_of(0))
    for seed in range(3):
        point = point_of(seed)
        assert density(point) == pytest.approx(by_hand(evidence, point), abs=1e-6)


def test_its_slope_is_that_of_differences(evidence):
    model = form_population_model(evidence, scatter=SCATTER)
    slope = model.compile_dlogp(mode="FAST_COMPILE")
    point = point_of(5)
    found, begin, step = slope(point), 0, 1e-4
    for variable in model.free_RVs:
        value = point[variable.name]
        for place in np.ndindex(value.shape):
            ends = []
            for sign in (1.0, -1.0):
                moved = {**point, variable.name: np.array(value)}
                moved[variable.name][place] += sign * step
                ends.append(by_hand(evidence, moved))
            expected = (ends[0] - ends[1]) / (2 * step)
            assert found[begin] == pytest.approx(expected, rel=0.02, abs=0.1)
            begin += 1
