"""The bridge finds integrals that are known on paper."""

import numpy as np
import pytest

from twin.inference.bridge import ln_evidence
from twin.reproducibility import stream


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_the_integral_of_a_normal_without_its_constant(scale):
    """exp(-x²/2s²) integrates to s √2π; the error of 4,000 draws each is below 0.03."""
    rng = stream(1, "bridge", f"{scale:g}")
    after, before = scale * rng.normal(size=4000), rng.normal(size=4000)

    def ratio(x: np.ndarray) -> np.ndarray:
        return -0.5 * (x / scale) ** 2 + 0.5 * x**2 + 0.5 * np.log(2 * np.pi)

    found = ln_evidence(ratio(after), ratio(before))

    assert found == pytest.approx(np.log(scale * np.sqrt(2 * np.pi)), abs=0.1)


def test_the_same_density_has_no_error_at_all():
    assert ln_evidence(np.full(10, 3.0), np.full(7, 3.0)) == pytest.approx(3.0)


def test_a_density_that_no_proposal_meets_has_none():
    assert ln_evidence(np.zeros(5), np.full(5, -np.inf)) == -np.inf


def test_proposals_outside_count_as_nothing():
    """Uniform on [0, 1], proposed on [0, 2]: the integral of 1 is 1."""
    inside = np.log(2.0)

    found = ln_evidence(np.full(500, inside), np.tile([inside, -np.inf], 250))

    assert found == pytest.approx(0.0, abs=1e-6)
