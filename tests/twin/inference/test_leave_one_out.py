"""Leaving a subject out by weights is leaving him out of the fit."""

import numpy as np
import pytest
from scipy.stats import norm

from twin.errors import NumericsError
from twin.inference.leave_one_out import left_out_subjects, standard_error

N_DRAWS = 4000
RNG = np.random.default_rng(11)
SEEN = RNG.normal(0.3, 1.1, size=12)


def posterior(values):
    """Mean and SD of θ ~ N(0, 3²) given y ~ N(θ, 1)."""
    precision = 1 / 9 + len(values)
    return np.sum(values) / precision, precision**-0.5


def exact() -> list[float]:
    found = []
    for place, value in enumerate(SEEN):
        mean, sd = posterior(np.delete(SEEN, place))
        found.append(norm.logpdf(value, mean, np.hypot(sd, 1.0)))
    return found


def test_a_normal_mean_by_weights_and_on_paper():
    """Monte Carlo error of each is some 0.01."""
    mean, sd = posterior(SEEN)
    draws = RNG.normal(mean, sd, size=(N_DRAWS, 1))
    ln_density = norm.logpdf(SEEN, draws, 1.0)

    found = left_out_subjects(ln_density, ln_density)

    assert found.elpd == pytest.approx(exact(), abs=0.05)
    assert found.total == pytest.approx(sum(exact()), abs=0.15)
    assert found.n_unsure == 0
    assert found.standard_error == pytest.approx(
        np.sqrt(12 * np.var(found.elpd, ddof=1))
    )


def test_all_that_was_seen_of_a_subject_is_taken_out():
    """A second measurement of each, which is not scored, is none of the scored."""
    others = SEEN + RNG.normal(size=12)
    mean, sd = posterior(np.concatenate([SEEN, others]))
    draws = RNG.normal(mean, sd, size=(N_DRAWS, 1))
    scored = norm.logpdf(SEEN, draws, 1.0)
    found = left_out_subjects(scored, scored + norm.logpdf(others, draws, 1.0))
    expected = []
    for place, value in enumerate(SEEN):
        kept = np.delete(np.stack([SEEN, others]), place, axis=1)
        own_mean, own_sd = posterior(kept.ravel())
        expected.append(norm.logpdf(value, own_mean, np.hypot(own_sd, 1.0)))

    assert found.elpd == pytest.approx(expected, abs=0.05)


def test_a_subject_the_others_know_nothing_of_is_said_to_be_unsure():
    mean, sd = posterior(np.append(SEEN, 25.0))
    draws = RNG.normal(mean, sd, size=(500, 1))
    ln_density = norm.logpdf(np.append(SEEN, 25.0), draws, 1.0) * 3.0
    found = left_out_subjects(ln_density, ln_density)

    assert found.k[-1] > 0.7
    assert found.n_unsure >= 1


def test_a_draw_under_which_a_subject_is_impossible_has_no_say():
    ln_density = norm.logpdf(SEEN, RNG.normal(0.3, 0.3, size=(400, 1)), 1.0)
    with_one = np.vstack([ln_density, np.full(12, -np.inf)])

    assert left_out_subjects(with_one, with_one).elpd == pytest.approx(
        left_out_subjects(ln_density, ln_density).elpd
    )


@pytest.mark.parametrize(
    ("scored", "seen", "answer"),
    [
        (np.zeros(3), np.zeros(3), r"\[draw, subject\] twice"),
        (np.zeros((3, 2)), np.zeros((3, 1)), r"\[draw, subject\] twice"),
        (np.full((3, 2), np.nan), np.zeros((3, 2)), "not a number"),
        (np.zeros((30, 1)), np.full((30, 1), -np.inf), "no draw explains"),
    ],
)
def test_densities_that_are_none_are_refused(scored, seen, answer):
    with pytest.raises(NumericsError, match=answer):
        left_out_subjects(scored, seen)


def test_the_error_of_a_sum_grows_with_the_root_of_its_terms():
    own = RNG.normal(size=50)

    assert standard_error(np.tile(own, 4)) == pytest.approx(
        2 * standard_error(own), rel=0.02
    )
