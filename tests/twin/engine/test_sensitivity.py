"""Derivatives of outputs by parameters, against known answers."""

import numpy as np
import pytest

from tests.one_compartment import BODY, KA, TABLET, UMOL_PER_MG, K, spec
from tests.people import library, person
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION, REFERENCE
from twin.engine.sensitivity import sensitivities
from twin.engine.simulate import simulate
from twin.errors import ModelError
from twin.vocabulary.ensemble import Ensemble
from twin.vocabulary.regimen import daily

TIMES_H = np.linspace(1.0, 48.0, 9)
REGIMEN = daily(5.0, days=1, substance=TABLET)


def drug(k: float, ka: float) -> np.ndarray:
    scale = 5.0 * UMOL_PER_MG / BODY * ka / (ka - k)
    return scale * (np.exp(-k * TIMES_H) - np.exp(-ka * TIMES_H))


def test_the_slopes_of_one_compartment_are_the_analytic_ones():
    found = sensitivities(
        spec(),
        {},
        REGIMEN,
        TIMES_H,
        by=("k", "ka"),
        outputs=("drug",),
        engine=CompiledEngine(REFERENCE),
        tolerance=1e-10,
    )
    step = 1e-6
    by_k = (drug(K + step, KA) - drug(K - step, KA)) / (2 * step)
    by_ka = (drug(K, KA + step) - drug(K, KA - step)) / (2 * step)

    assert found.values[:, 0] == pytest.approx(drug(K, KA), rel=1e-8)
    assert found.slopes[:, 0, 0] == pytest.approx(by_k, rel=1e-5)
    assert found.slopes[:, 0, 1] == pytest.approx(by_ka, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize(
    ("mode", "to"), [(REFERENCE, 2e-5), (POPULATION, 3e-4)], ids=["reference", "popul."]
)
def test_the_slopes_of_the_twin_are_those_of_a_much_finer_run(mode, to):
    by = (  # more than a vector has lanes
        *("KiS", "VK__reserve", "F__m", "S__CL_linear", "R__CL_linear", "VK__k_loss"),
        *("F__half_life_II", "F__half_life_VII", "F__half_life_X"),
    )
    base = {n: library().spec.constants[n] for n in by} | dict(
        person("typical").parameters
    )
    regimen = daily(5.0, days=28, substance=library().substance)
    times = np.linspace(3.0, 28.0, 6) * 24.0

    def inr(**changed: float) -> np.ndarray:
        return simulate(
            library().spec,
            Ensemble.of({**base, **changed}),
            regimen,
            times,
            outputs=("INR",),
            engine=CompiledEngine(REFERENCE),
            tolerance=1e-11,
        ).typical("INR")

    found = sensitivities(
        library().spec,
        base,
        regimen,
        times,
        by=by,
        outputs=("INR",),
        engine=CompiledEngine(mode),
    )

    for number, name in enumerate(by):
        step = 1e-3 * base[name]
        fine = (inr(**{name: base[name] + step}) - inr(**{name: base[name] - step})) / (
            2 * step
        )
        np.testing.assert_allclose(
            found.slopes[:, 0, number], fine, atol=to * np.abs(fine).max()
        )


def test_what_is_no_constant_has_no_slope():
    with pytest.raises(ModelError, match="has no parameter weight"):
        sensitivities(
            spec(),
            {},
            REGIMEN,
            TIMES_H,
            by=("weight",),
            outputs=("drug",),
            engine=CompiledEngine(REFERENCE),
        )
