"""Several ways to one answer, timed in turns: what slows the machine slows them all.

Every contender runs once a round; the figure is the median over rounds.  Its error is
that of its own answers.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tests.benchmarks.plain_numbers import Floats
from tests.benchmarks.twin_problem import Problem

# Answers, float64[draw, time, output], and the seconds they took.
Run = Callable[[], tuple[Floats, float]]


@dataclass(frozen=True, slots=True)
class Contender:
    """One row of a table."""

    name: str
    setting: str
    run: Run


@dataclass(frozen=True, slots=True)
class Result:
    """What a contender needed, and how right it was.

    error         of the states, over the draws that all contenders had
    widest        over all its draws
    output_error  relative, of the last output
    """

    name: str
    setting: str
    ms: float
    error: float
    widest: float
    output_error: float
    failed: int


def race(
    problem: Problem, contenders: Sequence[Contender], *, rounds: int, n_common: int
) -> list[Result]:
    """All contenders, `rounds` times in turns."""
    times: list[list[float]] = [[] for _ in contenders]
    answers: list[tuple[float, float, float, int]] = []
    for turn in range(rounds):
        for number, contender in enumerate(contenders):
            values, seconds = contender.run()
            times[number].append(1e3 * seconds / len(values))
            if turn == 0:
                answers.append(_judged(problem, values, n_common))
    return [
        Result(contender.name, contender.setting, median(taken), *answer)
        for contender, taken, answer in zip(contenders, times, answers, strict=True)
    ]


def _judged(
    problem: Problem, values: Floats, n_common: int
) -> tuple[float, float, float, int]:
    common = values[:n_common]
    failed = int((values != values).any(axis=(1, 2)).sum())
    return (
        problem.error(common),
        problem.error(values),
        problem.last_output_error(common),
        failed,
    )


@dataclass(frozen=True, slots=True)
class Frontier:
    """The best that can be had of a tool: time by error, as measured.

    points  (error, ms), the error growing and the time falling
    """

    points: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, results: Sequence[Result]) -> "Frontier":
        """Of all its settings those that no other beats in both."""
        best: list[tuple[float, float]] = []
        usable = [r for r in results if not r.failed and math.isfinite(r.error)]
        for result in sorted(usable, key=lambda r: (r.error, r.ms)):
            if not best or result.ms < best[-1][1]:
                best.append((result.error, result.ms))
        return cls(tuple(best))

    def ratio(self, result: Result) -> str:
        """How many times longer the tool takes for the same error.

        Straight between its points in logarithms; beyond them only a bound.
        """
        if not self.points or not math.isfinite(result.error):
            return "-"
        (least, longest), (most, shortest) = self.points[0], self.points[-1]
        if result.error < least:
            return f"> {longest / result.ms:.0f}"
        if result.error > most:
            return f"< {shortest / result.ms:.0f}"
        ms = shortest
        for (left, slow), (right, fast) in pairwise(self.points):
            if left <= result.error <= right:
                part = math.log(result.error / left) / math.log(right / left)
                ms = slow * (fast / slow) ** part
        return f"{ms / result.ms:.0f}"
