"""A metric is the covariance of what it was made from."""

import numpy as np
import pytest

from twin.credibility.population.metric import metric_of, widened


def steep(*sizes: float) -> np.ndarray:
    turned, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(len(sizes),) * 2))
    return (turned * np.array(sizes)) @ turned.T


def test_of_a_normal_density_it_is_the_covariance():
    curve = steep(1.0, 4.0, 25.0)
    assert metric_of([curve]) == pytest.approx(np.linalg.inv(curve))
    assert metric_of([curve] * 6) == pytest.approx(np.linalg.inv(curve))


def test_looks_are_averaged_before_they_are_inverted():
    looks = [np.diag([1.0, s]) for s in (2.0, 4.0, 6.0, 8.0)]
    assert np.diag(metric_of(looks)) == pytest.approx([1.0, 1 / 5.0])


def test_nothing_is_taken_to_be_wider_than_its_prior():
    assert np.diag(metric_of([np.diag([-3.0, 1e-6, 1.0])] * 5)) == pytest.approx(
        [2.0, 2.0, 1.0]
    )


def test_only_what_lies_far_apart_is_widened():
    dice = np.random.default_rng(4)
    draws = dice.normal(size=(2000, 5)) * np.array([6.0, 1.0, 1.2, 0.8, 1.0])
    found = widened(np.eye(5), list(draws))
    assert found[0, 0] == pytest.approx(36.0 / 3.0, rel=0.15)
    assert found[1:, 1:] == pytest.approx(np.eye(4), abs=0.02)
