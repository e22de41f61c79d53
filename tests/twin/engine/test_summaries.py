"""Streamed summaries against the draws themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.one_compartment import TABLET, spec
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import POPULATION
from twin.engine.object_cache import ObjectCache
from twin.engine.simulate import simulate
from twin.engine.summaries import (
    QUANTILE_ERROR,
    Exceedance,
    TimeInRange,
    summarise,
    time_within,
)
from twin.errors import IntegrationFailed, NumericsError
from twin.vocabulary.ensemble import Ensemble, frozen_array
from twin.vocabulary.regimen import daily

ENGINE = CompiledEngine(POPULATION, threads=1, cache=ObjectCache(None))
TIMES_H = np.linspace(0.0, 72.0, 25)
REGIMEN = daily(5.0, days=3, substance=TABLET)
COLUMNS = {
    "k": 0.1 * np.exp(0.3 * np.random.default_rng(1).standard_normal(1500)),
    "ka": 1.5 * np.exp(0.5 * np.random.default_rng(2).standard_normal(1500)),
}


def ensemble(part: slice = slice(None)) -> Ensemble:
    return Ensemble.of({name: column[part] for name, column in COLUMNS.items()})


def summary(ensembles, **options):
    return summarise(
        spec(),
        ensembles,
        REGIMEN,
        TIMES_H,
        outputs=("drug",),
        engine=ENGINE,
        ranges=(TimeInRange("drug", 0.5, 1.0),),
        exceedances=(Exceedance("drug", 1.5),),
        **options,
    )


def draws():
    return simulate(
        spec(), ensemble(), REGIMEN, TIMES_H, outputs=("drug",), engine=ENGINE
    ).of("drug")


def test_quantiles_are_those_of_the_draws_to_half_a_bin():
    found = summary(ensemble(), quantiles=(0.1, 0.5, 0.9))
    exact = np.quantile(draws(), (0.1, 0.5, 0.9), axis=0, method="inverted_cdf")

    np.testing.assert_allclose(
        found.quantiles[:, :, 0], exact, rtol=1.01 * QUANTILE_ERROR
    )


def test_means_ranges_and_exceedances_are_exact():
    found, values = summary(ensemble()), draws()
    inside = time_within(TIMES_H, values, 0.5, 1.0)

    assert found.mean[:, 0] == pytest.approx(values.mean(axis=0), rel=1e-12)
    assert found.time_in_range[0][0] == pytest.approx(inside.mean(), rel=1e-12)
    assert found.exceedance[0][0] == pytest.approx((values > 1.5).mean(axis=0))
    assert found.exceedance[0][1] == pytest.approx((values > 1.5).any(axis=1).mean())


def test_a_stream_of_parts_gives_the_summary_of_the_whole():
    parts = (ensemble(slice(first, first + 250)) for first in range(0, 1500, 250))
    streamed, whole = summary(parts), summary(ensemble())

    assert streamed.quantiles.tobytes() == whole.quantiles.tobytes()
    assert streamed.n_draws == whole.n_draws == 1500


def test_weights_count():
    some = ensemble(slice(0, 2))
    heavy = Ensemble(
        some.names, some.values, frozen_array(np.log(np.array([1.0, 1e6])))
    )
    second = summary(ensemble(slice(1, 2)), quantiles=(0.5,))

    assert summary(heavy, quantiles=(0.5,)).quantiles == pytest.approx(
        second.quantiles, rel=1e-12
    )


def test_too_many_failures_leave_no_summary():
    broken = dict(COLUMNS) | {"growth": np.where(np.arange(1500) < 100, 1e6, 0.0)}

    with pytest.raises(IntegrationFailed, match="100 of 1500"):
        summary(Ensemble.of(broken))


def test_what_is_not_an_output_cannot_be_summarised():
    with pytest.raises(NumericsError, match="INR: summarised, but not an output"):
        summarise(
            spec(),
            ensemble(),
            REGIMEN,
            TIMES_H,
            outputs=("drug",),
            engine=ENGINE,
            ranges=(TimeInRange("INR", 2.0, 3.0),),
        )


def test_no_draws_have_no_summary():
    with pytest.raises(NumericsError, match="no draws came"):
        summary([])
    with pytest.raises(NumericsError, match="no draws came"):
        summary([ensemble(slice(0, 0))])


def test_an_empty_part_of_a_stream_changes_nothing():
    parts = [ensemble(slice(0, 0)), ensemble(slice(0, 3)), ensemble(slice(0, 0))]

    assert summary(parts).mean.tolist() == summary(ensemble(slice(0, 3))).mean.tolist()


def test_a_single_time_has_no_time_in_range():
    def at_once(ranges: tuple[TimeInRange, ...]):
        return summarise(
            spec(),
            ensemble(),
            REGIMEN,
            24.0,
            outputs=("drug",),
            engine=ENGINE,
            ranges=ranges,
        )

    with pytest.raises(NumericsError, match="two output times or more, got 1"):
        at_once((TimeInRange("drug", 0.5, 1.0),))
    assert at_once(()).n_draws == 1500


@given(
    st.lists(st.floats(-5, 5), min_size=2, max_size=8),
    st.floats(-3, 1),
    st.floats(0.1, 3),
)
def test_time_within_is_what_a_fine_ruler_measures(course, low, width):
    times = np.arange(len(course), dtype=float)
    fine = np.linspace(0.0, times[-1], 40_001)
    values = np.interp(fine, times, course)
    measured = np.mean((values >= low) & (values <= low + width))

    found = time_within(times, np.array([course]), low, low + width)[0]

    assert found == pytest.approx(measured, abs=2e-3)


def test_a_regimen_a_draw_comes_as_a_stream_beside_the_draws():
    several = [daily(1.0 + n % 4, days=3, substance=TABLET) for n in range(1500)]
    parts = [ensemble(slice(0, 700)), ensemble(slice(700, 1500))]

    found = summarise(
        spec(), parts, iter(several), TIMES_H, outputs=("drug",), engine=ENGINE
    )

    courses = simulate(
        spec(), ensemble(), several, TIMES_H, outputs=("drug",), engine=ENGINE
    )
    assert found.mean[:, 0] == pytest.approx(courses.of("drug").mean(axis=0), rel=1e-12)


def test_a_stream_of_regimens_that_ends_too_soon_is_an_error():
    with pytest.raises(NumericsError, match="3 regimens for 10 draws"):
        summarise(
            spec(),
            ensemble(slice(0, 10)),
            [REGIMEN] * 3,
            TIMES_H,
            outputs=("drug",),
            engine=ENGINE,
        )
