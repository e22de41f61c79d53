"""Twins that learn, for tests: the reference patient, few draws, engines made once."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from tests.believed import noise, population
from tests.people import library
from twin.engine.compiled import CompiledEngine
from twin.engine.modes import FAST
from twin.intake.ask import question_for
from twin.lifecycle import Twin, believe, build, condition
from twin.vocabulary.observation import Observation
from twin.vocabulary.regimen import Regimen, daily

FEW = 64  # draws of the population, four people each


@cache
def slopes() -> CompiledEngine:
    return CompiledEngine()


@cache
def draws() -> CompiledEngine:
    return CompiledEngine(FAST)


def typical(**changes: Any) -> Twin:
    """The reference patient's twin, with some fields written otherwise."""
    question = question_for({**library().reference_patient, **changes}, library())
    return build(
        question.patient, library(), engine=slopes(), warnings=question.warnings
    )


def taking(mg: float, days: int) -> Regimen:
    return daily(mg, days=days, substance=library().substance)


def inrs(*pairs: tuple[float, float]) -> list[Observation]:
    """INRs by day."""
    return [Observation(24.0 * day, "INR", value) for day, value in pairs]


def learned(
    observations: Sequence[Observation],
    *,
    mg: float = 6.0,
    days: int = 14,
    seed: int = 0,
    few: int = FEW,
    **changes: Any,
) -> tuple[Twin, Twin]:
    """The twin before and after."""
    before = believe(
        typical(**changes),
        population(),
        noise(),
        slopes=slopes(),
        draws=draws(),
        seed=seed,
        n_known=few,
    )
    after = condition(before, taking(mg, days), observations, seed=seed, n_known=few)
    return before, after
