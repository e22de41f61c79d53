"""Shares by covariance: laws, a linear model known on paper, one real patient."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people import described, genes_with, library, twin_of
from twin.dosing.dose_of_draws import doses_of
from twin.dosing.recommend import steady_chain, target_of
from twin.errors import NumericsError
from twin.inference.particles import prior_particles
from twin.inference.patient_levers import levers_of
from twin.inference.scale_shares import inputs_of, linear_parts, moving, scale_shares
from twin.model_files import settings_file
from twin.reproducibility import stream
from twin.vocabulary.effects import BetweenPatients
from twin.vocabulary.estimate import Priors
from twin.vocabulary.population import prior_population
from twin.vocabulary.scales import SCALES

KNOWN = Priors.of(settings_file("priors")).parameters
EFFECTS = BetweenPatients.of(settings_file("between_patients"))
POPULATION = prior_population(
    KNOWN, EFFECTS, n_draws=200, rng=stream(1, "shares", "population")
)


def levers(**changes):
    return levers_of(described(**changes), library(), KNOWN, EFFECTS)


LEVERS = levers()


def particles(own=LEVERS, *, n_known=128, n_each=4, seed=1):
    return prior_particles(
        own,
        POPULATION,
        n_known=n_known,
        n_each=n_each,
        rng=stream(seed, "shares", "particles"),
    )


PARTICLES = particles()
N = PARTICLES.n
SCALES_IN_ORDER = tuple(SCALES)


# ---- the linear picture


@given(st.integers(0, 2**32), st.integers(1, 5), st.booleans())
def test_shares_sum_to_one_whatever_the_values(seed, n_groups, weighted):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(200, 5)) @ rng.normal(size=(5, 5))
    values = np.stack([inputs @ rng.normal(size=5), rng.normal(size=200)], axis=1)
    weights = rng.random(200) if weighted else None

    found = linear_parts(
        values,
        inputs,
        rng.integers(0, n_groups, 5),
        n_groups=n_groups,
        weights=weights,
    )

    assert found.share.sum(axis=0) == pytest.approx([1.0, 1.0], abs=1e-9)
    assert np.all(found.linear <= 1.0 + 1e-9)
    assert found.linear[0] == pytest.approx(1.0, abs=1e-9)


def test_shares_of_a_linear_model_are_its_covariances():
    rng = stream(2, "linear")
    covariance = np.array([[1.0, 0.97, 0.3], [0.97, 1.0, 0.2], [0.3, 0.2, 1.0]])
    inputs = rng.multivariate_normal(np.zeros(3), covariance, size=100_000)
    slopes = np.array([1.0, -0.9, 0.5])

    found = linear_parts(
        (inputs @ slopes)[:, None], inputs, np.array([0, 0, 1]), n_groups=2
    )

    whole = slopes @ covariance @ slopes
    own = slopes[:2] @ covariance[:2] @ slopes / whole
    assert found.share[:, 0] == pytest.approx([own, 1 - own], abs=0.01)
    alone = slopes[:2] @ covariance[:2, :2] @ slopes[:2] / whole
    assert found.own[0, 0] == pytest.approx(alone, abs=0.01)


def test_what_is_not_linear_is_said():
    rng = stream(3, "curved")
    inputs = rng.normal(size=(4000, 2))

    found = linear_parts(
        (inputs[:, 0] + inputs[:, 1] ** 2)[:, None],
        inputs,
        np.array([0, 1]),
        n_groups=2,
    )

    assert found.linear[0] == pytest.approx(1.0 / 3.0, abs=0.06)
    assert found.share[0, 0] == pytest.approx(1.0, abs=0.1)


def test_few_draws_of_weight_spoil_no_slope():
    """Slopes belong to the model: weights on a handful of draws leave them right."""
    rng = stream(4, "weights")
    inputs = rng.normal(size=(400, 6))
    slopes = np.arange(1.0, 7.0)
    values = (inputs @ slopes + 0.1 * rng.normal(size=400))[:, None]
    weights = np.zeros(400)
    weights[:5] = 1.0

    found = linear_parts(
        values, inputs, np.arange(6), n_groups=6, weights=weights / weights.sum()
    )

    heavy = inputs[:5] - inputs[:5].mean(axis=0)
    known = heavy * slopes
    whole = known.sum(axis=1)
    share = known.T @ whole / (whole @ whole)
    assert found.share[:, 0] == pytest.approx(share, abs=0.01)


# ---- by kind and scale


def test_a_quantity_of_one_scale_is_carried_by_that_scale():
    names = EFFECTS.names
    values = np.stack(
        [
            PARTICLES.z[:, names.index("sensitivity")],
            PARTICLES.z[:, names.index("clearance_S")],
            PARTICLES.x[:, [p.key for p in KNOWN].index(("F__m",))],
        ],
        axis=1,
    )

    found = scale_shares(values, PARTICLES, LEVERS)

    target, kinetics, factors = (
        SCALES_IN_ORDER.index(s) for s in ("target", "kinetics", "factors")
    )
    assert found.person[target, 0] == pytest.approx(1.0, abs=1e-9)
    assert found.person[kinetics, 1] == pytest.approx(1.0, abs=1e-9)
    assert found.knowledge[factors, 2] == pytest.approx(1.0, abs=1e-9)
    assert found.together.sum(axis=0) == pytest.approx([1.0] * 3, abs=1e-9)


def test_a_reading_takes_its_share_at_the_laboratory():
    values = PARTICLES.z[:, 0]

    found = scale_shares(values, PARTICLES, LEVERS, measurement=np.var(values))

    assert found.reading[SCALES_IN_ORDER.index("laboratory")] == pytest.approx(0.5)
    assert found.together.sum() == pytest.approx(1.0, abs=1e-9)


def test_what_cannot_move_this_person_is_no_input():
    moved = {KNOWN[number].key for number in moving(LEVERS)}

    assert ("amiodarone", "CYP2C9", "activity") not in moved
    assert ("KiS",) in moved


def test_alleles_not_tested_are_the_persons_and_at_their_genes_scale():
    own = levers(genotype=genes_with(VKORC1=None))
    drawn = particles(own)
    place = [gene.gene for gene in own.genes].index("VKORC1")
    values = drawn.alleles[:, place].astype(float)

    found = scale_shares(values, drawn, own)

    inputs, group = inputs_of(drawn, own)
    assert inputs.shape == (drawn.n, len(group))
    assert found.person[SCALES_IN_ORDER.index("target")] == pytest.approx(1.0, abs=1e-9)


def test_draws_without_a_value_are_left_out_and_counted():
    values = PARTICLES.z[:, :2].copy()
    values[3, 0] = np.nan

    found = scale_shares(values, PARTICLES, LEVERS)

    assert found.n_lost == 1
    assert np.all(np.isfinite(found.together))


def test_values_of_other_draws_are_refused():
    with pytest.raises(NumericsError, match=f"{N - 1} values for {N} draws"):
        scale_shares(np.zeros(N - 1), PARTICLES, LEVERS)


# ---- a dose


def dose_of(own, drawn, twin):
    chain = steady_chain(twin)
    return doses_of(chain, drawn.ensemble(own), target_of(twin).middle)


def test_the_dose_of_a_draw_is_that_of_the_chain_alone():
    twin = twin_of()
    drawn = particles(n_known=6, n_each=1)

    found = dose_of(LEVERS, drawn, twin)

    ensemble = drawn.ensemble(LEVERS)
    for draw in range(drawn.n):
        chain = steady_chain(twin)
        own = type(chain)(
            {**chain.parameters, **ensemble.row(draw)},
            chain.amount_per_mg,
            chain.surrogate,
            chain.interval_h,
        )
        assert found[draw] == pytest.approx(
            float(own.dose_for(target_of(twin).middle)[0]), rel=1e-9
        )


def test_the_centre_of_the_levers_has_the_typical_dose():
    twin = twin_of()
    chain = steady_chain(twin)
    nothing = np.zeros((1, len(KNOWN))), np.zeros((1, len(EFFECTS.names)))

    found = doses_of(chain, LEVERS.ensemble(*nothing), target_of(twin).middle)

    assert found == pytest.approx(chain.dose_for(target_of(twin).middle), rel=1e-6)


def test_a_draw_that_no_dose_serves_has_none_and_harms_no_other():
    twin = twin_of()
    z = np.zeros((3, len(EFFECTS.names)))
    z[1, EFFECTS.names.index("synthesis")] = 2.0  # seven times the factors
    rows = LEVERS.ensemble(np.zeros((3, len(KNOWN))), z)

    found = doses_of(steady_chain(twin), rows, target_of(twin).middle)

    assert np.isnan(found[1])
    assert found[0] == found[2] > 0


def test_the_shares_of_a_dose_are_there_within_a_request():
    ln_dose = np.log(dose_of(LEVERS, PARTICLES, twin_of()))
    scale_shares(ln_dose, PARTICLES, LEVERS)
    took = []
    for _ in range(5):
        began = time.process_time()
        found = scale_shares(ln_dose, PARTICLES, LEVERS)
        took.append(time.process_time() - began)

    assert min(took) < 0.05
    assert found.together.sum() == pytest.approx(1.0, abs=1e-9)
    assert found.linear > 0.9
    assert found.person[SCALES_IN_ORDER.index("organs")] == pytest.approx(0.0, abs=0.03)
